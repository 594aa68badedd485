import { createCipheriv } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Sha256 } from '../../../src-main/simulator/chip/sha256.ts';
import {
  concat,
  count,
  fromHex,
  hmac,
  KNOWN,
  nodeVerify,
  op,
  privateSlot,
  secretKey,
  secretSlot,
  sha,
  toHex,
  World,
  xor,
  zeros,
} from './bench.ts';

/** What only a 608 does, beyond the rules: results compared with node's. */
const world = new World();
const aesKey = count(0x30, 64);
const slots = { 0: privateSlot, 5: secretSlot, 9: { config: 0x0f8f, key: 0x001a, content: aesKey } };
const bench = (): ReturnType<World['bench']> => world.bench({ part: '608B', slots, bytes: { 13: 1 } });

describe('SHA (atecc-device.md 7.10)', () => {
  const message = count(0, 64 + 21);

  test('end into MsgDigBuf, and the next Sign takes it from there', () => {
    const chip = bench();
    chip.ok(op.sha, 0, 0);
    chip.ok(op.sha, 1, 64, message.subarray(0, 64));
    expect(toHex(chip.ok(op.sha, 0x42, 21, message.subarray(64)))).toBe(toHex(sha(message)));
    expect(chip.state().tempKey).toBe(false);
    expect(nodeVerify(KNOWN.publicKey, message, chip.ok(op.sign, 0xa0, 0))).toBe(true);
  });

  test('output only loads nothing', () => {
    const chip = bench();
    chip.ok(op.sha, 0, 0);
    chip.ok(op.sha, 0xc2, 0);
    expect(chip.state().tempKey).toBe(false);
    expect(chip.chip.inspect().msgDigBufLength).toBe(0);
  });

  test('HMAC ends with 02', () => {
    const chip = bench();
    chip.ok(op.sha, 4, 5);
    chip.ok(op.sha, 1, 64, message.subarray(0, 64));
    expect(toHex(chip.ok(op.sha, 2, 21, message.subarray(64)))).toBe(toHex(hmac(secretKey, message)));
  });

  test('a context that was read out goes on after sleep; an HMAC is not read out, garbage is not taken', () => {
    const chip = bench();
    chip.ok(op.sha, 0, 0);
    chip.ok(op.sha, 1, 64, message.subarray(0, 64));
    const context = chip.ok(op.sha, 6, 0);
    chip.sleepAndWake();
    chip.refused(op.sha, 2, 0);
    chip.ok(op.sha, 7, context.length, context);
    expect(toHex(chip.ok(op.sha, 2, 21, message.subarray(64)))).toBe(toHex(sha(message)));
    chip.refused(op.sha, 7, 30, zeros(30));
    chip.ok(op.sha, 4, 5);
    chip.refused(op.sha, 6, 0);
  });

  test('any length, any split: the same digest as node', () => {
    for (let length = 0; length < 200; length += 1) {
      const text = count(length, length);
      const cut = length >> 1;
      const hash = new Sha256().update(text.subarray(0, cut));
      const restored = Sha256.restore(hash.export());
      expect(toHex(restored?.update(text.subarray(cut)).digest() ?? zeros(0))).toBe(toHex(sha(text)));
    }
    expect(Sha256.restore(zeros(37))).toBeUndefined();
  });
});

describe('AES (atecc-device.md 7.19)', () => {
  test('GCM put together from AES and GFM agrees with node', () => {
    const chip = bench();
    const key = aesKey.subarray(0, 16);
    const iv = count(0xc0, 12);
    const aad = count(0x11, 16);
    const block = (data: Uint8Array): Uint8Array => chip.ok(op.aes, 0, 9, data);
    const h = block(zeros(16));
    const times = (data: Uint8Array): Uint8Array => chip.ok(op.aes, 3, 0, concat(h, data));
    const lengths = fromHex('0000000000000080 0000000000000000');
    const tag = xor(times(xor(times(aad), lengths)), block(concat(iv, [0, 0, 0, 1])));
    const cipher = createCipheriv('aes-128-gcm', key, iv);
    cipher.setAAD(aad);
    cipher.final();
    expect(toHex(tag)).toBe(toHex(new Uint8Array(cipher.getAuthTag())));
  });
});

describe('KDF (atecc-device.md 7.19)', () => {
  const details = (low: number, length: number): number[] => [low & 255, (low >> 8) & 255, 0, length];
  const text = count(1, 16);

  test('into the upper half of TempKey, and on from there', () => {
    const chip = bench();
    chip.load(count(0x70, 32));
    chip.ok(op.kdf, 0x46, 5, concat(details(2, 16), text));
    const upper = hmac(secretKey, text);
    const { value, is64 } = chip.chip.inspect().tempKey;
    expect([toHex(value), is64]).toEqual([toHex(concat(count(0x70, 32), upper)), true]);
    expect(toHex(chip.ok(op.kdf, 0x51, 0, concat(details(2, 16), text)))).toBe(toHex(hmac(upper, text)));
  });

  test('into AltKeyBuf, zero key, message from TempKey', () => {
    const chip = bench();
    chip.ok(op.kdf, 0x4e, 5, concat(details(2, 16), text));
    expect(toHex(chip.ok(op.kdf, 0x53, 0, concat(details(2, 16), text)))).toBe(
      toHex(hmac(hmac(secretKey, text), text)),
    );
    expect(toHex(chip.ok(op.kdf, 0x50, 0, concat(details(6, 16), text)))).toBe(toHex(hmac(zeros(32), text)));
    chip.load(count(0x70, 32));
    expect(toHex(chip.ok(op.kdf, 0x52, 5, details(1, 0)))).toBe(toHex(hmac(secretKey, count(0x70, 32))));
  });

  test('forms the pages do not describe answer 0F', () => {
    const chip = bench();
    chip.refused(op.kdf, 0x12, 5, concat(details(0x200, 16), text));
    chip.refused(op.kdf, 0x52, 5, concat(details(0, 16), text));
    chip.refused(op.kdf, 0x52, 5, concat(details(3, 16), text));
  });
});

describe('ECC faults and torn keys', () => {
  test('a slot marked valid whose bytes are no key answers 05', () => {
    const chip = world.bench({ part: '608A', slots: { 0: { ...privateSlot, privateKey: zeros(32) } } });
    chip.gives(5, op.genKey, 0, 0);
    chip.load(zeros(32));
    chip.gives(5, op.sign, 0x80, 0);
  });

  test('signatures with R or S of 0 or above n are 01', () => {
    const chip = bench();
    const verdict = (signature: Uint8Array): number => {
      chip.load(zeros(32));
      return chip.status(op.verify, 2, 4, concat(signature, KNOWN.publicKey));
    };
    expect(verdict(zeros(64))).toBe(1);
    expect(verdict(concat(count(1, 32), zeros(32)))).toBe(1);
    expect(verdict(new Uint8Array(64).fill(0xff))).toBe(1);
  });
});
