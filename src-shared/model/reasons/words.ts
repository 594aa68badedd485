import type { Language } from '../sentences.ts';

/**
 * What a code says in every language of the screens. Holes `{{name}}` are for facts: numbers, serial numbers, names. What comes from
 * elsewhere in its own words, always English (an operating system, a driver, a library, a data sheet), has a hole named as
 * `quotedHoles` says and is marked on every screen. A fact in a hole of `termHoles` is a word of ours, told in every language.
 */
export type Words = { readonly [language in Language]: string };

/** Holes for words that stay as they came. */
export const quotedHoles = ['quote', 'command', 'readBack'] as const;

/** Holes for words of ours: what a fact is called. A fact that is not listed stays as it is: a file's own name. */
export const termHoles: { readonly [hole: string]: { readonly [fact: string]: Words } } = {
  zone: {
    config: { en: 'config zone', de: 'Konfigurationszone' },
    data: { en: 'data zone', de: 'Datenzone' },
  },
  source: {
    'device definition': { en: 'device definition', de: 'Gerätedefinition' },
    'signer definition': { en: 'signer definition', de: 'Signiererdefinition' },
    certinfo: { en: 'certinfo', de: 'Certinfo' },
  },
  replied: {
    'key-slot': { en: 'private key slot', de: 'Der Slot des privaten Schlüssels' },
    signer: { en: 'signer', de: 'Der Signierer' },
    blocks: { en: 'list of blocks', de: 'Die Liste der Blöcke' },
    'serial-number': { en: 'certificate serial number', de: 'Die Seriennummer des Zertifikats' },
  },
};

/** A part of the chip, as accesses name it: "slot 10 block 1", "config byte 84"; fields have the data sheet's names. */
const germanParts: { readonly [part: string]: string } = {
  slot: 'Slot',
  config: 'Konfiguration',
  block: 'Block',
  word: 'Wort',
  byte: 'Byte',
  bit: 'Bit',
};

function germanWhere(where: string): string {
  return where.replace(/\b(?:slot|config|block|word|byte|bit)\b/g, (part) => germanParts[part] ?? part);
}

/** What a fact is called in a language: a term of ours, a place in the chip, or the fact itself. */
export function factWords(hole: string, fact: string | number | undefined, language: Language): string {
  if (fact === undefined) return '';
  // Where data of a plan go: a slot's number, or OTP.
  if (hole === 'place') return typeof fact === 'number' ? `${language === 'de' ? 'Slot' : 'slot'} ${fact}` : fact;
  if (hole === 'where') return language === 'de' ? germanWhere(String(fact)) : String(fact);
  return termHoles[hole]?.[fact]?.[language] ?? String(fact);
}
