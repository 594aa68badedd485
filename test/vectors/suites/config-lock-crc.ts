import { configLockCrc, lockConfig, lockCrcOf, lockData } from '../../../src-shared/atecc/index.ts';
import { u16le } from '../../../src-shared/base/bytes.ts';
import { bytesListOf, bytesOf, compareAll } from '../fields.ts';
import type { Judge } from '../judge.ts';

/** config-lock-crc.json: content of a zone -> summary and Lock packet. Data cases list what the chip holds, in order. */
export const judge: Judge = (testCase) => {
  if ('config' in testCase.in) {
    const crc = configLockCrc(bytesOf(testCase.in, 'config'));
    return compareAll(testCase.out, { crc_le: u16le(crc), summary_crc: crc, lock_packet: lockConfig(crc).packet });
  }
  const crc = lockCrcOf([...bytesListOf(testCase.in, 'slots'), bytesOf(testCase.in, 'otp')]);
  return compareAll(testCase.out, { crc_le: u16le(crc), summary_crc: crc, lock_packet: lockData(crc).packet });
};
