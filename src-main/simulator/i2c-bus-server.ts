import { createServer, type Server, type Socket } from 'node:net';
import { isWorkingClock } from './clock.ts';
import { type I2cBus, isPowerLost } from './i2c-bus.ts';
import type { SimulatedClock } from './silicon.ts';

/**
 * A bus behind a socket, for masters that are other programs: the kit host of firmware/ as a Linux process.
 *
 * Every request is answered by one reply; nothing is sent unasked. Numbers are little-endian.
 *
 *     request  operation(1) address(1) count(2) data
 *       01 pulse                      count 0
 *       02 write   data = count bytes, word address first
 *       03 read    count = bytes wanted, no data
 *       04 pass    count 4, data = microseconds that the bus's clock is to pass; address 01 = the master's own work begins
 *                  here: a clock that keeps real time reckons from now on (isWorkingClock)
 *     reply    result(1) 00(1) count(2) data
 *       00 acknowledged, 01 address not acknowledged, 02 a byte not acknowledged, 03 bus fault
 *       data is what was read; otherwise count is 0
 *
 * A connection that breaks these rules is closed. Closing the connection is how the board's power goes.
 */
export interface I2cBusServer {
  /** `unix:/path` or `tcp:host:port`: what the kit host takes as --bus. */
  readonly where: string;
  /** Takes the power away from whoever is connected; the server goes on. */
  cutPower(): void;
  close(): Promise<void>;
}

export interface I2cServerOptions {
  /** For `pass`; a virtual clock makes the master's waiting take no time. */
  readonly clock: SimulatedClock;
  /** A Unix socket here, or a TCP port (0 = any), on 127.0.0.1 when no host is given. */
  readonly at: { readonly path: string } | { readonly port: number; readonly host?: string };
  /** Called when a master has gone. */
  readonly onGone?: () => void;
  /** Called when a transfer ended in the loss of the kit's power; the connection is closed by then. */
  readonly onPowerLost?: (error: unknown) => void;
}

/** Listens. Rejects with Error when the path or port cannot be had. */
export async function serveI2cBus(bus: I2cBus, options: I2cServerOptions): Promise<I2cBusServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      options.onGone?.();
    });
    attend(socket, bus, options);
  });
  const where = await listening(server, options.at);
  return {
    where,
    cutPower() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** One request after the other, whole, in the order in which they came. */
function attend(socket: Socket, bus: I2cBus, options: I2cServerOptions): void {
  let received = new Uint8Array(0);
  let working = false;

  const work = async (): Promise<void> => {
    for (let request = takeRequest(received); request !== undefined; request = takeRequest(received)) {
      if (request === 'wrong') {
        socket.destroy();
        return;
      }
      received = received.subarray(request.size);
      const reply = await carryOut(request, bus, options.clock);
      if (socket.destroyed) return;
      socket.write(reply);
    }
  };

  socket.on('data', (chunk) => {
    const joined = new Uint8Array(received.length + chunk.length);
    joined.set(received);
    joined.set(chunk, received.length);
    received = joined;
    if (working) return;
    working = true;
    work().then(
      () => {
        working = false;
      },
      (error: unknown) => {
        socket.destroy();
        if (isPowerLost(error)) options.onPowerLost?.(error);
        else throw error;
      },
    );
  });
}

const OPERATION = { pulse: 0x01, write: 0x02, read: 0x03, pass: 0x04 } as const;
const RESULT = { ack: 0x00, 'nack-address': 0x01, 'nack-data': 0x02, fault: 0x03 } as const;
const WORK_BEGINS = 0x01;
const HEAD_BYTES = 4;
const MOST_BYTES = 1024;

interface Request {
  readonly operation: number;
  readonly address: number;
  readonly count: number;
  readonly data: Uint8Array;
  /** Bytes of the whole request. */
  readonly size: number;
}

/** The first whole request; undefined while there is none, 'wrong' when what came can never be one. */
function takeRequest(received: Uint8Array): Request | 'wrong' | undefined {
  const [operation = 0, address = 0, low = 0, high = 0] = received;
  if (received.length < HEAD_BYTES) return undefined;
  const count = low + 256 * high;
  if (operation < OPERATION.pulse || operation > OPERATION.pass || count > MOST_BYTES) return 'wrong';
  if (operation === OPERATION.pass && count !== 4) return 'wrong';
  const size = HEAD_BYTES + (operation === OPERATION.write || operation === OPERATION.pass ? count : 0);
  if (received.length < size) return undefined;
  return { operation, address, count, data: received.subarray(HEAD_BYTES, size), size };
}

async function carryOut(request: Request, bus: I2cBus, clock: SimulatedClock): Promise<Uint8Array> {
  const { operation, address, count, data } = request;
  if (operation === OPERATION.pulse) return reply(await bus.pulse());
  if (operation === OPERATION.write) return reply(await bus.write(address, data.slice()));
  if (operation === OPERATION.read) {
    const read = await bus.read(address, count);
    return typeof read === 'string' ? reply(read) : reply('ack', read);
  }
  if (address === WORK_BEGINS && isWorkingClock(clock)) clock.beginWork();
  const microseconds = new DataView(data.buffer, data.byteOffset, 4).getUint32(0, true);
  await clock.pass(microseconds / 1000);
  return reply('ack');
}

function reply(result: keyof typeof RESULT, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + data.length);
  bytes.set([RESULT[result], 0, data.length & 0xff, data.length >> 8]);
  bytes.set(data, HEAD_BYTES);
  return bytes;
}

function listening(server: Server, at: I2cServerOptions['at']): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    if ('path' in at) {
      server.listen(at.path, () => resolve(`unix:${at.path}`));
      return;
    }
    server.listen(at.port, at.host ?? '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('not a TCP address'));
      else resolve(`tcp:${at.host ?? '127.0.0.1'}:${address.port}`);
    });
  });
}
