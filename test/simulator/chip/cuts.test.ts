import { describe, expect, test } from 'vitest';
import type { TornPattern } from '../../../src-main/simulator/chip/index.ts';
import { buildPacket } from '../../../src-shared/atecc/packet.ts';
import {
  type Bench,
  concat,
  count,
  KNOWN,
  op,
  privateSlot,
  type Setup,
  sealed,
  secretKey,
  toHex,
  World,
  zeros,
} from './bench.ts';

/** Power cuts (signer-and-server.md 6.10, provisioning-recipes.md 0). */
const world = new World();

/** Sends a command that the cut hits; the chip does not answer. */
function cut(bench: Bench, opcode: number, param1: number, param2: number, data: Uint8Array = zeros(0)): void {
  expect(bench.chip.command(buildPacket({ opcode, param1, param2, data }))).toBeUndefined();
  expect(bench.chip.powered).toBe(false);
  expect(bench.chip.awake).toBe(false);
}

function back(bench: Bench): void {
  bench.chip.powerCycle();
  expect(toHex(bench.chip.wake() ?? zeros(0))).toBe('04113343');
}

function slot(bench: Bench, number: number): Uint8Array {
  return bench.chip.inspect().slots[number] ?? zeros(0);
}

const old = zeros(72);
const open: Setup = { lock: 'config', slots: { 10: { content: old } } };
const fresh = count(0x80, 32);

describe('before and after', () => {
  test('before: nothing happened; after: all of it, and no answer', () => {
    const bench = world.bench(open);
    bench.chip.cutPower({ when: 'before' });
    cut(bench, op.write, 0x82, 0x50, fresh);
    expect(toHex(slot(bench, 10).slice(0, 32))).toBe(toHex(old.slice(0, 32)));
    expect(bench.chip.wake()).toBeUndefined();
    back(bench);
    bench.chip.cutPower({ when: 'after' });
    cut(bench, op.write, 0x82, 0x50, fresh);
    back(bench);
    expect(toHex(slot(bench, 10).slice(0, 32))).toBe(toHex(fresh));
    bench.ok(op.info, 0, 0);
  });

  test('the n-th command is hit, and only that one', () => {
    const bench = world.bench(open);
    bench.chip.cutPower({ when: 'after' }, 2);
    bench.ok(op.info, 0, 0);
    bench.ok(op.info, 0, 0);
    cut(bench, op.info, 0, 0);
    back(bench);
    for (let i = 0; i < 5; i += 1) bench.ok(op.info, 0, 0);
  });

  test('after a Sign the pair counts, during and before it does not', () => {
    const slots = {
      3: { config: 0x2081, key: 0x04b3, privateKey: KNOWN.privateKey },
      4: { config: 0x459f, key: 0x005c, content: secretKey },
    };
    const pairs = (when: 'before' | 'during' | 'after'): number => {
      const bench = world.bench({ slots });
      bench.authorise(4, secretKey);
      bench.load(fresh);
      bench.chip.cutPower({ when });
      cut(bench, op.sign, 0x80, 3);
      return bench.chip.counters.authorisedSignPairs;
    };
    expect([pairs('before'), pairs('during'), pairs('after')]).toEqual([0, 0, 1]);
  });

  test('volatile state is gone', () => {
    const bench = world.bench(open);
    bench.load(fresh);
    bench.chip.powerOff();
    expect(bench.chip.wake()).toBeUndefined();
    bench.chip.powerOn();
    bench.chip.wake();
    expect(bench.state().tempKey).toBe(false);
  });
});

