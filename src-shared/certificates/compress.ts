import { concat } from '../base/bytes.ts';
import type { Result } from '../base/result.ts';
import { chooseFormatVersion, encodeCompressed } from './compressed.ts';
import { type CertificateDate, compareDates, maximumDate } from './dates.ts';
import {
  type CertificateDefinition,
  type CertificateLocation,
  certificateType,
  type DeviceLocation,
  deviceZone,
  isGenkeyLocation,
  isPresent,
  serialSource,
} from './definition.ts';
import { attempt, type CertificateFault, orRefuse, refuse } from './faults.ts';
import { CertificateImage } from './image.ts';
import { blockLength, isSameMemory, locationsToRead } from './locations.ts';
import { padPublicKey } from './public-key.ts';
import { undoTransforms } from './transforms.ts';

/** Whether the years between issue and expiry may differ from the definition's. */
export interface CompressOptions {
  /** False: a certificate with other years is refused ('wrong-definition'). Default true, as in the reference library. */
  readonly otherExpireYears?: boolean;
}

/** The 72 bytes from which a host rebuilds `certificate` (compressed-certificates.md 7, last step). */
export function compressCertificate(
  definition: CertificateDefinition,
  certificate: Uint8Array,
  options: CompressOptions = {},
): Result<Uint8Array, CertificateFault> {
  return attempt(() => compress(new CertificateImage(definition, certificate), options.otherExpireYears ?? true));
}

