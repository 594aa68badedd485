import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Board } from '../../../src-main/simulator/board.ts';
import { type BoardListener, listenBoard } from '../../../src-main/simulator/listener.ts';
import { packet, TinyChip } from '../tiny-chip.ts';

const INFO = '0730000000035D';
const ANSWER = '00(07000050000391)\n';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function serve(waitMs?: number) {
  const board = new Board({ kit: { dialect: 'legacy' }, chips: [new TinyChip()] });
  const listener = await listenBoard(board, {
    host: '127.0.0.1',
    port: 0,
    ...(waitMs === undefined ? {} : { waitMs }),
  });
  open.push(listener);
  return { board, listener };
}

class Client {
  readonly socket: Socket;
  received = '';
  ended = false;

  constructor({ port }: BoardListener) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.on('data', (bytes) => {
      this.received += bytes.toString('latin1');
    });
    this.socket.on('close', () => {
      this.ended = true;
    });
    this.socket.on('error', () => {});
    this.socket.on('end', () => this.socket.end());
    open.push({ close: () => this.socket.destroy() });
  }

  async ask(line: string): Promise<string> {
    this.received = '';
    this.socket.write(`${line}\n`);
    await expect.poll(() => this.received.endsWith('\n'), { interval: 2 }).toBe(true);
    return this.received;
  }
}

describe('a board behind TCP', () => {
  it('answers, and keeps the kit as it is from one client to the next', async () => {
    const { board, listener } = await serve();
    const first = new Client(listener);
    expect(await first.ask('e:p:s(C0)')).toBe('00()\n');
    expect(await first.ask('e:a(00)')).toBe('00()\n');
    first.socket.destroy();
    const second = new Client(listener);
    // Still a(00): w() is a real wake, and a chip that is awake has nothing to say to a second one.
    expect(await second.ask('e:w()')).toBe('00(04113343)\n');
    expect(await second.ask('e:w()')).toBe('E4()\n');
    expect(await second.ask('e:s()')).toBe('00()\n');
    expect(await second.ask('e:a(01)')).toBe('00()\n');
    expect(await second.ask(`e:t(${INFO})`)).toBe(ANSWER);
    expect(board.inUse).toBe(true);
  });

  it('answers a client that has said everything and closed its side', async () => {
    const { listener } = await serve();
    const client = new Client(listener);
    client.socket.end(`e:p:s(C0)\ne:t(${INFO})\n`);
    await expect.poll(() => client.ended).toBe(true);
    expect(client.received).toBe(`00()\n${ANSWER}`);
  });

  it('closes a second client without a byte while the first is there', async () => {
    const { listener } = await serve(50);
    const first = new Client(listener);
    await first.ask('e:w()');
    const second = new Client(listener);
    second.socket.write('e:w()\n');
    await expect.poll(() => second.ended).toBe(true);
    expect(second.received).toBe('');
    expect(await first.ask('e:w()')).toBe('00(04113343)\n');
  });

  it('lets a client that closes and opens again at once in', async () => {
    const { listener } = await serve();
    for (let i = 0; i < 20; i += 1) {
      const client = new Client(listener);
      expect(await client.ask('e:w()')).toBe('00(04113343)\n');
      client.socket.destroy();
    }
  });

  it('ends the connection at unplug and takes no other before it is back', async () => {
    const { board, listener } = await serve();
    const client = new Client(listener);
    await client.ask('e:w()');
    board.unplug();
    await expect.poll(() => client.ended).toBe(true);
    const early = new Client(listener);
    await expect.poll(() => early.ended).toBe(true);
    board.plug();
    expect(await new Client(listener).ask('e:w()')).toBe('00(04113343)\n');
  });

  it('survives a crowd', async () => {
    const { listener } = await serve(100);
    const first = new Client(listener);
    await first.ask('e:w()');
    const crowd = Array.from({ length: 200 }, () => new Client(listener));
    await expect.poll(() => crowd.every(({ ended }) => ended), { timeout: 20_000 }).toBe(true);
    expect(await first.ask('e:w()')).toBe('00(04113343)\n');
  });

  it('does not choke on a flood', async () => {
    const { listener } = await serve();
    const client = new Client(listener);
    const lines = 5000;
    client.socket.write('e:w()\n'.repeat(lines));
    await expect.poll(() => client.received.length, { timeout: 20_000 }).toBe(lines * '00(04113343)\n'.length);
  });

  it('names the port that another program has', async () => {
    const { board, listener } = await serve();
    await expect(listenBoard(board, { host: '127.0.0.1', port: listener.port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${listener.port}: another program has this port`,
    );
  });

  it('runs commands of any length through any split', async () => {
    const { listener } = await serve();
    const client = new Client(listener);
    await client.ask('e:p:s(C0)');
    const line = `e:t(${packet(0x45, 2, 4, '00'.repeat(128))})\n`;
    client.received = '';
    for (const character of line) {
      client.socket.write(character);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => client.received).toBe('00(040F2342)\n');
  });
});
