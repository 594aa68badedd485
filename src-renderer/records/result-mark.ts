import type { GlyphName } from '../parts/glyph.tsx';

/** Shape and tone of a result. */
export function resultMark(result: string): readonly [GlyphName, string] {
  switch (result) {
    case 'SIGNED':
      return ['pass', 'is-pass'];
    case 'REISSUED':
      return ['was', 'is-ask'];
    case 'REFUSED':
      return ['aside', 'is-fail'];
    case 'FAILED':
    case 'TORN':
      return ['fail', 'is-fail'];
    default:
      return ['todo', 'second'];
  }
}
