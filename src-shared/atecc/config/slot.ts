import { packBits, packFlag, packReserved, takeBits, takeFlag } from './bits.ts';

/** SlotConfig as its bit fields (config-zone.md 2). What they mean together depends on KeyConfig: `slotUse`. */
export interface SlotConfig {
  /** 0..15. Private key: bit 0 external sign, 1 internal sign, 2 ECDH, 3 ECDH secret into slot n OR 1. Else the slot that encrypts reads. */
  readonly readKey: number;
  readonly noMac: boolean;
  readonly limitedUse: boolean;
  readonly encryptRead: boolean;
  readonly isSecret: boolean;
  /** 0..15: slot whose key encrypts writes; parent of DeriveKey. */
  readonly writeKey: number;
  /** 0..15: bits 15..12, see `slotUse`. */
  readonly writeConfig: number;
}

/** KeyConfig as its bit fields (config-zone.md 3). */
export interface KeyConfig {
  readonly private: boolean;
  /** Private key: the public key may be computed any time. Public key: must be validated before use. */
  readonly pubInfo: boolean;
  /** 4 = P-256, 6 = AES (608 only), 7 = SHA or data, others reserved. */
  readonly keyType: number;
  readonly lockable: boolean;
  readonly reqRandom: boolean;
  readonly reqAuth: boolean;
  /** 0..15: slot whose proof `reqAuth` demands. */
  readonly authKey: number;
  /** IntrusionDisable (508A) / PersistentDisable (608): use needs the latch closed. */
  readonly latch: boolean;
  readonly reserved13: boolean;
  /** 0..3: which X509format byte. */
  readonly x509Id: number;
}

/** One of the sixteen slots. */
export interface Slot {
  /** 0..15. */
  readonly number: number;
  readonly slotConfig: SlotConfig;
  readonly keyConfig: KeyConfig;
}

export const keyTypes = { p256: 4, aes: 6, data: 7 } as const;

/** Read after the data lock: in clear, encrypted under ReadKey, never, or the combination the data sheet prohibits. */
export type ReadRule = 'clear' | 'encrypted' | 'never' | 'prohibited';

/** Write after the data lock. `pub-invalid`: like `always` while the public key is not validated. */
export type WriteRule = 'always' | 'pub-invalid' | 'never' | 'encrypted';

/** What DeriveKey may do to a slot. */
export interface DeriveRule {
  /** `roll`: from the slot's own key; `parent`: from the key in slot WriteKey. */
  readonly source: 'roll' | 'parent';
  readonly macRequired: boolean;
}

/** What a slot is for, decoded by kind (config-zone.md 2 and 3). */
export type SlotUse =
  | {
      readonly kind: 'private-key';
      readonly signExternal: boolean;
      readonly signInternal: boolean;
      readonly ecdh: 'off' | 'to-host' | 'to-slot';
      /** GenKey may make a new key after the data lock. */
      readonly genKeyAfterLock: boolean;
      /** PrivWrite, encrypted under WriteKey, may set a known key after the data lock. */
      readonly privWriteAfterLock: boolean;
      readonly publicKeyReadable: boolean;
    }
  | {
      readonly kind: 'public-key' | 'aes-key' | 'data' | 'reserved-type';
      readonly read: ReadRule;
      readonly write: WriteRule;
      readonly derive: DeriveRule | undefined;
      /** Public key slots: must be validated before use. */
      readonly needsValidation: boolean;
    };

/** SlotConfig of its 16-bit number (LE16 of the two bytes). */
export function decodeSlotConfig(word: number): SlotConfig {
  return {
    readKey: takeBits(word, 4, 0),
    noMac: takeFlag(word, 4),
    limitedUse: takeFlag(word, 5),
    encryptRead: takeFlag(word, 6),
    isSecret: takeFlag(word, 7),
    writeKey: takeBits(word, 4, 8),
    writeConfig: takeBits(word, 4, 12),
  };
}

