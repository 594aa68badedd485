import { sha256 } from '@noble/hashes/sha2.js';
import { concat, fromHex, utf8 } from '../base/bytes.ts';
import type { Result } from '../base/result.ts';
import { Secret } from '../base/secret.ts';
import type { DefinitionPair } from './certinfo.ts';
import type { CertificateDate } from './dates.ts';
import { type CertificateDefinition, deviceZone, isPresent, serialSource, transform } from './definition.ts';
import type { CertificateFault } from './faults.ts';
import { finishCertificate, prepareCertificate, repeatsStandardElement } from './issue.ts';
import type { LocationContent } from './locations.ts';
import { publicKeyOf, signDigest } from './p256.ts';
import { isStoredSource } from './serial-number.ts';

/** The chip's serial number in samples. */
const sampleDeviceSn: Uint8Array = fromHex('01234038D92CA571EE');

/** The signer's id in samples. */
const sampleSignerId: Uint8Array = fromHex('C48B');

/** Whose certificate a sample is and who signs it, as names of sample keys; the signer's id. */
export interface SampleRoles {
  readonly subject: string;
  readonly authority: string;
  /** Two bytes. */
  readonly signerId: Uint8Array;
}

/**
 * A certificate as the definition will make them, for the preview: made-up chip, key, signer and serial number, a real
 * signature. The same definition and date give the same bytes. The keys are public knowledge and prove nothing.
 */
export function sampleCertificate(
  definition: CertificateDefinition,
  asked: CertificateDate,
  roles: SampleRoles = { subject: 'subject', authority: 'authority', signerId: sampleSignerId },
): Result<Uint8Array, CertificateFault> {
  const caKey = sampleKey(roles.authority);
  const subjectKey = sampleKey(roles.subject);
  const prepared = prepareCertificate({
    definition,
    publicKey: publicKeyOf(subjectKey),
    caPublicKey: publicKeyOf(caKey),
    asked,
    signerId: roles.signerId,
    configZone: sampleConfigZone(),
    contents: sampleContents(definition),
    ...(isStoredSource(definition.snSource) ? { storedSerialNumber: sampleSerialNumber(definition) } : {}),
  });
  if (!prepared.ok) return prepared;
  const finished = finishCertificate(prepared.value, signDigest(caKey, prepared.value.digest));
  return finished.ok ? { ok: true, value: finished.value.certificate } : finished;
}

/** Both certificates of a pair, the device's under the signer's: they verify up to the key of `sampleRootKey`. */
export function samplePair(
  definitions: DefinitionPair,
  asked: CertificateDate,
  signerId: Uint8Array,
): Result<{ readonly signer: Uint8Array; readonly device: Uint8Array }, CertificateFault> {
  const signer = sampleCertificate(definitions.signer, asked, { subject: 'signer', authority: 'root', signerId });
  if (!signer.ok) return signer;
  const device = sampleCertificate(definitions.device, asked, { subject: 'device', authority: 'signer', signerId });
  return device.ok ? { ok: true, value: { signer: signer.value, device: device.value } } : device;
}

/** The key that signs the signers of `samplePair`; everybody knows it. */
export function sampleRootKey(): Secret {
  return sampleKey('root');
}

function sampleKey(role: string): Secret {
  return new Secret(sha256(utf8(`Signet sample ${role}`)));
}

function sampleConfigZone(): Uint8Array {
  return concat(sampleDeviceSn.subarray(0, 4), [0, 0, 0x50, 0], sampleDeviceSn.subarray(4), new Uint8Array(115));
}

function sampleSerialNumber(definition: CertificateDefinition): Uint8Array {
  const { count } = definition.standardElements.serialNumber;
  const length = definition.snSource === serialSource.STORED_DYNAMIC ? count - 1 : count;
  const serial = Uint8Array.from({ length: Math.max(length, 1) }, (_, index) => index);
  serial[0] = 0x5a;
  return serial;
}

/** Something for every element outside the configuration zone: digits, which are also valid where hex text is expected. */
function sampleContents(definition: CertificateDefinition): readonly LocationContent[] {
  return definition.customElements
    .filter((element) => !repeatsStandardElement(definition, element))
    .filter(({ deviceLocation }) => isPresent(deviceLocation) && deviceLocation.zone !== deviceZone.CONFIG)
    .map(({ deviceLocation, transforms }) => {
      const spaced = transforms[0] === transform.HEX2BIN_SPACE_UC || transforms[0] === transform.HEX2BIN_SPACE_LC;
      const character = (index: number): number => (spaced && index % 3 === 2 ? 0x20 : 0x30 + (index % 10));
      const bytes = Uint8Array.from({ length: deviceLocation.count }, (_, index) => character(index));
      return { location: deviceLocation, bytes };
    });
}
