import { type ChildProcess, spawn } from 'node:child_process';

/** A program that opens a pseudo-terminal and says its name. */
export interface PtyProgram {
  /** /dev/pts/N */
  readonly pty: string;
  /** Everything it printed so far. */
  output(): string;
  /** Resolves with the exit status when it has ended. */
  readonly ended: Promise<number | null>;
  /** Stops it where it is, or lets it go on. */
  freeze(frozen: boolean): void;
  /** Ends it as a pulled cable would; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts it and waits for the name. Rejects with what it printed when it ends before that, or says nothing for 50 s. */
export async function startPtyProgram(command: string, args: readonly string[], name: RegExp): Promise<PtyProgram> {
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const pty = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no pseudo-terminal from ${command}:\n${output}`)), 50_000);
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = name.exec(output)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`${command} ended with ${status}:\n${output}`)));
  }).catch(async (error: unknown) => {
    await stop(child, ended);
    throw error;
  });
  return {
    pty,
    output: () => output,
    ended,
    freeze: (frozen) => void child.kill(frozen ? 'SIGSTOP' : 'SIGCONT'),
    stop: () => stop(child, ended),
  };
}

async function stop(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    child.kill('SIGTERM');
    // One that was stopped takes no notice before it goes on.
    child.kill('SIGCONT');
    await ended;
  }
}
