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

/**
 * The machine's monotonic clock. `pass` is exact in sum: timers of the system are a millisecond coarse, so the end of each
 * wait is met by turning the event loop, and what a wait overshot is taken off the next one of the same clock
 * (one clock per board).
 */
export function realClock(): SimulatedClock {
  let overshoot = 0;
  return {
    now: () => performance.now(),
    async pass(ms) {
      if (ms <= 0) return;
      const start = performance.now();
      const wanted = ms - overshoot;
      if (wanted > 0) await until(start + wanted);
      const late = performance.now() - start - wanted;
      // A machine that slept or stalled is not paid back: only what timers owe us.
      overshoot = late < MOST_CARRIED_MS ? late : 0;
    },
  };
}

const MOST_CARRIED_MS = 5;
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
