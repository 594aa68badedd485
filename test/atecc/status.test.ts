import { describe, expect, it } from 'vitest';
import {
  chipStatus,
  chipStatusOfLibraryName,
  isWakeTokenInsteadOfAnswer,
  libraryNameOfChipStatus,
  libraryNameOfNumber,
  mayRepeat,
  readWakeToken,
  statusInfo,
  statusPacket,
  statusTable,
} from '../../src-shared/atecc/index.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';

describe('status bytes (atecc-device.md 2)', () => {
  it.each([
    [0x00, '04000340'],
    [0x01, '040100C3'],
    [0x03, '04038342'],
    [0x05, '0405C343'],
    [0x07, '040740C2'],
    [0x08, '040860C0'],
    [0x0f, '040F2342'],
    [0x11, '04113343'],
    [0xee, '04EE3141'],
    [0xff, '04FF0142'],
  ])('%i is sent as %s', (status, packet) => {
    expect(statusPacket(status)).toEqual(fromHex(packet));
    expect(statusTable.map((info) => info.status)).toContain(status);
  });

  it('each has one sentence of its own', () => {
    expect(new Set(statusTable.map(({ sentence }) => sentence)).size).toBe(statusTable.length);
    for (const { sentence } of statusTable) expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(Object.values(chipStatus).sort()).toEqual(statusTable.map(({ status }) => status).sort());
  });

  it('only an ECC fault and a damaged command may be repeated, and the watchdog asks for the whole sequence', () => {
    const repeatable = Array.from({ length: 256 }, (_, status) => status).filter(mayRepeat);
    expect(repeatable).toEqual([0x05, 0xff]);
    expect(statusInfo(0xee).retry).toBe('redo-sequence');
  });

  it('one that is not in the book is named and not repeated', () => {
    expect(statusInfo(0x42)).toMatchObject({ name: 'unknown status 42', retry: 'never' });
  });
});

describe('wake token', () => {
  it.each([
    ['04113343', 'awake'],
    ['040740C2', 'self-test-failed'],
    ['0407C440', 'self-test-failed'],
    ['04113344', 'none'],
    ['0411334300', 'none'],
    ['', 'none'],
    ['FFFFFFFF', 'none'],
  ])('%s: %s', (hex, outcome) => {
    expect(readWakeToken(fromHex(hex))).toBe(outcome);
  });

  it('instead of an answer means no answer (kit-protocol.md 2)', () => {
    expect(isWakeTokenInsteadOfAnswer(fromHex('04113343'))).toBe(true);
    expect(isWakeTokenInsteadOfAnswer(fromHex('04000340'))).toBe(false);
    expect(isWakeTokenInsteadOfAnswer(new Uint8Array(0))).toBe(false);
  });
});

describe("the library's numbers (kit-protocol.md 3)", () => {
  it.each([
    [0x01, 'ATCA_CHECKMAC_VERIFY_FAILED', 0xd1],
    [0x03, 'ATCA_PARSE_ERROR', 0xd2],
    [0x05, 'ATCA_STATUS_ECC', 0xd6],
    [0x07, 'ATCA_STATUS_SELFTEST_ERROR', 0xd7],
    [0x08, 'ATCA_HEALTH_TEST_ERROR', 0xfa],
    [0x0f, 'ATCA_EXECUTION_ERROR', 0xf4],
    [0xff, 'ATCA_STATUS_CRC', 0xd4],
    [0x11, 'ATCA_WAKE_SUCCESS', 0xf3],
  ] as const)('status %i is %s, low byte %i, and comes back', (status, name, low) => {
    expect(libraryNameOfChipStatus(status)).toBe(name);
    expect(chipStatusOfLibraryName(name)).toBe(status);
    const signed = low - 256;
    expect(libraryNameOfNumber(signed)).toBe(name);
  });

  it('has no word for the watchdog', () => {
    expect(libraryNameOfChipStatus(0xee)).toBe('ATCA_GEN_FAIL');
    expect(chipStatusOfLibraryName('ATCA_GEN_FAIL')).toBeUndefined();
    expect(libraryNameOfNumber(-99)).toBeUndefined();
  });
});
