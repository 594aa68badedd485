import { expect } from 'vitest';
import {
  checkMacResponse,
  concat,
  count,
  genDig,
  hmac,
  inSlot,
  KNOWN,
  op,
  privateSlot,
  SN,
  secretKey,
  secretSlot,
  sha,
  snShort,
  toHex,
  zeros,
} from '../bench.ts';
import { type Scenario, scenario } from '../scenario.ts';

const noMacSlot = { config: 0x8f9f, key: 0x001c, content: secretKey };
const slots = { 0: privateSlot, 5: secretSlot, 6: noMacSlot };
const challenge = count(0x80, 32);
const loaded = count(0xa0, 32);

function tempKey(bench: { chip: { inspect(): { tempKey: { value: Uint8Array } } } }): string {
  return toHex(bench.chip.inspect().tempKey.value.slice(0, 32));
}

const nonceScenarios: readonly Scenario[] = [
  scenario('random.parse', 'P1 02, P2 1, data: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.random, 2, 0);
    bench.illegal(op.random, 0, 1);
    bench.illegal(op.random, 0, 0, [0]);
  }),
  scenario('nonce.parse', 'mode 02, 608 bits on a 508A, P2 1, calculation bit with mode 03: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.nonce, 2, 0, zeros(20));
    bench.illegal(op.nonce, 0x43, 0, zeros(32));
    bench.illegal(op.nonce, 0, 1, zeros(20));
    bench.illegal(op.nonce, 3, 0x8000, zeros(32));
    const later = world.bench({ part: '608A' });
    later.illegal(op.nonce, 0x40, 0, zeros(20));
    later.illegal(op.nonce, 0xc3, 0, zeros(32));
    later.illegal(op.nonce, 0xa3, 0, zeros(64));
    for (const [p1, length] of [
      [0x03, 32],
      [0x23, 64],
      [0x43, 32],
      [0x63, 64],
      [0x83, 32],
    ] as const) {
      later.ok(op.nonce, p1, 0, zeros(length));
    }
  }),
  scenario('nonce.length', '19, 21, 31, 33 bytes; 64 without bit 5: 03', (world) => {
    const bench = world.bench({ part: '608A' });
    bench.illegal(op.nonce, 0, 0, zeros(19));
    bench.illegal(op.nonce, 0, 0, zeros(21));
    bench.illegal(op.nonce, 3, 0, zeros(31));
    bench.illegal(op.nonce, 3, 0, zeros(33));
    bench.illegal(op.nonce, 3, 0, zeros(64));
    bench.illegal(op.nonce, 0x23, 0, zeros(32));
  }),
  scenario('nonce.source-flag', 'Info State bit 4: 1 after pass-through, 0 after a random Nonce', (world) => {
    const bench = world.bench();
    bench.load(loaded);
    expect(bench.state().flags).toBe(0x10);
    bench.nonce();
    expect(bench.state().flags).toBe(0);
  }),
  scenario('nonce.calc-needs-temp-key', 'calculation without TempKey; with it the new value comes back', (world) => {
    const bench = world.bench();
    bench.refused(op.nonce, 0, 0x8000, zeros(20));
    bench.load(loaded);
    const expected = toHex(sha(loaded, zeros(20), [0x16, 1, 0]));
    expect(toHex(bench.ok(op.nonce, 1, 0x8000, zeros(20)))).toBe(expected);
    expect(tempKey(bench)).toBe(expected);
    expect(bench.chip.counters.rngSeedUpdates).toBe(0);
  }),
  scenario('nonce.calc-keeps-flags', 'flags of a GenDig survive the calculation', (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.ok(op.genDig, 2, 5);
    bench.ok(op.nonce, 0, 0x8000, zeros(20));
    expect(bench.state().flags).toBe(0x35);
  }),
];

function macOf(p1: number, slot: number, block2: Uint8Array, full: boolean): string {
  const tail = full
    ? concat(zeros(11), [SN[8] ?? 0], SN.subarray(4, 8), SN.subarray(0, 2), SN.subarray(2, 4))
    : concat(zeros(11), [SN[8] ?? 0], zeros(4), SN.subarray(0, 2), zeros(2));
  return toHex(sha(secretKey, block2, [8, p1, slot, 0], tail));
}

