import type { Words } from './words.ts';

/** Why a run ended without PASS, where it is not a chip's or kit's answer (`deviceReasons`) or the plan's doing (`planReasons`). */
export const runReasons = {
  'run-stopped': {
    en: 'the run was stopped before this stage',
    de: 'der Lauf wurde vor dieser Stufe angehalten',
  },
  'run-foreign': {
    en: "the configuration of this chip is locked and is not the plan's",
    de: 'die Konfiguration dieses Chips ist gesperrt und nicht die des Plans',
  },
  'run-slot-locked': {
    en: 'a slot that must still be written is locked ({{slots}}) while the data zone is open',
    de: 'ein Slot, der noch zu schreiben ist, ist gesperrt ({{slots}}), während die Datenzone offen ist',
  },
  'run-all-locked': {
    en: 'everything that the plan locks is locked on this chip',
    de: 'alles, was der Plan sperrt, ist an diesem Chip gesperrt',
  },
  'run-not-finished': {
    en: 'a board that is not finished cannot be validated',
    de: 'ein Board, das nicht fertig ist, kann nicht validiert werden',
  },
  'run-other-board': {
    en: 'the chip now answering is {{found}} instead of {{expected}}',
    de: 'jetzt antwortet Chip {{found}} statt {{expected}}',
  },
  'run-other-key': {
    en: 'another key of this serial number was certified; a supervisor must record a rework first',
    de: 'für diese Seriennummer wurde ein anderer Schlüssel zertifiziert; die Schichtleitung muss erst eine Nacharbeit eintragen',
  },
  'run-unknown-key': {
    en: 'the chip holds a key that is in no archive, and a new one can no longer be made',
    de: 'der Chip enthält einen Schlüssel, der in keinem Archiv steht, und ein neuer lässt sich nicht mehr erzeugen',
  },
  'run-no-key': {
    en: 'the chip holds no valid key, and none can be made any more',
    de: 'der Chip enthält keinen gültigen Schlüssel, und es lässt sich keiner mehr erzeugen',
  },
  'run-certificate-slot': {
    en: 'slot {{slot}} holds something else than its certificate and can no longer be written',
    de: 'Slot {{slot}} enthält etwas anderes als sein Zertifikat und lässt sich nicht mehr schreiben',
  },
  'run-content': {
    en: 'what {{place}} holds is not what the plan says, and it can no longer be written',
    de: 'was in {{place}} steht, ist nicht, was der Plan sagt, und lässt sich nicht mehr schreiben',
  },
  'run-block-length': {
    en: 'the data zone is written in blocks of 32 bytes',
    de: 'die Datenzone wird in Blöcken von 32 Bytes geschrieben',
  },
  'run-slot-taken': {
    en: 'slot {{slot}} holds a certificate and is not free for data',
    de: 'Slot {{slot}} enthält ein Zertifikat und ist nicht für Daten frei',
  },
  'run-no-sink': {
    en: 'there is nobody to take the random data for "{{name}}"',
    de: 'niemand nimmt die Zufallsdaten für „{{name}}“ entgegen',
  },
  'run-rebuild-signer': {
    en: 'the signer certificate cannot be rebuilt from the chip: {{quote}}',
    de: 'das Signiererzertifikat lässt sich aus dem Chip nicht wiederherstellen: {{quote}}',
  },
  'run-rebuild-device': {
    en: 'the device certificate cannot be rebuilt from the chip: {{quote}}',
    de: 'das Gerätezertifikat lässt sich aus dem Chip nicht wiederherstellen: {{quote}}',
  },
  'run-signer-key': {
    en: 'the signer certificate of the chip has no key',
    de: 'das Signiererzertifikat des Chips enthält keinen Schlüssel',
  },
  'run-chain': {
    en: 'the certificates of the chip do not hold: {{quote}}',
    de: 'die Zertifikate des Chips halten der Prüfung nicht stand: {{quote}}',
  },
  'run-other-certificate': {
    en: 'the certificate rebuilt from the chip is not the one that was issued',
    de: 'das aus dem Chip wiederhergestellte Zertifikat ist nicht das ausgestellte',
  },
  'run-possession': {
    en: 'the answer to a fresh challenge does not verify under the key of the certificate',
    de: 'die Antwort auf eine frische Aufgabe hält der Prüfung mit dem Schlüssel des Zertifikats nicht stand',
  },

  'run-server-error': {
    en: 'the server answered error {{number}}: {{quote}}',
    de: 'der Server antwortete mit Fehler {{number}}: {{quote}}',
  },
  'run-server-silent': {
    en: 'no answer for {{seconds}} s',
    de: 'seit {{seconds}} s keine Antwort',
  },
  'run-other-root': {
    en: "the server's root key is {{found}}…, the plan's {{expected}}…",
    de: 'der Wurzelschlüssel des Servers ist {{found}}…, der des Plans {{expected}}…',
  },
  'run-no-definitions': {
    en: 'no certificate definitions are at hand',
    de: 'Zertifikatsdefinitionen liegen nicht vor',
  },
  'run-definitions-unusable': {
    en: 'the server sent no usable certificate definitions',
    de: 'der Server hat keine brauchbaren Zertifikatsdefinitionen gesandt',
  },
  'run-other-definition': {
    en: "the server's definitions are not the plan's: the {{source}} is not the one that the certinfo names (SHA-256 {{digest}})",
    de: 'die Definitionen des Servers sind nicht die des Plans: die {{source}} ist nicht die, welche das Certinfo nennt (SHA-256 {{digest}})',
  },
  'run-reply-differs': {
    en: "the server's {{replied}} is not what the certificates demand",
    de: '{{replied}} in der Antwort des Servers entspricht nicht den Zertifikaten',
  },
  'run-reply-certificate': {
    en: "the server's certificate is not what the definitions demand: {{quote}}",
    de: 'das Zertifikat des Servers entspricht nicht den Definitionen: {{quote}}',
  },
  'run-reply-chain': {
    en: "the server's certificates do not hold: {{quote}}",
    de: 'die Zertifikate des Servers halten der Prüfung nicht stand: {{quote}}',
  },
} as const satisfies { readonly [code: string]: Words };
