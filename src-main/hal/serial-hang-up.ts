import { readSync, writeSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { systemCode } from './open-failure.ts';

/** What is used of an open port of the driver on systems with file descriptors. */
interface PolledPort {
  /** null once it is closed. */
  readonly fd: number | null;
  readonly poller: { once(event: 'readable', listener: (error: Error | null) => void): unknown };
  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }>;
  write(buffer: Buffer): Promise<void>;
}

/**
 * Makes an open port's reads end at a hang-up, and both reads and writes quick. A line that is hung up (cable pulled, pseudo-terminal left) gives 0 bytes to
 * every read, at once, and with VMIN 1 nothing else does. The driver's own read takes that for "nothing yet" and asks again
 * for ever, using up a processor and never telling anybody.
 *
 * The driver opens its ports non-blocking and yet has a thread of the pool do every read (twice: the first finds nothing) and
 * write. With one small line out and one in at a time these hand-overs are most of what a station adds to a run; so a port is
 * read here when it is readable, and a line is written at once, by the driver only where the system did not take all of it.
 * Ports without a file descriptor are left as they are (Windows: the system reports a pulled port as an error).
 */
export function guardPort(port: object): void {
  if (!isPolled(port)) return;
  port.read = async (buffer, offset, length) => {
    for (;;) {
      await readable(port);
      if (port.fd === null) throw canceled();
      const bytesRead = unlessBusy(() => readSync(port.fd ?? -1, buffer, offset, length, null));
      if (bytesRead === 0) throw new Error('the line was hung up');
      if (bytesRead !== undefined) return { buffer, bytesRead };
    }
  };
  const byDriver = port.write.bind(port);
  port.write = async (buffer) => {
    const { fd } = port;
    const written = fd === null ? 0 : (unlessBusy(() => writeSync(fd, buffer)) ?? 0);
    if (written < buffer.length) await byDriver(buffer.subarray(written));
  };
}

/** What a non-blocking call gave; undefined when it would have had to wait. */
function unlessBusy(call: () => number): number | undefined {
  try {
    return call();
  } catch (thrown) {
    if (meansNothingYet(thrown)) return undefined;
    throw thrown;
  }
}

function isPolled(port: object): port is PolledPort {
  return 'fd' in port && typeof port.fd === 'number' && 'poller' in port && 'read' in port && 'write' in port;
}

function meansNothingYet(thrown: unknown): boolean {
  const code = systemCode(thrown);
  return code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EINTR';
}

function readable(port: PolledPort): Promise<void> {
  return new Promise((resolve, reject) => {
    port.poller.once('readable', (error) => (error === null ? resolve() : reject(error)));
  });
}

/** As the driver ends reads that are under way when the port was closed: no error of the port. */
function canceled(): Error {
  return Object.assign(new Error('Port is not open'), { canceled: true });
}

/** How often the device file of an open port is looked at, ms. */
const LOOK_MS = 1000;

/**
 * Calls `gone` once when the device file behind `path` is no longer the one it was: the second guard, for systems whose reads
 * tell nothing. Links are followed once, so that a link which is taken away says nothing about the port. Gives the function
 * that ends the watch; where ports are no files there is nothing to watch.
 */
export async function watchDeviceFile(path: string, gone: () => void, everyMs = LOOK_MS): Promise<() => void> {
  const file = path.startsWith('/') ? await realpath(path).catch(() => undefined) : undefined;
  const first = file === undefined ? undefined : await identityOf(file);
  if (file === undefined || first === undefined) return () => undefined;
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    over = true;
    clearTimeout(timer);
  };
  const again = (): void => {
    timer = setTimeout(() => void look(), everyMs);
    timer.unref();
  };
  const look = async (): Promise<void> => {
    const now = await identityOf(file);
    if (over) return;
    if (now === undefined || now === first) again();
    else {
      end();
      gone();
    }
  };
  again();
  return end;
}

/** Which file this is; `gone` when there is none, undefined when the system does not say. */
async function identityOf(file: string): Promise<string | undefined> {
  try {
    const { dev, ino, rdev } = await stat(file);
    return `${dev}.${ino}.${rdev}`;
  } catch (thrown) {
    return systemCode(thrown) === 'ENOENT' ? 'gone' : undefined;
  }
}