const macScenarios: readonly Scenario[] = [
  scenario('mac.parse', 'OTP bits, slot 16, challenge missing or too much: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.mac, 0x10, 5, challenge);
    bench.illegal(op.mac, 0x20, 5, challenge);
    bench.illegal(op.mac, 0, 16, challenge);
    bench.illegal(op.mac, 0, 5);
    bench.illegal(op.mac, 1, 5, challenge);
  }),
  scenario('mac.needs-config-lock', 'MAC of an open chip', (world) => {
    world.bench({ lock: 'none', slots }).refused(op.mac, 0, 5, challenge);
  }),
  scenario('mac.private-slot', 'a private slot as key', (world) => {
    world.bench({ slots }).refused(op.mac, 0, 0, challenge);
  }),
  scenario('mac.no-mac', "a NoMac slot; another slot answers the page's digest", (world) => {
    const bench = world.bench({ slots });
    bench.refused(op.mac, 0, 6, challenge);
    expect(toHex(bench.ok(op.mac, 0, 5, challenge))).toBe(macOf(0, 5, challenge, false));
    expect(toHex(bench.ok(op.mac, 0x40, 5, challenge))).toBe(macOf(0x40, 5, challenge, true));
  }),
  scenario('mac.no-mac-temp-key', 'TempKey made from a NoMac slot', (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.ok(op.genDig, 2, 6, [0x15, 2, 6, 0]);
    bench.refused(op.mac, 5, 5);
  }),
  scenario('mac.needs-temp-key', 'block 2 from an empty TempKey', (world) => {
    const bench = world.bench({ slots });
    bench.refused(op.mac, 1, 5);
    bench.load(loaded);
    expect(toHex(bench.ok(op.mac, 5, 5))).toBe(macOf(5, 5, loaded, false));
  }),
  scenario('mac.source-flag', 'bit 2 must say where TempKey came from', (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.refused(op.mac, 1, 5);
    bench.nonce();
    bench.refused(op.mac, 5, 5);
    bench.nonce();
    bench.ok(op.mac, 1, 5);
  }),
  scenario('hmac.parse', 'stray bits, slot 16, data: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.hmac, 1, 5);
    bench.illegal(op.hmac, 4, 16);
    bench.illegal(op.hmac, 4, 5, [0]);
  }),
  scenario('hmac.needs-config-lock', 'HMAC of an open chip', (world) => {
    const bench = world.bench({ lock: 'none', slots });
    bench.load(loaded);
    bench.refused(op.hmac, 4, 5);
  }),
  scenario('hmac.private-slot', 'a private slot as key', (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.refused(op.hmac, 4, 0);
  }),
  scenario('hmac.no-mac', "a NoMac slot; another slot answers the page's HMAC", (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.refused(op.hmac, 4, 6);
    bench.load(loaded);
    const tail = concat(zeros(11), [SN[8] ?? 0], zeros(4), SN.subarray(0, 2), zeros(2));
    const expected = hmac(secretKey, concat(zeros(32), loaded, [0x11, 4, 5, 0], tail));
    expect(toHex(bench.ok(op.hmac, 4, 5))).toBe(toHex(expected));
  }),
  scenario('hmac.no-mac-temp-key', 'TempKey made from a NoMac slot', (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.ok(op.genDig, 2, 6, [0x15, 2, 6, 0]);
    bench.refused(op.hmac, 4, 5);
  }),
  scenario('hmac.needs-temp-key', 'an empty TempKey', (world) => {
    world.bench({ slots }).refused(op.hmac, 0, 5);
  }),
  scenario('hmac.source-flag', 'bit 2 must say where TempKey came from', (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.refused(op.hmac, 0, 5);
  }),
];

function proofOf(key: Uint8Array, second: Uint8Array, otp8?: Uint8Array): Uint8Array {
  const otherData = count(0xa0, 13);
  return concat(challenge, checkMacResponse(key, second, otherData, SN, otp8), otherData);
}

