import { expect } from 'vitest';
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
  sha,
  toHex,
  type World,
  zeros,
} from '../bench.ts';
import { type Scenario, scenario } from '../scenario.ts';

const emptyPrivate = { config: 0x2087, key: 0x0033 };
const message = count(0, 50);
const digest = sha(message);
const nodesSignature = nodeSign(KNOWN, message);
/** Signs after an authorisation with slot 11. */
const guardedByKey = { config: 0x2081, key: 0x0bb3, privateKey: KNOWN.privateKey };

const publicSlot = { config: 0x0f0f, key: 0x0030, content: inSlot(KNOWN.publicKey) };
const external = concat(nodesSignature, KNOWN.publicKey);
const wrongSignature = concat(nodesSignature.subarray(0, 63), [(nodesSignature[63] ?? 0) ^ 1]);

/** Slot 2 signs, slot 13 holds its public key, slot 14 is the target with parent 13. */
function family(target: Partial<Setup['slots'] & object>[number] = {}, parent = {}): Setup {
  return {
    slots: {
      2: { config: 0x2087, key: 0x0033, privateKey: KNOWN.privateKey },
      13: { config: 0x0f0f, key: 0x0030, content: inSlot(KNOWN.publicKey), ...parent },
      14: { config: 0x0f0d, key: 0x0032, content: inSlot(OTHER.publicKey, 0xa), ...target },
    },
  };
}

/** GenKey digest of slot 14, signed by slot 2; gives signature and OtherData for Verify. */
function internalSignature(bench: Bench, slot = 14, invalidate = 0): Uint8Array {
  const nonce = count(0x33, 32);
  bench.load(nonce);
  bench.ok(op.genKey, 16, slot, [0, 0, 0]);
  const signature = bench.ok(op.sign, invalidate, 2);
  const { config } = bench.chip.inspect();
  const unlocked = (((config[88] ?? 0) | ((config[89] ?? 0) << 8)) >> slot) & 1;
  const otherData = concat(
    [invalidate, 2, 0],
    config.subarray(20 + 2 * slot, 22 + 2 * slot),
    config.subarray(96 + 2 * slot, 98 + 2 * slot),
    [0x50 | slot, 0, 0, 0, 0, 0, 0, 0, 0, unlocked, invalidate, 0],
  );
  bench.load(nonce);
  bench.ok(op.genKey, 16, slot, [0, 0, 0]);
  return concat(signature, otherData);
}

function nibble(bench: Bench, slot: number): number {
  return (bench.chip.inspect().slots[slot]?.[0] ?? 0) >> 4;
}

