import { describeOpenFailure } from '../../src-main/hal/open-failure.ts';
import { openSerial } from '../../src-main/hal/serial-channel.ts';

/** A serial port as these tests use it: bytes out, lines back. */
export interface SerialLine {
  /** Sends the characters (one byte each) and gives the line that comes back, without its newline. */
  ask(characters: string, timeoutMs?: number): Promise<string>;
  /** Rejects when the other end has hung up. */
  send(characters: string): Promise<void>;
  /** The next line; rejects when none comes within the time (60 s) or the other end hangs up. */
  line(timeoutMs?: number): Promise<string>;
  /** Everything received and not yet taken as a line. */
  readonly rest: string;
  /** Resolves when the other end has hung up. */
  readonly hungUp: Promise<void>;
  close(): Promise<void>;
}

const patienceMs = 60_000;

/** Opens a port through the station's own channel: the driver alone misses a hang-up that comes between two of its reads. */
export async function openSerialLine(path: string): Promise<SerialLine> {
  const opened = await openSerial(path, { timeoutMs: patienceMs });
  if (!opened.ok) throw new Error(describeOpenFailure(opened.failure));
  const channel = opened.value;
  let received = '';
  let over: string | undefined;
  let look: () => void = () => undefined;
  const hungUp = new Promise<void>((resolve) => {
    channel.setReceiver({
      data(bytes) {
        received += Buffer.from(bytes).toString('latin1');
        look();
      },
      closed(reason) {
        over = reason;
        look();
        resolve();
      },
    });
  });

  const line = (timeoutMs = patienceMs): Promise<string> =>
    new Promise((resolve, reject) => {
      const lost = (why: string): void => {
        clearTimeout(timer);
        look = () => undefined;
        reject(new Error(`${why}; received so far: ${JSON.stringify(received)}`));
      };
      const timer = setTimeout(() => lost(`no line within ${timeoutMs} ms`), timeoutMs);
      look = () => {
        const end = received.indexOf('\n');
        if (end < 0) {
          if (over !== undefined) lost(over);
          return;
        }
        const text = received.slice(0, end);
        received = received.slice(end + 1);
        clearTimeout(timer);
        look = () => undefined;
        resolve(text);
      };
      look();
    });
  const send = (characters: string): Promise<void> => channel.write(Buffer.from(characters, 'latin1'));

  return {
    async ask(characters, timeoutMs) {
      await send(characters);
      return line(timeoutMs);
    },
    send,
    line,
    get rest() {
      return received;
    },
    hungUp,
    close: () => channel.close(),
  };
}
