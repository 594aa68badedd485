import { expect } from 'vitest';
import {
  type Bench,
  concat,
  count,
  fromHex,
  inSlot,
  KNOWN,
  nodeSign,
  nodeVerify,
  op,
  pairOf,
  privateSlot,
  sealedKey,
  secretKey,
  secretSlot,
  sha,
  snShort,
  toHex,
  zeros,
} from '../bench.ts';
import { type Scenario, scenario } from '../scenario.ts';

const emptyPrivate = { config: 0x2087, key: 0x0033 };
const message = count(0, 50);
const digest = sha(message);
const nodesSignature = nodeSign(KNOWN, message);

/** The signer's layout in small: slot 3 signs after an authorisation with slot 4 (signer-and-server.md 6.1). */
const authorised = {
  3: { config: 0x2081, key: 0x04b3, privateKey: KNOWN.privateKey },
  4: { config: 0x459f, key: 0x005c, content: secretKey },
  5: { config: 0x449f, key: 0x005c, content: count(0x60, 32) },
};

/** A secret slot that needs authorisation with slot 4. */
const guarded = { config: 0x8f8f, key: 0x049c, content: count(0x70, 32) };

function refusesAndClears(bench: Bench, use: (bench: Bench) => void): void {
  use(bench);
  expect(bench.state().auth).toBe(false);
}

const authScenarios: readonly Scenario[] = [
  scenario(
    'key.restrictions-from-data-lock',
    'before data lock a ReqAuth key signs for anybody and ReqRandom is not asked',
    (world) => {
      const bench = world.bench({ lock: 'config', slots: authorised });
      bench.load(digest);
      bench.ok(op.sign, 0x80, 3);
      bench.load(digest);
      bench.ok(op.genDig, 2, 4, [0x15, 2, 4, 0]);
    },
  ),
  scenario(
    'key.req-random',
    'GenDig, CheckMac, MAC, HMAC, DeriveKey, GenKey digest, Verify after a pass-through Nonce',
    (world) => {
      const slots = {
        0: { config: 0x2087, key: 0x0073, privateKey: KNOWN.privateKey },
        1: { config: 0x2f8f, key: 0x005c, content: secretKey },
        11: { config: 0x0f0f, key: 0x0070, content: inSlot(KNOWN.publicKey) },
      };
      const bench = world.bench({ slots });
      const uses: [number, number, number, Uint8Array | number[]][] = [
        [op.genDig, 2, 1, []],
        [op.mac, 5, 1, []],
        [op.mac, 0, 1, zeros(32)],
        [op.hmac, 4, 1, []],
        [op.deriveKey, 4, 1, []],
        [op.genKey, 8, 0, []],
        [op.genKey, 16, 11, [0, 0, 0]],
        [op.verify, 0, 11, nodesSignature],
        [op.checkMac, 5, 1, bench.proof(secretKey, digest)],
      ];
      for (const [opcode, p1, p2, data] of uses) {
        bench.load(digest);
        bench.refused(opcode, p1, p2, data);
      }
      bench.nonce();
      bench.ok(op.genDig, 2, 1);
    },
  ),
  scenario(
    'auth.req-auth',
    'Sign, GenKey create and public, MAC, HMAC, GenDig, CheckMac, DeriveKey, Verify stored without proof',
    (world) => {
      const slots = {
        ...authorised,
        6: { ...guarded, config: 0x2f8f },
        11: { config: 0x0f0f, key: 0x04b0, content: inSlot(KNOWN.publicKey) },
      };
      const bench = world.bench({ slots });
      const uses: [number, number, number, Uint8Array | number[]][] = [
        [op.sign, 0x80, 3, []],
        [op.genKey, 4, 3, []],
        [op.genKey, 0, 3, []],
        [op.mac, 1, 6, []],
        [op.hmac, 0, 6, []],
        [op.genDig, 2, 6, []],
        [op.deriveKey, 0, 6, []],
        [op.verify, 0, 11, nodesSignature],
      ];
      for (const [opcode, p1, p2, data] of uses) {
        bench.nonce();
        expect(bench.state().tempKey).toBe(true);
        bench.refused(opcode, p1, p2, data);
      }
      const tempKey = bench.nonce();
      bench.refused(op.checkMac, 1, 6, bench.proof(guarded.content, tempKey));
      bench.authorise(4, secretKey);
      bench.load(digest);
      const signature = bench.ok(op.sign, 0x80, 3);
      expect(nodeVerify(KNOWN.publicKey, message, signature)).toBe(true);
      expect(bench.chip.counters.authorisedSignPairs).toBe(1);
    },
  ),
  scenario('auth.key-id', 'a proof for slot 5 does not open a key that wants slot 4', (world) => {
    const bench = world.bench({ slots: authorised });
    bench.authorise(5, authorised[5].content);
    bench.load(digest);
    bench.refused(op.sign, 0x80, 3);
  }),
  scenario('auth.one-proof-one-use', 'a second Sign is refused; a refused use spends the proof too', (world) => {
    const bench = world.bench({ slots: authorised });
    bench.authorise(4, secretKey);
    bench.load(digest);
    bench.ok(op.sign, 0x80, 3);
    bench.load(digest);
    bench.refused(op.sign, 0x80, 3);
    bench.authorise(5, authorised[5].content);
    refusesAndClears(bench, () => bench.refused(op.genKey, 0, 3));
    // Commands that use no such key leave it.
    bench.authorise(4, secretKey);
    bench.ok(op.random, 0, 0);
    bench.ok(op.read, 0x80, 0);
    bench.nonce();
    bench.ok(op.sha, 0, 0);
    expect(bench.state().auth).toBe(true);
  }),
  scenario('auth.check-mac-sets', 'Info State shows AuthValid and slot 4', (world) => {
    const bench = world.bench({ slots: authorised });
    expect(bench.state().auth).toBe(false);
    bench.authorise(4, secretKey);
    expect(bench.state().more & 0x7c).toBe((4 << 3) | 4);
  }),
  scenario('auth.mismatch-leaves', 'a wrong response after a right one: 01, still authorised', (world) => {
    const bench = world.bench({ slots: authorised });
    bench.authorise(4, secretKey);
    const tempKey = bench.nonce();
    bench.gives(1, op.checkMac, 1, 4, bench.proof(count(9, 32), tempKey));
    expect(bench.state().auth).toBe(true);
  }),
];

