/**
 * Named procedures over Commands: whole reads and writes, configuration zone, encrypted blocks, signatures.
 * Which of them must run in one wake window is said at each; the watchdog is the driver's business.
 */
import { byteAt, concat, padRight } from '../base/bytes.ts';
import { fail, ok } from '../base/result.ts';
import {
  BLOCK_SIZE,
  CONFIG_SIZE,
  configAddress,
  dataAddress,
  type Geometry,
  type MemoryAddress,
  readAccesses,
  slotBlocks,
  slotSize,
  writeAccesses,
  type Zone,
} from './address.ts';
import type { Command, Part } from './command.ts';
import {
  genDigSlot,
  noncePassThrough,
  nonceRandom,
  privWriteEncrypted,
  random,
  read,
  shaEnd,
  shaStart,
  shaUpdate,
  signExternal,
  updateExtra,
  updateExtraMode,
  verifyExternal,
  verifyStored,
  write,
  writeEncrypted,
} from './commands/index.ts';
import { openBlock, openSession, sealBlock, sealPrivateKey } from './host/session.ts';
import { isPrivateSlot } from './lock-crc.ts';
import { ask, askAll, type Procedure } from './procedure.ts';
import { padPublicKey, unpadPublicKey } from './public-key.ts';
import { serialNumberOf } from './serial.ts';

/** `length` bytes at `offset` of a zone or slot, read in whole blocks and, in a short last block, words. */
export function* readBytes(
  zone: Zone,
  slot: number,
  offset: number,
  length: number,
  geometry?: Geometry,
): Procedure<Uint8Array> {
  const accesses = readAccesses(zone, slot, offset, length, geometry);
  if (accesses === undefined) return fail({ kind: 'illegal-parameters', reason: 'the range is not inside the zone' });
  const wanted = new Uint8Array(length);
  for (const { address, size, start } of accesses) {
    const bytes = yield* ask(read(address, size));
    if (!bytes.ok) return bytes;
    const skip = Math.max(0, offset - start);
    const at = start + skip - offset;
    wanted.set(bytes.value.subarray(skip, skip + length - at), at);
  }
  return ok(wanted);
}

/** Plain writes of whole words at `offset` of a zone or slot (address.ts `writeAccesses`). Data slots before data lock: writeSlot. */
export function* writeBytes(
  zone: Zone,
  slot: number,
  offset: number,
  data: Uint8Array,
  geometry?: Geometry,
): Procedure<undefined> {
  const accesses = writeAccesses(zone, slot, offset, data.length, geometry);
  if (accesses === undefined) {
    return fail({ kind: 'illegal-parameters', reason: 'the range is not inside the zone, or not in whole words' });
  }
  return yield* askAll(
    accesses.map(({ address, size, start }) => write(address, data.slice(start - offset, start - offset + size))),
  );
}

/** The 32-byte writes that fill a slot with `content`, the last block padded with 00: the only form before data lock. RangeError when it does not fit. */
export function slotWrites(slot: number, content: Uint8Array): readonly Command<undefined>[] {
  if (content.length > slotSize(slot)) throw new RangeError(`${content.length} bytes do not fit slot ${slot}`);
  const blocks = slotBlocks(slot);
  const padded = padRight(content, blocks.length * BLOCK_SIZE);
  return blocks.map((address, index) => write(address, padded.slice(index * BLOCK_SIZE, (index + 1) * BLOCK_SIZE)));
}

/** Fills a slot, all its blocks. */
export function writeSlot(slot: number, content: Uint8Array): Procedure<undefined> {
  return askAll(slotWrites(slot, content));
}

/** A slot in whole blocks, cut to its size. */
export function* readSlot(slot: number): Procedure<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const address of slotBlocks(slot)) {
    const block = yield* ask(read(address, 32));
    if (!block.ok) return block;
    parts.push(block.value);
  }
  return ok(concat(...parts).slice(0, slotSize(slot)));
}

/** The 128 bytes of the configuration zone, four block reads. */
export function readConfigZone(): Procedure<Uint8Array> {
  return readBytes('config', 0, 0, CONFIG_SIZE);
}

/** SN[0:8], one block read. To be in the same sequence as every irreversible command (provisioning-recipes.md 0). */
export function* readSerialNumber(): Procedure<Uint8Array> {
  const block = yield* ask(read(configAddress(0), 32));
  return block.ok ? ok(serialNumberOf(block.value)) : block;
}

/**
 * The 13 writes of bytes 16..83 and 88..127 of a 128-byte image, in the order of config-zone.md 4: plan stage 1. Bytes 0..15
 * and 84..87 of the image are never data. RangeError for an image of another length.
 */
