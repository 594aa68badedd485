import type { ReasonCode } from '../../src-shared/model/reasons.ts';
import type { SigningLog } from './ports.ts';

/** Why a clock is not believed. */
export type ClockDoubt = Extract<ReasonCode, `clock-${string}`>;

const hour = 3_600_000;
const tolerated = 5 * 60_000;

/**
 * When the clock cannot be trusted nothing is certified (signer-and-server.md 7.8): earlier than the newest row of a certificate
 * minus 1 h, before 2000, or a jump of more than 5 min while running, until a supervisor confirms. Rows that are no certificates
 * do not count: the START row of a server whose clock battery died would vouch for the wrong time.
 */
export class ClockGuard {
  readonly #now: () => Date;
  readonly #monotonic: () => number;
  readonly #log: Pick<SigningLog, 'newestTime' | 'acceptClock'>;
  /** Wall clock minus monotonic clock, when they were last known to agree. */
  #offset: number;

  constructor(now: () => Date, monotonic: () => number, log: Pick<SigningLog, 'newestTime' | 'acceptClock'>) {
    this.#now = now;
    this.#monotonic = monotonic;
    this.#log = log;
    this.#offset = now().getTime() - monotonic();
  }

  /** Why the clock is suspect; undefined when it is not. Slow drift is followed. */
  check(): ClockDoubt | undefined {
    const now = this.#now();
    if (now.getUTCFullYear() < 2000) return 'clock-before-2000';
    const offset = now.getTime() - this.#monotonic();
    if (Math.abs(offset - this.#offset) > tolerated) return 'clock-jumped';
    this.#offset = offset;
    const newest = this.#log.newestTime === '' ? Number.NaN : Date.parse(this.#log.newestTime);
    if (now.getTime() < newest - hour) return 'clock-behind-log';
    return undefined;
  }

  /** A supervisor says that the clock is right now, whatever earlier rows say. */
  async accept(): Promise<void> {
    await this.#log.acceptClock();
    this.#offset = this.#now().getTime() - this.#monotonic();
  }
}
