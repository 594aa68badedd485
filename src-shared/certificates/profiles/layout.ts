import { fromHex, toHex } from '../../base/bytes.ts';
import { type CertificateParts, certificatePiece, generalizedTime, nameText, tbsPiece, utcTime } from '../assemble.ts';
import {
  type CertificateDefinition,
  type CertificateLocation,
  type CustomElement,
  certificateType,
  type DeviceLocation,
  dateFormat,
  deviceZone,
  noDeviceLocation,
  noElement,
  serialSource,
  transform,
} from '../definition.ts';
import { type DerPiece, join, mark, raw } from '../der.ts';

/**
 * What stands in a template where every certificate has its own: the same for all names and numbers, because the
 * template's bytes are part of the definition's digest. The values are those of the 2015 example
 * (signer-and-server.md 3.1), whose digests are known answers.
 */
export const filler = {
  signerPublicKey: fromHex(
    `440ae6c55e3dd5be2ace49004b1a8df3011b2c572686e1959ff15c7118068efc
     6db11b058ce2bdef96d95453098157b9f28a90408b55708352a6eb5a8b7fc174`,
  ),
  devicePublicKey: fromHex(
    `819a9b7623e320e9856d74eecc946006db7e64e386b33bf5084247398e5dd322
     af5bdc57bbc6c0d218f882012f1e3bdaf7f2ed22aaca88f57c3aee5a3c3e1df5`,
  ),
  signerSignature: fromHex(
    `775e468aa47223e826159f1ff271e50b734aa899f4c4fe5665a7e6f70a0be2cb
     1a9824ecd0510d98d21fe988834c1f5f75cb97d30c5358fb58300aac1b45ba1d`,
  ),
  deviceSignature: fromHex(
    `c31054b626e1020b9ea802e7a4580fc39480a464b2c80a50e2697187324bc3aa
     84a228edab1da99a1636772a1ee0bb3b1f4bcfbc6bd254bab75f79bb564430e4`,
  ),
  rootKeyId: fromHex('370aa13aebebcf098970826b3ab274fb967268d3'),
  signerKeyId: fromHex('04cde7192e8365a4c53baea98cacd21caffbcf2c'),
  deviceKeyId: fromHex('1a90b22237a451b757dd36d13a852be13d2ef2ca'),
  signerSerial: fromHex('698a500d71a3fc37a5b81d4405ba2fc4'),
  deviceSerial: fromHex('400102030405060708090a0b0c0d0e0f'),
  chipSerial: fromHex('0123030405060708ee'),
  signerId: fromHex('0034'),
  signerNotBefore: { year: 2015, month: 12, day: 17, hour: 23, minute: 0, second: 0 },
  deviceNotBefore: { year: 2015, month: 12, day: 16, hour: 2, minute: 51, second: 37 },
  never: { year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59 },
} as const;

/** The dates of every layout: UTCTime to GeneralizedTime (signer-and-server.md 3). */
export function validity(notBefore: typeof filler.signerNotBefore | typeof filler.deviceNotBefore) {
  return { notBefore: utcTime('issueDate', notBefore), notAfter: generalizedTime('expireDate', filler.never) };
}

/** The signer's common name: the prefix, a space, and the four characters of its id. */
export function signerCommonName(prefix: string): DerPiece {
  return join(nameText(`${prefix} `), signerIdText());
}

/** The four characters of a signer id in a name, marked. */
function signerIdText(): DerPiece {
  return mark('signerId', raw(new TextEncoder().encode(toHex(filler.signerId))));
}

/**
 * The serial number of a template by its source: 16 bytes for the hashes and for stored ones, 10 for the chip's serial
 * number, 3 for the signer's id. `suffix` follows the hash and stays as it is (2015: the template id).
 */
export function serialPiece(source: number, sample: Uint8Array, suffix: readonly number[]): DerPiece {
  switch (source) {
    case serialSource.DEVICE_SN:
      return mark('serialNumber', join(raw([0x40]), raw(filler.chipSerial)));
    case serialSource.SIGNER_ID:
      return mark('serialNumber', join(raw([0x40]), raw(filler.signerId)));
    case serialSource.STORED:
      return mark('serialNumber', raw(sample));
    default:
      return join(mark('serialNumber', raw(sample)), raw(suffix));
  }
}

