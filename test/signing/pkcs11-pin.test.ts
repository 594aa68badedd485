import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createTokenSigner } from '../../src-main/signing/pkcs11-signer.ts';
import { now, password, seeded, signerRequest, software, testRoot } from './rig.ts';
import { openSoftToken, pin } from './softhsm.ts';

it('a token that has locked its PIN is refused by name', async () => {
  const token = await openSoftToken();
  const folder = mkdtempSync(join(tmpdir(), 'signet-pin-'));
  try {
    const library = join(folder, 'pin-locked.so');
    const source = fileURLToPath(new URL('./pin-locked.c', import.meta.url));
    execFileSync('cc', ['-shared', '-fPIC', '-Wall', '-Wno-cast-function-type', '-o', library, source, '-ldl']);
    process.env['SIGNET_TEST_PKCS11'] = token.library;
    const made = await createTokenSigner(signerRequest(testRoot()), {
      library,
      tokenLabel: token.label,
      tokenSerial: token.serial,
      pin: password(pin),
      now: now(),
      random: seeded('token'),
      persons: [],
      software,
    });
    expect(made).toEqual({
      ok: false,
      failure: { kind: 'token', failure: { kind: 'broken', reason: 'the PIN of the token is locked' } },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    token.remove();
  }
});
