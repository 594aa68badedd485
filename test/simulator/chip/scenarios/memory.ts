import { expect } from 'vitest';
import {
  type Bench,
  concat,
  count,
  inSlot,
  KNOWN,
  op,
  privateSlot,
  sealed,
  secretKey,
  secretSlot,
  toHex,
  xor,
  zeros,
} from '../bench.ts';
import { type Scenario, scenario } from '../scenario.ts';

const words = count(0x10, 32);
const four = [1, 2, 3, 4];

/** Slot 1 is read and written encrypted under slot 4. */
const encrypted = {
  1: { config: 0x44c4, key: 0x001c, content: words },
  4: { config: 0x0f8f, key: 0x003c, content: secretKey },
};

/** Public-key slot that needs validation, with a given nibble. */
function validatable(nibble: number, config = 0x0f0f): { config: number; key: number; content: Uint8Array } {
  return { config, key: 0x0032, content: inSlot(KNOWN.publicKey, nibble) };
}

function slotByte(bench: Bench, slot: number): number {
  return bench.chip.inspect().slots[slot]?.[0] ?? -1;
}

function config(bench: Bench): Uint8Array {
  return bench.chip.inspect().config;
}

/** CRC as the page describes it, bit by bit. */
function crc(bytes: Uint8Array): number {
  let register = 0;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit += 1) {
      const top = register >> 15;
      register = (register << 1) & 0xffff;
      if (((byte >> bit) & 1) !== top) register ^= 0x8005;
    }
  }
  return register;
}

function counterAtEnd(): Record<number, number> {
  const bytes = [0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff];
  return Object.fromEntries(bytes.map((byte, i) => [52 + i, byte]));
}

const readScenarios: readonly Scenario[] = [
  scenario('read.parse', 'encryption bit, stray bits, data: 03 in every lock state', (world) => {
    for (const lock of ['none', 'config', 'data'] as const) {
      const bench = world.bench({ lock });
      bench.illegal(op.read, 0x40, 0);
      bench.illegal(op.read, 0x04, 0);
      bench.illegal(op.read, 0x00, 0, [0]);
    }
  }),
  scenario('read.address', 'block 4 of config, word 1 of block 1 in slot 0, block 3 of slot 9: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.read, 0x80, 0x20);
    bench.illegal(op.read, 0x03, 0);
    bench.illegal(op.read, 0x02, 0x0101);
    bench.illegal(op.read, 0x82, 0x0348);
    bench.ok(op.read, 0x02, 0x0100);
    bench.ok(op.read, 0x82, 0x0248);
    bench.ok(op.read, 0x82, 0x0c40);
  }),
  scenario('read.needs-data-lock', 'a clear slot and OTP are closed before data lock, open after', (world) => {
    for (const lock of ['none', 'config'] as const) {
      const bench = world.bench({ lock });
      bench.refused(op.read, 0x82, 0x50);
      bench.refused(op.read, 0x81, 0);
      bench.ok(op.read, 0x80, 0);
    }
    world.bench().ok(op.read, 0x82, 0x50);
  }),
  scenario(
    'read.otp-reserved-mode',
    'OTPmode 00 on a 508A hides OTP; AA and 55 do not; a 608 has no OTPmode',
    (world) => {
      world.bench({ bytes: { 18: 0 } }).refused(op.read, 0x81, 0);
      world.bench({ bytes: { 18: 0xaa } }).ok(op.read, 0x81, 0);
      world.bench({ bytes: { 18: 0x55 } }).ok(op.read, 0x81, 8);
      world.bench({ part: '608A', bytes: { 18: 0 } }).ok(op.read, 0x81, 0);
    },
  ),
  scenario('read.otp-hidden-words', 'other reading of OTPmode: words 0 and 1 hidden, the rest open', (world) => {
    const bench = world.bench({ switches: { otpMode: 'read-section' } });
    bench.refused(op.read, 1, 0);
    bench.refused(op.read, 1, 1);
    bench.refused(op.read, 0x81, 0);
    bench.ok(op.read, 1, 2);
    bench.ok(op.read, 0x81, 8);
    world.bench().ok(op.read, 1, 0);
  }),
  scenario('read.private-never', 'a private slot is not read even if its SlotConfig would allow it', (world) => {
    const bench = world.bench({ slots: { 0: { ...privateSlot, config: 0x0f0f } } });
    bench.refused(op.read, 0x82, 0);
    bench.refused(op.read, 2, 0);
  }),
  scenario('read.secret-never', 'IsSecret without EncryptRead', (world) => {
    world.bench({ slots: { 5: secretSlot } }).refused(op.read, 0x82, 0x28);
  }),
  scenario('read.prohibited-combination', 'EncryptRead without IsSecret, even with the right TempKey', (world) => {
    const bench = world.bench({ slots: { ...encrypted, 1: { config: 0x4444, key: 0x001c } } });
    bench.session(4, secretKey);
    bench.refused(op.read, 0x82, 8);
  }),
  scenario('read.secret-32-only', 'four bytes of an encrypted slot', (world) => {
    const bench = world.bench({ slots: encrypted });
    bench.session(4, secretKey);
    bench.refused(op.read, 2, 8);
  }),
  scenario(
    'read.encrypted-temp-key',
    'without GenDig no encrypted read; with it the data comes XOR TempKey',
    (world) => {
      const bench = world.bench({ slots: encrypted });
      const session = bench.session(4, secretKey);
      expect(toHex(xor(bench.ok(op.read, 0x82, 8), session))).toBe(toHex(words));
      bench.refused(op.read, 0x82, 8);
      // KeyID of a Nonce is 0, so ReadKey 0 alone would let it through.
      const zero = world.bench({ slots: { ...encrypted, 1: { config: 0x40c0, key: 0x001c } } });
      zero.nonce();
      zero.refused(op.read, 0x82, 8);
    },
  ),
  scenario('read.encrypted-key-id', 'GenDig of another slot', (world) => {
    const bench = world.bench({ slots: { ...encrypted, 6: secretSlot } });
    bench.session(6, secretKey);
    bench.refused(op.read, 0x82, 8);
  }),
  scenario('read.encrypted-random', 'TempKey from host input', (world) => {
    const bench = world.bench({ slots: encrypted });
    bench.session(4, secretKey, false);
    bench.refused(op.read, 0x82, 8);
  }),
];

