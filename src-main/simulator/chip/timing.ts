/** Opcodes, the parts that know them, and execution times in ms (atecc-device.md 3). */

export type Family = '508A' | '608';
export type TimingModel = 'typical' | 'maximum' | 'none';
export type ClockDivider = 'M0' | 'M1' | 'M2';

interface OpcodeRow {
  readonly name: string;
  /** 508A: typical, maximum. */
  readonly a508?: readonly [typical: number, maximum: number];
  /** 608: M0, M1, M2. No typical figures are published; the fixed waits stand for both. */
  readonly a608?: readonly [m0: number, m1: number, m2: number];
}

const all = (ms: number): readonly [number, number, number] => [ms, ms, ms];

const rows: Readonly<Record<number, OpcodeRow>> = {
  1: { name: 'Pause', a508: [0.1, 3] },
  2: { name: 'Read', a508: [0.1, 1], a608: all(5) },
  8: { name: 'MAC', a508: [5, 14], a608: all(55) },
  17: { name: 'HMAC', a508: [13, 23] },
  18: { name: 'Write', a508: [7, 26], a608: all(45) },
  21: { name: 'GenDig', a508: [5, 11], a608: [25, 35, 35] },
  22: { name: 'Nonce', a508: [0.1, 7], a608: all(20) },
  23: { name: 'Lock', a508: [8, 32], a608: all(35) },
  27: { name: 'Random', a508: [1, 23], a608: all(23) },
  28: { name: 'DeriveKey', a508: [2, 50], a608: all(50) },
  32: { name: 'UpdateExtra', a508: [8, 10], a608: all(10) },
  36: { name: 'Counter', a508: [5, 20], a608: all(25) },
  40: { name: 'CheckMac', a508: [5, 13], a608: all(40) },
  48: { name: 'Info', a508: [0.1, 1], a608: all(5) },
  64: { name: 'GenKey', a508: [11, 115], a608: [115, 215, 653] },
  65: { name: 'Sign', a508: [42, 50], a608: [115, 220, 665] },
  67: { name: 'ECDH', a508: [38, 58], a608: [75, 172, 531] },
  69: { name: 'Verify', a508: [38, 58], a608: [105, 295, 1085] },
  70: { name: 'PrivWrite', a508: [0.8, 48], a608: all(50) },
  71: { name: 'SHA', a508: [7, 9], a608: [36, 42, 75] },
  81: { name: 'AES', a608: all(27) },
  86: { name: 'KDF', a608: all(165) },
  119: { name: 'SelfTest', a608: [250, 625, 2324] },
  128: { name: 'SecureBoot', a608: [80, 160, 480] },
};

const dividerIndex = { M0: 0, M1: 1, M2: 2 } as const;

/** The data sheet's name of an opcode that this family knows; undefined otherwise. */
export function commandName(opcode: number, family: Family): string | undefined {
  const row = rows[opcode];
  const known = family === '508A' ? row?.a508 : row?.a608;
  return known === undefined ? undefined : row?.name;
}

/** ms a command takes under the timing model; 0 for `none` and for an opcode the family does not know. */
export function executionMs(opcode: number, family: Family, divider: ClockDivider, model: TimingModel): number {
  if (model === 'none') return 0;
  const row = rows[opcode];
  if (family === '608') return row?.a608?.[dividerIndex[divider]] ?? 0;
  return row?.a508?.[model === 'typical' ? 0 : 1] ?? 0;
}

/** ChipMode bits 7..3 as divider: 00 = M0, 05 = M1, 0D = M2; other values are not published and count as M0. */
export function dividerOf(chipMode: number): ClockDivider {
  const bits = chipMode >> 3;
  if (bits === 0x0d) return 'M2';
  return bits === 0x05 ? 'M1' : 'M0';
}
