import { byteAt, concat, readU16le, sliceExact, u16le } from '../../base/bytes.ts';
import { CONFIG_SIZE } from '../address.ts';
import type { ClockDivider, Part } from '../command.ts';
import { clockDividerOf } from '../timing.ts';
import { packBits, packFlag, packReserved, takeBits, takeFlag } from './bits.ts';
import { decodeCounter, encodeCounter } from './counter.ts';
import { decodeKeyConfig, decodeSlotConfig, encodeKeyConfig, encodeSlotConfig, type Slot } from './slot.ts';

/** Factory bytes 0..15; a client never writes them (config-zone.md 4). */
export interface ChipIdentity {
  /** 9 bytes: 0..3 and 8..12. */
  readonly serialNumber: Uint8Array;
  /** 4 bytes: 4..7. */
  readonly revision: Uint8Array;
  /** 608: bit 0 = AES enabled. 508A: reserved. */
  readonly byte13: number;
  /** Bit 0: 1 = I2C part, 0 = single-wire part. */
  readonly byte14: number;
  readonly byte15: number;
}

/** A counter: its count, or its 8 bytes where they are no count. */
export type CounterField =
  | { readonly kind: 'count'; readonly value: number }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

/** X509format: both in units of 64-byte SHA blocks; 0 and 0 = no X.509 format. */
export interface X509Format {
  readonly templateLength: number;
  readonly publicPosition: number;
}

interface CommonConfig {
  readonly identity: ChipIdentity;
  /** Byte 16, the 8-bit address; bit 0 is not part of it. */
  readonly i2cAddress: number;
  readonly reserved17: number;
  /** Sixteen slots in order. */
  readonly slots: readonly Slot[];
  readonly counters: readonly [CounterField, CounterField];
  readonly userExtra: number;
  /** 55 = data and OTP open, 00 = locked. */
  readonly lockValue: number;
  /** 55 = config open, 00 = locked. */
  readonly lockConfig: number;
  /** Bit n = 1: slot n is not locked. */
  readonly slotLocked: number;
  /** Four formats. */
  readonly x509Formats: readonly X509Format[];
}

/** Configuration zone of an ATECC508A (config-zone.md 1). */
export interface Atecc508Config extends CommonConfig {
  readonly part: 'ATECC508A';
  /** AA read-only, 55 consumption, others reserved. */
  readonly otpMode: number;
  readonly chipMode: {
    /** True: Selector can be changed only from 0. */
    readonly selectorOnce: boolean;
    readonly ttl: boolean;
    /** True: 10 s, false: 1.3 s. */
    readonly longWatchdog: boolean;
    /** Bits 7..3 in place. */
    readonly reserved: number;
  };
  /** 16 bytes: 128 single-use bits of slot 15. */
  readonly lastKeyUse: Uint8Array;
  readonly selector: number;
  /** LE16 of bytes 90..91. */
  readonly reserved90: number;
}

/** Configuration zone of an ATECC608A/B (config-zone.md 1; the meaning of single values at 68..75 is UNCONFIRMED there). */
export interface Atecc608Config extends CommonConfig {
  readonly part: 'ATECC608';
  readonly countMatch: {
    readonly enabled: boolean;
    /** Slot that holds the match value. */
    readonly slot: number;
    /** Bits 3..1 in place. */
    readonly reserved: number;
  };
  readonly chipMode: {
    /** True: the I2C address is taken from byte 85 when that is not 0. */
    readonly extraAddress: boolean;
    readonly ttl: boolean;
    readonly longWatchdog: boolean;
    /** Bits 7..3 as a number: 00, 05, 0D; others are not known. */
    readonly clockDivider: number;
  };
  readonly useLock: { readonly mode: number; readonly slot: number };
  readonly volatileKeyPermission: {
    readonly enabled: boolean;
    readonly slot: number;
    /** Bits 6..4 in place. */
    readonly reserved: number;
  };
  readonly secureBoot: {
    readonly mode: number;
    readonly persistent: boolean;
    readonly randomNonce: boolean;
    /** Slot of the signature or digest. */
    readonly signatureSlot: number;
    readonly publicKeySlot: number;
    /** Bits 2 and 7..5 in place. */
    readonly reserved: number;
  };
  readonly kdfIv: {
    readonly location: number;
    /** 2 bytes. */
    readonly text: Uint8Array;
  };
  /** 9 bytes. */
  readonly reserved75: Uint8Array;
  readonly userExtraAddress: number;
  readonly chipOptions: {
    readonly powerOnSelfTest: boolean;
    readonly ioProtectionKey: boolean;
    readonly kdfAes: boolean;
    readonly autoClear: boolean;
    readonly ecdhProtection: number;
    readonly kdfProtection: number;
    readonly ioKeySlot: number;
    /** Bits 7..4 in place. */
    readonly reserved: number;
  };
}

