import type { SerialPort } from 'serialport';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { ByteChannel, ChannelDescription, ChannelReceiver } from './byte-channel.ts';
import { type ChannelOpenFailure, reasonOf } from './open-failure.ts';
import { deviceFileFailure, permissionAdvice } from './permissions.ts';
import { ReceiverSlot } from './receiver-slot.ts';
import { keepDtrOnClose } from './serial-dtr.ts';
import { guardPort, watchDeviceFile } from './serial-hang-up.ts';

/** How a serial port is opened. */
export interface SerialOpenOptions {
  /** 115200 by default; kits on USB ignore it (kit-protocol.md 4). */
  readonly baudRate?: number;
  /** Deadline for opening, ms; 3000 by default. */
  readonly timeoutMs?: number;
  /**
   * Modem lines to set after opening, for boards that need them. Nothing is touched by default: a change of DTR resets
   * some boards. Ports without such lines (pseudo-terminals) are used all the same.
   */
  readonly modemLines?: { readonly dtr?: boolean; readonly rts?: boolean };
  /** What the watcher knows of the port. */
  readonly description?: ChannelDescription;
}

/**
 * Opens a serial port as a channel: 8N1, exclusive, DTR left alone on closing. What lay in the port's buffers is thrown
 * away. A port that hangs up closes the channel; to open it again is the caller's affair (stack.md 2).
 */
export async function openSerial(
  path: string,
  options: SerialOpenOptions = {},
): Promise<Result<ByteChannel, ChannelOpenFailure>> {
  const refused = await deviceFileFailure(path, 'serial');
  if (refused !== undefined) return fail(refused);
  let port: SerialPort;
  try {
    const driver = await import('serialport');
    port = new driver.SerialPort({
      path,
      baudRate: options.baudRate ?? 115_200,
      dataBits: 8,
      parity: 'none',
      stopBits: 1,
      autoOpen: false,
      lock: true,
      hupcl: false,
    });
  } catch (thrown) {
    return fail({ kind: 'driver', path, reason: reasonOf(thrown) });
  }
  // A write that races with a hang-up raises an error event; without a listener it would end the process.
  let trouble: string | undefined;
  port.on('error', (error) => {
    trouble ??= reasonOf(error);
  });
  const failure = await openWithin(port, path, options.timeoutMs ?? 3000);
  if (failure !== undefined) return fail(failure);
  if (port.port !== undefined) {
    guardPort(port.port);
    await keepDtrOnClose(port.port);
  }
  await settled((done) => port.flush(done));
  if (options.modemLines !== undefined) {
    const lines = options.modemLines;
    await settled((done) => port.set({ ...lines }, done));
  }
  const description = options.description ?? { kind: 'serial', path, connector: path };
  const channel = serialChannel(port, description, () => trouble);
  const stopWatch = await watchDeviceFile(path, () => channel.gone('its device file is gone'));
  port.once('close', stopWatch);
  return ok(channel);
}

function serialChannel(
  port: SerialPort,
  description: ChannelDescription,
  trouble: () => string | undefined,
): ByteChannel & { gone(reason: string): void } {
  const slot = new ReceiverSlot();
  let lettingGo: Promise<void> | undefined;
  const close = (): Promise<void> => {
    lettingGo ??= letGo(port);
    return lettingGo;
  };
  const gone = (reason: string): void => {
    slot.closed(reason);
    void close();
  };
  port.on('data', (bytes: Uint8Array) => {
    if (!slot.data(bytes)) gone('more came than could be kept before anybody listened');
  });
  port.on('close', (error: Error | null) => {
    slot.closed(trouble() ?? (error === null ? 'the port was closed' : 'the port is gone'));
  });
  return {
    description,
    gone,
    write(bytes: Uint8Array): Promise<void> {
      if (slot.over || !port.isOpen) return Promise.reject(new Error('the channel is closed'));
      return new Promise((resolve, reject) => {
        const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        port.write(whole, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      });
    },
    setReceiver(receiver: ChannelReceiver): void {
      slot.set(receiver);
    },
    async close(): Promise<void> {
      slot.silence();
      await close();
    },
  };
}

/** Longest wait for the system to give a port up, ms. */
const LET_GO_MS = 2000;

/**
 * Closes a port whatever state it is in. What was not sent yet is thrown away first: a kit that takes nothing more would hold
 * the port for as long as the system waits for it (half a minute under Linux).
 */
async function letGo(port: SerialPort): Promise<void> {
  if (port.isOpen) await within(LET_GO_MS / 4, (done) => port.flush(done));
  if (port.isOpen) await within(LET_GO_MS, (done) => port.close(done));
  else if (port.closing) await within(LET_GO_MS, (done) => port.once('close', done));
}

/** Opens the port; a deadline that passes leaves nothing open behind. */
function openWithin(port: SerialPort, path: string, waitedMs: number): Promise<ChannelOpenFailure | undefined> {
  return new Promise((resolve) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      resolve({ kind: 'timeout', path, waitedMs });
    }, waitedMs);
    port.open((error) => {
      clearTimeout(timer);
      if (late && error === null) port.close(() => undefined);
      resolve(error === null ? undefined : serialOpenFailure(path, reasonOf(error), process.platform));
    });
  });
}

/** What the driver's sentence about a failed open means; it gives no codes. */
export function serialOpenFailure(path: string, said: string, platform: NodeJS.Platform): ChannelOpenFailure {
  const reason = plainReason(said);
  if (/no such (file|device)|file not found|ENOENT|ENXIO/i.test(reason)) return { kind: 'missing', path, reason };
  if (/the port is locked|resource (temporarily unavailable|busy)|EBUSY|EAGAIN/i.test(reason)) {
    return { kind: 'in-use', path, reason };
  }
  if (/permission denied|EACCES|EPERM/i.test(reason)) {
    return { kind: 'denied', path, reason, advice: permissionAdvice(platform, 'serial') };
  }
  // What has no line speed: a file, a printer, /dev/null.
  if (/inappropriate ioctl/i.test(reason)) return { kind: 'refused', path, reason: 'it is no serial port' };
  // Windows says "Access denied" for a port that another program has open.
  if (/access (is )?denied/i.test(reason)) return { kind: 'in-use', path, reason };
  return { kind: 'refused', path, reason };
}

/** The same, but waits no longer than `ms`. */
function within(ms: number, call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    call(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The driver's sentence without its own trimmings ("Error: Permission denied, cannot open /dev/ttyACM0"). */
function plainReason(said: string): string {
  if (/cannot lock port/i.test(said)) return 'the port is locked';
  const bare = said.replace(/^Error:?\s+/, '').replace(/,? cannot open \S+$/i, '');
  return `${bare.charAt(0).toLowerCase()}${bare.slice(1)}`;
}

/** Waits for a call of the driver whose failure does not matter: ports differ in what they can. */
function settled(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve) => {
    call(() => resolve());
  });
}
