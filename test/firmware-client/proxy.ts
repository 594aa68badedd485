import { connect, createServer, type Socket } from 'node:net';
import { encodeFrame, type Frame, FrameDecoder } from '../../src-shared/wire/frame.ts';

/** Something that a client takes for its server. */
export interface FakeServer {
  /** host:port for the client */
  readonly server: string;
  /** Connections that the client made. */
  readonly connections: number;
  close(): Promise<void>;
}

/** What becomes of a frame of the server: the bytes that go on. `number` counts frames of one connection from 1. */
export type FrameMeddler = (
  frame: Frame,
  context: { readonly number: number; readonly connection: number },
) => MeddledFrame;

export type MeddledFrame =
  | Uint8Array
  /** These bytes, and then the connection is closed. */
  | { readonly bytes: Uint8Array; readonly close: true };

/** Passes frames on to the server at `target` and back; `meddle` decides about the server's, `request` about the client's. */
export async function meddlingProxy(
  target: string,
  meddle: FrameMeddler,
  request: (frame: Frame) => Uint8Array = asIs,
): Promise<FakeServer> {
  const [host = '', port = ''] = target.split(':');
  return listen((client, connection) => {
    const server = connect({ host, port: Number(port), noDelay: true });
    const decoder = new FrameDecoder();
    let number = 0;
    const requests = new FrameDecoder();
    client.on('data', (chunk: Buffer) => {
      for (const event of requests.push(new Uint8Array(chunk))) {
        if (event.kind === 'frame') server.write(request(event.frame));
      }
    });
    server.on('data', (chunk: Buffer) => {
      for (const event of decoder.push(new Uint8Array(chunk))) {
        if (event.kind !== 'frame' || client.destroyed) continue;
        number += 1;
        const meddled = meddle(event.frame, { number, connection });
        if (meddled instanceof Uint8Array) client.write(meddled);
        else client.end(meddled.bytes, () => client.destroy());
      }
    });
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
  });
}

/** A server of no kind: `greet` does as it likes with every connection. */
export function strangeServer(greet: (client: Socket) => void): Promise<FakeServer> {
  return listen((client) => greet(client));
}

/** The frame as it came. */
export function asIs(frame: Frame): Uint8Array {
  return encodeFrame(frame);
}

function listen(attend: (client: Socket, connection: number) => void): Promise<FakeServer> {
  const clients = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (client) => {
    connections += 1;
    clients.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => clients.delete(client));
    attend(client, connections);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('not a TCP address'));
        return;
      }
      resolve({
        server: `127.0.0.1:${address.port}`,
        get connections() {
          return connections;
        },
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const client of clients) client.destroy();
          }),
      });
    });
  });
}
