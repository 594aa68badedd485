import type { DefinitionFinding } from './lint.ts';

/** Languages in which findings on definitions can be told. */
export type LintLanguage = 'en' | 'de';

/** Every rule in German; `{{path}}` is the member in the words of the C structure. The English words are the finding's own sentence. */
const german = {
  width: '{{path}}: Der Wert passt nicht in sein Feld.',
  type: 'Ausgestellt werden nur X.509-Definitionen, die aus einer Vorlage entstehen.',
  'template-length': 'Die Vorlage ist zu lang, um danach auszustellen.',
  'template-der': 'Die Vorlage ist kein Zertifikat.',
  range: '{{path}} liegt außerhalb der Vorlage.',
  'element-missing': '{{path}}: Ohne dieses Element lässt sich kein Zertifikat ausstellen.',
  'element-size': '{{path}}: Dieses Element hat eine andere Länge.',
  misplaced: '{{path}} liegt in der Vorlage an einer anderen Stelle.',
  'expire-years': 'Ein komprimiertes Zertifikat fasst höchstens 127 Jahre.',
  'format-1': 'Mehr als 31 Jahre brauchen das komprimierte Format 1, das Bibliotheken von 2015 und 2016 ablehnen.',
  'utc-expiry': 'Das Ende läge nach 2049, was UTCTime nicht sagen kann: GeneralizedTime oder weniger Jahre nehmen.',
  'utc-expiry-end': 'UTCTime reicht nur bis 2049: Irgendwann lässt sich hiernach nicht mehr ausstellen.',
  'date-format': 'Ein X.509-Zertifikat hat UTCTime oder GeneralizedTime.',
  'date-tag': 'Das Datum in der Vorlage hat ein anderes Format als die Definition sagt.',
  'serial-missing': 'Ohne das Element für die Seriennummer hat jedes Zertifikat dieselbe.',
  'serial-source': 'Diese Herkunft der Seriennummer gibt es nicht.',
  'serial-signer-id': 'Alle Geräte eines Signierers hätten dieselbe Seriennummer.',
  'serial-generator': 'Gespeicherte Seriennummern brauchen jemanden, der sie eindeutig hält.',
  'serial-location': 'Die gespeicherte Seriennummer hat keinen Platz im Chip.',
  'serial-stored':
    'Die Seriennummer zieht der Signierer, und ein Slot des Chips bewahrt sie auf: Ohne ihn kann niemand das Zertifikat wiederherstellen.',
  'serial-deprecated': 'Diese Herkunft ist veraltet: Ihre Nummern können negativ sein oder mit Nullen beginnen.',
  'serial-repeats':
    'Ein Chip, der für einen neuen Schlüssel nachbearbeitet wird, bekäme seine alte Seriennummer wieder; das wird abgelehnt.',
  'serial-length': 'Eine Seriennummer dieser Herkunft hat eine andere Länge.',
  'compressed-location': 'Ein komprimiertes Zertifikat hat 72 Bytes im Chip.',
  'public-key-location': 'Ein öffentlicher Schlüssel hat 64 Bytes, in einem Slot 72.',
  'public-key-stored': 'Der Schlüssel des Geräts wird aus einem Slot gelesen, statt dass der Chip ihn nennt.',
  'fixed-key-id':
    'Die Vorlage hat eine Schlüsselkennung, die kein Element ersetzt: Sie wäre in jedem Zertifikat falsch.',
  algorithm: 'Der Signaturalgorithmus der Vorlage ist nicht ECDSA mit SHA-256.',
  'key-type': 'Der Schlüssel der Vorlage ist keiner von P-256.',
  'rfc-version': 'Das Zertifikat ist nicht von Version 3.',
  'rfc-serial-length': 'Die Seriennummer hat mehr als 20 Bytes.',
  'rfc-serial-sign': 'Die Seriennummer der Vorlage ist negativ.',
  'rfc-authority-key-id': 'Die Schlüsselkennung des Ausstellers fehlt.',
  'rfc-generalized-time': 'Ein Ende bis 2049 sollte UTCTime sein; die Definition legt für alle GeneralizedTime fest.',
  'rfc-name-length': 'Ein Teil eines Namens hat mehr als 64 Zeichen.',
  'rfc-subject': 'Der Inhaber hat keinen Namen.',
  'rfc-key-usage': 'Die Schlüsselverwendung fehlt.',
  'rfc-subject-key-id': 'Die eigene Schlüsselkennung fehlt.',
  'no-ca': 'Ein Signierer-Zertifikat muss sagen, dass es eine Zertifizierungsstelle ist.',
  'no-cert-sign': 'Die Schlüsselverwendung des Signierers erlaubt kein Signieren von Zertifikaten.',
  'self-issued': 'Inhaber und Aussteller des Signierer-Zertifikats haben denselben Namen.',
  'device-ca': 'Ein Gerätezertifikat darf keine Zertifizierungsstelle sein.',
  'device-cert-sign': 'Die Schlüsselverwendung des Geräts erlaubt das Signieren von Zertifikaten.',
  'no-digital-signature':
    'Die Schlüsselverwendung des Geräts erlaubt keine Signaturen, mit denen sich Geräte in TLS ausweisen.',
  'purpose-usage': 'Die Schlüsselverwendung erlaubt nicht, was einer der Zwecke braucht.',
} as const;

/** Stable name of a rule of the linter. */
export type LintRule = keyof typeof german;

/** A finding as one sentence in the reader's language. */
export function lintWords({ rule, path, sentence }: DefinitionFinding, language: LintLanguage): string {
  return language === 'en' ? sentence : german[rule].replace('{{path}}', path);
}
