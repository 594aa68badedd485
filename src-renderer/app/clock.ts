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

/** Draws again every `ms` while `active`; gives the steady clock's reading. */
export function useTicking(active: boolean, ms: number): number {
  const [reading, setReading] = useState(() => clock.steady());
  useEffect(() => {
    if (!active) return;
    setReading(clock.steady());
    if (clock.stopped) return;
    const timer = setInterval(() => setReading(clock.steady()), ms);
    return () => clearInterval(timer);
  }, [active, ms]);
  return active ? reading : clock.steady();
}
