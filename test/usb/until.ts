import { setTimeout as sleep } from 'node:timers/promises';

/** What takes a second on a machine of its own may take a minute on one that is shared by many. */
export const PATIENCE_MS = 120_000;

/** Waits until something is so; rejects with `what` when it is not after `timeoutMs`. */
export function until(what: string, condition: () => boolean, timeoutMs = PATIENCE_MS): Promise<void> {
  return untilAsync(what, async () => condition(), timeoutMs);
}

/** As `until`, where it takes a question to know. */
export async function untilAsync(
  what: string,
  condition: () => Promise<boolean>,
  timeoutMs = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`after ${timeoutMs / 1000} s still not: ${what}`);
    await sleep(15);
  }
}
