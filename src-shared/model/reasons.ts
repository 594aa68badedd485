import type { Language } from './sentences.ts';

/**
 * Why something is as it is, in the core's short words, by a code: the core writes the English ones into its log and sends code and
 * facts; a screen says them in its own language. What is not here (the words of data sheets, drivers and operating systems) stays
 * English on every screen and is marked so.
 */
type Words = { readonly [language in Language]: string };

export const reasons = {
  'clock-before-2000': { en: 'the clock is before the year 2000', de: 'die Uhr steht vor dem Jahr 2000' },
  'clock-jumped': {
    en: 'the clock was changed by more than five minutes',
    de: 'die Uhr wurde um mehr als fünf Minuten verstellt',
  },
  'clock-behind-log': {
    en: 'the clock is earlier than the newest row of the signing log',
    de: 'die Uhr steht früher als die neueste Zeile des Signierprotokolls',
  },
  'disk-low': {
    en: 'only {{megabytes}} MB are left on the disk',
    de: 'auf der Platte sind nur noch {{megabytes}} MB frei',
  },

  'board-more-chips': {
    en: '{{found}} chips answer, the plan names {{planned}}.',
    de: '{{found}} Chips antworten, der Plan nennt {{planned}}.',
  },
  'board-fewer-chips': {
    en: 'The plan names {{planned}} chips, {{found}} answer.',
    de: 'Der Plan nennt {{planned}} Chips, {{found}} antworten.',
  },
  'board-other-part': {
    en: 'The plan is for {{planned}}, this is an {{found}}.',
    de: 'Der Plan ist für {{planned}}, dies ist ein {{found}}.',
  },
  'board-serial-number': {
    en: '{{serialNumber}} is no serial number of this family.',
    de: '{{serialNumber}} ist keine Seriennummer dieser Familie.',
  },
  'board-config-written': {
    en: 'Its configuration was written and not locked.',
    de: 'Seine Konfiguration wurde geschrieben, aber nicht gesperrt.',
  },
  'board-config-locked': {
    en: 'Its configuration is locked, its data zone is not.',
    de: 'Seine Konfiguration ist gesperrt, seine Datenzone nicht.',
  },
  'board-slot-locked': {
    en: 'A slot that must still be written is locked.',
    de: 'Ein Platz, der noch zu schreiben ist, ist gesperrt.',
  },
  'board-other-config': {
    en: 'Another configuration is locked in it.',
    de: 'Eine andere Konfiguration ist in ihm gesperrt.',
  },
  'board-no-certificate': {
    en: 'The archive has no certificate of this chip.',
    de: 'Das Archiv hat kein Zertifikat dieses Chips.',
  },
  'board-never-passed': {
    en: 'Its data zone is locked, but it never passed.',
    de: 'Seine Datenzone ist gesperrt, aber bestanden hat er nie.',
  },
  'board-all-locked': {
    en: 'Everything that the plan locks is locked.',
    de: 'Alles, was der Plan sperrt, ist gesperrt.',
  },

  'signer-no-chip': {
    en: 'no ATECC508A answers on this stick',
    de: 'auf diesem Stick antwortet kein ATECC508A',
  },
  'signer-other-part': { en: 'a signer module needs an ATECC508A', de: 'ein Signiermodul braucht einen ATECC508A' },
  'signer-other-layout': { en: 'locked with another layout', de: 'mit anderem Aufbau gesperrt' },
  'signer-no-record': { en: 'no signer record', de: 'keine Angaben eines Signierers in ihm' },
  'signer-unplugged': { en: 'unplugged', de: 'abgezogen' },
  'signer-removed': { en: 'removed', de: 'entfernt' },
  'signer-password-changed': {
    en: 'its password was changed elsewhere',
    de: 'sein Passwort wurde anderswo geändert',
  },
  'signer-chip-silent': { en: 'its chip no longer answers', de: 'sein Chip antwortet nicht mehr' },
  'signer-kit-idles': {
    en: 'authorisation does not survive the idling of its kit',
    de: 'die Freigabe überlebt das Einschlafen seines Kits nicht',
  },
  'signer-unguarded': {
    en: 'its key works without its password: it protects nothing and is not used',
    de: 'sein Schlüssel arbeitet ohne Passwort: er schützt nichts und wird nicht benutzt',
  },
  'signer-kdf': {
    en: 'the parameters of its password key are not accepted',
    de: 'die Kenngrößen seines Passwortschlüssels werden nicht angenommen',
  },
  'signer-no-definitions': {
    en: 'its certificate definitions are not on this station',
    de: 'seine Zertifikatsdefinitionen fehlen auf dieser Station',
  },
  'signer-keys-differ': {
    en: 'root and signer key do not fit its record',
    de: 'Wurzel- und Signierschlüssel passen nicht zu seinen Angaben',
  },
  'signer-certificate': {
    en: 'its certificate does not verify under its root key',
    de: 'sein Zertifikat hält der Prüfung mit seinem Wurzelschlüssel nicht stand',
  },
  'signer-root-unknown': {
    en: 'its root is not one that this station trusts',
    de: 'seiner Wurzel vertraut diese Station nicht',
  },
  'signer-unfinished': {
    en: 'its set-up was interrupted: finish it first',
    de: 'seine Einrichtung wurde unterbrochen: bitte erst beenden',
  },
} as const satisfies { readonly [code: string]: Words };

export type ReasonCode = keyof typeof reasons;

/** A reason as it crosses the contract. */
export interface Reason {
  readonly code: ReasonCode;
  /** What its words have holes for. */
  readonly facts: Readonly<Record<string, string>>;
}

export function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(reasons, code);
}

/** The words of a reason; a hole without its fact stays empty. */
export function reasonWords(
  code: ReasonCode,
  language: Language,
  facts: Readonly<Record<string, string>> = {},
): string {
  return reasons[code][language].replace(/\{\{(\w+)\}\}/g, (_, name: string) => facts[name] ?? '');
}

/** Code of a reason without facts by its English words, as a module keeps them; the words themselves when they have none. */
export function reasonCodeOf(words: string): string {
  return Object.entries(reasons).find(([, { en }]) => en === words)?.[0] ?? words;
}
