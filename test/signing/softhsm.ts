import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPkcs11 } from '../../src-main/signing/pkcs11-binding.ts';
import { createTokenSigner } from '../../src-main/signing/pkcs11-signer.ts';
import { inEnglish } from '../../src-shared/model/reasons.ts';
import { now, password, seeded, signerRequest, software, type testRoot } from './rig.ts';

/** SoftHSM2 (Debian: softhsm2) as the token; one configuration per process, because the library reads it once. */
const libraries = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm.so',
];

export const pin = '98765432';

export interface SoftToken {
  readonly library: string;
  readonly label: string;
  readonly serial: string;
  /** Where its objects lie: taken away = token pulled out. */
  readonly folder: string;
  remove(): void;
}

/** A fresh token. Throws when SoftHSM2 or the binding is missing: this is a failure, not a reason to skip. */
export async function openSoftToken(mechanisms = 'ALL'): Promise<SoftToken> {
  const library = libraries.find((path) => existsSync(path));
  if (library === undefined) throw new Error('SoftHSM2 is missing (Debian: apt-get install softhsm2)');
  const home = mkdtempSync(join(tmpdir(), 'signet-hsm-'));
  const folder = join(home, 'tokens');
  mkdirSync(folder);
  const configuration = join(home, 'softhsm2.conf');
  writeFileSync(
    configuration,
    `directories.tokendir = ${folder}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = true\nslots.mechanisms = ${mechanisms}\n`,
  );
  process.env['SOFTHSM2_CONF'] = configuration;
  const label = 'plant signer';
  execFileSync('softhsm2-util', ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', '12345678'], {
    stdio: 'pipe',
  });
  const module = await loadPkcs11(library);
  if (!module.ok) throw new Error(inEnglish(module.failure));
  const info = module.value.C_GetSlotList(true).map((slot) => module.value.C_GetTokenInfo(slot));
  const token = info.find((each) => each.label.trimEnd() === label);
  if (token === undefined) throw new Error('the token is not there');
  return {
    library,
    label,
    serial: token.serialNumber.trimEnd(),
    folder,
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Makes a signer below `root` on the token; `library` = what the token is reached through, its own by default. */
export function createSignerOn(
  token: SoftToken,
  root: ReturnType<typeof testRoot>,
  library = token.library,
): ReturnType<typeof createTokenSigner> {
  return createTokenSigner(signerRequest(root), {
    library,
    tokenLabel: token.label,
    tokenSerial: token.serial,
    pin: password(pin),
    now: now(),
    random: seeded('token'),
    persons: [],
    software,
  });
}
