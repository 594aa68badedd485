import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src-shared/base/bytes.ts';
import { parseReply, printable } from '../../src-shared/kit/reply.ts';

/** A reply in one line: "words|status|data", or "no reply". */
function read(line: string): string {
  const parsed = parseReply(line);
  if (!parsed.ok) return 'no reply';
  const { words, status, negative, data } = parsed.value;
  return [words.join('+'), `${negative ? '-' : ''}${status.toString(16)}`, toHex(data)].join('|');
}

describe('a reply line', () => {
  it.each([
    ['00()', '|0|'],
    ['00(04113343)', '|0|04113343'],
    ['00(0411aBcD)', '|0|0411ABCD'],
    ['c5()', '|c5|'],
    ['FFFFFFF4()', '|-f4|'],
    ['fffffff4()', '|-f4|'],
    ['AT88CK590 00(010005)', 'AT88CK590|0|010005'],
    ['CK590 ECC108 TWI 00(C0)', 'CK590+ECC108+TWI|0|C0'],
    ['no_device C5()', 'no_device|c5|'],
    ['no_device TWI 00(00)', 'no_device+TWI|0|00'],
    ['CryptoAuthTrustPlatform v1.2 00(010203)', 'CryptoAuthTrustPlatform+v1.2|0|010203'],
    ['  00(04)  ', '|0|04'],
    ['00 (04)', '|0|04'],
  ])('%j is %s', (line, expected) => {
    expect(read(line)).toBe(expected);
  });

  it.each([
    '',
    '0(04)',
    '00(040)',
    '00(04',
    '00)',
    '00',
    '()',
    '00(04)113343)',
    '00((04)',
    '00(0 4)',
    '00(04zz)',
    'ZZ(04)',
    '123456789(04)',
    'ECC608 TWI 00',
    'ECC608 TWI(C0)',
    // echoes of our own requests
    'b:f(00)',
    'board:device(00)',
    'e:t(0730000000035D)',
    'ecc:talk(0730000000035D)',
    'e:physical:select(C0)',
    'e:w()',
    // leftovers of the modern host's buffer, banners
    'bf00',
    '50000391)',
    'Atmel Crypto Kit v1.0 (c) 2015',
    'login:',
  ])('%j is no reply', (line) => {
    expect(read(line)).toBe('no reply');
  });

  it('every status and data come back', () => {
    fc.assert(
      fc.property(fc.nat(0xff), fc.uint8Array({ maxLength: 155 }), fc.boolean(), (status, data, negative) => {
        const digits = status.toString(16).padStart(2, '0');
        const parsed = parseReply(`${negative ? 'FFFFFF' : ''}${digits}(${toHex(data)})`);
        expect(parsed).toEqual({ ok: true, value: { words: [], status, negative, data } });
      }),
    );
  });

  it('garbage of any kind is quoted in at most 80 printable characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (line) => {
        const parsed = parseReply(line);
        if (!parsed.ok) expect(parsed.failure).toMatch(/^[\x20-\x7e·]{0,80}$/);
      }),
    );
    expect(printable('a\x07b\xff')).toBe('a·b·');
  });

  it('takes no long time over a hostile line', () => {
    const start = performance.now();
    for (const line of ['A '.repeat(512), `${' '.repeat(1000)}x`, `${'00 '.repeat(341)}(`, `${'F'.repeat(1000)}(`]) {
      expect(read(line)).toBe('no reply');
    }
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
