import { describe, expect, it } from 'vitest';
import {
  challengeSignature,
  encryptedRead,
  encryptedWrite,
  followAddress,
  isLockable,
  lockConfig,
  lockData,
  lockSlots,
  planPackets,
  privWrite,
  publicKey,
  readConfig,
  readKeyValid,
  readOtp,
  readSlot,
  updateExtra,
  verifyContent,
  writeBlocks,
  writeConfig,
} from '../../src-main/device/index.ts';
import { dataAddress } from '../../src-shared/atecc/address.ts';
import { byteAt, toHex } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { verifyDigest } from '../../src-shared/certificates/p256.ts';
import {
  atCommand,
  type Bench,
  dataLock,
  dialects,
  fill,
  must,
  mustFail,
  openBench,
  parts,
  SERIAL,
  target,
} from './bench.ts';
import { CHALLENGE, provision } from './flow.ts';
import { hostRandom } from './module.ts';

const PART = 'ATECC508A';

/** Config-locked, with a key in slot 4 that encrypts, data still open. */
async function configured(bench: Bench): Promise<void> {
  const readBack = must(await writeConfig(bench.session, target(PART)));
  must(await lockConfig(bench.session, target(PART), readBack));
}

const parentKey = Uint8Array.from({ length: 32 }, (_, i) => 0x40 + i);
const cipher = { slot: 4, key: new Secret(parentKey.slice()), random: hostRandom };

async function withParentKey(bench: Bench): Promise<void> {
  const blocks = fill(PART).blocks.map((block) =>
    block.address.zone === 'data' && block.address.slot === 4 && block.address.block === 0
      ? { ...block, bytes: parentKey }
      : block,
  );
  must(await writeBlocks(bench.session, SERIAL, blocks));
}

describe('configuration', () => {
  it('a chip that is locked already is neither written nor locked', async () => {
    const bench = await openBench();
    await configured(bench);
    const before = bench.chip.snapshot();
    expect(mustFail(await writeConfig(bench.session, target(PART)))).toEqual({
      kind: 'already-locked',
      zone: 'config',
    });
    expect(must(await lockConfig(bench.session, target(PART)))).toBe('locked-already');
    expect(bench.chip.snapshot()).toEqual(before);
  });

  it('a chip that was cut in the middle of stage 1 is written again', async () => {
    const bench = await openBench({
      faults: [atCommand(0x12, { do: 'remove-chip', side: 'before', backAfterLines: 4 }, { from: 7 })],
    });
    expect(mustFail(await writeConfig(bench.session, target(PART))).kind).toBe('no-chip');
    must(await readConfig(bench.session).then(() => readConfig(bench.session)));
    await configured(bench);
    expect(bench.chip.inspect().configLocked).toBe(true);
  });

  it('a byte that did not take: nothing is locked', async () => {
    const bench = await openBench();
    const readBack = must(await writeConfig(bench.session, target(PART)));
    bench.chip.rot('config', 0, 30, 0x04);
    expect(mustFail(await lockConfig(bench.session, target(PART)))).toMatchObject({ kind: 'read-back-differs' });
    // With the old read-back the chip's own CRC says no.
    expect(mustFail(await lockConfig(bench.session, target(PART), readBack)).kind).toBe('config-crc');
    expect(bench.chip.inspect().configLocked).toBe(false);
  });

  it('a read-back that differs is named by its field', async () => {
    const image = target(PART).image.slice();
    image[20] = byteAt(image, 20) ^ 0x01;
    const bench = await openBench();
    must(await writeConfig(bench.session, target(PART)));
    const failure = mustFail(await lockConfig(bench.session, { ...target(PART), image }));
    expect(failure).toMatchObject({ kind: 'read-back-differs', expected: '8E20', found: '8F20' });
  });
});

