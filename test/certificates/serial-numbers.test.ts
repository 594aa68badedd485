import { createECDH } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src-shared/base/bytes.ts';
import {
  decodeCertificate,
  lintDefinition,
  type ProfileName,
  prepareCertificate,
  profileDefaults,
  profileDefinitions,
  serialSource,
} from '../../src-shared/certificates/index.ts';

const DEVICES = 1000;
const { PUB_KEY_HASH, DEVICE_SN_HASH, DEVICE_SN, SIGNER_ID, STORED, STORED_DYNAMIC } = serialSource;

const publicKey = (): Uint8Array => new Uint8Array(createECDH('prime256v1').generateKeys().subarray(1));
const keys = Array.from({ length: DEVICES }, publicKey);
const caPublicKey = publicKey();

/** The n-th chip's configuration: serial numbers differ in the bytes that wafers count. */
function configZone(n: number): Uint8Array {
  const zone = new Uint8Array(128);
  zone.set([0x01, 0x23, n >> 8, n & 0xff]);
  zone.set([0x11, 0x22, 0x33, 0x44, 0xee], 8);
  return zone;
}

/** As the signing service draws them for definitions that store their numbers: 16 random bytes, positive. */
function drawn(): Uint8Array {
  const number = crypto.getRandomValues(new Uint8Array(16));
  number[0] = ((number[0] ?? 0) & 0x3f) | 0x40;
  return number;
}

function serialsUnder(profile: ProfileName, deviceSnSource: number): readonly Uint8Array[] {
  const pair = profileDefinitions(profile, { ...profileDefaults(profile), deviceSnSource });
  if (!pair.ok) throw new Error(pair.failure);
  return keys.map((key, n) => {
    const prepared = prepareCertificate({
      definition: pair.value.device,
      publicKey: key,
      caPublicKey,
      // Many a minute: the date makes none of them different.
      asked: { year: 2026, month: 3, day: 4, hour: 5, minute: 6, second: 7 },
      signerId: Uint8Array.of(0xc4, 0x8b),
      configZone: configZone(n),
      ...(deviceSnSource === STORED ? { storedSerialNumber: drawn() } : {}),
    });
    if (!prepared.ok) throw new Error(prepared.failure.reason);
    const decoded = decodeCertificate(prepared.value.unsigned);
    if (!decoded.ok) throw new Error(decoded.failure.reason);
    return decoded.value.serialNumber;
  });
}

describe('certificates of a thousand devices of one signer', () => {
  it.each([
    ['atmel-2015', 'hash of the public key', PUB_KEY_HASH],
    ['atmel-2015', 'hash of the chip’s serial number', DEVICE_SN_HASH],
    ['atmel-2015', 'the chip’s serial number', DEVICE_SN],
    ['zero-touch', 'stored', STORED],
    ['tng', 'hash of the public key', PUB_KEY_HASH],
  ] as const)('%s, %s: each has a number of its own, positive, of 20 bytes at most', (profile, _, source) => {
    const serials = serialsUnder(profile, source);
    expect(new Set(serials.map(toHex)).size).toBe(DEVICES);
    for (const serial of serials) {
      expect(serial.length).toBeLessThanOrEqual(20);
      expect((serial[0] ?? 0x80) & 0x80).toBe(0);
      expect(serial.some((byte) => byte !== 0)).toBe(true);
    }
  });
});

describe('sources that cannot promise it', () => {
  it('are refused for devices, by profiles and by whoever looks at definitions of one’s own', () => {
    // All devices of a signer would have its number.
    expect(profileDefinitions('atmel-2015', { ...profileDefaults('atmel-2015'), deviceSnSource: SIGNER_ID }).ok).toBe(
      false,
    );
    const pair = profileDefinitions('atmel-2015', profileDefaults('atmel-2015'));
    if (!pair.ok) throw new Error(pair.failure);
    const findings = (snSource: number, hasSerialGenerator = true): readonly string[] =>
      lintDefinition({ ...pair.value.device, snSource }, { role: 'device', hasSerialGenerator })
        .filter(({ severity }) => severity === 'error')
        .map(({ rule }) => rule);
    expect(findings(PUB_KEY_HASH)).toEqual([]);
    for (const source of [SIGNER_ID, 1, 2, 3, 4, 5, 6]) expect(findings(source), String(source)).not.toEqual([]);
    // Stored ones only with somebody who draws them and looks whether they were given before.
    for (const source of [STORED, STORED_DYNAMIC]) expect(findings(source, false), String(source)).not.toEqual([]);
  });
});
