import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so; rejects with `what` when it is not after `timeoutMs`. */
export async function until(what: string, condition: () => boolean, timeoutMs = 40_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`after ${timeoutMs / 1000} s still not: ${what}`);
    await sleep(15);
  }
}
