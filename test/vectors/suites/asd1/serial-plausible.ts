import { checkSerialNumber } from '../../../../src-shared/atecc/index.ts';
import { bytesOf, compareAll } from '../../fields.ts';
import type { Judge } from '../../judge.ts';

/** asd1.json serial-plausible (atecc-device.md 5). */
export const judge: Judge = ({ in: given, out }) => {
  const { plausible, endsInEe } = checkSerialNumber(bytesOf(given, 'sn'));
  return compareAll(out, { plausible, sn8_is_ee: endsInEe });
};
