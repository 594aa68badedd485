import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Atecc508Config,
  type Atecc608Config,
  type ConfigZone,
  clockDivider,
  configPresets,
  configTable,
  decodeConfig,
  encodeConfig,
  encodeKeyConfig,
  encodeSlotConfig,
  isSlotLocked,
  presetImage,
  type SlotRow,
  slotOf,
  slotUse,
} from '../../../src-shared/atecc/config/index.ts';
import { fromHex } from '../../../src-shared/base/bytes.ts';
import { defaultWith, slotPatch } from './patch.ts';
import { slotTables } from './slot-tables.ts';

const parts = fc.constantFrom('ATECC508A' as const, 'ATECC608' as const);
const zone = fc.uint8Array({ minLength: 128, maxLength: 128 });

function of508(config: ConfigZone): Atecc508Config {
  if (config.part !== 'ATECC508A') throw new Error('not a 508A');
  return config;
}

function of608(config: ConfigZone): Atecc608Config {
  if (config.part !== 'ATECC608') throw new Error('not a 608');
  return config;
}

describe('the model of 128 bytes', () => {
  it('loses nothing: any 128 bytes come back, on either part', () => {
    fc.assert(
      fc.property(zone, parts, (bytes, part) => {
        expect(encodeConfig(decodeConfig(bytes, part))).toEqual(bytes);
      }),
    );
  });

  it('says nothing twice: every single bit that changes in the bytes changes the model, and comes back alone', () => {
    const bit = fc.integer({ min: 0, max: 1023 });
    fc.assert(
      fc.property(zone, parts, bit, (bytes, part, index) => {
        const changed = bytes.slice();
        const at = index >> 3;
        changed[at] = (changed[at] ?? 0) ^ (1 << (index & 7));
        const model = decodeConfig(changed, part);
        expect(model).not.toEqual(decodeConfig(bytes, part));
        expect(encodeConfig(model)).toEqual(changed);
      }),
    );
  });

  it('does not share memory with the bytes it was made of', () => {
    const bytes = presetImage('library-test-508');
    const config = of508(decodeConfig(bytes, 'ATECC508A'));
    bytes.fill(0);
    expect(config.identity.serialNumber).toEqual(fromHex('01230000 04050607EE'));
    expect(config.lastKeyUse).toEqual(new Uint8Array(16).fill(0xff));
  });

  it('508A: the fields of a real image', () => {
    const config = of508(decodeConfig(presetImage('asd1-signer'), 'ATECC508A'));
    expect(config.i2cAddress).toBe(0xc0);
    expect(config.otpMode).toBe(0xaa);
    expect(config.chipMode).toEqual({ selectorOnce: false, ttl: false, longWatchdog: true, reserved: 0 });
    expect(config.counters).toEqual([
      { kind: 'count', value: 0 },
      { kind: 'count', value: 0 },
    ]);
    expect(config.lockConfig).toBe(0x55);
    expect(config.slotLocked).toBe(0xffff);
    const { slotConfig, keyConfig } = slotOf(config, 3);
    expect(slotConfig).toEqual({
      readKey: 1,
      noMac: false,
      limitedUse: false,
      encryptRead: false,
      isSecret: true,
      writeKey: 0,
      writeConfig: 2,
    });
    expect(keyConfig).toMatchObject({
      private: true,
      pubInfo: true,
      keyType: 4,
      lockable: true,
      reqAuth: true,
      authKey: 4,
    });
    expect(slotOf(config, 4).slotConfig).toMatchObject({ noMac: true, writeKey: 5, writeConfig: 4 });
  });

  it('608: CountMatch, UseLock, volatile key, secure boot, KDF, ChipOptions of the test image', () => {
    const config = of608(decodeConfig(presetImage('library-test-608'), 'ATECC608'));
    expect(config.countMatch).toEqual({ enabled: true, slot: 10, reserved: 0 });
    expect(config.useLock).toEqual({ mode: 15, slot: 15 });
    expect(config.volatileKeyPermission).toEqual({ enabled: true, slot: 4, reserved: 0 });
    expect(config.secureBoot).toEqual({
      mode: 3,
      persistent: false,
      randomNonce: false,
      signatureSlot: 12,
      publicKeySlot: 11,
      reserved: 0,
    });
    expect(config.kdfIv).toEqual({ location: 9, text: fromHex('6976') });
    expect(config.chipOptions).toEqual({
      powerOnSelfTest: false,
      ioProtectionKey: true,
      kdfAes: true,
      autoClear: true,
      ecdhProtection: 0,
      kdfProtection: 0,
      ioKeySlot: 4,
      reserved: 0,
    });
  });

  it('608: each field of bytes 18, 19, 68 to 75 and 90 to 91 sits where the page says', () => {
    const at = (patch: Record<number, number>): Atecc608Config =>
      of608(decodeConfig(defaultWith('ATECC608', patch), 'ATECC608'));
    expect(at({ 19: 0x6e }).chipMode).toEqual({
      extraAddress: false,
      ttl: true,
      longWatchdog: true,
      clockDivider: 0x0d,
    });
    expect(at({ 70: 0x18 }).secureBoot).toMatchObject({ mode: 0, persistent: true, randomNonce: true });
    expect(at({ 90: 0x01, 91: 0x09 }).chipOptions).toMatchObject({
      powerOnSelfTest: true,
      ecdhProtection: 1,
      kdfProtection: 2,
      ioKeySlot: 0,
    });
    expect(at({ 68: 0x5a }).useLock).toEqual({ mode: 10, slot: 5 });
    expect(at({ 18: 0x0e }).countMatch).toEqual({ enabled: false, slot: 0, reserved: 0x0e });
    expect(at({ 85: 0xb0 }).userExtraAddress).toBe(0xb0);
    expect(at({ 94: 0x73 }).x509Formats[2]).toEqual({ templateLength: 7, publicPosition: 3 });
  });

  it('clock divider: three known values on the 608, none on the 508A', () => {
    const of = (value: number) => clockDivider(decodeConfig(defaultWith('ATECC608', { 19: value }), 'ATECC608'));
    expect([of(0x00), of(0x28), of(0x68), of(0x07), of(0x30)]).toEqual(['M0', 'M1', 'M2', 'M0', undefined]);
    expect(clockDivider(decodeConfig(defaultWith('ATECC508A', { 19: 0x28 }), 'ATECC508A'))).toBe('M0');
  });

  it('slot locks: bit 0 of byte 88 is slot 0, bit 7 of byte 89 slot 15; a 0 is a lock', () => {
    const config = decodeConfig(defaultWith('ATECC508A', { 88: 0xfe, 89: 0x7f }), 'ATECC508A');
    expect(config.slots.filter((slot) => isSlotLocked(config, slot.number)).map((slot) => slot.number)).toEqual([
      0, 15,
    ]);
  });

  it('a changed field changes its own bits only', () => {
    const config = decodeConfig(presetImage('provisioning-2015'), 'ATECC508A');
    const slots = config.slots.map((slot) =>
      slot.number === 5 ? { ...slot, keyConfig: { ...slot.keyConfig, lockable: true } } : slot,
    );
    expect(encodeConfig({ ...config, slots })).toEqual(defaultWith('ATECC508A', { 106: 0x3c }));
  });

  it('a value that does not fit is refused, never cut', () => {
    const config = of508(decodeConfig(presetImage('provisioning-2015'), 'ATECC508A'));
    expect(() => encodeConfig({ ...config, otpMode: 0x100 })).toThrow(RangeError);
    expect(() => encodeConfig({ ...config, slotLocked: -1 })).toThrow(RangeError);
    expect(() => encodeConfig({ ...config, lastKeyUse: new Uint8Array(15) })).toThrow(RangeError);
    expect(() => encodeConfig({ ...config, chipMode: { ...config.chipMode, reserved: 1 } })).toThrow(RangeError);
    expect(() => encodeConfig({ ...config, slots: config.slots.slice(0, 15) })).toThrow(RangeError);
    expect(() => encodeConfig({ ...config, slots: config.slots.toReversed() })).toThrow(RangeError);
    expect(() => encodeConfig({ ...config, x509Formats: [] })).toThrow(RangeError);
    expect(() => encodeSlotConfig({ ...slotOf(config, 0).slotConfig, readKey: 16 })).toThrow(RangeError);
    expect(() => encodeKeyConfig({ ...slotOf(config, 0).keyConfig, keyType: 8 })).toThrow(RangeError);
    expect(() => decodeConfig(new Uint8Array(129), 'ATECC608')).toThrow(RangeError);
    expect(() => slotOf(config, 16)).toThrow(RangeError);
  });
});

