import { createCipheriv } from 'node:crypto';
import { expect } from 'vitest';
import {
  type Bench,
  concat,
  count,
  hmac,
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
  type World,
  xor,
  zeros,
} from '../bench.ts';
import { type Scenario, scenario } from '../scenario.ts';

const message = count(0, 50);
const digest = sha(message);
const signature = nodeSign(KNOWN, message);
const external = concat(signature, KNOWN.publicKey);

/** IO protection key enabled in slot 6, KDF-AES enabled. */
const withIoKey = { 90: 0x06, 91: 0x60 };
const slots = {
  0: privateSlot,
  5: secretSlot,
  6: { config: 0x8f8f, key: 0x001c, content: count(0x90, 32) },
  9: { config: 0x0f8f, key: 0x001a, content: count(0x30, 64) },
};
const ioKey = slots[6].content;

function bench608(world: World, setup: Setup = {}): Bench {
  return world.bench({ part: '608A', bytes: { 13: 1, ...withIoKey, ...setup.bytes }, slots, ...omitBytes(setup) });
}

function omitBytes(setup: Setup): Setup {
  const { bytes: _, ...rest } = setup;
  return rest;
}

function aes(key: Uint8Array, block: Uint8Array): string {
  const cipher = createCipheriv('aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return toHex(new Uint8Array(cipher.update(block)));
}

function tempKey(bench: Bench): Uint8Array {
  return bench.chip.inspect().tempKey.value;
}

/** Details LE32 and message of a KDF command. */
function kdfData(details: number, text: Uint8Array): Uint8Array {
  const number = (details | (text.length << 24)) >>> 0;
  return concat([number & 255, (number >> 8) & 255, (number >> 16) & 255, number >>> 24], text);
}

/** Plain of an output under the IO protection key. */
function opened(answer: Uint8Array): Uint8Array {
  const body = answer.subarray(0, -32);
  const nonce = answer.subarray(-32);
  return xor(body, concat(sha(ioKey, nonce.subarray(0, 16)), sha(ioKey, nonce.subarray(16))));
}

/** Secure boot: mode, public key in 13, store in 10. */
function bootable(mode: number): Setup {
  return {
    bytes: { 70: mode, 71: 0xda },
    slots: { ...slots, 13: { key: 0x0030, content: inSlot(KNOWN.publicKey) } },
  };
}

export const part608Scenarios: readonly Scenario[] = [
  scenario('verify.mac-needs-io-key', 'bit 7 without IO protection key', (world) => {
    const bench = bench608(world, { bytes: { 90: 0, 91: 0x60 } });
    bench.ok(op.nonce, 0x63, 0, concat(digest, count(5, 32)));
    bench.refused(op.verify, 0xa2, 4, external);
  }),
  scenario('verify.mac-needs-nonce', 'bit 7 without a system nonce; with it the MAC of the page', (world) => {
    const bench = bench608(world);
    const nonce = count(5, 32);
    bench.ok(op.nonce, 0x43, 0, digest);
    bench.refused(op.verify, 0xa2, 4, external);
    bench.ok(op.nonce, 0x63, 0, concat(digest, nonce));
    const fromBuffer = bench.ok(op.verify, 0xa2, 4, external);
    expect(toHex(fromBuffer)).toBe(toHex(sha(ioKey, digest, nonce, signature, [0x45, 0xa2, 4, 0])));
    bench.load(digest);
    bench.ok(op.nonce, 0x43, 0, nonce);
    const fromTempKey = bench.ok(op.verify, 0x82, 4, external);
    expect(toHex(fromTempKey)).toBe(toHex(sha(ioKey, digest, nonce, signature, [0x45, 0x82, 4, 0])));
    bench.load(count(1, 32));
    bench.ok(op.nonce, 0x43, 0, nonce);
    bench.gives(1, op.verify, 0x82, 4, external);
  }),
  scenario('ecdh.temp-key-private', 'a nonce is no private key; one made by GenKey FFFF is', (world) => {
    const bench = bench608(world);
    bench.load(KNOWN.privateKey);
    bench.refused(op.ecdh, 0x0d, 0, OTHER.publicKey);
    const made = bench.ok(op.genKey, 4, 0xffff);
    const secret = bench.ok(op.ecdh, 0x0d, 0, OTHER.publicKey);
    const reference = bench608(world, { slots: { 0: { ...privateSlot, privateKey: OTHER.privateKey } } });
    expect(toHex(secret)).toBe(toHex(reference.ok(op.ecdh, 0, 0, made)));
  }),
  scenario('ecdh.output-only-if-allowed', 'mode 0C with ReadKey bit 3', (world) => {
    const into = { ...privateSlot, config: 0x208f };
    bench608(world, { slots: { ...slots, 0: into } }).refused(op.ecdh, 0x0c, 0, OTHER.publicKey);
    const bench = bench608(world);
    const clear = bench.ok(op.ecdh, 0x0c, 0, OTHER.publicKey);
    bench.ok(op.ecdh, 0x08, 0, OTHER.publicKey);
    expect(toHex(tempKey(bench).slice(0, 32))).toBe(toHex(clear));
    bench.ok(op.ecdh, 0x04, 0, OTHER.publicKey);
    expect(toHex(bench.chip.inspect().slots[1]?.slice(0, 32) ?? zeros(0))).toBe(toHex(clear));
    expect(toHex(opened(bench.ok(op.ecdh, 0x0e, 0, OTHER.publicKey)))).toBe(toHex(clear));
  }),
  scenario('ecdh.encrypted-needs-io-key', 'mode 0E without IO protection key', (world) => {
    bench608(world, { bytes: { 90: 0, 91: 0 } }).refused(op.ecdh, 0x0e, 0, OTHER.publicKey);
  }),
  scenario('self-test.parse', 'no test, an unknown one, P2, data: 03', (world) => {
    const bench = bench608(world);
    bench.illegal(op.selfTest, 0, 0);
    bench.illegal(op.selfTest, 0x40, 0);
    bench.illegal(op.selfTest, 1, 1);
    bench.illegal(op.selfTest, 1, 0, [0]);
    bench.ok(op.selfTest, 0x3b, 0);
  }),
  scenario('aes.parse', 'mode 02, slot 16, 15 bytes, 16 bytes for GFM: 03', (world) => {
    const bench = bench608(world);
    bench.illegal(op.aes, 2, 9, zeros(16));
    bench.illegal(op.aes, 0, 16, zeros(16));
    bench.illegal(op.aes, 0, 9, zeros(15));
    bench.illegal(op.aes, 3, 9, zeros(16));
  }),
  scenario('aes.enabled', 'AES_Enable 0', (world) => {
    bench608(world, { bytes: { 13: 0 } }).refused(op.aes, 0, 9, zeros(16));
  }),
  scenario('aes.needs-config-lock', 'a key of an open chip', (world) => {
    bench608(world, { lock: 'none' }).refused(op.aes, 0, 9, zeros(16));
  }),
  scenario('aes.key-type', 'a slot of KeyType 7; KeyType 6 gives what node gives, and back', (world) => {
    const bench = bench608(world);
    bench.refused(op.aes, 0, 5, zeros(16));
    for (const block of [0, 1, 2, 3]) {
      const cipher = bench.ok(op.aes, block << 6, 9, count(0, 16));
      expect(toHex(cipher)).toBe(aes(count(0x30 + 16 * block, 16), count(0, 16)));
      expect(toHex(bench.ok(op.aes, (block << 6) | 1, 9, cipher))).toBe(toHex(count(0, 16)));
    }
  }),
  scenario('aes.key-block', 'block 2 of a 36-byte slot', (world) => {
    const bench = bench608(world, { slots: { ...slots, 3: { config: 0x0f8f, key: 0x001a } } });
    bench.ok(op.aes, 0x40, 3, zeros(16));
    bench.refused(op.aes, 0x80, 3, zeros(16));
  }),
  scenario('aes.temp-key', 'an empty TempKey, block 2 of a 32-byte one', (world) => {
    const bench = bench608(world);
    bench.refused(op.aes, 0, 0xffff, zeros(16));
    bench.load(count(0x40, 32));
    expect(toHex(bench.ok(op.aes, 0x40, 0xffff, zeros(16)))).toBe(aes(count(0x50, 16), zeros(16)));
    bench.ok(op.aes, 0, 0xffff, zeros(16));
    bench.refused(op.aes, 0x80, 0xffff, zeros(16));
  }),
  scenario('kdf.parse', 'bit 7, algorithm 11, target 6, a length that disagrees: 03', (world) => {
    const bench = bench608(world);
    bench.illegal(op.kdf, 0x92, 5, kdfData(0, zeros(8)));
    bench.illegal(op.kdf, 0x72, 5, kdfData(0, zeros(8)));
    bench.illegal(op.kdf, 0x1a, 5, kdfData(0, zeros(8)));
    bench.illegal(op.kdf, 0x12, 5, concat(kdfData(0, zeros(8)), [0]));
    bench.illegal(op.kdf, 0x32, 9, kdfData(0, zeros(15)));
  }),
  scenario('kdf.needs-config-lock', 'KDF of an open chip', (world) => {
    bench608(world, { lock: 'none' }).refused(op.kdf, 0x52, 5, kdfData(2, zeros(8)));
  }),
  scenario('kdf.aes-enabled', 'ChipOptions bit 2 clear; set: the AES block', (world) => {
    bench608(world, { bytes: { 90: 0x02, 91: 0x60 } }).refused(op.kdf, 0x32, 9, kdfData(1, zeros(16)));
    const answer = bench608(world).ok(op.kdf, 0x32, 9, concat([1, 0, 0, 0], count(0, 16)));
    expect(toHex(answer.subarray(0, 16))).toBe(aes(count(0x40, 16), count(0, 16)));
  }),
  scenario('kdf.private-slot', 'a private slot as source', (world) => {
    bench608(world).refused(op.kdf, 0x52, 0, kdfData(2, zeros(8)));
  }),
  scenario('kdf.key-length', '64 key bytes of a 36-byte slot; 32 of it: HKDF and PRF by hand', (world) => {
    const bench = bench608(world);
    bench.refused(op.kdf, 0x12, 5, kdfData(3, zeros(8)));
    const text = count(1, 20);
    expect(toHex(bench.ok(op.kdf, 0x52, 5, kdfData(2, text)))).toBe(toHex(hmac(secretKey, text)));
    const a1 = hmac(secretKey, text);
    const a2 = hmac(secretKey, a1);
    const prf = concat(hmac(secretKey, concat(a1, text)), hmac(secretKey, concat(a2, text)));
    expect(toHex(bench.ok(op.kdf, 0x12, 5, kdfData(0x101, text)))).toBe(toHex(prf));
    expect(toHex(opened(bench.ok(op.kdf, 0x16, 5, kdfData(0x101, text))))).toBe(toHex(prf));
  }),
  scenario('kdf.needs-temp-key', 'TempKey empty, its upper half not loaded', (world) => {
    const bench = bench608(world);
    bench.refused(op.kdf, 0x50, 0, kdfData(2, zeros(8)));
    bench.load(count(3, 32));
    bench.refused(op.kdf, 0x51, 0, kdfData(2, zeros(8)));
    bench.ok(op.nonce, 0x23, 0, count(3, 64));
    expect(toHex(bench.ok(op.kdf, 0x51, 0, kdfData(2, zeros(8))))).toBe(toHex(hmac(count(35, 32), zeros(8))));
  }),
  scenario('kdf.needs-alt-key', 'AltKeyBuf empty', (world) => {
    const bench = bench608(world);
    bench.refused(op.kdf, 0x53, 0, kdfData(2, zeros(8)));
    bench.ok(op.nonce, 0x83, 0, count(9, 32));
    expect(toHex(bench.ok(op.kdf, 0x53, 0, kdfData(2, zeros(8))))).toBe(toHex(hmac(count(9, 32), zeros(8))));
  }),
  scenario('kdf.target-slot', 'a locked or private target; an open one gets the key', (world) => {
    const bench = bench608(world, { slots: { ...slots, 2: { config: 0x0f8f }, 3: { locked: true } } });
    bench.refused(op.kdf, 0x4a, 0x0305, kdfData(2, zeros(8)));
    bench.refused(op.kdf, 0x4a, 0x0005, kdfData(2, zeros(8)));
    bench.ok(op.kdf, 0x4a, 0x0205, kdfData(2, zeros(8)));
    expect(toHex(bench.chip.inspect().slots[2]?.slice(0, 32) ?? zeros(0))).toBe(toHex(hmac(secretKey, zeros(8))));
    bench.ok(op.kdf, 0x42, 5, kdfData(2, zeros(8)));
    expect(toHex(tempKey(bench).slice(0, 32))).toBe(toHex(hmac(secretKey, zeros(8))));
  }),
  scenario('secure-boot.parse', 'mode 4, P2, a length that disagrees: 03', (world) => {
    const bench = bench608(world, bootable(1));
    bench.illegal(op.secureBoot, 4, 0, zeros(96));
    bench.illegal(op.secureBoot, 5, 1, zeros(96));
    bench.illegal(op.secureBoot, 5, 0, zeros(32));
    bench.illegal(op.secureBoot, 6, 0, zeros(96));
  }),
  scenario('secure-boot.needs-config-lock', 'SecureBoot of an open chip', (world) => {
    bench608(world, { ...bootable(1), lock: 'none' }).refused(op.secureBoot, 5, 0, concat(digest, signature));
  }),
  scenario('secure-boot.enabled', 'mode 0 in byte 70', (world) => {
    bench608(world, bootable(0)).refused(op.secureBoot, 5, 0, concat(digest, signature));
  }),
  scenario('secure-boot.public-slot', 'the named slot holds data', (world) => {
    const setup = { ...bootable(1), slots };
    bench608(world, setup).gives(0x0f, op.secureBoot, 5, 0, concat(digest, signature));
  }),
  scenario('secure-boot.verifies', 'Full: 00 for a good signature, 01 for another', (world) => {
    const bench = bench608(world, bootable(1));
    bench.ok(op.secureBoot, 5, 0, concat(digest, signature));
    bench.gives(1, op.secureBoot, 5, 0, concat(count(0, 32), signature));
  }),
  scenario('secure-boot.compares', 'FullDig: FullCopy stores the digest, FullStore compares it', (world) => {
    const bench = bench608(world, bootable(3));
    bench.gives(1, op.secureBoot, 6, 0, digest);
    bench.ok(op.secureBoot, 7, 0, concat(digest, signature));
    bench.ok(op.secureBoot, 6, 0, digest);
    bench.gives(1, op.secureBoot, 6, 0, count(0, 32));
    const sig = bench608(world, bootable(2));
    sig.ok(op.secureBoot, 7, 0, concat(digest, signature));
    sig.ok(op.secureBoot, 6, 0, digest);
    sig.gives(1, op.secureBoot, 6, 0, count(0, 32));
  }),
  scenario('secure-boot.mac-needs-io-key', 'bit 7 without IO protection key', (world) => {
    const setup = bootable(1);
    const bench = bench608(world, { ...setup, bytes: { ...setup.bytes, 90: 0 } });
    bench.load(count(0x11, 32));
    const h = sha(ioKey, count(0x11, 32));
    bench.refused(op.secureBoot, 0x85, 0, concat(xor(digest, h), signature));
  }),
  scenario('secure-boot.needs-temp-key', 'bit 7 without TempKey; with it the MAC of the page', (world) => {
    const bench = bench608(world, bootable(1));
    bench.refused(op.secureBoot, 0x85, 0, concat(xor(digest, sha(ioKey, zeros(32))), signature));
    bench.load(count(0x11, 32));
    const h = sha(ioKey, count(0x11, 32));
    const mac = bench.ok(op.secureBoot, 0x85, 0, concat(xor(digest, h), signature));
    expect(toHex(mac)).toBe(toHex(sha(h, digest, signature, [0x80, 0x85, 0, 0])));
  }),
];
