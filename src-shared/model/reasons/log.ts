import type { Words } from './words.ts';

/** Where the chain of the signing log is not whole. */
export const logReasons = {
  'log-cut-off': { en: '{{file}}: the last line is cut off', de: '{{file}}: die letzte Zeile ist abgeschnitten' },
  'log-no-header': {
    en: '{{file}}: the first line is not the column names',
    de: '{{file}}: die erste Zeile sind nicht die Spaltennamen',
  },
  'log-changed': {
    en: '{{file}}: line {{line}} was changed or damaged',
    de: '{{file}}: Zeile {{line}} der Datei wurde verändert oder beschädigt',
  },
  'log-not-following': {
    en: '{{file}}: row {{row}} does not follow the row before it',
    de: '{{file}}: Protokollzeile {{row}} schließt nicht an die davor an',
  },
  'log-number': {
    en: '{{file}}: row {{row}} where row {{expected}} should be',
    de: '{{file}}: Protokollzeile {{row}} steht, wo Zeile {{expected}} stehen sollte',
  },
  'log-other-file': {
    en: '{{file}}: the first row does not name the file before it',
    de: '{{file}}: die erste Protokollzeile nennt nicht die Datei davor',
  },
} as const satisfies { readonly [code: string]: Words };
