import { defineFindings } from '../definition.ts';

/** The board's identity, the plan's data and its locks. */
export const identityFindings = defineFindings({
  'device-key-not-private': {
    severity: 'error',
    en: ['Slot {slot} should hold the device key but holds no private key', 'The chip cannot make its key there.'],
    de: [
      'Slot {slot} soll den Geräteschlüssel halten, hält aber keinen privaten Schlüssel',
      'Der Chip kann seinen Schlüssel dort nicht erzeugen.',
    ],
  },
  'device-key-cannot-sign': {
    severity: 'error',
    en: [
      'The device key in slot {slot} may not sign',
      'The board could never prove that it has the key (ReadKey bit 0 is 0).',
    ],
    de: [
      'Der Geräteschlüssel in Slot {slot} darf nicht signieren',
      'Die Platine könnte nie beweisen, dass sie den Schlüssel hat (ReadKey Bit 0 ist 0).',
    ],
  },
  'device-key-hidden': {
    severity: 'error',
    en: [
      'The public key of the device key in slot {slot} cannot be read after the data lock',
      'Validation could not compare it with the certificate (PubInfo is 0).',
    ],
    de: [
      'Der öffentliche Schlüssel zum Geräteschlüssel in Slot {slot} ist nach dem Sperren der Daten nicht lesbar',
      'Die Validierung könnte ihn nicht mit dem Zertifikat vergleichen (PubInfo ist 0).',
    ],
  },
  'device-key-writable': {
    severity: 'error',
    en: [
      'A known key can be written over the device key in slot {slot}',
      'The server refuses to certify such a key: it could exist outside the chip.',
    ],
    de: [
      'Über den Geräteschlüssel in Slot {slot} kann ein bekannter Schlüssel geschrieben werden',
      'Der Server zertifiziert einen solchen Schlüssel nicht: Es könnte ihn außerhalb des Chips geben.',
    ],
  },
  'device-key-authorised': {
    severity: 'error',
    en: [
      'The device key in slot {slot} needs an authorisation for every use',
      'After the data lock the run could not prove possession of it.',
    ],
    de: [
      'Der Geräteschlüssel in Slot {slot} braucht für jede Benutzung eine Autorisierung',
      'Nach dem Sperren der Daten könnte der Lauf seinen Besitz nicht beweisen.',
    ],
  },
  'device-key-limited': {
    severity: 'warning',
    en: [
      'The device key in slot {slot} can be used a limited number of times',
      'A product that is used up loses its identity.',
    ],
    de: [
      'Der Geräteschlüssel in Slot {slot} ist nur begrenzt oft nutzbar',
      'Ein Produkt, das sie verbraucht hat, verliert seine Identität.',
    ],
  },
  'device-key-latched': {
    severity: 'warning',
    en: [
      'The device key in slot {slot} works only while the latch is closed',
      'Validation fails unless the board closes the latch at power-up.',
    ],
    de: [
      'Der Geräteschlüssel in Slot {slot} arbeitet nur bei geschlossenem Latch',
      'Die Validierung scheitert, wenn die Platine den Latch beim Einschalten nicht schließt.',
    ],
  },
  'certificate-slot-private': {
    severity: 'error',
    en: ['Slot {slot} should hold certificate data but holds a private key', 'The chip refuses to write data there.'],
    de: [
      'Slot {slot} soll Zertifikatsdaten halten, hält aber einen privaten Schlüssel',
      'Der Chip lehnt es ab, dort Daten zu schreiben.',
    ],
  },
  'certificate-slot-small': {
    severity: 'error',
    en: [
      'Slot {slot} is too small for certificate data',
      'It has 36 bytes; a compressed certificate or public key takes 72.',
    ],
    de: [
      'Slot {slot} ist zu klein für Zertifikatsdaten',
      'Er hat 36 Bytes; ein komprimiertes Zertifikat oder ein öffentlicher Schlüssel braucht 72.',
    ],
  },
  'certificate-slot-secret': {
    severity: 'error',
    en: [
      'Certificate data in slot {slot} cannot be read in clear',
      'Nobody could rebuild the certificate from the chip, and validation would fail.',
    ],
    de: [
      'Zertifikatsdaten in Slot {slot} sind nicht im Klartext lesbar',
      'Niemand könnte das Zertifikat aus dem Chip wiederherstellen, und die Validierung würde scheitern.',
    ],
  },
  'certificate-slot-validated': {
    severity: 'error',
    en: [
      'Slot {slot} holds a public key that must be validated, so the chip changes its first byte',
      'What is written there does not read back: the high nibble becomes A.',
    ],
    de: [
      'Slot {slot} hält einen zu validierenden öffentlichen Schlüssel, der Chip ändert also sein erstes Byte',
      'Was dort geschrieben wird, liest sich nicht zurück: Das obere Halbbyte wird A.',
    ],
  },
  'identity-open': {
    severity: 'warning',
    en: [
      "Anyone can replace this board's key and certificates",
      'What stays open after PASS lets anybody give the board another identity or destroy its own, and can be locked: {slots}.',
    ],
    de: [
      'Jeder kann Schlüssel und Zertifikate dieser Platine ersetzen',
      'Was nach PASS offen bleibt, erlaubt jedem, der Platine eine andere Identität zu geben oder ihre zu zerstören, und ist sperrbar: {slots}.',
    ],
  },
  'identity-open-for-good': {
    severity: 'warning',
    en: [
      "Anyone can replace this board's key or certificates, and no slot lock can prevent it",
      'What stays open after PASS cannot be locked; only another image helps: {slots}.',
    ],
    de: [
      'Jeder kann Schlüssel oder Zertifikate dieser Platine ersetzen, und kein Sperren eines Slots verhindert es',
      'Was nach PASS offen bleibt, ist nicht sperrbar; es hilft nur ein anderes Abbild: {slots}.',
    ],
  },
  'lock-not-lockable': {
    severity: 'error',
    en: [
      'Slot {slot} cannot be locked',
      'The plan asks for it, but KeyConfig.Lockable is 0: the run would fail after the data lock.',
    ],
    de: [
      'Slot {slot} ist nicht sperrbar',
      'Der Plan verlangt es, aber KeyConfig.Lockable ist 0: Der Lauf würde nach dem Sperren der Daten scheitern.',
    ],
  },
  'data-into-private': {
    severity: 'error',
    en: ['Data are planned for slot {slot}, which holds a private key', 'The chip refuses to write data there.'],
    de: [
      'Für Slot {slot} sind Daten geplant, er hält aber einen privaten Schlüssel',
      'Der Chip lehnt es ab, dort Daten zu schreiben.',
    ],
  },
  'data-over-certificate': {
    severity: 'error',
    en: ['Data are planned for slot {slot}, which holds certificate data', 'One of the two would be lost.'],
    de: ['Für Slot {slot} sind Daten geplant, er hält aber Zertifikatsdaten', 'Eines von beiden ginge verloren.'],
  },
  'data-too-long': {
    severity: 'error',
    en: ['{count} bytes are planned for slot {slot}, which has {size}', 'They do not fit.'],
    de: ['Für Slot {slot} sind {count} Bytes geplant, er hat {size}', 'Sie passen nicht hinein.'],
  },
  'data-open': {
    severity: 'warning',
    en: ['Anyone can overwrite the planned data in slot {slot}', 'The slot stays open after PASS.'],
    de: ['Jeder kann die geplanten Daten in Slot {slot} überschreiben', 'Der Slot bleibt nach PASS offen.'],
  },
  'never-slot-random': {
    severity: 'note',
    en: [
      'Slot {slot} gets random bytes that nobody keeps',
      'It is secret and can never be written after the data lock, and nothing is planned for it.',
    ],
    de: [
      'Slot {slot} bekommt Zufallsbytes, die niemand aufbewahrt',
      'Er ist geheim, nach dem Sperren der Daten nie schreibbar, und nichts ist für ihn geplant.',
    ],
  },
  'never-slot-empty': {
    severity: 'note',
    en: [
      'Slot {slot} stays empty for ever',
      'It can never be written after the data lock, and nothing is planned for it.',
    ],
    de: [
      'Slot {slot} bleibt für immer leer',
      'Er ist nach dem Sperren der Daten nie schreibbar, und nichts ist für ihn geplant.',
    ],
  },
  'secret-without-data': {
    severity: 'warning',
    en: [
      'The secret slot {slot} keeps unknown factory content',
      'The plan locks without CRC and writes nothing there; the content may be the same in every chip.',
    ],
    de: [
      'Der geheime Slot {slot} behält unbekannten Inhalt ab Werk',
      'Der Plan sperrt ohne CRC und schreibt dort nichts; der Inhalt kann in jedem Chip gleich sein.',
    ],
  },
});