const checkMacScenarios: readonly Scenario[] = [
  scenario('check-mac.parse', 'stray bits, slot 16, 76 bytes; bit 5 on a 508A: 03', (world) => {
    const bench = world.bench({ slots });
    const data = proofOf(secretKey, challenge);
    bench.illegal(op.checkMac, 0x40, 5, data);
    bench.illegal(op.checkMac, 0, 16, data);
    bench.illegal(op.checkMac, 0, 5, data.subarray(1));
    bench.illegal(op.checkMac, 0x20, 5, data);
    world.bench({ part: '608A', slots }).ok(op.checkMac, 0x20, 5, proofOf(secretKey, challenge, zeros(8).fill(0xff)));
  }),
  scenario('check-mac.needs-config-lock', 'CheckMac of an open chip', (world) => {
    world.bench({ lock: 'none', slots }).refused(op.checkMac, 0, 5, proofOf(secretKey, challenge));
    world.bench({ lock: 'config', slots }).ok(op.checkMac, 0, 5, proofOf(secretKey, challenge));
  }),
  scenario('check-mac.private-slot', 'a private slot as key', (world) => {
    world
      .bench({ slots })
      .refused(op.checkMac, 0, 0, proofOf(concat(zeros(4), KNOWN.privateKey).subarray(0, 32), challenge));
  }),
  scenario('check-mac.ignores-no-mac', 'a NoMac slot proves and authorises', (world) => {
    const bench = world.bench({ slots });
    bench.authorise(6, secretKey);
    expect(bench.state().auth).toBe(true);
  }),
  scenario('check-mac.needs-temp-key', 'mode 01 with an empty TempKey', (world) => {
    world.bench({ slots }).refused(op.checkMac, 1, 5, proofOf(secretKey, zeros(32)));
  }),
  scenario('check-mac.source-flag', 'bit 2 must say where TempKey came from', (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.refused(op.checkMac, 1, 5, proofOf(secretKey, loaded));
    bench.load(loaded);
    bench.ok(op.checkMac, 5, 5, proofOf(secretKey, loaded));
  }),
  scenario('check-mac.compares', 'another response: 01', (world) => {
    const bench = world.bench({ slots });
    bench.ok(op.checkMac, 0, 5, proofOf(secretKey, challenge));
    bench.gives(1, op.checkMac, 0, 5, proofOf(count(1, 32), challenge));
    expect(bench.chip.counters).toMatchObject({ checkMacs: 2, checkMacMatches: 1 });
  }),
  scenario('check-mac.copy', 'even slot 4 proves, slot 5 (ReadKey 0) is in TempKey', (world) => {
    const bench = world.bench({ slots: { 4: secretSlot, 5: { config: 0x8f80, key: 0x001c, content: count(7, 32) } } });
    bench.load(loaded);
    bench.ok(op.checkMac, 5, 4, proofOf(secretKey, loaded));
    expect(bench.state().tempKey).toBe(true);
    expect(tempKey(bench)).toBe(toHex(count(7, 32)));
    expect(bench.state().flags & 0x10).toBe(0x10);
  }),
  scenario('check-mac.copy-read-key', 'ReadKey F: no copy, TempKey is used up', (world) => {
    const bench = world.bench({ slots: { 4: secretSlot, 5: secretSlot } });
    bench.load(loaded);
    bench.ok(op.checkMac, 5, 4, proofOf(secretKey, loaded));
    expect(bench.state().tempKey).toBe(false);
  }),
];

const genDigScenarios: readonly Scenario[] = [
  scenario(
    'gen-dig.parse',
    'zone 6, config block 4, OTP block 2, slot 16, 3 bytes, zone 3 without input: 03',
    (world) => {
      const bench = world.bench();
      bench.illegal(op.genDig, 6, 0);
      bench.illegal(op.genDig, 0, 4);
      bench.illegal(op.genDig, 1, 2);
      bench.illegal(op.genDig, 2, 16);
      bench.illegal(op.genDig, 2, 4, [1, 2, 3]);
      bench.illegal(op.genDig, 3, 0);
      bench.illegal(op.genDig, 4, 2);
    },
  ),
  scenario('gen-dig.needs-config-lock', 'GenDig of an open chip', (world) => {
    const bench = world.bench({ lock: 'none', slots });
    bench.load(loaded);
    bench.refused(op.genDig, 2, 5);
  }),
  scenario('gen-dig.needs-temp-key', 'without a Nonce; with it the digest of the page', (world) => {
    const bench = world.bench({ slots });
    bench.refused(op.genDig, 2, 5);
    bench.load(loaded);
    bench.ok(op.genDig, 2, 5);
    expect(tempKey(bench)).toBe(toHex(genDig(secretKey, 5, loaded)));
    expect(bench.state().flags).toBe(0x35);
  }),
  scenario('gen-dig.private-slot', 'a private slot as source', (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.refused(op.genDig, 2, 0);
  }),
  scenario('gen-dig.no-mac-other-data', 'a NoMac slot without OtherData', (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.refused(op.genDig, 2, 6);
    bench.load(loaded);
    bench.ok(op.genDig, 2, 6, [0x15, 2, 6, 0]);
  }),
  scenario(
    'gen-dig.no-mac-hashes-other-data',
    'OtherData of the host is hashed for a NoMac slot, ignored for another',
    (world) => {
      const bench = world.bench({ slots });
      const other = [9, 8, 7, 6];
      bench.load(loaded);
      bench.ok(op.genDig, 2, 6, other);
      expect(tempKey(bench)).toBe(toHex(sha(secretKey, other, snShort(SN), zeros(25), loaded)));
      bench.load(loaded);
      bench.ok(op.genDig, 2, 5, other);
      expect(tempKey(bench)).toBe(toHex(genDig(secretKey, 5, loaded)));
    },
  ),
  scenario('gen-dig.no-mac-flag', 'Info State bit 7', (world) => {
    const bench = world.bench({ slots });
    bench.load(loaded);
    bench.ok(op.genDig, 2, 6, [0x15, 2, 6, 0]);
    expect(bench.state().flags).toBe(0xb6);
  }),
];