const writeScenarios: readonly Scenario[] = [
  scenario('write.parse', 'stray bits: 03', (world) => {
    world.bench({ lock: 'none' }).illegal(op.write, 0x04, 4, four);
    world.bench().illegal(op.write, 0xa2, 0x50, zeros(32));
  }),
  scenario('write.length', 'size bit and bytes disagree, MAC without bit 6 before data lock: 03', (world) => {
    world.bench({ lock: 'none' }).illegal(op.write, 0x80, 8, zeros(31));
    world.bench({ lock: 'none' }).illegal(op.write, 0x00, 4, zeros(32));
    world.bench({ lock: 'config' }).illegal(op.write, 0x82, 0x50, zeros(64));
    world.bench({ lock: 'config' }).illegal(op.write, 0xc2, 0x50, zeros(32));
  }),
  scenario('write.address', 'a block that does not exist: 03', (world) => {
    world.bench({ lock: 'none' }).illegal(op.write, 0x80, 0x20, zeros(32));
    world.bench({ lock: 'config' }).illegal(op.write, 0x82, 0x0200, zeros(32));
  }),
  scenario('write.config-encrypted', 'bit 6 on the configuration zone', (world) => {
    const bench = world.bench({ lock: 'none' });
    bench.refused(op.write, 0xc0, 8, zeros(64));
    expect(config(bench)[20]).toBe(0x0f);
  }),
  scenario('write.config-locked', 'a word of the configuration zone after config lock', (world) => {
    const open = world.bench({ lock: 'none' });
    open.ok(op.write, 0, 4, [0xc0, 0, 0x55, 4]);
    expect(toHex(config(open).slice(16, 20))).toBe('C0005504');
    for (const lock of ['config', 'data'] as const) {
      const bench = world.bench({ lock });
      bench.refused(op.write, 0, 4, [0xc0, 0, 0x55, 4]);
      bench.refused(op.write, 0x80, 8, zeros(32));
    }
  }),
  scenario('write.config-identity', 'words 0..3 and the whole block 0 stay', (world) => {
    const bench = world.bench({ lock: 'none' });
    const before = toHex(config(bench));
    for (let word = 0; word < 4; word += 1) bench.refused(op.write, 0, word, four);
    bench.refused(op.write, 0x80, 0, zeros(32));
    expect(toHex(config(bench))).toBe(before);
  }),
  scenario('write.config-lock-bytes', 'word 21 and the whole block 2 stay; words 20 and 22 are writable', (world) => {
    const bench = world.bench({ lock: 'none' });
    bench.refused(op.write, 0, 0x15, zeros(4));
    bench.refused(op.write, 0x80, 0x10, zeros(32));
    bench.ok(op.write, 0, 0x14, four);
    bench.ok(op.write, 0, 0x16, [0xff, 0xff, 0, 0]);
    expect(bench.chip.inspect().configLocked).toBe(false);
  }),
  scenario('write.otp-needs-config-lock', 'OTP before config lock', (world) => {
    world.bench({ lock: 'none' }).refused(op.write, 0x81, 0, zeros(32));
    const bench = world.bench({ lock: 'config' });
    bench.ok(op.write, 0x81, 0, words);
    expect(toHex(bench.chip.inspect().otp.slice(0, 32))).toBe(toHex(words));
  }),
  scenario('write.data-needs-config-lock', 'data before config lock', (world) => {
    world.bench({ lock: 'none' }).refused(op.write, 0x82, 0x50, words);
    world.bench({ lock: 'config' }).ok(op.write, 0x82, 0x50, words);
  }),
  scenario('write.unlocked-32-only', 'four bytes before data lock, slot and OTP', (world) => {
    const bench = world.bench({ lock: 'config' });
    bench.refused(op.write, 2, 0x50, four);
    bench.refused(op.write, 1, 0, four);
  }),
  scenario('write.otp-read-only', 'OTPmode AA after data lock; a 608 too', (world) => {
    world.bench().refused(op.write, 0x81, 0, zeros(32));
    world.bench({ part: '608A', bytes: { 18: 0x55 } }).refused(op.write, 0x81, 0, zeros(32));
    world.bench({ bytes: { 18: 0x55 } }).ok(op.write, 0x81, 0, zeros(32));
  }),
  scenario('write.otp-locked-plain', 'encrypted OTP write after data lock', (world) => {
    const bench = world.bench({ bytes: { 18: 0x55 }, slots: encrypted });
    const session = bench.session(4, secretKey);
    bench.refused(op.write, 0xc1, 0, sealed(session, 0xc1, 0, zeros(32)));
  }),
  scenario('write.otp-consumption', 'F0 then 3C leaves 30', (world) => {
    const bench = world.bench({ bytes: { 18: 0x55 } });
    bench.ok(op.write, 1, 2, [0xf0, 0xf0, 0, 0xff]);
    bench.ok(op.write, 1, 2, [0x3c, 0xff, 0xff, 0xff]);
    expect(toHex(bench.chip.inspect().otp.slice(8, 12))).toBe('30F000FF');
  }),
  scenario('write.private-slot', 'Write to a private slot before and after data lock', (world) => {
    for (const lock of ['config', 'data'] as const) {
      const bench = world.bench({ lock, slots: { 0: { ...privateSlot, config: 0x0f87 } } });
      bench.refused(op.write, 0x82, 0, zeros(32));
    }
  }),
  scenario('write.slot-locked', 'a locked slot, before and after data lock', (world) => {
    for (const lock of ['config', 'data'] as const) {
      const bench = world.bench({ lock, slots: { 10: { locked: true } } });
      bench.refused(op.write, 0x82, 0x50, zeros(32));
      bench.ok(op.write, 0x82, 0x58, zeros(32));
    }
  }),
  scenario(
    'write.never',
    'WriteConfig 0010, 0011, 1000, 1001, 1010, 1011 after data lock; before it all are open',
    (world) => {
      for (const nibble of [2, 3, 8, 9, 10, 11]) {
        const slots = { 10: { config: (nibble << 12) | 0x0f0f } };
        world.bench({ slots }).refused(op.write, 0x82, 0x50, zeros(32));
        world.bench({ slots, lock: 'config' }).ok(op.write, 0x82, 0x50, zeros(32));
      }
    },
  ),
  scenario('write.pub-invalid', 'WriteConfig 0001: refused while validated, open once invalid', (world) => {
    world.bench({ slots: { 14: validatable(5, 0x1f0f) } }).refused(op.write, 0x82, 0x70, zeros(32));
    world.bench({ slots: { 14: validatable(0xa, 0x1f0f) } }).ok(op.write, 0x82, 0x70, zeros(32));
  }),
  scenario('write.locked-4-only-clear', 'four bytes: Always and clear yes; secret or PubInvalid no', (world) => {
    world.bench().ok(op.write, 2, 0x50, four);
    world.bench({ slots: { 10: { config: 0x0f8f } } }).refused(op.write, 2, 0x50, four);
    world.bench({ slots: { 14: validatable(0xa, 0x1f0f) } }).refused(op.write, 2, 0x70, four);
  }),
  scenario('write.plain-without-mac', '64 bytes to an Always slot after data lock', (world) => {
    const bench = world.bench();
    bench.refused(op.write, 0xc2, 0x50, zeros(64));
    bench.ok(op.write, 0xc2, 0x50, words);
    expect(toHex(bench.chip.inspect().slots[10]?.slice(0, 32) ?? zeros(0))).toBe(toHex(words));
  }),
  scenario(
    'write.encrypted-only',
    'plain write to an Encrypt slot; encrypted with P1 82 and with C2 both go',
    (world) => {
      const plain = world.bench({ slots: encrypted });
      plain.session(4, secretKey);
      plain.refused(op.write, 0x82, 8, words);
      for (const p1 of [0x82, 0xc2]) {
        const bench = world.bench({ slots: encrypted });
        const session = bench.session(4, secretKey);
        bench.ok(op.write, p1, 8, sealed(session, p1, 8, count(0x77, 32)));
        expect(toHex(bench.chip.inspect().slots[1]?.slice(0, 32) ?? zeros(0))).toBe(toHex(count(0x77, 32)));
      }
      // A MAC made of zeros cannot pass for a plain write either.
      expect(plain.chip.inspect().slots[1]?.[0]).toBe(words[0]);
    },
  ),
  scenario('write.encrypted-temp-key', 'a Nonce alone is no session, before and after data lock', (world) => {
    const before = world.bench({ lock: 'config', slots: encrypted });
    const tempKey = before.nonce();
    before.refused(op.write, 0xc2, 8, sealed(tempKey, 0xc2, 8, words));
    const after = world.bench({ slots: { ...encrypted, 1: { config: 0x40c4, key: 0x001c } } });
    const fresh = after.nonce();
    after.refused(op.write, 0xc2, 8, sealed(fresh, 0xc2, 8, words));
  }),
  scenario('write.encrypted-key-id', 'after data lock only WriteKey counts; before it any GenDig', (world) => {
    const slots = { ...encrypted, 6: secretSlot };
    const bench = world.bench({ slots });
    bench.refused(op.write, 0xc2, 8, sealed(bench.session(6, secretKey), 0xc2, 8, words));
    bench.ok(op.write, 0xc2, 8, sealed(bench.session(4, secretKey), 0xc2, 8, words));
    const open = world.bench({ slots, lock: 'config' });
    open.ok(op.write, 0xc2, 8, sealed(open.session(6, secretKey), 0xc2, 8, words));
  }),
  scenario('write.encrypted-mac', 'one bit of the MAC, or a MAC over another P1: nothing written', (world) => {
    const bench = world.bench({ slots: encrypted });
    const data = sealed(bench.session(4, secretKey), 0xc2, 8, count(0, 32));
    data[63] = (data[63] ?? 0) ^ 1;
    bench.refused(op.write, 0xc2, 8, data);
    bench.refused(op.write, 0xc2, 8, sealed(bench.session(4, secretKey), 0x82, 8, count(0, 32)));
    expect(bench.chip.inspect().slots[1]?.[0]).toBe(words[0]);
  }),
  scenario('write.invalidates-public-key', 'writing any block of a validated key sets its nibble to A', (world) => {
    const first = world.bench({ slots: { 14: validatable(5) } });
    first.ok(op.write, 0x82, 0x70, count(0x53, 32));
    expect(slotByte(first, 14)).toBe(0xa3);
    const later = world.bench({ slots: { 14: validatable(5) } });
    later.ok(op.write, 0x82, 0x0170, zeros(32));
    expect(slotByte(later, 14)).toBe(0xa0);
    const plainKey = world.bench({ slots: { 14: { ...validatable(5), key: 0x0030 } } });
    plainKey.ok(op.write, 0x82, 0x70, count(0x53, 32));
    expect(slotByte(plainKey, 14)).toBe(0x53);
  }),
];

