import type { Words } from './words.ts';

/** What a board is that is not what the plan expects. */
export const boardReasons = {
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
    de: 'Ein Slot, der noch zu schreiben ist, ist gesperrt.',
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
} as const satisfies { readonly [code: string]: Words };
