import { connect, isIP, type Socket } from 'node:net';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { ByteChannel, ChannelDescription, ChannelReceiver } from './byte-channel.ts';
import { type ChannelOpenFailure, reasonOf, systemCode } from './open-failure.ts';
import { ReceiverSlot } from './receiver-slot.ts';

/** Where a kit listens on TCP. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** `tcp:HOST:PORT` (an IPv6 host in brackets) as an address; undefined for anything else. */
export function parseTcpPath(path: string): TcpAddress | undefined {
  const match = /^tcp:(?:\[([0-9A-Fa-f:.]+)\]|([^[\]:]+)):(\d{1,5})$/.exec(path);
  if (match === null) return undefined;
  const [, v6, name, digits] = match;
  const host = v6 ?? name ?? '';
  const port = Number(digits);
  if ((v6 !== undefined && isIP(v6) !== 6) || port < 1 || port > 65_535) return undefined;
  return { host, port };
}

/** The path of an address: `tcp:127.0.0.1:4000`. */
export function tcpPath(address: TcpAddress): string {
  return `tcp:${isIP(address.host) === 6 ? `[${address.host}]` : address.host}:${address.port}`;
}

/** How to connect. */
export interface TcpOpenOptions {
  /** Deadline for the connection, ms; 3000 by default. */
  readonly timeoutMs?: number;
}

/** Connects to a kit at `tcp:HOST:PORT`. The channel sends without delay: kit lines are small and wait for each other. */
export function openTcp(path: string, options: TcpOpenOptions = {}): Promise<Result<ByteChannel, ChannelOpenFailure>> {
  const address = parseTcpPath(path);
  if (address === undefined) {
    return Promise.resolve(fail({ kind: 'bad-path', path, reason: 'expected tcp:HOST:PORT' }));
  }
  const waitedMs = options.timeoutMs ?? 3000;
  return new Promise((resolve) => {
    const socket = connect({ host: address.host, port: address.port, noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(fail({ kind: 'timeout', path, waitedMs }));
    }, waitedMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      resolve(fail(connectFailure(path, error)));
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(ok(tcpChannel(socket, { kind: 'tcp', path, connector: path })));
    });
  });
}

/** A socket that is connected already as a channel: what a TCP server was handed, for instance. */
function tcpChannel(socket: Socket, description: ChannelDescription): ByteChannel {
  const slot = new ReceiverSlot();
  let reason = 'the other side closed the connection';
  socket.setNoDelay(true);
  socket.on('error', (error) => {
    reason = reasonOf(error);
  });
  socket.on('data', (bytes: Uint8Array) => {
    if (!slot.data(bytes)) {
      reason = 'more came than could be kept before anybody listened';
      socket.destroy();
    }
  });
  socket.on('end', () => socket.destroy());
  socket.on('close', () => slot.closed(reason));
  return {
    description,
    write(bytes: Uint8Array): Promise<void> {
      if (slot.over || socket.destroyed) return Promise.reject(new Error('the channel is closed'));
      return new Promise((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      });
    },
    setReceiver(receiver: ChannelReceiver): void {
      slot.set(receiver);
    },
    close(): Promise<void> {
      slot.silence();
      if (socket.destroyed) return Promise.resolve();
      return new Promise((resolve) => {
        socket.once('close', () => resolve());
        socket.destroy();
      });
    },
  };
}

function connectFailure(path: string, error: Error): ChannelOpenFailure {
  const reason = reasonOf(error);
  switch (systemCode(error)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { kind: 'missing', path, reason };
    case 'EACCES':
    case 'EPERM':
      return { kind: 'denied', path, reason, advice: 'network' };
    case 'ETIMEDOUT':
      return { kind: 'timeout', path, waitedMs: 0 };
    default:
      return { kind: 'refused', path, reason };
  }
}