describe('during', () => {
  const torn = (newWords: number, key: TornPattern['key'] = 'garbage-invalid'): TornPattern => ({ newWords, key });

  test('exactly the words named are new', () => {
    for (const mask of [0x00, 0x01, 0x80, 0xa5, 0xff]) {
      const bench = world.bench(open);
      bench.chip.cutNext(torn(mask));
      cut(bench, op.write, 0x82, 0x50, fresh);
      back(bench);
      for (let word = 0; word < 8; word += 1) {
        const wanted = ((mask >> word) & 1) === 1 ? fresh : old;
        expect(toHex(slot(bench, 10).slice(4 * word, 4 * word + 4))).toBe(toHex(wanted.slice(4 * word, 4 * word + 4)));
      }
      expect(toHex(slot(bench, 10).slice(32))).toBe(toHex(old.slice(32)));
    }
  });

  test('a seed decides: the same seed the same way, many seeds many subsets', () => {
    const subset = (seed: number): number => {
      const bench = world.bench(open);
      bench.chip.cutPower({ when: 'during', torn: seed });
      cut(bench, op.write, 0x82, 0x50, fresh);
      return [0, 1, 2, 3, 4, 5, 6, 7].reduce(
        (mask, word) => mask | ((slot(bench, 10)[4 * word] === 0 ? 0 : 1) << word),
        0,
      );
    };
    const found = Array.from({ length: 200 }, (_, seed) => subset(seed));
    expect(found).toEqual(Array.from({ length: 200 }, (_, seed) => subset(seed)));
    expect(new Set(found).size).toBeGreaterThan(100);
  });

  test('lock bytes go either way', () => {
    const locked = (newWords: number, p1: number, lock: 'none' | 'config'): [boolean, boolean] => {
      const bench = world.bench({ lock });
      bench.chip.cutNext(torn(newWords));
      cut(bench, op.lock, p1, 0);
      const { configLocked, dataLocked } = bench.chip.inspect();
      return [configLocked, dataLocked];
    };
    expect([locked(0, 0x80, 'none'), locked(1, 0x80, 'none')]).toEqual([
      [false, false],
      [true, false],
    ]);
    expect([locked(0, 0x81, 'config'), locked(1, 0x81, 'config')]).toEqual([
      [true, false],
      [true, true],
    ]);
    const bench = world.bench();
    bench.chip.cutNext(torn(1));
    cut(bench, op.lock, 0x2a, 0);
    expect(toHex(bench.chip.inspect().config.slice(88, 90))).toBe('FFFB');
  });

  test('a private key is old, new, garbage that passes for a key, or no key', () => {
    const fate = (key: TornPattern['key']): { valid: number | undefined; publicKey: string } => {
      const bench = world.bench({ lock: 'config', slots: { 0: privateSlot } });
      bench.chip.cutNext(torn(0, key));
      cut(bench, op.genKey, 4, 0);
      back(bench);
      const valid = bench.ok(op.info, 1, 0)[0];
      return { valid, publicKey: toHex(bench.say(op.genKey, 0, 0)) };
    };
    expect(fate('old')).toEqual({ valid: 1, publicKey: toHex(KNOWN.publicKey) });
    expect(fate('new').valid).toBe(1);
    expect(fate('new').publicKey).toHaveLength(128);
    expect(fate('garbage-valid').valid).toBe(1);
    expect(new Set([fate('old'), fate('new'), fate('garbage-valid')].map(({ publicKey }) => publicKey)).size).toBe(3);
    expect(fate('garbage-invalid')).toEqual({ valid: 0, publicKey: '0F' });
  });

  test('GenKey create heals a torn key', () => {
    const bench = world.bench({ lock: 'config', slots: { 0: privateSlot } });
    bench.chip.cutNext(torn(0));
    cut(bench, op.genKey, 4, 0);
    back(bench);
    expect(bench.ok(op.genKey, 4, 0)).toHaveLength(64);
    expect(bench.ok(op.info, 1, 0)[0]).toBe(1);
  });

  test('an encrypted write tears the plain words, the other key of a pair stays whole', () => {
    const slots = {
      4: { config: 0x459f, key: 0x005c, content: secretKey },
      5: { config: 0x449f, key: 0x005c, content: count(0x60, 32) },
    };
    const bench = world.bench({ slots });
    const session = bench.session(4, secretKey);
    bench.chip.cutNext(torn(0x0f));
    cut(bench, op.write, 0xc2, 0x28, sealed(session, 0xc2, 0x28, fresh));
    back(bench);
    expect(toHex(slot(bench, 5).slice(0, 32))).toBe(toHex(concat(fresh.slice(0, 16), count(0x70, 16))));
    bench.authorise(4, secretKey);
    const again = bench.session(4, secretKey);
    bench.ok(op.write, 0xc2, 0x28, sealed(again, 0xc2, 0x28, fresh));
    bench.authorise(5, fresh);
  });

  test('a config block, OTP, UpdateExtra and a counter tear by words', () => {
    const config = world.bench({ lock: 'none' });
    config.chip.cutNext(torn(0b10));
    cut(config, op.write, 0x80, 8, new Uint8Array(32).fill(0x77));
    expect(toHex(config.chip.inspect().config.slice(32, 44))).toBe('0F0F0F0F777777770F0F0F0F');
    const otp = world.bench({ lock: 'config' });
    otp.chip.cutNext(torn(1));
    cut(otp, op.write, 0x81, 8, zeros(32));
    expect(toHex(otp.chip.inspect().otp.slice(32, 40))).toBe('00000000FFFFFFFF');
    const extra = world.bench();
    extra.chip.cutNext(torn(0));
    cut(extra, op.updateExtra, 0, 9);
    expect(extra.chip.inspect().config[84]).toBe(0);
    const counter = world.bench({ bytes: { 52: 0x7f } });
    counter.chip.cutNext(torn(1));
    cut(counter, op.counter, 1, 0);
    back(counter);
    expect(toHex(counter.ok(op.counter, 0, 0))).toBe('02000000');
  });

  test('a refused or reading command has nothing to tear', () => {
    const bench = world.bench();
    const before = bench.chip.snapshot();
    bench.chip.cutPower({ when: 'during', torn: 5 });
    cut(bench, op.read, 0x80, 0);
    back(bench);
    bench.chip.cutPower({ when: 'during', torn: 5 });
    cut(bench, op.lock, 0x80, 0);
    expect(bench.chip.snapshot()).toEqual(before);
  });
});

describe('bit-rot', () => {
  test('flips the bits named, in every zone; an offset that is none is an error', () => {
    const bench = world.bench({ slots: { 10: { content: old } } });
    const changes = bench.chip.changes;
    bench.chip.rot('data', 10, 71, 0x81);
    bench.chip.rot('config', 0, 20, 1);
    bench.chip.rot('otp', 0, 63, 0xff);
    expect([slot(bench, 10)[71], bench.chip.inspect().config[20], bench.chip.inspect().otp[63]]).toEqual([
      0x81, 0x0e, 0,
    ]);
    expect(bench.chip.changes).toBeGreaterThan(changes);
    expect(() => bench.chip.rot('data', 10, 72, 1)).toThrow('no byte 72');
  });
});
