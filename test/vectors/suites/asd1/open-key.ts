import { z } from 'zod';
import { openModuleKeys } from '../../../../src-main/signing/asd1/password.ts';
import { fromHex } from '../../../../src-shared/base/bytes.ts';
import type { Judge } from '../../judge.ts';
import { compareKeys } from './password-key.ts';

export const judge: Judge = (testCase) => {
  const { sn } = z.object({ sn: z.string() }).parse(testCase.in);
  return compareKeys(openModuleKeys(fromHex(sn)), z.object({ k4: z.string(), k5: z.string() }).parse(testCase.out));
};
