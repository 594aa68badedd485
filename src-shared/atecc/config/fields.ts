import { equalBytes, toHex } from '../../base/bytes.ts';
import type { Part } from '../command.ts';
import { hex8 } from './bits.ts';
import {
  type Atecc508Config,
  type Atecc608Config,
  type ConfigZone,
  clockDivider,
  keyConfigOffset,
  slotConfigOffset,
  slotOf,
} from './model.ts';
import { counterWords, lockWords, slotLockWords, slotWords } from './wording.ts';

/** Who may change a byte: nobody, Write before the config lock, UpdateExtra, or Lock (config-zone.md 1). */
export type FieldAccess = 'factory' | 'write' | 'update-extra' | 'lock';

/** One field of the configuration zone of a part. */
export interface ConfigField {
  /** The data sheet's name: "SlotConfig[3]", "ChipOptions". */
  readonly name: string;
  /** First byte. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
  readonly access: FieldAccess;
  readonly slot?: number;
  /** What the value means, in a few words. */
  describe(config: ConfigZone): string;
}

function field(
  name: string,
  offset: number,
  length: number,
  access: FieldAccess,
  describe: (config: ConfigZone) => string,
): ConfigField {
  return { name, offset, length, access, describe };
}

const zero = (value: number): string => (value === 0 ? '' : 'reserved, not 0');

const identityFields: readonly ConfigField[] = [
  field('SN[0:3]', 0, 4, 'factory', () => 'serial number, first part'),
  field('RevNum', 4, 4, 'factory', (config) => revisionWords(config.identity.revision)),
  field('SN[4:8]', 8, 5, 'factory', () => 'serial number, second part'),
];

/** Which family the four revision bytes name (atecc-device.md 5). */
function revisionWords(revision: Uint8Array): string {
  if (equalBytes(revision, new Uint8Array(4))) return 'not given';
  switch (revision[2]) {
    case 0x10:
      return 'ATECC108A';
    case 0x50:
      return 'ATECC508A';
    case 0x60:
      return revision[3] === 2 ? 'ATECC608A' : revision[3] === 3 ? 'ATECC608B' : 'ATECC608';
    default:
      return `unknown revision ${toHex(revision)}`;
  }
}

const commonFields: readonly ConfigField[] = [
  ...identityFields,
  field('I2C_Enable', 14, 1, 'factory', (config) =>
    (config.identity.byte14 & 1) === 1 ? 'I2C part' : 'single-wire part',
  ),
  field('reserved', 15, 1, 'factory', () => ''),
  field('I2C_Address', 16, 1, 'write', (config) => `answers at ${hex8(config.i2cAddress & 0xfe)}`),
  field('reserved', 17, 1, 'write', (config) => zero(config.reserved17)),
  ...Array.from(
    { length: 16 },
    (_, slot): ConfigField => ({
      ...field(`SlotConfig[${slot}]`, slotConfigOffset(slot), 2, 'write', (config) => {
        const words = slotWords(slotOf(config, slot), config.part);
        return `${words.use}; write: ${words.write}`;
      }),
      slot,
    }),
  ),
  field('Counter[0]', 52, 8, 'write', (config) => counterWords(config.counters[0])),
  field('Counter[1]', 60, 8, 'write', (config) => counterWords(config.counters[1])),
  field('UserExtra', 84, 1, 'update-extra', (config) => (config.userExtra === 0 ? 'not set' : 'set for ever')),
  field('LockValue', 86, 1, 'lock', (config) => `data and OTP ${lockWords(config.lockValue)}`),
  field('LockConfig', 87, 1, 'lock', (config) => `configuration ${lockWords(config.lockConfig)}`),
  field('SlotLocked', 88, 2, 'lock', slotLockWords),
  ...Array.from(
    { length: 4 },
    (_, i): ConfigField =>
      field(`X509format[${i}]`, 92 + i, 1, 'write', (config) => {
        const format = config.x509Formats[i];
        if (format === undefined || (format.templateLength === 0 && format.publicPosition === 0))
          return 'no X.509 format';
        return `template of ${format.templateLength} SHA blocks, public key in block ${format.publicPosition}`;
      }),
  ),
  ...Array.from(
    { length: 16 },
    (_, slot): ConfigField => ({
      ...field(`KeyConfig[${slot}]`, keyConfigOffset(slot), 2, 'write', (config) => {
        const words = slotWords(slotOf(config, slot), config.part);
        return words.flags === '' ? words.kind : `${words.kind}; ${words.flags}`;
      }),
      slot,
    }),
  ),
];

type Describe<C> = (config: C) => string;

function for508(
  name: string,
  offset: number,
  length: number,
  access: FieldAccess,
  describe: Describe<Atecc508Config>,
): ConfigField {
  return field(name, offset, length, access, (config) => (config.part === 'ATECC508A' ? describe(config) : ''));
}

function for608(
  name: string,
  offset: number,
  length: number,
  access: FieldAccess,
  describe: Describe<Atecc608Config>,
): ConfigField {
  return field(name, offset, length, access, (config) => (config.part === 'ATECC608' ? describe(config) : ''));
}

