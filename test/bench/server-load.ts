import { createECDH } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { decodeMessage, encodeMessage } from '../../src-shared/wire/codec.ts';
import { FrameDecoder } from '../../src-shared/wire/frame.ts';
import type { CertRequest, Message } from '../../src-shared/wire/messages.ts';

/** Stations that ask for one certificate after the other, as fast as they get them. */
export interface Load {
  readonly port: number;
  readonly selection: CertRequest['selection'];
  readonly connections: number;
  readonly certificates: number;
  /** Number of the first chip: every chip gets one certificate only. */
  readonly first: number;
}

/** A server takes so many connections from one address. */
const perAddress = 8;

/** Makes the load; ms from the first request to the last answer. Throws when anything but a certificate comes. */
export async function askFor(load: Load): Promise<number> {
  const waiting = Array.from({ length: load.certificates }, (_, i) => requestOf(load.first + i, load.selection));
  const clients = await Promise.all(
    Array.from({ length: load.connections }, (_, i) => Client.open(load.port, 2 + Math.floor(i / perAddress))),
  );
  try {
    const started = performance.now();
    await Promise.all(
      clients.map(async (client) => {
        for (let request = waiting.pop(); request !== undefined; request = waiting.pop()) await client.certify(request);
      }),
    );
    return performance.now() - started;
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** The n-th chip: configured, locked, with a key of its own. Encoded before the clock runs. */
function requestOf(n: number, selection: CertRequest['selection']): Uint8Array {
  const configZone = defaultImage('ATECC508A');
  configZone.set([0x01, 0x23, n >> 24, (n >> 16) & 0xff], 0);
  configZone.set([0, 0, 0x50, 0], 4);
  configZone.set([(n >> 8) & 0xff, n & 0xff, 0xbe, 0xef, 0xee], 8);
  configZone[86] = 0x55;
  configZone[87] = 0;
  const publicKey = new Uint8Array(createECDH('prime256v1').generateKeys().subarray(1));
  return encodeMessage({ name: 'CERT_REQUEST', configZone, publicKey, selection }, 1);
}

class Client {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder();
  #heard: ((message: Message) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      for (const event of this.#decoder.push(new Uint8Array(chunk))) {
        if (event.kind !== 'frame') continue;
        const decoded = decodeMessage(event.frame);
        if (decoded.ok && decoded.value.name !== 'WORKING') this.#heard?.(decoded.value);
      }
    });
    socket.on('error', (error) => this.#failed?.(error));
    socket.on('close', () => this.#failed?.(new Error('the server closed a connection')));
  }

  static open(port: number, address: number): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${address}`, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.removeListener('error', reject);
        resolve(new Client(socket));
      });
    });
  }

  async certify(request: Uint8Array): Promise<void> {
    const message = await new Promise<Message>((resolve, reject) => {
      this.#heard = resolve;
      this.#failed = reject;
      this.#socket.write(request);
    });
    if (message.name !== 'CERT_REPLY') throw new Error(`the server answered ${JSON.stringify(message)}`);
  }

  /** Resolves when the server has let go as well: it counts connections by address. */
  async close(): Promise<void> {
    this.#failed = undefined;
    if (this.#socket.closed) return;
    await new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.end();
    });
  }
}
