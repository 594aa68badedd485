import { fail, type Result } from '../../src-shared/base/result.ts';
import type { ByteChannel, ChannelDescription } from './byte-channel.ts';
import { openHid } from './hid-channel.ts';
import type { ChannelOpenFailure } from './open-failure.ts';
import { openSerial, type SerialOpenOptions } from './serial-channel.ts';
import { openTcp } from './tcp-channel.ts';

/** Options by which a channel of any kind may be opened. */
export interface OpenChannelOptions {
  readonly timeoutMs?: number;
  readonly serial?: Pick<SerialOpenOptions, 'baudRate' | 'modemLines'>;
}

/** Which kind of channel a path is typed in for; undefined when it is none. */
export function kindOfPath(path: string): 'tcp' | 'hid' | 'serial' | undefined {
  if (path.startsWith('tcp:')) return 'tcp';
  if (path.startsWith('/dev/hidraw') || /^DevSrvsID:|^\\\\\?\\hid#/i.test(path)) return 'hid';
  if (/^(?:COM\d+|\\\\\.\\COM\d+|\/\S+)$/i.test(path)) return 'serial';
  return undefined;
}

/** Opens whatever a path or a description names: `tcp:HOST:PORT`, a serial port, a HID stick. */
export function openChannel(
  target: string | ChannelDescription,
  options: OpenChannelOptions = {},
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