describe('UpdateExtra after config lock (config-zone.md 4)', () => {
  it('sets what differs, and nothing when nothing does', async () => {
    const bench = await openBench();
    await configured(bench);
    expect(must(await updateExtra(bench.session, SERIAL, { userExtra: 0, selector: 0 }))).toBe(0);
    expect(must(await updateExtra(bench.session, SERIAL, { userExtra: 0x5a }))).toBe(1);
    expect(bench.chip.inspect().config[84]).toBe(0x5a);
    expect(must(await updateExtra(bench.session, SERIAL, { userExtra: 0x5a }))).toBe(0);
    expect(mustFail(await updateExtra(bench.session, SERIAL, { userExtra: 0x5b }))).toMatchObject({
      kind: 'status',
      status: 0x0f,
    });
  });

  it.each(dialects)('%s kit: a lost answer is looked at before anything is sent again', async (dialect) => {
    const bench = await openBench({ dialect, faults: [atCommand(0x20, { do: 'drop-answer' }, { times: 2 })] });
    await configured(bench);
    expect(must(await updateExtra(bench.session, SERIAL, { userExtra: 7 }))).toBe(1);
    const sent = bench.events.filter((event) => event.kind === 'sent' && event.packet.name === 'UpdateExtra');
    expect(sent).toHaveLength(1);
  });
});

describe('a changed I2C address (config-zone.md 1)', () => {
  const moved = (): ReturnType<typeof target> => {
    const image = target(PART).image.slice();
    image[16] = 0xb0;
    return { ...target(PART), image };
  };
  const change = { serialNumber: SERIAL, oldAddress: 0xc0, newAddress: 0xb0 };

  it.each([
    ['next-wake-after-sleep', 0xb0],
    ['power-cycle', 0xc0],
  ] as const)('counting from %s: found at %s', async (addressEffective, address) => {
    const bench = await openBench({ dialect: 'legacy', chip: { rules: { addressEffective } } });
    const readBack = must(await writeConfig(bench.session, moved()));
    must(await lockConfig(bench.session, moved(), readBack));
    const found = must(await followAddress((at) => bench.lease.chip(at), change));
    expect(found.address).toBe(address);
    expect(toHex(must(await readConfig(found)).slice(0, 4))).toBe('01230304');
  });

  it('a kit that knows one address only has lost the chip (its select proves nothing)', async () => {
    const bench = await openBench({ dialect: 'modern' });
    const readBack = must(await writeConfig(bench.session, moved()));
    must(await lockConfig(bench.session, moved(), readBack));
    const failure = mustFail(await followAddress((at) => bench.lease.chip(at), change));
    expect(failure).toEqual({ kind: 'address-lost', oldAddress: 0xc0, newAddress: 0xb0 });
  });
});

describe('slot locks', () => {
  it('a slot that is not lockable stops everything before the first lock', async () => {
    const bench = await openBench();
    must(await provision(bench.session, PART));
    const config = must(await readConfig(bench.session));
    expect(isLockable(config, 8)).toBe(false);
    const before = bench.chip.snapshot();
    expect(mustFail(await lockSlots(bench.session, SERIAL, [13, 8], config))).toEqual({
      kind: 'slot-not-lockable',
      slot: 8,
    });
    expect(bench.chip.snapshot()).toEqual(before);
    expect(must(await lockSlots(bench.session, SERIAL, [10, 13], config))).toEqual([13]);
  });
});

describe('data lock without CRC', () => {
  it('compares what can be read', async () => {
    const bench = await openBench();
    await configured(bench);
    const planned = new Uint8Array(72).fill(0x22);
    const blocks = [0, 1, 2].map((block) => ({ address: dataAddress(10, block), bytes: planned.slice(0, 32) }));
    must(await writeBlocks(bench.session, SERIAL, blocks));
    const wrong = await lockData(bench.session, SERIAL, { policy: 'no-crc' }, [
      { zone: 'data', slot: 10, bytes: new Uint8Array(72).fill(0x23) },
    ]);
    expect(mustFail(wrong)).toMatchObject({ kind: 'read-back-differs', where: 'slot 10 block 0' });
    // Locked all the same; a resume finds that out and compares again.
    expect(
      must(await lockData(bench.session, SERIAL, { policy: 'no-crc' }, [{ zone: 'data', slot: 10, bytes: planned }])),
    ).toEqual({
      outcome: 'locked-already',
      rewritten: false,
    });
    must(await verifyContent(bench.session, [{ zone: 'otp', slot: 0, bytes: new Uint8Array(64).fill(0xff) }]));
  });

  it('is refused before config lock', async () => {
    const bench = await openBench();
    expect(mustFail(await lockData(bench.session, SERIAL, dataLock(PART)))).toEqual({
      kind: 'not-locked',
      zone: 'config',
    });
  });
});

