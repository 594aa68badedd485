import type { ChainCode } from '../../certificates/index.ts';
import type { Words } from './words.ts';

/** Why a certificate's chain does not hold. The verifier names the rule; here it gets its words. */
export const chainReasons = {
  'chain-encoding': {
    en: 'not a certificate that can be read: {{quote}}',
    de: 'kein lesbares Zertifikat: {{quote}}',
  },
  'chain-key': {
    en: 'the public key is not one of P-256',
    de: 'der öffentliche Schlüssel ist keiner von P-256',
  },
  'chain-algorithm': {
    en: 'the signature algorithm is not ECDSA with SHA-256 inside and outside',
    de: 'das Signaturverfahren ist nicht innen und außen ECDSA mit SHA-256',
  },
  'chain-signature': {
    en: "the signature does not verify under the issuer's key",
    de: 'die Signatur hält der Prüfung mit dem Schlüssel des Ausstellers nicht stand',
  },
  'chain-issuer': {
    en: 'the issuer "{{issuer}}" is not the signer "{{signer}}"',
    de: 'der Aussteller „{{issuer}}“ ist nicht der Signierer „{{signer}}“',
  },
  'chain-authority-key-id': {
    en: "the authority key id {{id}} is not the issuer's",
    de: 'die Kennung des Ausstellerschlüssels {{id}} ist nicht die des Ausstellers',
  },
  'chain-subject-key-id': {
    en: 'the subject key id {{id}} is not that of the key',
    de: 'die Schlüsselkennung {{id}} ist nicht die des Schlüssels',
  },
  'chain-not-yet': { en: 'not valid before {{date}}', de: 'nicht vor {{date}} gültig' },
  'chain-expired': { en: 'expired at {{date}}', de: 'abgelaufen am {{date}}' },
  'chain-no-authority': {
    en: 'the signer is no certificate authority',
    de: 'der Signierer ist keine Zertifizierungsstelle',
  },
  'chain-may-not-sign': {
    en: "the signer's key may not sign certificates",
    de: 'der Schlüssel des Signierers darf keine Zertifikate signieren',
  },
  'chain-authority': {
    en: 'the device would be a certificate authority',
    de: 'das Gerät wäre eine Zertifizierungsstelle',
  },
  'chain-may-sign': {
    en: "the device's key may sign certificates",
    de: 'der Schlüssel des Geräts darf Zertifikate signieren',
  },
  'chain-serial-form': {
    en: 'the serial number is no positive number of at most 20 bytes in its shortest form',
    de: 'die Seriennummer ist keine positive Zahl von höchstens 20 Bytes in kürzester Form',
  },
  'chain-serial-source': {
    en: 'its source gives no serial number: {{quote}}',
    de: 'ihre Quelle ergibt keine Seriennummer: {{quote}}',
  },
  'chain-serial-differs': {
    en: 'the serial number is {{found}}; its source gives {{expected}}',
    de: 'die Seriennummer ist {{found}}; ihre Quelle ergibt {{expected}}',
  },
  'chain-nesting': {
    en: "the certificate begins before its signer's",
    de: 'das Zertifikat beginnt vor dem seines Signierers',
  },
} as const satisfies { readonly [code in `chain-${ChainCode}`]: Words };
