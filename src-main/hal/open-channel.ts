import { fail, type Result } from '../../src-shared/base/result.ts';
import type { ByteChannel, ChannelDescription } from './byte-channel.ts';
import { openHid } from './hid-channel.ts';
import { connectorOfHidraw, connectorOfSerial, type LinuxRoots } from './linux-ports.ts';
import type { ChannelOpenFailure } from './open-failure.ts';
import { openSerial, type SerialOpenOptions } from './serial-channel.ts';
import { openTcp } from './tcp-channel.ts';

/** Options by which a channel of any kind may be opened. */
export interface OpenChannelOptions {
  readonly timeoutMs?: number;
  readonly serial?: Pick<SerialOpenOptions, 'baudRate' | 'modemLines'>;
  /** Other folders than the machine's own, for tests. */
  readonly roots?: LinuxRoots;
}

/** Which kind of channel a path is typed in for; undefined when it is none. */
export function kindOfPath(path: string): 'tcp' | 'hid' | 'serial' | undefined {
  if (path.startsWith('tcp:')) return 'tcp';
  if (path.startsWith('/dev/hidraw') || /^DevSrvsID:|^\\\\\?\\hid#/i.test(path)) return 'hid';
  if (/^(?:COM\d+|\\\\\.\\COM\d+|\/\S+)$/i.test(path)) return 'serial';
  return undefined;
}

/**
 * Opens whatever a path or a description names: `tcp:HOST:PORT`, a serial port, a HID stick. A described port whose path
 * belongs to another connector by now is `missing`: the system gives the names of pulled devices to the next ones.
 */
export async function openChannel(
  target: string | ChannelDescription,
  options: OpenChannelOptions = {},
): Promise<Result<ByteChannel, ChannelOpenFailure>> {
  const opened = await openAny(target, options);
  if (!opened.ok || typeof target === 'string' || !(await hasMoved(target, options.roots))) return opened;
  await opened.value.close();
  return fail({ kind: 'missing', path: target.path, reason: 'another device has its name now' });
}

/** Asked while the port is open: its name cannot go to another device then. */
async function hasMoved(described: ChannelDescription, roots: LinuxRoots | undefined): Promise<boolean> {
  const { kind, path, connector } = described;
  if (connector === path || (kind !== 'serial' && kind !== 'hid')) return false;
  const now = await (kind === 'serial' ? connectorOfSerial(path, roots) : connectorOfHidraw(path, roots));
  return now !== undefined && now !== connector;
}

function openAny(
  target: string | ChannelDescription,
  options: OpenChannelOptions,
): Promise<Result<ByteChannel, ChannelOpenFailure>> {
  const path = typeof target === 'string' ? target : target.path;
  const kind = typeof target === 'string' ? kindOfPath(path) : target.kind;
  const description = typeof target === 'string' ? {} : { description: target };
  const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
  switch (kind) {
    case 'tcp':
      return openTcp(path, timeout);
    case 'serial':
      return openSerial(path, { ...options.serial, ...timeout, ...description });
    case 'hid':
      return openHid(path, description);
    default:
      return Promise.resolve(
        fail({ kind: 'bad-path', path, reason: 'expected a serial port, a stick or tcp:HOST:PORT' }),
      );
  }
}
