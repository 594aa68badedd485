/**
 * Five wrong passwords → 30 s, doubling to 15 min, per module, persisted (signer-and-server.md 6.9). It protects the server's
 * dialog; whoever holds the stick is held back by scrypt alone.
 */
export interface DelayBook {
  passwordDelay(signer: string): { readonly failures: number; readonly untilMs: number };
  setPasswordDelay(signer: string, failures: number, untilMs: number): Promise<void>;
}

const attemptsBeforeDelay = 5;
const firstDelayMs = 30_000;
const longestDelayMs = 15 * 60_000;

/** ms that must pass before another try; 0 = now. A clock set back does not shorten what is left below the longest delay. */
export function delayLeft(book: DelayBook, signer: string, nowMs: number): number {
  const { untilMs } = book.passwordDelay(signer);
  return Math.min(Math.max(0, untilMs - nowMs), longestDelayMs);
}

/** Tries left before the next delay. */
export function attemptsLeft(book: DelayBook, signer: string): number {
  const { failures } = book.passwordDelay(signer);
  return failures < attemptsBeforeDelay ? attemptsBeforeDelay - failures : 1;
}

/** Counts one wrong password; gives the delay that now runs. */
export async function countFailure(book: DelayBook, signer: string, nowMs: number): Promise<number> {
  const failures = book.passwordDelay(signer).failures + 1;
  const delay =
    failures < attemptsBeforeDelay ? 0 : Math.min(firstDelayMs * 2 ** (failures - attemptsBeforeDelay), longestDelayMs);
  await book.setPasswordDelay(signer, failures, delay === 0 ? 0 : nowMs + delay);
  return delay;
}

/** The right password was given. */
export async function clearFailures(book: DelayBook, signer: string): Promise<void> {
  if (book.passwordDelay(signer).failures > 0) await book.setPasswordDelay(signer, 0, 0);
}
