import { fail, ok, type Result } from '../../base/result.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  nameText,
  organizationAndCommonName,
  subjectKeyIdentifier,
} from '../assemble.ts';
import type { DefinitionPair } from '../certinfo.ts';
import { type CertificateDefinition, serialSource } from '../definition.ts';
import type { DerPiece } from '../der.ts';
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
import { faultOfNames, faultOfParameters, faultOfText, type NameFault, type ProfileParameters } from './parameters.ts';

/**
 * A certificate layout as somebody puts it together in a form. Issuer, version, algorithm and dates (UTCTime to GeneralizedTime) are
 * those of every profile (signer-and-server.md 3); what the chip keeps of it is the compressed format (compressed-certificates.md 5).
 */
export interface CertificateTemplate {
  /** '' = none; else 1..64 characters (RFC 5280, ub-organizational-unit-name), in the subjects of signer and device. */
  readonly organizationalUnit: string;
  /** The device's common name as typed, or the chip's serial number in hex and a space before it (as TNG has it). */
  readonly deviceName: 'fixed' | 'chip-serial';
  /** Sources 10, 11, 8 and 0 of the serial number (compressed-certificates.md 3). */
  readonly deviceSerial: 'key-hash' | 'chip-hash' | 'chip' | 'stored';
  /** The signer's id as a serial number is not among them: a root may give the same one twice. */
  readonly signerSerial: 'key-hash' | 'stored';
  /** Empty = no extension (RFC 5280, 4.2.1.3). */
  readonly deviceKeyUsage: readonly ('digitalSignature' | 'keyAgreement')[];
  /** Purposes as dotted object identifiers; empty = no extension (4.2.1.12). */
  readonly deviceExtendedKeyUsage: readonly string[];
  /** cA = FALSE, critical (4.2.1.9). */
  readonly deviceBasicConstraints: boolean;
  /** 4.2.1.2 */
  readonly deviceSubjectKeyId: boolean;
  /** 4.2.1.1 */
  readonly deviceAuthorityKeyId: boolean;
  /** Whether the signer may also sign lists of revoked certificates. */
  readonly signerCrlSign: boolean;
}

/** Names and numbers that a template is filled with; the sources of serial numbers are the template's own. */
export type TemplateParameters = Omit<ProfileParameters, 'signerSnSource' | 'deviceSnSource'>;

/** Why a template and its parameters make no definitions. */
export type TemplateFault =
  | ({ readonly kind: 'name' } & NameFault)
  | { readonly kind: 'unit-length'; readonly characters: number }
  | { readonly kind: 'unit-text'; readonly why: 'control-character' | 'not-well-formed' }
  /** With the chip's serial number before it the common name has more than 64 characters (RFC 5280, ub-common-name). */
  | { readonly kind: 'device-name-length'; readonly characters: number; readonly maximum: number }
  | { readonly kind: 'purpose'; readonly found: string }
  | { readonly kind: 'purpose-twice'; readonly found: string }
  /** Anything else, in one sentence. */
  | { readonly kind: 'number'; readonly sentence: string };

const { STORED, DEVICE_SN, DEVICE_SN_HASH, PUB_KEY_HASH } = serialSource;
const deviceSources = {
  'key-hash': PUB_KEY_HASH,
  'chip-hash': DEVICE_SN_HASH,
  chip: DEVICE_SN,
  stored: STORED,
} as const;
const signerSources = { 'key-hash': PUB_KEY_HASH, stored: STORED } as const;

/** The parameters with the template's sources of serial numbers, as a record of a module keeps them. */
export function templateParameters(template: CertificateTemplate, parameters: TemplateParameters): ProfileParameters {
  return {
    ...parameters,
    signerSnSource: signerSources[template.signerSerial],
    deviceSnSource: deviceSources[template.deviceSerial],
  };
}

/** The pair of definitions of a template. The same template and parameters give the same bytes. */
export function templateDefinitions(
  template: CertificateTemplate,
  parameters: TemplateParameters,
): Result<DefinitionPair, TemplateFault> {
  const all = templateParameters(template, parameters);
  const fault = faultOfTemplate(template, all);
  if (fault !== undefined) return fail(fault);
  return ok({ signer: signerOf(template, all), device: deviceOf(template, all) });
}

function faultOfTemplate(template: CertificateTemplate, parameters: ProfileParameters): TemplateFault | undefined {
  const name = faultOfNames(parameters);
  if (name !== undefined) return { kind: 'name', ...name };
  const sentence = faultOfParameters(parameters);
  if (sentence !== undefined) return { kind: 'number', sentence };
  const unit = [...template.organizationalUnit].length;
  if (unit > longestAttribute) return { kind: 'unit-length', characters: unit };
  const text = faultOfText(template.organizationalUnit);
  if (text !== undefined) return { kind: 'unit-text', why: text };
  const characters = [...parameters.deviceCommonName].length;
  const maximum = longestAttribute - chipSerialCharacters;
  if (template.deviceName === 'chip-serial' && characters > maximum)
    return { kind: 'device-name-length', characters, maximum };
  const purposes = template.deviceExtendedKeyUsage;
  const wrong = purposes.find((purpose) => !isObjectIdentifier(purpose));
  if (wrong !== undefined) return { kind: 'purpose', found: wrong };
  const twice = purposes.find((purpose, index) => purposes.indexOf(purpose) !== index);
  return twice === undefined ? undefined : { kind: 'purpose-twice', found: twice };
}

