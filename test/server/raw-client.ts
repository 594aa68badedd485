import { connect, type Socket } from 'node:net';
import { decodeMessage, encodeMessage } from '../../src-shared/wire/codec.ts';
import { FrameDecoder } from '../../src-shared/wire/frame.ts';
import type { Message, MessageName } from '../../src-shared/wire/messages.ts';

/** How long an answer may take, ms: the machine is not ours alone. */
const patienceMs = 60_000;

/** A client that does as it likes: sends bytes, keeps what comes, and says when it is over. */
export class RawClient {
  readonly socket: Socket;
  readonly messages: { readonly message: Message; readonly transaction: number }[] = [];
  readonly #decoder = new FrameDecoder();
  readonly #waiting = new Set<() => void>();
  bytes = 0;
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      for (const event of this.#decoder.push(new Uint8Array(chunk))) {
        if (event.kind !== 'frame') continue;
        const decoded = decodeMessage(event.frame);
        if (decoded.ok) this.messages.push({ message: decoded.value, transaction: event.frame.transaction });
      }
      this.#changed();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#changed();
    });
  }

  /** Connects; `from` is an address of this computer (127.0.0.n). */
  static open(port: number, from = '127.0.0.1'): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.removeListener('error', reject);
        resolve(new RawClient(socket));
      });
    });
  }

  send(bytes: Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  say(message: Message, transaction = 1): void {
    this.send(encodeMessage(message, transaction));
  }

  /** The first message of this name, waited for; undefined when the connection ends or the time is over without one. */
  async hear<N extends MessageName>(
    name: N,
    withinMs = patienceMs,
  ): Promise<Extract<Message, { readonly name: N }> | undefined> {
    const find = (): Extract<Message, { readonly name: N }> | undefined =>
      this.messages
        .map(({ message }) => message)
        .find((message): message is Extract<Message, { readonly name: N }> => message.name === name);
    await this.#until(() => find() !== undefined || this.closed, withinMs);
    return find();
  }

  /** Whether the connection ends within the time. */
  async ends(withinMs = patienceMs): Promise<boolean> {
    await this.#until(() => this.closed, withinMs);
    return this.closed;
  }

  destroy(): void {
    this.socket.destroy();
  }

  async #until(done: () => boolean, withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!done()) {
      const left = deadline - performance.now();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(finish, left);
        const waiting = this.#waiting;
        function finish(): void {
          clearTimeout(timer);
          waiting.delete(finish);
          resolve();
        }
        waiting.add(finish);
      });
    }
  }

  #changed(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
