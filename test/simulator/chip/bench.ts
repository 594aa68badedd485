import { createHash, createHmac, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { expect } from 'vitest';
import {
  type Chip,
  type ChipEvent,
  type ChipModel,
  createChip,
  type Defect,
  factoryImage,
  type RandomSource,
  type RuleId,
  type Switches,
  scriptedRandom,
  seededRandom,
  type TimingModel,
} from '../../../src-main/simulator/chip/index.ts';
import { type VirtualClock, virtualClock } from '../../../src-main/simulator/clock.ts';
import { buildPacket } from '../../../src-shared/atecc/packet.ts';
import { concat, fromHex, toHex } from '../../../src-shared/base/bytes.ts';

/** The serial number of the reference's worked numbers. */
export const SN = fromHex('01 23 03 04 05 06 07 08 EE');

/** Opcodes by the data sheet's names; written here again so that a wrong one in the chip is seen. */
export const op = {
  pause: 0x01,
  read: 0x02,
  mac: 0x08,
  hmac: 0x11,
  write: 0x12,
  genDig: 0x15,
  nonce: 0x16,
  lock: 0x17,
  random: 0x1b,
  deriveKey: 0x1c,
  updateExtra: 0x20,
  counter: 0x24,
  checkMac: 0x28,
  info: 0x30,
  genKey: 0x40,
  sign: 0x41,
  ecdh: 0x43,
  verify: 0x45,
  privWrite: 0x46,
  sha: 0x47,
  aes: 0x51,
  kdf: 0x56,
  selfTest: 0x77,
  secureBoot: 0x80,
} as const;

export type LockState = 'none' | 'config' | 'data';

/** One slot of a chip to be tested. Default: clear data, always writable, KeyType 7, lockable. */
export interface SlotSetup {
  readonly config?: number;
  readonly key?: number;
  readonly content?: Uint8Array;
  readonly privateKey?: Uint8Array;
  readonly locked?: boolean;
}

export interface Setup {
  readonly part?: ChipModel;
  /** Default: data locked. */
  readonly lock?: LockState;
  readonly slots?: Readonly<Record<number, SlotSetup>>;
  /** Single bytes of the configuration zone. */
  readonly bytes?: Readonly<Record<number, number>>;
  readonly otp?: Uint8Array;
  readonly switches?: Partial<Switches>;
  /** Bytes that the RNG gives first, in order. */
  readonly script?: readonly Uint8Array[];
  readonly random?: RandomSource;
  readonly timing?: TimingModel;
  readonly defect?: Defect;
  readonly sn?: Uint8Array;
  readonly onEvent?: (event: ChipEvent) => void;
}

/** Makes chips with some rules left out; scenarios take their chips from here only. */
export class World {
  readonly #disabled: ReadonlySet<RuleId>;

  constructor(disabled: Iterable<RuleId> = []) {
    this.#disabled = new Set(disabled);
  }

  /** A chip in exactly this state, awake. */
  bench(setup: Setup = {}): Bench {
    const part = setup.part ?? '508A';
    const clock = virtualClock();
    const random = setup.random ?? scriptedRandom(setup.script ?? [], seededRandom('bench'));
    const chip = createChip({
      part,
      serialNumber: setup.sn ?? SN,
      clock,
      random,
      timing: setup.timing ?? 'none',
      rules: { ...setup.switches, disabled: this.#disabled },
      ...(setup.defect === undefined ? {} : { defect: setup.defect }),
      ...(setup.onEvent === undefined ? {} : { onEvent: setup.onEvent }),
    });
    prepare(chip, part, setup);
    chip.wake();
    return new Bench(chip, clock);
  }
}

function prepare(chip: Chip, part: ChipModel, setup: Setup): void {
  const config = fromHex(chip.snapshot().config);
  const put16 = (offset: number, value: number): void => {
    config[offset] = value & 0xff;
    config[offset + 1] = value >> 8;
  };
  const slots = chip.snapshot().slots.map((hex) => fromHex(hex));
  const keyValid = new Array<boolean>(16).fill(false);
  for (let slot = 0; slot < 16; slot += 1) {
    const wanted = setup.slots?.[slot] ?? {};
    put16(20 + 2 * slot, wanted.config ?? 0x0f0f);
    put16(96 + 2 * slot, wanted.key ?? 0x003c);
    if (wanted.locked === true) {
      const byte = 88 + (slot >> 3);
      config[byte] = (config[byte] ?? 0) & ~(1 << (slot & 7));
    }
    if (wanted.content !== undefined) slots[slot]?.set(wanted.content);
    if (wanted.privateKey !== undefined) {
      slots[slot]?.set(concat(new Uint8Array(4), wanted.privateKey));
      keyValid[slot] = true;
    }
  }
  if (part === '508A') config[18] = 0xaa;
  for (const [offset, value] of Object.entries(setup.bytes ?? {})) config[Number(offset)] = value;
  const lock = setup.lock ?? 'data';
  if (lock !== 'none') config[87] = 0;
  if (lock === 'data') config[86] = 0;
  const otp = setup.otp ?? new Uint8Array(64).fill(0xff);
  chip.restore({ ...chip.snapshot(), config: toHex(config), otp: toHex(otp), slots: slots.map(toHex), keyValid });
}

/** An awake chip and a way to talk to it in raw packets. */
export class Bench {
  readonly chip: Chip;
  readonly clock: VirtualClock;

  constructor(chip: Chip, clock: VirtualClock) {
    this.chip = chip;
    this.clock = clock;
  }

  /** Whole answer packet; fails when the chip does not acknowledge. */
  raw(packet: Uint8Array): Uint8Array {
    const answer = this.chip.command(packet);
    if (answer === undefined) throw new Error('the chip did not acknowledge');
    return answer.response;
  }

  /** Payload of the answer to a command built here. */
  say(opcode: number, param1: number, param2: number, data: Uint8Array | readonly number[] = []): Uint8Array {
    return this.raw(buildPacket({ opcode, param1, param2, data: Uint8Array.from(data) })).slice(1, -2);
  }

  /** The status byte, 0 for data. */
  status(opcode: number, param1: number, param2: number, data: Uint8Array | readonly number[] = []): number {
    const payload = this.say(opcode, param1, param2, data);
    return payload.length === 1 ? (payload[0] ?? -1) : 0;
  }

  /** Expects success (status 00 or data) and gives the payload. */
  ok(opcode: number, param1: number, param2: number, data: Uint8Array | readonly number[] = []): Uint8Array {
    const payload = this.say(opcode, param1, param2, data);
    if (payload.length === 1) expect(payload[0], this.#what(opcode, param1, param2)).toBe(0);
    return payload;
  }

  /** Expects exactly this status. */
  gives(
    status: number,
    opcode: number,
    param1: number,
    param2: number,
    data: Uint8Array | readonly number[] = [],
  ): void {
    const payload = this.say(opcode, param1, param2, data);
    const found = payload.length === 1 ? (payload[0] ?? -1) : 0;
    expect(found.toString(16), this.#what(opcode, param1, param2)).toBe(status.toString(16));
  }

  /** Expects an execution error. */
  refused(opcode: number, param1: number, param2: number, data: Uint8Array | readonly number[] = []): void {
    this.gives(0x0f, opcode, param1, param2, data);
  }

  /** Expects a parse error. */
  illegal(opcode: number, param1: number, param2: number, data: Uint8Array | readonly number[] = []): void {
    this.gives(0x03, opcode, param1, param2, data);
  }

  /** Nonce pass-through into TempKey. */
  load(value: Uint8Array): void {
    this.ok(op.nonce, 3, 0, value);
  }

  /** Status of a command after a pass-through Nonce of zeros. */
  afterLoad(opcode: number, param1: number, param2: number): number {
    this.load(new Uint8Array(32));
    return this.status(opcode, param1, param2);
  }

  /** Random Nonce; gives the TempKey that the host computes. */
  nonce(numIn: Uint8Array = count(0, 20)): Uint8Array {
    const rand = this.ok(op.nonce, 0, 0, numIn);
    return sha(rand, numIn, [0x16, 0, 0]);
  }

  /** Nonce and GenDig of a slot: the session key as the host computes it. */
  session(slot: number, key: Uint8Array, random = true): Uint8Array {
    const loaded = count(0x55, 32);
    const tempKey = random ? this.nonce() : loaded;
    if (!random) this.load(loaded);
    this.ok(op.genDig, 2, slot, [0x15, 2, slot, 0]);
    return genDig(key, slot, tempKey, this.sn);
  }

  /** Authorises with the key of a slot. */
  authorise(slot: number, key: Uint8Array): void {
    const tempKey = this.nonce();
    this.gives(0, op.checkMac, 1, slot, this.proof(key, tempKey));
  }

  /** Data of a CheckMac of mode 01. */
  proof(key: Uint8Array, tempKey: Uint8Array, otherData = new Uint8Array(13)): Uint8Array {
    return concat(new Uint8Array(32), checkMacResponse(key, tempKey, otherData, this.sn), otherData);
  }

  /** Info State: [byte0, byte1]. */
  state(): { readonly flags: number; readonly more: number; readonly tempKey: boolean; readonly auth: boolean } {
    const [flags = 0, more = 0] = this.ok(op.info, 2, 0);
    return { flags, more, tempKey: (more & 0x80) !== 0, auth: (more & 4) !== 0 };
  }

  get sn(): Uint8Array {
    return this.chip.serialNumber;
  }

  sleepAndWake(): void {
    this.chip.sleep();
    this.chip.wake();
  }

  idleAndWake(): void {
    this.chip.idle();
    this.chip.wake();
  }

  #what(opcode: number, param1: number, param2: number): string {
    return `command ${opcode.toString(16)} ${param1.toString(16)} ${param2.toString(16)}`;
  }
}

/** start, start+1, … as bytes. */
export function count(start: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (start + i) & 0xff);
}

/** SHA-256 over the parts. */
export function sha(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  );
}

/** HMAC-SHA-256. */
export function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(message).digest());
}

