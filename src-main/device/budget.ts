import type { ClockDivider, CommandName, Part } from '../../src-shared/atecc/command.ts';
import { partHasCommand } from '../../src-shared/atecc/opcodes.ts';
import { executionTime, WAKE_MS, watchdogTime } from '../../src-shared/atecc/timing.ts';
import type { ChannelDescription } from '../hal/byte-channel.ts';

/** What is known of a chip and decides its timing. Unknown = the slowest that is possible. */
export interface ChipFacts {
  readonly part: Part | 'unknown';
  readonly divider: ClockDivider;
  /** ChipMode bit 2: 10 s watchdog instead of 1.3 s. Only true when it was read from the chip. */
  readonly longWatchdog: boolean;
}

/** Before the chip was looked at. */
export const unknownChip: ChipFacts = { part: 'unknown', divider: 'M0', longWatchdog: false };

/** How long lines take on a channel, in ms: a part per line (or report) and a part per character. */
interface LineCost {
  readonly perCharacterMs: number;
  readonly outPerReportMs: number;
  readonly inPerReportMs: number;
}

/** HID: 20 ms per OUT and 4 ms per IN report of 62 characters (signer-and-server.md 6.6); serial: 115200 baud; others: a round trip. */
const lineCosts: Readonly<Record<ChannelDescription['kind'], LineCost>> = {
  hid: { perCharacterMs: 0, outPerReportMs: 20, inPerReportMs: 4 },
  serial: { perCharacterMs: 0.087, outPerReportMs: 0.5, inPerReportMs: 0.5 },
  tcp: { perCharacterMs: 0, outPerReportMs: 0.5, inPerReportMs: 0.5 },
  simulated: { perCharacterMs: 0, outPerReportMs: 0, inPerReportMs: 0 },
};

const REPORT_CHARACTERS = 62;
/** "s:t(" and ")\n" around a packet, "00(" and ")\n" around an answer. */
const LINE_FRAME = 6;

/** Largest command and answer packets in bytes, where they differ from a small one (atecc-device.md 7). */
const packetSizes: Readonly<Partial<Record<CommandName, readonly [command: number, answer: number]>>> = {
  AES: [39, 19],
  CheckMac: [84, 4],
  DeriveKey: [39, 4],
  ECDH: [71, 67],
  GenDig: [39, 4],
  GenKey: [10, 67],
  HMAC: [7, 35],
  KDF: [139, 99],
  MAC: [39, 35],
  Nonce: [71, 35],
  PrivWrite: [75, 4],
  Random: [7, 35],
  Read: [7, 35],
  SecureBoot: [103, 35],
  SHA: [71, 75],
  Sign: [7, 67],
  Verify: [135, 35],
  Write: [71, 4],
};
const smallPackets = [11, 7] as const;

/** ms that one command takes at most: inside the chip plus its two lines on this channel. */
export function commandCeilingMs(name: CommandName, chip: ChipFacts, channel: ChannelDescription['kind']): number {
  const [commandBytes, answerBytes] = packetSizes[name] ?? smallPackets;
  const cost = lineCosts[channel];
  const out = 2 * commandBytes + LINE_FRAME;
  const back = 2 * answerBytes + LINE_FRAME;
  return (
    maximumMs(name, chip) +
    Math.ceil(out / REPORT_CHARACTERS) * cost.outPerReportMs +
    Math.ceil(back / REPORT_CHARACTERS) * cost.inPerReportMs +
    (out + back) * cost.perCharacterMs
  );
}

/** ms from wake to the last answer of commands that run in one wake window, at worst. */
export function windowCeilingMs(
  commands: readonly CommandName[],
  chip: ChipFacts,
  channel: ChannelDescription['kind'],
): number {
  let total = WAKE_MS;
  for (const name of commands) total += commandCeilingMs(name, chip, channel);
  return total;
}

/** ms that one wake window may last: the part's shortest watchdog (atecc-device.md 1). */
export function windowLimitMs(chip: ChipFacts): number {
  return watchdogTime(chip.part === 'unknown' ? 'ATECC508A' : chip.part, chip.longWatchdog).shortestMs;
}

function maximumMs(name: CommandName, chip: ChipFacts): number {
  if (chip.part !== 'unknown') return executionTime(name, chip.part, chip.divider).maximumMs;
  const parts: readonly Part[] = ['ATECC508A', 'ATECC608'];
  return Math.max(
    ...parts
      .filter((part) => partHasCommand(part, name))
      .map((part) => executionTime(name, part, chip.divider).maximumMs),
  );
}
