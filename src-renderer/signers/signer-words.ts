import type { SignerView } from '../../src-shared/ipc/state.ts';
import { reasonWords } from '../../src-shared/model/reasons.ts';
import type { Language } from '../../src-shared/model/sentences.ts';
import type { GlyphName } from '../parts/glyph.tsx';

/** Shape and tone of a signer's state. */
export function signerMark(state: SignerView['state']): readonly [GlyphName, string] {
  switch (state) {
    case 'READY':
      return ['pass', 'is-pass'];
    case 'PASSWORD_REQUIRED':
      return ['key', 'is-ask'];
    case 'LOCKED_OUT':
      return ['lockout', 'is-fail'];
    case 'FAULT':
      return ['fail', 'is-fail'];
    case 'ABSENT':
      return ['skip', 'second'];
    case 'UNCONFIGURED':
      return ['todo', 'second'];
    case 'FOREIGN':
      return ['aside', 'second'];
    case 'UNSUPPORTED':
      return ['off', 'second'];
    case 'PROBING':
      return ['run', 'second'];
  }
}

/** Label, else the certificate's name, else the kit. */
export function nameOf(signer: SignerView, noName: string): string {
  if (signer.label !== '') return signer.label;
  if (signer.name !== '') return signer.name;
  return signer.serialNumber === '' ? signer.kit : noName;
}

/** What a module that is still to be set up is: `blank`, or one whose set-up was cut off. */
export function unconfiguredWords(signer: SignerView, language: Language, blank: string): string {
  return signer.reason?.code === 'signer-unfinished' ? reasonWords(signer.reason.code, language) : blank;
}
