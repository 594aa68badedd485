import { useEffect, useState } from 'react';

/** The page's clocks. The gallery stops them, so that a picture does not depend on when it was taken. */
export const clock = {
  /** ms since 1970 */
  now: (): number => Date.now(),
  /** ms that only go forward */
  steady: (): number => performance.now(),
  stopped: false,
};

/** Stops both clocks at these readings. */
export function stopClock(now: number, steady: number): void {
  clock.now = () => now;
  clock.steady = () => steady;
  clock.stopped = true;
}

/** What draws again with the same period does so in one go: its readers by period in ms. */
const readers = new Map<number, Set<(reading: number) => void>>();

/** Tells the steady clock's reading every `ms`, to all readers of this period at once. Returns how to stop. */
function readEvery(ms: number, reader: (reading: number) => void): () => void {
  const known = readers.get(ms);
  const all = known ?? new Set<(reading: number) => void>();
  all.add(reader);
  if (known === undefined) {
    readers.set(ms, all);
    const timer = setInterval(() => {
      if (all.size === 0) {
        clearInterval(timer);
        readers.delete(ms);
        return;
      }
      const reading = clock.steady();
      for (const each of all) each(reading);
    }, ms);
  }
  return () => all.delete(reader);
}

/** Draws again every `ms` while `active`; gives the steady clock's reading. */
export function useTicking(active: boolean, ms: number): number {
  const [reading, setReading] = useState(() => clock.steady());
  useEffect(() => {
    if (!active) return;
    setReading(clock.steady());
    if (clock.stopped) return;
    return readEvery(ms, setReading);
  }, [active, ms]);
  return active ? reading : clock.steady();
}
