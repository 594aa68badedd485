import type { ErrorName } from '../base/error-codes.ts';

/**
 * One clear sentence for the person in front of it, for every code, in every language of the screens.
 * A sentence says what happened and what to do; facts that vary (names, numbers) stand in an error's details, not here.
 */
export type Language = 'en' | 'de';

type Sentences = { readonly [code in ErrorName]: { readonly [language in Language]: string } };

export const sentences: Sentences = {
  MALFORMED: {
    en: 'The request was damaged on its way; try again.',
    de: 'Die Anfrage kam beschädigt an; bitte erneut versuchen.',
  },
  VERSION: {
    en: 'Server and client speak different versions; update the older one.',
    de: 'Server und Client sprechen verschiedene Versionen; bitte die ältere aktualisieren.',
  },
  UNKNOWN_TYPE: {
    en: 'The server does not know this kind of request.',
    de: 'Der Server kennt diese Art von Anfrage nicht.',
  },
  MISSING_FIELD: {
    en: 'The request lacks something the server needs.',
    de: 'Der Anfrage fehlt etwas, das der Server braucht.',
  },
  BAD_FIELD: {
    en: 'Something in the request has a value that is not allowed.',
    de: 'Ein Wert in der Anfrage ist nicht erlaubt.',
  },
  TOO_LARGE: {
    en: 'The answer would be larger than this client can take; nothing was signed.',
    de: 'Die Antwort wäre größer, als dieser Client annehmen kann; nichts wurde signiert.',
  },
  TIMEOUT: { en: 'The other side took too long.', de: 'Die Gegenseite hat zu lange gebraucht.' },
  BUSY: {
    en: 'The server is busy; try again in a moment.',
    de: 'Der Server ist ausgelastet; bitte gleich noch einmal versuchen.',
  },
  SHUTTING_DOWN: {
    en: 'The server is shutting down; start it again, then retry.',
    de: 'Der Server wird beendet; bitte neu starten und erneut versuchen.',
  },
  NO_MATCHING_SIGNER: {
    en: 'No signer module fits this plan; plug in the right one.',
    de: 'Kein Signiermodul passt zu diesem Plan; bitte das richtige einstecken.',
  },
  SIGNER_LOCKED: {
    en: 'The signer module waits for its password; call the supervisor.',
    de: 'Das Signiermodul wartet auf sein Passwort; bitte die Schichtleitung rufen.',
  },
  SIGNER_REMOVED: {
    en: 'The signer module was unplugged; plug it in again and enter its password.',
    de: 'Das Signiermodul wurde abgezogen; bitte wieder einstecken und das Passwort eingeben.',
  },
  SIGNER_FAULT: {
    en: 'The signer module does not work as it should; the server log says why.',
    de: 'Das Signiermodul arbeitet nicht, wie es soll; das Serverprotokoll nennt den Grund.',
  },
  SIGN_FAILED: {
    en: 'The signer module did not sign; try again.',
    de: 'Das Signiermodul hat nicht signiert; bitte erneut versuchen.',
  },
  SIGNATURE_CHECK_FAILED: {
    en: 'The signer module returned a wrong signature; do not use it until it was examined.',
    de: 'Das Signiermodul lieferte eine falsche Signatur; bis zur Prüfung nicht weiter verwenden.',
  },
  DEFINITION_UNKNOWN: {
    en: 'The server does not have the certificate definition this signer needs.',
    de: 'Dem Server fehlt die Zertifikatsdefinition, die dieses Signiermodul braucht.',
  },
  DEFINITION_MISMATCH: {
    en: 'Plan and server mean different certificate definitions.',
    de: 'Plan und Server meinen verschiedene Zertifikatsdefinitionen.',
  },
  SIGNER_KIT_UNSUITABLE: {
    en: 'On this stick the password proof does not survive its own idling; use another stick or firmware.',
    de: 'Auf diesem Stick geht der Passwortnachweis verloren, sobald er den Chip schlafen legt; bitte anderen Stick oder andere Firmware verwenden.',
  },
  DEVICE_SN_INVALID: {
    en: 'The serial number is not one of this chip family.',
    de: 'Die Seriennummer gehört nicht zu dieser Chipfamilie.',
  },
  CONFIG_NOT_LOCKED: {
    en: 'The chip asks for a certificate although its configuration is still open.',
    de: 'Der Chip verlangt ein Zertifikat, obwohl seine Konfiguration noch offen ist.',
  },
  CONFIG_UNSAFE: {
    en: 'The key slot of this chip is configured so that its key could be known to others.',
    de: 'Der Schlüssel-Slot dieses Chips ist so konfiguriert, dass andere den Schlüssel kennen könnten.',
  },
  PUBLIC_KEY_INVALID: {
    en: 'The public key in the request is not valid.',
    de: 'Der öffentliche Schlüssel in der Anfrage ist ungültig.',
  },
  POP_INVALID: {
    en: 'The chip could not prove that it holds its key.',
    de: 'Der Chip konnte nicht beweisen, dass er seinen Schlüssel besitzt.',
  },
  DUPLICATE_DEVICE: {
    en: 'This serial number already has a certificate for another key; a supervisor must record a rework first.',
    de: 'Für diese Seriennummer gibt es schon ein Zertifikat mit anderem Schlüssel; die Schichtleitung muss erst eine Nacharbeit eintragen.',
  },
  DUPLICATE_DEVICE_DEFINITION: {
    en: 'This chip already has a certificate of another kind.',
    de: 'Dieser Chip hat schon ein Zertifikat anderer Art.',
  },
  CHAIN_EXPIRED: {
    en: 'The certificate in the archive has expired, so it is not handed out again.',
    de: 'Das Zertifikat im Archiv ist abgelaufen und wird nicht erneut ausgegeben.',
  },
  NOT_ALLOWED: {
    en: 'The server does not allow this station to do that.',
    de: 'Der Server erlaubt dieser Station das nicht.',
  },
  QUOTA_EXCEEDED: {
    en: 'The number of certificates allowed for this order is used up.',
    de: 'Die für diesen Auftrag erlaubte Zahl von Zertifikaten ist aufgebraucht.',
  },
  BATCH_CLOSED: {
    en: 'This batch is closed; open a new one.',
    de: 'Dieses Los ist abgeschlossen; bitte ein neues eröffnen.',
  },
  AUTH_REQUIRED: {
    en: 'The server wants this station to identify itself first.',
    de: 'Der Server verlangt, dass sich diese Station zuerst ausweist.',
  },
  AUTH_FAILED: {
    en: 'The server does not accept the key of this station.',
    de: 'Der Server erkennt den Schlüssel dieser Station nicht an.',
  },
  STORAGE_FAILED: {
    en: 'The records cannot be written, so nothing is signed; make room on the disk or repair it.',
    de: 'Die Aufzeichnungen können nicht geschrieben werden, darum wird nichts signiert; bitte Platz schaffen oder den Datenträger reparieren.',
  },
  CLOCK_SUSPECT: {
    en: 'The clock of the server cannot be right; set it, then have the supervisor confirm.',
    de: 'Die Uhr des Servers kann nicht stimmen; bitte stellen und von der Schichtleitung bestätigen lassen.',
  },
  BOARD_CHANGED: {
    en: 'The board was exchanged during the run; nothing was done to the new one.',
    de: 'Das Board wurde während des Laufs getauscht; am neuen wurde nichts verändert.',
  },
  KEY_OF_UNKNOWN_ORIGIN: {
    en: 'The chip holds a key that nobody here made; set the board aside.',
    de: 'Der Chip enthält einen Schlüssel unbekannter Herkunft; bitte das Board aussondern.',
  },
  DATA_CRC: {
    en: 'The chip refused the check sum of its data twice; nothing was locked, show it to the engineer.',
    de: 'Der Chip hat die Prüfsumme seiner Daten zweimal abgelehnt; nichts wurde gesperrt, bitte der Prozesstechnik zeigen.',
  },
  SERVER_ROOT_MISMATCH: {
    en: 'The server uses another root than this plan; check which server you are connected to.',
    de: 'Der Server benutzt eine andere Wurzel als dieser Plan; bitte prüfen, mit welchem Server Sie verbunden sind.',
  },
  IMAGE_UNFIT: {
    en: 'The configuration image does not fit this chip; nothing was written.',
    de: 'Das Konfigurationsabbild passt nicht zu diesem Chip; nichts wurde geschrieben.',
  },
  WRITE_ITEMS_DIFFER: {
    en: 'What the server sent to be written is not what the certificates demand; nothing was written.',
    de: 'Was der Server zum Schreiben schickte, entspricht nicht den Zertifikaten; nichts wurde geschrieben.',
  },
  SERVER_SILENT: {
    en: 'The server stopped answering; try again.',
    de: 'Der Server antwortet nicht mehr; bitte erneut versuchen.',
  },
  BOARD_REMOVED: {
    en: 'The board was removed during the run; connect it again to resume.',
    de: 'Das Board wurde während des Laufs entfernt; zum Fortsetzen wieder anschließen.',
  },
  NO_CHIP: { en: 'No secure element answers on this board.', de: 'Auf diesem Board antwortet kein Sicherheitschip.' },
  SEVERAL_CHIPS: {
    en: 'More chips answer on this board than the plan names.',
    de: 'Auf diesem Board antworten mehr Chips, als der Plan nennt.',
  },
  WRONG_PART: {
    en: 'The plan has no configuration for this type of chip.',
    de: 'Der Plan hat keine Konfiguration für diesen Chiptyp.',
  },
  FOREIGN_CONFIG: {
    en: 'The chip is locked with another configuration; set the board aside.',
    de: 'Der Chip ist mit einer anderen Konfiguration gesperrt; bitte das Board aussondern.',
  },
  ALREADY_PROVISIONED: {
    en: 'This board is already provisioned; it may be validated.',
    de: 'Dieses Board ist schon provisioniert; es kann validiert werden.',
  },
  CHIP_REFUSED: {
    en: 'The chip refused a command that should have worked.',
    de: 'Der Chip hat einen Befehl verweigert, der hätte gelingen sollen.',
  },
  CHIP_FAULT: {
    en: 'The chip reports a fault of its own; scrap the board.',
    de: 'Der Chip meldet einen eigenen Fehler; bitte das Board verschrotten.',
  },
  CHIP_UNCLEAR: {
    en: 'Answers of the chip were lost or damaged; check the contacts, then resume the board.',
    de: 'Antworten des Chips gingen verloren oder kamen beschädigt an; bitte Kontakte prüfen, dann das Board fortsetzen.',
  },
  READ_BACK_DIFFERS: {
    en: 'What was read back differs from what was written.',
    de: 'Das Zurückgelesene weicht vom Geschriebenen ab.',
  },
  CONFIG_CRC: {
    en: 'The chip refused the check sum of its configuration; nothing was locked.',
    de: 'Der Chip hat die Prüfsumme seiner Konfiguration abgelehnt; nichts wurde gesperrt.',
  },
  SLOT_NOT_LOCKABLE: {
    en: 'The plan wants to lock a slot that its own configuration forbids to lock.',
    de: 'Der Plan will einen Slot sperren, den seine eigene Konfiguration nicht sperren lässt.',
  },
  SLOT_CONTENT_WRONG: {
    en: 'A locked slot holds something else than it should; scrap the board.',
    de: 'Ein gesperrter Slot enthält etwas anderes, als er sollte; bitte das Board verschrotten.',
  },
  CERTIFICATE_WRONG: {
    en: 'The certificate in the chip does not verify.',
    de: 'Das Zertifikat im Chip lässt sich nicht bestätigen.',
  },
  POSSESSION_NOT_PROVEN: {
    en: 'The chip did not prove that it holds the key of its certificate.',
    de: 'Der Chip hat nicht bewiesen, dass er den Schlüssel seines Zertifikats besitzt.',
  },
  ADDRESS_LOST: {
    en: 'After its address was changed the chip no longer answers; set the board aside.',
    de: 'Nach der Adressänderung antwortet der Chip nicht mehr; bitte das Board aussondern.',
  },
  PLAN_UNSAFE: {
    en: 'The plan has an error that would make every board useless; the engineer must correct it.',
    de: 'Der Plan hat einen Fehler, der jedes Board unbrauchbar machen würde; die Prozesstechnik muss ihn beheben.',
  },
  DATA_SOURCE: {
    en: 'Data that the plan wants to write cannot be had.',
    de: 'Daten, die der Plan schreiben will, sind nicht verfügbar.',
  },
  NEVER_A_SITE: {
    en: 'This is a signer or root stick, not a board.',
    de: 'Das ist ein Signier- oder Wurzelstick, kein Board.',
  },
  SCRAP: {
    en: 'This board cannot be finished; scrap it.',
    de: 'Dieses Board kann nicht fertiggestellt werden; bitte verschrotten.',
  },
  KIT_LOST: {
    en: 'The connection to the board was lost; check the cable.',
    de: 'Die Verbindung zum Board ging verloren; bitte das Kabel prüfen.',
  },
  KIT_SILENT: {
    en: 'The kit does not answer; unplug it and plug it in again.',
    de: 'Das Kit antwortet nicht; bitte abziehen und wieder einstecken.',
  },
  KIT_GARBAGE: {
    en: 'What this port sends is not the Kit Protocol.',
    de: 'Was dieser Anschluss sendet, ist nicht das Kit-Protokoll.',
  },
  KIT_BUSY: { en: 'Another program is using this kit.', de: 'Ein anderes Programm benutzt dieses Kit gerade.' },
  KIT_UNKNOWN: { en: 'There is no such kit.', de: 'Dieses Kit gibt es nicht.' },
  PORT_DENIED: {
    en: 'This account may not open the port; add it to the right group or install the udev rule.',
    de: 'Dieses Benutzerkonto darf den Anschluss nicht öffnen; bitte in die richtige Gruppe aufnehmen oder die udev-Regel installieren.',
  },
  KIT_UNSUITABLE: {
    en: 'This kit cannot bear what the plan asks of it.',
    de: 'Dieses Kit kann nicht leisten, was der Plan verlangt.',
  },
  BUS_STUCK: {
    en: 'The I2C bus between kit and chip is stuck; check the contacts, then resume the board.',
    de: 'Der I2C-Bus zwischen Kit und Chip hängt; bitte Kontakte prüfen, dann das Board fortsetzen.',
  },
  SERVER_UNREACHABLE: {
    en: 'The provisioning server cannot be reached; check that it runs and the address is right.',
    de: 'Der Provisionierungsserver ist nicht erreichbar; bitte prüfen, ob er läuft und die Adresse stimmt.',
  },
  SERVER_LOST: {
    en: 'The connection to the provisioning server broke; try again.',
    de: 'Die Verbindung zum Provisionierungsserver brach ab; bitte erneut versuchen.',
  },
  SERVER_VERSION: {
    en: 'The provisioning server speaks another version; update the older side.',
    de: 'Der Provisionierungsserver spricht eine andere Version; bitte die ältere Seite aktualisieren.',
  },
  SERVER_GARBAGE: {
    en: 'What answers at this address is not a provisioning server.',
    de: 'Unter dieser Adresse antwortet kein Provisionierungsserver.',
  },
  FILE_MISSING: { en: 'A file is missing.', de: 'Eine Datei fehlt.' },
  FILE_UNREADABLE: { en: 'A file cannot be read.', de: 'Eine Datei kann nicht gelesen werden.' },
  FILE_INVALID: { en: 'A file does not hold what it should.', de: 'Eine Datei enthält nicht, was sie sollte.' },
  OPTION_INVALID: { en: 'An option has a value that is not allowed.', de: 'Eine Option hat einen unzulässigen Wert.' },
  PORT_IN_USE: {
    en: 'Another program already listens on this port.',
    de: 'Ein anderes Programm benutzt diesen Port bereits.',
  },
  DATA_DIR: { en: 'The data folder cannot be written.', de: 'In den Datenordner kann nicht geschrieben werden.' },
  NETWORK_OPEN: {
    en: 'Beyond this computer the server needs an allow-list and station keys.',
    de: 'Über diesen Rechner hinaus braucht der Server eine Liste erlaubter Adressen und Stationsschlüssel.',
  },
  STORE_VERSION: {
    en: 'The records were written by a newer version; update this program.',
    de: 'Die Aufzeichnungen stammen von einer neueren Version; bitte dieses Programm aktualisieren.',
  },
  STORE_DAMAGED: { en: 'The record store is damaged.', de: 'Der Datenspeicher ist beschädigt.' },
  DATA_DIR_IN_USE: {
    en: 'Another Signet already works with this data folder.',
    de: 'Ein anderes Signet arbeitet bereits mit diesem Datenordner.',
  },
  INTERRUPTED: {
    en: 'The run was interrupted; connect the board again to resume.',
    de: 'Der Lauf wurde unterbrochen; zum Fortsetzen das Board wieder anschließen.',
  },
  PASSWORD_WRONG: { en: 'The password is wrong.', de: 'Das Passwort ist falsch.' },
  PASSWORD_POLICY: { en: 'The password is not accepted.', de: 'Das Passwort wird nicht angenommen.' },
  PASSWORD_DELAY: {
    en: 'Too many wrong passwords; wait until the time has run down.',
    de: 'Zu viele falsche Passwörter; bitte warten, bis die Zeit abgelaufen ist.',
  },
  RECORD_INVALID: {
    en: 'The record in the signer module is damaged or from a newer version.',
    de: 'Der Datensatz im Signiermodul ist beschädigt oder von einer neueren Version.',
  },
  ROLE_REQUIRED: { en: 'This needs somebody with another role.', de: 'Dafür ist eine andere Rolle nötig.' },
  LOG_BROKEN: {
    en: 'The chain of the signing log is broken; call QA before anything else is signed.',
    de: 'Die Kette des Signierprotokolls ist unterbrochen; bitte die Qualitätssicherung rufen, bevor weiter signiert wird.',
  },
  SET_ASIDE: {
    en: 'This board was set aside; a supervisor decides what becomes of it.',
    de: 'Dieses Board wurde ausgesondert; die Schichtleitung entscheidet darüber.',
  },
  NOT_NOW: {
    en: 'This cannot be done now; the screen says why.',
    de: 'Das ist jetzt nicht möglich; der Bildschirm nennt den Grund.',
  },
  INTERNAL: {
    en: 'Something happened that should not; the activity log has the details.',
    de: 'Es ist etwas geschehen, das nicht sein dürfte; Einzelheiten stehen im Aktivitätsprotokoll.',
  },
};
