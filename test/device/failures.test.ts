import { describe, expect, it } from 'vitest';
import { type DeviceFailure, failureAsError, failureToError, isFault } from '../../src-main/device/index.ts';
import { type ErrorName, errorCodes } from '../../src-shared/base/error-codes.ts';

const uncertain = { kind: 'uncertain', name: 'Lock', command: 'lock slot 3', cause: 'no answer' } as const;

/** Every kind of failure with its code, and whether it is the station's trouble. */
const table: readonly [DeviceFailure, ErrorName, boolean][] = [
  [{ kind: 'kit', failure: { kind: 'closed', reason: 'unplugged' } }, 'KIT_LOST', true],
  [{ kind: 'kit', failure: { kind: 'timeout', waitedMs: 5000 } }, 'KIT_SILENT', true],
  [{ kind: 'kit', failure: { kind: 'garbage', line: 'hello' } }, 'KIT_GARBAGE', true],
  [{ kind: 'kit', failure: { kind: 'kit-refused', kitStatus: 0xc3 } }, 'KIT_UNSUITABLE', true],
  [{ kind: 'kit', failure: { kind: 'kit-refused', kitStatus: 0xfe } }, 'BUS_STUCK', true],
  [{ kind: 'no-chip', address: 0xc0, answeredBefore: false }, 'NO_CHIP', false],
  [{ kind: 'no-chip', address: 0xc0, answeredBefore: true }, 'BOARD_REMOVED', false],
  [{ kind: 'no-answer', command: 'read config block 0' }, 'CHIP_UNCLEAR', false],
  [{ kind: 'status', name: 'Sign', command: 'sign', status: 0x0f }, 'CHIP_REFUSED', false],
  [{ kind: 'status', name: 'Sign', command: 'sign', status: 0x05 }, 'CHIP_FAULT', false],
  [{ kind: 'malformed', command: 'sign', reason: 'CRC' }, 'CHIP_UNCLEAR', false],
  [{ kind: 'self-test-failed', address: 0xc0 }, 'CHIP_FAULT', false],
  [{ kind: 'board-changed', expected: '0123', found: '0124' }, 'BOARD_CHANGED', false],
  [{ kind: 'wrong-part', expected: 'ATECC608', found: 'ATECC508A', revision: '00005000' }, 'WRONG_PART', false],
  [{ ...uncertain, kitLost: false }, 'CHIP_UNCLEAR', false],
  [{ ...uncertain, kitLost: false, boardGone: true }, 'BOARD_REMOVED', false],
  [{ kind: 'status', name: 'Sign', command: 'sign', status: 0xff }, 'CHIP_UNCLEAR', false],
  [{ ...uncertain, kitLost: true }, 'KIT_LOST', true],
  [{ ...uncertain, kitLost: false, busStuck: true }, 'BUS_STUCK', true],
  [{ kind: 'read-back-differs', where: 'slot 10 block 0', expected: '00', found: '01' }, 'READ_BACK_DIFFERS', false],
  [{ kind: 'watchdog-budget', neededMs: 900, allowedMs: 700 }, 'KIT_UNSUITABLE', true],
  [{ kind: 'not-owner', session: 1, current: 2 }, 'KIT_BUSY', true],
  [{ kind: 'already-locked', zone: 'config' }, 'CHIP_REFUSED', false],
  [{ kind: 'not-locked', zone: 'config' }, 'CHIP_REFUSED', false],
  [{ kind: 'config-crc' }, 'CONFIG_CRC', false],
  [{ kind: 'data-crc' }, 'DATA_CRC', false],
  [{ kind: 'slot-not-lockable', slot: 8 }, 'SLOT_NOT_LOCKABLE', false],
  [{ kind: 'no-key', slot: 0 }, 'CHIP_FAULT', false],
  [{ kind: 'address-lost', oldAddress: 0xc0, newAddress: 0xb0 }, 'ADDRESS_LOST', false],
  [{ kind: 'authorisation-refused', slot: 4 }, 'PASSWORD_WRONG', false],
  [{ kind: 'auth-lost-over-idle' }, 'SIGNER_KIT_UNSUITABLE', true],
  [{ kind: 'authorisation-test', step: 'a', found: 'signs' }, 'SIGNER_FAULT', false],
];

describe('failures as errors', () => {
  it.each(table)('%o', (failure, code, fault) => {
    const report = failureToError(failure);
    expect(report.code).toBe(code);
    expect(report.message).toMatch(/^[A-Z"].*\.$/s);
    expect(isFault(failure)).toBe(fault);
    expect(failureAsError(failure).number).toBe(errorCodes[code]);
  });

  it('carries the particulars as plain facts', () => {
    expect(failureToError({ kind: 'board-changed', expected: 'AA', found: 'BB' }).details).toEqual({
      kind: 'board-changed',
      expected: 'AA',
      found: 'BB',
    });
    expect(failureToError({ kind: 'kit', failure: { kind: 'closed', reason: 'unplugged' } }).details).toEqual({
      kind: 'kit-closed',
      reason: 'unplugged',
    });
  });
});
