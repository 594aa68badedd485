import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SIGNET = fileURLToPath(new URL('../../src-main/shells/cli/signet.ts', import.meta.url));

/** What a program said and how it ended. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** `npm run signet -- …` as a process of its own. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts it; `as` = the user whose rights it has (numbers), for programs that may run as root. */
export function startCli(args: readonly string[], as?: { readonly uid: number; readonly gid: number }): RunningCli {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SIGNET, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...as,
  });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output, errors }));
  });
  return { child, ended };
}

/** Runs it to its end. */
export function runCli(...args: readonly string[]): Promise<Ended> {
  return startCli(args).ended;
}
