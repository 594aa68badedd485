import type { ClockDivider, CommandName, ExecutionTime, Part } from './command.ts';

/** Times of one command in ms (atecc-device.md 3). */
interface TimingRow {
  /** 508A data sheet, typical. */
  readonly typical508: number;
  /** 508A data sheet, maximum. */
  readonly maximum508: number;
  /** Fixed wait that Microchip's library takes for a 508A. */
  readonly fixed508: number;
}

/** 508A: data sheet typical and maximum, and the fixed wait (column "508 CAL"). */
const rows508: Readonly<Partial<Record<CommandName, TimingRow>>> = {
  CheckMac: { typical508: 5, maximum508: 13, fixed508: 13 },
  Counter: { typical508: 5, maximum508: 20, fixed508: 20 },
  DeriveKey: { typical508: 2, maximum508: 50, fixed508: 50 },
  ECDH: { typical508: 38, maximum508: 58, fixed508: 58 },
  GenDig: { typical508: 5, maximum508: 11, fixed508: 11 },
  GenKey: { typical508: 11, maximum508: 115, fixed508: 115 },
  HMAC: { typical508: 13, maximum508: 23, fixed508: 23 },
  Info: { typical508: 0.1, maximum508: 1, fixed508: 2 },
  Lock: { typical508: 8, maximum508: 32, fixed508: 32 },
  MAC: { typical508: 5, maximum508: 14, fixed508: 14 },
  Nonce: { typical508: 0.1, maximum508: 7, fixed508: 29 },
  Pause: { typical508: 0.1, maximum508: 3, fixed508: 3 },
  PrivWrite: { typical508: 0.8, maximum508: 48, fixed508: 48 },
  Random: { typical508: 1, maximum508: 23, fixed508: 23 },
  Read: { typical508: 0.1, maximum508: 1, fixed508: 5 },
  SHA: { typical508: 7, maximum508: 9, fixed508: 9 },
  Sign: { typical508: 42, maximum508: 50, fixed508: 60 },
  UpdateExtra: { typical508: 8, maximum508: 10, fixed508: 10 },
  Verify: { typical508: 38, maximum508: 58, fixed508: 72 },
  Write: { typical508: 7, maximum508: 26, fixed508: 26 },
};

/** 608: the fixed waits at clock divider M0, M1, M2. */
const rows608: Readonly<Partial<Record<CommandName, readonly [m0: number, m1: number, m2: number]>>> = {
  AES: [27, 27, 27],
  CheckMac: [40, 40, 40],
  Counter: [25, 25, 25],
  DeriveKey: [50, 50, 50],
  ECDH: [75, 172, 531],
  GenDig: [25, 35, 35],
  GenKey: [115, 215, 653],
  Info: [5, 5, 5],
  KDF: [165, 165, 165],
  Lock: [35, 35, 35],
  MAC: [55, 55, 55],
  Nonce: [20, 20, 20],
  PrivWrite: [50, 50, 50],
  Random: [23, 23, 23],
  Read: [5, 5, 5],
  SecureBoot: [80, 160, 480],
  SelfTest: [250, 625, 2324],
  SHA: [36, 42, 75],
  Sign: [115, 220, 665],
  UpdateExtra: [10, 10, 10],
  Verify: [105, 295, 1085],
  Write: [45, 45, 45],
};

const dividerIndex = { M0: 0, M1: 1, M2: 2 } as const;

/**
 * How long a command takes inside the chip, in ms.
 * 508A: typical is the data sheet's; maximum is the larger of data sheet and the library's fixed wait.
 * 608: nobody publishes typical figures, so the fixed wait at this clock divider counts as typical and as maximum;
 * a real part is usually done earlier, and polling finds out (atecc-device.md 3).
 * Throws RangeError for a command the part does not have.
 */
export function executionTime(name: CommandName, part: Part, divider: ClockDivider): ExecutionTime {
  if (part === 'ATECC508A') {
    const row = rows508[name];
    if (row === undefined) throw new RangeError(`the ATECC508A has no command ${name}`);
    return { typicalMs: row.typical508, maximumMs: Math.max(row.maximum508, row.fixed508) };
  }
  const row = rows608[name];
  if (row === undefined) throw new RangeError(`the ATECC608 has no command ${name}`);
  const wait = row[dividerIndex[divider]];
  return { typicalMs: wait, maximumMs: wait };
}

/** 508A figures of the table as they are, for documents and the bench; undefined for 608-only commands. */
export function timing508(name: CommandName): TimingRow | undefined {
  return rows508[name];
}

/** Wake pulse and wait until the chip listens: 60 µs + 1500 µs (atecc-device.md 1). */
export const WAKE_MS = 1.56;

/** When to look for an answer: first after 1 ms, then every 2 ms, in vain after 2500 ms (atecc-device.md 1). */
export const polling = { firstMs: 1, everyMs: 2, giveUpMs: 2500 } as const;

/** How long after wake a chip falls asleep, in ms. Commands do not restart it, only idle or sleep and a new wake. */
export interface WatchdogTime {
  /** What a sequence may count on. */
  readonly shortestMs: number;
  readonly nominalMs: number;
}

/** 0.7 s at worst, 1.3 s nominal, for both parts (atecc-device.md 1). */
const shortWatchdog: WatchdogTime = { shortestMs: 700, nominalMs: 1300 };

/**
 * Watchdog of a part; `long` = ChipMode bit 2 is set. Nominal values: atecc-device.md 1 (the 608's 13 s is UNCONFIRMED).
 * No worst case of the long setting is published: the same clock drives both, so the ratio 0.7 / 1.3 is applied to 10 s,
 * and the 608 is given no more than the 508A.
 */
export function watchdogTime(part: Part, long: boolean): WatchdogTime {
  if (!long) return shortWatchdog;
  return { shortestMs: 5300, nominalMs: part === 'ATECC508A' ? 10_000 : 13_000 };
}

/** The clock divider of ChipMode (config byte 19 bits 7..3: 00, 28, 68 after masking; config-zone.md 1); undefined when it is none of the three. */
export function clockDividerOf(chipMode: number): ClockDivider | undefined {
  switch (chipMode & 0xf8) {
    case 0x00:
      return 'M0';
    case 0x28:
      return 'M1';
    case 0x68:
      return 'M2';
    default:
      return undefined;
  }
}

/** Whether ChipMode (config byte 19) selects the long watchdog: bit 2 (config-zone.md 1). */
export function hasLongWatchdog(chipMode: number): boolean {
  return (chipMode & 0x04) !== 0;
}
