import { type CertificateDate, unixSeconds } from '../../src-shared/certificates/index.ts';

/** UTC fields of a moment, as certificates are made of them. */
export function certificateDate(date: Date): CertificateDate {
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

/** The moment of a certificate's date. */
export function momentOf(date: CertificateDate): Date {
  return new Date(unixSeconds(date) * 1000);
}
