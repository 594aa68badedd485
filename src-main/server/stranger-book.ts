import type { ServerActivity } from './ports.ts';

/**
 * Warnings about peers that may be strangers, so that nobody fills the activity log (or the disk under it) by connecting: one line
 * a minute for each address, twenty a minute for all; what was left out is counted in the next line.
 */
export class StrangerBook {
  readonly #activity: ServerActivity;
  readonly #now: () => number;
  readonly #addresses = new Set<string>();
  #since: number;
  #written = 0;
  #leftOut = 0;

  /** `now`: monotonic ms. */
  constructor(activity: ServerActivity, now: () => number) {
    this.#activity = activity;
    this.#now = now;
    this.#since = now();
  }

  tell(address: string, text: string): void {
    const now = this.#now();
    if (now - this.#since >= minute) {
      this.#since = now;
      this.#written = 0;
      this.#addresses.clear();
    }
    if (this.#addresses.has(address) || this.#written >= linesAMinute) {
      this.#leftOut += 1;
      return;
    }
    this.#addresses.add(address);
    this.#written += 1;
    this.#activity.warning(this.#leftOut === 0 ? text : `${text} (${this.#leftOut} lines like this were left out.)`);
    this.#leftOut = 0;
  }
}

const minute = 60_000;
const linesAMinute = 20;
