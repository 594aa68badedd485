import { fromHex } from '../../base/bytes.ts';
import type { Part } from '../command.ts';

/** A published configuration image. */
export interface ConfigPreset {
  readonly id: PresetId;
  readonly name: string;
  readonly part: Part;
  /** Where it was published, and the reference page that has it. */
  readonly source: string;
  /** What to know before it is used. */
  readonly remark: string;
}

interface PresetData extends Omit<ConfigPreset, 'id'> {
  /** 128 bytes; 0..15 and 84..87 as published, although no client writes them. */
  readonly hex: string;
}

const zeroIdentity = '00000000 00000000 00000000 00000000';
const startCounters = 'FFFFFFFF 00000000 FFFFFFFF 00000000';
/** Bytes 68..83 of a 508A image: all single uses of slot 15 left. */
const allUses = 'FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF';
const zero16 = '00000000 00000000 00000000 00000000';
const openLocks508 = '00 00 55 55 FF FF 00 00 00 00 00 00';
const dataTail = '0F0F 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F';
const lockable8 = '3C00 3C00 3C00 3C00 3C00 3C00 3C00 3C00';

const tngHead = '0123CFE1 00006002 EF17F0B0 01012900';
const tngSlots0to9 = '8500 8200 8520 8520 8520 8F46 8F0F 9F8F 0F0F 8F0F';
const tngOptions = '00 00 03F7 00 6976 000000000000000000 00000000 FFFF 0E60 00000000';
const tngKeys0to9 = '5300 5300 7300 7300 7300 3800 7C00 1C00 3C00 1A00';

