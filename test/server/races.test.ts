import { afterEach, describe, expect, it } from 'vitest';
import { openRecords } from '../../src-main/records/index.ts';
import { testNow } from '../provisioning/world.ts';
import { openShop, type Shop, type ShopOptions } from './shop.ts';

/** Several who want the same thing at once, and clients that give up and come back: one certificate, and everything accounted for. */
let shop: Shop | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

/** A gate in front of the signer: requests pile up behind it until it is opened. */
function gate(): { readonly options: ShopOptions; readonly reached: () => number; open(): void } {
  let open: () => void = () => undefined;
  let reached = 0;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const meddle = async (when: 'before' | 'after'): Promise<undefined> => {
    if (when !== 'before') return;
    reached += 1;
    await opened;
  };
  return { options: { signer: { meddle } }, reached: () => reached, open: () => open() };
}

async function until(done: () => boolean): Promise<void> {
  await expect.poll(done).toBe(true);
}

describe('the same serial number from two stations at once', () => {
  it('same key: one signature, both get the same certificate', async () => {
    shop = await openShop();
    const at = shop;
    for (let n = 1; n <= 20; n += 1) {
      const clients = await Promise.all([at.connect('127.0.0.2'), at.connect('127.0.0.3'), at.connect('127.0.0.4')]);
      for (const client of clients) client.say(at.request(n));
      const replies = await Promise.all(clients.map((client) => client.hear('CERT_REPLY')));
      const certificates = replies.map((reply) => Buffer.from(reply?.deviceCertificate ?? []).toString('hex'));
      expect(certificates[0]).not.toBe('');
      expect(new Set(certificates).size).toBe(1);
      expect(replies.filter((reply) => reply?.flags === 0)).toHaveLength(1);
      for (const client of clients) client.destroy();
    }
    expect(at.signer.signatures).toBe(20);
    expect(at.books().complaints).toEqual([]);
  });

  it('another key: one gets a certificate, the other DUPLICATE_DEVICE', async () => {
    shop = await openShop();
    const at = shop;
    for (let n = 1; n <= 20; n += 1) {
      const clients = await Promise.all([at.connect('127.0.0.2'), at.connect('127.0.0.3')]);
      clients.forEach((client, i) => {
        client.say(at.request(n, i));
      });
      await until(() => clients.every((client) => client.messages.some(({ message }) => message.name !== 'WORKING')));
      const names = clients.map((client) => client.messages.find(({ message }) => message.name !== 'WORKING')?.message);
      expect(names.map((message) => message?.name).sort()).toEqual(['CERT_REPLY', 'ERROR']);
      for (const message of names) if (message?.name === 'ERROR') expect(message.code).toBe(37);
      for (const client of clients) client.destroy();
    }
    expect(at.signer.signatures).toBe(20);
    expect(at.books().complaints).toEqual([]);
  });
});

