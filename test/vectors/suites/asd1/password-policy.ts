import { z } from 'zod';
import { checkPasswordPolicy } from '../../../../src-main/signing/asd1/password.ts';
import { type Judge, passed, wrong } from '../../judge.ts';

const input = z.object({ password: z.string(), minimum: z.int() });
const output = z.object({ accepted: z.boolean(), characters: z.int(), bytes: z.int() });

export const judge: Judge = (testCase) => {
  const given = input.parse(testCase.in);
  const expected = output.parse(testCase.out);
  const ours = checkPasswordPolicy(given.password, given.minimum);
  const same =
    ours.accepted === expected.accepted && ours.characters === expected.characters && ours.bytes === expected.bytes;
  return same ? passed : wrong(JSON.stringify(ours));
};
