import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LineSplitter } from '../../src-shared/kit/line-splitter.ts';

let program: string | undefined;

/** The compiled peer; the C compiler is part of every machine that builds the firmware. */
function peerProgram(): string {
  if (program === undefined || !existsSync(program)) {
    program = join(mkdtempSync(join(tmpdir(), 'signet-pty-')), 'pty-peer');
    const source = new URL('./pty-peer.c', import.meta.url).pathname;
    execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-O1', '-o', program, source]);
  }
  return program;
}

/** A pseudo-terminal with something at its other end. */
export interface Pty {
  /** The port to be opened. */
  readonly path: string;
  /** The other end goes away: a cable pulled. */
  hangUp(): Promise<void>;
}

async function start(
  args: readonly string[],
): Promise<{ pty: Pty; child: ChildProcessWithoutNullStreams; rest: Buffer }> {
  const child = spawn(peerProgram(), args);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { path, rest } = await new Promise<{ path: string; rest: Buffer }>((resolve, reject) => {
    let text = Buffer.alloc(0);
    const read = (bytes: Buffer): void => {
      text = Buffer.concat([text, bytes]);
      const end = text.indexOf(0x0a);
      if (end < 0) return;
      child.stdout.off('data', read);
      resolve({ path: text.subarray(0, end).toString(), rest: text.subarray(end + 1) });
    };
    child.stdout.on('data', read);
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`the peer of a pseudo-terminal ended with ${status}`)));
  });
  const hangUp = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  return { pty: { path, hangUp }, child, rest };
}

/** A kit at the other end, played by a function of this process. What `send` was given lies in the port when it resolves. */
export async function ptyKit(
  answer: (line: string) => string | undefined,
): Promise<Pty & { send(text: string): Promise<void> }> {
  const { pty, child } = await start(['pipe']);
  const splitter = new LineSplitter();
  child.stdout.on('data', (bytes: Buffer) => {
    for (const line of splitter.push(bytes)) {
      const text = answer(line.kind === 'line' ? line.text : line.head);
      if (text !== undefined) give(text);
    }
  });
  child.stdin.on('error', () => undefined);
  let given = 0;
  let arrived = 0;
  const waiting = new Map<() => void, number>();
  const give = (text: string): number => {
    child.stdin.write(text);
    given += Buffer.byteLength(text);
    return given;
  };
  createInterface(child.stderr).on('line', (bytes) => {
    arrived += Number(bytes);
    for (const [resolve, upTo] of waiting) if (arrived >= upTo) resolve();
  });
  return {
    ...pty,
    send: (text) => {
      const upTo = give(text);
      return new Promise((resolve) => {
        waiting.set(resolve, upTo);
      });
    },
  };
}

/** A peer that answers every line with the same one, without this process. */
export async function ptyAnswering(reply: string): Promise<Pty> {
  const { pty } = await start(['kit', reply]);
  return pty;
}

/** A peer that answers one line and is gone: the hang-up comes when nobody waits for bytes. */
export async function ptyDyingAfter(reply: string): Promise<Pty> {
  const { pty } = await start(['dies', reply]);
  return pty;
}