const genKeyScenarios: readonly Scenario[] = [
  scenario('gen-key.parse', 'mode 01, slot 16, data with 04, two bytes with 10; FFFF on a 508A: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.genKey, 1, 0);
    bench.illegal(op.genKey, 4, 16);
    bench.illegal(op.genKey, 4, 0, [0, 0, 0]);
    bench.illegal(op.genKey, 16, 11, [0, 0]);
    bench.illegal(op.genKey, 4, 0xffff);
  }),
  scenario('gen-key.needs-config-lock', 'create and public before config lock', (world) => {
    const bench = world.bench({ lock: 'none', slots: { 0: privateSlot } });
    bench.refused(op.genKey, 4, 0);
    bench.refused(op.genKey, 0, 0);
    expect(world.bench({ lock: 'config', slots: { 0: emptyPrivate } }).ok(op.genKey, 4, 0)).toHaveLength(64);
  }),
  scenario('gen-key.private-slot', 'a data slot, a private slot of another key type', (world) => {
    world.bench({ slots: { 1: { config: 0x2f8f, key: 0x001c } } }).refused(op.genKey, 4, 1);
    world.bench({ slots: { 1: { config: 0x2f8f, key: 0x003d } } }).refused(op.genKey, 4, 1);
  }),
  scenario('gen-key.is-secret', 'create in a slot without IsSecret', (world) => {
    world.bench({ slots: { 0: { config: 0x2007, key: 0x0033 } } }).refused(op.genKey, 4, 0);
  }),
  scenario('gen-key.slot-locked', 'create in a locked slot; its public key stays available', (world) => {
    const bench = world.bench({ slots: { 0: { ...privateSlot, locked: true } } });
    bench.refused(op.genKey, 4, 0);
    expect(toHex(bench.ok(op.genKey, 0, 0))).toBe(toHex(KNOWN.publicKey));
  }),
  scenario('gen-key.write-config', 'create after data lock needs bit 13; before it nobody asks', (world) => {
    const slots = { 0: { config: 0x0087, key: 0x0033 } };
    world.bench({ slots }).refused(op.genKey, 4, 0);
    world.bench({ slots, lock: 'config' }).ok(op.genKey, 4, 0);
    world.bench({ slots: { 0: emptyPrivate } }).ok(op.genKey, 4, 0);
  }),
  scenario('gen-key.public-needs-key', 'public of an empty slot; after create it is the key created', (world) => {
    const bench = world.bench({ slots: { 0: emptyPrivate } });
    bench.gives(0x0f, op.genKey, 0, 0);
    const made = bench.ok(op.genKey, 4, 0);
    expect(toHex(bench.ok(op.genKey, 0, 0))).toBe(toHex(made));
    expect(toHex(pairOf(bench.chip.inspect().slots[0]?.slice(4, 36) ?? zeros(0)).publicKey)).toBe(toHex(made));
  }),
  scenario('gen-key.pub-info', 'public after data lock needs PubInfo; before it nobody asks', (world) => {
    const slots = { 0: { ...privateSlot, key: 0x0031 } };
    world.bench({ slots }).refused(op.genKey, 0, 0);
    world.bench({ slots, lock: 'config' }).ok(op.genKey, 0, 0);
  }),
  scenario(
    'gen-key.digest-needs-temp-key',
    "modes 08, 0C and 10 without TempKey; 08 with it gives the page's digest",
    (world) => {
      const bench = world.bench({ slots: { 0: privateSlot, 11: { key: 0x0030, content: inSlot(KNOWN.publicKey) } } });
      bench.refused(op.genKey, 8, 0);
      bench.refused(op.genKey, 12, 0);
      bench.refused(op.genKey, 16, 11, [0, 0, 0]);
      bench.load(digest);
      bench.ok(op.genKey, 8, 0);
      const expected = sha(digest, [0x40, 8, 0, 0], snShort(bench.sn), zeros(25), KNOWN.publicKey);
      expect(toHex(bench.chip.inspect().tempKey.value.slice(0, 32))).toBe(toHex(expected));
      expect(bench.state().flags).toBe(0x50);
      bench.load(digest);
      bench.ok(op.genKey, 16, 11, [0xaa, 0xbb, 0xcc]);
      const stored = sha(digest, [0x40, 0xaa, 0xbb, 0xcc], snShort(bench.sn), zeros(25), KNOWN.publicKey);
      expect(toHex(bench.chip.inspect().tempKey.value.slice(0, 32))).toBe(toHex(stored));
      expect(bench.state().flags).toBe(0x5b);
    },
  ),
  scenario('gen-key.stored-public-slot', 'mode 10 of a data slot, a private slot, a slot below 8', (world) => {
    const bench = world.bench({ slots: { 0: privateSlot, 1: { key: 0x0030 } } });
    for (const slot of [0, 1, 10]) {
      bench.load(digest);
      bench.refused(op.genKey, 16, slot, [0, 0, 0]);
    }
  }),
];