/** Most characters of a name's attribute (RFC 5280, appendix A.1: ub-common-name, ub-organizational-unit-name). */
export const longestAttribute = 64;

/** What stands before the name of `chipSerialName`: 18 hex digits and a space. */
export const chipSerialCharacters = 19;

/** A common name with the chip's serial number in hex before it, as TNG has it (compressed-certificates.md 10). */
export function chipSerialName(name: string): DerPiece {
  const digits = toHex(filler.chipSerial);
  return join(
    mark('SN03', nameText(digits.slice(0, 8))),
    mark('SN48', nameText(digits.slice(8))),
    nameText(` ${name}`),
  );
}

/** Where that serial number comes from: it lies in two pieces in the configuration zone. */
export const chipSerialElements = [
  { name: 'SN03', offset: 0, count: 4 },
  { name: 'SN48', offset: 8, count: 5 },
].map(({ name, offset, count }) => ({
  id: name,
  deviceLocation: { zone: deviceZone.CONFIG, slot: 0, isGenkey: false, offset, count },
  transforms: [transform.BIN2HEX_UC, transform.NONE] as const,
  mark: name,
}));

/** What a profile says of one of its two definitions. */
export interface LayoutInput {
  readonly parts: CertificateParts;
  readonly signature: Uint8Array;
  readonly templateId: number;
  readonly chainId: number;
  readonly privateKeySlot: number;
  readonly snSource: number;
  readonly serialNumberLocation?: DeviceLocation;
  readonly expireYears: number;
  readonly publicKeyLocation: DeviceLocation;
  readonly compressedSlot: number;
  /** The count that the signature element carries; readers use only its offset. */
  readonly signatureCount: number;
  /** Custom elements by the mark that gives their place. */
  readonly elements?: readonly (Omit<CustomElement, 'certificateLocation'> & { readonly mark: string })[];
}

/** The definition of a template: offsets come from the marks. Issue date UTCTime, expiry GeneralizedTime. */
export function definitionFrom(input: LayoutInput): CertificateDefinition {
  const certificate = certificatePiece(tbsPiece(input.parts), input.signature);
  const place = (name: string): CertificateLocation => certificate.marks.get(name) ?? noElement;
  const signature = place('signature');
  return {
    type: certificateType.X509,
    templateId: input.templateId,
    chainId: input.chainId,
    privateKeySlot: input.privateKeySlot,
    snSource: input.snSource,
    serialNumberLocation: input.serialNumberLocation ?? noDeviceLocation,
    issueDateFormat: dateFormat.RFC5280_UTC,
    expireDateFormat: dateFormat.RFC5280_GEN,
    tbsLocation: place('tbs'),
    expireYears: input.expireYears,
    publicKeyLocation: input.publicKeyLocation,
    compressedLocation: dataLocation(input.compressedSlot, 0, 72),
    standardElements: {
      publicKey: place('publicKey'),
      signature: { offset: signature.offset, count: input.signatureCount },
      issueDate: place('issueDate'),
      expireDate: place('expireDate'),
      signerId: place('signerId'),
      serialNumber: place('serialNumber'),
      authorityKeyId: place('authorityKeyId'),
      subjectKeyId: place('subjectKeyId'),
    },
    customElements: (input.elements ?? []).map(({ mark: name, ...element }) => ({
      ...element,
      certificateLocation: place(name),
    })),
    template: certificate.bytes,
  };
}

/** Bytes of a data slot. */
export function dataLocation(slot: number, offset: number, count: number): DeviceLocation {
  return { zone: deviceZone.DATA, slot, isGenkey: false, offset, count };
}

/** The public key that GenKey answers for a slot. */
export function genkeyLocation(slot: number): DeviceLocation {
  return { zone: deviceZone.DATA, slot, isGenkey: true, offset: 0, count: 64 };
}
