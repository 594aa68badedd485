import { z } from 'zod';
import { kdfAccepted, kdfMemory } from '../../../../src-main/signing/asd1/password.ts';
import { type Judge, passed, wrong } from '../../judge.ts';

const input = z.object({ algorithm: z.int().default(1), log2n: z.int(), r: z.int(), p: z.int() });
const output = z.object({ accepted: z.boolean(), maxmem: z.int().optional() });

export const judge: Judge = (testCase) => {
  const given = input.parse(testCase.in);
  const expected = output.parse(testCase.out);
  const kdf = { algorithm: given.algorithm, log2N: given.log2n, r: given.r, p: given.p };
  if (kdfAccepted(kdf) !== expected.accepted) return wrong(`accepted: ${!expected.accepted}`);
  if (expected.maxmem !== undefined && kdfMemory(kdf) !== expected.maxmem) return wrong(`memory: ${kdfMemory(kdf)}`);
  return passed;
};