const fields508: readonly ConfigField[] = [
  for508('reserved', 13, 1, 'factory', () => ''),
  for508('OTPmode', 18, 1, 'write', ({ otpMode }) =>
    otpMode === 0xaa ? 'OTP read-only' : otpMode === 0x55 ? 'OTP consumption: bits can be cleared' : 'reserved value',
  ),
  for508('ChipMode', 19, 1, 'write', ({ chipMode }) =>
    list([
      chipMode.selectorOnce ? 'Selector settable once' : 'Selector always settable',
      chipMode.ttl ? 'input thresholds from VCC' : 'fixed input thresholds',
      chipMode.longWatchdog ? 'watchdog 10 s' : 'watchdog 1.3 s',
      chipMode.reserved === 0 ? '' : 'reserved bits set',
    ]),
  ),
  for508('LastKeyUse', 68, 16, 'write', ({ lastKeyUse }) => {
    const left = [...lastKeyUse].reduce((sum, byte) => sum + bitCount(byte), 0);
    return `${left} single uses of slot 15 left`;
  }),
  for508('Selector', 85, 1, 'update-extra', ({ selector }) =>
    selector === 0 ? 'not set' : `selector ${hex8(selector)}`,
  ),
  for508('reserved', 90, 2, 'write', (config) => zero(config.reserved90)),
];

const fields608: readonly ConfigField[] = [
  for608('AES_Enable', 13, 1, 'factory', ({ identity }) =>
    (identity.byte13 & 1) === 1 ? 'AES enabled' : 'AES disabled',
  ),
  for608('CountMatch', 18, 1, 'write', ({ countMatch }) =>
    list([
      countMatch.enabled ? `counter 0 limited by the value in slot ${countMatch.slot}` : 'off',
      countMatch.reserved === 0 ? '' : 'reserved bits set',
    ]),
  ),
  for608('ChipMode', 19, 1, 'write', (config) =>
    list([
      config.chipMode.extraAddress ? 'I2C address from byte 85 when that is not 0' : 'I2C address from byte 16',
      config.chipMode.ttl ? 'input thresholds from VCC' : 'fixed input thresholds',
      config.chipMode.longWatchdog ? 'watchdog 10 s' : 'watchdog 1.3 s',
      `clock divider ${clockDivider(config) ?? `${hex8(config.chipMode.clockDivider)} (unknown)`}`,
    ]),
  ),
  for608('UseLock', 68, 1, 'write', ({ useLock }) =>
    useLock.mode === 0 && useLock.slot === 0 ? 'off' : `mode ${useLock.mode}, slot ${useLock.slot}`,
  ),
  for608('VolatileKeyPermission', 69, 1, 'write', ({ volatileKeyPermission: permission }) =>
    list([
      permission.enabled ? `on, slot ${permission.slot}` : 'off',
      permission.reserved === 0 ? '' : 'reserved bits set',
    ]),
  ),
  for608('SecureBoot', 70, 2, 'write', ({ secureBoot }) =>
    list([
      secureBoot.mode === 0
        ? 'off'
        : `mode ${secureBoot.mode}, signature or digest in slot ${secureBoot.signatureSlot}, public key in slot ${secureBoot.publicKeySlot}`,
      secureBoot.persistent ? 'persistent' : '',
      secureBoot.randomNonce ? 'random nonce' : '',
      secureBoot.reserved === 0 ? '' : 'reserved bits set',
    ]),
  ),
  for608('KdfIvLoc', 72, 1, 'write', ({ kdfIv }) => `KDF special value at ${kdfIv.location}`),
  for608('KdfIvStr', 73, 2, 'write', ({ kdfIv }) => `KDF special value ${toHex(kdfIv.text)}`),
  for608('reserved', 75, 9, 'write', ({ reserved75 }) =>
    reserved75.every((byte) => byte === 0) ? '' : 'reserved, not 0',
  ),
  for608('UserExtraAdd', 85, 1, 'update-extra', ({ userExtraAddress }) =>
    userExtraAddress === 0 ? 'not set' : `second I2C address ${hex8(userExtraAddress & 0xfe)}`,
  ),
  for608(
    'ChipOptions',
    90,
    2,
    'write',
    ({ chipOptions: options }) =>
      list([
        options.powerOnSelfTest ? 'self-test at power-on' : '',
        options.ioProtectionKey ? `IO protection key in slot ${options.ioKeySlot}` : '',
        options.kdfAes ? 'KDF with AES' : '',
        options.autoClear ? 'first failure cleared by itself' : '',
        options.ecdhProtection === 0 ? '' : `ECDH output protection ${options.ecdhProtection}`,
        options.kdfProtection === 0 ? '' : `KDF output protection ${options.kdfProtection}`,
        options.reserved === 0 ? '' : 'reserved bits set',
      ]) || 'none',
  ),
];

const byOffset = (a: ConfigField, b: ConfigField): number => a.offset - b.offset;
const fieldLists = {
  ATECC508A: [...commonFields, ...fields508].sort(byOffset),
  ATECC608: [...commonFields, ...fields608].sort(byOffset),
} as const;

/** All fields of a part in order of their bytes; together they are the 128 bytes, none twice. */
export function configFields(part: Part): readonly ConfigField[] {
  return fieldLists[part];
}

function list(words: readonly string[]): string {
  return words.filter((word) => word !== '').join(', ');
}

function bitCount(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
