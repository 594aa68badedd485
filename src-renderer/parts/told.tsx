import { type Reason, reasonParts, sentenceParts } from '../../src-shared/model/reasons.ts';
import { useLanguage } from '../texts/sentence.ts';

/**
 * The words of a reason in the language of the screens; what is quoted in them (an operating system's, a driver's, a library's
 * words) is marked as the English it is.
 */
export function Told({ reason, sentence = false }: { readonly reason: Reason; readonly sentence?: boolean }) {
  const parts = (sentence ? sentenceParts : reasonParts)(reason.code, useLanguage(), reason.facts);
  return parts.map(({ text, quoted }, index) =>
    quoted ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence, which do not move
      <span key={index} lang="en">
        {text}
      </span>
    ) : (
      text
    ),
  );
}