/** The 16-bit number of a SlotConfig; RangeError when a value does not fit its bits. */
export function encodeSlotConfig(config: SlotConfig): number {
  return (
    packBits(config.readKey, 4, 0, 'ReadKey') |
    packFlag(config.noMac, 4) |
    packFlag(config.limitedUse, 5) |
    packFlag(config.encryptRead, 6) |
    packFlag(config.isSecret, 7) |
    packBits(config.writeKey, 4, 8, 'WriteKey') |
    packBits(config.writeConfig, 4, 12, 'WriteConfig')
  );
}

/** KeyConfig of its 16-bit number (LE16 of the two bytes). */
export function decodeKeyConfig(word: number): KeyConfig {
  return {
    private: takeFlag(word, 0),
    pubInfo: takeFlag(word, 1),
    keyType: takeBits(word, 3, 2),
    lockable: takeFlag(word, 5),
    reqRandom: takeFlag(word, 6),
    reqAuth: takeFlag(word, 7),
    authKey: takeBits(word, 4, 8),
    latch: takeFlag(word, 12),
    reserved13: takeFlag(word, 13),
    x509Id: takeBits(word, 2, 14),
  };
}

/** The 16-bit number of a KeyConfig; RangeError when a value does not fit its bits. */
export function encodeKeyConfig(config: KeyConfig): number {
  return (
    packFlag(config.private, 0) |
    packFlag(config.pubInfo, 1) |
    packBits(config.keyType, 3, 2, 'KeyType') |
    packFlag(config.lockable, 5) |
    packFlag(config.reqRandom, 6) |
    packFlag(config.reqAuth, 7) |
    packBits(config.authKey, 4, 8, 'AuthKey') |
    packFlag(config.latch, 12) |
    packReserved(config.reserved13 ? 0x2000 : 0, 0x2000, 'KeyConfig bit 13') |
    packBits(config.x509Id, 2, 14, 'X509id')
  );
}

/** Read rule of a slot that holds no private key. */
function readRule(config: SlotConfig): ReadRule {
  if (config.isSecret) return config.encryptRead ? 'encrypted' : 'never';
  return config.encryptRead ? 'prohibited' : 'clear';
}

/** Write rule of a slot that holds no private key: 0000 always, 0001 PubInvalid, x1xx encrypted, the rest never. */
function writeRule(config: SlotConfig): WriteRule {
  if ((config.writeConfig & 4) !== 0) return 'encrypted';
  if (config.writeConfig === 0) return 'always';
  return config.writeConfig === 1 ? 'pub-invalid' : 'never';
}

function deriveRule(config: SlotConfig): DeriveRule | undefined {
  if ((config.writeConfig & 2) === 0) return undefined;
  return { source: (config.writeConfig & 1) === 0 ? 'roll' : 'parent', macRequired: (config.writeConfig & 8) !== 0 };
}

/** What the slot is for and what may be done with it after the data lock. */
export function slotUse(slot: Slot): SlotUse {
  const { slotConfig, keyConfig } = slot;
  if (keyConfig.private) {
    const ecdh = (slotConfig.readKey & 4) !== 0;
    return {
      kind: 'private-key',
      signExternal: (slotConfig.readKey & 1) !== 0,
      signInternal: (slotConfig.readKey & 2) !== 0,
      ecdh: ecdh ? ((slotConfig.readKey & 8) !== 0 ? 'to-slot' : 'to-host') : 'off',
      genKeyAfterLock: (slotConfig.writeConfig & 2) !== 0,
      privWriteAfterLock: (slotConfig.writeConfig & 4) !== 0,
      publicKeyReadable: keyConfig.pubInfo,
    };
  }
  const kind = kindOfType(keyConfig.keyType);
  return {
    kind,
    read: readRule(slotConfig),
    write: writeRule(slotConfig),
    derive: deriveRule(slotConfig),
    needsValidation: kind === 'public-key' && keyConfig.pubInfo,
  };
}

function kindOfType(keyType: number): 'public-key' | 'aes-key' | 'data' | 'reserved-type' {
  switch (keyType) {
    case keyTypes.p256:
      return 'public-key';
    case keyTypes.aes:
      return 'aes-key';
    case keyTypes.data:
      return 'data';
    default:
      return 'reserved-type';
  }
}