const roll = { config: 0x2f8f, key: 0x001c, content: count(0x20, 32) };
const create = { config: 0x358f, key: 0x001c, content: count(0x20, 32) };

function derived(source: Uint8Array, p1: number, slot: number): string {
  return toHex(sha(source, [0x1c, p1, slot, 0], snShort(SN), zeros(25), loaded));
}

function key32(world: { chip: { inspect(): { slots: readonly Uint8Array[] } } }, slot: number): string {
  return toHex(world.chip.inspect().slots[slot]?.slice(0, 32) ?? zeros(0));
}

const deriveScenarios: readonly Scenario[] = [
  scenario('derive-key.parse', 'stray bits, slot 16, 31 bytes: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.deriveKey, 1, 1);
    bench.illegal(op.deriveKey, 4, 16);
    bench.illegal(op.deriveKey, 4, 1, zeros(31));
  }),
  scenario('derive-key.needs-config-lock', 'DeriveKey of an open chip', (world) => {
    const bench = world.bench({ lock: 'none', slots: { 1: roll } });
    bench.load(loaded);
    bench.refused(op.deriveKey, 4, 1);
  }),
  scenario(
    'derive-key.write-config',
    'bit 13 clear, before and after data lock; set: the rolled key of the page',
    (world) => {
      for (const lock of ['config', 'data'] as const) {
        const bench = world.bench({ lock, slots: { 1: roll, 2: { ...roll, config: 0x0f8f } } });
        bench.load(loaded);
        bench.refused(op.deriveKey, 4, 2);
        bench.load(loaded);
        bench.ok(op.deriveKey, 4, 1);
        expect(key32(bench, 1)).toBe(derived(roll.content, 4, 1));
      }
    },
  ),
  scenario('derive-key.private-slot', 'a private slot as target', (world) => {
    const bench = world.bench({ slots: { 0: privateSlot } });
    bench.load(loaded);
    bench.refused(op.deriveKey, 4, 0);
  }),
  scenario('derive-key.slot-locked', 'a locked target', (world) => {
    const bench = world.bench({ slots: { 1: { ...roll, locked: true } } });
    bench.load(loaded);
    bench.refused(op.deriveKey, 4, 1);
  }),
  scenario('derive-key.create-from-parent', 'bit 12: from the WriteKey slot', (world) => {
    const bench = world.bench({ slots: { 1: create, 5: secretSlot } });
    bench.load(loaded);
    bench.ok(op.deriveKey, 4, 1);
    expect(key32(bench, 1)).toBe(derived(secretKey, 4, 1));
  }),
  scenario('derive-key.needs-temp-key', 'without a Nonce', (world) => {
    world.bench({ slots: { 1: roll } }).refused(op.deriveKey, 0, 1);
  }),
  scenario('derive-key.source-flag', 'bit 2 must say where TempKey came from', (world) => {
    const bench = world.bench({ slots: { 1: roll } });
    bench.load(loaded);
    bench.refused(op.deriveKey, 0, 1);
  }),
  scenario('derive-key.mac', 'bit 15: no MAC, a wrong one, the right one', (world) => {
    const bench = world.bench({ slots: { 1: { ...create, config: 0xb58f }, 5: secretSlot } });
    const mac = sha(secretKey, [0x1c, 4, 1, 0], snShort(SN));
    bench.load(loaded);
    bench.refused(op.deriveKey, 4, 1);
    bench.load(loaded);
    bench.refused(op.deriveKey, 4, 1, zeros(32));
    bench.load(loaded);
    bench.ok(op.deriveKey, 4, 1, mac);
    expect(key32(bench, 1)).toBe(derived(secretKey, 4, 1));
  }),
];

