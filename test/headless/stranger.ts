import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** OpenSSL as a stranger: it knows nothing of us and judges certificates. */

/** Verifies a chain strictly, and that the structure has no flaw that the parser would mention; throws with OpenSSL's words. */
export function verifiedByOpenSsl(files: {
  readonly folder: string;
  /** PEM with the device certificate first and the signer's after it. */
  readonly chain: string;
  readonly root: string;
}): void {
  const [device, signer] = certificatesIn(files.chain);
  if (device === undefined || signer === undefined) throw new Error('the chain has fewer than two certificates');
  const paths = { device: join(files.folder, 'one-device.pem'), signer: join(files.folder, 'one-signer.pem') };
  writeFileSync(paths.device, device);
  writeFileSync(paths.signer, signer);
  const told = execFileSync(
    'openssl',
    ['verify', '-x509_strict', '-CAfile', files.root, '-untrusted', paths.signer, paths.device],
    { encoding: 'utf8' },
  );
  if (told.trim() !== `${paths.device}: OK`) throw new Error(told);
  for (const path of [paths.device, paths.signer, files.root]) {
    const parsed = spawnSync('openssl', ['asn1parse', '-in', path], { encoding: 'utf8' });
    if (parsed.status !== 0 || parsed.stderr !== '' || /\bError|:BAD /.test(parsed.stdout))
      throw new Error(`${path}: ${parsed.stdout}${parsed.stderr}`);
  }
}

/** PEM blocks of a text. */
export function certificatesIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n?/g) ?? [];
}

/** Public key of a PEM certificate as OpenSSL reads it: X‖Y, upper-case hex. */
export function publicKeyIn(pem: string): string {
  const key = execFileSync('openssl', ['x509', '-noout', '-pubkey'], { input: pem, encoding: 'utf8' });
  const der = execFileSync('openssl', ['pkey', '-pubin', '-outform', 'DER'], { input: key });
  return der
    .subarray(der.length - 64)
    .toString('hex')
    .toUpperCase();
}

/** DER of a PEM certificate. */
export function derOf(pem: string): Buffer {
  return execFileSync('openssl', ['x509', '-outform', 'DER'], { input: pem });
}
