import { equalBytes } from '../../base/bytes.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  keyUsage,
  nameText,
  organizationAndCommonName,
  subjectKeyIdentifier,
} from '../assemble.ts';
import { definitionDigest } from '../canonical.ts';
import type { DefinitionPair } from '../certinfo.ts';
import { type CertificateDefinition, noDeviceLocation, serialSource, transform } from '../definition.ts';
import { type DerPiece, mark } from '../der.ts';
import {
  chipSerialCharacters,
  chipSerialElements,
  chipSerialName,
  dataLocation,
  definitionFrom,
  filler,
  genkeyLocation,
  longestAttribute,
  serialPiece,
  signerCommonName,
  validity,
} from './layout.ts';
import { faultOfParameters, type ProfileName, type ProfileParameters, profileNames } from './parameters.ts';

export {
  faultOfNames,
  type NameFault,
  type ProfileName,
  type ProfileParameters,
  profileNames,
} from './parameters.ts';
export {
  type CertificateTemplate,
  isObjectIdentifier,
  type TemplateFault,
  type TemplateParameters,
  templateDefinitions,
  templateParameters,
} from './template.ts';

/** One layout: how it makes its two definitions and which serial number sources it knows. */
interface Profile {
  readonly signerSources: readonly number[];
  readonly deviceSources: readonly number[];
  readonly defaults: ProfileParameters;
  /** What is wrong with parameters beyond the common rules. */
  fault(parameters: ProfileParameters): string | undefined;
  signer(parameters: ProfileParameters): CertificateDefinition;
  device(parameters: ProfileParameters): CertificateDefinition;
}

const { PUB_KEY_HASH, DEVICE_SN_HASH, DEVICE_SN, SIGNER_ID, STORED } = serialSource;
const digitalSignatureAndCertSign = keyUsage(0x84, 2);
const digitalSignatureCertAndCrlSign = keyUsage(0x86, 1);
const digitalSignatureAndAgreement = keyUsage(0x88, 3);

/** Names as every layout has them; the two that must agree byte for byte come from one place. */
function names(parameters: ProfileParameters): { root: DerPiece; signer: DerPiece; device: DerPiece } {
  const { organization } = parameters;
  const signerName = signerCommonName(parameters.signerCommonNamePrefix);
  return {
    root: organizationAndCommonName(organization, nameText(parameters.rootCommonName)),
    signer: organizationAndCommonName(organization, signerName),
    device: organizationAndCommonName(organization, nameText(parameters.deviceCommonName)),
  };
}

/** The example of the 2015 tool chain (signer-and-server.md 3.1): 17-byte serial numbers that end in the template id. */
const atmel2015: Profile = {
  signerSources: [PUB_KEY_HASH, DEVICE_SN_HASH, DEVICE_SN, SIGNER_ID],
  deviceSources: [PUB_KEY_HASH, DEVICE_SN_HASH, DEVICE_SN],
  defaults: {
    organization: 'Example Organization',
    rootCommonName: 'Example ATECC508A Root CA',
    signerCommonNamePrefix: 'Example ATECC508A Signer',
    deviceCommonName: 'Example ATECC508A Device',
    chainId: 0,
    signerTemplateId: 1,
    deviceTemplateId: 2,
    signerSnSource: PUB_KEY_HASH,
    deviceSnSource: PUB_KEY_HASH,
    signerExpireYears: 0,
    deviceExpireYears: 0,
    devicePrivateKeySlot: 0,
  },
  fault: () => undefined,
  signer: (parameters) =>
    definitionFrom({
      parts: {
        serialNumber: serialPiece(parameters.signerSnSource, filler.signerSerial, [parameters.signerTemplateId]),
        issuer: names(parameters).root,
        ...validity(filler.signerNotBefore),
        subject: names(parameters).signer,
        publicKey: filler.signerPublicKey,
        extensions: [
          basicConstraints(true, 0),
          digitalSignatureAndCertSign,
          subjectKeyIdentifier(filler.signerKeyId),
          authorityKeyIdentifier(filler.rootKeyId),
        ],
      },
      signature: filler.signerSignature,
      templateId: parameters.signerTemplateId,
      chainId: parameters.chainId,
      privateKeySlot: 0,
      snSource: parameters.signerSnSource,
      expireYears: parameters.signerExpireYears,
      publicKeyLocation: dataLocation(11, 0, 72),
      compressedSlot: 12,
      signatureCount: 74,
    }),
  device: (parameters) =>
    definitionFrom({
      parts: {
        serialNumber: serialPiece(parameters.deviceSnSource, filler.deviceSerial, [parameters.deviceTemplateId]),
        issuer: names(parameters).signer,
        ...validity(filler.deviceNotBefore),
        subject: names(parameters).device,
        publicKey: filler.devicePublicKey,
        extensions: [authorityKeyIdentifier(filler.signerKeyId)],
      },
      signature: filler.deviceSignature,
      templateId: parameters.deviceTemplateId,
      chainId: parameters.chainId,
      privateKeySlot: parameters.devicePrivateKeySlot,
      snSource: parameters.deviceSnSource,
      expireYears: parameters.deviceExpireYears,
      publicKeyLocation: genkeyLocation(parameters.devicePrivateKeySlot),
      compressedSlot: 10,
      signatureCount: 74,
    }),
};