const shaScenarios: readonly Scenario[] = [
  scenario('sha.parse', 'bits 5..3, targets on a 508A, 06 on a 508A, 03 and 05 on a 608, P2 of start: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.sha, 0x08, 0);
    bench.illegal(op.sha, 0x42, 0);
    bench.illegal(op.sha, 6, 0);
    bench.illegal(op.sha, 0, 1);
    bench.illegal(op.sha, 4, 16);
    const later = world.bench({ part: '608A' });
    later.illegal(op.sha, 3, 11);
    later.illegal(op.sha, 5, 0);
    later.illegal(op.sha, 0x82, 0);
  }),
  scenario('sha.update-64', '63 bytes, or P2 that disagrees: 03', (world) => {
    const bench = world.bench();
    bench.ok(op.sha, 0, 0);
    bench.illegal(op.sha, 1, 63, zeros(63));
    bench.ok(op.sha, 0, 0);
    bench.illegal(op.sha, 1, 0, zeros(64));
    bench.ok(op.sha, 0, 0);
    bench.ok(op.sha, 1, 64, zeros(64));
  }),
  scenario('sha.end-length', '64 bytes, or P2 that disagrees: 03', (world) => {
    const bench = world.bench();
    bench.ok(op.sha, 0, 0);
    bench.illegal(op.sha, 2, 64, zeros(64));
    bench.ok(op.sha, 0, 0);
    bench.illegal(op.sha, 2, 3, zeros(2));
  }),
  scenario('sha.needs-start', 'end without start', (world) => {
    const bench = world.bench();
    bench.refused(op.sha, 2, 0);
    bench.ok(op.sha, 0, 0);
    expect(toHex(bench.ok(op.sha, 2, 3, [0x61, 0x62, 0x63]))).toBe(toHex(sha([0x61, 0x62, 0x63])));
  }),
  scenario('sha.end-kind', '508A: 02 does not end an HMAC, 05 does', (world) => {
    const bench = world.bench({ slots });
    bench.ok(op.sha, 4, 5);
    bench.refused(op.sha, 2, 0);
    bench.ok(op.sha, 4, 5);
    bench.ok(op.sha, 1, 64, count(0, 64));
    expect(toHex(bench.ok(op.sha, 5, 5, count(64, 5)))).toBe(toHex(hmac(secretKey, count(0, 69))));
  }),
  scenario('sha.end-loads-temp-key', 'the digest is in TempKey, SourceFlag 1', (world) => {
    const bench = world.bench();
    bench.ok(op.sha, 0, 0);
    const digest = bench.ok(op.sha, 2, 1, [7]);
    expect(bench.state()).toMatchObject({ flags: 0x10, tempKey: true });
    expect(tempKey(bench)).toBe(toHex(digest));
  }),
  scenario('sha.public-slot', 'mode 03 with a data slot; with a public key it absorbs X and Y', (world) => {
    const bench = world.bench({ slots: { 11: { key: 0x0030, content: inSlot(KNOWN.publicKey, 5) } } });
    bench.ok(op.sha, 0, 0);
    bench.refused(op.sha, 3, 10);
    bench.ok(op.sha, 0, 0);
    bench.ok(op.sha, 3, 11);
    expect(toHex(bench.ok(op.sha, 2, 0))).toBe(toHex(sha(KNOWN.publicKey)));
  }),
  scenario('sha.hmac-needs-config-lock', 'HMAC start of an open chip; a hash goes', (world) => {
    const bench = world.bench({ lock: 'none', slots });
    bench.refused(op.sha, 4, 5);
    bench.ok(op.sha, 0, 0);
  }),
  scenario('sha.hmac-private-slot', 'a private slot as key', (world) => {
    world.bench({ slots }).refused(op.sha, 4, 0);
  }),
  scenario('sha.hmac-no-mac', 'a NoMac slot as key', (world) => {
    const bench = world.bench({ slots });
    bench.refused(op.sha, 4, 6);
    bench.ok(op.sha, 4, 5);
  }),
];

export const secretScenarios: readonly Scenario[] = [
  ...nonceScenarios,
  ...macScenarios,
  ...checkMacScenarios,
  ...genDigScenarios,
  ...deriveScenarios,
  ...shaScenarios,
];
