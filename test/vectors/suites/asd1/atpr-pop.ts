import { proofOfPossessionDigest } from '../../../../src-shared/wire/auth.ts';
import { bytesOf, compareAll } from '../../fields.ts';
import type { Judge } from '../../judge.ts';

/** asd1.json atpr-pop: the digest that the chip signs to prove that it has the key (signer-and-server.md 7.2). */
export const judge: Judge = ({ in: given, out }) =>
  compareAll(out, {
    digest: proofOfPossessionDigest(
      bytesOf(given, 'session_id'),
      bytesOf(given, 'config_0_15'),
      bytesOf(given, 'public_key'),
    ),
  });
