import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { certificateView } from '../../src-main/line/certificate-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'signet-view-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A certificate that OpenSSL made, with extensions that no definition of ours has. */
function strangersCertificate(...extensions: readonly string[]): Uint8Array {
  const made = execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-outform', 'DER'],
      ...['-keyout', join(folder, 'key.pem'), '-subj', '/O=Example/CN=Stranger'],
      ...extensions.flatMap((extension) => ['-addext', extension]),
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return Uint8Array.from(made);
}

async function extensionsOf(der: Uint8Array): Promise<Record<string, string>> {
  const { tree } = await certificateView(der);
  const start = tree.findIndex(({ label }) => label === 'Extensions') + 1;
  const end = tree.findIndex(({ depth }, i) => i >= start && depth < 2);
  return Object.fromEntries(tree.slice(start, end).map(({ label, value }) => [label, value]));
}

test('extensions that our definitions do not have are told in words', async () => {
  const der = strangersCertificate(
    'extendedKeyUsage=clientAuth,1.2.3.4',
    'subjectAltName=critical,DNS:dev.example,URI:urn:sn:0123',
    'crlDistributionPoints=URI:http://ca.example/crl',
    'keyUsage=digitalSignature',
  );
  const told = await extensionsOf(der);
  expect(told['extendedKeyUsage']).toBe('TLS WWW client authentication, 1.2.3.4');
  expect(told['subjectAltName (critical)']).toBe('DNS: dev.example, URL: urn:sn:0123');
  expect(told['2.5.29.31']).toBe('Distribution Point: URL: http://ca.example/crl');
  expect(told['keyUsage']).toBe('digitalSignature');
});

test('an extension that nobody knows is shown as its bytes', async () => {
  const told = await extensionsOf(strangersCertificate('1.3.6.1.4.1.99.1=DER:0403010203'));
  expect(told['1.3.6.1.4.1.99.1']).toBe('0403010203');
});
