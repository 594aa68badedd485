import { describe, expect, test } from 'vitest';
import { type ChipModel, createChip, scriptedRandom, seededRandom } from '../../../src-main/simulator/chip/index.ts';
import { virtualClock } from '../../../src-main/simulator/clock.ts';
import { Bench, concat, count, fromHex, nodeVerify, op, sha, toHex, zeros } from './bench.ts';
import { vectors } from './vectors.ts';

/** Whole flows of the reference with its own packets and numbers, on chips as they leave the factory. */

/** Images of config-zone.md 7, bytes 16..127. */
const image508 = fromHex(`
  C0 00 55 00 8F 2F C4 44 87 20 C4 F4 8F 0F 8F 8F 9F 8F 83 64 C4 44 C4 64 0F 0F 0F 0F 0F 0F 0F 0F
  0F 0F 0F 0F FF FF FF FF 00 00 00 00 FF FF FF FF 00 00 00 00 FF FF FF FF FF FF FF FF FF FF FF FF
  FF FF FF FF 00 00 00 00 FF FF 00 00 00 00 00 00 33 00 1C 00 13 00 1C 00 3C 00 1C 00 1C 00 33 00
  1C 00 1C 00 3C 00 30 00 3C 00 3C 00 32 00 30 00`);
const image608 = fromHex(`
  C0 00 A1 00 AF 2F C4 44 87 20 C4 F4 8F 0F 0F 0F 9F 8F 83 64 C4 44 C4 64 0F 0F 0F 0F 0F 0F 0F 0F
  0F 0F 0F 0F FF FF FF FF 00 00 00 00 FF FF FF FF 00 00 00 00 FF 84 03 BC 09 69 76 00 00 00 00 00
  00 00 00 00 00 00 00 00 FF FF 0E 40 00 00 00 00 33 00 1C 00 13 00 1C 00 3C 00 3A 10 1C 00 33 00
  1C 00 1C 00 38 00 30 00 3C 00 3C 00 32 00 30 00`);
/** The signer module's image, signer-and-server.md 6.1, bytes 16..127. */
const imageSigner = fromHex(`
  C0 00 AA 04 8F 80 8F 80 8F 80 81 20 9F 45 9F 44 8F 80 8F 80 0F 0F 0F 0F 0F 0F 0F 0F 0F 0F 0F 0F
  0F 0F 0F 0F FF FF FF FF 00 00 00 00 FF FF FF FF 00 00 00 00 FF FF FF FF FF FF FF FF FF FF FF FF
  FF FF FF FF 00 00 55 55 FF FF 00 00 00 00 00 00 1C 00 1C 00 1C 00 B3 04 5C 00 5C 00 1C 00 1C 00
  3C 00 3C 00 3C 00 30 00 3C 00 3C 00 30 00 3C 00`);

const SUCCESS = '04000340';

function factory(part: ChipModel, serialNumber: Uint8Array, script: readonly Uint8Array[] = []): Bench {
  const clock = virtualClock();
  const random = scriptedRandom(script, seededRandom('session'));
  const chip = createChip({ part, serialNumber, clock, random, timing: 'none' });
  chip.wake();
  return new Bench(chip, clock);
}

function raw(bench: Bench, packet: string): string {
  return toHex(bench.raw(fromHex(packet)));
}

/** The 13 writes of config-zone.md 4. */
function writeConfig(bench: Bench, image: Uint8Array): void {
  const at = (offset: number, length: number): Uint8Array => image.subarray(offset - 16, offset - 16 + length);
  for (let word = 4; word < 8; word += 1) bench.ok(op.write, 0, word, at(4 * word, 4));
  bench.ok(op.write, 0x80, 0x08, at(32, 32));
  for (let word = 0x10; word < 0x15; word += 1) bench.ok(op.write, 0, word, at(4 * word, 4));
  for (let word = 0x16; word < 0x18; word += 1) bench.ok(op.write, 0, word, at(4 * word, 4));
  bench.ok(op.write, 0x80, 0x18, at(96, 32));
}

/** Every block of every slot but the private ones and those left out, then OTP (provisioning-recipes.md 5). */
function fill(bench: Bench, content: (slot: number) => Uint8Array | undefined): void {
  for (let slot = 0; slot < 16; slot += 1) {
    const bytes = content(slot);
    for (let block = 0; bytes !== undefined && 32 * block < bytes.length; block += 1) {
      const part = new Uint8Array(32);
      part.set(bytes.subarray(32 * block, 32 * block + 32));
      bench.ok(op.write, 0x82, (block << 8) | (slot << 3), part);
    }
  }
  bench.ok(op.write, 0x81, 0, new Uint8Array(32).fill(0xff));
  bench.ok(op.write, 0x81, 8, new Uint8Array(32).fill(0xff));
}