const privWritable = { config: 0x6483, key: 0x0033 };
const plain36 = concat(zeros(4), KNOWN.privateKey);
const writer = { 4: { config: 0x0f8f, key: 0x003c, content: secretKey }, 6: secretSlot };

const privWriteScenarios: readonly Scenario[] = [
  scenario('priv-write.parse', 'P1 80, slot 16, 32 bytes, 36 bytes with P1 40: 03', (world) => {
    const bench = world.bench({ lock: 'config' });
    bench.illegal(op.privWrite, 0x80, 7, plain36);
    bench.illegal(op.privWrite, 0, 16, plain36);
    bench.illegal(op.privWrite, 0, 7, zeros(32));
    bench.illegal(op.privWrite, 0x40, 7, plain36);
  }),
  scenario('priv-write.needs-config-lock', 'PrivWrite before config lock', (world) => {
    world.bench({ lock: 'none', slots: { 7: privWritable } }).refused(op.privWrite, 0, 7, plain36);
  }),
  scenario('priv-write.private-slot', 'a data slot', (world) => {
    world.bench({ lock: 'config', slots: { 7: { config: 0x6f8f, key: 0x001c } } }).refused(op.privWrite, 0, 7, plain36);
  }),
  scenario('priv-write.is-secret', 'a slot without IsSecret', (world) => {
    world.bench({ lock: 'config', slots: { 7: { config: 0x6403, key: 0x0033 } } }).refused(op.privWrite, 0, 7, plain36);
  }),
  scenario('priv-write.slot-locked', 'a locked slot', (world) => {
    const slots = { 7: { ...privWritable, locked: true } };
    world.bench({ lock: 'config', slots }).refused(op.privWrite, 0, 7, plain36);
  }),
  scenario(
    'priv-write.write-config',
    'after data lock bit 14 is needed; before it anybody plants a key in clear',
    (world) => {
      const slots = { ...writer, 7: { config: 0x2483, key: 0x0033 } };
      const bench = world.bench({ slots });
      bench.refused(op.privWrite, 0x40, 7, sealedKey(bench.session(4, secretKey), 7, KNOWN.privateKey));
      const open = world.bench({ slots, lock: 'config' });
      open.ok(op.privWrite, 0, 7, plain36);
      expect(toHex(open.ok(op.genKey, 0, 7))).toBe(toHex(KNOWN.publicKey));
      expect(open.ok(op.info, 1, 7)[0]).toBe(1);
    },
  ),
  scenario('priv-write.encrypted-only', 'plain after data lock', (world) => {
    world.bench({ slots: { ...writer, 7: privWritable } }).refused(op.privWrite, 0, 7, plain36);
  }),
  scenario('priv-write.temp-key', 'encrypted without TempKey, before data lock', (world) => {
    const bench = world.bench({ slots: { ...writer, 7: privWritable }, lock: 'config' });
    bench.refused(op.privWrite, 0x40, 7, sealedKey(zeros(32), 7, KNOWN.privateKey));
    const tempKey = bench.nonce();
    bench.ok(op.privWrite, 0x40, 7, sealedKey(tempKey, 7, KNOWN.privateKey));
  }),
  scenario('priv-write.key-id', 'after data lock TempKey must come from the WriteKey slot', (world) => {
    const bench = world.bench({ slots: { ...writer, 7: privWritable } });
    bench.refused(op.privWrite, 0x40, 7, sealedKey(bench.session(6, secretKey), 7, KNOWN.privateKey));
    bench.refused(op.privWrite, 0x40, 7, sealedKey(bench.nonce(), 7, KNOWN.privateKey));
    bench.ok(op.privWrite, 0x40, 7, sealedKey(bench.session(4, secretKey), 7, KNOWN.privateKey));
    expect(toHex(bench.ok(op.genKey, 0, 7))).toBe(toHex(KNOWN.publicKey));
  }),
  scenario('priv-write.mac', 'one bit of the MAC', (world) => {
    const bench = world.bench({ slots: { ...writer, 7: privWritable } });
    const data = sealedKey(bench.session(4, secretKey), 7, KNOWN.privateKey);
    data[67] = (data[67] ?? 0) ^ 1;
    bench.refused(op.privWrite, 0x40, 7, data);
  }),
  scenario('priv-write.scalar', '0 and n are no keys', (world) => {
    const order = fromHex('FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551');
    const bench = world.bench({ lock: 'config', slots: { 7: privWritable } });
    bench.refused(op.privWrite, 0, 7, zeros(36));
    bench.refused(op.privWrite, 0, 7, concat(zeros(4), order));
  }),
];