describe('what a slot is', () => {
  /** The short words of slot-tables.ts, from the decoded row. */
  function short(row: SlotRow, part: 'ATECC508A' | 'ATECC608', config: ConfigZone): string {
    const { slotConfig, keyConfig } = slotOf(config, row.slot);
    const use = row.decoded;
    const flags = [
      slotConfig.noMac ? 'NoMac' : '',
      slotConfig.limitedUse ? 'LimitedUse' : '',
      keyConfig.lockable ? 'Lockable' : '',
      keyConfig.reqRandom ? 'ReqRandom' : '',
      keyConfig.latch ? (part === 'ATECC608' ? 'PersistentDisable' : 'IntrusionDisable') : '',
    ].filter((flag) => flag !== '');
    const head = `${row.slotConfig} ${row.keyConfig}`;
    if (use.kind === 'private-key') {
      const uses = `${use.signExternal ? 'e' : ''}${use.signInternal ? 'i' : ''}${{ off: '', 'to-host': 'd', 'to-slot': 'd>' }[use.ecdh]}`;
      const made = use.genKeyAfterLock ? (use.privWriteAfterLock ? 'gen+priv' : 'gen') : 'fixed';
      return [`${head} private ${uses} ${use.publicKeyReadable ? 'pub' : 'hidden'}`, made, ...flags].join(', ');
    }
    const kind = { 'public-key': 'public', 'aes-key': 'aes', data: 'data', 'reserved-type': '?' }[use.kind];
    const read = { clear: 'clear', never: 'hidden', encrypted: `read<${slotConfig.readKey}`, prohibited: '?' }[
      use.read
    ];
    const write = use.write === 'encrypted' ? `write<${slotConfig.writeKey}` : use.write;
    const derive =
      use.derive === undefined
        ? ''
        : use.derive.source === 'roll'
          ? ' roll'
          : use.derive.macRequired
            ? ' derive-mac'
            : ' derive';
    return [`${head} ${kind}${use.needsValidation ? '-validated' : ''} ${read}`, `${write}${derive}`, ...flags].join(
      ', ',
    );
  }

  it.each(configPresets.filter((preset) => slotTables[preset.id] !== undefined))(
    '$id as the tables of the reference have it',
    ({ id, part }) => {
      const config = decodeConfig(presetImage(id), part);
      expect(configTable(config).slots.map((row) => short(row, part, config))).toEqual(slotTables[id]);
    },
  );

  it('seven published images have a reviewed table', () => {
    expect(Object.keys(slotTables)).toHaveLength(7);
  });

  it('all sixteen values of WriteConfig, for Write and DeriveKey', () => {
    const rows = Array.from({ length: 16 }, (_, writeConfig) => {
      const image = defaultWith('ATECC508A', slotPatch(13, (writeConfig << 12) | 0x04c0, 0x001c));
      const use = slotUse(slotOf(decodeConfig(image, 'ATECC508A'), 13));
      if (use.kind === 'private-key') throw new Error('private');
      const derive = use.derive === undefined ? '-' : `${use.derive.source}${use.derive.macRequired ? '+mac' : ''}`;
      return `${use.write} ${derive}`;
    });
    expect(rows).toEqual([
      'always -',
      'pub-invalid -',
      'never roll',
      'never parent',
      'encrypted -',
      'encrypted -',
      'encrypted roll',
      'encrypted parent',
      'never -',
      'never -',
      'never roll+mac',
      'never parent+mac',
      'encrypted -',
      'encrypted -',
      'encrypted roll+mac',
      'encrypted parent+mac',
    ]);
  });

  it('the four combinations of IsSecret and EncryptRead', () => {
    const read = (slotConfig: number): string => {
      const use = slotUse(
        slotOf(decodeConfig(defaultWith('ATECC508A', slotPatch(13, slotConfig, 0x001c)), 'ATECC508A'), 13),
      );
      return use.kind === 'private-key' ? '' : use.read;
    };
    expect([read(0x0f0f), read(0x0f4f), read(0x0f8f), read(0x0fcf)]).toEqual([
      'clear',
      'prohibited',
      'never',
      'encrypted',
    ]);
  });
});
