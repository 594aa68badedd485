import type { Words } from './words.ts';

/** What about a plan, or the data it names, would make its runs fail. */
export const planReasons = {
  'plan-no-image': {
    en: 'the plan has no configuration for an {{part}}',
    de: 'der Plan hat keine Konfiguration für einen {{part}}',
  },
  'plan-no-images': {
    en: 'the plan has no configuration image',
    de: 'der Plan hat kein Konfigurationsabbild',
  },
  'plan-finished': {
    en: 'this board is provisioned already: everything that the plan locks is locked',
    de: 'dieses Board ist schon provisioniert: alles, was der Plan sperrt, ist gesperrt',
  },
  'plan-unfit': {
    en: 'the image does not fit an {{part}}: {{quote}}',
    de: 'das Abbild passt nicht zu einem {{part}}: {{quote}}',
  },
  'plan-faults': { en: 'the plan cannot work: {{quote}}', de: 'mit diesem Plan kann es nicht gehen: {{quote}}' },
  'plan-into-certificate': {
    en: 'the plan writes data into {{place}}, which holds a certificate',
    de: 'der Plan schreibt Daten in {{place}}, wo ein Zertifikat liegt',
  },
  'plan-otp-length': {
    en: '{{bytes}} bytes do not fit the 64 bytes of OTP',
    de: '{{bytes}} Bytes passen nicht in die 64 Bytes der OTP-Zone',
  },
  'plan-slot-unknown': { en: 'there is no slot {{slot}}', de: 'einen Slot {{slot}} gibt es nicht' },
  'plan-slot-private': {
    en: 'slot {{slot}} holds a private key; data cannot be written there',
    de: 'Slot {{slot}} enthält einen privaten Schlüssel; Daten lassen sich dort nicht schreiben',
  },
  'plan-slot-length': {
    en: '{{bytes}} bytes do not fit the {{most}} bytes of slot {{slot}}',
    de: '{{bytes}} Bytes passen nicht in die {{most}} Bytes von Slot {{slot}}',
  },
  'plan-no-certificate': {
    en: 'no certificate can be made by this definition: {{quote}}',
    de: 'nach dieser Definition lässt sich kein Zertifikat erstellen: {{quote}}',
  },
  'plan-no-place': {
    en: 'the certificates cannot be laid into the chip: {{quote}}',
    de: 'die Zertifikate lassen sich im Chip nicht ablegen: {{quote}}',
  },

  'file-no-definition': {
    en: '{{name}} holds no certificate definition',
    de: '{{name}} enthält keine Zertifikatsdefinition',
  },
  'file-says': { en: '{{name}}: {{quote}}', de: 'Datei {{name}}: {{quote}}' },

  'data-no-hex': {
    en: 'the data for {{place}} cannot be had: the plan holds no hex',
    de: 'die Daten für {{place}} sind nicht verfügbar: im Plan steht kein Hex',
  },
  'data-other-file': {
    en: 'the data for {{place}} cannot be had: {{path}} is not the file the plan means (SHA-256 {{digest}})',
    de: 'die Daten für {{place}} sind nicht verfügbar: {{path}} ist nicht die Datei, die der Plan meint (SHA-256 {{digest}})',
  },
  'data-unreadable': {
    en: 'the data for {{place}} cannot be had: {{quote}}',
    de: 'die Daten für {{place}} sind nicht verfügbar: {{quote}}',
  },
  'data-file-long': {
    en: 'the data for {{place}} cannot be had: {{path}} is larger than {{most}} bytes',
    de: 'die Daten für {{place}} sind nicht verfügbar: {{path}} ist größer als {{most}} Bytes',
  },
  'data-no-column': {
    en: 'the data for {{place}} cannot be had: {{path}} has no column "{{column}}"',
    de: 'die Daten für {{place}} sind nicht verfügbar: {{path}} hat keine Spalte „{{column}}“',
  },
  'data-no-label': {
    en: 'the data for {{place}} cannot be had: the unit has no label to look it up with',
    de: 'die Daten für {{place}} sind nicht verfügbar: die Einheit hat kein Etikett, nach dem man suchen könnte',
  },
  'data-no-row': {
    en: 'the data for {{place}} cannot be had: {{path}} has no row for {{key}}',
    de: 'die Daten für {{place}} sind nicht verfügbar: {{path}} hat keine Zeile für {{key}}',
  },
  'data-many-rows': {
    en: 'the data for {{place}} cannot be had: {{path}} has {{rows}} rows for {{key}}',
    de: 'die Daten für {{place}} sind nicht verfügbar: {{path}} hat {{rows}} Zeilen für {{key}}',
  },
  'data-column-no-hex': {
    en: 'the data for {{place}} cannot be had: column "{{column}}" of {{key}} is not hex',
    de: 'die Daten für {{place}} sind nicht verfügbar: Spalte „{{column}}“ von {{key}} ist kein Hex',
  },
  'data-no-secret': {
    en: 'the data for {{place}} cannot be had: nobody is there to enter the master secret',
    de: 'die Daten für {{place}} sind nicht verfügbar: niemand ist da, der das Hauptgeheimnis eingibt',
  },
  'data-other-secret': {
    en: 'the data for {{place}} cannot be had: the master secret is not the one the plan means (its check value differs)',
    de: 'die Daten für {{place}} sind nicht verfügbar: das Hauptgeheimnis ist nicht das, welches der Plan meint (sein Prüfwert weicht ab)',
  },
  'data-secret-open': {
    en: 'the data for {{place}} cannot be had: {{path}} can be read by others than its owner',
    de: 'die Daten für {{place}} sind nicht verfügbar: {{path}} können auch andere als der Besitzer lesen',
  },
  'data-secret-length': {
    en: 'the data for {{place}} cannot be had: {{path}} does not hold 16 to 64 bytes',
    de: 'die Daten für {{place}} sind nicht verfügbar: {{path}} enthält nicht 16 bis 64 Bytes',
  },
} as const satisfies { readonly [code: string]: Words };