const verifyScenarios: readonly Scenario[] = [
  scenario('verify.parse', 'mode 04, stray bits, P2 of external, slot 16; +20 and +80 on a 508A: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.verify, 4, 0, nodesSignature);
    bench.illegal(op.verify, 0x10, 11, nodesSignature);
    bench.illegal(op.verify, 2, 3, external);
    bench.illegal(op.verify, 0, 16, nodesSignature);
    bench.illegal(op.verify, 0x22, 4, external);
    bench.illegal(op.verify, 0x82, 4, external);
  }),
  scenario('verify.length', 'a byte more or less: 03', (world) => {
    const bench = world.bench();
    bench.illegal(op.verify, 2, 4, external.subarray(1));
    bench.illegal(op.verify, 0, 11, external);
    bench.illegal(op.verify, 3, 14, nodesSignature);
    bench.illegal(op.verify, 1, 14, external);
  }),
  scenario('verify.needs-config-lock', 'stored before config lock; external goes', (world) => {
    const bench = world.bench({ lock: 'none', slots: { 11: publicSlot } });
    bench.load(digest);
    bench.refused(op.verify, 0, 11, nodesSignature);
    bench.load(digest);
    bench.ok(op.verify, 2, 4, external);
  }),
  scenario('verify.needs-temp-key', 'without a digest', (world) => {
    const bench = world.bench({ slots: { 11: publicSlot } });
    bench.refused(op.verify, 2, 4, external);
    bench.refused(op.verify, 0, 11, nodesSignature);
  }),
  scenario(
    'verify.needs-msg-dig-buf',
    '608: bit 5 without MsgDigBuf; with it the message is taken from there',
    (world) => {
      const bench = world.bench({ part: '608B' });
      bench.load(digest);
      bench.refused(op.verify, 0x22, 4, external);
      bench.ok(op.nonce, 0x43, 0, digest);
      bench.ok(op.verify, 0x22, 4, external);
    },
  ),
  scenario('verify.checks', 'node signs, the chip says 00; one bit wrong or another key: 01', (world) => {
    const bench = world.bench({ slots: { 11: publicSlot } });
    bench.load(digest);
    bench.ok(op.verify, 2, 4, external);
    bench.load(digest);
    bench.gives(1, op.verify, 2, 4, concat(wrongSignature, KNOWN.publicKey));
    bench.load(digest);
    bench.gives(1, op.verify, 2, 4, concat(nodesSignature, OTHER.publicKey));
    bench.load(digest);
    bench.gives(1, op.verify, 0, 11, wrongSignature);
  }),
  scenario('verify.stored-public-slot', 'KeyType 7, a private slot, a slot below 8', (world) => {
    const bench = world.bench({ slots: { 0: privateSlot, 1: { key: 0x0030 }, 11: { ...publicSlot, key: 0x003c } } });
    for (const slot of [0, 1, 11]) {
      bench.load(digest);
      bench.gives(0x0f, op.verify, 0, slot, nodesSignature);
    }
  }),
  scenario('verify.stored-validated', 'PubInfo 1: nibble 5 works, A does not', (world) => {
    const slots = {
      13: { ...publicSlot, key: 0x0032, content: inSlot(KNOWN.publicKey, 5) },
      14: { ...publicSlot, key: 0x0032, content: inSlot(KNOWN.publicKey, 0xa) },
    };
    const bench = world.bench({ slots });
    bench.load(digest);
    bench.ok(op.verify, 0, 13, nodesSignature);
    bench.load(digest);
    bench.refused(op.verify, 0, 14, nodesSignature);
  }),
  scenario('verify.stored-authorises', 'stored sets AuthValid with its slot; external does not', (world) => {
    const slots = { 3: guardedByKey, 11: publicSlot };
    const bench = world.bench({ slots });
    bench.load(digest);
    bench.ok(op.verify, 2, 4, external);
    expect(bench.state().auth).toBe(false);
    bench.load(digest);
    bench.ok(op.verify, 0, 11, nodesSignature);
    expect(bench.state().more & 0x7c).toBe((11 << 3) | 4);
    bench.load(digest);
    bench.ok(op.sign, 0x80, 3);
    expect(bench.chip.counters.authorisedSignPairs).toBe(0);
  }),
  scenario('verify.validate-target', 'a target that needs no validation', (world) => {
    const bench = world.bench(family({ key: 0x0030 }));
    bench.refused(op.verify, 3, 14, internalSignature(bench));
    const good = world.bench(family());
    good.ok(op.verify, 3, 14, internalSignature(good));
    expect(nibble(good, 14)).toBe(5);
    good.ok(op.verify, 7, 14, internalSignature(good, 14, 1));
    expect(nibble(good, 14)).toBe(0xa);
    const wrong = world.bench(family());
    const data = internalSignature(wrong);
    data[63] = (data[63] ?? 0) ^ 1;
    wrong.gives(1, op.verify, 3, 14, data);
    expect(nibble(wrong, 14)).toBe(0xa);
  }),
  scenario('verify.validate-x509', 'an X.509 target refuses mode 03', (world) => {
    const bench = world.bench({ ...family(), bytes: { 92: 0x12 } });
    bench.refused(op.verify, 3, 14, internalSignature(bench));
  }),
  scenario('verify.validate-gen-key-digest', 'TempKey of another slot, or of a Nonce', (world) => {
    const bench = world.bench(family());
    const data = internalSignature(bench);
    bench.load(count(0x33, 32));
    bench.ok(op.genKey, 16, 13, [0, 0, 0]);
    bench.gives(0x0f, op.verify, 3, 14, data);
    bench.load(count(0x33, 32));
    bench.gives(0x0f, op.verify, 3, 14, data);
  }),
  scenario('verify.validate-sha-public', 'mode 01 after a digest without the target key, and with it', (world) => {
    const setup = { ...family(), bytes: { 92: 0x12 } };
    const bench = world.bench(setup);
    const certificate = count(1, 64);
    const hash = sha(certificate, OTHER.publicKey);
    const signature = nodeSign(KNOWN, concat(certificate, OTHER.publicKey));
    bench.load(hash);
    bench.refused(op.verify, 1, 14, signature);
    bench.ok(op.sha, 0, 0);
    bench.ok(op.sha, 1, 64, certificate);
    bench.ok(op.sha, 3, 14);
    expect(toHex(bench.ok(op.sha, 2, 0))).toBe(toHex(hash));
    bench.ok(op.verify, 1, 14, signature);
    expect(nibble(bench, 14)).toBe(5);
  }),
  scenario('verify.parent', 'a parent of KeyType 7', (world) => {
    const bench = world.bench(family({}, { key: 0x003c }));
    bench.refused(op.verify, 3, 14, internalSignature(bench));
  }),
  scenario('verify.parent-validated', 'a parent that is itself invalid', (world) => {
    const bench = world.bench(family({}, { key: 0x0032, content: inSlot(KNOWN.publicKey, 0xa) }));
    bench.refused(op.verify, 3, 14, internalSignature(bench));
    const valid = world.bench(family({}, { key: 0x0032, content: inSlot(KNOWN.publicKey, 5) }));
    valid.ok(op.verify, 3, 14, internalSignature(valid));
  }),
];