describe('keys', () => {
  it('a slot without a key, a torn key, and a key', async () => {
    const bench = await openBench();
    await configured(bench);
    expect(mustFail(await publicKey(bench.session, 0))).toEqual({ kind: 'no-key', slot: 0 });
    expect(must(await readKeyValid(bench.session, 0))).toBe(false);
    const secret = new Secret(new Uint8Array(32).fill(0x11));
    must(await privWrite(bench.session, SERIAL, 0, secret));
    expect(must(await readKeyValid(bench.session, 0))).toBe(true);
    expect(must(await publicKey(bench.session, 0, SERIAL))).toHaveLength(64);
  });

  it.each(parts)('%s: a challenge is signed by the key in force', async (part) => {
    const bench = await openBench({ part });
    const { publicKey: key } = must(await provision(bench.session, part));
    const signature = must(await challengeSignature(bench.session, { slot: 0, part, challenge: CHALLENGE }));
    expect(verifyDigest(key, CHALLENGE, signature)).toBe(true);
  });
});

describe('encrypted reads and writes (provisioning-recipes.md 8)', () => {
  it.each(dialects)('%s kit: written under slot 4, read back under slot 4, by blocks', async (dialect) => {
    const bench = await openBench({ dialect, faults: [atCommand(0x15, { do: 'drop-answer' }, { times: 2 })] });
    await configured(bench);
    await withParentKey(bench);
    must(await lockData(bench.session, SERIAL, { policy: 'no-crc' }));
    const plain = [0, 1].map((i) => new Uint8Array(32).fill(0x60 + i));
    const blocks = plain.map((bytes, block) => ({ address: dataAddress(8, block), plain: new Secret(bytes.slice()) }));
    must(await encryptedWrite(bench.session, SERIAL, cipher, blocks));
    expect(bench.chip.inspect().slots[8]?.slice(0, 33)).toEqual(
      Uint8Array.from([...new Uint8Array(32).fill(0x60), 0x61]),
    );
    expect(must(await encryptedRead(bench.session, SERIAL, cipher, dataAddress(8, 1)))).toEqual(plain[1]);
    expect(mustFail(await readSlot(bench.session, 8))).toMatchObject({ kind: 'status', status: 0x0f });
    expect(must(await readOtp(bench.session))).toEqual(new Uint8Array(64).fill(0xff));
  });

  it('a private key under encryption, before data lock', async () => {
    const bench = await openBench();
    await configured(bench);
    await withParentKey(bench);
    const secret = new Secret(new Uint8Array(32).fill(0x11));
    must(await privWrite(bench.session, SERIAL, 0, secret, cipher));
    const clear = await openBench();
    await configured(clear);
    must(await privWrite(clear.session, SERIAL, 0, secret));
    expect(must(await publicKey(bench.session, 0))).toEqual(must(await publicKey(clear.session, 0)));
  });

  it('shows observers no secret: neither keys in clear nor planned secret blocks', async () => {
    const bench = await openBench();
    await configured(bench);
    bench.events.length = 0;
    const marked = new Uint8Array(32).fill(0xab);
    must(await privWrite(bench.session, SERIAL, 0, new Secret(marked.slice())));
    must(await writeBlocks(bench.session, SERIAL, [{ address: dataAddress(4, 0), bytes: marked, secret: true }]));
    expect(JSON.stringify(bench.events)).not.toContain('ABABAB');
    const writes = bench.events.flatMap((event) => (event.kind === 'sent' ? [event.packet.hex.slice(0, 14)] : []));
    expect(writes).toContain('2712822000....');
  });
});

describe('the dry run', () => {
  it('names what can never be undone and what must not be repeated', async () => {
    const { packets, result } = await planPackets({ part: PART, config: target(PART).image }, (session) =>
      lockConfig(session, target(PART), undefined),
    );
    // The image's own bytes 0..15 hold no serial number of ours: the guard answers first.
    expect(result).toMatchObject({ ok: false, failure: { kind: 'board-changed' } });
    expect(packets.map((packet) => packet.name)).toEqual(['Read']);
    const config = target(PART).image.slice();
    config.set(SERIAL.slice(0, 4), 0);
    config.set(SERIAL.slice(4), 8);
    const good = await planPackets({ part: PART, config }, (session) => lockConfig(session, target(PART)));
    expect(good.result).toEqual({ ok: true, value: 'locked' });
    const lock = good.packets.find((packet) => packet.name === 'Lock');
    expect(lock).toMatchObject({ irreversible: true, repeatable: false });
    expect(lock?.describe).toMatch(/^lock the configuration zone with CRC [0-9A-F]{4}$/);
  });
});
