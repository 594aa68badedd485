/**
 * How long things take between host and chip, apart from the chip's own execution time (which the chip states).
 * The figures of the headless bench's ideal, each as a function, so that the ideal can be written down beside the run.
 */

/** Wake: 60 µs low, then 1500 µs tWHI (atecc-device.md 1). */
export const WAKE_MS = 1.56;

/** I2C bits a millisecond at 400 kHz; a byte takes nine (eight and the acknowledge). */
const I2C_BITS_PER_MS = 400;

/** Milliseconds that `bytes` on the I2C bus take, addresses and word addresses counted by the caller. */
export function i2cMs(bytes: number): number {
  return (bytes * 9) / I2C_BITS_PER_MS;
}

/** HID: 64-byte reports, the stick polled every 20 ms for OUT and every 4 ms for IN (kit-protocol.md 4). */
export const HID_REPORT_BYTES = 64;
export const HID_OUT_MS = 20;
export const HID_IN_MS = 4;

/** How the way between host and kit is paced. */
export type LinePace =
  /** Characters cost nothing: TCP or memory. */
  | { readonly kind: 'instant' }
  /** A UART or slow CDC: 115200 baud 8N1 is 11520 characters a second. */
  | { readonly kind: 'characters'; readonly perSecond: number }
  /** HID reports, the last of a line padded. */
  | { readonly kind: 'hid' };

/** Milliseconds from the first character of a request until the kit has all of it. */
export function requestMs(pace: LinePace, characters: number): number {
  if (pace.kind === 'characters') return (characters * 1000) / pace.perSecond;
  return pace.kind === 'hid' ? Math.ceil(characters / HID_REPORT_BYTES) * HID_OUT_MS : 0;
}

/** Milliseconds from the kit's first character of a reply until the host has all of it. */
export function replyMs(pace: LinePace, characters: number): number {
  if (pace.kind === 'characters') return (characters * 1000) / pace.perSecond;
  return pace.kind === 'hid' ? Math.ceil(characters / HID_REPORT_BYTES) * HID_IN_MS : 0;
}

/** What a board's time is made of. */
export interface Pace {
  readonly line: LinePace;
  /** Whether wakes and I2C bits take their time. */
  readonly bus: boolean;
  /** Whether kits wait as their firmware does (legacy: first poll after 5 ms; modern: 1 ms, then every 2 ms) or poll ideally. */
  readonly kitPolling: boolean;
}

/** Nothing takes time but what chips say they take. */
export const instantPace: Pace = { line: { kind: 'instant' }, bus: false, kitPolling: false };

/** Wake and I2C bits cost their time, the line does not (TCP). */
export const busPace: Pace = { line: { kind: 'instant' }, bus: true, kitPolling: false };
