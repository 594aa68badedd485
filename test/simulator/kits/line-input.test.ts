import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InputLine, LineInput } from '../../../src-main/simulator/kits/line-input.ts';
import { fromLatin1 } from '../../../src-main/simulator/octets.ts';

function lines(...texts: readonly string[]): readonly InputLine[] {
  return texts.map((text) => ({ kind: 'line', text }));
}

describe('line input (kit-protocol.md 1)', () => {
  it('gives the same lines for every split', () => {
    const part = fc.constantFrom(
      'e:w()',
      'E:t(0730000000035D)',
      '\n',
      '\0',
      '\r',
      ' ',
      'b:d(00)',
      '\x01',
      'x'.repeat(40),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 20 }),
        fc.array(fc.nat({ max: 9 }), { maxLength: 200 }),
        (parts, cuts) => {
          const stream = fromLatin1(parts.join(''));
          const whole = new LineInput(30).push(stream);
          const input = new LineInput(30);
          const pieces: InputLine[] = [];
          let at = 0;
          for (const cut of cuts) {
            pieces.push(...input.push(stream.subarray(at, at + cut)));
            at += cut;
          }
          pieces.push(...input.push(stream.subarray(at)));
          expect(pieces).toEqual(whole);
        },
      ),
    );
  });

  it('ignores NUL anywhere and starts at a printable character', () => {
    expect(new LineInput(99).push(fromLatin1('\0\r\x07e:\0w()\n\0\0\n'))).toEqual(lines('e:w()', ''));
  });

  it('swallows an over-long line to its end and holds no more than its limit', () => {
    const input = new LineInput(8);
    expect(input.push(fromLatin1('12345678\n'))).toEqual(lines('12345678'));
    for (let i = 0; i < 1000; i += 1) expect(input.push(fromLatin1('x'.repeat(1000)))).toEqual([]);
    expect(input.push(fromLatin1('\nok\n'))).toEqual([{ kind: 'overlong' }, ...lines('ok')]);
  });
});
