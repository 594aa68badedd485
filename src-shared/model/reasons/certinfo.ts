import type { CertInfoCode } from '../../certificates/index.ts';
import type { Words } from './words.ts';

/**
 * Why a certinfo cannot be read. What the reader of C sources says of a place in a file is quoted, as a compiler's messages are;
 * file, line and column stand in front in the form that editors turn into a link.
 */
export const certInfoReasons = {
  'certinfo-source': {
    en: '{{source}}:{{line}}:{{column}}: {{quote}}',
    de: '{{source}}, Zeile {{line}}, Spalte {{column}}: {{quote}}',
  },
  'certinfo-version': {
    en: '{{source}}:{{line}}:{{column}}: certinfo version {{found}}; this program knows version {{known}}',
    de: '{{source}}, Zeile {{line}}, Spalte {{column}}: Certinfo-Version {{found}}; dieses Programm kennt Version {{known}}',
  },
  'certinfo-range': {
    en: '{{source}}:{{line}}:{{column}}: {{member}}: {{found}} is not within 0..{{most}}',
    de: '{{source}}, Zeile {{line}}, Spalte {{column}}: {{member}}: {{found}} liegt nicht in 0..{{most}}',
  },
  'certinfo-key-length': {
    en: '{{source}}:{{line}}:{{column}}: the CA public key has 64 bytes',
    de: '{{source}}, Zeile {{line}}, Spalte {{column}}: der öffentliche Schlüssel der CA hat 64 Bytes',
  },
  'certinfo-key-curve': {
    en: '{{source}}:{{line}}:{{column}}: the CA public key is no point of P-256',
    de: '{{source}}, Zeile {{line}}, Spalte {{column}}: der öffentliche Schlüssel der CA ist kein Punkt von P-256',
  },
  'certinfo-key-id': {
    en: '{{source}}:{{line}}:{{column}}: signer_ca_key_id does not belong to the CA public key',
    de: '{{source}}, Zeile {{line}}, Spalte {{column}}: signer_ca_key_id gehört nicht zum öffentlichen Schlüssel der CA',
  },
  'certinfo-several': {
    en: '{{source}}: more than one certinfo in the files',
    de: '{{source}}: mehr als ein Certinfo in den Dateien',
  },
  'certinfo-pair-count': {
    en: 'a signer and a device definition are needed, {{found}} were found',
    de: 'gebraucht werden eine Signierer- und eine Gerätedefinition, gefunden wurden {{found}}',
  },
  'certinfo-pair-unclear': {
    en: 'which of the two definitions is the device cannot be told: neither or both use GenKey',
    de: 'welche der beiden Definitionen die des Geräts ist, lässt sich nicht sagen: keine oder beide benutzen GenKey',
  },
  'certinfo-none': {
    en: 'neither a certinfo nor a pair of definitions: a signer and a device definition are needed, {{found}} were found',
    de: 'weder ein Certinfo noch ein Paar von Definitionen: gebraucht werden eine Signierer- und eine Gerätedefinition, gefunden wurden {{found}}',
  },
  'certinfo-none-unclear': {
    en: 'neither a certinfo nor a pair of definitions: which of the two definitions is the device cannot be told: neither or both use GenKey',
    de: 'weder ein Certinfo noch ein Paar von Definitionen: welche der beiden die des Geräts ist, lässt sich nicht sagen, denn keine oder beide benutzen GenKey',
  },
  'certinfo-key-arrays': {
    en: 'one 64-byte array with the CA public key is needed, {{found}} were found',
    de: 'gebraucht wird ein Feld von 64 Bytes mit dem öffentlichen Schlüssel der CA, gefunden wurden {{found}}',
  },
  'certinfo-pair-unfit': {
    en: 'no certinfo can be made of the two definitions: {{quote}}',
    de: 'aus den beiden Definitionen lässt sich kein Certinfo bilden: {{quote}}',
  },
  'certinfo-other-definition': {
    en: 'the {{source}} is not the one that the certinfo names (SHA-256 {{digest}})',
    de: 'die {{source}} ist nicht die, welche das Certinfo nennt (SHA-256 {{digest}})',
  },
} as const satisfies { readonly [code in `certinfo-${CertInfoCode}`]: Words };
