import { afterAll, expect, it } from 'vitest';
import { createTokenSigner } from '../../src-main/signing/pkcs11-signer.ts';
import { now, password, seeded, signerRequest, software, testRoot } from './rig.ts';
import { openSoftToken, pin, type SoftToken } from './softhsm.ts';

let token: SoftToken | undefined;
afterAll(() => token?.remove());

it('a token without ECDSA is refused by name', async () => {
  token = await openSoftToken('CKM_SHA256,CKM_RSA_PKCS');
  const made = await createTokenSigner(signerRequest(testRoot()), {
    library: token.library,
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
    failure: { kind: 'token', failure: { kind: 'broken', reason: 'the token does not offer ECDSA' } },
  });
});
