import { describe, expect, it } from 'vitest';
import {
  aes,
  type Command,
  checkMac,
  configAddress,
  counterIncrement,
  counterRead,
  dataAddress,
  deriveKey,
  ecdh,
  ecdhMode,
  genDig,
  genDigSlot,
  genKeyCreate,
  genKeyPublic,
  info,
  infoKeyValid,
  infoRevision,
  infoState,
  infoVolatileKeyPermit,
  kdf,
  kdfDetails,
  kdfMode,
  lockConfig,
  lockData,
  lockSlot,
  mac,
  nonceCalculate,
  noncePassThrough,
  nonceRandom,
  otpAddress,
  privWriteEncrypted,
  privWritePlain,
  random,
  read,
  secureBoot,
  secureBootMode,
  selfTest,
  shaEnd,
  shaStart,
  shaUpdate,
  signExternal,
  statusPacket,
  updateExtra,
  verify,
  verifyExternal,
  verifyMode,
  verifyStored,
  verifyValidate,
  verifyWithMac,
  write,
  writeEncrypted,
} from '../../src-shared/atecc/index.ts';
import { buildResponse } from '../../src-shared/atecc/packet.ts';
import { concat, fromHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';

const counting = (first: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => first + index);

describe('worked packets', () => {
  const slotLockPackets = [
    '2D88',
    'AE0A',
    '6E09',
    'ED8B',
    '8E08',
    '0D8A',
    'CD89',
    '4E0B',
    '7E08',
    'FD8A',
    '3D89',
    'BE0B',
    'DD88',
    '5E0A',
    '9E09',
    '1D8B',
  ];
  const worked: readonly (readonly [string, Command<unknown>, string])[] = [
    ['Info revision (atecc-device.md 7.1)', infoRevision(), '073000000003 5D'],
    ['Info state', infoState(), '0730020000 00D8'],
    ['Info latch, read', infoVolatileKeyPermit(), '0730040000 80DF'],
    ['Info latch, opened', infoVolatileKeyPermit(false), '0730040200 865F'],
    ['Info latch, closed', infoVolatileKeyPermit(true), '0730040300 8FDF'],
    ['Random (7.2)', random(), '071B00000024CD'],
    ['Nonce, 20 zeros (7.3)', nonceRandom(new Uint8Array(20)), `1B16000000${'00'.repeat(20)}7DE0`],
    ['Nonce, 00..13', nonceRandom(counting(0, 20)), `1B16000000${toHex(counting(0, 20))}53B5`],
    ['Nonce pass-through', noncePassThrough(counting(0, 32)), `2716030000${toHex(counting(0, 32))}04EE`],
    ['Nonce to MsgDigBuf', noncePassThrough(counting(0, 32), 'MsgDigBuf'), `2716430000${toHex(counting(0, 32))}D76C`],
    ['Read config block 0 (7.4)', read(configAddress(0), 32), '070280000009AD'],
    ['Read config block 1', read(configAddress(1), 32), '07028008000A4D'],
    ['Read config block 2', read(configAddress(2), 32), '07028010000A1D'],
    ['Read config block 3', read(configAddress(3), 32), '070280180009FD'],
    ['Read bytes 16..19', read(configAddress(0, 4), 4), '07020004001D6D'],
    ['Read lock bytes', read(configAddress(2, 5), 4), '0702001500175D'],
    ['Read SlotLocked', read(configAddress(2, 6), 4), '0702001600185D'],
    ['Read slot 10 block 1', read(dataAddress(10, 1), 32), '07028250010997'],
    ['Read slot 10 byte 68', read(dataAddress(10, 2, 1), 4), '07020251029795'],
    ['Read slot 8 block 12', read(dataAddress(8, 12), 32), '070282400CA9A4'],
    ['Read slot 0 block 1 word 0', read(dataAddress(0, 1), 4), '07020200011E2B'],
    ['Read OTP block 1', read(otpAddress(1), 32), '070281080009C7'],
    ['Write config word 4 (7.5)', write(configAddress(0, 4), fromHex('C0005500')), '0B12000400C00055008C8F'],
    ['Lock config (7.6)', lockConfig(), '0717800000398D'],
    ['Lock config by CRC', lockConfig(0x02d0), '071700D002AE36'],
    ['Lock data', lockData(), '07178100003A07'],
    ['Lock data by CRC', lockData(0x5119), '07170119511BD4'],
    ...slotLockPackets.map(
      (crc, slot) =>
        [
          `Lock slot ${slot}`,
          lockSlot(slot),
          `0717${(2 | (slot << 2)).toString(16).padStart(2, '0')}0000${crc}`,
        ] as const,
    ),
    ['GenKey create (7.7)', genKeyCreate(0), '07400400008387'],
    ['GenKey public', genKeyPublic(0), '07400000000005'],
    ['Sign (7.8)', signExternal(0), '07418000002805'],
    ['Sign from MsgDigBuf', signExternal(0, 'MsgDigBuf'), '0741A000007B85'],
    ['SHA start (7.10)', shaStart(), '07470000002E85'],
    ['SHA of abc', shaEnd(utf8('abc')), '0A470203006162637053'],
    ['GenDig (7.13)', genDig(2, 4), '07150204003348'],
    ['GenDig with OtherData', genDigSlot(4), '0B150204001502 0400D2EC'],
    ['UpdateExtra 84 := 0 (7.17)', updateExtra(0, 0), '0720000000007D'],
    ['UpdateExtra 85 := 0', updateExtra(1, 0), '072001000003F7'],
    ['UpdateExtra 84 := 1', updateExtra(0, 1), '072000010009FD'],
    ['UpdateExtra 85 := C0', updateExtra(1, 0xc0), '072001C00003FD'],
    ['Counter (7.18)', counterRead(0), '07240000000CFD'],
    ['SelfTest (7.19)', selfTest(), '07773B00009DFB'],
  ];

  it.each(worked)('%s', (_name, command, hex) => {
    expect(toHex(command.packet)).toBe(hex.replace(/\s/g, '').toUpperCase());
  });

  it('the three certificate slots (provisioning-recipes.md 3)', () => {
    const block = fromHex('21C71ADCA8EA35E0E187E45A9F0DD0210EAE77E7F59957DAC8E3B92CE1E4CBE8');
    expect(toHex(write(dataAddress(10, 0), block).packet)).toBe(`2712825000${toHex(block)}D606`);
    const last = concat(fromHex('A99D5CC48B109000'), new Uint8Array(24));
    expect(toHex(write(dataAddress(12, 2), last).packet)).toBe(`2712826002${toHex(last)}C85D`);
  });

  it('Verify external is 135 bytes (7.9)', () => {
    const packet = verifyExternal(new Uint8Array(64), new Uint8Array(64)).packet;
    expect(packet).toHaveLength(135);
    expect(toHex(packet.subarray(0, 5))).toBe('8745020400');
  });
});

describe('what may be sent twice, and what is for ever (atecc-device.md 6)', () => {
  const sealed = { cipher: new Uint8Array(32), mac: new Uint8Array(32) };
  const never: readonly Command<unknown>[] = [
    genKeyCreate(0),
    lockConfig(),
    lockData(),
    lockSlot(3),
    counterIncrement(1),
    write(otpAddress(0), new Uint8Array(32)),
    writeEncrypted(dataAddress(5, 0), sealed),
    privWritePlain(7, new Uint8Array(32)),
    privWriteEncrypted(7, { cipher: new Uint8Array(36), mac: new Uint8Array(32) }),
    deriveKey(9, false),
    updateExtra(0, 1),
    verifyValidate(9, new Uint8Array(64), new Uint8Array(19), true),
    verifyValidate(9, new Uint8Array(64), new Uint8Array(19), false),
    secureBoot(secureBootMode.fullStore, new Uint8Array(32)),
    signExternal(3, 'TempKey', { singleUse: true }),
    mac(0, 4, new Uint8Array(32), { singleUse: true }),
    genKeyPublic(3, false, { singleUse: true }),
  ];
  it.each(never.map((command) => [command.describe, command] as const))('not repeatable: %s', (_text, command) => {
    expect(command.repeatable).toBe(false);
  });

  const harmless: readonly Command<unknown>[] = [
    infoRevision(),
    random(),
    read(configAddress(0), 32),
    genKeyPublic(0),
    write(dataAddress(8, 0), new Uint8Array(32)),
    nonceRandom(new Uint8Array(20)),
    verifyStored(9, new Uint8Array(64)),
  ];
  it.each(harmless.map((command) => [command.describe, command] as const))('repeatable: %s', (_text, command) => {
    expect(command.repeatable).toBe(true);
    expect(command.irreversible).toBe(false);
  });

  it('irreversible: locks, new keys, counters, configuration and OTP', () => {
    const forEver = [
      lockConfig(),
      lockSlot(0),
      genKeyCreate(0),
      counterIncrement(0),
      updateExtra(1, 1),
      write(configAddress(1), new Uint8Array(32)),
      write(otpAddress(0), new Uint8Array(32)),
    ];
    for (const command of forEver) expect(command.irreversible, command.describe).toBe(true);
  });

  it('descriptions hold no data', () => {
    const secret = counting(0xa0, 32);
    const commands = [
      privWritePlain(7, secret),
      write(dataAddress(5, 0), secret),
      noncePassThrough(secret),
      checkMac(1, 4, { challenge: secret, response: secret, otherData: new Uint8Array(13) }),
    ];
    for (const { describe: text } of commands) expect(text.toUpperCase()).not.toContain('A0A1');
  });
});

describe('decoding answers', () => {
  const status = (byte: number) => ({ ok: false, failure: { kind: 'status', status: byte } });

  it('success of a command without data, and every status', () => {
    expect(lockConfig().decode(statusPacket(0))).toEqual({ ok: true, value: undefined });
    for (const byte of [0x01, 0x03, 0x05, 0x07, 0x08, 0x0f, 0x11, 0xee, 0xff, 0x42]) {
      expect(lockConfig().decode(statusPacket(byte))).toEqual(status(byte));
      expect(genKeyCreate(0).decode(statusPacket(byte))).toEqual(status(byte));
    }
  });

  it('data of another length, success without data and damage are malformed', () => {
    const malformed = { ok: false, failure: { kind: 'malformed' } };
    expect(genKeyCreate(0).decode(statusPacket(0))).toMatchObject(malformed);
    expect(genKeyCreate(0).decode(buildResponse(new Uint8Array(63)))).toMatchObject(malformed);
    expect(read(configAddress(0), 4).decode(buildResponse(new Uint8Array(32)))).toMatchObject(malformed);
    expect(lockConfig().decode(buildResponse(new Uint8Array(2)))).toMatchObject(malformed);
    expect(lockConfig().decode(fromHex('04000341'))).toMatchObject(malformed);
    expect(lockConfig().decode(new Uint8Array(0))).toMatchObject(malformed);
  });

  it('revision of the parts (atecc-device.md 5)', () => {
    expect(infoRevision().decode(fromHex('07000050000391'))).toEqual({ ok: true, value: fromHex('00005000') });
    expect(infoRevision().decode(fromHex('07000060028038'))).toEqual({ ok: true, value: fromHex('00006002') });
  });

  it('Info latch: the lowest bit of the first byte', () => {
    expect(infoVolatileKeyPermit().decode(buildResponse(fromHex('01000000')))).toEqual({ ok: true, value: true });
    expect(infoVolatileKeyPermit().decode(buildResponse(fromHex('00000000')))).toEqual({ ok: true, value: false });
  });

  it('Info state, bit by bit (7.1)', () => {
    const state = infoState().decode(buildResponse(fromHex('3486 0000')));
    expect(state).toEqual({
      ok: true,
      value: {
        tempKey: { valid: true, noMac: false, genKeyData: false, genDigData: true, fromInput: true, keyId: 4 },
        authorised: true,
        authKeyId: 0,
        sramRandomReady: true,
        eepromRandomReady: false,
      },
    });
    const authorisedBy4 = infoState().decode(buildResponse(fromHex('C0 25 00 00')));
    expect(authorisedBy4).toMatchObject({
      ok: true,
      value: { authorised: true, authKeyId: 4, eepromRandomReady: true },
    });
    expect(infoKeyValid(0).decode(buildResponse(fromHex('01000000')))).toEqual({ ok: true, value: true });
    expect(infoKeyValid(0).decode(buildResponse(fromHex('00000000')))).toEqual({ ok: true, value: false });
  });

  it('a counter is little-endian', () => {
    expect(counterRead(1).decode(buildResponse(fromHex('FFFF1F00')))).toEqual({ ok: true, value: 2_097_151 });
  });

  it('SelfTest: bits of the tests asked for are a result, others a status', () => {
    expect(selfTest().decode(statusPacket(0x00))).toEqual({ ok: true, value: 0 });
    expect(selfTest().decode(statusPacket(0x21))).toEqual({ ok: true, value: 0x21 });
    expect(selfTest(0x01).decode(statusPacket(0x0f))).toEqual(status(0x0f));
    expect(selfTest().decode(statusPacket(0xee))).toEqual(status(0xee));
  });

  it('ECDH: kept, clear or encrypted (7.16)', () => {
    const key = new Uint8Array(64);
    expect(ecdh(2, key).decode(statusPacket(0))).toEqual({ ok: true, value: { kind: 'kept' } });
    const clear = ecdh(2, key).decode(buildResponse(counting(1, 32)));
    expect(clear.ok && clear.value.kind === 'clear' ? clear.value.secret.use(toHex) : '').toBe(toHex(counting(1, 32)));
    expect(JSON.stringify(clear)).not.toContain('01');
    const mode = ecdhMode.toOutput | ecdhMode.encryptOutput;
    expect(ecdh(2, key, mode).decode(buildResponse(counting(0, 64)))).toEqual({
      ok: true,
      value: { kind: 'encrypted', cipher: counting(0, 32), outNonce: counting(32, 32) },
    });
  });

  it('KDF: by target (7.19)', () => {
    const toSlot = kdf(kdfMode.toSlot | kdfMode.hkdf, 0x0403, 0x10000000, new Uint8Array(16));
    expect(toSlot.decode(statusPacket(0))).toEqual({ ok: true, value: { kind: 'kept' } });
    expect(toSlot.decode(buildResponse(new Uint8Array(32)))).toMatchObject({
      ok: false,
      failure: { kind: 'malformed' },
    });
    const prf64 = kdf(kdfMode.toOutput | kdfMode.prf, 3, 0x100, new Uint8Array(0));
    expect(prf64.decode(buildResponse(new Uint8Array(64)))).toMatchObject({ ok: true, value: { kind: 'clear' } });
    expect(prf64.decode(statusPacket(0))).toMatchObject({ ok: false });
    const encrypted = kdf(kdfMode.toEncryptedOutput | kdfMode.hkdf, 3, 0, new Uint8Array(0));
    expect(encrypted.decode(buildResponse(counting(0, 64)))).toMatchObject({
      ok: true,
      value: { kind: 'encrypted', outNonce: counting(32, 32) },
    });
  });

  it('KDF details (7.19): the length is the fourth byte on the wire', () => {
    const details = kdfDetails.hkdf({ message: 'input', messageLength: 20 });
    const packet = kdf(kdfMode.hkdf | kdfMode.fromSlot, 4, details, counting(0, 20)).packet;
    expect(toHex(packet.subarray(5, 10))).toBe('0200001400');
    expect(kdfDetails.prf({ keyLength: 64, messageLength: 0, target64: true, aeadMode: 2 })).toBe(0x0503);
    expect(kdfDetails.hkdf({ message: 'iv', messageLength: 128, zeroKey: true })).toBe(0x80000007);
    expect(kdfDetails.aes(2)).toBe(2);
    expect(() => kdfDetails.aes(4)).toThrow(RangeError);
    expect(() => kdfDetails.hkdf({ message: 'slot', messageLength: 256 })).toThrow(RangeError);
  });

  it('Verify with MAC answers with it, a wrong signature is status 01', () => {
    const command = verifyWithMac(verifyMode.external, 4, new Uint8Array(64), new Uint8Array(64));
    expect(command.packet[2]).toBe(0x82);
    expect(command.decode(buildResponse(counting(0, 32)))).toEqual({ ok: true, value: counting(0, 32) });
    expect(command.decode(statusPacket(1))).toEqual(status(1));
  });
});

describe('mistakes of the caller', () => {
  const zeros = (length: number): Uint8Array => new Uint8Array(length);
  const mistakes: readonly (readonly [string, () => unknown])[] = [
    ['NumIn of 19 bytes', () => nonceRandom(zeros(19))],
    ['pass-through of 20 bytes', () => noncePassThrough(zeros(20))],
    ['calculation with 32 bytes', () => nonceCalculate(zeros(32))],
    ['slot 16', () => lockSlot(16)],
    ['write of 8 bytes', () => write(dataAddress(0, 0), zeros(8))],
    ['MAC of mode 0 without challenge', () => mac(0, 0)],
    ['MAC of mode 1 with challenge', () => mac(1, 0, zeros(32))],
    ['GenDig on a slot with 3 bytes', () => genDig(2, 4, zeros(3))],
    ['GenDig of a shared nonce without it', () => genDig(3, 0)],
    ['SHA update of 63 bytes', () => shaUpdate(zeros(63))],
    ['SHA end of 64 bytes', () => shaEnd(zeros(64))],
    ['KDF message of another length than stated', () => kdf(kdfMode.hkdf, 0, 0x20000000, zeros(31))],
    ['SecureBoot full without signature', () => secureBoot(secureBootMode.full, zeros(32))],
    ['Verify with MAC as one without', () => verify(verifyMode.mac, 0, zeros(64))],
    ['AES key block 4', () => aes('encrypt', 0, 4, zeros(16))],
    ['Lock CRC of 17 bits', () => lockConfig(0x10000)],
    ['Info mode 256', () => info(256)],
  ];
  it.each(mistakes)('%s', (_text, mistake) => {
    expect(mistake).toThrow(RangeError);
  });
});