const lockScenarios: readonly Scenario[] = [
  scenario('lock.parse', 'zone 3, bit 6, slot bits with a zone, data: 03', (world) => {
    const bench = world.bench({ lock: 'none' });
    bench.illegal(op.lock, 0x83, 0);
    bench.illegal(op.lock, 0xc0, 0);
    bench.illegal(op.lock, 0x84, 0);
    bench.illegal(op.lock, 0x80, 0, [0]);
  }),
  scenario('lock.config-once', 'the second config lock', (world) => {
    const bench = world.bench({ lock: 'none' });
    bench.ok(op.lock, 0x80, 0);
    expect(config(bench)[87]).toBe(0);
    bench.refused(op.lock, 0x80, 0);
  }),
  scenario('lock.config-crc', 'a CRC over the zone as it is, lock bytes 55 55 included', (world) => {
    const bench = world.bench({ lock: 'none' });
    const right = crc(config(bench));
    bench.refused(op.lock, 0, right ^ 1);
    expect(bench.chip.inspect().configLocked).toBe(false);
    bench.ok(op.lock, 0, right);
    expect(bench.chip.inspect().configLocked).toBe(true);
  }),
  scenario('lock.data-needs-config-lock', 'data lock first', (world) => {
    world.bench({ lock: 'none' }).refused(op.lock, 0x81, 0);
    world.bench({ lock: 'config' }).ok(op.lock, 0x81, 0);
  }),
  scenario('lock.data-once', 'the second data lock', (world) => {
    world.bench().refused(op.lock, 0x81, 0);
  }),
  scenario('lock.data-crc', 'a CRC over slots and OTP', (world) => {
    const bench = world.bench({ lock: 'config' });
    const { slots, otp } = bench.chip.inspect();
    const right = crc(concat(...slots, otp));
    bench.refused(op.lock, 1, right ^ 0x8000);
    expect(bench.chip.inspect().dataLocked).toBe(false);
    bench.ok(op.lock, 1, right);
    expect(config(bench)[86]).toBe(0);
  }),
  scenario('lock.data-crc-skips-private', 'private slots are left out', (world) => {
    const bench = world.bench({ lock: 'config', slots: { 0: privateSlot, 7: privateSlot } });
    const { slots, otp } = bench.chip.inspect();
    const counted = slots.filter((_, slot) => slot !== 0 && slot !== 7);
    bench.ok(op.lock, 1, crc(concat(...counted, otp)));
  }),
  scenario('lock.slot-needs-config-lock', 'slot lock of an open chip', (world) => {
    world.bench({ lock: 'none' }).refused(op.lock, 0x2a, 0);
    world.bench({ lock: 'config' }).ok(op.lock, 0x2a, 0);
  }),
  scenario('lock.slot-lockable', 'KeyConfig without Lockable', (world) => {
    const bench = world.bench({ slots: { 10: { key: 0x001c } } });
    bench.refused(op.lock, 0x2a, 0);
    bench.ok(op.lock, 0x2e, 0);
    expect(toHex(config(bench).slice(88, 90))).toBe('FFF7');
  }),
  scenario('lock.slot-once', 'a locked slot again', (world) => {
    const bench = world.bench();
    bench.ok(op.lock, 0x2a, 0);
    bench.refused(op.lock, 0x2a, 0);
  }),
];

