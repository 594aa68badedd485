import { type CertificateDate, unixSeconds } from '../../src-shared/certificates/index.ts';

/** The moment of a certificate's date. */
export function momentOf(date: CertificateDate): Date {
  return new Date(unixSeconds(date) * 1000);
}