function size(slot: number): number {
  return slot < 8 ? 36 : slot === 8 ? 416 : 72;
}

describe('config lock CRCs of config-zone.md 6', () => {
  const sn = fromHex('01 23 00 00 04 05 06 07 EE');

  test('508A test image: 02D0, and the lock packet of the page', () => {
    const bench = factory('508A', sn);
    expect(raw(bench, '0B 12 00 04 00 C0 00 55 00 8C 8F')).toBe(SUCCESS);
    expect(raw(bench, '0B 12 00 05 00 8F 2F C4 44 7A 5D')).toBe(SUCCESS);
    writeConfig(bench, image508);
    expect(toHex(bench.chip.inspect().config.slice(16, 84))).toBe(toHex(image508.slice(0, 68)));
    expect(raw(bench, '07 20 00 00 00 00 7D')).toBe(SUCCESS);
    expect(raw(bench, '07 20 01 00 00 03 F7')).toBe(SUCCESS);
    bench.refused(op.lock, 0, 0x02d1);
    expect(raw(bench, '07 17 00 D0 02 AE 36')).toBe(SUCCESS);
    expect(bench.chip.inspect().configLocked).toBe(true);
  });

  test('608 test image: 06B7 over the bytes of the page', () => {
    const bench = factory('608A', sn);
    writeConfig(bench, image608);
    // The page's device has revision byte 00 and bytes 13..15 = 01 01 00.
    const snapshot = bench.chip.snapshot();
    const config = fromHex(snapshot.config);
    config.set([0, 0, 0x60, 0], 4);
    config.set([1, 1, 0], 13);
    bench.chip.restore({ ...snapshot, config: toHex(config) });
    bench.chip.wake();
    bench.ok(op.lock, 0, 0x06b7);
  });
});

describe('data lock CRCs of config-zone.md 6', () => {
  const lockedConfig = (): Bench => {
    const bench = factory('508A', fromHex('01 23 00 00 04 05 06 07 EE'));
    writeConfig(bench, image508);
    bench.ok(op.lock, 0x80, 0);
    return bench;
  };
  const isPrivate = (slot: number): boolean => [0, 2, 7].includes(slot);

  test('slots full of 11×n need validation nibble A in slot 14; the page counts slot 14 as EE', () => {
    const bench = lockedConfig();
    fill(bench, (slot) => (isPrivate(slot) ? undefined : new Uint8Array(size(slot)).fill(0x11 * slot)));
    // Slot 14 is a public key that needs validation, so the chip holds AE where EE was written (recipes 5).
    expect(bench.chip.inspect().slots[14]?.[0]).toBe(0xae);
    expect(raw(bench, '07 17 01 19 51 1B D4')).toBe('040F2342');
    bench.chip.rot('data', 14, 0, 0x40);
    expect(raw(bench, '07 17 01 19 51 1B D4')).toBe(SUCCESS);
  });

  test('zeros everywhere, OTP FF: 8209', () => {
    const bench = lockedConfig();
    fill(bench, (slot) => (isPrivate(slot) ? undefined : zeros(size(slot))));
    bench.chip.rot('data', 14, 0, 0xa0);
    bench.ok(op.lock, 1, 0x8209);
    expect(bench.chip.inspect().dataLocked).toBe(true);
  });
});

