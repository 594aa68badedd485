import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import {
  encodeFrame,
  type Frame,
  FrameDecoder,
  type FrameEvent,
  HEADER_SIZE,
  MAX_BODY,
} from '../../src-shared/wire/frame.ts';

const frameArbitrary: fc.Arbitrary<Frame> = fc.record({
  type: fc.nat(0xffff),
  transaction: fc.nat(0xffffffff),
  body: fc.uint8Array({ maxLength: 700 }),
});

/** Bytes cut at the given places, in order. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, i) => bytes.slice(places[i], end));
}

function decodeAll(decoder: FrameDecoder, parts: readonly Uint8Array[]): FrameEvent[] {
  return parts.flatMap((part) => decoder.push(part));
}

describe('frames', () => {
  it('has the header of the protocol page', () => {
    const bytes = encodeFrame({ type: 0x0040, transaction: 0x01020304, body: Uint8Array.of(0xaa) });
    expect(toHex(bytes)).toBe(`${toHex(utf8('ATPR'))}0100004001020304${'00000001'}AA`);
  });

  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frameArbitrary, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 40 }), (frames, cuts) => {
        const stream = concat(...frames.map(encodeFrame));
        const decoder = new FrameDecoder();
        expect(decodeAll(decoder, pieces(stream, cuts))).toEqual(frames.map((frame) => ({ kind: 'frame', frame })));
        expect(decoder.started).toBe(false);
        expect(decoder.missing).toBe(HEADER_SIZE);
      }),
    );
  });

  it('come out at every single cut of a stream', () => {
    const frames: Frame[] = [
      { type: 1, transaction: 7, body: new Uint8Array(0) },
      { type: 0x8010, transaction: 8, body: new Uint8Array(33).fill(0x41) },
    ];
    const stream = concat(...frames.map(encodeFrame));
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const decoder = new FrameDecoder();
      expect(decodeAll(decoder, [stream.slice(0, cut), stream.slice(cut)])).toEqual(
        frames.map((frame) => ({ kind: 'frame', frame })),
      );
    }
  });

  it('says how many bytes are missing, for a reader that asks for so many', () => {
    const stream = encodeFrame({ type: 1, transaction: 1, body: new Uint8Array(100) });
    const decoder = new FrameDecoder();
    let at = 0;
    const asked: number[] = [];
    while (at < stream.length) {
      asked.push(decoder.missing);
      decoder.push(stream.slice(at, at + decoder.missing));
      at += asked.at(-1) ?? 0;
    }
    expect(asked).toEqual([16, 100]);
  });

  it('takes the largest body and refuses one byte more', () => {
    const largest = encodeFrame({ type: 1, transaction: 1, body: new Uint8Array(MAX_BODY) });
    expect(new FrameDecoder().push(largest)).toHaveLength(1);
    expect(() => encodeFrame({ type: 1, transaction: 1, body: new Uint8Array(MAX_BODY + 1) })).toThrow(RangeError);
    const header = fromHex('41545052 0100 0001 00000009 00010001');
    expect(new FrameDecoder().push(header)).toMatchObject([
      { kind: 'broken', transaction: 9, fault: { code: 'TOO_LARGE' } },
    ]);
  });

  it('a decoder with less room refuses what does not fit it', () => {
    const frame = encodeFrame({ type: 1, transaction: 3, body: new Uint8Array(101) });
    expect(new FrameDecoder(100).push(frame)).toMatchObject([{ kind: 'broken', fault: { code: 'TOO_LARGE' } }]);
  });

  it.each([
    ['another protocol', utf8('GET / HTTP/1.1\r\n'), 'MALFORMED'],
    ['one wrong byte', fromHex('42'), 'MALFORMED'],
    ['a wrong fourth byte, before the header is complete', utf8('ATPX'), 'MALFORMED'],
    ['another major version', fromHex('41545052 0200 0001 00000009 00000000'), 'VERSION'],
  ])('%s breaks the stream for good', (_, bytes, code) => {
    const decoder = new FrameDecoder();
    expect(decoder.push(bytes)).toMatchObject([{ kind: 'broken', fault: { code } }]);
    expect(decoder.broken).toBe(true);
    expect(decoder.push(encodeFrame({ type: 1, transaction: 1, body: new Uint8Array(0) }))).toEqual([]);
  });

  it('another minor version is compatible', () => {
    expect(new FrameDecoder().push(fromHex('41545052 0163 0040 00000009 00000000'))).toMatchObject([
      { kind: 'frame', frame: { type: 0x40, transaction: 9 } },
    ]);
  });

  it('never throws on garbage, and says the same however it is cut', () => {
    const nearly = fc.tuple(
      fc.constantFrom('', '41', '41545052', '4154505201', '415450520100'),
      fc.uint8Array({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(nearly, fc.array(fc.nat(), { maxLength: 20 }), ([head, tail], cuts) => {
        const bytes = concat(fromHex(head), tail);
        const inOne = new FrameDecoder().push(bytes);
        const cut = decodeAll(new FrameDecoder(), pieces(bytes, cuts));
        // A cut may show the wrong header before its transaction number is there.
        const bare = (events: FrameEvent[]) =>
          events.map((event) => (event.kind === 'broken' ? event.fault.code : event.frame));
        expect(bare(cut)).toEqual(bare(inOne));
      }),
    );
  });
});
