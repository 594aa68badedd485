/**
 * Our outcomes in the words of Microchip's C library (ATCA_STATUS, ATCACERT_E_*), for those who meet its users: the modern kit
 * host prints these numbers on the wire (kit-protocol.md 3), and C programs print them to engineers. Signet decides nothing by them.
 */
import type { HostRefusal } from './host/temp-key.ts';
import type { FrameDefect } from './packet.ts';
import { chipStatus, type WakeOutcome } from './status.ts';

/** Symbol to number, signed as the C enumeration has it; the low byte of a negative one is what documents and kits show. */
export const libraryStatus = {
  ATCA_SUCCESS: 0,
  ATCA_CONFIG_ZONE_LOCKED: 1,
  ATCA_DATA_ZONE_LOCKED: 2,
  ATCA_NOT_INITIALIZED: -3,
  ATCA_USE_FLAGS_CONSUMED: -4,
  ATCA_ALLOC_FAILURE: -5,
  ATCA_HEALTH_TEST_ERROR: -6,
  ATCA_NO_DEVICES: -7,
  ATCA_NOT_LOCKED: -8,
  ATCA_TX_FAIL: -9,
  ATCA_ASSERT_FAILURE: -10,
  ATCA_UNIMPLEMENTED: -11,
  ATCA_EXECUTION_ERROR: -12,
  ATCA_WAKE_SUCCESS: -13,
  ATCA_BAD_OPCODE: -14,
  ATCA_TIMEOUT: -15,
  ATCA_COMM_FAIL: -16,
  ATCA_SMALL_BUFFER: -19,
  ATCA_TOO_MANY_COMM_RETRIES: -20,
  ATCA_RX_TIMEOUT: -21,
  ATCA_TX_TIMEOUT: -22,
  ATCA_PARITY_ERROR: -23,
  ATCA_RESYNC_WITH_WAKEUP: -24,
  ATCA_RX_NO_RESPONSE: -25,
  ATCA_RX_FAIL: -26,
  ATCA_RX_CRC_ERROR: -27,
  ATCA_INVALID_SIZE: -28,
  ATCA_INVALID_ID: -29,
  ATCA_BAD_PARAM: -30,
  ATCA_GEN_FAIL: -31,
  ATCA_FUNC_FAIL: -32,
  ATCA_STATUS_SELFTEST_ERROR: -41,
  ATCA_STATUS_ECC: -42,
  ATCA_STATUS_UNKNOWN: -43,
  ATCA_STATUS_CRC: -44,
  ATCA_PARSE_ERROR: -46,
  ATCA_CHECKMAC_VERIFY_FAILED: -47,
  ATCA_WAKE_FAILED: -48,
  ATCACERT_E_SUCCESS: 0,
  ATCACERT_E_DECODING_ERROR: 4,
  ATCACERT_E_INVALID_DATE: 5,
  ATCACERT_E_UNEXPECTED_ELEM_SIZE: 7,
  ATCACERT_E_ELEM_MISSING: 8,
  ATCACERT_E_ELEM_OUT_OF_BOUNDS: 9,
  ATCACERT_E_BAD_CERT: 10,
  ATCACERT_E_WRONG_CERT_DEF: 11,
  ATCACERT_E_VERIFY_FAILED: 12,
  ATCACERT_E_INVALID_TRANSFORM: 13,
  ATCACERT_E_BUFFER_TOO_SMALL: -19,
  ATCACERT_E_UNIMPLEMENTED: -11,
  ATCACERT_E_BAD_PARAMS: -30,
  ATCACERT_E_ERROR: -31,
} as const;

export type LibraryStatusName = keyof typeof libraryStatus;

/** Whether a word is one of the library's symbols. */
export function isLibraryStatusName(name: string): name is LibraryStatusName {
  return Object.hasOwn(libraryStatus, name);
}

const byChipStatus: ReadonlyMap<number, LibraryStatusName> = new Map<number, LibraryStatusName>([
  [chipStatus.success, 'ATCA_SUCCESS'],
  [chipStatus.miscompare, 'ATCA_CHECKMAC_VERIFY_FAILED'],
  [chipStatus.parseError, 'ATCA_PARSE_ERROR'],
  [chipStatus.eccFault, 'ATCA_STATUS_ECC'],
  [chipStatus.selfTestError, 'ATCA_STATUS_SELFTEST_ERROR'],
  [chipStatus.healthTestError, 'ATCA_HEALTH_TEST_ERROR'],
  [chipStatus.executionError, 'ATCA_EXECUTION_ERROR'],
  [chipStatus.afterWake, 'ATCA_WAKE_SUCCESS'],
  [chipStatus.communicationError, 'ATCA_STATUS_CRC'],
]);

/** What the library calls a chip's status byte; it has no word for the watchdog (EE) and unlisted ones. */
export function libraryNameOfChipStatus(status: number): LibraryStatusName {
  return byChipStatus.get(status) ?? 'ATCA_GEN_FAIL';
}

/** The chip's status byte behind one of the library's numbers (kit-protocol.md 3, last column); undefined where it is lost. */
export function chipStatusOfLibraryName(name: LibraryStatusName): number | undefined {
  for (const [status, word] of byChipStatus) if (word === name) return status;
  return undefined;
}

/** What the library calls a damaged answer. */
export function libraryNameOfDefect(defect: FrameDefect): LibraryStatusName {
  switch (defect.kind) {
    case 'empty':
      return 'ATCA_RX_NO_RESPONSE';
    case 'short':
      return 'ATCA_RX_FAIL';
    case 'count':
    case 'crc':
      return 'ATCA_RX_CRC_ERROR';
  }
}

/** What the library calls the outcome of a wake. */
export function libraryNameOfWake(outcome: WakeOutcome): LibraryStatusName {
  switch (outcome) {
    case 'awake':
      return 'ATCA_SUCCESS';
    case 'self-test-failed':
      return 'ATCA_STATUS_SELFTEST_ERROR';
    case 'none':
      return 'ATCA_WAKE_FAILED';
  }
}

/** What the library's host functions answer when they do not compute. */
export function libraryNameOfRefusal(refusal: HostRefusal): LibraryStatusName {
  return refusal === 'illegal-parameters' ? 'ATCA_BAD_PARAM' : 'ATCA_EXECUTION_ERROR';
}

/** The library's first name of a number (several share one); undefined for a number it does not have. */
export function libraryNameOfNumber(value: number): LibraryStatusName | undefined {
  for (const name of Object.keys(libraryStatus)) {
    if (isLibraryStatusName(name) && libraryStatus[name] === value) return name;
  }
  return undefined;
}
