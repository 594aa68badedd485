/** What a kit status says about the exchange. */
export type KitStatusKind =
  /** The exchange worked; the data may still be a device error packet. */
  | 'ok'
  /** The kit did not pass the request on. */
  | 'refused'
  /** The chip could not be woken: the command did not reach it. */
  | 'no-wake'
  /** Something between kit and chip: nothing is known about what the chip did. */
  | 'no-answer';

/** One row of the table of kit statuses. */
export interface KitStatus {
  readonly kind: KitStatusKind;
  /** One plain sentence for the person in front of it. */
  readonly sentence: string;
  /** The chip's own status byte behind this kit status, where the kit ate it (kit-protocol.md 3). */
  readonly deviceStatus?: number;
}

/** Our own kit host: SDA or SCL is held low, and nine clocks did not free it. */
export const BUS_STUCK = 0xfe;

/**
 * Kit statuses: C0..C5 of the kit itself, D0..FD of the library inside it (kit-protocol.md 3).
 * The modern kit host prints the same numbers as negative ints of eight digits.
 */
const table: ReadonlyMap<number, KitStatus> = new Map<number, KitStatus>([
  [0x00, { kind: 'ok', sentence: 'The kit did what it was asked.' }],
  [0xc0, { kind: 'refused', sentence: 'The kit does not know this command.' }],
  [0xc1, { kind: 'refused', sentence: 'The line was too long for the kit.' }],
  [0xc2, { kind: 'no-answer', sentence: 'The answer was too long for the kit.' }],
  [0xc3, { kind: 'refused', sentence: 'The kit does not accept this parameter.' }],
  [0xc4, { kind: 'refused', sentence: 'The kit has no such interface.' }],
  [0xc5, { kind: 'refused', sentence: 'The kit has no such device.' }],
  [0xd0, { kind: 'no-wake', sentence: 'The chip did not wake.' }],
  [0xd1, { kind: 'no-answer', deviceStatus: 0x01, sentence: 'The chip found that the comparison fails.' }],
  [0xd2, { kind: 'no-answer', deviceStatus: 0x03, sentence: 'The chip did not accept the form of the command.' }],
  [0xd3, { kind: 'no-answer', sentence: 'The kit reports that the command failed.' }],
  [0xd4, { kind: 'no-answer', deviceStatus: 0xff, sentence: 'The chip received a damaged command.' }],
  [0xd5, { kind: 'no-answer', sentence: 'The chip answered with a status that the kit does not know.' }],
  [0xd6, { kind: 'no-answer', deviceStatus: 0x05, sentence: 'The chip reports a fault in a curve computation.' }],
  [0xd7, { kind: 'no-answer', deviceStatus: 0x07, sentence: 'The chip failed its self-test.' }],
  [0xe0, { kind: 'no-answer', sentence: 'The kit could not carry the command out.' }],
  [0xe1, { kind: 'no-answer', sentence: 'The kit reports a failure without saying which.' }],
  [0xe2, { kind: 'refused', sentence: 'The kit does not accept this line.' }],
  [0xe3, { kind: 'refused', sentence: 'The kit does not know this key or slot number.' }],
  [0xe4, { kind: 'no-answer', sentence: 'The kit found a wrong length on the way to or from the chip.' }],
  [0xe5, { kind: 'no-answer', sentence: "The chip's answer reached the kit damaged." }],
  [0xe6, { kind: 'no-answer', sentence: "The kit could not receive the chip's answer." }],
  [0xe7, { kind: 'no-answer', sentence: 'The chip did not answer the kit.' }],
  [0xe8, { kind: 'no-answer', sentence: 'The kit had to wake the chip again to get back in step with it.' }],
  [0xe9, { kind: 'no-answer', sentence: "The chip's answer had a parity error." }],
  [0xea, { kind: 'no-answer', sentence: 'The kit could not send to the chip in time.' }],
  [0xeb, { kind: 'no-answer', sentence: 'The chip did not answer in time.' }],
  [0xec, { kind: 'no-answer', sentence: 'The kit gave up after several tries.' }],
  [0xed, { kind: 'no-answer', sentence: "The chip's answer was too long for the kit." }],
  [0xf0, { kind: 'no-answer', sentence: 'The kit could not talk to the chip.' }],
  [0xf1, { kind: 'no-answer', sentence: 'The chip took longer than the kit waits.' }],
  [0xf2, { kind: 'refused', sentence: 'The kit does not know this command of the chip.' }],
  [0xf3, { kind: 'no-answer', deviceStatus: 0x11, sentence: 'The chip answered that it has just woken.' }],
  [0xf4, { kind: 'no-answer', deviceStatus: 0x0f, sentence: 'The chip refused: not allowed in its present state.' }],
  [0xf5, { kind: 'refused', sentence: 'The kit does not have this function.' }],
  [0xf6, { kind: 'no-answer', sentence: 'The kit stopped at an error in its own program.' }],
  [0xf7, { kind: 'no-answer', sentence: 'The kit could not send to the chip.' }],
  [0xf8, { kind: 'no-answer', sentence: 'The kit reports that a zone is not locked.' }],
  [0xf9, { kind: 'refused', sentence: 'The kit has found no device.' }],
  [0xfa, { kind: 'no-answer', deviceStatus: 0x08, sentence: "The chip's random generator failed its test." }],
  [0xfb, { kind: 'no-answer', sentence: 'The kit ran out of memory.' }],
  [0xfc, { kind: 'no-answer', sentence: 'The use count of this key is consumed.' }],
  [0xfd, { kind: 'refused', sentence: 'The kit has not been initialised.' }],
  [BUS_STUCK, { kind: 'refused', sentence: "The kit's I2C bus is stuck; the chip was not reached." }],
]);

/** What a kit status means; one that is not in the book means that nothing is known. */
export function kitStatus(status: number): KitStatus {
  return (
    table.get(status) ?? {
      kind: 'no-answer',
      sentence: `The kit reports status ${status.toString(16).toUpperCase().padStart(2, '0')}, which is not in the book.`,
    }
  );
}

/** All statuses of the book with their rows, in order of number. */
export function allKitStatuses(): readonly (readonly [number, KitStatus])[] {
  return [...table];
}
