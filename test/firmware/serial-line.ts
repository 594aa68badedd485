import { SerialPort } from 'serialport';

/** A serial port as these tests use it: bytes out, lines back. */
export interface SerialLine {
  /** Sends the characters (one byte each) and gives the line that comes back, without its newline. */
  ask(characters: string, timeoutMs?: number): Promise<string>;
  send(characters: string): Promise<void>;
  /** The next line. */
  line(timeoutMs?: number): Promise<string>;
  /** Everything received and not yet taken as a line. */
  readonly rest: string;
  /**
   * Resolves when the other end has hung up. serialport 13 reports that only while it waits for bytes: when the hang-up
   * comes between two of its reads, they give 0 bytes for ever and no event follows. Be quiet for a moment before.
   */
  readonly hungUp: Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 10_000;

export async function openSerialLine(path: string): Promise<SerialLine> {
  const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false, hupcl: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error === null ? resolve() : reject(error))));
  let received = '';
  let waiting: (() => void) | undefined;
  // A write that races with a hang-up raises this; `hungUp` tells the same.
  port.on('error', () => undefined);
  const hungUp = new Promise<void>((resolve) => port.once('close', () => resolve()));
  port.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    waiting?.();
  });

  const line = (timeoutMs = DEFAULT_TIMEOUT_MS): Promise<string> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting = undefined;
        reject(new Error(`no line within ${timeoutMs} ms; received so far: ${JSON.stringify(received)}`));
      }, timeoutMs);
      waiting = () => {
        const end = received.indexOf('\n');
        if (end < 0) return;
        const text = received.slice(0, end);
        received = received.slice(end + 1);
        clearTimeout(timer);
        waiting = undefined;
        resolve(text);
      };
      waiting();
    });
  // A port that hung up keeps what is written to it, and a drain, for when it is opened again: neither ever calls back.
  const send = (characters: string): Promise<void> =>
    Promise.race([
      hungUp,
      new Promise<void>((resolve, reject) => {
        port.write(Buffer.from(characters, 'latin1'), (error) => (error ? reject(error) : resolve()));
      }),
    ]);

  return {
    async ask(characters, timeoutMs) {
      const answered = line(timeoutMs);
      await send(characters);
      return answered;
    },
    send,
    line,
    get rest() {
      return received;
    },
    hungUp,
    async close() {
      if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
    },
  };
}