/** The decoded configuration zone of either part. Nothing is said twice in it, so any field may be changed and packed. */
export type ConfigZone = Atecc508Config | Atecc608Config;

/** Offset of SlotConfig[slot]. */
export function slotConfigOffset(slot: number): number {
  return 20 + 2 * slot;
}

/** Offset of KeyConfig[slot]. */
export function keyConfigOffset(slot: number): number {
  return 96 + 2 * slot;
}

/** 128 bytes as the model of this part. Loses nothing: `encodeConfig` gives the same bytes. RangeError on another length. */
export function decodeConfig(bytes: Uint8Array, part: Part): ConfigZone {
  if (bytes.length !== CONFIG_SIZE) throw new RangeError(`a configuration zone has 128 bytes, not ${bytes.length}`);
  const common: CommonConfig = {
    identity: {
      serialNumber: concat(sliceExact(bytes, 0, 4), sliceExact(bytes, 8, 5)),
      revision: sliceExact(bytes, 4, 4),
      byte13: byteAt(bytes, 13),
      byte14: byteAt(bytes, 14),
      byte15: byteAt(bytes, 15),
    },
    i2cAddress: byteAt(bytes, 16),
    reserved17: byteAt(bytes, 17),
    slots: Array.from({ length: 16 }, (_, number) => ({
      number,
      slotConfig: decodeSlotConfig(readU16le(bytes, slotConfigOffset(number))),
      keyConfig: decodeKeyConfig(readU16le(bytes, keyConfigOffset(number))),
    })),
    counters: [counterField(sliceExact(bytes, 52, 8)), counterField(sliceExact(bytes, 60, 8))],
    userExtra: byteAt(bytes, 84),
    lockValue: byteAt(bytes, 86),
    lockConfig: byteAt(bytes, 87),
    slotLocked: readU16le(bytes, 88),
    x509Formats: Array.from({ length: 4 }, (_, i) => ({
      templateLength: takeBits(byteAt(bytes, 92 + i), 4, 4),
      publicPosition: takeBits(byteAt(bytes, 92 + i), 4, 0),
    })),
  };
  return part === 'ATECC508A' ? decode508(bytes, common) : decode608(bytes, common);
}

function decode508(bytes: Uint8Array, common: CommonConfig): Atecc508Config {
  const chipMode = byteAt(bytes, 19);
  return {
    part: 'ATECC508A',
    ...common,
    otpMode: byteAt(bytes, 18),
    chipMode: {
      selectorOnce: takeFlag(chipMode, 0),
      ttl: takeFlag(chipMode, 1),
      longWatchdog: takeFlag(chipMode, 2),
      reserved: chipMode & 0xf8,
    },
    lastKeyUse: sliceExact(bytes, 68, 16),
    selector: byteAt(bytes, 85),
    reserved90: readU16le(bytes, 90),
  };
}