export function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}

/** SN[8] ‖ SN[0:1]. */
export function snShort(sn: Uint8Array): Uint8Array {
  return concat(sn.subarray(8, 9), sn.subarray(0, 2));
}

/** GenDig of a data slot (atecc-device.md 7.13). */
export function genDig(key: Uint8Array, slot: number, tempKey: Uint8Array, sn: Uint8Array = SN): Uint8Array {
  return sha(key, [0x15, 2, slot, 0], snShort(sn), zeros(25), tempKey);
}

/** ClientResp for CheckMac with TempKey as second block (atecc-device.md 7.12). */
export function checkMacResponse(
  key: Uint8Array,
  block2: Uint8Array,
  od: Uint8Array,
  sn: Uint8Array = SN,
  otp8: Uint8Array = zeros(8),
): Uint8Array {
  const tail = concat(od.subarray(4, 7), sn.subarray(8, 9), od.subarray(7, 11), sn.subarray(0, 2), od.subarray(11, 13));
  return sha(key, block2, od.subarray(0, 4), otp8, tail);
}

/** Data of an encrypted Write: cipher and MAC over P1 as given (atecc-device.md 7.5). */
export function sealed(
  session: Uint8Array,
  p1: number,
  p2: number,
  plain: Uint8Array,
  sn: Uint8Array = SN,
): Uint8Array {
  const mac = sha(session, [0x12, p1, p2 & 0xff, p2 >> 8], snShort(sn), zeros(25), plain);
  return concat(xor(plain, session), mac);
}