const signScenarios: readonly Scenario[] = [
  scenario('sign.parse', 'stray bits, slot 16, data; bit 5 on a 508A: 03', (world) => {
    const bench = world.bench({ slots: { 0: privateSlot } });
    bench.illegal(op.sign, 0x82, 0);
    bench.illegal(op.sign, 0x80, 16);
    bench.illegal(op.sign, 0x80, 0, [0]);
    bench.illegal(op.sign, 0xa0, 0);
  }),
  scenario('sign.needs-config-lock', 'Sign of an open chip', (world) => {
    const bench = world.bench({ lock: 'none', slots: { 0: privateSlot } });
    bench.load(digest);
    bench.refused(op.sign, 0x80, 0);
  }),
  scenario('sign.internal-needs-data-lock', 'internal before data lock; external goes', (world) => {
    const bench = world.bench({ lock: 'config', slots: { 0: privateSlot } });
    bench.load(digest);
    bench.ok(op.genKey, 8, 0);
    bench.refused(op.sign, 0, 0);
    bench.load(digest);
    expect(nodeVerify(KNOWN.publicKey, message, bench.ok(op.sign, 0x80, 0))).toBe(true);
  }),
  scenario('sign.private-slot', 'a data slot', (world) => {
    const bench = world.bench({ slots: { 1: { config: 0x2f8f, key: 0x001c, privateKey: KNOWN.privateKey } } });
    bench.load(digest);
    bench.refused(op.sign, 0x80, 1);
  }),
  scenario('sign.needs-key', 'a private slot without a key', (world) => {
    const bench = world.bench({ slots: { 0: emptyPrivate } });
    bench.load(digest);
    bench.gives(0x0f, op.sign, 0x80, 0);
  }),
  scenario('sign.external-bit', 'ReadKey bit 0', (world) => {
    const bench = world.bench({
      slots: { 0: { ...privateSlot, config: 0x2082 }, 1: { ...privateSlot, config: 0x2081 } },
    });
    bench.load(digest);
    bench.refused(op.sign, 0x80, 0);
    bench.load(digest);
    bench.ok(op.sign, 0x80, 1);
  }),
  scenario('sign.internal-bit', 'ReadKey bit 1', (world) => {
    const bench = world.bench({
      slots: { 0: { ...privateSlot, config: 0x2081 }, 1: { ...privateSlot, config: 0x2082 } },
    });
    bench.load(digest);
    bench.ok(op.genKey, 8, 0);
    bench.refused(op.sign, 0, 0);
    bench.load(digest);
    bench.ok(op.genKey, 8, 1);
    expect(bench.ok(op.sign, 0, 1)).toHaveLength(64);
  }),
  scenario('sign.needs-temp-key', 'without a digest, and after Read took it', (world) => {
    const bench = world.bench({ slots: { 0: privateSlot } });
    bench.refused(op.sign, 0x80, 0);
    bench.load(digest);
    bench.ok(op.read, 0x80, 0);
    bench.refused(op.sign, 0x80, 0);
  }),
  scenario('sign.needs-msg-dig-buf', '608: bit 5 without MsgDigBuf; with it TempKey is not looked at', (world) => {
    const bench = world.bench({ part: '608A', slots: { 0: privateSlot } });
    bench.load(count(0, 32));
    bench.refused(op.sign, 0xa0, 0);
    bench.ok(op.nonce, 0x43, 0, digest);
    expect(nodeVerify(KNOWN.publicKey, message, bench.ok(op.sign, 0xa0, 0))).toBe(true);
  }),
  scenario('sign.internal-temp-key', 'internal over a plain nonce', (world) => {
    const bench = world.bench({ slots: { 0: privateSlot } });
    bench.load(digest);
    bench.refused(op.sign, 0, 0);
  }),
  scenario('sign.ignores-req-random', 'KeyConfig 0053 signs a passed-through digest', (world) => {
    const bench = world.bench({ slots: { 0: { config: 0x0085, key: 0x0053, privateKey: KNOWN.privateKey } } });
    bench.load(digest);
    bench.ok(op.sign, 0x80, 0);
  }),
];

export const keyScenarios: readonly Scenario[] = [
  ...authScenarios,
  ...genKeyScenarios,
  ...privWriteScenarios,
  ...signScenarios,
];
