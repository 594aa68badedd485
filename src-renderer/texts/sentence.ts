import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireError } from '../../src-shared/ipc/contract.ts';
import { type Facts, isReasonCode, reasonWords } from '../../src-shared/model/reasons.ts';
import { type Language, sentences } from '../../src-shared/model/sentences.ts';

/** The language the screens speak now. */
export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === 'de' ? 'de' : 'en';
}

function isCode(code: string): code is keyof typeof sentences {
  return Object.hasOwn(sentences, code);
}

/** The sentence of an error name; undefined for one that this screen does not know (a newer core's). */
export function sentenceOf(code: string, language: Language): string | undefined {
  return isCode(code) ? sentences[code][language] : undefined;
}

/** A reason by its code, be it an error's or another; words that are no code as they are. */
export function wordsOf(reason: string, language: Language, facts: Facts = {}): string {
  return sentenceOf(reason, language) ?? (isReasonCode(reason) ? reasonWords(reason, language, facts) : reason);
}

/** The sentence of a failed call, in the language of the screens. */
export function useSentence(): (error: Pick<WireError, 'code' | 'message'>) => string {
  const language = useLanguage();
  const { t } = useTranslation();
  return useCallback(
    (error) => {
      switch (error.code) {
        case 'CONNECTION_LOST':
          return t('link.callLost');
        case 'CANCELLED':
          return t('link.cancelled');
        case 'REPLY_GARBAGE':
          return t('link.garbage');
        default:
          return sentenceOf(error.code, language) ?? error.message;
      }
    },
    [language, t],
  );
}
