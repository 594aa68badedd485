import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../../src-shared/model/sentences.ts';
import { de } from './de/index.ts';
import { en } from './en/index.ts';

/**
 * Every word of the screens, in every language, from the start. English is the pattern: its keys are the type of `t`, and
 * the compiler refuses another language that lacks one.
 */
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'words';
    resources: { readonly words: typeof en };
    returnNull: false;
  }
}

/** Starts the texts in a language; the station's own follows with the first snapshot. */
export function startTexts(language: Language): void {
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    ns: ['words'],
    defaultNS: 'words',
    resources: { en: { words: en }, de: { words: de } },
    // React escapes; escaping twice would show entities.
    interpolation: { escapeValue: false },
    returnNull: false,
    initAsync: false,
  });
}
