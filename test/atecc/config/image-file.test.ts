import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatConfigFile, parseConfigFile, presetImage } from '../../../src-shared/atecc/config/index.ts';
import { concat, toHex, utf8 } from '../../../src-shared/base/bytes.ts';
import { SignetError } from '../../../src-shared/base/error.ts';

const image = presetImage('library-test-508');
const pairs = toHex(image).match(/../g) ?? [];
const parse = (text: string): Uint8Array => parseConfigFile(utf8(text));

/** "line:column sentence" of the error that parsing these bytes gives. */
function complaint(content: Uint8Array | string): string {
  try {
    parseConfigFile(typeof content === 'string' ? utf8(content) : content, 'board.cfg');
  } catch (thrown) {
    if (!(thrown instanceof SignetError)) throw thrown;
    expect(thrown.code).toBe('FILE_INVALID');
    const { line, column, file } = thrown.details;
    expect(file).toBe('board.cfg');
    expect(thrown.message).toContain(`board.cfg, line ${String(line)}, column ${String(column)}: `);
    return `${String(line)}:${String(column)} ${thrown.message.slice(thrown.message.indexOf(': ') + 2)}`;
  }
  throw new Error('accepted');
}

describe('a configuration file', () => {
  it.each([
    ['one byte a line, as the note shows it', pairs.map((pair) => ` ${pair}`).join('\n')],
    ['sixteen a line', formatConfigFile(image)],
    ['one string', toHex(image)],
    ['lower case', toHex(image).toLowerCase()],
    ['a C array', pairs.map((pair) => `0x${pair}`).join(', ')],
    ['a C array with a comma at the end', `${pairs.map((pair) => `0X${pair},`).join('\n')}\n`],
    ['Windows lines and tabs', pairs.join('\t\r\n')],
    ['old Mac lines', pairs.join('\r')],
    ['a byte order mark', `\uFEFF${pairs.join(' ')}`],
    ['words of four', (toHex(image).match(/.{8}/g) ?? []).join(' ')],
    ['space around commas', pairs.join(' , ')],
  ])('%s', (_, text) => {
    expect(parse(text)).toEqual(image);
  });

  it('any image comes back from the file written for it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 128, maxLength: 128 }), (bytes) => {
        const text = formatConfigFile(bytes);
        expect(parse(text)).toEqual(bytes);
        expect(text.split('\n')).toHaveLength(9);
      }),
    );
  });

  it('any way of writing the bytes gives the same image', () => {
    const gap = fc.constantFrom(' ', '\n', '\r\n', '\t', ',', ', ', ' ,\n', '  ');
    const prefix = fc.constantFrom('', '0x', '0X');
    const byte = fc.tuple(fc.integer({ min: 0, max: 255 }), prefix, gap, fc.boolean());
    fc.assert(
      fc.property(fc.array(byte, { minLength: 128, maxLength: 128 }), (bytes) => {
        const text = bytes
          .map(([value, before, after, lower]) => {
            const digits = value.toString(16).padStart(2, '0');
            return `${before}${lower ? digits : digits.toUpperCase()}${after}`;
          })
          .join('');
        expect([...parse(text)]).toEqual(bytes.map(([value]) => value));
      }),
    );
  });

  it('any bytes at all are parsed or refused with a place, never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.string({ maxLength: 400 }).map(utf8)), (content) => {
        expect(complaint(content)).toMatch(/^\d+:\d+ ./);
      }),
    );
  });

  it('127 and 129 bytes', () => {
    expect(complaint(pairs.slice(0, 127).join(' '))).toBe('1:381 the file ends after 127 of 128 bytes');
    expect(complaint(`${formatConfigFile(image)}7f\n`)).toBe('9:1 more than 128 bytes; this is the first too many');
    expect(complaint(`${toHex(image)}00`)).toBe('1:257 more than 128 bytes; this is the first too many');
    expect(complaint('')).toBe('1:1 the file ends after 0 of 128 bytes');
    expect(complaint(' \n\n')).toBe('1:1 the file ends after 0 of 128 bytes');
  });

  it('odd digits', () => {
    expect(complaint('01 23\n 4 56')).toBe('2:2 "4" has an odd number of hex digits; a byte needs two');
    expect(complaint(toHex(image).slice(1))).toBe(
      '1:1 "1230000000050..." has an odd number of hex digits; a byte needs two',
    );
    expect(complaint('0x01, 0x2')).toBe('1:7 "0x2": two hex digits must follow 0x');
    expect(complaint('0x0123')).toBe('1:1 "0x0123": two hex digits must follow 0x');
    expect(complaint('0x')).toBe('1:1 "0x": two hex digits must follow 0x');
  });

  it('other characters', () => {
    expect(complaint('01 23\n45 6G')).toBe('2:5 "G" is not a hex digit');
    expect(complaint('01;23')).toBe('1:3 ";" is not a hex digit');
    expect(complaint('01 // 23')).toBe('1:4 "/" is not a hex digit');
    expect(complaint('01 é')).toBe('1:4 "é" is not a hex digit');
    expect(complaint('😀')).toBe('1:1 "😀" is not a hex digit');
    expect(complaint('01\u0000')).toBe('1:3 the control character 00 is not a hex digit');
    expect(complaint('0x010x02')).toBe('1:6 "x" is not a hex digit');
    expect(complaint('x1')).toBe('1:1 "x" is not a hex digit');
  });

  it('commas that separate nothing', () => {
    expect(complaint(',01')).toBe('1:1 a comma without a byte before it');
    expect(complaint('01,\n,02')).toBe('2:1 a comma without a byte before it');
  });

  it('not UTF-8', () => {
    expect(complaint(concat(utf8('01 23\n45 '), [0xff], utf8(' 67')))).toBe('2:4 the file is not UTF-8 text');
    expect(complaint(concat(utf8('é '), [0xc3]))).toBe('1:3 the file is not UTF-8 text');
    expect(complaint(concat([0xff, 0xfe], utf8('0\u00001\u0000')))).toBe(
      '1:1 the file is UTF-16; save it as UTF-8 or ASCII text',
    );
  });

  it('a file that is no text of 128 bytes is not even looked at', () => {
    expect(complaint(new Uint8Array(65_537).fill(0x20))).toBe('1:1 65537 bytes are far too many for 128 bytes of hex');
  });

  it('refuses to write an image of another length', () => {
    expect(() => formatConfigFile(new Uint8Array(127))).toThrow(RangeError);
  });
});