export function configWrites(image: Uint8Array): readonly Command<undefined>[] {
  if (image.length !== CONFIG_SIZE) throw new RangeError(`configuration image of ${image.length} bytes`);
  const accesses = writeAccesses('config', 0, 16, CONFIG_SIZE - 16) ?? [];
  return accesses.map(({ address, size, start }) => write(address, image.slice(start, start + size)));
}

/** Plan stage 1: the 13 writes and nothing else. */
export function writeConfigForPlan(image: Uint8Array): Procedure<undefined> {
  return askAll(configWrites(image));
}

/**
 * The library-compatible procedure of the same name, 15 packets: the 13 writes and then always UpdateExtra 84 and 85, before
 * config lock (config-zone.md 4). A plan never uses it.
 */
export function writeConfigZone(image: Uint8Array): Procedure<undefined> {
  return askAll([
    ...configWrites(image),
    updateExtra(updateExtraMode.userExtra, byteAt(image, 84)),
    updateExtra(updateExtraMode.selector, byteAt(image, 85)),
  ]);
}

/**
 * Whether two configuration zones agree in the bytes that a comparison counts: 16..51 and 90..127, on a 608 also 68..83
 * (config-zone.md 4: counters, last use and lock bytes change by themselves).
 */
export function sameConfig(a: Uint8Array, b: Uint8Array, part: Part): boolean {
  const ranges: readonly (readonly [first: number, last: number])[] =
    part === 'ATECC608'
      ? [
          [16, 51],
          [68, 83],
          [90, 127],
        ]
      : [
          [16, 51],
          [90, 127],
        ];
  if (a.length !== CONFIG_SIZE || b.length !== CONFIG_SIZE) return false;
  return ranges.every(([first, last]) => {
    for (let at = first; at <= last; at += 1) if (a[at] !== b[at]) return false;
    return true;
  });
}

/** Reads the configuration zone and compares it with an image. */
export function* compareConfigZone(image: Uint8Array, part: Part): Procedure<boolean> {
  const config = yield* readConfigZone();
  return config.ok ? ok(sameConfig(config.value, image, part)) : config;
}

/** Bytes 84..87: UserExtra, Selector, LockValue, LockConfig. */
export interface LockState {
  readonly userExtra: number;
  readonly selector: number;
  readonly dataLocked: boolean;
  readonly configLocked: boolean;
}

/** Lock state from one 4-byte read. A zone counts as locked when its byte is anything but 55. */
export function* readLockState(): Procedure<LockState> {
  const word = yield* ask(read(configAddress(2, 5), 4));
  if (!word.ok) return word;
  return ok({
    userExtra: byteAt(word.value, 0),
    selector: byteAt(word.value, 1),
    dataLocked: byteAt(word.value, 2) !== 0x55,
    configLocked: byteAt(word.value, 3) !== 0x55,
  });
}

/** Whether a slot is locked by itself: its bit in bytes 88..89 is 0. */
export function* readSlotLocked(slot: number): Procedure<boolean> {
  const word = yield* ask(read(configAddress(2, 6), 4));
  if (!word.ok) return word;
  return ok((((byteAt(word.value, 0) | (byteAt(word.value, 1) << 8)) >> slot) & 1) === 0);
}

/** Whether KeyConfig says that a slot holds a private key; reads block 3. */
export function* readIsPrivate(slot: number): Procedure<boolean> {
  const block = yield* ask(read(configAddress(3), 32));
  if (!block.ok) return block;
  return ok(isPrivateSlot(concat(new Uint8Array(96), block.value), slot));
}

/** What an encrypted read or write needs: the key in `keySlot` and 20 host bytes for the Nonce. */
export interface EncryptionKey {
  /** 32 bytes, lent for the length of the procedure. */
  readonly key: Uint8Array;
  readonly keySlot: number;
  /** 20 bytes from the host's generator, fresh for each block. */
  readonly numIn: Uint8Array;
}

/** SN, Nonce and GenDig; ends with the session key. The chip must not be asked anything else before the block. */
function* beginSession(key: EncryptionKey): Procedure<{ readonly session: Uint8Array; readonly sn: Uint8Array }> {
  const sn = yield* readSerialNumber();
  if (!sn.ok) return sn;
  const randOut = yield* ask(nonceRandom(key.numIn));
  if (!randOut.ok) return randOut;
  const mixed = yield* ask(genDigSlot(key.keySlot));
  if (!mixed.ok) return mixed;
  return ok({
    sn: sn.value,
    session: openSession({
      key: key.key,
      keySlot: key.keySlot,
      sn: sn.value,
      numIn: key.numIn,
      randOut: randOut.value,
    }),
  });
}

/** Writes one 32-byte block encrypted; one wake window or idle between, never one step alone (provisioning-recipes.md 8). */
export function* writeBlockEncrypted(
  address: MemoryAddress,
  data: Uint8Array,
  key: EncryptionKey,
): Procedure<undefined> {
  const begun = yield* beginSession(key);
  if (!begun.ok) return begun;
  const { session, sn } = begun.value;
  return yield* ask(writeEncrypted(address, sealBlock(session, address, sn, data)));
}

