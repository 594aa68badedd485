import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterGenDig,
  afterGenKey,
  afterNonce,
  answerCheckMac,
  checkMacOtherData,
  checkMacResponse,
  dataAddress,
  deriveKeyDigest,
  deriveKeyMac,
  emptyTempKey,
  expectMac,
  macDigest,
  nonceDigest,
  openBlock,
  openOutput,
  openSession,
  openWith,
  privWriteEncrypted,
  sealBlock,
  sealPrivateKey,
  sealWith,
  sessionKey,
  signInternalDigest,
  signInternalMessage,
  slotFacts,
  type TempKey,
  tempKeyBytes,
  tempKeyOf,
  validateDigest,
  verifyOtherData,
  writeEncrypted,
  writeMac,
} from '../../src-shared/atecc/index.ts';
import { concat, fromHex, toHex } from '../../src-shared/base/bytes.ts';

const counting = (first: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => first + index);

/** The numbers of atecc-device.md 9. */
const sn = fromHex('01 23 03 04 05 06 07 08 EE');
const key = counting(0x40, 32);
const numIn = counting(0, 20);
const randOut = counting(0xa0, 32);
const plain = counting(0x10, 32);
const session = fromHex('2D5D23A45CA657F1AE137A94E4DBE38C54AB3FA7F5C605FFF5DCCCD9107A3CE7');
const nonce = fromHex('BEE176F91B7F8D191759F8A596F2065D6805A5CF831563B7D512574EC54A3169');

const nonceLoaded = (tempKey: TempKey): TempKey =>
  afterNonce(tempKey, { mode: 0, param2: 0, input: numIn, randOut }).tempKey;

describe('encrypted write, end to end (atecc-device.md 9)', () => {
  it('Nonce and GenDig', () => {
    expect(nonceDigest(randOut, numIn)).toEqual(nonce);
    expect(sessionKey(key, 4, sn, nonce)).toEqual(session);
    expect(openSession({ key, keySlot: 4, sn, numIn, randOut })).toEqual(session);
  });

  it('block', () => {
    const sealed = sealBlock(session, dataAddress(5, 0), sn, plain);
    expect(toHex(sealed.cipher)).toBe('3D4C31B748B341E6B60A608FF8C6FD93748A1D84D1E323D8DDF5E6F23C5712C8');
    expect(toHex(sealed.mac)).toBe('EEBC3213EA998B7BD76EE86503C03CEB861F621E200D718036F3A83A769B18F0');
    const packet = toHex(writeEncrypted(dataAddress(5, 0), sealed).packet);
    expect(packet).toBe(`4712C22800${toHex(sealed.cipher)}${toHex(sealed.mac)}DE04`);
    expect(openBlock(session, sealed.cipher)).toEqual(plain);
  });

  it('a MAC over P1 = 82 is another: always C2', () => {
    expect(toHex(writeMac(session, 0x82, 0x28, sn, plain))).toMatch(/^738360A7.*C569$/);
  });

  it('private key', () => {
    const sealed = sealPrivateKey(session, 7, sn, plain);
    expect(toHex(sealed.cipher)).toBe('2D5D23A44CB745E2BA066C83FCC2F99748B621B8D5E727DCD1F9EAFE385316CC307C9D44');
    expect(toHex(sealed.mac)).toBe('BED568D0E1EC62AB040AB401874B1F9BBA41CDB0C3FBA393C0176D0290173EBF');
    expect(toHex(privWriteEncrypted(7, sealed).packet)).toBe(
      `4B46400700${toHex(sealed.cipher)}${toHex(sealed.mac)}3034`,
    );
  });

  it('the public test key', () => {
    const secret = fromHex('878F0AB6A526D7111C26E6170810796E7B33007F832B8D64467ED6F870537A19');
    expect(toHex(p256.getPublicKey(secret, false).slice(1))).toBe(
      '8F8D182BD819048582A9927EA0C56DEFB4159548E11CA5F7ABAC45BBCE76815BE5C64FCD2FD12698544DE037951726666073046119AD5E11A90AA49773AEAC86',
    );
  });
});

