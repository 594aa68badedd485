import type { Result } from '../base/result.ts';
import { type CertificateDefinition, certificateType, type DeviceLocation, isPresent } from './definition.ts';
import { derElementLength } from './der.ts';
import { attempt, type CertificateFault, orRefuse, refuse } from './faults.ts';
import { CertificateImage } from './image.ts';
import { contentOf, deviceSnLocation, deviceSnOfConfig, type LocationContent, locationsToRead } from './locations.ts';
import { unpadPublicKey } from './public-key.ts';
import { generateSerialNumber, isStoredSource } from './serial-number.ts';
import { applyTransforms } from './transforms.ts';

/** Reads one location of a chip; F is what may go wrong on the way to it. */
export type LocationReader<F> = (location: DeviceLocation) => Promise<Result<Uint8Array, F>>;

/**
 * The certificate of a chip, DER, from what was read at `locationsToRead(definition)` (compressed-certificates.md 6).
 * `caPublicKey` is the issuer's X‖Y (root for the signer's certificate, signer key for the device's); undefined leaves
 * the authority key id of the template. A definition of a fully stored certificate yields the stored DER.
 */
export function rebuildCertificate(
  definition: CertificateDefinition,
  caPublicKey: Uint8Array | undefined,
  contents: readonly LocationContent[],
): Result<Uint8Array, CertificateFault> {
  return attempt(() => {
    if (definition.type === certificateType.X509_FULL_STORED) return fullyStored(definition, contents);
    const image = new CertificateImage(definition);
    if (caPublicKey !== undefined) image.setAuthority(caPublicKey);
    let compressed: Uint8Array | undefined;
    let deviceSn: Uint8Array | undefined;
    const taken = new Set<DeviceLocation>();
    for (const content of contents) {
      const at = (location: DeviceLocation): Uint8Array | undefined => {
        const bytes = isPresent(location) ? contentOf(location, content) : undefined;
        if (bytes !== undefined) taken.add(location);
        return bytes;
      };
      const storedSerial = at(definition.serialNumberLocation);
      if (storedSerial !== undefined) image.serialNumber = storedSerial;
      const storedKey = at(definition.publicKeyLocation);
      if (storedKey !== undefined) image.publicKey = storedKey.length === 72 ? unpadPublicKey(storedKey) : storedKey;
      const storedCompressed = at(definition.compressedLocation);
      if (storedCompressed !== undefined) {
        image.applyCompressed(storedCompressed);
        compressed = storedCompressed;
      }
      for (const element of definition.customElements) {
        const stored = at(element.deviceLocation);
        if (stored === undefined) continue;
        image.setElement(element.certificateLocation, orRefuse(applyTransforms(element.transforms, stored)));
      }
      const config = at(deviceSnLocation);
      if (config !== undefined) deviceSn = deviceSnOfConfig(config);
    }
    requireAll(definition, taken);
    const { count } = definition.standardElements.serialNumber;
    if (!isStoredSource(definition.snSource) && count > 0) {
      const publicKey = definition.standardElements.publicKey.count > 0 ? image.publicKey : undefined;
      const input = {
        ...(deviceSn === undefined ? {} : { deviceSn }),
        ...(publicKey === undefined ? {} : { publicKey }),
        ...(compressed === undefined ? {} : { compressed }),
      };
      image.serialNumber = orRefuse(generateSerialNumber(definition.snSource, input, count));
    }
    return image.bytes;
  });
}

/** Reads every location of a definition through `read`, one after the other, and rebuilds the certificate. */
export async function rebuildFromReader<F>(
  definition: CertificateDefinition,
  caPublicKey: Uint8Array | undefined,
  read: LocationReader<F>,
): Promise<Result<Uint8Array, CertificateFault | F>> {
  const contents: LocationContent[] = [];
  for (const location of locationsToRead(definition)) {
    const bytes = await read(location);
    if (!bytes.ok) return bytes;
    contents.push({ location, bytes: bytes.value });
  }
  return rebuildCertificate(definition, caPublicKey, contents);
}

function requireAll(definition: CertificateDefinition, taken: ReadonlySet<DeviceLocation>): void {
  const needed: readonly (readonly [string, DeviceLocation])[] = [
    ['the compressed certificate', definition.compressedLocation],
    ['the stored serial number', definition.serialNumberLocation],
    ['the public key', definition.publicKeyLocation],
    ...definition.customElements.map((element) => [`element ${element.id}`, element.deviceLocation] as const),
  ];
  for (const [what, location] of needed) {
    if (isPresent(location) && !taken.has(location)) refuse('parameters', `${what} was not read from the chip`);
  }
}

function fullyStored(definition: CertificateDefinition, contents: readonly LocationContent[]): Uint8Array {
  for (const content of contents) {
    const bytes = contentOf(definition.compressedLocation, content);
    if (bytes === undefined) continue;
    const length = derElementLength(bytes);
    if (bytes[0] !== 0x30 || length === undefined || length > bytes.length)
      refuse('decoding', 'the stored bytes are not a certificate');
    return bytes.slice(0, length);
  }
  return refuse('parameters', 'the stored certificate was not read from the chip');
}
