import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { ChannelFailure, RequestChannel } from './ports.ts';

/** How a connection to the server is made: TCP, TLS, or one half of an in-memory pair. */
export type OpenStream = () => Promise<Result<Duplex, ChannelFailure>>;

/**
 * A RequestChannel over any duplex stream. Kept open over many chips; after a failure the next start opens a new one, so that
 * nothing of an abandoned exchange is ever read as an answer.
 */
export class StreamChannel implements RequestChannel {
  readonly #open: OpenStream;
  readonly #keep: boolean;
  #stream: Duplex | undefined;
  #received: Buffer = Buffer.alloc(0);
  #closed: string | undefined;
  #wake: (() => void) | undefined;

  constructor(open: OpenStream, options: { readonly keepOpen: boolean }) {
    this.#open = open;
    this.#keep = options.keepOpen;
  }

  async start(): Promise<Result<undefined, ChannelFailure>> {
    const usable = this.#stream !== undefined && this.#closed === undefined && !this.#stream.destroyed;
    // Bytes that nobody asked for would be read as an answer.
    if (usable && this.#received.length === 0) return ok(undefined);
    this.#drop();
    const opened = await this.#open();
    if (!opened.ok) return opened;
    const stream = opened.value;
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      // An answer is at most one frame of 64 KiB: more than that unread is a peer gone wrong.
      if (this.#received.length + chunk.length > 1 << 18) stream.destroy();
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#wake?.();
    });
    const ended = (reason: string): void => {
      if (this.#stream !== stream) return;
      this.#closed ??= reason;
      this.#wake?.();
    };
    stream.on('error', (error: Error) => ended(error.message));
    stream.on('end', () => ended('the server closed the connection'));
    stream.on('close', () => ended('the connection is closed'));
    return ok(undefined);
  }

  send(bytes: Uint8Array): Promise<Result<undefined, ChannelFailure>> {
    const stream = this.#stream;
    if (stream === undefined || this.#closed !== undefined) {
      return Promise.resolve(fail({ kind: 'closed', reason: this.#closed ?? 'not connected' }));
    }
    return new Promise((resolve) => {
      stream.write(bytes, (error) => resolve(error ? fail({ kind: 'closed', reason: error.message }) : ok(undefined)));
    });
  }

  async receive(expected: number, timeoutMs: number): Promise<Result<Uint8Array, ChannelFailure>> {
    if (this.#received.length === 0 && this.#closed === undefined) await this.#arrival(timeoutMs);
    if (this.#received.length > 0) {
      const taken = this.#received.subarray(0, expected);
      this.#received = this.#received.subarray(taken.length);
      return ok(new Uint8Array(taken));
    }
    if (this.#closed !== undefined) return fail({ kind: 'closed', reason: this.#closed });
    // Whatever comes after this would be taken for an answer to the next question.
    this.#drop();
    return fail({ kind: 'silent', waitedMs: timeoutMs });
  }

  done(): Promise<void> {
    if (!this.#keep) this.#drop();
    return Promise.resolve();
  }

  /** Closes for good. */
  close(): void {
    this.#drop();
  }

  #drop(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#closed = undefined;
    this.#received = Buffer.alloc(0);
    stream?.destroy();
  }

  #arrival(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(finish, timeoutMs);
      const that = this;
      function finish(): void {
        clearTimeout(timer);
        that.#wake = undefined;
        resolve();
      }
      this.#wake = finish;
    });
  }
}

/** Opens TCP connections to a provisioning server. */
export function tcpOpener(host: string, port: number, connectMs = 5000): OpenStream {
  return () =>
    new Promise((resolve) => {
      const socket = connect({ host, port, noDelay: true });
      const failed = (reason: string): void => {
        socket.destroy();
        resolve(fail({ kind: 'unreachable', reason }));
      };
      const timer = setTimeout(() => failed(`no answer from ${host}:${port} within ${connectMs} ms`), connectMs);
      socket.once('error', (error) => {
        clearTimeout(timer);
        failed(error.message === '' ? `${host}:${port} refuses connections` : error.message);
      });
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.removeAllListeners('error');
        resolve(ok(socket));
      });
    });
}