/** One block to be written into a chip before or after the data lock: 32 bytes at a multiple of 32. */
export interface WriteItem {
  readonly zone: number;
  readonly slot: number;
  /** Bytes from the start of the slot. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A certificate with the definition by which it is stored. */
export interface StoredCertificate {
  readonly definition: CertificateDefinition;
  /** DER. */
  readonly certificate: Uint8Array;
}

/**
 * What must be written so that the chip holds these certificates: compressed certificates, public keys of other
 * owners (padded where the location has 72 bytes), stored serial numbers and custom elements, each in whole 32-byte
 * blocks in the order of `locationsToRead`; bytes of a block that belong to nothing are zero. Several certificates
 * that share a block are laid into it together; two that want different bytes in one place are refused.
 * What only the chip itself can hold (private key, configuration zone) is left out.
 */
export function writeItems(stored: readonly StoredCertificate[]): Result<readonly WriteItem[], CertificateFault> {
  return attempt(() => {
    const memory = new BlockMemory();
    for (const { definition, certificate } of stored) {
      for (const location of locationsToRead(definition)) {
        if (isWritable(location)) memory.touch(location);
      }
      for (const { location, bytes } of storedParts(definition, certificate)) memory.put(location, bytes);
    }
    return memory.items;
  });
}

function compress(image: CertificateImage, otherExpireYears: boolean): Uint8Array {
  const { definition } = image;
  const elements = definition.standardElements;
  const signature = image.signature;
  const hasIssue = elements.issueDate.count > 0;
  const issue: CertificateDate = hasIssue
    ? image.issueDate
    : { year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  const expireYears = yearsOf(image, hasIssue ? issue : undefined, otherExpireYears);
  return orRefuse(
    encodeCompressed({
      signature,
      issue,
      expireYears,
      signerId: elements.signerId.count > 0 ? image.signerId : new Uint8Array(2),
      templateId: definition.templateId,
      chainId: definition.chainId,
      snSource: definition.snSource,
      formatVersion: chooseFormatVersion(issue.year, expireYears),
      reserved: 0,
    }),
  );
}

/** Years between issue and expiry; the definition's where the certificate does not say or they are no whole years. */
function yearsOf(image: CertificateImage, issue: CertificateDate | undefined, others: boolean): number {
  const { definition } = image;
  if (definition.standardElements.expireDate.count === 0) return definition.expireYears;
  const expire = image.expireDate;
  let years = definition.expireYears;
  if (compareDates(expire, maximumDate(definition.expireDateFormat)) === 0) {
    years = 0;
  } else if (issue !== undefined && compareDates({ ...issue, year: 0 }, { ...expire, year: 0 }) === 0) {
    if (issue.year > expire.year) refuse('bad-certificate', 'the certificate expires before it was issued');
    if (expire.year - issue.year <= 127) years = expire.year - issue.year;
  }
  if (years !== definition.expireYears && !others) {
    refuse('wrong-definition', `the certificate lasts ${years} years, the definition says ${definition.expireYears}`);
  }
  return years;
}

function isWritable(location: DeviceLocation): boolean {
  const writableZone = location.zone === deviceZone.DATA || location.zone === deviceZone.OTP;
  return isPresent(location) && writableZone && !isGenkeyLocation(location);
}

interface StoredPart {
  readonly location: DeviceLocation;
  readonly bytes: Uint8Array;
}

/** The bytes that belong at each writable location of a definition. */
function storedParts(definition: CertificateDefinition, certificate: Uint8Array): readonly StoredPart[] {
  const parts: StoredPart[] = [];
  const add = (location: DeviceLocation, make: () => Uint8Array): void => {
    if (!isWritable(location)) return;
    const bytes = make();
    if (bytes.length > location.count)
      refuse('element-size', `${bytes.length} bytes for ${location.count} in the chip`);
    parts.push({ location, bytes });
  };
  if (definition.type === certificateType.X509_FULL_STORED) {
    add(definition.compressedLocation, () => certificate);
    return parts;
  }
  const image = new CertificateImage(definition, certificate);
  add(definition.compressedLocation, () => compress(image, true));
  add(definition.serialNumberLocation, () =>
    definition.snSource === serialSource.STORED_DYNAMIC
      ? concat([image.serialNumber.length], image.serialNumber)
      : image.serialNumber,
  );
  add(definition.publicKeyLocation, () =>
    definition.publicKeyLocation.count === 72 ? padPublicKey(image.publicKey) : image.publicKey,
  );
  for (const element of definition.customElements) {
    add(element.deviceLocation, () => storedElement(image, element.certificateLocation, element.transforms));
  }
  return parts;
}

function storedElement(
  image: CertificateImage,
  location: CertificateLocation,
  transforms: readonly [number, number],
): Uint8Array {
  return orRefuse(undoTransforms(transforms, image.element(location)));
}

/** Blocks that are to be written, with the knowledge which of their bytes belong to something. */
class BlockMemory {
  readonly #blocks: { readonly at: DeviceLocation; readonly bytes: Uint8Array; readonly owned: boolean[] }[] = [];

  get items(): readonly WriteItem[] {
    return this.#blocks.map(({ at, bytes }) => ({ zone: at.zone, slot: at.slot, offset: at.offset, bytes }));
  }

  /** Makes sure that every block of a location is there, in ascending order. */
  touch(location: DeviceLocation): void {
    const end = location.offset + location.count;
    for (let offset = location.offset - (location.offset % blockLength); offset < end; offset += blockLength) {
      this.#block(location, offset);
    }
  }

  put(location: DeviceLocation, bytes: Uint8Array): void {
    bytes.forEach((byte, index) => {
      const at = location.offset + index;
      const block = this.#block(location, at - (at % blockLength));
      const position = at % blockLength;
      if (block.owned[position] === true && block.bytes[position] !== byte) {
        refuse('wrong-definition', `two certificates want different bytes in slot ${location.slot} at ${at}`);
      }
      block.bytes[position] = byte;
      block.owned[position] = true;
    });
  }

  #block(location: DeviceLocation, offset: number): { bytes: Uint8Array; owned: boolean[] } {
    const found = this.#blocks.find((block) => block.at.offset === offset && isSameMemory(block.at, location));
    if (found !== undefined) return found;
    const block = { at: { ...location, offset }, bytes: new Uint8Array(blockLength), owned: [] };
    this.#blocks.push(block);
    return block;
  }
}
