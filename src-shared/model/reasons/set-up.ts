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

  'layout-organisation': {
    en: 'the organisation has 1 to 48 bytes of UTF-8, not {{bytes}}',
    de: 'die Organisation hat 1 bis 48 Bytes in UTF-8, nicht {{bytes}}',
  },
  'layout-organisation-text': {
    en: 'the organisation holds characters that stand in no name',
    de: 'die Organisation enthält Zeichen, die in keinem Namen stehen',
  },
  'layout-root-name': {
    en: 'the name of the root has 1 to 48 bytes of UTF-8, not {{bytes}}',
    de: 'der Name der Wurzel hat 1 bis 48 Bytes in UTF-8, nicht {{bytes}}',
  },
  'layout-root-name-text': {
    en: 'the name of the root holds characters that stand in no name',
    de: 'der Name der Wurzel enthält Zeichen, die in keinem Namen stehen',
  },
  'layout-signer-name': {
    en: 'the name of the signer has 1 to 48 bytes of UTF-8, not {{bytes}}',
    de: 'der Name des Signierers hat 1 bis 48 Bytes in UTF-8, nicht {{bytes}}',
  },
  'layout-signer-name-text': {
    en: 'the name of the signer holds characters that stand in no name',
    de: 'der Name des Signierers enthält Zeichen, die in keinem Namen stehen',
  },
  'layout-device-name': {
    en: 'the name of the devices has 1 to 48 bytes of UTF-8, not {{bytes}}',
    de: 'der Name der Geräte hat 1 bis 48 Bytes in UTF-8, nicht {{bytes}}',
  },
  'layout-device-name-text': {
    en: 'the name of the devices holds characters that stand in no name',
    de: 'der Name der Geräte enthält Zeichen, die in keinem Namen stehen',
  },
  'layout-unit': {
    en: 'the organisational unit has at most 64 characters, not {{characters}}',
    de: 'die Abteilung hat höchstens 64 Zeichen, nicht {{characters}}',
  },
  'layout-unit-text': {
    en: 'the organisational unit holds characters that stand in no name',
    de: 'die Abteilung enthält Zeichen, die in keinem Namen stehen',
  },
  'layout-device-name-chip': {
    en: "after the chip's serial number the name of the devices has at most {{maximum}} characters, not {{characters}}",
    de: 'nach der Seriennummer des Chips hat der Name der Geräte höchstens {{maximum}} Zeichen, nicht {{characters}}',
  },
  'layout-purpose': {
    en: '"{{found}}" is no object identifier, such as 1.3.6.1.5.5.7.3.2',
    de: '„{{found}}“ ist keine Objektkennung wie 1.3.6.1.5.5.7.3.2',
  },
  'layout-purpose-twice': {
    en: 'the purpose {{found}} is there twice',
    de: 'der Zweck {{found}} steht zweimal da',
  },
  'layout-wants-template': {
    en: 'an own layout wants its template',
    de: 'ein eigener Aufbau braucht seine Vorlage',
  },
  'layout-without-template': {
    en: 'only an own layout has a template',
    de: 'nur ein eigener Aufbau hat eine Vorlage',
  },
} as const satisfies { readonly [code: string]: Words };