describe('one board, provisioning-recipes.md 1 to 7', () => {
  for (const part of ['508A', '608A', '608B'] as const) {
    test(`${part}: config, key, certificates of section 3, locks, read-back, challenge`, () => {
      const bench = factory(part, fromHex('01 23 03 04 05 06 07 08 EE'));
      writeConfig(bench, part === '508A' ? image508 : image608);
      expect(raw(bench, '07 17 80 00 00 39 8D')).toBe(SUCCESS);
      const made = raw(bench, '07 40 04 00 00 83 87');
      expect(raw(bench, '07 40 00 00 00 00 05')).toBe(made);
      const certificate = [
        '27 12 82 50 00 21C71ADCA8EA35E0E187E45A9F0DD0210EAE77E7F59957DAC8E3B92CE1E4CBE8 D6 06',
        '27 12 82 50 01 721346B1E69BDBCFD73BED5432070942BA8FE8DFA145EBDBFA09C69D8EA44912 6C 67',
        `27 12 82 50 02 AB3DB4C48B008000 ${'00'.repeat(24)} 8F BE`,
        '27 12 82 58 00 00000000E0FB53447242A92F5AE943DDC8439615E2EE376DC17733759C2190CD BF AE',
        '27 12 82 58 01 3B82256F00000000E3F1BC72F3AC0B7EAE817A74A98958F1590A8EB0CE7EFE5B BF 5A',
        `27 12 82 58 02 59A79A10ECE55E1B ${'00'.repeat(24)} 76 3C`,
        '27 12 82 60 00 E61CCC4D6E1EDCDA00A44D8002DAB89EF117828EFA7DCEE1420A7D86B22B38FA 1D 9A',
        '27 12 82 60 01 9CF62B8D35DAFDA3C74770563AC0965EBC9BF3F02235B848A221B63BB773AD4E 41 16',
        `27 12 82 60 02 A99D5CC48B109000 ${'00'.repeat(24)} C8 5D`,
      ];
      for (const packet of certificate) expect(raw(bench, packet)).toBe(SUCCESS);
      expect(raw(bench, '07 02 82 50 00 0A 14')).toBe('040F2342');
      expect(raw(bench, '07 17 81 00 00 3A 07')).toBe(SUCCESS);
      expect(raw(bench, '07 02 82 50 00 0A 14').slice(2, 66)).toBe(
        '21C71ADCA8EA35E0E187E45A9F0DD0210EAE77E7F59957DAC8E3B92CE1E4CBE8',
      );
      expect(raw(bench, '07 02 82 60 02 89 BD').slice(2, 66)).toBe(`A99D5CC48B109000${'00'.repeat(24)}`);
      expect(raw(bench, '07 17 02 00 00 2D 88')).toBe(SUCCESS);
      expect(raw(bench, '07 40 04 00 00 83 87')).toBe('040F2342');
      const message = count(7, 20);
      const later = part !== '508A';
      bench.ok(op.nonce, later ? 0x43 : 3, 0, sha(message));
      const signature = bench.ok(op.sign, later ? 0xa0 : 0x80, 0);
      expect(nodeVerify(fromHex(made).slice(1, 65), message, signature)).toBe(true);
    });
  }
});

