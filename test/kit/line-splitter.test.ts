import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KitLine, LineSplitter, MAX_LINE_LENGTH } from '../../src-shared/kit/line-splitter.ts';
import { lineBytes } from '../../src-shared/kit/requests.ts';

function lines(splitter: LineSplitter, ...pieces: string[]): string[] {
  return pieces
    .flatMap((piece) => splitter.push(lineBytes(piece)))
    .map((line) => (line.kind === 'line' ? line.text : `overlong ${line.head.length}`));
}

describe('lines from a stream', () => {
  it.each([
    ['a line', ['00()\n'], ['00()']],
    ['several in one piece', ['00()\nC5()\n'], ['00()', 'C5()']],
    ['one in many pieces', [...'00(04)\n'], ['00(04)']],
    ['CRLF, CR and empty lines', ['00()\r\n\r\n\n00()\rC0()\n'], ['00()', '00()', 'C0()']],
    ['NULs anywhere', ['\0\0 00\0()\n\0\0\0', 'C5()\n\0'], [' 00()', 'C5()']],
    ['bytes beyond ASCII', ['\xff\xfe\n'], ['\xff\xfe']],
    ['nothing before the end of a line', ['00('], []],
  ])('%s', (_, pieces, expected) => {
    expect(lines(new LineSplitter(), ...pieces)).toEqual(expected);
  });

  it('a line as long as the limit is whole, one longer is shown by its head, and the next line is whole again', () => {
    const splitter = new LineSplitter();
    const longest = 'x'.repeat(MAX_LINE_LENGTH);
    expect(lines(splitter, `${longest}\n`, `${longest}x`, 'xxxx\n', '00()\n')).toEqual([
      longest,
      'overlong 80',
      '00()',
    ]);
  });

  it('forgets what has begun on reset, and shows it before', () => {
    const splitter = new LineSplitter();
    splitter.push(lineBytes('half a li'));
    expect(splitter.pending).toBe('half a li');
    splitter.reset();
    expect(lines(splitter, '00()\n')).toEqual(['00()']);
  });

  it('gives the same lines however the stream is cut', () => {
    const stream = fc.array(fc.constantFrom(0, 0x0a, 0x0d, 0x28, 0x30, 0x41, 0xff), { maxLength: 200 });
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200), { maxLength: 30 }), (bytes, cuts) => {
        const inOne = new LineSplitter(20).push(Uint8Array.from(bytes));
        const splitter = new LineSplitter(20);
        const cut: KitLine[] = [];
        let at = 0;
        for (const end of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
          cut.push(...splitter.push(Uint8Array.from(bytes.slice(at, Math.max(at, end)))));
          at = Math.max(at, end);
        }
        expect(cut).toEqual(inOne);
        expect(
          inOne.every((line) => line.kind === 'overlong' || (line.text.length > 0 && line.text.length <= 20)),
        ).toBe(true);
      }),
    );
  });
});
