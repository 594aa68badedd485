import type { SimulatedClock } from './silicon.ts';

/** Time that only moves when somebody lets it pass: a run of ten simulated minutes takes no time at all. */
export interface VirtualClock extends SimulatedClock {
  /** Lets `ms` pass at once, as when a board lies on the desk. */
  advance(ms: number): void;
}

/** A virtual clock that starts at `startMs`. */
export function virtualClock(startMs = 0): VirtualClock {
  let time = startMs;
  return {
    now: () => time,
    pass(ms) {
      time += Math.max(0, ms);
      return Promise.resolve();
    },
    advance(ms) {
      time += Math.max(0, ms);
    },
  };
}

/**
 * The machine's clock with every wait skipped: commands take no time, but a chip left awake still falls asleep and
 * the kit still looks around once a second. For boards that serve strangers without real timing.
 */
export function hastenedClock(): SimulatedClock {
  let skipped = 0;
  return {
    now: () => performance.now() + skipped,
    pass(ms) {
      skipped += Math.max(0, ms);
      return Promise.resolve();
    },
  };
}

/** A clock that is told when its board has something to do. */
export interface WorkingClock extends SimulatedClock {
  /** A line is complete: from here on time is what the board is supposed to take. */
  beginWork(): void;
  /** The reply is out: time is the machine's again. */
  endWork(): void;
}

/** Whether a clock wants to be told. */
export function isWorkingClock(clock: SimulatedClock): clock is WorkingClock {
  return 'beginWork' in clock;
}

/**
 * The machine's monotonic clock, one for each board. While the board works, time is counted as it would pass on hardware:
 * waits end at moments reckoned from the arrival of the line, so that neither the coarseness of timers nor the work of
 * simulating (curves, files) adds up, as long as it fits into the times simulated.
 */
export function realClock(): WorkingClock {
  let reckoned: number | undefined;
  return {
    now: () => reckoned ?? performance.now(),
    async pass(ms) {
      if (ms <= 0) return;
      const end = (reckoned ?? performance.now()) + ms;
      if (reckoned !== undefined) reckoned = end;
      if (end > performance.now()) await until(end);
    },
    beginWork() {
      reckoned = performance.now();
    },
    endWork() {
      reckoned = undefined;
    },
  };
}

const TIMER_SLACK_MS = 1.6;

interface Waiter {
  readonly deadline: number;
  readonly wake: () => void;
}

const turning = new Set<Waiter>();
let turns = false;

function until(deadline: number): Promise<void> {
  return new Promise((wake) => {
    const waiter = { deadline, wake };
    const left = deadline - performance.now();
    if (left > TIMER_SLACK_MS) setTimeout(() => turnFor(waiter), left - TIMER_SLACK_MS);
    else turnFor(waiter);
  });
}

/** One turning loop for all boards of the process, alive only while somebody is within the slack of a deadline. */
function turnFor(waiter: Waiter): void {
  turning.add(waiter);
  if (turns) return;
  turns = true;
  setImmediate(turn);
}

function turn(): void {
  const now = performance.now();
  for (const waiter of turning) {
    if (waiter.deadline > now) continue;
    turning.delete(waiter);
    waiter.wake();
  }
  turns = turning.size > 0;
  if (turns) setImmediate(turn);
}
