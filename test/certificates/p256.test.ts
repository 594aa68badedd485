import { createPublicKey, verify } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  isPrivateKey,
  isPublicKey,
  publicKeyOf,
  sharedSecret,
  signDigest,
  verifyDigest,
} from '../../src-shared/certificates/index.ts';

const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const key = (role: string) => new Secret(sha256(utf8(`atecc reference ${role}`)));
const digest = fromHex('A9DBA10EBC49B3794F182F471C5667380D47E7C3FDA05880968BB73765264F88');

describe('the P-256 wrapper', () => {
  it('makes the signature of the worked example, whose S is high, and verifies it (compressed-certificates.md 9)', () => {
    const signature = signDigest(key('root'), digest);
    expect(toHex(signature)).toBe(
      'E61CCC4D6E1EDCDA00A44D8002DAB89EF117828EFA7DCEE1420A7D86B22B38FA9CF62B8D35DAFDA3C74770563AC0965EBC9BF3F02235B848A221B63BB773AD4E',
    );
    expect(BigInt(`0x${toHex(signature.slice(32))}`) > order / 2n).toBe(true);
    expect(verifyDigest(publicKeyOf(key('root')), digest, signature)).toBe(true);
  });

  it('takes both S of every signature, and nothing that was changed', () => {
    for (let i = 0; i < 8; i += 1) {
      const message = sha256(Uint8Array.of(i));
      const signature = signDigest(key('signer'), message);
      const other = (order - BigInt(`0x${toHex(signature.slice(32))}`)).toString(16).padStart(64, '0');
      const publicKey = publicKeyOf(key('signer'));
      expect(verifyDigest(publicKey, message, signature)).toBe(true);
      expect(verifyDigest(publicKey, message, fromHex(toHex(signature.slice(0, 32)) + other))).toBe(true);
      const changed = signature.slice();
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(verifyDigest(publicKey, message, changed)).toBe(false);
      expect(verifyDigest(publicKeyOf(key('device')), message, signature)).toBe(false);
    }
  });

  it('agrees with OpenSSL', () => {
    const publicKey = publicKeyOf(key('device'));
    const [x, y] = [publicKey.slice(0, 32), publicKey.slice(32)].map((half) => Buffer.from(half).toString('base64url'));
    const opensslKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, format: 'jwk' });
    const message = utf8('to be signed');
    const signature = signDigest(key('device'), sha256(message));
    expect(verify('sha256', message, { key: opensslKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });

  it('says false, and does not throw, for what is no key or no signature', () => {
    const publicKey = publicKeyOf(key('root'));
    expect(verifyDigest(publicKey, digest, new Uint8Array(64))).toBe(false);
    expect(verifyDigest(publicKey, digest, new Uint8Array(63))).toBe(false);
    expect(verifyDigest(publicKey, digest.slice(1), new Uint8Array(64).fill(1))).toBe(false);
    expect(verifyDigest(new Uint8Array(64), digest, new Uint8Array(64).fill(1))).toBe(false);
    expect(isPublicKey(publicKey)).toBe(true);
    expect(isPublicKey(publicKey.map((byte, index) => (index === 63 ? byte ^ 1 : byte)))).toBe(false);
    expect(isPublicKey(new Uint8Array(65))).toBe(false);
    expect(isPrivateKey(new Uint8Array(32))).toBe(false);
    expect(isPrivateKey(fromHex(order.toString(16)))).toBe(false);
    expect(isPrivateKey(fromHex((order - 1n).toString(16)))).toBe(true);
  });

  it('shares secrets', () => {
    const there = sharedSecret(key('signer'), publicKeyOf(key('device')));
    expect(there).toHaveLength(32);
    expect(sharedSecret(key('device'), publicKeyOf(key('signer')))).toEqual(there);
  });
});