/** In the manner of Zero Touch 2017: 16-byte serial numbers drawn at random by the issuer and kept in slot 14. */
const zeroTouch: Profile = {
  signerSources: [STORED],
  deviceSources: [STORED],
  defaults: {
    ...atmel2015.defaults,
    signerSnSource: STORED,
    deviceSnSource: STORED,
    signerExpireYears: 10,
    deviceExpireYears: 10,
  },
  fault: () => undefined,
  signer: (parameters) =>
    definitionFrom({
      parts: {
        serialNumber: serialPiece(STORED, filler.signerSerial, []),
        issuer: names(parameters).root,
        ...validity(filler.signerNotBefore),
        subject: names(parameters).signer,
        publicKey: filler.signerPublicKey,
        extensions: [
          basicConstraints(true, 0),
          digitalSignatureCertAndCrlSign,
          subjectKeyIdentifier(filler.signerKeyId),
          authorityKeyIdentifier(filler.rootKeyId),
        ],
      },
      signature: filler.signerSignature,
      templateId: parameters.signerTemplateId,
      chainId: parameters.chainId,
      privateKeySlot: 0,
      snSource: STORED,
      serialNumberLocation: dataLocation(14, 0, 16),
      expireYears: parameters.signerExpireYears,
      publicKeyLocation: dataLocation(11, 0, 72),
      compressedSlot: 12,
      signatureCount: 74,
    }),
  device: (parameters) =>
    definitionFrom({
      parts: {
        serialNumber: serialPiece(STORED, filler.deviceSerial, []),
        issuer: names(parameters).signer,
        ...validity(filler.deviceNotBefore),
        subject: names(parameters).device,
        publicKey: filler.devicePublicKey,
        extensions: [subjectKeyIdentifier(filler.deviceKeyId), authorityKeyIdentifier(filler.signerKeyId)],
      },
      signature: filler.deviceSignature,
      templateId: parameters.deviceTemplateId,
      chainId: parameters.chainId,
      privateKeySlot: parameters.devicePrivateKeySlot,
      snSource: STORED,
      serialNumberLocation: dataLocation(14, 32, 16),
      expireYears: parameters.deviceExpireYears,
      publicKeyLocation: genkeyLocation(parameters.devicePrivateKeySlot),
      compressedSlot: 10,
      signatureCount: 74,
    }),
};

