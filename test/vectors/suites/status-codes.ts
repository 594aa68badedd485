import {
  isLibraryStatusName,
  type LibraryStatusName,
  libraryNameOfChipStatus,
  libraryNameOfDefect,
  libraryNameOfWake,
  libraryStatus,
  parseResponse,
  readWakeToken,
} from '../../../src-shared/atecc/index.ts';
import { bytesOf, compareAll, kindOf, textOf } from '../fields.ts';
import { type Judge, type VectorCase, type Verdict, wrong } from '../judge.ts';

/** status-codes.json: the library's numbers, and how a status packet and a wake token map to them. */
export const judge: Judge = (testCase) => {
  switch (kindOf(testCase)) {
    case 'constant':
      return judgeConstant(testCase);
    case 'device_status':
      return judgeDeviceStatus(testCase);
    case 'wake_token':
      return compareAll(testCase.out, named('status', libraryNameOfWake(readWakeToken(bytesOf(testCase.in, 'token')))));
    default:
      return wrong(`kind ${kindOf(testCase)}`);
  }
};

function judgeConstant(testCase: VectorCase): Verdict {
  const name = textOf(testCase.in, 'constant');
  if (!isLibraryStatusName(name)) return wrong(`no constant ${name}`);
  const value = libraryStatus[name];
  return compareAll(testCase.out, { value, low_byte: Uint8Array.of(value & 0xff) });
}

/**
 * The library judges CRC and status apart: a 4-byte answer is a status even when its CRC is wrong, and a longer one never is.
 * We decode only a sound frame, so the two halves are taken from our parts: the frame check, and the mapping of the byte.
 */
function judgeDeviceStatus(testCase: VectorCase): Verdict {
  const response = bytesOf(testCase.in, 'response');
  const frame = parseResponse(response);
  const crcCheck: LibraryStatusName = frame.ok ? 'ATCA_SUCCESS' : libraryNameOfDefect(frame.failure);
  const isStatus = response.length === 4 && response[0] === 4;
  const status = isStatus ? libraryNameOfChipStatus(response[1] ?? 0) : 'ATCA_SUCCESS';
  const wanted = named('crc_check', crcCheck);
  return compareAll(testCase.out, {
    ...named('status', status),
    crc_check: wanted['crc_check'],
    ...('crc_check_name' in testCase.out ? { crc_check_name: crcCheck } : {}),
  });
}

/** A status as the files show it: number and symbol. */
function named(field: string, name: LibraryStatusName): Readonly<Record<string, unknown>> {
  return { [field]: libraryStatus[name], [`${field}_name`]: name };
}