describe('a client that gives up and comes back on a new connection', () => {
  it('while its first request is queued: the queued one is dropped, the new one served, one signature', async () => {
    const block = gate();
    shop = await openShop(block.options);
    const at = shop;
    const ahead = await at.connect();
    ahead.say(at.request(1));
    const first = await at.connect();
    first.say(at.request(1));
    expect(await first.hear('WORKING')).toBeDefined();
    await until(() => at.side.server.queued === 2);
    first.socket.resetAndDestroy();
    await until(() => at.side.server.clients.length === 1);
    const again = await at.connect();
    again.say(at.request(1));
    await until(() => at.side.server.queued === 3);
    block.open();
    expect((await ahead.hear('CERT_REPLY'))?.flags).toBe(0);
    expect((await again.hear('CERT_REPLY'))?.flags).toBe(1);
    await until(() => at.side.server.queued === 0);
    expect(at.signer.signatures).toBe(1);
    const results = at.books().rows.map((row) => row['result']);
    expect(results.filter((result) => result === 'REISSUED')).toHaveLength(1);
    expect(at.books().complaints).toEqual([]);
  });

  it('while it is being signed: what was signed is archived and handed to it', async () => {
    const block = gate();
    shop = await openShop(block.options);
    const at = shop;
    const first = await at.connect();
    first.say(at.request(1));
    await until(() => block.reached() === 1);
    first.destroy();
    const again = await at.connect();
    again.say(at.request(1));
    await until(() => at.side.server.queued === 2);
    block.open();
    expect((await again.hear('CERT_REPLY'))?.flags).toBe(1);
    expect(at.signer.signatures).toBe(1);
    expect(at.books().complaints).toEqual([]);
  });

  it('fifty times in a row, at any moment', async () => {
    let delay = 0;
    shop = await openShop({
      signer: {
        meddle: async () => {
          await new Promise((resolve) => setTimeout(resolve, delay));
          return undefined;
        },
      },
    });
    const at = shop;
    for (let n = 1; n <= 50; n += 1) {
      delay = n % 7;
      const first = await at.connect();
      first.say(at.request(n));
      await new Promise((resolve) => setTimeout(resolve, n % 11));
      first.destroy();
      const again = await at.connect();
      again.say(at.request(n));
      expect(await again.hear('CERT_REPLY'), `chip ${n}`).toBeDefined();
      again.destroy();
    }
    await until(() => at.side.server.queued === 0);
    expect(at.signer.signatures).toBe(50);
    expect(at.books().complaints).toEqual([]);
  });

  it('a client that only closed its sending half gets its answer', async () => {
    shop = await openShop();
    const client = await shop.connect();
    client.say(shop.request(1));
    client.socket.end();
    expect(await client.hear('CERT_REPLY')).toBeDefined();
    expect(await client.ends()).toBe(true);
  });
});

describe('a signer that answers nonsense', () => {
  it('a signature that does not verify is neither archived nor handed out, and has its row', async () => {
    shop = await openShop({
      signer: { spoil: (signature) => signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) },
    });
    const client = await shop.connect();
    client.say(shop.request(1));
    expect((await client.hear('ERROR'))?.code).toBe(21);
    expect(shop.side.records.archive.bySerialNumber(shop.books().rows.at(-1)?.['device_sn'] ?? '')).toEqual([]);
    const failed = shop.side.records.signingLog.head.sequence;
    expect(failed).toBe(2);
  });
});

describe('a server that is told to stop', () => {
  it('answers what it has begun, refuses what comes, and closes', async () => {
    const block = gate();
    shop = await openShop(block.options);
    const at = shop;
    const clients = await Promise.all([1, 2, 3, 4].map(() => at.connect()));
    clients.forEach((client, i) => {
      client.say(at.request(i + 1));
    });
    const idle = await at.connect();
    idle.say({ name: 'PING' });
    expect(await idle.hear('PONG')).toBeDefined();
    await until(() => block.reached() >= 1 && at.side.server.queued === 4);
    const stopped = at.side.server.stop();
    expect(await idle.ends()).toBe(true);
    clients[0]?.say(at.request(9), 77);
    expect((await clients[0]?.hear('ERROR'))?.code).toBe(9);
    block.open();
    for (const client of clients) expect(await client.hear('CERT_REPLY')).toBeDefined();
    await stopped;
    for (const client of clients) expect(await client.ends()).toBe(true);
    expect(at.signer.signatures).toBe(4);
    expect(at.books().complaints).toEqual([]);
  });

  it('does not wait for ever: what is stuck is left to the next start', async () => {
    const block = gate();
    shop = await openShop({ ...block.options, limits: { drainMs: 200 } });
    const client = await shop.connect();
    client.say(shop.request(1));
    await until(() => block.reached() === 1);
    const started = performance.now();
    await shop.side.server.stop();
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(await client.ends()).toBe(true);
    block.open();
  });
});

describe('two servers', () => {
  it('one data folder: the second is refused, and starts when the first has ended', async () => {
    shop = await openShop();
    await expect(openRecords({ folder: shop.side.folder, now: testNow })).rejects.toMatchObject({
      code: 'DATA_DIR_IN_USE',
    });
    const client = await shop.connect();
    client.say(shop.request(1));
    expect(await client.hear('CERT_REPLY')).toBeDefined();
  });

  it('one port: the second says so', async () => {
    shop = await openShop();
    await expect(
      shop.side.server.listen({ host: '127.0.0.1', port: shop.port, allow: [], stationKeys: false, insecure: false }),
    ).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  });
});
