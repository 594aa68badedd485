import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { authCode, NO_SESSION, proofOfPossessionDigest, sameCode } from '../../src-shared/wire/auth.ts';

/** count, count + 1, … */
function run(first: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => first + i);
}

describe('station code', () => {
  it('is that of the known-answer test of the protocol page', () => {
    const code = authCode(new Secret(run(0x00, 32)), run(0x20, 32), run(0x40, 16), 'Linie 3, Platz 2');
    expect(toHex(code).toLowerCase()).toBe('5297cca6cf855c40c587403dbb02b725e127c3a5ab044ce5d9a47b5123f46b46');
  });

  it('changes with every part of what it covers', () => {
    const code = (key: number, nonce: number, session: number, station: string) =>
      toHex(authCode(new Secret(run(key, 32)), run(nonce, 32), run(session, 16), station));
    const codes = [code(0, 1, 2, 'a'), code(1, 1, 2, 'a'), code(0, 2, 2, 'a'), code(0, 1, 3, 'a'), code(0, 1, 2, 'b')];
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('refuses a nonce or session id of another length', () => {
    expect(() => authCode(new Secret(run(0, 32)), run(0, 31), run(0, 16), 'a')).toThrow(RangeError);
    expect(() => authCode(new Secret(run(0, 32)), run(0, 32), run(0, 17), 'a')).toThrow(RangeError);
  });

  it('compares whole codes', () => {
    expect(sameCode(run(0, 32), run(0, 32))).toBe(true);
    expect(sameCode(run(0, 32), run(0, 31))).toBe(false);
    const other = run(0, 32);
    other[31] = 0;
    expect(sameCode(run(0, 32), other)).toBe(false);
  });
});

describe('proof of possession', () => {
  it('covers 16 bytes of the configuration zone and nothing behind them', () => {
    const config = new Uint8Array(128).fill(7);
    const key = new Uint8Array(64).fill(9);
    const digest = proofOfPossessionDigest(NO_SESSION, config, key);
    config[16] = 0;
    expect(proofOfPossessionDigest(NO_SESSION, config, key)).toEqual(digest);
    config[15] = 0;
    expect(proofOfPossessionDigest(NO_SESSION, config, key)).not.toEqual(digest);
    expect(digest).not.toEqual(fromHex('00'.repeat(32)));
  });
});
