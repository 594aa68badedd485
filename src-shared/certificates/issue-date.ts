import type { Result } from '../base/result.ts';
import { chooseFormatVersion } from './compressed.ts';
import {
  type CertificateDate,
  compareDates,
  dateText,
  expiryOf,
  isCalendarDate,
  isLeapYear,
  maximumDate,
} from './dates.ts';
import { type DateFormat, dateFormat } from './definition.ts';
import { attempt, type CertificateFault, refuse } from './faults.ts';

/** What the issue date of a new certificate depends on. */
export interface IssueDateRequest {
  /** The moment of the request; minutes and seconds are dropped. */
  readonly asked: CertificateDate;
  /** Of the definition; 0 = never expires. */
  readonly expireYears: number;
  readonly expireFormat: DateFormat;
  /** When given, notBefore must be expressible in it. */
  readonly issueFormat?: DateFormat;
  /** When given, the certificate must not begin earlier. */
  readonly signerNotBefore?: CertificateDate;
}

/** The dates of a new certificate, final before the serial number is generated and before signing. */
export interface IssueDates {
  readonly notBefore: CertificateDate;
  readonly notAfter: CertificateDate;
  /** 0, or 1 for an issue year after 2031 or more than 31 years. */
  readonly formatVersion: 0 | 1;
  /** One sentence when 2015/2016 versions of the library will refuse the compressed form; undefined otherwise. */
  readonly warning: string | undefined;
}

/**
 * The issue date rule (compressed-certificates.md 1 and 3): minutes and seconds are zero, because the compressed form
 * cannot hold them; on 29 February, when the year of expiry is not a leap year, the certificate begins on 28 February
 * 23:00; years 2000..2127; an expiry that its format cannot express is refused ('invalid-date').
 */
export function issueDates(request: IssueDateRequest): Result<IssueDates, CertificateFault> {
  return attempt(() => {
    const { asked, expireYears, expireFormat } = request;
    if (!isCalendarDate(asked)) refuse('invalid-date', `${dateText(asked)} is not a date`);
    if (asked.year < 2000 || asked.year > 2127) {
      refuse('invalid-date', `a compressed certificate holds issue years 2000..2127, not ${asked.year}`);
    }
    if (!Number.isInteger(expireYears) || expireYears < 0 || expireYears > 127) {
      refuse('invalid-date', `a compressed certificate holds 0..127 years, not ${expireYears}`);
    }
    const hour: CertificateDate = { ...asked, minute: 0, second: 0 };
    const leapDay = hour.month === 2 && hour.day === 29;
    const moved = leapDay && expireYears !== 0 && !isLeapYear(hour.year + expireYears);
    const notBefore: CertificateDate = moved ? { ...hour, day: 28, hour: 23 } : hour;
    if (request.signerNotBefore !== undefined && compareDates(notBefore, request.signerNotBefore) < 0) {
      refuse('invalid-date', `${dateText(notBefore)} is before the signer's own ${dateText(request.signerNotBefore)}`);
    }
    if (request.issueFormat !== undefined) requireExpressible(request.issueFormat, notBefore, 'issue');
    const notAfter = expiryOf(notBefore, expireYears, expireFormat);
    requireExpressible(expireFormat, notAfter, 'expiry');
    if (compareDates(notAfter, notBefore) < 0) {
      refuse('invalid-date', `the expiry ${dateText(notAfter)} is before the issue date ${dateText(notBefore)}`);
    }
    const formatVersion = chooseFormatVersion(notBefore.year, expireYears);
    return {
      notBefore,
      notAfter,
      formatVersion,
      warning:
        formatVersion === 0
          ? undefined
          : 'The compressed certificate has format 1; hosts with a 2015 or 2016 library refuse anything but format 0.',
    };
  });
}

function requireExpressible(format: DateFormat, date: CertificateDate, which: string): void {
  const first =
    format === dateFormat.RFC5280_UTC
      ? 1950
      : format === dateFormat.POSIX_BE || format === dateFormat.POSIX_LE
        ? 1970
        : 0;
  if (date.year < first || compareDates(date, maximumDate(format)) > 0) {
    refuse('invalid-date', `the ${which} date ${dateText(date)} does not fit date format ${format}`);
  }
}