/** Data of an encrypted PrivWrite (atecc-device.md 7.15). */
export function sealedKey(session: Uint8Array, slot: number, key: Uint8Array, sn: Uint8Array = SN): Uint8Array {
  const plain = concat(zeros(4), key);
  const mac = sha(session, [0x46, 0x40, slot, 0], snShort(sn), zeros(21), plain);
  return concat(xor(plain, concat(session, sha(session).subarray(0, 4))), mac);
}

export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ (b[i] ?? 0));
}

/** A P-256 pair of the test's own; node's keys sign and verify. */
export interface Pair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** The pair of a private key. */
export function pairOf(privateKey: Uint8Array): Pair {
  const pkcs8 = concat(fromHex('3041020100301306072A8648CE3D020106082A8648CE3D030107042730250201010420'), privateKey);
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return { privateKey, publicKey: concat(fromUrl(jwk.x), fromUrl(jwk.y)) };
}

function fromUrl(text: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(text ?? '', 'base64url'));
}

/** The worked PrivWrite key of atecc-device.md 9. */
export const KNOWN = pairOf(fromHex('878F0AB6A526D7111C26E6170810796E7B33007F832B8D64467ED6F870537A19'));
export const OTHER = pairOf(sha([1, 2, 3]));

/** R‖S by node over `message`, which is hashed: the chip is then given SHA-256(message). */
export function nodeSign(pair: Pair, message: Uint8Array): Uint8Array {
  const pkcs8 = concat(
    fromHex('3041020100301306072A8648CE3D020106082A8648CE3D030107042730250201010420'),
    pair.privateKey,
  );
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return new Uint8Array(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
}

/** Whether R‖S is a signature of SHA-256(message), judged by node. */
export function nodeVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: url(publicKey.subarray(0, 32)), y: url(publicKey.subarray(32)) };
  const key = createPublicKey({ format: 'jwk', key: jwk });
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** X‖Y as a 72-byte slot holds it, with the validity nibble. */
export function inSlot(publicKey: Uint8Array, nibble = 0): Uint8Array {
  return concat([nibble << 4, 0, 0, 0], publicKey.subarray(0, 32), zeros(4), publicKey.subarray(32));
}

/** Slots that many scenarios need. */
export const privateSlot = { config: 0x2087, key: 0x0033, privateKey: KNOWN.privateKey } as const;
export const secretKey = count(0x40, 32);
export const secretSlot = { config: 0x8f8f, key: 0x001c, content: secretKey } as const;

export { concat, factoryImage, fromHex, toHex };
