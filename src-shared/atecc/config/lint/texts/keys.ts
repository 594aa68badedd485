import { defineFindings } from '../definition.ts';

/** Private keys, secrets and the keys that protect them. */
export const keyFindings = defineFindings({
  'private-not-secret': {
    severity: 'error',
    en: [
      'Slot {slot} holds a private key but is not secret',
      'The chip refuses to make a key there: IsSecret must be 1.',
    ],
    de: [
      'Slot {slot} hält einen privaten Schlüssel, ist aber nicht geheim',
      'Der Chip erzeugt dort keinen Schlüssel: IsSecret muss 1 sein.',
    ],
  },
  'private-not-p256': {
    severity: 'error',
    en: [
      'Slot {slot} holds a private key of key type {value}',
      'The chip makes private keys for P-256 (key type 4) only.',
    ],
    de: [
      'Slot {slot} hält einen privaten Schlüssel vom Typ {value}',
      'Der Chip erzeugt private Schlüssel nur für P-256 (Typ 4).',
    ],
  },
  'private-useless': {
    severity: 'warning',
    en: ['The private key in slot {slot} may do nothing', 'It may neither sign nor do ECDH.'],
    de: ['Der private Schlüssel in Slot {slot} darf nichts', 'Er darf weder signieren noch ECDH.'],
  },
  'genkey-after-lock-off': {
    severity: 'note',
    en: [
      'The key in slot {slot} can never be replaced',
      'GenKey works there only until the data lock; a key not made by then is never made.',
    ],
    de: [
      'Der Schlüssel in Slot {slot} kann nie ersetzt werden',
      'GenKey geht dort nur bis zum Sperren der Daten; was bis dahin fehlt, fehlt für immer.',
    ],
  },
  'privwrite-after-lock': {
    severity: 'warning',
    en: [
      'A known private key can be written to slot {slot}',
      'Whoever knows the key in slot {other} can replace it by one that exists elsewhere.',
    ],
    de: [
      'In Slot {slot} kann ein bekannter privater Schlüssel geschrieben werden',
      'Wer den Schlüssel in Slot {other} kennt, kann ihn durch einen ersetzen, den es auch anderswo gibt.',
    ],
  },
  'public-key-hidden': {
    severity: 'note',
    en: ['The public key of slot {slot} cannot be read after the data lock', 'It must be kept when the key is made.'],
    de: [
      'Der öffentliche Schlüssel von Slot {slot} ist nach dem Sperren der Daten nicht lesbar',
      'Er muss beim Erzeugen aufbewahrt werden.',
    ],
  },
  'ecdh-odd-slot': {
    severity: 'warning',
    en: [
      'ECDH of slot {slot} puts its secret into slot {slot} itself',
      'The secret goes to slot n OR 1, which for an odd slot is the private key.',
    ],
    de: [
      'ECDH von Slot {slot} legt sein Geheimnis in Slot {slot} selbst ab',
      'Das Geheimnis geht in Slot n ODER 1, bei einem ungeraden Slot also in den privaten Schlüssel.',
    ],
  },
  'ecdh-into-private': {
    severity: 'warning',
    en: [
      'ECDH of slot {slot} puts its secret into slot {other}, which holds a private key',
      'The chip cannot keep a shared secret there.',
    ],
    de: [
      'ECDH von Slot {slot} legt sein Geheimnis in Slot {other} ab, der einen privaten Schlüssel hält',
      'Dort kann der Chip kein gemeinsames Geheimnis aufbewahren.',
    ],
  },
  'ecdh-secret-readable': {
    severity: 'warning',
    en: [
      'ECDH of slot {slot} puts its secret into slot {other}, which anyone can read',
      'The shared secret is not secret.',
    ],
    de: [
      'ECDH von Slot {slot} legt sein Geheimnis in Slot {other} ab, den jeder lesen kann',
      'Das gemeinsame Geheimnis ist keines.',
    ],
  },
  'prohibited-read': {
    severity: 'error',
    en: [
      'Slot {slot} asks for encrypted reads without being secret',
      'The data sheet prohibits EncryptRead = 1 with IsSecret = 0.',
    ],
    de: [
      'Slot {slot} verlangt verschlüsseltes Lesen, ohne geheim zu sein',
      'Das Datenblatt verbietet EncryptRead = 1 mit IsSecret = 0.',
    ],
  },
  'parent-private': {
    severity: 'error',
    en: [
      'Slot {slot} needs the key in slot {other}, which is an ECC private key',
      'A private key cannot encrypt, derive or protect; the slot could never be used as meant.',
    ],
    de: [
      'Slot {slot} braucht den Schlüssel in Slot {other}, der ein privater ECC-Schlüssel ist',
      'Ein privater Schlüssel kann nicht verschlüsseln, ableiten oder schützen; der Slot wäre nie wie gemeint nutzbar.',
    ],
  },
  'parent-readable': {
    severity: 'error',
    en: [
      'Anyone can read the key in slot {slot}, on which others rely',
      'Whoever reads it can read, write or authorise what relies on it: {slots}.',
    ],
    de: [
      'Jeder kann den Schlüssel in Slot {slot} lesen, auf den sich andere verlassen',
      'Wer ihn liest, kann lesen, schreiben oder autorisieren, was sich auf ihn verlässt: {slots}.',
    ],
  },
  'parent-writable': {
    severity: 'warning',
    en: [
      'Anyone can overwrite the key in slot {slot}, on which others rely',
      'Whoever puts a key of his own there commands what relies on it: {slots}.',
    ],
    de: [
      'Jeder kann den Schlüssel in Slot {slot} überschreiben, auf den sich andere verlassen',
      'Wer dort einen eigenen Schlüssel schreibt, verfügt über das, was sich auf ihn verlässt: {slots}.',
    ],
  },
  'parent-unknown': {
    severity: 'note',
    en: [
      'Nothing is planned for the key in slot {slot}, on which others rely',
      'Nobody knows that key, so what relies on it cannot be used until a known one is written: {slots}.',
    ],
    de: [
      'Für den Schlüssel in Slot {slot}, auf den sich andere verlassen, ist nichts geplant',
      'Niemand kennt diesen Schlüssel; bis ein bekannter geschrieben ist, bleibt unbenutzbar, was ihn braucht: {slots}.',
    ],
  },
  'write-key-itself': {
    severity: 'warning',
    en: [
      'Slot {slot} is written under its own key',
      'A power cut during the write destroys the only key that could repair it.',
    ],
    de: [
      'Slot {slot} wird unter seinem eigenen Schlüssel geschrieben',
      'Ein Stromausfall beim Schreiben zerstört den einzigen Schlüssel, der ihn reparieren könnte.',
    ],
  },
  'authorisation-impossible': {
    severity: 'error',
    en: [
      'Slot {slot} needs an authorisation by slot {other}, which can give none',
      'The key in slot {slot} could never be used.',
    ],
    de: [
      'Slot {slot} braucht eine Autorisierung durch Slot {other}, der keine geben kann',
      'Der Schlüssel in Slot {slot} wäre nie nutzbar.',
    ],
  },
  'authorisation-replay': {
    severity: 'warning',
    en: [
      'The authorising slot {slot} accepts a proof that was recorded',
      'Without ReqRandom the proof need not be computed for a random number of the chip.',
    ],
    de: [
      'Der autorisierende Slot {slot} nimmt einen mitgeschnittenen Beweis an',
      'Ohne ReqRandom muss der Beweis nicht für eine Zufallszahl des Chips berechnet sein.',
    ],
  },
  'authorisation-copy': {
    severity: 'warning',
    en: [
      'The authorising slot {slot} copies slot {other} into TempKey',
      'ReadKey 0 turns on the CheckMac copy: a proof also releases a key into TempKey; use F instead.',
    ],
    de: [
      'Der autorisierende Slot {slot} kopiert Slot {other} nach TempKey',
      'ReadKey 0 schaltet die CheckMac-Kopie ein: Ein Beweis gibt auch einen Schlüssel nach TempKey frei; besser F.',
    ],
  },
  'authorisation-lockable': {
    severity: 'note',
    en: ['Anyone can lock the authorising slot {slot}', 'After that its password can never be changed.'],
    de: ['Jeder kann den autorisierenden Slot {slot} sperren', 'Danach lässt sich sein Passwort nie mehr ändern.'],
  },
  'check-mac-copy': {
    severity: 'note',
    en: [
      'A successful CheckMac copies the secret of slot {slot} into TempKey',
      'ReadKey 0 means that; F means "unused".',
    ],
    de: [
      'Ein erfolgreiches CheckMac kopiert das Geheimnis von Slot {slot} nach TempKey',
      'Das bedeutet ReadKey 0; F bedeutet „unbenutzt“.',
    ],
  },
  'aes-key-readable': {
    severity: 'warning',
    en: ['Anyone can read the AES key in slot {slot}', 'IsSecret is 0, so what it encrypts is open.'],
    de: ['Jeder kann den AES-Schlüssel in Slot {slot} lesen', 'IsSecret ist 0; was er verschlüsselt, liegt offen.'],
  },
  'secret-writable': {
    severity: 'warning',
    en: [
      'Anyone can overwrite the secret in slot {slot}',
      'Nobody can read it, but everybody can put his own in its place.',
    ],
    de: [
      'Jeder kann das Geheimnis in Slot {slot} überschreiben',
      'Lesen kann es niemand, aber jeder kann ein eigenes an seine Stelle setzen.',
    ],
  },
  'derived-key-readable': {
    severity: 'warning',
    en: ['Anyone can read the key that DeriveKey makes in slot {slot}', 'IsSecret is 0.'],
    de: ['Jeder kann den Schlüssel lesen, den DeriveKey in Slot {slot} erzeugt', 'IsSecret ist 0.'],
  },
  'no-mac': {
    severity: 'note',
    en: [
      'The key in slot {slot} can check but not make a MAC',
      'NoMac forbids MAC and HMAC with it; CheckMac still works.',
    ],
    de: [
      'Der Schlüssel in Slot {slot} kann MACs prüfen, aber keine erzeugen',
      'NoMac verbietet MAC und HMAC damit; CheckMac geht weiterhin.',
    ],
  },
  'limited-use': {
    severity: 'note',
    en: [
      'The use of slot {slot} is limited, but counter 0 sets no limit to speak of',
      'Counter 0 starts at 0: all limited slots together have {count} uses.',
    ],
    de: [
      'Die Benutzung von Slot {slot} ist begrenzt, aber Zähler 0 setzt keine nennenswerte Grenze',
      'Zähler 0 beginnt bei 0: Alle begrenzten Slots zusammen haben {count} Benutzungen.',
    ],
  },
  'limited-use-match': {
    severity: 'note',
    en: ['The use of slot {slot} is limited by counter 0', 'When counter 0 reaches its limit the slot stops working.'],
    de: [
      'Die Benutzung von Slot {slot} ist durch Zähler 0 begrenzt',
      'Wenn Zähler 0 seine Grenze erreicht, arbeitet der Slot nicht mehr.',
    ],
  },
  'single-uses': {
    severity: 'note',
    en: ['The key in slot 15 works {count} times', 'After that the slot can never be used again.'],
    de: ['Der Schlüssel in Slot 15 arbeitet {count}-mal', 'Danach ist der Slot nie wieder nutzbar.'],
  },
  'pub-invalid-no-key': {
    severity: 'warning',
    en: [
      'Slot {slot} is writable "while not validated" but holds no public key that can be',
      'The rule has no meaning there; the slot may be open to everybody.',
    ],
    de: [
      'Slot {slot} ist „solange nicht validiert“ schreibbar, hält aber keinen validierbaren öffentlichen Schlüssel',
      'Dort hat die Regel keinen Sinn; der Slot steht vielleicht jedem offen.',
    ],
  },
  'public-key-no-room': {
    severity: 'warning',
    en: [
      'Slot {slot} is meant for a public key but has 36 bytes',
      'A public key takes 72 bytes; only slots 8 to 15 can hold one.',
    ],
    de: [
      'Slot {slot} ist für einen öffentlichen Schlüssel gedacht, hat aber 36 Bytes',
      'Ein öffentlicher Schlüssel braucht 72 Bytes; nur die Slots 8 bis 15 können ihn halten.',
    ],
  },
  'validation-parent': {
    severity: 'warning',
    en: [
      'The key in slot {slot} must be validated by slot {other}, which holds no public key',
      'It can never be validated, so never used.',
    ],
    de: [
      'Der Schlüssel in Slot {slot} muss durch Slot {other} validiert werden, der keinen öffentlichen Schlüssel hält',
      'Er kann nie validiert und also nie benutzt werden.',
    ],
  },
  'validation-parent-open': {
    severity: 'warning',
    en: [
      'The key in slot {slot} is validated by slot {other}, which anyone can overwrite',
      'Whoever puts his own key into slot {other} validates whatever he likes.',
    ],
    de: [
      'Der Schlüssel in Slot {slot} wird durch Slot {other} validiert, den jeder überschreiben kann',
      'Wer seinen eigenen Schlüssel in Slot {other} schreibt, validiert, was er will.',
    ],
  },
  latch: {
    severity: 'note',
    en: [
      'Slot {slot} works only while the latch is closed',
      'After each power-up the host must close the latch first.',
    ],
    de: [
      'Slot {slot} arbeitet nur bei geschlossenem Latch',
      'Nach jedem Einschalten muss der Host zuerst den Latch schließen.',
    ],
  },
});
