import { expect } from 'vitest';
import { buildPacket } from '../../../../src-shared/atecc/packet.ts';
import {
  type Bench,
  count,
  fromHex,
  op,
  privateSlot,
  secretKey,
  secretSlot,
  toHex,
  type World,
  zeros,
} from '../bench.ts';
import { type Scenario, scenario } from '../scenario.ts';

const authLayout = {
  3: { ...privateSlot, config: 0x2081, key: 0x04b3 },
  4: { config: 0x459f, key: 0x005c, content: secretKey },
};

function damaged(): Uint8Array {
  const packet = buildPacket({ opcode: op.info, param1: 0, param2: 0, data: zeros(0) });
  packet[6] = (packet[6] ?? 0) ^ 1;
  return packet;
}

function fast(bench: Bench, ms: number): void {
  bench.clock.advance(ms);
}

function seeds(bench: Bench): number {
  return bench.chip.counters.rngSeedUpdates;
}

function bootChip(world: World): Bench {
  const bench = world.bench({ part: '608A', bytes: { 90: 1 } });
  bench.chip.arm({ selfTestFailures: 0x20 });
  bench.chip.powerCycle();
  return bench;
}

export const busScenarios: readonly Scenario[] = [
  scenario('packet.crc', 'one CRC bit wrong: FF, nothing done', (world) => {
    const bench = world.bench();
    expect(toHex(bench.raw(damaged()))).toBe('04FF0142');
  }),
  scenario('packet.count', 'a byte more than count says: FF', (world) => {
    const bench = world.bench();
    expect(toHex(bench.raw(withCrc(fromHex('07 30 00 00 00 00 00 00'))))).toBe('04FF0142');
  }),
  scenario('packet.minimum', 'four bytes with a good CRC: 03', (world) => {
    const bench = world.bench();
    expect(toHex(bench.raw(withCrc(fromHex('04 30 00 00'))))).toBe('04038342');
  }),
  scenario('packet.opcode', 'AES on a 508A, HMAC and Pause on a 608, 99 on any: 03', (world) => {
    world.bench().illegal(op.aes, 0, 0, zeros(16));
    world.bench({ part: '608A' }).illegal(op.hmac, 0, 0);
    world.bench({ part: '608A' }).illegal(op.pause, 0, 0);
    world.bench().illegal(0x99, 0, 0);
  }),
  scenario('power.asleep-silent', 'no acknowledge asleep, idle or without power', (world) => {
    const bench = world.bench();
    const info = buildPacket({ opcode: op.info, param1: 0, param2: 0, data: zeros(0) });
    expect(bench.chip.command(info)).toBeDefined();
    bench.chip.idle();
    expect(bench.chip.command(info)).toBeUndefined();
    bench.chip.wake();
    bench.chip.sleep();
    expect(bench.chip.awake).toBe(false);
    expect(bench.chip.command(info)).toBeUndefined();
    bench.chip.powerOff();
    expect(bench.chip.wake()).toBeUndefined();
    expect(bench.chip.command(info)).toBeUndefined();
  }),
  scenario('power.awake-ignores-wake', 'a second pulse gives nothing and does not restart the watchdog', (world) => {
    const bench = world.bench();
    expect(bench.chip.awake).toBe(true);
    fast(bench, 1000);
    expect(bench.chip.wake()).toBeUndefined();
    fast(bench, 400);
    expect(bench.chip.awake).toBe(false);
  }),
  scenario('power.sleep-clears', 'TempKey and AuthValid are gone after sleep', (world) => {
    const bench = world.bench({ slots: authLayout });
    bench.authorise(4, secretKey);
    bench.load(count(0, 32));
    expect(bench.state()).toMatchObject({ tempKey: true, auth: true });
    bench.sleepAndWake();
    expect(bench.state()).toMatchObject({ tempKey: false, auth: false });
  }),
  scenario('power.watchdog-clears', 'TempKey and AuthValid are gone after the watchdog', (world) => {
    const bench = world.bench({ slots: authLayout });
    bench.authorise(4, secretKey);
    bench.load(count(0, 32));
    fast(bench, 1300);
    expect(toHex(bench.chip.wake() ?? zeros(0))).toBe('04113343');
    expect(bench.state()).toMatchObject({ tempKey: false, auth: false });
  }),
  scenario('power.idle-keeps-temp-key', 'TempKey is as it was after idle', (world) => {
    const bench = world.bench();
    bench.load(count(0, 32));
    bench.idleAndWake();
    expect(bench.state().tempKey).toBe(true);
  }),
  scenario('power.idle-keeps-seed', 'a hundred idle cycles with random numbers cost one seed update', (world) => {
    const bench = world.bench();
    for (let i = 0; i < 100; i += 1) {
      bench.ok(op.random, 0, 0);
      bench.idleAndWake();
    }
    expect(seeds(bench)).toBe(1);
  }),
  scenario('watchdog.expiry', 'asleep 1.3 s after wake', (world) => {
    const bench = world.bench();
    fast(bench, 1299);
    expect(bench.chip.awake).toBe(true);
    fast(bench, 1);
    expect(bench.chip.awake).toBe(false);
  }),
  scenario('watchdog.long', 'ChipMode 04: awake for 10 s', (world) => {
    const bench = world.bench({ bytes: { 19: 4 } });
    fast(bench, 9999);
    expect(bench.chip.awake).toBe(true);
    fast(bench, 1);
    expect(bench.chip.awake).toBe(false);
  }),
  scenario('watchdog.not-restarted', 'commands do not lengthen the window', (world) => {
    const bench = world.bench();
    for (let i = 0; i < 12; i += 1) {
      bench.ok(op.info, 0, 0);
      fast(bench, 105);
    }
    fast(bench, 100);
    expect(bench.chip.awake).toBe(false);
  }),
  scenario('watchdog.too-little-time', 'GenKey 100 ms before the end: EE, not started; a Read still goes', (world) => {
    const bench = world.bench({ lock: 'config', slots: { 0: { config: 0x2087, key: 0x0033 } }, timing: 'typical' });
    fast(bench, 1200);
    bench.gives(0xee, op.genKey, 4, 0);
    expect(bench.chip.counters.genKeys).toBe(0);
    bench.ok(op.read, 0x80, 0);
    bench.idleAndWake();
    expect(bench.ok(op.genKey, 4, 0)).toHaveLength(64);
  }),
  scenario('address.byte-16', 'byte 16 = B0: the chip answers at B0', (world) => {
    const bench = world.bench({ bytes: { 16: 0xb0 } });
    expect(bench.chip.address).toBe(0xb0);
  }),
  scenario('address.low-bit', 'byte 16 = C1 is address C0', (world) => {
    expect(world.bench({ bytes: { 16: 0xc1 } }).chip.address).toBe(0xc0);
  }),
  scenario('address.not-at-once', 'a changed byte 16 counts after sleep, not at once and not after idle', (world) => {
    const bench = world.bench({ lock: 'none' });
    bench.ok(op.write, 0, 4, [0xb0, 0, 0xaa, 0]);
    expect(bench.chip.address).toBe(0xc0);
    bench.idleAndWake();
    expect(bench.chip.address).toBe(0xc0);
    bench.sleepAndWake();
    expect(bench.chip.address).toBe(0xb0);
  }),
  scenario('address.user-extra-add', '608, ChipMode bit 0, byte 85 = D0: address D0; byte 85 = 0: byte 16', (world) => {
    expect(world.bench({ part: '608A', bytes: { 19: 1, 85: 0xd0 } }).chip.address).toBe(0xd0);
    expect(world.bench({ part: '608A', bytes: { 19: 1, 85: 0 } }).chip.address).toBe(0xc0);
    expect(world.bench({ part: '508A', bytes: { 19: 1, 85: 0xd0 } }).chip.address).toBe(0xc0);
  }),
  scenario('timing.divider', '608 GenKey: 115, 215 and 653 ms by divider', (world) => {
    const time = (chipMode: number): number =>
      world.bench({ part: '608B', bytes: { 19: chipMode }, timing: 'typical' }).chip.executionMs(op.genKey);
    expect([time(0), time(0x28), time(0x68)]).toEqual([115, 215, 653]);
    expect(world.bench({ timing: 'typical', bytes: { 19: 0x68 } }).chip.executionMs(op.genKey)).toBe(11);
  }),
  scenario('rng.fixed-before-config-lock', 'Random before config lock: 23 FFFF0000… 41 1A', (world) => {
    const bench = world.bench({ lock: 'none' });
    const packet = buildPacket({ opcode: op.random, param1: 0, param2: 0, data: zeros(0) });
    expect(toHex(bench.raw(packet))).toBe(`23${'FFFF0000'.repeat(8)}411A`);
    expect(toHex(bench.ok(op.nonce, 0, 0, zeros(20)))).toBe('FFFF0000'.repeat(8));
    const locked = world.bench({ lock: 'config' });
    expect(toHex(locked.ok(op.random, 0, 0))).not.toBe('FFFF0000'.repeat(8));
  }),
  scenario('rng.one-update-per-wake', 'ten uses in one wake cost one update, the next sleep another', (world) => {
    const bench = world.bench();
    for (let i = 0; i < 5; i += 1) {
      bench.ok(op.random, 0, 0);
      bench.ok(op.nonce, 0, 0, zeros(20));
    }
    expect(seeds(bench)).toBe(1);
    bench.sleepAndWake();
    expect(seeds(bench)).toBe(1);
    bench.ok(op.random, 0, 0);
    expect(seeds(bench)).toBe(2);
    bench.chip.powerCycle();
    bench.chip.wake();
    bench.ok(op.nonce, 0, 0, zeros(20));
    expect(seeds(bench)).toBe(3);
  }),
  scenario('rng.mode-1-no-update', 'P1 01 never costs an update', (world) => {
    const bench = world.bench();
    bench.ok(op.random, 1, 0);
    bench.ok(op.nonce, 1, 0, zeros(20));
    expect(seeds(bench)).toBe(0);
  }),
  scenario(
    'temp-key.cleared-after-use',
    'Read, Write, Lock, Random, Counter, UpdateExtra, MAC and Sign use TempKey up',
    (world) => {
      const after = (lock: 'config' | 'data', ...command: [number, number, number, Uint8Array?]): boolean => {
        const bench = world.bench({ lock, slots: { 0: privateSlot, 5: secretSlot } });
        bench.load(count(0, 32));
        const [opcode, p1, p2, data] = command;
        bench.ok(opcode, p1, p2, data);
        return bench.state().tempKey;
      };
      expect(after('data', op.read, 0x80, 0)).toBe(false);
      expect(after('config', op.write, 0x82, 0x50, zeros(32))).toBe(false);
      expect(after('config', op.lock, 0x81, 0)).toBe(false);
      expect(after('data', op.random, 0, 0)).toBe(false);
      expect(after('data', op.counter, 0, 0)).toBe(false);
      expect(after('data', op.updateExtra, 1, 0)).toBe(false);
      expect(after('data', op.mac, 5, 5)).toBe(false);
      expect(after('data', op.sign, 0x80, 0)).toBe(false);
      expect(after('data', op.genKey, 0, 0)).toBe(false);
    },
  ),
  scenario(
    'temp-key.cleared-on-failure',
    'GenDig of a private slot, a refused Sign, an unknown opcode: TempKey is gone',
    (world) => {
      const bench = world.bench({ slots: { 0: { ...privateSlot, config: 0x2086 } } });
      bench.load(count(0, 32));
      bench.refused(op.genDig, 2, 0);
      expect(bench.state().tempKey).toBe(false);
      bench.load(count(0, 32));
      bench.refused(op.sign, 0x80, 0);
      expect(bench.state().tempKey).toBe(false);
      bench.load(count(0, 32));
      bench.illegal(op.nonce, 3, 0, zeros(31));
      expect(bench.state().tempKey).toBe(false);
    },
  ),
  scenario('temp-key.kept-on-crc-error', 'a damaged command between Nonce and Sign changes nothing', (world) => {
    const bench = world.bench({ slots: { 0: privateSlot } });
    bench.load(count(0, 32));
    expect(bench.raw(damaged())[1]).toBe(0xff);
    expect(bench.ok(op.sign, 0x80, 0)).toHaveLength(64);
  }),
  scenario('temp-key.kept-on-ecc-fault', 'Sign answers 05, the repeated Sign succeeds', (world) => {
    const bench = world.bench({ slots: { 0: privateSlot } });
    bench.chip.arm({ eccFaults: 1 });
    bench.load(count(0, 32));
    bench.gives(5, op.sign, 0x80, 0);
    expect(bench.ok(op.sign, 0x80, 0)).toHaveLength(64);
  }),
  scenario('msg-dig-buf.one-use', 'a second Sign from MsgDigBuf is refused', (world) => {
    const bench = world.bench({ part: '608A', slots: { 0: privateSlot } });
    bench.ok(op.nonce, 0x43, 0, count(0, 32));
    bench.ok(op.info, 0, 0);
    expect(bench.ok(op.sign, 0xa0, 0)).toHaveLength(64);
    bench.refused(op.sign, 0xa0, 0);
  }),
  scenario('sha.context-aborted', 'Info between start and end: end is refused', (world) => {
    const bench = world.bench();
    bench.ok(op.sha, 0, 0);
    bench.ok(op.info, 0, 0);
    bench.refused(op.sha, 2, 0);
  }),
  scenario('self-test.post', 'a failing POST answers 04 07 40 C2', (world) => {
    const bench = bootChip(world);
    expect(toHex(bench.chip.wake() ?? zeros(0))).toBe('040740C2');
    expect(bench.chip.wakeMs).toBe(20);
    const without = world.bench({ part: '608A' });
    without.chip.arm({ selfTestFailures: 0x20 });
    without.chip.powerCycle();
    expect(toHex(without.chip.wake() ?? zeros(0))).toBe('04113343');
  }),
  scenario(
    'self-test.blocks-crypto',
    'Random answers 07, Info and Read work, SelfTest that passes ends it',
    (world) => {
      const bench = bootChip(world);
      bench.chip.wake();
      bench.gives(7, op.random, 0, 0);
      bench.ok(op.info, 0, 0);
      bench.ok(op.read, 0x80, 0);
      expect(toHex(bench.say(op.selfTest, 0x3b, 0))).toBe('20');
      bench.gives(7, op.random, 0, 0);
      bench.chip.arm({ selfTestFailures: 0 });
      expect(toHex(bench.say(op.selfTest, 0x3b, 0))).toBe('00');
      bench.ok(op.random, 0, 0);
    },
  ),
];

/** The last two bytes set to the CRC of those before. */
function withCrc(packet: Uint8Array): Uint8Array {
  const body = packet.slice(0, -2);
  let register = 0;
  for (const byte of body) {
    for (let bit = 0; bit < 8; bit += 1) {
      const top = register >> 15;
      register = (register << 1) & 0xffff;
      if (((byte >> bit) & 1) !== top) register ^= 0x8005;
    }
  }
  return Uint8Array.of(...body, register & 0xff, register >> 8);
}