/** Reads one 32-byte block that the chip gives out encrypted only. */
export function* readBlockEncrypted(address: MemoryAddress, key: EncryptionKey): Procedure<Uint8Array> {
  const begun = yield* beginSession(key);
  if (!begun.ok) return begun;
  const cipher = yield* ask(read(address, 32));
  return cipher.ok ? ok(openBlock(begun.value.session, cipher.value)) : cipher;
}

/** Puts a private key (32 bytes, big-endian) into a slot, encrypted. */
export function* writePrivateKeyEncrypted(
  slot: number,
  privateKey: Uint8Array,
  key: EncryptionKey,
): Procedure<undefined> {
  const begun = yield* beginSession(key);
  if (!begun.ok) return begun;
  const { session, sn } = begun.value;
  return yield* ask(privWriteEncrypted(slot, sealPrivateKey(session, slot, sn, privateKey)));
}

/** Where a digest goes on a part: the 608 has a buffer of its own for it. */
export function digestTarget(part: Part): 'TempKey' | 'MsgDigBuf' {
  return part === 'ATECC608' ? 'MsgDigBuf' : 'TempKey';
}

/**
 * Signature R ‖ S over a 32-byte digest: Random (renews the seed; its value is not used), Nonce pass-through, Sign. One wake window,
 * nothing in between (provisioning-recipes.md 7).
 */
export function* signDigest(slot: number, digest: Uint8Array, part: Part): Procedure<Uint8Array> {
  const renewed = yield* ask(random());
  if (!renewed.ok) return renewed;
  const target = digestTarget(part);
  const loaded = yield* ask(noncePassThrough(digest, target));
  if (!loaded.ok) return loaded;
  return yield* ask(signExternal(slot, target));
}

/** Has the chip check a signature over a 32-byte digest with a given public key; a wrong signature is status 01. */
export function* verifyDigestExternal(
  digest: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
  part: Part,
): Procedure<undefined> {
  const target = digestTarget(part);
  const loaded = yield* ask(noncePassThrough(digest, target));
  if (!loaded.ok) return loaded;
  return yield* ask(verifyExternal(signature, publicKey, target));
}

/** As verifyDigestExternal, with the public key stored in a slot. */
export function* verifyDigestStored(
  digest: Uint8Array,
  signature: Uint8Array,
  slot: number,
  part: Part,
): Procedure<undefined> {
  const target = digestTarget(part);
  const loaded = yield* ask(noncePassThrough(digest, target));
  if (!loaded.ok) return loaded;
  return yield* ask(verifyStored(slot, signature, target));
}

/** SHA-256 computed by the chip: 32 bytes. One wake window; any other command in between gives it up. */
export function* hashInChip(data: Uint8Array): Procedure<Uint8Array> {
  const started = yield* ask(shaStart());
  if (!started.ok) return started;
  let at = 0;
  for (; data.length - at >= 64; at += 64) {
    const absorbed = yield* ask(shaUpdate(data.slice(at, at + 64)));
    if (!absorbed.ok) return absorbed;
  }
  return yield* ask(shaEnd(data.slice(at)));
}

/** Slots 8..15 have room for a stored public key (72 bytes). */
function holdsPublicKey(slot: number): boolean {
  return Number.isInteger(slot) && slot >= 8 && slot <= 15;
}

/** Stores X ‖ Y in its padded form in three blocks of a slot 8..15. */
export function* writePublicKey(slot: number, publicKey: Uint8Array): Procedure<undefined> {
  if (!holdsPublicKey(slot))
    return fail({ kind: 'illegal-parameters', reason: `slot ${slot} cannot hold a public key` });
  const padded = padRight(padPublicKey(publicKey), 3 * BLOCK_SIZE);
  return yield* askAll(
    [0, 1, 2].map((block) => write(dataAddress(slot, block), padded.slice(32 * block, 32 * block + 32))),
  );
}

/** X ‖ Y from the three blocks of a slot 8..15; what stands in the pads does not count. */
export function* readPublicKey(slot: number): Procedure<Uint8Array> {
  if (!holdsPublicKey(slot))
    return fail({ kind: 'illegal-parameters', reason: `slot ${slot} cannot hold a public key` });
  const blocks: Uint8Array[] = [];
  for (const block of [0, 1, 2]) {
    const bytes = yield* ask(read(dataAddress(slot, block), 32));
    if (!bytes.ok) return bytes;
    blocks.push(bytes.value);
  }
  return ok(unpadPublicKey(concat(...blocks)));
}

/** The 64-byte signature at the beginning of a slot 8..15: two blocks. */
export function readSignature(slot: number): Procedure<Uint8Array> {
  return readBytes('data', slot, 0, 64);
}
