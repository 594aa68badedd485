import type { Words } from './words.ts';

/** Why a signer, be it a stick, a file or a token, does not sign. */
export const signerReasons = {
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
  'signer-blank': { en: 'the stick is blank', de: 'der Stick ist leer' },
  'signer-aws-stick': {
    en: '{{name}} of 2016: its firmware signs without a password, so it is shown and never asked to sign',
    de: '{{name}} von 2016: seine Firmware signiert ohne Passwort; er wird gezeigt und nie um eine Signatur gebeten',
  },
  'signer-no-module': { en: 'it is no module', de: 'es ist kein Modul' },
  'signer-not-finished': { en: 'it is no finished module', de: 'es ist kein fertiges Modul' },
  'signer-no-usable-record': {
    en: 'it has no usable signer record',
    de: 'es hat keine brauchbaren Angaben eines Signierers',
  },
  'signer-is-no-root': { en: 'it is the signer "{{name}}"', de: 'es ist der Signierer „{{name}}“' },
  'signer-record-newer': {
    en: 'the signer record has version {{version}}',
    de: 'die Angaben des Signierers haben Version {{version}}',
  },
  'signer-record-size': {
    en: 'the signer record is damaged: {{bytes}} bytes',
    de: 'die Angaben des Signierers sind beschädigt: {{bytes}} Bytes',
  },
  'signer-record-length': {
    en: 'the signer record is damaged: the length is impossible',
    de: 'die Angaben des Signierers sind beschädigt: die Länge ist unmöglich',
  },
  'signer-record-check-sum': {
    en: 'the signer record is damaged: the check sum is wrong',
    de: 'die Angaben des Signierers sind beschädigt: die Prüfsumme ist falsch',
  },
  'signer-record-cut-off': {
    en: 'the signer record is damaged: a field is cut off',
    de: 'die Angaben des Signierers sind beschädigt: ein Feld ist abgeschnitten',
  },
  'signer-record-twice': {
    en: 'the signer record is damaged: field {{field}} stands twice',
    de: 'die Angaben des Signierers sind beschädigt: Feld {{field}} steht doppelt',
  },
  'signer-record-field': {
    en: 'the signer record is damaged: field {{field}} is missing or wrong',
    de: 'die Angaben des Signierers sind beschädigt: Feld {{field}} fehlt oder ist falsch',
  },
  'signer-record-fields': {
    en: 'the signer record is damaged: a field is missing or wrong',
    de: 'die Angaben des Signierers sind beschädigt: ein Feld fehlt oder ist falsch',
  },
  'signer-record-scheme': {
    en: 'the signer record is damaged: password scheme {{scheme}} is not known',
    de: 'die Angaben des Signierers sind beschädigt: die Passwortart {{scheme}} ist unbekannt',
  },
  'signer-config-byte': {
    en: "configuration byte {{byte}} is not the layout's",
    de: 'Konfigurationsbyte {{byte}} ist nicht das des Aufbaus',
  },
  'signer-slot-open': { en: 'slot {{slot}} is not locked', de: 'Slot {{slot}} ist nicht gesperrt' },
  'signer-key-off-curve': {
    en: 'a public key in it is not on the curve',
    de: 'ein öffentlicher Schlüssel in ihm liegt nicht auf der Kurve',
  },
  'signer-device-digest': {
    en: 'the device definition has another digest',
    de: 'die Gerätedefinition hat einen anderen Fingerabdruck',
  },
  'signer-signer-digest': {
    en: 'the signer definition has another digest',
    de: 'die Signierer-Definition hat einen anderen Fingerabdruck',
  },
  'signer-not-rebuilt': {
    en: 'its certificate cannot be rebuilt: {{quote}}',
    de: 'sein Zertifikat lässt sich nicht wiederherstellen: {{quote}}',
  },
  'signer-unreadable': {
    en: 'its certificate cannot be read: {{quote}}',
    de: 'sein Zertifikat ist nicht lesbar: {{quote}}',
  },
  'signer-no-dates': { en: 'its certificate lacks dates', de: 'seinem Zertifikat fehlen Daten der Gültigkeit' },
  'signer-ids-differ': {
    en: 'record and certificate name different signer ids',
    de: 'seine Angaben und sein Zertifikat nennen verschiedene Signierer-Nummern',
  },
  'signer-not-valid-now': { en: 'its certificate is not valid now', de: 'sein Zertifikat ist jetzt nicht gültig' },
  'signer-names-other-root': {
    en: 'its certificate names another root',
    de: 'sein Zertifikat nennt eine andere Wurzel',
  },
  'signer-other-name': { en: 'its certificate has another name', de: 'sein Zertifikat hat einen anderen Namen' },
  'signer-useless-definition': {
    en: 'its device definition makes no certificate: {{quote}}',
    de: 'seine Gerätedefinition ergibt kein Zertifikat: {{quote}}',
  },
  'signer-other-issuer': {
    en: 'its device definition has another issuer',
    de: 'seine Gerätedefinition hat einen anderen Aussteller',
  },
  'signer-wrong-signature': {
    en: 'it returned a wrong signature',
    de: 'er hat eine falsche Signatur geliefert',
  },
  'signer-twice': {
    en: 'a module with this serial number is there already',
    de: 'ein Modul mit dieser Seriennummer ist schon da',
  },
  'signer-elsewhere': {
    en: 'it belongs to another data folder of this machine ({{owner}}); import that one first',
    de: 'er gehört zu einem anderen Datenordner dieses Rechners ({{owner}}); bitte zuerst jenen einlesen',
  },

  'key-other': {
    en: 'its key is not the one of its certificate',
    de: 'sein Schlüssel ist nicht der seines Zertifikats',
  },
  'key-not-open': { en: 'the key is not open', de: 'der Schlüssel ist nicht geöffnet' },
  'token-not-open': { en: 'the token is not open', de: 'das Token ist nicht geöffnet' },
  'token-no-key': { en: 'its key is not on the token', de: 'sein Schlüssel ist nicht auf dem Token' },
  'token-other-key': {
    en: 'the key on the token is not the one of its certificate',
    de: 'der Schlüssel auf dem Token ist nicht der seines Zertifikats',
  },
  'token-no-such-key': {
    en: 'there is no such key on the token',
    de: 'einen solchen Schlüssel gibt es auf dem Token nicht',
  },
  'token-no-public-key': {
    en: 'the public key of P-256 is not on the token',
    de: 'der öffentliche Schlüssel von P-256 ist nicht auf dem Token',
  },
  'token-signature-size': { en: 'a signature of {{bytes}} bytes', de: 'eine Signatur von {{bytes}} Bytes' },
  'token-no-ecdsa': { en: 'the token does not offer ECDSA', de: 'das Token bietet kein ECDSA' },
  'token-pin-anew': {
    en: 'the PIN of the token must be set anew',
    de: 'die PIN des Tokens muss neu gesetzt werden',
  },
  'token-pin-locked': { en: 'the PIN of the token is locked', de: 'die PIN des Tokens ist gesperrt' },
  'token-says': { en: 'the token says {{quote}}', de: 'das Token meldet {{quote}}' },
  'token-no-package': {
    en: 'the package pkcs11js is not installed: PKCS#11 tokens cannot be used',
    de: 'das Paket pkcs11js ist nicht installiert: PKCS#11-Tokens sind nicht benutzbar',
  },
  'token-other-package': {
    en: 'the package pkcs11js is not the one that was expected',
    de: 'das Paket pkcs11js ist nicht das erwartete',
  },
  'token-library': {
    en: 'the library {{path}} cannot be loaded: {{quote}}',
    de: 'die Bibliothek {{path}} lässt sich nicht laden: {{quote}}',
  },
} as const satisfies { readonly [code: string]: Words };
