/**
 * Loaded into a process before the program: its wall clock starts at SIGNET_TEST_CLOCK and goes on from there, as on a computer whose
 * battery is flat. Nothing else is changed; the monotonic clock stays what it is.
 */
const wanted = Date.parse(process.env['SIGNET_TEST_CLOCK'] ?? '');
if (Number.isNaN(wanted)) throw new Error('SIGNET_TEST_CLOCK is no moment');
const offset = wanted - Date.now();
const RealDate = Date;

class MovedDate extends RealDate {
  constructor(...parts: readonly unknown[]) {
    if (parts.length === 0) super(RealDate.now() + offset);
    // The constructor's forms differ in number and kind of arguments; they are handed on as they came.
    else super(...(parts as [number]));
  }

  static override now(): number {
    return RealDate.now() + offset;
  }
}

globalThis.Date = MovedDate as DateConstructor;
