/** Readings of the clocks by which a sleep is told, all in ms. */
export interface SleepClocks {
  /** Runs on through a sleep: time since the computer was started. */
  readonly uptime: () => number;
  /** Stands still in a sleep on Linux and macOS, runs on under Windows. */
  readonly steady: () => number;
}

/** How often it is looked, ms. */
export const lookMs = 2_000;
/** Clocks that differ by so much have seen a sleep, ms: they are read one after the other, and uptime is kept in hundredths. */
const leastSleepMs = 5_000;
/** Without a clock that stands still only the looks that were left out tell; a busy computer leaves a few out as well, ms. */
const leastGapMs = 60_000;

/**
 * Finds out afterwards that the computer was asleep, where no shell says so: the setting of its clock does not count, because neither
 * reading follows it. A process that was stopped for a minute counts as well, which is as it should be.
 */
export class SleepWatch {
  readonly #clocks: SleepClocks;
  readonly #woke: (sleptMs: number) => void;
  #uptime: number;
  #steady: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(clocks: SleepClocks, woke: (sleptMs: number) => void) {
    this.#clocks = clocks;
    this.#woke = woke;
    this.#uptime = clocks.uptime();
    this.#steady = clocks.steady();
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), lookMs);
    this.#timer.unref();
  }

  /** Compares with the last look. */
  look(): void {
    const uptime = this.#clocks.uptime();
    const steady = this.#clocks.steady();
    const passed = steady - this.#steady;
    const stoodStill = uptime - this.#uptime - passed;
    this.#uptime = uptime;
    this.#steady = steady;
    if (stoodStill >= leastSleepMs) this.#woke(stoodStill);
    else if (passed - lookMs >= leastGapMs) this.#woke(passed - lookMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
