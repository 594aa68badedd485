import { createServer, type Server, type Socket } from 'node:net';
import type { ByteChannel } from '../hal/byte-channel.ts';
import type { Board } from './board.ts';
import { SimulatorError } from './errors.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /**
   * How long a client waits for the one before it to go, ms; then its connection is closed without a byte.
   * The default covers a client that closes and opens again at once.
   */
  readonly waitMs?: number;
}

export interface BoardListener {
  readonly host: string;
  readonly port: number;
  /** Stops listening and ends the client's connection; the board stays as it is. */
  close(): Promise<void>;
}

const DEFAULT_WAIT_MS = 300;
const WAIT_STEP_MS = 10;
/** Connections beyond this are closed at once: they could only wait. */
const MOST_WAITING = 8;

/**
 * A board behind a TCP port, as if it were a serial line: one client at a time. A TCP connection is no plug: the kit keeps
 * its state from one client to the next. An unplugged board closes its client and refuses others until it is back.
 * Rejects with SimulatorError when the port cannot be had.
 */
export async function listenBoard(board: Board, options: ListenOptions): Promise<BoardListener> {
  const waitMs = options.waitMs ?? DEFAULT_WAIT_MS;
  const sockets = new Set<Socket>();
  let closing = false;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    if (sockets.size > MOST_WAITING) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(board, socket, waitMs, () => closing).catch(() => socket.destroy());
  });
  const { host, port } = await listening(server, options);
  return {
    host,
    port,
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function serve(board: Board, socket: Socket, waitMs: number, closing: () => boolean): Promise<void> {
  const channel = await firstFree(board, socket, waitMs, closing);
  if (channel === undefined) {
    socket.destroy();
    return;
  }
  channel.setReceiver({
    data: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    // What was answered before the cable went still arrives.
    closed: () => socket.destroySoon(),
  });
  const drop = () => socket.destroy();
  socket.on('data', (bytes) => {
    // Nothing more is taken from the network before this is dealt with: a flood stays in the flooder's own buffers.
    socket.pause();
    channel
      .write(bytes)
      .then(() => board.settled())
      .then(() => socket.resume(), drop);
  });
  // A client that has said everything still gets its answers.
  socket.on('end', () => {
    board.settled().then(() => socket.end(), drop);
  });
  socket.on('close', () => {
    channel.close().catch(() => undefined);
  });
  // It may have gone while it waited.
  if (socket.destroyed) await channel.close();
}

async function firstFree(
  board: Board,
  socket: Socket,
  waitMs: number,
  closing: () => boolean,
): Promise<ByteChannel | undefined> {
  const until = performance.now() + waitMs;
  while (board.inUse && performance.now() < until && !socket.destroyed && !closing()) {
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
  }
  if (board.inUse || !board.plugged || socket.destroyed || closing()) return undefined;
  const peer = `tcp:${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`;
  return board.connect({ kind: 'simulated', path: peer, connector: peer });
}

function listening(server: Server, options: ListenOptions): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const busy = error.code === 'EADDRINUSE';
      const why = busy ? 'another program has this port' : error.message;
      reject(
        new SimulatorError(busy ? 'busy' : 'input', `cannot listen on ${options.host}:${options.port}: ${why}`, error),
      );
    });
    server.listen(options.port, options.host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new SimulatorError('input', 'not a TCP address'));
      else resolve({ host: address.address, port: address.port });
    });
  });
}
