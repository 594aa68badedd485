import fc from 'fast-check';
import {
  type CertificateDate,
  type CertificateDefinition,
  type CertificateLocation,
  type CustomElement,
  type DateFormat,
  type DeviceLocation,
  daysInMonth,
} from '../../src-shared/certificates/index.ts';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const nibble = fc.integer({ min: 0, max: 15 });

const deviceLocations: fc.Arbitrary<DeviceLocation> = fc.record({
  zone: fc.constantFrom(0, 1, 2, 3, 4, 7),
  slot: u16,
  isGenkey: fc.boolean(),
  offset: u16,
  count: u16,
});

const certificateLocations: fc.Arbitrary<CertificateLocation> = fc.record({ offset: u16, count: u16 });

const transformKinds = fc.integer({ min: 0, max: 9 });

const customElements: fc.Arbitrary<CustomElement> = fc.record({
  id: fc.string({ unit: 'grapheme-ascii', maxLength: 24 }),
  deviceLocation: deviceLocations,
  certificateLocation: certificateLocations,
  transforms: fc.tuple(transformKinds, transformKinds),
});

const dateFormats = fc.constantFrom<DateFormat>(0, 1, 2, 3, 4);

/** Any definition whose values fit their members, useful or not. */
export const definitions: fc.Arbitrary<CertificateDefinition> = fc.record({
  type: fc.integer({ min: 0, max: 2 }),
  templateId: nibble,
  chainId: nibble,
  privateKeySlot: u16,
  snSource: nibble,
  serialNumberLocation: deviceLocations,
  issueDateFormat: dateFormats,
  expireDateFormat: dateFormats,
  tbsLocation: certificateLocations,
  expireYears: u8,
  publicKeyLocation: deviceLocations,
  compressedLocation: deviceLocations,
  standardElements: fc.record({
    publicKey: certificateLocations,
    signature: certificateLocations,
    issueDate: certificateLocations,
    expireDate: certificateLocations,
    signerId: certificateLocations,
    serialNumber: certificateLocations,
    authorityKeyId: certificateLocations,
    subjectKeyId: certificateLocations,
  }),
  customElements: fc.array(customElements, { maxLength: 5 }),
  template: fc.uint8Array({ maxLength: 600 }),
});

/** Dates that exist, within years. */
export function calendarDates(firstYear: number, lastYear: number): fc.Arbitrary<CertificateDate> {
  return fc
    .record({
      year: fc.integer({ min: firstYear, max: lastYear }),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 31 }),
      hour: fc.integer({ min: 0, max: 23 }),
      minute: fc.integer({ min: 0, max: 59 }),
      second: fc.integer({ min: 0, max: 59 }),
    })
    .map((date) => ({ ...date, day: Math.min(date.day, daysInMonth(date.year, date.month)) }));
}

/** Bytes of one length. */
export function bytesOf(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length });
}
