import type { Words } from './words.ts';

/** Why a root or signer is not made, or not given this password. */
export const setUpReasons = {
  'password-none-signer': {
    en: 'a signer in a file needs a password',
    de: 'ein Signierer in einer Datei braucht ein Passwort',
  },
  'password-none-root': {
    en: 'a root in a file needs a password',
    de: 'eine Wurzel in einer Datei braucht ein Passwort',
  },
  'password-too-many': { en: 'there are at most two passwords', de: 'es gibt höchstens zwei Passwörter' },
  'password-short': {
    en: 'it has {{characters}} characters, at least {{minimum}} are wanted',
    de: 'es hat {{characters}} Zeichen, mindestens {{minimum}} sind verlangt',
  },
  'password-long': {
    en: 'it has {{bytes}} bytes, at most {{maximum}} are possible',
    de: 'es hat {{bytes}} Bytes, höchstens {{maximum}} sind möglich',
  },
  'password-alike': {
    en: 'two persons need two different passwords',
    de: 'zwei Personen brauchen zwei verschiedene Passwörter',
  },

  'stick-other-part': {
    en: 'a module needs an ATECC508A, this is an {{part}}',
    de: 'ein Modul braucht einen ATECC508A, dies ist ein {{part}}',
  },
  'stick-other-address': {
    en: 'its chip has another I2C address',
    de: 'sein Chip hat eine andere I²C-Adresse',
  },
  'stick-other-config': {
    en: 'its configuration is locked and another',
    de: 'seine Konfiguration ist gesperrt und eine andere',
  },
  'stick-no-record': {
    en: 'it is locked without a signer record',
    de: 'er ist gesperrt und ohne Angaben eines Signierers',
  },
  'stick-no-public-key': { en: 'slot 11 holds no public key', de: 'Slot 11 enthält keinen öffentlichen Schlüssel' },
  'stick-differs': { en: '{{quote}} is {{found}}', de: '{{quote}} ist {{found}}' },
  'stick-is-module': { en: 'it is the module "{{name}}"', de: 'er ist das Modul „{{name}}“' },
  'stick-other-definitions': { en: 'it has other definitions', de: 'er hat andere Definitionen' },
  'stick-unproven': { en: 'test {{step}}: {{quote}}', de: 'Probe {{step}}: {{quote}}' },

  'set-up-kdf': {
    en: 'these parameters of the password key are not accepted',
    de: 'diese Kenngrößen des Passwortschlüssels werden nicht angenommen',
  },
  'set-up-no-place': {
    en: 'custom definitions need a place on the host',
    de: 'eigene Definitionen brauchen einen Ort auf diesem Rechner',
  },
  'set-up-definition-values': {
    en: 'a definition has values that do not fit',
    de: 'eine Definition hat Werte, die nicht passen',
  },
  'set-up-label': {
    en: 'the label is longer than {{maximum}} bytes',
    de: 'die Beschriftung ist länger als {{maximum}} Bytes',
  },
  'set-up-element': {
    en: 'element {{quote}} of the signer definition has no place in a signer module',
    de: 'für das Element {{quote}} der Signierer-Definition ist in einem Signiermodul kein Platz',
  },
  'set-up-long-serial': {
    en: 'the stored serial number is longer than {{maximum}} bytes',
    de: 'die gespeicherte Seriennummer ist länger als {{maximum}} Bytes',
  },
  'set-up-root-name': {
    en: "the root common name is not this root's",
    de: 'der allgemeine Name der Wurzel ist nicht der dieser Wurzel',
  },
  'set-up-signer-id': {
    en: 'the signer id is within 0..65535, not {{found}}',
    de: 'die Signierer-Nummer liegt zwischen 0 und 65535, nicht {{found}}',
  },
  'set-up-issuer': {
    en: "the signer definition's issuer is not this root",
    de: 'der Aussteller in der Signierer-Definition ist nicht diese Wurzel',
  },
  'set-up-clock': {
    en: 'the clock is outside the validity of the root',
    de: 'die Uhr steht außerhalb der Gültigkeit der Wurzel',
  },
  'set-up-before-root': {
    en: 'the certificate would begin before the root',
    de: 'das Zertifikat würde vor dem der Wurzel beginnen',
  },
  'set-up-outlives-root': {
    en: 'the certificate would outlive the root',
    de: 'das Zertifikat würde das der Wurzel überdauern',
  },
  'set-up-years': {
    en: 'the years are within 0..127, not {{found}}',
    de: 'die Jahre liegen zwischen 0 und 127, nicht {{found}}',
  },
  'set-up-control-character': {
    en: 'a name holds a control character',
    de: 'ein Name enthält ein Steuerzeichen',
  },
  'set-up-root-values': {
    en: 'the names or numbers of the root do not fit',
    de: 'die Namen oder Zahlen der Wurzel passen nicht',
  },
  'set-up-chain-ids': {
    en: 'signer and device definition have different chain ids',
    de: 'Signierer- und Gerätedefinition haben verschiedene Kettennummern',
  },
  'set-up-template-ids': {
    en: 'signer and device definition have the same template id',
    de: 'Signierer- und Gerätedefinition haben dieselbe Vorlagennummer',
  },
} as const satisfies { readonly [code: string]: Words };