/** In the manner of TNG (compressed-certificates.md 10): 16-byte serial numbers, the chip's serial number in the name. */
const tng: Profile = {
  signerSources: [PUB_KEY_HASH],
  deviceSources: [PUB_KEY_HASH],
  defaults: { ...atmel2015.defaults, deviceCommonName: 'ATECC', signerExpireYears: 31, deviceExpireYears: 28 },
  fault: ({ deviceCommonName }) =>
    [...deviceCommonName].length > longestAttribute - chipSerialCharacters
      ? 'the device common name has at most 45 characters in this profile'
      : undefined,
  signer: (parameters) =>
    definitionFrom({
      parts: {
        serialNumber: serialPiece(PUB_KEY_HASH, filler.signerSerial, []),
        issuer: names(parameters).root,
        ...validity(filler.signerNotBefore),
        subject: mark('subject', names(parameters).signer),
        publicKey: filler.signerPublicKey,
        extensions: [
          digitalSignatureCertAndCrlSign,
          basicConstraints(true, 0),
          subjectKeyIdentifier(filler.signerKeyId),
          authorityKeyIdentifier(filler.rootKeyId),
        ],
      },
      signature: filler.signerSignature,
      templateId: parameters.signerTemplateId,
      chainId: parameters.chainId,
      privateKeySlot: 0,
      snSource: PUB_KEY_HASH,
      expireYears: parameters.signerExpireYears,
      publicKeyLocation: dataLocation(11, 0, 72),
      compressedSlot: 12,
      signatureCount: 64,
      elements: [
        {
          id: 'subject',
          deviceLocation: noDeviceLocation,
          transforms: [transform.NONE, transform.NONE],
          mark: 'subject',
        },
      ],
    }),
  device: (parameters) =>
    definitionFrom({
      parts: {
        serialNumber: serialPiece(PUB_KEY_HASH, filler.deviceSerial, []),
        issuer: names(parameters).signer,
        ...validity(filler.deviceNotBefore),
        subject: organizationAndCommonName(parameters.organization, chipSerialName(parameters.deviceCommonName)),
        publicKey: filler.devicePublicKey,
        extensions: [
          basicConstraints(false),
          digitalSignatureAndAgreement,
          subjectKeyIdentifier(filler.deviceKeyId),
          authorityKeyIdentifier(filler.signerKeyId),
        ],
      },
      signature: filler.deviceSignature,
      templateId: parameters.deviceTemplateId,
      chainId: parameters.chainId,
      privateKeySlot: parameters.devicePrivateKeySlot,
      snSource: PUB_KEY_HASH,
      expireYears: parameters.deviceExpireYears,
      publicKeyLocation: genkeyLocation(parameters.devicePrivateKeySlot),
      compressedSlot: 10,
      signatureCount: 64,
      elements: chipSerialElements,
    }),
};

const profiles: Readonly<Record<ProfileName, Profile>> = { 'atmel-2015': atmel2015, 'zero-touch': zeroTouch, tng };

/** Parameters to begin with. */
export function profileDefaults(name: ProfileName): ProfileParameters {
  return profiles[name].defaults;
}

/** The pair of definitions of a profile; the failure says in one sentence which parameter does not fit. */
export function profileDefinitions(name: ProfileName, parameters: ProfileParameters): Result<DefinitionPair, string> {
  const profile = profiles[name];
  const fault = faultOfParameters(parameters) ?? profile.fault(parameters);
  if (fault !== undefined) return fail(fault);
  if (!profile.signerSources.includes(parameters.signerSnSource)) {
    return fail(`signers of this profile do not know serial number source ${parameters.signerSnSource}`);
  }
  if (!profile.deviceSources.includes(parameters.deviceSnSource)) {
    return fail(`devices of this profile do not know serial number source ${parameters.deviceSnSource}`);
  }
  return ok({ signer: profile.signer(parameters), device: profile.device(parameters) });
}

/** The digests that a record keeps of its definitions (tags 0F and 10). */
export interface DefinitionDigests {
  readonly signer: Uint8Array;
  readonly device: Uint8Array;
}

/**
 * The standard definitions of a signer definition record: the profile whose definitions, made from the record's
 * parameters, have the record's digests. Undefined when none has: then the definitions are custom and must be found on
 * the host by their digests (signer-and-server.md 6.3).
 */
export function regenerateDefinitions(
  parameters: ProfileParameters,
  digests: DefinitionDigests,
): { readonly profile: ProfileName; readonly definitions: DefinitionPair } | undefined {
  for (const profile of profileNames) {
    const definitions = profileDefinitions(profile, parameters);
    if (!definitions.ok) continue;
    const { signer, device } = definitions.value;
    if (hasDigest(signer, digests.signer) && hasDigest(device, digests.device)) {
      return { profile, definitions: definitions.value };
    }
  }
  return undefined;
}

function hasDigest(definition: CertificateDefinition, digest: Uint8Array): boolean {
  const own = definitionDigest(definition);
  return own.ok && equalBytes(own.value, digest);
}
