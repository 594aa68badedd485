import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A process of this test that can be killed. */
export interface Child {
  readonly process: ChildProcess;
  /** First JSON line that it says; rejects when it ends without one. */
  readonly said: Promise<Readonly<Record<string, unknown>>>;
  /** Resolves with the signal or exit code that ended it. */
  readonly ended: Promise<string>;
}

/** Starts a script of this folder with one JSON argument. */
export function startChild(script: string, job: unknown): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  const ended = new Promise<string>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? String(code)));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000);
  });
  const said = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const line = /^(\{.*\})\n/m.exec(output)?.[1];
      if (line !== undefined) resolve(z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
    });
    void ended.then((how) => reject(new Error(`${script} ended with ${how} before it said anything: ${errors}`)));
  });
  said.catch(() => undefined);
  return { process: child, said, ended };
}
