import { dateText, issueDates } from '../../../../src-shared/certificates/index.ts';
import { compareOutput, dateFormatOf, integer } from '../../../certificates/vector-values.ts';
import { type Judge, wrong } from '../../judge.ts';

/** asd1.json issue-date: the date as asked -> notBefore and the format of the compressed certificate, or refused. */
export const judge: Judge = ({ in: given, out }) => {
  const expireFormat = dateFormatOf(given['expire_format'], 'expire_format');
  if (expireFormat === undefined) return wrong('expire_format is not a date format');
  const field = (name: string): number => (given[name] === undefined ? 0 : integer(given[name], name));
  const dates = issueDates({
    asked: {
      year: field('year'),
      month: field('month'),
      day: field('day'),
      hour: field('hour'),
      minute: field('minute'),
      second: field('second'),
    },
    expireYears: integer(given['expire_years'], 'expire_years'),
    expireFormat,
  });
  if (!dates.ok) return compareOutput(out, { refused: true });
  return compareOutput(out, {
    refused: false,
    not_before: dateText(dates.value.notBefore),
    format: dates.value.formatVersion,
  });
};
