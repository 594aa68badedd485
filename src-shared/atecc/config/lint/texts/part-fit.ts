import { defineFindings } from '../definition.ts';

/** Which image fits which part: the rules F1 to F9 of config-zone.md 7.9. */
export const partFitFindings = defineFindings({
  'F1-otp-mode': {
    rule: 'F1',
    severity: 'error',
    en: [
      'OTPmode {value} is reserved',
      'An ATECC508A knows AA and 55 only; what it does with OTP under another value is not known.',
    ],
    de: [
      'OTPmode {value} ist reserviert',
      'Ein ATECC508A kennt nur AA und 55; was er bei einem anderen Wert mit OTP tut, ist nicht bekannt.',
    ],
  },
  'F1-count-match-reserved': {
    rule: 'F1',
    severity: 'error',
    en: [
      'CountMatch {value} sets reserved bits',
      'On an ATECC608 byte 18 is CountMatch; this value is the OTPmode of a 508A image.',
    ],
    de: [
      'CountMatch {value} setzt reservierte Bits',
      'Beim ATECC608 ist Byte 18 CountMatch; dieser Wert ist der OTPmode eines 508A-Abbilds.',
    ],
  },
  'F1-count-match-no-value': {
    rule: 'F1',
    severity: 'warning',
    en: [
      'Counter 0 is limited by slot {slot}, for which no match value is planned',
      'Whatever happens to be in slot {slot} decides how often counter 0 can still be used.',
    ],
    de: [
      'Zähler 0 wird durch Slot {slot} begrenzt, für den kein Vergleichswert geplant ist',
      'Der zufällige Inhalt von Slot {slot} entscheidet, wie oft Zähler 0 noch benutzt werden kann.',
    ],
  },
  'F2-chip-mode': {
    rule: 'F2',
    severity: 'error',
    en: [
      'ChipMode {value} sets reserved bits',
      'Bits 7 to 3 are reserved on an ATECC508A; this is the clock divider of a 608 image.',
    ],
    de: [
      'ChipMode {value} setzt reservierte Bits',
      'Die Bits 7 bis 3 sind beim ATECC508A reserviert; das ist der Taktteiler eines 608-Abbilds.',
    ],
  },
  'F2-selector-once': {
    rule: 'F2',
    severity: 'note',
    en: ['The Selector can be set only once', 'After the first UpdateExtra to byte 85 the Selector stays as it is.'],
    de: [
      'Der Selector kann nur einmal gesetzt werden',
      'Nach dem ersten UpdateExtra auf Byte 85 bleibt der Selector, wie er ist.',
    ],
  },
  'F2-clock-divider': {
    rule: 'F2',
    severity: 'error',
    en: [
      'Clock divider {value} is not known',
      'Only 00, 05 and 0D are known; with another value no execution time can be relied on.',
    ],
    de: [
      'Taktteiler {value} ist nicht bekannt',
      'Bekannt sind nur 00, 05 und 0D; bei einem anderen Wert gilt keine Ausführungszeit.',
    ],
  },
  'F2-extra-address': {
    rule: 'F2',
    severity: 'note',
    en: [
      'Byte 85 may become the I2C address',
      'Whoever sets byte 85 once (it is {value} in the image) moves the chip to that address for ever.',
    ],
    de: [
      'Byte 85 kann zur I2C-Adresse werden',
      'Wer Byte 85 einmal setzt (im Abbild {value}), verlegt den Chip für immer auf diese Adresse.',
    ],
  },
  'F3-use-lock-filler': {
    rule: 'F3',
    severity: 'error',
    en: [
      'UseLock FF is filler of a 508A image',
      'On an ATECC608 byte 68 would tie the use of slot 15 to a lock nobody asked for.',
    ],
    de: [
      'UseLock FF ist Füllwert eines 508A-Abbilds',
      'Beim ATECC608 würde Byte 68 die Benutzung von Slot 15 an eine ungewollte Sperre binden.',
    ],
  },
  'F3-use-lock': {
    rule: 'F3',
    severity: 'warning',
    en: [
      'UseLock {value}: mode {mode}, slot {slot}',
      'The use of slot {slot} may be blocked; which mode switches it on is not confirmed.',
    ],
    de: [
      'UseLock {value}: Modus {mode}, Slot {slot}',
      'Die Benutzung von Slot {slot} kann gesperrt sein; welcher Modus das einschaltet, ist nicht bestätigt.',
    ],
  },
  'F4-volatile-reserved': {
    rule: 'F4',
    severity: 'error',
    en: [
      'VolatileKeyPermission {value} sets reserved bits',
      'Bits 6 to 4 are reserved; this is filler of a 508A image.',
    ],
    de: [
      'VolatileKeyPermission {value} setzt reservierte Bits',
      'Die Bits 6 bis 4 sind reserviert; das ist Füllwert eines 508A-Abbilds.',
    ],
  },
  'F4-volatile-key': {
    rule: 'F4',
    severity: 'note',
    en: [
      'Volatile key permission is on, slot {slot}',
      'Slots with the persistent latch work only after slot {slot} has granted it.',
    ],
    de: [
      'Die Erlaubnis flüchtiger Schlüssel ist an, Slot {slot}',
      'Slots mit dem Persistent Latch arbeiten erst, wenn Slot {slot} es erlaubt hat.',
    ],
  },
  'F5-secure-boot-reserved': {
    rule: 'F5',
    severity: 'error',
    en: [
      'SecureBoot {value} sets reserved bits',
      'Bit 2 and bits 7 to 5 are reserved; this is filler of a 508A image.',
    ],
    de: [
      'SecureBoot {value} setzt reservierte Bits',
      'Bit 2 und die Bits 7 bis 5 sind reserviert; das ist Füllwert eines 508A-Abbilds.',
    ],
  },
  'F5-secure-boot': {
    rule: 'F5',
    severity: 'warning',
    en: [
      'Secure boot mode {mode}: signature or digest in slot {slot}, public key in slot {other}',
      'Both slots belong to secure boot; without a key in slot {other} no start of the product can be approved.',
    ],
    de: [
      'Secure-Boot-Modus {mode}: Signatur oder Digest in Slot {slot}, öffentlicher Schlüssel in Slot {other}',
      'Beide Slots gehören dem Secure Boot; ohne Schlüssel in Slot {other} wird kein Start des Produkts freigegeben.',
    ],
  },
  'F6-kdf-iv-filler': {
    rule: 'F6',
    severity: 'error',
    en: [
      'KdfIvLoc and KdfIvStr FF FF FF are filler of a 508A image',
      'On an ATECC608 bytes 72 to 74 take part in key derivation.',
    ],
    de: [
      'KdfIvLoc und KdfIvStr FF FF FF sind Füllwert eines 508A-Abbilds',
      'Beim ATECC608 gehen die Bytes 72 bis 74 in die Schlüsselableitung ein.',
    ],
  },
  'F6-kdf-iv': {
    rule: 'F6',
    severity: 'note',
    en: ['A special value for KDF is set: {value}', 'KDF demands this value at this place of its input.'],
    de: [
      'Ein besonderer Wert für KDF ist gesetzt: {value}',
      'KDF verlangt diesen Wert an dieser Stelle seiner Eingabe.',
    ],
  },
  'F7-last-key-use': {
    rule: 'F7',
    severity: 'error',
    en: [
      'LastKeyUse has a value no count of uses can have',
      'Each of bytes 68 to 83 must be one of FF 7F 3F 1F 0F 07 03 01 00; these are fields of a 608 image.',
    ],
    de: [
      'LastKeyUse hat einen Wert, den kein Zählerstand haben kann',
      'Die Bytes 68 bis 83 müssen je FF 7F 3F 1F 0F 07 03 01 oder 00 sein; das sind Felder eines 608-Abbilds.',
    ],
  },
  'F7-uses-spent': {
    rule: 'F7',
    severity: 'warning',
    en: [
      'Uses of slot 15 are spent before it was ever used',
      'Only {count} of the 128 uses of the key in slot 15 are left.',
    ],
    de: [
      'Benutzungen von Slot 15 sind schon verbraucht',
      'Von den 128 Benutzungen des Schlüssels in Slot 15 bleiben nur {count}.',
    ],
  },
  'F7-reserved': {
    rule: 'F7',
    severity: 'error',
    en: ['Bytes 75 to 83 are reserved and must be 00', 'These are the LastKeyUse bytes of a 508A image.'],
    de: ['Die Bytes 75 bis 83 sind reserviert und müssen 00 sein', 'Das sind die LastKeyUse-Bytes eines 508A-Abbilds.'],
  },
  'F8-reserved': {
    rule: 'F8',
    severity: 'error',
    en: [
      'Bytes 90 and 91 are reserved and must be 00',
      'They are the ChipOptions of a 608 image, which an ATECC508A does not have.',
    ],
    de: [
      'Die Bytes 90 und 91 sind reserviert und müssen 00 sein',
      'Es sind die ChipOptions eines 608-Abbilds, die ein ATECC508A nicht hat.',
    ],
  },
  'F8-output-protection': {
    rule: 'F8',
    severity: 'warning',
    en: [
      'Outputs are protected by the key in slot {slot}',
      'Without the IO protection key in slot {slot} the host cannot read protected results of ECDH and KDF nor check those of Verify and secure boot.',
    ],
    de: [
      'Ausgaben sind durch den Schlüssel in Slot {slot} geschützt',
      'Ohne den IO-Schutzschlüssel in Slot {slot} kann der Host geschützte Ergebnisse von ECDH und KDF nicht lesen und die von Verify und Secure Boot nicht prüfen.',
    ],
  },
  'F8-self-test': {
    rule: 'F8',
    severity: 'note',
    en: [
      'The chip tests itself at power-on',
      'Every wake takes longer, and a failed test is told in the answer to it.',
    ],
    de: [
      'Der Chip prüft sich beim Einschalten selbst',
      'Jedes Wecken dauert länger, und ein Fehler steht in der Antwort darauf.',
    ],
  },
  'F8-self-test-kit': {
    rule: 'F8',
    severity: 'error',
    en: [
      'The self-test at power-on is more than this kit can bear',
      'The kit accepts no answer to a wake but 04 11 33 43 and would lose the chip.',
    ],
    de: [
      'Den Selbsttest beim Einschalten verträgt dieses Kit nicht',
      'Das Kit nimmt als Antwort auf das Wecken nur 04 11 33 43 an und würde den Chip verlieren.',
    ],
  },
  'F9-key-type': {
    rule: 'F9',
    severity: 'error',
    en: [
      'Slot {slot} has key type {value}, which this part does not know',
      'What the chip does with the slot is not known; AES (6) exists on the ATECC608 only.',
    ],
    de: [
      'Slot {slot} hat Schlüsseltyp {value}, den dieser Baustein nicht kennt',
      'Was der Chip mit dem Slot tut, ist nicht bekannt; AES (6) gibt es nur beim ATECC608.',
    ],
  },
});
