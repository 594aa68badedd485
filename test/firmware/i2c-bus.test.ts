import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { virtualClock } from '../../src-main/simulator/clock.ts';
import { siliconBus } from '../../src-main/simulator/i2c-bus.ts';
import { type I2cBusServer, serveI2cBus } from '../../src-main/simulator/i2c-bus-server.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { benchChip } from './bench-chip.ts';

const INFO = fromHex('03 07 30 00 00 00 03 5D');
const GENKEY = fromHex('03 07 40 04 00 00 83 87');

function busWithChip() {
  const clock = virtualClock();
  const chip = benchChip(clock);
  const lines = { stuck: false };
  return { clock, chip, lines, bus: siliconBus({ chips: () => [chip], clock, stuck: () => lines.stuck }) };
}

/** atecc-device.md 1, "Physical / transport layer". */
describe('chips on wires', () => {
  test('a sleeping chip acknowledges nothing', async () => {
    const { bus } = busWithChip();
    expect(await bus.write(0xc0, INFO)).toBe('nack-address');
    expect(await bus.read(0xc0, 4)).toBe('nack-address');
  });

  test('after the pulse it is silent for tWHI, then says 11', async () => {
    const { bus, clock } = busWithChip();
    expect(await bus.pulse()).toBe('ack');
    clock.advance(1.4);
    expect(await bus.read(0xc0, 4)).toBe('nack-address');
    clock.advance(0.2);
    expect(await bus.read(0xc0, 4)).toEqual(fromHex('04 11 33 43'));
    expect(await bus.read(0xc2, 4)).toBe('nack-address');
  });

  test('a read goes on where the last one stopped; beyond the end there is FF; word address 00 rewinds', async () => {
    const { bus, clock } = busWithChip();
    await bus.pulse();
    clock.advance(2);
    expect(await bus.write(0xc0, INFO)).toBe('ack');
    clock.advance(10);
    expect(await bus.read(0xc0, 1)).toEqual(fromHex('07'));
    expect(await bus.read(0xc0, 8)).toEqual(fromHex('00 00 50 00 03 91 FF FF'));
    expect(await bus.read(0xc0, 1)).toEqual(fromHex('FF'));
    expect(await bus.write(0xc0, fromHex('00'))).toBe('ack');
    expect(await bus.read(0xc0, 7)).toEqual(fromHex('07 00 00 50 00 03 91'));
  });

  test('a chip that computes does not acknowledge until its time is over', async () => {
    const { bus, clock, chip } = busWithChip();
    await bus.pulse();
    clock.advance(2);
    expect(await bus.write(0xc0, fromHex('03 07 1B 00 00 00 24 CD'))).toBe('ack');
    expect(await bus.read(0xc0, 1)).toBe('nack-address');
    expect(await bus.write(0xc0, fromHex('02'))).toBe('nack-address');
    clock.advance(30);
    expect(await bus.read(0xc0, 1)).toEqual(fromHex('23'));
    expect(chip.awake).toBe(true);
  });

  test('word addresses 01 and 02, and those that are none', async () => {
    const { bus, clock, chip } = busWithChip();
    await bus.pulse();
    clock.advance(2);
    expect(await bus.write(0xc0, new Uint8Array(0))).toBe('ack');
    expect(await bus.write(0xc0, fromHex('04'))).toBe('nack-data');
    expect(await bus.write(0xc0, fromHex('02'))).toBe('ack');
    expect(chip.inspect().mode).toBe('idle');
    await bus.pulse();
    clock.advance(2);
    expect(await bus.write(0xc0, fromHex('01'))).toBe('ack');
    expect(chip.inspect().mode).toBe('asleep');
  });

  test('a pulse reaches nobody who is awake', async () => {
    const { bus, clock } = busWithChip();
    await bus.pulse();
    clock.advance(2);
    expect(await bus.write(0xc0, INFO)).toBe('ack');
    clock.advance(10);
    await bus.pulse();
    expect(await bus.read(0xc0, 1)).toEqual(fromHex('07'));
  });

  test('stuck lines', async () => {
    const { bus, lines } = busWithChip();
    lines.stuck = true;
    expect(await bus.pulse()).toBe('fault');
    expect(await bus.write(0xc0, GENKEY)).toBe('fault');
    expect(await bus.read(0xc0, 1)).toBe('fault');
  });
});

describe('the bus behind a socket', () => {
  let server: I2cBusServer | undefined;
  let socket: Socket | undefined;

  afterEach(async () => {
    socket?.destroy();
    await server?.close();
  });

  async function opened() {
    const { bus, clock, chip } = busWithChip();
    server = await serveI2cBus(bus, { clock, at: { port: 0 } });
    const port = Number(server.where.split(':').at(-1));
    const client = connect(port, '127.0.0.1');
    socket = client;
    await new Promise<void>((resolve, reject) => {
      client.once('connect', resolve);
      client.once('error', reject);
    });
    let received = Buffer.alloc(0);
    let look: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      look();
    });
    const reply = (bytes: number): Promise<string> =>
      new Promise((resolve, reject) => {
        void closed.then(() => reject(new Error(`closed after ${received.length} of ${bytes} bytes`)));
        look = () => {
          if (received.length < bytes) return;
          resolve(toHex(received.subarray(0, bytes)));
          received = received.subarray(bytes);
        };
        look();
      });
    const send = (hex: string): boolean => client.write(fromHex(hex));
    return { send, reply, closed, clock, chip };
  }

  test('pulse, pass, read, write, to the byte', async () => {
    const { send, reply, clock } = await opened();
    send('01 00 00 00');
    expect(await reply(4)).toBe('00000000');
    send('04 00 04 00 DC 05 00 00');
    expect(await reply(4)).toBe('00000000');
    expect(clock.now()).toBe(1.5);
    send('03 C0 04 00');
    expect(await reply(8)).toBe('0000040004113343');
    send('02 C0 08 00 03 07 30 00 00 00 03 5D');
    expect(await reply(4)).toBe('00000000');
    send('03 6A 01 00');
    expect(await reply(4)).toBe('01000000');
    send('02 C0 01 00 09');
    expect(await reply(4)).toBe('01000000');
    clock.advance(10);
    send('02 C0 01 00 09');
    expect(await reply(4)).toBe('02000000');
  });

  test('requests may come in pieces, or several at once', async () => {
    const { send, reply } = await opened();
    for (const byte of ['01', '00', '00', '00', '04', '00', '04', '00', 'D0', '07', '00', '00']) {
      send(byte);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(await reply(8)).toBe('0000000000000000');
    send('03 C0 01 00 03 C0 01 00');
    expect(await reply(10)).toBe('00000100040000010011');
  });

  test.each([
    ['an operation that is none', '05 00 00 00'],
    ['operation 00', '00 00 00 00'],
    ['more bytes than a chip ever gets', '02 C0 01 04'],
    ['a pass of no time', '04 00 00 00'],
  ])('%s closes the connection', async (_, hex) => {
    const { send, closed } = await opened();
    send(hex);
    await closed;
  });

  test('power cut', async () => {
    const { closed } = await opened();
    server?.cutPower();
    await closed;
  });
});
