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
  /** What it said so far. */
  output(): string;
  errors(): string;
}

/** Starts it. */
export function startCli(args: readonly string[]): RunningCli {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SIGNET, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
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
  return { child, ended, output: () => output, errors: () => errors };
}

/** Runs it to its end. */
export function runCli(...args: readonly string[]): Promise<Ended> {
  return startCli(args).ended;
}