/** ECDH by node, for comparison. */
function shared(world: World, setup: Setup): { bench: Bench; secret: string } {
  const bench = world.bench(setup);
  const reference = world.bench({ slots: { 2: { config: 0x2087, key: 0x0033, privateKey: OTHER.privateKey } } });
  return { bench, secret: toHex(reference.ok(op.ecdh, 0, 2, KNOWN.publicKey)) };
}

const ecdhScenarios: readonly Scenario[] = [
  scenario('ecdh.parse', 'P1 on a 508A, slot 16, 63 bytes; bit 4 on a 608: 03', (world) => {
    const bench = world.bench({ slots: { 2: privateSlot } });
    bench.illegal(op.ecdh, 1, 2, OTHER.publicKey);
    bench.illegal(op.ecdh, 0, 16, OTHER.publicKey);
    bench.illegal(op.ecdh, 0, 2, OTHER.publicKey.subarray(1));
    world.bench({ part: '608A' }).illegal(op.ecdh, 0x10, 2, OTHER.publicKey);
  }),
  scenario('ecdh.needs-config-lock', 'ECDH of an open chip', (world) => {
    world.bench({ lock: 'none', slots: { 2: privateSlot } }).refused(op.ecdh, 0, 2, OTHER.publicKey);
  }),
  scenario('ecdh.private-slot', 'a data slot; both sides of a private slot agree', (world) => {
    const data = { config: 0x2087, key: 0x001c, privateKey: KNOWN.privateKey };
    const { bench, secret } = shared(world, { slots: { 1: data, 2: privateSlot } });
    bench.refused(op.ecdh, 0, 1, OTHER.publicKey);
    expect(toHex(bench.ok(op.ecdh, 0, 2, OTHER.publicKey))).toBe(secret);
  }),
  scenario('ecdh.read-key-bit', 'ReadKey bit 2 clear', (world) => {
    world.bench({ slots: { 2: { ...privateSlot, config: 0x2083 } } }).refused(op.ecdh, 0, 2, OTHER.publicKey);
  }),
  scenario('ecdh.needs-key', 'an empty private slot', (world) => {
    const bench = world.bench({ slots: { 2: { ...emptyPrivate, content: concat(zeros(4), KNOWN.privateKey) } } });
    bench.refused(op.ecdh, 0, 2, OTHER.publicKey);
  }),
  scenario('ecdh.no-req-auth', 'a ReqAuth key does ECDH without proof and spends none', (world) => {
    const bench = world.bench({ slots: { 2: { config: 0x2087, key: 0x04b3, privateKey: KNOWN.privateKey } } });
    bench.ok(op.ecdh, 0, 2, OTHER.publicKey);
  }),
  scenario('ecdh.point', 'a point beside the curve', (world) => {
    const beside = OTHER.publicKey.slice();
    beside[63] = (beside[63] ?? 0) ^ 1;
    world.bench({ slots: { 2: privateSlot } }).gives(0x0f, op.ecdh, 0, 2, beside);
  }),
  scenario('ecdh.even-slot', 'ReadKey bit 3 in an odd slot; in slot 2 the secret is in slot 3', (world) => {
    const into = { ...privateSlot, config: 0x208f };
    const { bench, secret } = shared(world, { slots: { 2: into, 5: into } });
    bench.refused(op.ecdh, 0, 5, OTHER.publicKey);
    expect(bench.ok(op.ecdh, 0, 2, OTHER.publicKey)).toHaveLength(1);
    expect(toHex(bench.chip.inspect().slots[3]?.slice(0, 32) ?? zeros(0))).toBe(secret);
  }),
  scenario('ecdh.target-slot', 'slot n+1 locked or private', (world) => {
    const into = { ...privateSlot, config: 0x208f };
    world.bench({ slots: { 2: into, 3: { locked: true } } }).refused(op.ecdh, 0, 2, OTHER.publicKey);
    world.bench({ slots: { 2: into, 3: privateSlot } }).refused(op.ecdh, 0, 2, OTHER.publicKey);
  }),
];

export const publicKeyScenarios: readonly Scenario[] = [...verifyScenarios, ...ecdhScenarios];
