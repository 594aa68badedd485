import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ByteChannel } from '../../src-main/hal/byte-channel.ts';
import type { Board } from '../../src-main/simulator/board.ts';

let program: string | undefined;

/** The little C program that holds the other end of a pseudo-terminal, compiled once. */
function peerProgram(): string {
  if (program === undefined) {
    program = join(mkdtempSync(join(tmpdir(), 'signet-interop-')), 'pty-peer');
    const source = fileURLToPath(new URL('../hal/pty-peer.c', import.meta.url));
    execFileSync('gcc', ['-Wall', '-Wextra', '-Werror', '-O1', '-o', program, source]);
  }
  return program;
}

/** A simulated board behind a pseudo-terminal. */
export class BoardOnPty {
  readonly port: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #channel: ByteChannel;

  private constructor(port: string, child: ChildProcessWithoutNullStreams, channel: ByteChannel) {
    this.port = port;
    this.#child = child;
    this.#channel = channel;
  }

  static async start(board: Board): Promise<BoardOnPty> {
    const child = spawn(peerProgram(), ['pipe']);
    child.stdin.on('error', () => undefined);
    const channel = board.connect();
    const port = await new Promise<string>((resolve, reject) => {
      let head = '';
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the pseudo-terminal ended with ${code}: ${head}`)));
      child.stdout.on('data', (chunk: Buffer) => {
        if (head.endsWith('\n')) {
          void channel.write(chunk).catch(() => undefined);
          return;
        }
        const end = chunk.indexOf(0x0a);
        head += chunk.subarray(0, end < 0 ? chunk.length : end + 1).toString();
        if (end < 0) return;
        resolve(head.trim());
        if (end + 1 < chunk.length) void channel.write(chunk.subarray(end + 1)).catch(() => undefined);
      });
    });
    channel.setReceiver({ data: (bytes) => void child.stdin.write(bytes), closed: () => void child.kill() });
    return new BoardOnPty(port, child, channel);
  }

  /** The cable comes out. */
  async close(): Promise<void> {
    await this.#channel.close();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGKILL');
    await gone;
  }
}
