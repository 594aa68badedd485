import { z } from 'zod';
import { keysFromTwoPasswords, passwordSecret } from '../../../../src-main/signing/asd1/password.ts';
import { fromHex } from '../../../../src-shared/base/bytes.ts';
import { type Judge, wrong } from '../../judge.ts';
import { compareKeys } from './password-key.ts';

const input = z.object({
  password_a: z.string(),
  password_b: z.string(),
  sn: z.string(),
  record_salt: z.string(),
  log2n: z.int(),
  r: z.int(),
  p: z.int(),
});
const output = z.object({ k4: z.string(), k5: z.string() });

export const judge: Judge = async (testCase) => {
  const given = input.parse(testCase.in);
  const a = passwordSecret(given.password_a);
  const b = passwordSecret(given.password_b);
  if (a === undefined || b === undefined) return wrong('a password is refused');
  const kdf = { algorithm: 1, log2N: given.log2n, r: given.r, p: given.p };
  return compareKeys(
    await keysFromTwoPasswords(a, b, fromHex(given.sn), fromHex(given.record_salt), kdf),
    output.parse(testCase.out),
  );
};
