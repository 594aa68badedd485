import { createServer, type Server, type Socket } from 'node:net';
import { decodeMessage, encodeMessage } from '../../src-shared/wire/codec.ts';
import { FrameDecoder } from '../../src-shared/wire/frame.ts';
import type { Message } from '../../src-shared/wire/messages.ts';

/** Servers that are none, or not the one that was meant. */

/** What a fake does with a connection. */
export type Behaviour = (socket: Socket) => void;

/** Listens on a free port of this computer; gives it and a way to end it. */
export async function fakeServer(behave: Behaviour): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Answers every question by a function; `undefined` = says nothing. */
export function answering(answer: (message: Message) => Message | undefined): Behaviour {
  return (socket) => {
    const decoder = new FrameDecoder();
    socket.on('data', (chunk) => {
      for (const event of decoder.push(new Uint8Array(Buffer.from(chunk)))) {
        if (event.kind === 'broken') return void socket.destroy();
        const decoded = decodeMessage(event.frame);
        const reply = decoded.ok ? answer(decoded.value) : undefined;
        if (reply !== undefined) socket.write(encodeMessage(reply, event.frame.transaction));
      }
    });
  };
}

/** A HELLO_OK like any server's. */
export const helloOk: Message = {
  name: 'HELLO_OK',
  serverName: 'fake',
  softwareVersion: '0',
  timeMs: 0,
  sessionId: new Uint8Array(16).fill(1),
  maxBody: 65_536,
  features: 14,
  nonce: new Uint8Array(32).fill(2),
};