const smallScenarios: readonly Scenario[] = [
  scenario('update-extra.parse', 'mode 3, value above FF, slot 16, data: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.updateExtra, 3, 0);
    bench.illegal(op.updateExtra, 0, 0x100);
    bench.illegal(op.updateExtra, 2, 16);
    bench.illegal(op.updateExtra, 0, 0, [0]);
  }),
  scenario('update-extra.84-once', 'byte 84 is set once', (world) => {
    const bench = world.bench({ lock: 'config' });
    bench.ok(op.updateExtra, 0, 0x5a);
    expect(config(bench)[84]).toBe(0x5a);
    bench.refused(op.updateExtra, 0, 0x5b);
  }),
  scenario('update-extra.85-selector-mode', '508A: free with SelectorMode 0, once with 1', (world) => {
    const free = world.bench({ bytes: { 85: 1 } });
    free.ok(op.updateExtra, 1, 0xc0);
    free.ok(op.updateExtra, 1, 0x01);
    const once = world.bench({ bytes: { 19: 1 } });
    once.ok(op.updateExtra, 1, 0xc0);
    once.refused(op.updateExtra, 1, 0x01);
  }),
  scenario('update-extra.85-once-608', '608: once, whatever ChipMode says', (world) => {
    const bench = world.bench({ part: '608B' });
    bench.ok(op.updateExtra, 1, 0xd0);
    bench.refused(op.updateExtra, 1, 0xd2);
  }),
  scenario('update-extra.limited-use-slot', 'mode 02 counts Counter[0] up for a LimitedUse slot only', (world) => {
    const bench = world.bench({ slots: { 7: { config: 0x8faf } } });
    bench.refused(op.updateExtra, 2, 6);
    bench.ok(op.updateExtra, 2, 7);
    expect(toHex(bench.ok(op.counter, 0, 0))).toBe('01000000');
  }),
  scenario('counter.parse', 'P1 2, counter 2, data: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.counter, 2, 0);
    bench.illegal(op.counter, 0, 2);
    bench.illegal(op.counter, 0, 0, [0]);
  }),
  scenario('counter.maximum', 'no step beyond 2097151', (world) => {
    const bench = world.bench({ bytes: counterAtEnd() });
    expect(toHex(bench.ok(op.counter, 0, 0))).toBe('FFFF1F00');
    bench.refused(op.counter, 1, 0);
  }),
  scenario('key.limited-use', 'a LimitedUse key counts its uses and ends with the counter', (world) => {
    const slots = { 7: { ...secretSlot, config: 0x8faf } };
    const bench = world.bench({ slots });
    bench.ok(op.mac, 0, 7, zeros(32));
    bench.ok(op.mac, 0, 7, zeros(32));
    expect(toHex(bench.ok(op.counter, 0, 0))).toBe('02000000');
    world.bench({ slots, bytes: counterAtEnd() }).refused(op.mac, 0, 7, zeros(32));
    world.bench({ slots, bytes: counterAtEnd(), lock: 'config' }).ok(op.mac, 0, 7, zeros(32));
  }),
  scenario('key.last-key-use', 'slot 15 of a 508A: 128 uses, bit by bit', (world) => {
    const full = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [68 + i, 0xff]));
    const empty = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [68 + i, 0]));
    const slots = { 15: { ...secretSlot, config: 0x8faf } };
    const bench = world.bench({ slots, bytes: full });
    bench.ok(op.mac, 0, 15, zeros(32));
    expect(toHex(config(bench).slice(68, 70))).toBe('7FFF');
    for (let use = 1; use < 9; use += 1) bench.ok(op.mac, 0, 15, zeros(32));
    expect(toHex(config(bench).slice(68, 70))).toBe('007F');
    world.bench({ slots, bytes: empty }).refused(op.mac, 0, 15, zeros(32));
  }),
  scenario('info.parse', 'mode 9, slot 16, P2 with revision, data; 04 on a 508A and 03 on a 608: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.info, 9, 0);
    bench.illegal(op.info, 1, 16);
    bench.illegal(op.info, 0, 1);
    bench.illegal(op.info, 0, 0, [0]);
    bench.illegal(op.info, 4, 0);
    world.bench({ part: '608A' }).illegal(op.info, 3, 0);
  }),
  scenario('info.keeps-temp-key', 'Info, right or wrong, between Nonce and Sign', (world) => {
    const bench = world.bench({ slots: { 0: privateSlot } });
    bench.load(zeros(32));
    bench.ok(op.info, 0, 0);
    bench.ok(op.info, 1, 0);
    bench.illegal(op.info, 9, 0);
    bench.ok(op.info, 2, 0);
    bench.ok(op.sign, 0x80, 0);
  }),
  scenario('info.key-valid-needs-validation', 'KeyValid of public keys', (world) => {
    const bench = world.bench({
      slots: {
        0: privateSlot,
        1: { config: 0x2087, key: 0x0033 },
        11: { key: 0x0030 },
        13: validatable(5),
        14: validatable(0xa),
      },
    });
    const valid = (slot: number): number | undefined => bench.ok(op.info, 1, slot)[0];
    expect([valid(0), valid(1), valid(10), valid(11), valid(13), valid(14)]).toEqual([1, 0, 0, 1, 1, 0]);
  }),
  scenario('pause.parse', 'P2 or data: 03', (world) => {
    world.bench().illegal(op.pause, 0, 1);
    world.bench().illegal(op.pause, 0, 0, [0]);
  }),
  scenario('pause.other-selector-idles', 'another Selector: silent and idle, TempKey kept', (world) => {
    const bench = world.bench({ bytes: { 85: 3 } });
    bench.ok(op.pause, 3, 0);
    bench.load(zeros(32));
    expect(() => bench.say(op.pause, 4, 0)).toThrow('acknowledge');
    expect(bench.chip.inspect().mode).toBe('idle');
  }),
];

export const memoryScenarios: readonly Scenario[] = [
  ...readScenarios,
  ...writeScenarios,
  ...lockScenarios,
  ...smallScenarios,
];