function decode608(bytes: Uint8Array, common: CommonConfig): Atecc608Config {
  const countMatch = byteAt(bytes, 18);
  const chipMode = byteAt(bytes, 19);
  const useLock = byteAt(bytes, 68);
  const volatile = byteAt(bytes, 69);
  const secureBoot = readU16le(bytes, 70);
  const options = readU16le(bytes, 90);
  return {
    part: 'ATECC608',
    ...common,
    countMatch: { enabled: takeFlag(countMatch, 0), slot: takeBits(countMatch, 4, 4), reserved: countMatch & 0x0e },
    chipMode: {
      extraAddress: takeFlag(chipMode, 0),
      ttl: takeFlag(chipMode, 1),
      longWatchdog: takeFlag(chipMode, 2),
      clockDivider: takeBits(chipMode, 5, 3),
    },
    useLock: { mode: takeBits(useLock, 4, 0), slot: takeBits(useLock, 4, 4) },
    volatileKeyPermission: {
      enabled: takeFlag(volatile, 7),
      slot: takeBits(volatile, 4, 0),
      reserved: volatile & 0x70,
    },
    secureBoot: {
      mode: takeBits(secureBoot, 2, 0),
      persistent: takeFlag(secureBoot, 3),
      randomNonce: takeFlag(secureBoot, 4),
      signatureSlot: takeBits(secureBoot, 4, 8),
      publicKeySlot: takeBits(secureBoot, 4, 12),
      reserved: secureBoot & 0xe4,
    },
    kdfIv: { location: byteAt(bytes, 72), text: sliceExact(bytes, 73, 2) },
    reserved75: sliceExact(bytes, 75, 9),
    userExtraAddress: byteAt(bytes, 85),
    chipOptions: {
      powerOnSelfTest: takeFlag(options, 0),
      ioProtectionKey: takeFlag(options, 1),
      kdfAes: takeFlag(options, 2),
      autoClear: takeFlag(options, 3),
      ecdhProtection: takeBits(options, 2, 8),
      kdfProtection: takeBits(options, 2, 10),
      ioKeySlot: takeBits(options, 4, 12),
      reserved: options & 0xf0,
    },
  };
}

/** The 128 bytes of a model; RangeError when a value does not fit its bits or an array has the wrong length. */
export function encodeConfig(config: ConfigZone): Uint8Array {
  const { identity } = config;
  const word = (i: number, read: (slot: Slot) => number): Uint8Array => {
    const slot = config.slots[i];
    if (slot === undefined || slot.number !== i) throw new RangeError(`slot ${i} is not at its place`);
    return u16le(read(slot));
  };
  const sixteen = Array.from({ length: 16 }, (_, i) => i);
  if (config.x509Formats.length !== 4) throw new RangeError('there are four X509format bytes');
  return concat(
    exactly(identity.serialNumber, 9, 'serial number').subarray(0, 4),
    exactly(identity.revision, 4, 'revision'),
    identity.serialNumber.subarray(4),
    [byte(identity.byte13), byte(identity.byte14), byte(identity.byte15)],
    [byte(config.i2cAddress), byte(config.reserved17), ...modeBytes(config)],
    ...sixteen.map((i) => word(i, (slot) => encodeSlotConfig(slot.slotConfig))),
    ...config.counters.map((counter) =>
      counter.kind === 'count' ? encodeCounter(counter.value) : exactly(counter.bytes, 8, 'counter'),
    ),
    bytes68to83(config),
    [byte(config.userExtra), byte(config.part === 'ATECC508A' ? config.selector : config.userExtraAddress)],
    [byte(config.lockValue), byte(config.lockConfig)],
    u16le(packBits(config.slotLocked, 16, 0, 'SlotLocked')),
    u16le(config.part === 'ATECC508A' ? packBits(config.reserved90, 16, 0, 'bytes 90..91') : chipOptions(config)),
    config.x509Formats.map(
      (format) =>
        packBits(format.templateLength, 4, 4, 'TemplateLength') |
        packBits(format.publicPosition, 4, 0, 'PublicPosition'),
    ),
    ...sixteen.map((i) => word(i, (slot) => encodeKeyConfig(slot.keyConfig))),
  );
}

