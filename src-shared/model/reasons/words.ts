import type { Language } from '../sentences.ts';

/**
 * What a code says in every language of the screens. Holes `{{name}}` are for facts: numbers, serial numbers, names. What comes from
 * elsewhere in its own words, always English (an operating system, a driver, a library, a data sheet), has a hole named as
 * `quotedHoles` says and is marked on every screen.
 */
export type Words = { readonly [language in Language]: string };

/** Holes for words that stay as they came. */
export const quotedHoles = ['quote', 'command'] as const;
