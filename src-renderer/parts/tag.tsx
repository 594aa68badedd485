import type { ReactNode } from 'react';
import { Glyph, type GlyphName } from './glyph.tsx';
import './tag.css';

export type Tone = 'pass' | 'fail' | 'ask' | 'go' | 'none';

/** A state in a word, with its shape and a tint. */
export function Tag({ tone, glyph, children }: { tone: Tone; glyph?: GlyphName; children: ReactNode }) {
  return (
    <span className={`tag tag-${tone}`}>
      {glyph !== undefined && <Glyph name={glyph} />}
      {children}
    </span>
  );
}

/** The mark of what no later step can take back. */
export function ForeverMark({ children }: { readonly children: ReactNode }) {
  return (
    <span className="forever">
      <span className="forever-tape" aria-hidden="true" />
      {children}
    </span>
  );
}