describe('worked digests (atecc-device.md 7)', () => {
  it('MAC, with and without TempKey (7.11)', () => {
    const challenge = counting(0x80, 32);
    expect(toHex(macDigest(key, challenge, { mode: 0, keyId: 4, sn }))).toBe(
      'CCFEA638B1D90175E3DDAB0EBBB4145E6E1A7C6BF4E1C7F3EC6EE06B4A3298CB',
    );
    expect(toHex(macDigest(key, nonce, { mode: 0x41, keyId: 4, sn }))).toBe(
      'C6EDE77938F2A978AA7D50DBEB8EEB3118D0A455BA1C6A6F6343E61CFB7D72F8',
    );
  });

  it('CheckMac (7.12)', () => {
    expect(toHex(checkMacResponse(key, nonce, checkMacOtherData(4), sn))).toBe(
      'E18E9BCFA6140E7CBDE212843C4C0040533EAE900D4A16F8582A0C193DFC3BA6',
    );
    expect(toHex(checkMacResponse(key, counting(0x80, 32), new Uint8Array(13), sn))).toBe(
      '0D4846028D26332305AA154D73CAD3D42C4936051A1542ED05F55D907C374E99',
    );
  });

  it('DeriveKey and its MAC (7.14)', () => {
    expect(toHex(deriveKeyDigest(key, 0, 9, sn, nonce))).toBe(
      '7C9C361D91642F0DDDFC29C3673E8FCBD0A2D6573ED24F955E58AE0310F720B8',
    );
    expect(toHex(deriveKeyMac(key, 0, 9, sn))).toBe('FE9012E8BA838FBB2218548FA8DEECA5750742395B7B1150E50EF1DDFE0EDDE5');
  });

  it('mask of an encrypted output (7.16)', () => {
    expect(toHex(openOutput(key, counting(0, 32), new Uint8Array(64)))).toBe(
      'C743CFC93FA0F361FE3F4DB57FD6DEEE66AB2E91913C33FD362D133615D52D803A4A0BA9C644BEC6426E54E14097F912BAF7FE779F00EF27FE82E60ADF55B6AE',
    );
  });

  it('Sign internal (7.8): tail of the message', () => {
    const config = new Uint8Array(128);
    config.set(fromHex('8720'), 24);
    config.set(fromHex('3300'), 100);
    config.set(fromHex('FFFF'), 88);
    const tempKey = tempKeyOf(counting(0xf0, 32), { keyId: 2, genKeyData: true });
    const input = { mode: 0, keyId: 0, sn, facts: slotFacts(config, 2), forInvalidate: false };
    const message = signInternalMessage(tempKey, input);
    expect(toHex(message.subarray(32))).toBe('4100000087203300420000EE0000000001230000010000');
    expect(validateDigest(tempKeyBytes(tempKey), verifyOtherData(message), sn)).toEqual(
      signInternalDigest(tempKey, input),
    );
  });
});