function modeBytes(config: ConfigZone): [number, number] {
  const shared = packFlag(config.chipMode.ttl, 1) | packFlag(config.chipMode.longWatchdog, 2);
  if (config.part === 'ATECC508A') {
    const { selectorOnce, reserved } = config.chipMode;
    return [byte(config.otpMode), shared | packFlag(selectorOnce, 0) | packReserved(reserved, 0xf8, 'ChipMode')];
  }
  const { enabled, slot, reserved } = config.countMatch;
  const { extraAddress, clockDivider } = config.chipMode;
  return [
    packFlag(enabled, 0) | packReserved(reserved, 0x0e, 'CountMatch') | packBits(slot, 4, 4, 'CountMatch slot'),
    shared | packFlag(extraAddress, 0) | packBits(clockDivider, 5, 3, 'clock divider'),
  ];
}

function bytes68to83(config: ConfigZone): Uint8Array {
  if (config.part === 'ATECC508A') return exactly(config.lastKeyUse, 16, 'LastKeyUse');
  const { useLock, volatileKeyPermission: volatile, secureBoot, kdfIv } = config;
  return concat(
    [
      packBits(useLock.mode, 4, 0, 'UseLock') | packBits(useLock.slot, 4, 4, 'UseLock slot'),
      packBits(volatile.slot, 4, 0, 'VolatileKeyPermission slot') |
        packReserved(volatile.reserved, 0x70, 'VolatileKeyPermission') |
        packFlag(volatile.enabled, 7),
    ],
    u16le(
      packBits(secureBoot.mode, 2, 0, 'SecureBoot mode') |
        packFlag(secureBoot.persistent, 3) |
        packFlag(secureBoot.randomNonce, 4) |
        packReserved(secureBoot.reserved, 0xe4, 'SecureBoot') |
        packBits(secureBoot.signatureSlot, 4, 8, 'SecureBoot signature slot') |
        packBits(secureBoot.publicKeySlot, 4, 12, 'SecureBoot public-key slot'),
    ),
    [byte(kdfIv.location)],
    exactly(kdfIv.text, 2, 'KdfIvStr'),
    exactly(config.reserved75, 9, 'bytes 75..83'),
  );
}

function chipOptions(config: Atecc608Config): number {
  const options = config.chipOptions;
  return (
    packFlag(options.powerOnSelfTest, 0) |
    packFlag(options.ioProtectionKey, 1) |
    packFlag(options.kdfAes, 2) |
    packFlag(options.autoClear, 3) |
    packReserved(options.reserved, 0xf0, 'ChipOptions') |
    packBits(options.ecdhProtection, 2, 8, 'ECDH protection') |
    packBits(options.kdfProtection, 2, 10, 'KDF protection') |
    packBits(options.ioKeySlot, 4, 12, 'IO protection key slot')
  );
}

function counterField(bytes: Uint8Array): CounterField {
  const value = decodeCounter(bytes);
  return value === undefined ? { kind: 'raw', bytes } : { kind: 'count', value };
}

function exactly(bytes: Uint8Array, count: number, name: string): Uint8Array {
  if (bytes.length !== count) throw new RangeError(`${name}: ${count} bytes needed, ${bytes.length} given`);
  return bytes;
}

function byte(value: number): number {
  return packBits(value, 8, 0, 'byte');
}

/** The slot with this number; RangeError outside 0..15. */
export function slotOf(config: ConfigZone, number: number): Slot {
  const slot = config.slots[number];
  if (slot === undefined) throw new RangeError(`there is no slot ${number}`);
  return slot;
}

/** Whether SlotLocked says that the slot is locked. */
export function isSlotLocked(config: ConfigZone, number: number): boolean {
  return ((config.slotLocked >> number) & 1) === 0;
}

/** The clock divider of ChipMode (atecc-device.md 3); undefined where bits 7..3 hold none of the three known values. */
export function clockDivider(config: ConfigZone): ClockDivider | undefined {
  return config.part === 'ATECC508A' ? 'M0' : clockDividerOf(config.chipMode.clockDivider << 3);
}
