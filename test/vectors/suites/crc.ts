import { crcBytes } from '../../../src-shared/atecc/index.ts';
import { bytesOf, compareAll } from '../fields.ts';
import type { Judge } from '../judge.ts';

/** crc.json: data -> the two CRC bytes as sent. */
export const judge: Judge = (testCase) => compareAll(testCase.out, { crc: crcBytes(bytesOf(testCase.in, 'data')) });
