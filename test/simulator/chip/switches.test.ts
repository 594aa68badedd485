import { describe, expect, test } from 'vitest';
import type { Switches } from '../../../src-main/simulator/chip/index.ts';
import {
  type Bench,
  concat,
  count,
  inSlot,
  KNOWN,
  nodeSign,
  OTHER,
  op,
  privateSlot,
  type Setup,
  secretKey,
  secretSlot,
  sha,
  toHex,
  World,
  zeros,
} from './bench.ts';

/** Each switch in each position; what a rule's scenario covers already is not repeated. */
const world = new World();
const bench = (setup: Setup, switches: Partial<Switches>): Bench => world.bench({ ...setup, switches });
const message = count(0, 40);
const digest = sha(message);
const guarded = {
  3: { config: 0x2081, key: 0x04b3, privateKey: KNOWN.privateKey },
  4: { config: 0x459f, key: 0x005c, content: secretKey },
};

describe('CONFLICT and UNCONFIRMED points', () => {
  test('idleKeepsAuthValid: keep and drop (atecc-device.md 1, signer-and-server.md 6.10)', () => {
    const survives = (reading: 'keep' | 'drop'): boolean => {
      const chip = bench({ slots: guarded }, { idleKeepsAuthValid: reading });
      chip.authorise(4, secretKey);
      chip.idleAndWake();
      return chip.state().auth;
    };
    expect([survives('keep'), survives('drop')]).toEqual([true, false]);
  });

  test('dataCrc: 36/416/72 or complete blocks (config-zone.md 6)', () => {
    const content = Object.fromEntries(Array.from({ length: 16 }, (_, slot) => [slot, filled(slot)]));
    const lock = { lock: 'config' as const };
    const full = bench({ ...lock, slots: content, bytes: {} }, { dataCrc: 'full' });
    const blocks = bench({ ...lock, slots: content }, { dataCrc: 'blocks32' });
    expect(full.status(op.lock, 1, 0x5119)).toBe(0);
    expect(blocks.status(op.lock, 1, 0x5119)).toBe(0x0f);
  });

  test('conservative: external Sign and CheckMac before data lock (signer-and-server.md 6.10)', () => {
    for (const conservative of [false, true]) {
      const chip = bench({ lock: 'config', slots: { 0: privateSlot, 5: secretSlot } }, { conservative });
      const expected = conservative ? 0x0f : 0;
      chip.load(digest);
      chip.gives(expected, op.sign, 0x80, 0);
      const tempKey = chip.nonce();
      chip.gives(expected, op.checkMac, 1, 5, chip.proof(secretKey, tempKey));
      const locked = bench({ slots: { 0: privateSlot } }, { conservative });
      locked.load(digest);
      locked.ok(op.sign, 0x80, 0);
    }
  });

  test('updateExtra: always, after config lock, after data lock (config-zone.md 1)', () => {
    const statuses = (reading: Switches['updateExtra']): number[] =>
      (['none', 'config', 'data'] as const).map((lock) =>
        bench({ lock }, { updateExtra: reading }).status(op.updateExtra, 0, 1),
      );
    expect(statuses('always')).toEqual([0, 0, 0]);
    expect(statuses('config-locked')).toEqual([0x0f, 0, 0]);
    expect(statuses('data-locked')).toEqual([0x0f, 0x0f, 0]);
  });

  test('selector: while zero, while not zero (atecc-device.md 7.17)', () => {
    const status = (selector: Switches['selector'], old: number): number =>
      bench({ bytes: { 19: 1, 85: old } }, { selector }).status(op.updateExtra, 1, 7);
    expect([status('while-zero', 0), status('while-zero', 3)]).toEqual([0, 0x0f]);
    expect([status('while-not-zero', 0), status('while-not-zero', 3)]).toEqual([0x0f, 0]);
  });

  test('ecdhOutput: text and table (atecc-device.md 7.16)', () => {
    const length = (ecdhOutput: Switches['ecdhOutput'], config: number): number =>
      bench({ slots: { 2: { ...privateSlot, config } } }, { ecdhOutput }).ok(op.ecdh, 0, 2, OTHER.publicKey).length;
    expect([length('text', 0x2087), length('text', 0x208f)]).toEqual([32, 1]);
    expect([length('table', 0x2087), length('table', 0x208f)]).toEqual([1, 32]);
  });

  test('addressEffective: at once, after sleep, after a power cycle (config-zone.md 1)', () => {
    const addresses = (addressEffective: Switches['addressEffective']): number[] => {
      const chip = bench({ lock: 'none' }, { addressEffective });
      chip.ok(op.write, 0, 4, [0xb0, 0, 0xaa, 0]);
      const written = chip.chip.address;
      chip.sleepAndWake();
      const slept = chip.chip.address;
      chip.chip.powerCycle();
      return [written, slept, chip.chip.address];
    };
    expect(addresses('immediately')).toEqual([0xb0, 0xb0, 0xb0]);
    expect(addresses('next-wake-after-sleep')).toEqual([0xc0, 0xb0, 0xb0]);
    expect(addresses('power-cycle')).toEqual([0xc0, 0xc0, 0xb0]);
  });

  test('checkMacAuthorises and checkMacNeedsNonce (atecc-device.md 8, signer-and-server.md 1.7)', () => {
    const authorises = (mode: number, switches: Partial<Switches>): boolean => {
      const chip = bench({ slots: { 5: secretSlot } }, switches);
      const tempKey = count(9, 32);
      if ((mode & 3) !== 0) chip.load(tempKey);
      const od = zeros(13);
      const first = (mode & 2) === 0 ? secretKey : tempKey;
      const second = (mode & 1) === 0 ? zeros(32) : tempKey;
      const tail = concat(od.subarray(4, 7), [0xee], od.subarray(7, 11), [1, 0x23], od.subarray(11));
      const response = sha(first, second, od.subarray(0, 4), zeros(8), tail);
      chip.ok(op.checkMac, mode, 5, concat(zeros(32), response, od));
      return chip.state().auth;
    };
    expect([authorises(5, {}), authorises(6, {}), authorises(0, {})]).toEqual([true, false, false]);
    expect([
      authorises(5, { checkMacAuthorises: 'tempkey-first' }),
      authorises(6, { checkMacAuthorises: 'tempkey-first' }),
    ]).toEqual([false, true]);
    expect([authorises(5, { checkMacAuthorises: 'any' }), authorises(6, { checkMacAuthorises: 'any' })]).toEqual([
      true,
      true,
    ]);
    expect(authorises(0, { checkMacNeedsNonce: false })).toBe(true);
  });

  test('signReadKeyBeforeDataLock (atecc-device.md 4)', () => {
    const status = (reading: Switches['signReadKeyBeforeDataLock']): number => {
      const chip = bench(
        { lock: 'config', slots: { 0: { ...privateSlot, config: 0x2082 } } },
        { signReadKeyBeforeDataLock: reading },
      );
      chip.load(digest);
      return chip.status(op.sign, 0x80, 0);
    };
    expect([status('checked'), status('ignored')]).toEqual([0x0f, 0]);
  });

  test('counterBeforeConfigLock (atecc-device.md 4)', () => {
    const status = (reading: Switches['counterBeforeConfigLock']): number =>
      bench({ lock: 'none' }, { counterBeforeConfigLock: reading }).status(op.counter, 1, 1);
    expect([status('refused'), status('allowed')]).toEqual([0x0f, 0]);
  });

  test('genKeyLeavesTempKey (atecc-device.md 6)', () => {
    const kept = (genKeyLeavesTempKey: boolean): boolean => {
      const chip = bench({ slots: { 0: privateSlot } }, { genKeyLeavesTempKey });
      chip.load(digest);
      chip.ok(op.genKey, 0, 0);
      return chip.state().tempKey;
    };
    expect([kept(false), kept(true)]).toEqual([false, true]);
  });

  test('validateExternalData: 64, 128 or both (atecc-device.md 7.9)', () => {
    const legal = (form: Switches['validateExternalData']): boolean[] =>
      [64, 128].map(
        (length) => bench({}, { validateExternalData: form }).status(op.verify, 1, 14, zeros(length)) !== 3,
      );
    expect(legal('signature')).toEqual([true, false]);
    expect(legal('with-key')).toEqual([false, true]);
    expect(legal('either')).toEqual([true, true]);
  });

  test('validateChecksDirection: an invalidation signed as validation', () => {
    const status = (validateChecksDirection: boolean): number => {
      const chip = bench(
        {
          slots: {
            2: privateSlot,
            13: { key: 0x0030, content: inSlot(KNOWN.publicKey) },
            14: { config: 0x0f0d, key: 0x0032, content: inSlot(OTHER.publicKey, 5) },
          },
        },
        { validateChecksDirection },
      );
      chip.load(digest);
      chip.ok(op.genKey, 16, 14, [0, 0, 0]);
      const signature = chip.ok(op.sign, 0, 2);
      const otherData = [0, 2, 0, 0x0d, 0x0f, 0x32, 0, 0x5e, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0];
      chip.load(digest);
      chip.ok(op.genKey, 16, 14, [0, 0, 0]);
      return chip.status(op.verify, 7, 14, concat(signature, otherData));
    };
    expect([status(true), status(false)]).toEqual([0x0f, 0]);
  });

  test('slot15: LastKeyUse bits or Counter[0] (config-zone.md 1)', () => {
    const spent = (slot15: Switches['slot15']): string => {
      const chip = bench({ slots: { 15: { ...secretSlot, config: 0x8faf } }, bytes: { 68: 0xff } }, { slot15 });
      chip.ok(op.mac, 0, 15, zeros(32));
      const { config } = chip.chip.inspect();
      return toHex(concat(config.subarray(52, 54), config.subarray(68, 69)));
    };
    expect([spent('last-key-use'), spent('counter')]).toEqual(['FFFF7F', '7FFFFF']);
  });

  test('countMatch: a 608 counter that stops at the value in a slot (config-zone.md 1)', () => {
    const uses = (countMatch: Switches['countMatch']): number[] => {
      const slots = { 7: { ...secretSlot, config: 0x8faf }, 10: { content: concat([2, 0, 0, 0, 2, 0, 0, 0]) } };
      const chip = bench({ part: '608A', slots, bytes: { 18: 0xa1 } }, { countMatch });
      return [1, 2, 3].map(() => chip.status(op.mac, 0, 7, zeros(32)));
    };
    expect(uses('ignored')).toEqual([0, 0, 0]);
    expect(uses('enforced')).toEqual([0, 0, 0x0f]);
  });

  test('persistentDisable and volatileKeyPermission: the latch of a 608 (config-zone.md 1, 3)', () => {
    const slots = { 4: { config: 0x8f8f, key: 0x001c, content: secretKey }, 5: { ...secretSlot, key: 0x101c } };
    const chip = bench({ part: '608A', slots }, {});
    chip.refused(op.mac, 0, 5, zeros(32));
    expect(toHex(chip.ok(op.info, 4, 3))).toBe('01000000');
    chip.ok(op.mac, 0, 5, zeros(32));
    chip.sleepAndWake();
    expect(toHex(chip.ok(op.info, 4, 0))).toBe('01000000');
    chip.chip.powerCycle();
    chip.chip.wake();
    expect(toHex(chip.ok(op.info, 4, 0))).toBe('00000000');
    bench({ part: '608A', slots }, { persistentDisable: 'ignored' }).ok(op.mac, 0, 5, zeros(32));
    const gated = bench({ part: '608A', slots, bytes: { 69: 0x84 } }, {});
    gated.refused(op.info, 4, 3);
    gated.authorise(4, secretKey);
    gated.ok(op.info, 4, 3);
    bench({ part: '608A', slots, bytes: { 69: 0x84 } }, { volatileKeyPermission: 'ignored' }).ok(op.info, 4, 3);
  });

  test('outputProtection: ChipOptions bits 8 and 9 for ECDH (config-zone.md 1)', () => {
    const status = (protection: number, outputProtection: Switches['outputProtection']): number[] => {
      const setup = {
        part: '608A' as const,
        slots: { 2: privateSlot, 6: secretSlot },
        bytes: { 90: 2, 91: 0x60 | protection },
      };
      return [0x0c, 0x0e].map((p1) => bench(setup, { outputProtection }).status(op.ecdh, p1, 2, OTHER.publicKey));
    };
    expect(status(0, 'enforced')).toEqual([0, 0]);
    expect(status(1, 'enforced')).toEqual([0x0f, 0]);
    expect(status(2, 'enforced')).toEqual([0x0f, 0x0f]);
    expect(status(2, 'ignored')).toEqual([0, 0]);
  });

  test('aesKeepsTempKey', () => {
    const second = (aesKeepsTempKey: boolean): number => {
      const chip = bench({ part: '608A', bytes: { 13: 1 } }, { aesKeepsTempKey });
      chip.load(digest);
      chip.ok(op.aes, 0, 0xffff, zeros(16));
      return chip.status(op.aes, 0, 0xffff, zeros(16));
    };
    expect([second(true), second(false)]).toEqual([0, 0x0f]);
  });

  test('selfTestWatchdog: SelfTest at the slowest clock (atecc-device.md 3)', () => {
    const status = (selfTestWatchdog: Switches['selfTestWatchdog']): number => {
      const chip = bench({ part: '608A', bytes: { 19: 0x68 }, timing: 'typical' }, { selfTestWatchdog });
      return chip.status(op.selfTest, 0x3b, 0);
    };
    expect([status('exempt'), status('counted')]).toEqual([0, 0xee]);
  });

  test('watchdogShortMs, watchdogLongMs, postWakeMs are taken as given', () => {
    const chip = bench({}, { watchdogShortMs: 700 });
    chip.clock.advance(700);
    expect(chip.chip.awake).toBe(false);
    const long = bench({ part: '608A', bytes: { 19: 4 } }, { watchdogLongMs: 13_000 });
    long.clock.advance(12_999);
    expect(long.chip.awake).toBe(true);
    expect(bench({ part: '608A', bytes: { 90: 1 } }, { postWakeMs: 33 }).chip.wakeMs).toBe(33);
    expect(bench({ bytes: { 90: 1 } }, { postWakeMs: 33 }).chip.wakeMs).toBe(1.5);
  });

  test('mode 01 of Verify finds its signature under every form', () => {
    const chip = bench(
      {
        bytes: { 92: 0x11 },
        slots: {
          13: { key: 0x0030, content: inSlot(KNOWN.publicKey) },
          14: { config: 0x0f0d, key: 0x0032, content: inSlot(OTHER.publicKey) },
        },
      },
      { validateExternalData: 'either' },
    );
    chip.ok(op.sha, 0, 0);
    chip.ok(op.sha, 3, 14);
    chip.ok(op.sha, 2, 0);
    chip.ok(op.verify, 1, 14, concat(nodeSign(KNOWN, OTHER.publicKey), KNOWN.publicKey));
  });
});

/** Slot n full of 11×n; the private slots of the 508A test image, and OTP FF (config-zone.md 6). */
function filled(slot: number): NonNullable<Setup['slots']>[number] {
  if ([0, 2, 7].includes(slot)) return { config: 0x2087, key: 0x0033, privateKey: KNOWN.privateKey };
  const size = slot < 8 ? 36 : slot === 8 ? 416 : 72;
  return { key: 0x003c, content: new Uint8Array(size).fill(0x11 * slot) };
}
