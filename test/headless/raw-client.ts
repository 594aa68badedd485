import { connect, type Socket } from 'node:net';

/** Somebody else's client: a socket, lines out, lines in. Knows nothing of ours. */
export class RawClient {
  readonly #socket: Socket;
  #received = '';
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawClient(socket)));
    });
  }

  /** Sends a line and gives the next one that comes; undefined when the other side closes instead. */
  async ask(line: string): Promise<string | undefined> {
    this.#socket.write(`${line}\n`);
    const deadline = Date.now() + 60_000;
    for (;;) {
      const end = this.#received.indexOf('\n');
      if (end >= 0) {
        const answer = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + 1);
        return answer;
      }
      if (this.#closed) return undefined;
      if (Date.now() > deadline) throw new Error(`no answer to ${line}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed) resolve();
      else this.#socket.once('close', () => resolve());
      this.#socket.destroy();
    });
  }
}