describe('TempKey (atecc-device.md 6)', () => {
  it('follows Nonce, GenDig and MAC', () => {
    const loaded = nonceLoaded(emptyTempKey);
    expect(loaded).toMatchObject({ valid: true, fromInput: false, keyId: 0, genDigData: false });
    const mixed = afterGenDig(loaded, { zone: 2, param2: 4, sn, storedValue: key }).tempKey;
    expect(tempKeyBytes(mixed)).toEqual(session);
    expect(mixed).toMatchObject({ valid: true, genDigData: true, keyId: 4, fromInput: false });
    const used = expectMac(mixed, { mode: 1, keyId: 4, sn, key });
    expect(used.result.ok).toBe(true);
    expect(used.tempKey.valid).toBe(false);
  });

  it('Nonce clears the GenKeyData flag, unless asked to follow the library', () => {
    const dirty = { ...emptyTempKey, genKeyData: true };
    expect(nonceLoaded(dirty).genKeyData).toBe(false);
    const kept = afterNonce(dirty, { mode: 0, param2: 0, input: numIn, randOut, keepGenKeyData: true });
    expect(kept.tempKey.genKeyData).toBe(true);
  });

  it('MAC refuses a TempKey of the wrong source, from a NoMac slot, or none; and spends it', () => {
    const context = { mode: 1, keyId: 4, sn, key };
    const unfit = { ok: false, failure: 'temp-key-unfit' };
    expect(expectMac(emptyTempKey, context).result).toEqual(unfit);
    expect(expectMac(tempKeyOf(nonce, { fromInput: true }), context).result).toEqual(unfit);
    expect(expectMac(tempKeyOf(nonce, { noMac: true }), context).result).toEqual(unfit);
    expect(expectMac(tempKeyOf(nonce, { noMac: true }), context).tempKey.valid).toBe(false);
    expect(expectMac(tempKeyOf(nonce, { fromInput: true }), { ...context, mode: 5 }).result.ok).toBe(true);
  });

  it('Write and Read do not mind a NoMac slot (7.13)', () => {
    const mixed = afterGenDig(nonceLoaded(emptyTempKey), {
      zone: 2,
      param2: 4,
      sn,
      storedValue: key,
      slotIsNoMac: true,
      otherData: fromHex('15020400'),
    }).tempKey;
    expect(mixed.noMac).toBe(true);
    expect(tempKeyBytes(mixed)).toEqual(session);
    expect(sealWith(mixed, 0xc2, 0x28, sn, plain).result.ok).toBe(true);
    expect(openWith(mixed, plain).result.ok).toBe(true);
    expect(sealWith(emptyTempKey, 0xc2, 0x28, sn, plain).result).toEqual({ ok: false, failure: 'temp-key-unfit' });
  });

  it('an encrypted read needs a random Nonce', () => {
    const fromInput = { ...tempKeyOf(session, { genDigData: true, fromInput: true }) };
    expect(openWith(fromInput, plain).result.ok).toBe(false);
  });

  it('a pass-through of 64 bytes fills it (7.3)', () => {
    const { tempKey } = afterNonce(emptyTempKey, { mode: 0x23, param2: 0, input: counting(0, 64) });
    expect(tempKey.value).toEqual(counting(0, 64));
    expect(tempKey.is64).toBe(true);
  });

  it('CheckMac copy and GenKey without digest', () => {
    const target = counting(0x60, 32);
    const copied = answerCheckMac(nonceLoaded(emptyTempKey), {
      mode: 1,
      sn,
      slotKey: key,
      otherData: checkMacOtherData(4),
      targetKey: target,
    });
    expect(tempKeyBytes(copied.tempKey)).toEqual(target);
    expect(copied.tempKey.fromInput).toBe(true);
    const loaded = nonceLoaded(emptyTempKey);
    expect(afterGenKey(loaded, { mode: 4, keyId: 0, sn, publicKey: new Uint8Array(64) }).tempKey).toBe(loaded);
  });

  it('no function changes what it was given', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, bytes, (value, stored) => {
        const given = tempKeyOf(value);
        const copy = toHex(given.value);
        afterGenDig(given, { zone: 2, param2: 3, sn, storedValue: stored });
        expectMac(given, { mode: 1, keyId: 0, sn, key });
        return toHex(given.value) === copy && given.valid;
      }),
    );
  });
});

describe('sealing', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  it('opens to what was sealed', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), bytes(9), (k, data, serial) => {
        expect(openBlock(k, sealBlock(k, dataAddress(3, 0), serial, data).cipher)).toEqual(data);
      }),
    );
  });

  it('the MAC depends on address, serial number and data', () => {
    const base = toHex(sealBlock(session, dataAddress(5, 0), sn, plain).mac);
    const otherSn = concat(sn.subarray(0, 8), [0x01]);
    expect(toHex(sealBlock(session, dataAddress(4, 0), sn, plain).mac)).not.toBe(base);
    expect(toHex(sealBlock(session, dataAddress(5, 0), otherSn, plain).mac)).not.toBe(base);
    expect(toHex(sealBlock(session, dataAddress(5, 0), sn, counting(0x11, 32)).mac)).not.toBe(base);
  });
});
