import { afterAll, expect, it } from 'vitest';
import { testRoot } from './rig.ts';
import { createSignerOn, openSoftToken, type SoftToken } from './softhsm.ts';

let token: SoftToken | undefined;
afterAll(() => token?.remove());

it('a token without ECDSA is refused by name', async () => {
  token = await openSoftToken('CKM_SHA256,CKM_RSA_PKCS');
  const made = await createSignerOn(token, testRoot());
  expect(made).toEqual({
    ok: false,
    failure: { kind: 'token', failure: { kind: 'broken', reason: { code: 'token-no-ecdsa', facts: {} } } },
  });
});
