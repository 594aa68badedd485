import { defineFindings } from '../definition.ts';

/** The chip as a whole: address, kit, locks, counters, reserved bits. */
export const deviceFindings = defineFindings({
  'address-change': {
    severity: 'error',
    en: [
      'The I2C address changes from {from} to {to}',
      'The kit looks for the chip at {from}; after the config lock it may never be found again.',
    ],
    de: [
      'Die I2C-Adresse wechselt von {from} zu {to}',
      'Das Kit sucht den Chip unter {from}; nach dem Sperren der Konfiguration wird er vielleicht nie mehr gefunden.',
    ],
  },
  'address-change-followed': {
    severity: 'note',
    en: [
      'The I2C address changes from {from} to {to}; the kit was tried and follows',
      'Other kits and other boards must know the new address.',
    ],
    de: [
      'Die I2C-Adresse wechselt von {from} zu {to}; das Kit wurde erprobt und folgt',
      'Andere Kits und andere Platinen müssen die neue Adresse kennen.',
    ],
  },
  'address-unusable': {
    severity: 'error',
    en: [
      '{to} is no usable I2C address',
      'The I2C bus keeps 00 to 0F and F0 to FF for itself; the chip could not be reached.',
    ],
    de: [
      '{to} ist keine brauchbare I2C-Adresse',
      'Der I2C-Bus behält 00 bis 0F und F0 bis FF sich selbst vor; der Chip wäre nicht erreichbar.',
    ],
  },
  'single-wire-part': {
    severity: 'error',
    en: ['The chip is a single-wire part', 'Its byte 14 says that I2C is off; no kit of the line can talk to it.'],
    de: [
      'Der Chip ist ein Single-Wire-Baustein',
      'Sein Byte 14 sagt, dass I2C aus ist; kein Kit der Linie kann mit ihm sprechen.',
    ],
  },
  'clock-divider-kit': {
    severity: 'error',
    en: [
      'Clock divider {value} is too slow for this kit',
      'A legacy kit gives up after 200 ms and sends the command again, while GenKey takes up to {time} ms.',
    ],
    de: [
      'Taktteiler {value} ist für dieses Kit zu langsam',
      'Ein Legacy-Kit gibt nach 200 ms auf und sendet den Befehl erneut, GenKey dauert aber bis zu {time} ms.',
    ],
  },
  'clock-divider-slow': {
    severity: 'note',
    en: [
      'Clock divider {value} makes the chip slow',
      'GenKey takes up to {time} ms instead of 115 ms; hosts must wait long enough.',
    ],
    de: [
      'Taktteiler {value} macht den Chip langsam',
      'GenKey dauert bis zu {time} ms statt 115 ms; Hosts müssen lange genug warten.',
    ],
  },
  'reserved-bits': {
    severity: 'error',
    en: [
      '{field} sets reserved bits',
      'They must be 0; what the chip does otherwise is not known, and it cannot be undone.',
    ],
    de: [
      '{field} setzt reservierte Bits',
      'Sie müssen 0 sein; was der Chip sonst tut, ist nicht bekannt und nicht umkehrbar.',
    ],
  },
  'lock-bytes': {
    severity: 'note',
    en: [
      'The image has lock bytes {value}',
      'They are never written; the image seems to come from another chip or from a tool that locks.',
    ],
    de: [
      'Das Abbild hat Sperrbytes {value}',
      'Sie werden nie geschrieben; das Abbild stammt wohl von einem anderen Chip oder von einem Werkzeug, das sperrt.',
    ],
  },
  'extra-bytes': {
    severity: 'note',
    en: [
      'The image has UserExtra and byte 85 = {value}',
      'A config write does not set them; only UpdateExtra after the config lock does, and only once.',
    ],
    de: [
      'Das Abbild hat UserExtra und Byte 85 = {value}',
      'Das Schreiben der Konfiguration setzt sie nicht; das tut nur UpdateExtra nach dem Sperren, und nur einmal.',
    ],
  },
  'slot-locked-by-image': {
    severity: 'error',
    en: [
      'The image locks slot {slot} before anything was put into it',
      'The run must write the slot or make its key, and the chip would refuse.',
    ],
    de: [
      'Das Abbild sperrt Slot {slot}, bevor etwas darin steht',
      'Der Lauf muss den Slot schreiben oder seinen Schlüssel erzeugen, und der Chip würde das ablehnen.',
    ],
  },
  'slot-locked-empty': {
    severity: 'warning',
    en: [
      'The image locks slot {slot}, which nothing will be written to',
      'The slot keeps unknown factory content for ever.',
    ],
    de: [
      'Das Abbild sperrt Slot {slot}, in den nichts geschrieben wird',
      'Der Slot behält für immer unbekannten Inhalt ab Werk.',
    ],
  },
  'counter-encoding': {
    severity: 'error',
    en: [
      'Counter {counter} is not a count',
      'These 8 bytes are no value a counter can have; bytes of the image may be missing or shifted.',
    ],
    de: [
      'Zähler {counter} ist kein Zählerstand',
      'Diese 8 Bytes sind kein möglicher Zählerstand; im Abbild fehlen vielleicht Bytes oder sind verschoben.',
    ],
  },
  'counter-advanced': {
    severity: 'warning',
    en: [
      'Counter {counter} starts at {value}',
      'Every chip begins with {value} counts used; the image may come from a used chip.',
    ],
    de: [
      'Zähler {counter} beginnt bei {value}',
      'Jeder Chip beginnt mit {value} verbrauchten Schritten; das Abbild stammt vielleicht von einem benutzten Chip.',
    ],
  },
  'otp-consumption': {
    severity: 'note',
    en: ['OTP is in consumption mode', 'After the data lock anybody can clear OTP bits, which nobody can set again.'],
    de: [
      'OTP ist im Verbrauchsmodus',
      'Nach dem Sperren der Daten kann jeder OTP-Bits löschen, die niemand mehr setzen kann.',
    ],
  },
  'x509-format': {
    severity: 'note',
    en: [
      'X509format {index} is {value}',
      'Public keys that point to it can be validated by an X.509 certificate only, not by Verify(Validate).',
    ],
    de: [
      'X509format {index} ist {value}',
      'Öffentliche Schlüssel, die darauf zeigen, lassen sich nur durch ein X.509-Zertifikat validieren, nicht durch Verify(Validate).',
    ],
  },
});
