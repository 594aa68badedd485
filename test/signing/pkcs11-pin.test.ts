import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { testRoot } from './rig.ts';
import { createSignerOn, openSoftToken } from './softhsm.ts';

it('a token that has locked its PIN is refused by name', async () => {
  const token = await openSoftToken();
  const folder = mkdtempSync(join(tmpdir(), 'signet-pin-'));
  try {
    const library = join(folder, 'pin-locked.so');
    const source = fileURLToPath(new URL('./pin-locked.c', import.meta.url));
    execFileSync('cc', ['-shared', '-fPIC', '-Wall', '-Wno-cast-function-type', '-o', library, source, '-ldl']);
    process.env['SIGNET_TEST_PKCS11'] = token.library;
    const made = await createSignerOn(token, testRoot(), library);
    expect(made).toEqual({
      ok: false,
      failure: { kind: 'token', failure: { kind: 'broken', reason: { code: 'token-pin-locked', facts: {} } } },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    token.remove();
  }
});
