import { at, join, readLe16 } from './bytes.ts';

/** Byte numbers of the configuration zone that commands look at (config-zone.md 1). */
export const where = {
  i2cAddress: 16,
  otpMode: 18,
  chipMode: 19,
  slotConfig: 20,
  counters: 52,
  lastKeyUse: 68,
  volatileKeyPermission: 69,
  secureBoot: 70,
  userExtra: 84,
  selector: 85,
  lockValue: 86,
  lockConfig: 87,
  slotLocked: 88,
  chipOptions: 90,
  x509: 92,
  keyConfig: 96,
} as const;

/** SlotConfig, decoded (config-zone.md 2). */
export interface SlotConfig {
  readonly raw: number;
  readonly readKey: number;
  readonly noMac: boolean;
  readonly limitedUse: boolean;
  readonly encryptRead: boolean;
  readonly isSecret: boolean;
  readonly writeKey: number;
  /** Bits 15..12. */
  readonly writeConfig: number;
}

/** KeyConfig, decoded (config-zone.md 3). */
export interface KeyConfig {
  readonly raw: number;
  readonly isPrivate: boolean;
  readonly pubInfo: boolean;
  readonly keyType: number;
  readonly lockable: boolean;
  readonly reqRandom: boolean;
  readonly reqAuth: boolean;
  readonly authKey: number;
  readonly persistentDisable: boolean;
  readonly x509id: number;
}

export const keyTypes = { p256: 4, aes: 6, data: 7 } as const;

/** WriteConfig bits by the names the commands use (config-zone.md 2). */
export const writeBits = { encrypt: 4, genKeyOrDerive: 2, macRequired: 8, create: 1 } as const;

/** Reads fields from the 128 bytes as they are in the chip at this moment. */
export class ConfigView {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** SN[0:8] = bytes 0..3 and 8..12. */
  get serialNumber(): Uint8Array {
    return join(this.bytes.subarray(0, 4), this.bytes.subarray(8, 13));
  }

  get configLocked(): boolean {
    return at(this.bytes, where.lockConfig) !== 0x55;
  }

  get dataLocked(): boolean {
    return at(this.bytes, where.lockValue) !== 0x55;
  }

  slotLocked(slot: number): boolean {
    return ((readLe16(this.bytes, where.slotLocked) >> slot) & 1) === 0;
  }

  get chipMode(): number {
    return at(this.bytes, where.chipMode);
  }

  get chipOptions(): number {
    return readLe16(this.bytes, where.chipOptions);
  }

  get secureBoot(): number {
    return readLe16(this.bytes, where.secureBoot);
  }

  slot(slot: number): SlotConfig {
    const raw = readLe16(this.bytes, where.slotConfig + 2 * slot);
    return {
      raw,
      readKey: raw & 15,
      noMac: (raw & 0x10) !== 0,
      limitedUse: (raw & 0x20) !== 0,
      encryptRead: (raw & 0x40) !== 0,
      isSecret: (raw & 0x80) !== 0,
      writeKey: (raw >> 8) & 15,
      writeConfig: raw >> 12,
    };
  }

  key(slot: number): KeyConfig {
    const raw = readLe16(this.bytes, where.keyConfig + 2 * slot);
    return {
      raw,
      isPrivate: (raw & 1) !== 0,
      pubInfo: (raw & 2) !== 0,
      keyType: (raw >> 2) & 7,
      lockable: (raw & 0x20) !== 0,
      reqRandom: (raw & 0x40) !== 0,
      reqAuth: (raw & 0x80) !== 0,
      authKey: (raw >> 8) & 15,
      persistentDisable: (raw & 0x1000) !== 0,
      x509id: raw >> 14,
    };
  }

  /** X509format byte that the slot points at; 0 = no X.509 format. */
  x509Format(slot: number): number {
    return at(this.bytes, where.x509 + this.key(slot).x509id);
  }

  /** Whether the slot holds a public key that must be validated before use (Private 0, PubInfo 1, P-256). */
  needsValidation(slot: number): boolean {
    const key = this.key(slot);
    return !key.isPrivate && key.pubInfo && key.keyType === keyTypes.p256;
  }
}