/**
 * Whether a text is an object identifier in dotted numbers: 0..2, then 0..39 below 0 and 1 (X.660), every number in its shortest form and at most
 * 2^32 − 1, at most 128 of them (the limits of RFC 2578, 3.5, which every library keeps).
 */
export function isObjectIdentifier(text: string): boolean {
  const arcs = text.split('.');
  if (arcs.length < 2 || arcs.length > 128) return false;
  if (!arcs.every((arc) => /^(?:0|[1-9]\d{0,9})$/.test(arc) && Number(arc) <= 0xffff_ffff)) return false;
  const [first = 3, second = 0] = arcs.map(Number);
  return first < 2 ? second < 40 : first === 2 && second <= 0xffff_ffff - 80;
}

function signerName(template: CertificateTemplate, parameters: ProfileParameters): DerPiece {
  const commonName = signerCommonName(parameters.signerCommonNamePrefix);
  return organizationAndCommonName(parameters.organization, commonName, template.organizationalUnit);
}

function signerOf(template: CertificateTemplate, parameters: ProfileParameters): CertificateDefinition {
  const { organization, rootCommonName, signerSnSource } = parameters;
  return definitionFrom({
    parts: {
      serialNumber: serialPiece(signerSnSource, filler.signerSerial, []),
      // The root's name as roots are made: organisation and common name.
      issuer: organizationAndCommonName(organization, nameText(rootCommonName)),
      ...validity(filler.signerNotBefore),
      subject: signerName(template, parameters),
      publicKey: filler.signerPublicKey,
      extensions: [
        basicConstraints(true, 0),
        // digitalSignature and keyCertSign, and where it is wished cRLSign.
        template.signerCrlSign ? keyUsage(0x86, 1) : keyUsage(0x84, 2),
        subjectKeyIdentifier(filler.signerKeyId),
        authorityKeyIdentifier(filler.rootKeyId),
      ],
    },
    signature: filler.signerSignature,
    templateId: parameters.signerTemplateId,
    chainId: parameters.chainId,
    privateKeySlot: 0,
    snSource: signerSnSource,
    ...(signerSnSource === STORED ? { serialNumberLocation: dataLocation(14, 0, 16) } : {}),
    expireYears: parameters.signerExpireYears,
    publicKeyLocation: dataLocation(11, 0, 72),
    compressedSlot: 12,
    signatureCount: 74,
  });
}

function deviceOf(template: CertificateTemplate, parameters: ProfileParameters): CertificateDefinition {
  const { organization, deviceCommonName, devicePrivateKeySlot, deviceSnSource } = parameters;
  const withChip = template.deviceName === 'chip-serial';
  const name = withChip ? chipSerialName(deviceCommonName) : nameText(deviceCommonName);
  return definitionFrom({
    parts: {
      serialNumber: serialPiece(deviceSnSource, filler.deviceSerial, []),
      issuer: signerName(template, parameters),
      ...validity(filler.deviceNotBefore),
      subject: organizationAndCommonName(organization, name, template.organizationalUnit),
      publicKey: filler.devicePublicKey,
      extensions: deviceExtensions(template),
    },
    signature: filler.deviceSignature,
    templateId: parameters.deviceTemplateId,
    chainId: parameters.chainId,
    privateKeySlot: devicePrivateKeySlot,
    snSource: deviceSnSource,
    ...(deviceSnSource === STORED ? { serialNumberLocation: dataLocation(14, 32, 16) } : {}),
    expireYears: parameters.deviceExpireYears,
    publicKeyLocation: genkeyLocation(devicePrivateKeySlot),
    compressedSlot: 10,
    signatureCount: 74,
    ...(withChip ? { elements: chipSerialElements } : {}),
  });
}

function deviceExtensions(template: CertificateTemplate): readonly DerPiece[] {
  const { deviceKeyUsage, deviceExtendedKeyUsage } = template;
  return [
    ...(template.deviceBasicConstraints ? [basicConstraints(false)] : []),
    ...(deviceKeyUsage.length === 0 ? [] : [deviceUsage(deviceKeyUsage)]),
    ...(deviceExtendedKeyUsage.length === 0 ? [] : [extendedKeyUsage(deviceExtendedKeyUsage)]),
    ...(template.deviceSubjectKeyId ? [subjectKeyIdentifier(filler.deviceKeyId)] : []),
    ...(template.deviceAuthorityKeyId ? [authorityKeyIdentifier(filler.signerKeyId)] : []),
  ];
}

/** Bit 0 is digitalSignature, bit 4 keyAgreement; zeros at the end are no part of the bits (X.690, 11.2.2). */
function deviceUsage(usages: CertificateTemplate['deviceKeyUsage']): DerPiece {
  const agreement = usages.includes('keyAgreement');
  return keyUsage((usages.includes('digitalSignature') ? 0x80 : 0) | (agreement ? 0x08 : 0), agreement ? 3 : 7);
}
