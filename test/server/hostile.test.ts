import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src-main/simulator/random.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { authCode } from '../../src-shared/wire/auth.ts';
import { encodeMessage } from '../../src-shared/wire/codec.ts';
import { encodeFrame } from '../../src-shared/wire/frame.ts';
import type { Message } from '../../src-shared/wire/messages.ts';
import type { RawClient } from './raw-client.ts';
import { openShop, type Shop, type ShopOptions } from './shop.ts';

/** Peers that mean no good, on the real TCP server: the line keeps working for everyone else, and memory stays bounded. */
let shop: Shop | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

async function open(options: ShopOptions = {}): Promise<Shop> {
  shop = await openShop(options);
  return shop;
}

/** A client of the line gets its certificate. */
async function works(at: Shop, n: number, from = '127.0.0.1'): Promise<void> {
  const client = await at.connect(from);
  client.say({ name: 'HELLO', clientName: 'line', station: 'Linie 1' });
  expect((await client.hear('HELLO_OK'))?.name).toBe('HELLO_OK');
  client.say(at.request(n), 2);
  expect((await client.hear('CERT_REPLY'))?.name, `client ${n}`).toBe('CERT_REPLY');
  client.destroy();
}

describe('frames that are none', () => {
  it('thousands of spoilt frames cost their senders the connection and nobody else anything', async () => {
    const at = await open({ limits: { frameMs: 300, firstFrameMs: 1000 } });
    const random = new SeededRandom(7);
    const samples: readonly Uint8Array[] = [
      encodeMessage({ name: 'HELLO', clientName: 'x', station: 'y' }, 1),
      encodeMessage({ name: 'PING' }, 2),
      encodeMessage(at.request(1), 3),
      encodeMessage({ name: 'LOOKUP', configZone: new Uint8Array(128), publicKey: new Uint8Array(64) }, 4),
      encodeMessage({ name: 'VALIDATION_REQUEST', selection: at.request(1).selection }, 5),
      encodeMessage({ name: 'AUTH', station: 'x', code: new Uint8Array(32) }, 6),
    ];
    for (let round = 0; round < 60; round += 1) {
      const clients = await Promise.all(Array.from({ length: 6 }, () => at.connect('127.0.0.9')));
      for (const client of clients) {
        for (let i = 0; i < 12; i += 1) client.send(spoilt(samples, random));
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (const client of clients) client.destroy();
      if (round % 20 === 0) await works(at, 100 + round);
    }
    await works(at, 99);
    expect(at.books().complaints).toEqual([]);
  });

  it('a bad body is answered and the connection kept, until the eighth', async () => {
    const at = await open();
    const client = await at.connect();
    const bad = encodeFrame({ type: 0x10, transaction: 7, body: Uint8Array.of(1, 2, 3) });
    for (let i = 0; i < 7; i += 1) client.send(bad);
    client.say({ name: 'PING' }, 9);
    expect(await client.hear('PONG')).toBeDefined();
    client.send(bad);
    expect(await client.ends()).toBe(true);
    expect(client.messages.filter(({ message }) => message.name === 'ERROR')).toHaveLength(8);
  });

  it('a header that announces 4 GiB is refused before a byte of it', async () => {
    const at = await open();
    const client = await at.connect();
    client.send(Uint8Array.of(0x41, 0x54, 0x50, 0x52, 1, 0, 0, 0x10, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff));
    expect((await client.hear('ERROR'))?.code).toBe(6);
    expect(await client.ends()).toBe(true);
  });

  it('what comes behind a broken header is not looked at', async () => {
    const at = await open();
    const client = await at.connect();
    client.send(Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n\r\n'), encodeMessage(at.request(1), 1)]));
    expect((await client.hear('ERROR'))?.code).toBe(1);
    expect(await client.ends()).toBe(true);
    expect(at.signer.signatures).toBe(0);
  });
});

function spoilt(samples: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const sample = samples[random.below(samples.length)] ?? new Uint8Array(0);
  const bytes = Uint8Array.from(sample);
  switch (random.below(5)) {
    case 0:
      return bytes.subarray(0, random.below(bytes.length));
    case 1:
      return random.bytes(random.below(200));
    case 2:
      return Uint8Array.from([...bytes, ...random.bytes(random.below(40))]);
    default:
      for (let i = 0; i <= random.below(4); i += 1) bytes[random.below(bytes.length)] = random.below(256);
      return bytes;
  }
}

describe('slow ones', () => {
  it('a frame that drips gets its ten seconds, counted from its first byte, and no more', async () => {
    const at = await open({ limits: { firstFrameMs: 5000, frameMs: 400 } });
    const client = await at.connect();
    const frame = encodeMessage(at.request(1), 1);
    const started = performance.now();
    let sent = 0;
    const drip = setInterval(() => {
      client.send(frame.subarray(sent, sent + 1));
      sent += 1;
    }, 20);
    const ended = await client.ends();
    clearInterval(drip);
    expect(ended).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(350);
    expect((await client.hear('ERROR'))?.code).toBe(7);
  });

  it('a frame that begins in the same packet as the end of the one before gets its own time', async () => {
    const frameMs = 600;
    const at = await open({ limits: { firstFrameMs: 60_000, frameMs, idleMs: 60_000 } });
    const ping = encodeMessage({ name: 'PING' }, 1);
    const [head, tail] = [ping.subarray(0, 8), ping.subarray(8)];
    const pongs = (client: RawClient): number =>
      client.messages.filter(({ message }) => message.name === 'PONG').length;
    /** Two frames, each in the time that it may take, together longer; undefined when this machine stood still meanwhile. */
    const twoSlowFrames = async (): Promise<number | undefined> => {
      const client = await at.connect();
      const began = performance.now();
      client.send(head);
      await new Promise((resolve) => setTimeout(resolve, frameMs * 0.6));
      const between = performance.now();
      client.send(Buffer.concat([tail, head]));
      await expect.poll(() => client.closed || pongs(client) === 1).toBe(true);
      const first = performance.now() - began;
      await new Promise((resolve) => setTimeout(resolve, frameMs * 0.6));
      client.send(tail);
      await expect.poll(() => client.closed || pongs(client) === 2).toBe(true);
      const second = performance.now() - between;
      const answered = pongs(client);
      client.destroy();
      return answered < 2 && Math.max(first, second) >= frameMs ? undefined : answered;
    };
    let answered: number | undefined;
    for (let attempt = 0; attempt < 20 && answered === undefined; attempt += 1) answered = await twoSlowFrames();
    expect(answered).toBe(2);
  });

  it('one that connects and says nothing is let go; one that is idle keeps its place', async () => {
    const at = await open({ limits: { firstFrameMs: 200, idleMs: 60_000 } });
    const mute = await at.connect();
    const idle = await at.connect();
    idle.say({ name: 'PING' });
    expect(await mute.ends()).toBe(true);
    expect(idle.closed).toBe(false);
  });

  it('one that never reads its answers is let go when they pile up', async () => {
    const at = await open({ limits: { unreadBytes: 1 << 16, idleMs: 60_000 } });
    const client = await at.connect();
    client.socket.pause();
    const question = encodeMessage({ name: 'VALIDATION_REQUEST', selection: at.request(1).selection }, 1);
    const pile = Buffer.concat(Array.from({ length: 200 }, () => question));
    const left = (): number => {
      client.send(pile);
      return at.side.server.clients.length;
    };
    await expect.poll(left).toBe(0);
    client.destroy();
    await works(at, 1);
  });
});

/** Connects, perhaps says half a sentence, and is gone. */
function openAndDrop(port: number, from: number, bytes: Uint8Array | undefined): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${from}` });
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
    socket.on('connect', () => {
      if (bytes !== undefined) socket.write(bytes);
      socket.destroy();
    });
  });
}

describe('many', () => {
  it('one address gets eight connections; another address is served all the same', async () => {
    const at = await open();
    const clients = await Promise.all(Array.from({ length: 40 }, () => at.connect('127.0.0.5')));
    for (const client of clients) client.say({ name: 'PING' });
    await expect.poll(() => clients.filter((client) => !client.closed).length).toBeLessThanOrEqual(8);
    await works(at, 1, '127.0.0.6');
  });

  it('when all places are taken, one that never said anything goes first, then the longest idle; nobody at work', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const at = await open({
      limits: { connections: 6 },
      signer: {
        meddle: async (when) => {
          if (when === 'before') await held;
          return undefined;
        },
      },
    });
    const busy = await at.connect('127.0.0.2');
    busy.say(at.request(1));
    expect(await busy.hear('WORKING')).toBeDefined();
    const idle: RawClient[] = [];
    for (let i = 0; i < 3; i += 1) {
      const client = await at.connect('127.0.0.3');
      client.say({ name: 'PING' });
      expect(await client.hear('PONG')).toBeDefined();
      idle.push(client);
    }
    const mute = [await at.connect('127.0.0.4'), await at.connect('127.0.0.4')];
    await expect.poll(() => at.side.server.clients.length).toBe(6);
    const fresh: RawClient[] = [];
    for (let i = 0; i < 3; i += 1) {
      const client = await at.connect('127.0.0.7');
      client.say({ name: 'PING' });
      expect(await client.hear('PONG')).toBeDefined();
      fresh.push(client);
    }
    await expect.poll(() => mute.map((client) => client.closed)).toEqual([true, true]);
    await expect.poll(() => idle.map((client) => client.closed)).toEqual([true, false, false]);
    expect(busy.closed).toBe(false);
    release();
    expect(await busy.hear('CERT_REPLY')).toBeDefined();
  });

  it('10 000 connections opened and dropped leave nothing behind', async () => {
    const at = await open();
    await works(at, 1);
    const before = process.memoryUsage().rss;
    const half = encodeMessage(at.request(2), 1).subarray(0, 100);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 1000 }, (_, i) => openAndDrop(at.port, 10 + (i % 200), i % 3 === 0 ? half : undefined)),
      );
    }
    await works(at, 3);
    // Where the queue of the listening socket overflowed, the peer's FIN was dropped with the rest and comes again later and later;
    // the server does not wait for it: whoever has not said anything after `firstFrameMs` (30 s) is closed.
    await expect.poll(() => at.side.server.clients.length, { timeout: 90_000 }).toBeLessThanOrEqual(1);
    expect(at.side.server.queued).toBe(0);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 << 20);
  });

  it('strangers who knock a thousand times get a few lines in the activity log, not a thousand', async () => {
    const at = await open({ limits: { perAddress: 1 } });
    const held = await at.connect('127.0.0.8');
    held.say({ name: 'PING' });
    expect(await held.hear('PONG')).toBeDefined();
    const lines = at.side.records.activity.recent().length;
    for (let i = 0; i < 20; i += 1)
      await Promise.all(Array.from({ length: 50 }, () => at.connect('127.0.0.8').catch(() => undefined)));
    const told = at.side.records.activity.recent().slice(lines);
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(5);
  });

  it('the queue has 64 places, and the 65th is told to come again', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const at = await open({
      limits: { connections: 100, perAddress: 100 },
      signer: {
        meddle: async (when) => {
          if (when === 'before') await held;
          return undefined;
        },
      },
    });
    const clients = await Promise.all(Array.from({ length: 70 }, () => at.connect()));
    clients.forEach((client, i) => {
      client.say(at.request(i));
    });
    const turnedAway = (): readonly RawClient[] =>
      clients.filter((client) => client.messages.some(({ message }) => message.name === 'ERROR'));
    await expect.poll(() => turnedAway().length).toBe(6);
    const errors = turnedAway();
    for (const client of errors) expect((await client.hear('ERROR'))?.code).toBe(8);
    release();
    for (const client of clients) if (!errors.includes(client)) expect(await client.hear('CERT_REPLY')).toBeDefined();
    expect(at.books().complaints).toEqual([]);
  });
});

describe('who somebody is', () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);

  async function guarded(): Promise<Shop> {
    const at = await open({ listen: { localKeys: true, stationKeys: true }, limits: { authDelayMs: 150 } });
    await at.side.records.policy.addStation('Linie 1', key, new Date().toISOString());
    return at;
  }

  async function hello(client: RawClient): Promise<Extract<Message, { name: 'HELLO_OK' }>> {
    client.messages.length = 0;
    client.say({ name: 'HELLO', station: 'Linie 1' });
    const answer = await client.hear('HELLO_OK');
    if (answer === undefined) throw new Error('no HELLO_OK');
    return answer;
  }

  it('a recorded AUTH is worth nothing: not again on its connection, not on another', async () => {
    const at = await guarded();
    const client = await at.connect();
    const { nonce, sessionId } = await hello(client);
    const auth = {
      name: 'AUTH',
      station: 'Linie 1',
      code: authCode(new Secret(key.slice()), nonce, sessionId, 'Linie 1'),
    } as const;
    client.say(auth);
    expect(await client.hear('AUTH_OK')).toBeDefined();
    client.say(at.request(1), 5);
    expect(await client.hear('CERT_REPLY')).toBeDefined();
    client.messages.length = 0;
    client.say(auth);
    expect((await client.hear('ERROR'))?.code).toBe(52);
    expect(await client.ends()).toBe(true);
    const thief = await at.connect();
    await hello(thief);
    const started = performance.now();
    thief.say(auth);
    thief.say(at.request(2), 5);
    expect((await thief.hear('ERROR'))?.code).toBe(52);
    expect(performance.now() - started).toBeGreaterThan(140);
    expect(await thief.ends()).toBe(true);
    expect(thief.messages.filter(({ message }) => message.name === 'ERROR')).toHaveLength(1);
    expect(at.signer.signatures).toBe(1);
  });

  it('after a wrong AUTH nothing more is listened to, not even the right one', async () => {
    const at = await guarded();
    const client = await at.connect();
    await hello(client);
    client.say({ name: 'AUTH', station: 'Linie 1', code: new Uint8Array(32) });
    const { nonce, sessionId } = await new Promise<{ nonce: Uint8Array; sessionId: Uint8Array }>((resolve) => {
      client.say({ name: 'HELLO', station: 'Linie 1' });
      setTimeout(() => {
        const answers = client.messages.flatMap(({ message }) => (message.name === 'HELLO_OK' ? [message] : []));
        resolve(answers[answers.length - 1] ?? { nonce: new Uint8Array(32), sessionId: new Uint8Array(16) });
      }, 60);
    });
    client.say({
      name: 'AUTH',
      station: 'Linie 1',
      code: authCode(new Secret(key.slice()), nonce, sessionId, 'Linie 1'),
    });
    expect(await client.ends()).toBe(true);
    expect(client.messages.some(({ message }) => message.name === 'AUTH_OK')).toBe(false);
  });

  it('without AUTH there is HELLO, AUTH and PING, and nothing else', async () => {
    const at = await guarded();
    const client = await at.connect();
    client.say({ name: 'PING' });
    expect(await client.hear('PONG')).toBeDefined();
    for (const message of [
      at.request(1),
      { name: 'LOOKUP', configZone: at.request(1).configZone, publicKey: at.request(1).publicKey },
      { name: 'VALIDATION_REQUEST', selection: at.request(1).selection },
    ] as const) {
      client.messages.length = 0;
      client.say(message);
      expect((await client.hear('ERROR'))?.code).toBe(51);
    }
    expect(at.signer.signatures).toBe(0);
  });

  it('a withdrawn key opens nothing', async () => {
    const at = await guarded();
    await at.side.records.policy.withdrawStation('Linie 1', new Date().toISOString());
    const client = await at.connect();
    const { nonce, sessionId } = await hello(client);
    client.say({
      name: 'AUTH',
      station: 'Linie 1',
      code: authCode(new Secret(key.slice()), nonce, sessionId, 'Linie 1'),
    });
    expect((await client.hear('ERROR'))?.code).toBe(52);
  });

  it('a thousand guesses at once take their second each, and a station gets in meanwhile', async () => {
    const at = await guarded();
    const guesses = await Promise.all(Array.from({ length: 7 }, () => at.connect('127.0.0.9')));
    for (const guess of guesses) {
      guess.say({ name: 'HELLO' });
      for (let i = 0; i < 200; i += 1)
        guess.say({ name: 'AUTH', station: 'Linie 1', code: new Uint8Array(32).fill(i) }, i);
    }
    const client = await at.connect();
    await hello(client);
    for (const guess of guesses) {
      expect(await guess.ends()).toBe(true);
      expect(guess.messages.filter(({ message }) => message.name === 'ERROR')).toHaveLength(1);
    }
  });
});
