import { z } from 'zod';
import { keysFromPassword, type ModuleKeys, passwordSecret } from '../../../../src-main/signing/asd1/password.ts';
import { fromHex, toHex, utf8 } from '../../../../src-shared/base/bytes.ts';
import { type Judge, passed, type Verdict, wrong } from '../../judge.ts';

const input = z.object({
  password: z.string(),
  sn: z.string(),
  record_salt: z.string(),
  log2n: z.int(),
  r: z.int(),
  p: z.int(),
});
const output = z.object({ password_utf8_nfc: z.string(), k4: z.string(), k5: z.string() });

export function compareKeys(keys: ModuleKeys, expected: { readonly k4: string; readonly k5: string }): Verdict {
  const k4 = keys.k4.use(toHex);
  const k5 = keys.k5.use(toHex);
  if (k4 !== expected.k4.toUpperCase()) return wrong(`k4: ${k4}, expected ${expected.k4}`);
  return k5 === expected.k5.toUpperCase() ? passed : wrong(`k5: ${k5}, expected ${expected.k5}`);
}

export const judge: Judge = async (testCase) => {
  const given = input.parse(testCase.in);
  const expected = output.parse(testCase.out);
  const secret = passwordSecret(given.password);
  if (secret === undefined) return wrong('the password is refused');
  const normal = toHex(utf8(given.password.normalize('NFC')));
  if (secret.use(toHex) !== normal || normal !== expected.password_utf8_nfc.toUpperCase())
    return wrong(`NFC: ${normal}`);
  const kdf = { algorithm: 1, log2N: given.log2n, r: given.r, p: given.p };
  return compareKeys(await keysFromPassword(secret, fromHex(given.sn), fromHex(given.record_salt), kdf), expected);
};