const presetData = {
  'provisioning-2015': {
    name: 'Provisioning project 2015',
    part: 'ATECC508A',
    source: 'First public CryptoAuthLib (2016-01), provisioning test configuration; signer-and-server.md 4.1',
    remark: 'Default for the ATECC508A: the best candidate for the default of the provisioning note.',
    hex: `${zeroIdentity}
      C0 00 AA 00 8F20 C444 8720 C444 8F0F 8F8F 9F8F 8220 C444 C444 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F
      ${startCounters} ${allUses} ${openLocks508}
      3300 5C00 1300 5C00 3C00 1C00 1C00 3300 1C00 1C00 3C00 3C00 3C00 3C00 1C00 3C00`,
  },
  'w25-test': {
    name: 'W25 node authentication 2015, test',
    part: 'ATECC508A',
    source: 'First public CryptoAuthLib (2016-01), W25 test configuration; signer-and-server.md 4.2',
    remark: 'Published with I2C address C0 and with B0; here C0.',
    hex: `${zeroIdentity}
      C0 00 55 00 8F2F C444 8720 C444 8F0F 8F8F 9F8F 8364 C444 C444 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F
      ${startCounters} ${allUses} ${openLocks508}
      3300 1C00 1300 1C00 3C00 1C00 1C00 3300 1C00 1C00 3C00 3C00 3C00 3C00 3C00 3C00`,
  },
  'w25-example': {
    name: 'W25 node authentication 2015, example',
    part: 'ATECC508A',
    source: 'Node authentication example, provision.c (2015); signer-and-server.md 4.2',
    remark: 'As the W25 test image but slot 0. Published with I2C address C0 and with B0; here C0.',
    hex: `${zeroIdentity}
      C0 00 55 00 8F20 C444 8720 C444 8F0F 8F8F 9F8F 8364 C444 C444 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F
      ${startCounters} ${allUses} ${openLocks508}
      3300 1C00 1300 1C00 3C00 1C00 1C00 3300 1C00 1C00 3C00 3C00 3C00 3C00 3C00 3C00`,
  },
  'h1-2015-test': {
    name: 'H1 2015, test',
    part: 'ATECC508A',
    source: 'First public CryptoAuthLib (2016-01), H1-2015 test configuration; signer-and-server.md 4.2',
    remark: '',
    hex: `${zeroIdentity}
      C0 00 55 00 8320 8F0F 8C20 C18F 8420 8420 8320 8320 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F AF0F
      ${startCounters} ${allUses} ${openLocks508}
      3300 3C00 3300 1C00 3300 3300 3300 3300 ${lockable8}`,
  },
  'tls-default-2016': {
    name: 'TLS default 2016',
    part: 'ATECC508A',
    source: 'CryptoAuth OpenSSL engine and AWS kit 2016, atcatls_cfg.c; signer-and-server.md 4.2',
    remark: 'Changes the I2C address to B0.',
    hex: `${zeroIdentity}
      B0 00 55 00 8F20 C444 8720 C444 8F0F C426 9F0F 8F20 ${dataTail}
      ${startCounters} ${allUses} ${openLocks508}
      3300 1C00 1300 1C00 3C00 1C00 3C00 3300 ${lockable8}`,
  },
  'aws-zero-touch': {
    name: 'AWS Zero Touch 2017',
    part: 'ATECC508A',
    source: 'AWS IoT Zero Touch kit, ecc_configure.c; signer-and-server.md 4.2',
    remark: 'Bytes 68 to 83 are 00: no single uses of slot 15 are left, which only a limited-use slot 15 would notice.',
    hex: `${zeroIdentity}
      C0 00 AA 00 8F20 C444 8720 8720 8F0F C436 9F0F 8220 0F0F C444 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F
      ${startCounters} ${zero16} ${openLocks508}
      3300 1C00 1300 1300 7C00 1C00 3C00 3300 3C00 3C00 3C00 3000 3C00 3C00 3C00 3000`,
  },
  'library-test-508': {
    name: 'CryptoAuthLib test 508A',
    part: 'ATECC508A',
    source: 'CryptoAuthLib, test_calib_config.c; config-zone.md 7.1',
    remark: '',
    hex: `01230000 00005000 04050607 EE000100
      C0 00 55 00 8F2F C444 8720 C4F4 8F0F 8F8F 9F8F 8364 C444 C464 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F
      ${startCounters} ${allUses} 00 00 00 00 FF FF 00 00 00 00 00 00
      3300 1C00 1300 1C00 3C00 1C00 1C00 3300 1C00 1C00 3C00 3000 3C00 3C00 3200 3000`,
  },
  'library-test-608': {
    name: 'CryptoAuthLib test 608',
    part: 'ATECC608',
    source: 'CryptoAuthLib, test_calib_config.c; config-zone.md 7.2',
    remark: 'Turns on secure boot, KDF and the IO protection key for tests of the library.',
    hex: `01230000 00006000 04050607 EE010100
      C0 00 A1 00 AF2F C444 8720 C4F4 8F0F 0F0F 9F8F 8364 C444 C464 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F
      ${startCounters} FF 84 03BC 09 6976 000000000000000000 00000000 FFFF 0E40 00000000
      3300 1C00 1300 1C00 3C00 3A10 1C00 3300 1C00 1C00 3800 3000 3C00 3C00 3200 3000`,
  },
  'standard-tls-508': {
    name: 'Standard TLS 508A',
    part: 'ATECC508A',
    source: 'CryptoAuthLib PKCS#11 example; config-zone.md 7.3',
    remark: '',
    hex: `01230000 00006001 00000000 EE000100
      C0 00 55 00 8F20 C444 8720 8720 8F0F C436 9F0F 8220 0F0F C444 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F
      ${startCounters} ${allUses} 00 00 00 00 FF FF 00 00 00 00 00 00
      3300 1C00 1300 1300 7C00 1C00 3C00 3300 3C00 3C00 3C00 3000 3C00 3C00 3C00 3000`,
  },
  'standard-tls-608': {
    name: 'Standard TLS 608',
    part: 'ATECC608',
    source: 'CryptoAuthLib PKCS#11 example; config-zone.md 7.3',
    remark: 'Default for the ATECC608.',
    hex: `01230000 00006001 00000000 EE010100
      C0 00 00 01 8F20 C444 8720 8720 8F0F C436 9F0F 8220 0F0F C444 0F0F 0F0F 0F0F 0F0F 0F0F 0F0F
      ${startCounters} ${zero16} 00 00 FF FF FF FF 00 00 00 00 00 00
      3300 1C00 1300 1300 7C00 1C00 3C00 3300 3C00 3C00 3C00 3000 3C00 3C00 3C00 3000`,
  },
  'tng-tls': {
    name: 'Trust&GO TLS (TNGTLS)',
    part: 'ATECC608',
    source: 'Dump of a locked device; config-zone.md 7.4',
    remark: 'Changes the I2C address to 6A. Device key and certificates cannot be replaced.',
    hex: `${tngHead}
      6A 00 00 01 ${tngSlots0to9} 0F8F 0F8F 0F8F 0F0F 0D1F 0F0F
      ${startCounters} ${tngOptions}
      ${tngKeys0to9} 1C00 1000 1C00 3000 1200 3000`,
  },
  'tflx-tls': {
    name: 'TrustFLEX TLS (TFLXTLS)',
    part: 'ATECC608',
    source: 'As TNGTLS but address 6C and slots 10 to 12 replaceable; config-zone.md 7.4',
    remark: 'Put together from the TNGTLS dump and the published differences. Changes the I2C address to 6C.',
    hex: `${tngHead}
      6C 00 00 01 ${tngSlots0to9} 0F0F 0F0F 0F0F 0F0F 0D1F 0F0F
      ${startCounters} ${tngOptions}
      ${tngKeys0to9} 3C00 3000 3C00 3000 1200 3000`,
  },
  'arduino-eccx08': {
    name: 'Arduino ECCX08 default TLS',
    part: 'ATECC508A',
    source: 'ArduinoECCX08, ECCX08DefaultTLSConfig.h; config-zone.md 7.5',
    remark:
      'That library also writes it to 608 parts, whose fields at 18 and 68 to 83 mean something else: refused here.',
    hex: `01230000 00005000 00000000 00C07100
      C0 00 55 00 8320 8720 8720 872F 872F 8F8F 9F8F AF8F 0000 0000 0000 0000 0000 0000 0000 AF8F
      ${startCounters} ${allUses} ${openLocks508}
      3300 3300 3300 3300 3300 1C00 1C00 1C00 3C00 3C00 3C00 3C00 3C00 3C00 3C00 1C00`,
  },
  'factory-608b': {
    name: 'Factory-fresh ATECC608B',
    part: 'ATECC608',
    source: 'Read from a new part; config-zone.md 7.6',
    remark: 'What a new 608B carries before anything is written.',
    hex: `012363F2 00006003 4097BFD9 EE614900
      C0 00 00 00 8320 8720 8F20 C48F 8F8F 8F8F 9F8F AF8F 0000 0000 0000 0000 0000 0000 0000 AF8F
      ${startCounters} ${zero16} ${openLocks508}
      3300 3300 3300 1C00 1C00 1C00 1C00 1C00 3C00 3C00 3C00 3C00 3C00 3C00 3C00 1C00`,
  },
  'asd1-signer': {
    name: 'Signer module (ASD1)',
    part: 'ATECC508A',
    source: 'Our own design; signer-and-server.md 6.1',
    remark: 'For signer and root modules, not for boards.',
    hex: `${zeroIdentity}
      C0 00 AA 04 8F80 8F80 8F80 8120 9F45 9F44 8F80 8F80 ${dataTail}
      ${startCounters} ${allUses} ${openLocks508}
      1C00 1C00 1C00 B304 5C00 5C00 1C00 1C00 3C00 3C00 3C00 3000 3C00 3C00 3000 3C00`,
  },
} as const satisfies Record<string, PresetData>;

export type PresetId = keyof typeof presetData;

/** The image that a plan gets when nobody names one (config-zone.md 7.7). Never one for the other part. */
export const defaultPresets: Readonly<Record<Part, PresetId>> = {
  ATECC508A: 'provisioning-2015',
  ATECC608: 'standard-tls-608',
};

const isPresetId = (id: string): id is PresetId => Object.hasOwn(presetData, id);

/** All published images in a fixed order. */
export const configPresets: readonly ConfigPreset[] = Object.keys(presetData)
  .filter(isPresetId)
  .map((id) => {
    const { name, part, source, remark } = presetData[id];
    return { id, name, part, source, remark };
  });

/** The preset of that id; undefined for a text that is none. */
export function configPreset(id: string): ConfigPreset | undefined {
  return configPresets.find((preset) => preset.id === id);
}

/** The 128 bytes of a preset, a fresh copy. */
export function presetImage(id: PresetId): Uint8Array {
  return fromHex(presetData[id].hex);
}

/** The default image of a part, a fresh copy. */
export function defaultImage(part: Part): Uint8Array {
  return presetImage(defaultPresets[part]);
}