describe('signer module, signer-and-server.md 6', () => {
  const sn = fromHex('01231E6CD82CA571EE');
  const k4 = fromHex('4ecb33820ab6c8faa6ea91ff318a8ee8708ac1ea9b614dbd623668e27bcf7fa9');
  const k5 = fromHex('3d48d788621735b081bbe85bf302b2c50423aa8d9e15e11deed3e3db776e23a3');
  const message = count(3, 60);

  /** A finished module; `script` is what its RNG then gives first. */
  function module(script: readonly Uint8Array[] = []): { bench: Bench; publicKey: Uint8Array } {
    const bench = factory('508A', sn, script);
    writeConfig(bench, imageSigner);
    bench.ok(op.lock, 0x80, 0);
    fill(bench, (slot) => {
      if (slot === 3 || slot === 11) return undefined;
      if (slot === 4) return concat(k4, zeros(4));
      return slot === 5 ? concat(k5, zeros(4)) : count(slot, size(slot));
    });
    const publicKey = bench.ok(op.genKey, 4, 3);
    const padded = concat(zeros(4), publicKey.subarray(0, 32), zeros(4), publicKey.subarray(32), zeros(24));
    for (let block = 0; block < 3; block += 1) {
      bench.ok(op.write, 0x82, (block << 8) | 0x58, padded.subarray(32 * block, 32 * block + 32));
    }
    bench.load(sha(message));
    expect(nodeVerify(publicKey, message, bench.ok(op.sign, 0x80, 3))).toBe(true);
    bench.ok(op.lock, 0x81, 0);
    for (const slot of [3, 8, 10, 11, 12, 13, 14, 15]) bench.ok(op.lock, 2 | (slot << 2), 0);
    return { bench, publicKey };
  }

  test('6.5 step 9: the negative and positive test, (a) to (e)', () => {
    const { bench, publicKey } = module();
    const digest = sha(message);
    bench.sleepAndWake();
    bench.load(digest);
    expect(bench.state()).toMatchObject({ tempKey: true, auth: false });
    bench.refused(op.sign, 0x80, 3);
    bench.authorise(4, k4);
    bench.load(digest);
    expect(nodeVerify(publicKey, message, bench.ok(op.sign, 0x80, 3))).toBe(true);
    bench.load(digest);
    bench.refused(op.sign, 0x80, 3);
    const tempKey = bench.nonce();
    bench.gives(1, op.checkMac, 1, 4, bench.proof(k5, tempKey));
    bench.load(digest);
    bench.refused(op.sign, 0x80, 3);
    bench.authorise(5, k5);
    expect(bench.chip.counters.authorisedSignPairs).toBe(1);
  });

  test('6.1: no MAC, HMAC, read or clear write of the password keys; a recorded proof is worth nothing', () => {
    const { bench } = module();
    bench.refused(op.mac, 0, 4, zeros(32));
    bench.refused(op.sha, 4, 5);
    bench.refused(op.read, 0x82, 0x20);
    bench.refused(op.write, 0x82, 0x28, zeros(32));
    bench.refused(op.lock, 0x12, 0);
    const tempKey = count(0, 32);
    bench.load(tempKey);
    bench.refused(op.checkMac, 5, 4, bench.proof(k4, tempKey));
  });

  test.each(
    vectors('asd1.json')
      .filter(({ kind, given }) => kind === 'authorise' && given.text('sn') === toHex(sn).toLowerCase())
      .map((vector) => [vector.name, vector] as const),
  )('authorise and sign with the packets of %s', (_, { given, out }) => {
    const { bench, publicKey } = module();
    const snapshot = bench.chip.snapshot();
    const slots = [...snapshot.slots];
    slots[4] = toHex(concat(given.bytes('k4'), zeros(4)));
    const clock = virtualClock();
    const random = scriptedRandom([given.bytes('rand_out')], seededRandom('sign'));
    const chip = createChip({ part: '508A', serialNumber: sn, clock, random, timing: 'none' });
    chip.restore({ ...snapshot, slots });
    chip.wake();
    const again = new Bench(chip, clock);
    expect(toHex(again.raw(out.bytes('nonce_packet')).slice(1, 33))).toBe(toHex(given.bytes('rand_out')));
    expect(toHex(chip.inspect().tempKey.value.slice(0, 32))).toBe(toHex(out.bytes('temp_key')));
    expect(toHex(again.raw(out.bytes('checkmac_packet')))).toBe(SUCCESS);
    expect(again.raw(out.bytes('state_packet'))[2]).toBe((4 << 3) | 7);
    expect(toHex(again.raw(out.bytes('digest_packet')))).toBe(SUCCESS);
    const signature = again.raw(out.bytes('sign_packet')).slice(1, 65);
    expect(signature).toHaveLength(64);
    again.load(given.bytes('tbs_sha256'));
    again.gives(0, op.verify, 2, 4, concat(signature, publicKey));
  });

  test('6.8: password change with the packets of the page, each half proven before the next', () => {
    const change = vectors('asd1.json').filter(
      ({ kind, given }) => kind === 'change-password' && given.text('sn') === toHex(sn).toLowerCase(),
    );
    const [first, second] = [
      change.find(({ given }) => given.number('target_slot') === 5),
      change.find(({ given }) => given.number('target_slot') === 4),
    ];
    if (first === undefined || second === undefined)
      throw new Error('asd1.json has no change of password for this serial number');
    const { bench } = module();
    const { chip } = bench;
    for (const { given, out } of [first, second]) {
      const clock = virtualClock();
      const snapshot = chip.snapshot();
      const slots = [...snapshot.slots];
      slots[given.number('write_key_slot')] = toHex(concat(given.bytes('write_key'), zeros(4)));
      const half = createChip({
        part: '508A',
        serialNumber: sn,
        clock,
        random: scriptedRandom([given.bytes('rand_out')], seededRandom('change')),
        timing: 'none',
      });
      half.restore({ ...snapshot, slots });
      half.wake();
      const step = new Bench(half, clock);
      step.ok(op.nonce, 0, 0, given.bytes('num_in'));
      expect(toHex(step.raw(out.bytes('gendig_packet')))).toBe(SUCCESS);
      expect(toHex(half.inspect().tempKey.value.slice(0, 32))).toBe(toHex(out.bytes('gendig_temp_key')));
      expect(toHex(step.raw(out.bytes('write_packet')))).toBe(SUCCESS);
      step.authorise(given.number('target_slot'), given.bytes('new_key'));
      chip.restore(half.snapshot());
    }
  });

  test('6.9: calculation mode after GenDig of slot 4 gives something to guess against', () => {
    const { bench } = module();
    const session = bench.session(4, k4);
    const answer = bench.ok(op.nonce, 0, 0x8000, count(0, 20));
    expect(toHex(answer)).toBe(toHex(sha(session, count(0, 20), [0x16, 0, 0])));
  });
});
