import { exitCodes } from './exit-codes.ts';

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls back once when the process is asked to end (Ctrl-C, `kill`, a closed terminal); asked a second time it ends at once.
 * Gives the function that takes the listening back.
 */
export function onEnding(listener: () => void): () => void {
  let asked = false;
  const ending = (): void => {
    if (asked) process.exit(exitCodes.interrupted);
    asked = true;
    listener();
  };
  for (const signal of endings) process.on(signal, ending);
  return () => {
    for (const signal of endings) process.off(signal, ending);
  };
}

/** Resolves when the process is asked to end. */
export function untilEnding(): Promise<void> {
  return new Promise((resolve) => {
    const off = onEnding(() => {
      off();
      resolve();
    });
  });
}
