import { equalBytes, sliceExact, utf8 } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import {
  type CertificateDefinition,
  certificateDate,
  type DefinitionPair,
  definitionDigest,
  finishCertificate,
  type IssuedCertificate,
  isPresent,
  lintDefinition,
  type PreparedCertificate,
  padPublicKey,
  prepareCertificate,
  profileDefinitions,
  serialSource,
} from '../../src-shared/certificates/index.ts';
import { quoted, type Reason, reason } from '../../src-shared/model/reasons.ts';
import { asd1Slots } from './asd1/layout.ts';
import { faultOnModule } from './asd1/module-definition.ts';
import type { KdfParameters } from './asd1/password.ts';
import { type Asd1Record, encodeRecord } from './asd1/record.ts';
import { issuerMatches } from './issuer.ts';
import { positiveSerial } from './root.ts';
import { rootDefinition } from './root-definition.ts';
import type { RootSetUp, SignerSetUp } from './setup-request.ts';
import { namesFault } from './signer-probe.ts';
import { momentOf } from './times.ts';

/** What a stick is to become, worked out before anything is done to it. */
export interface Blueprint {
  readonly record: Asd1Record;
  /** Of the module's own certificate, as devices know it. */
  readonly definition: CertificateDefinition;
  readonly definitions: DefinitionPair;
  readonly label: Uint8Array;
  /** Value of the module's certificate serial number where the definition stores it. */
  readonly storedSerial: Uint8Array | undefined;
  /** Root public key for slot 14; undefined = the module's own (root module). */
  readonly rootPublicKey: Uint8Array | undefined;
  readonly rootCompressedCertificate: Uint8Array | undefined;
}

/** What a blueprint is made from besides the request. */
export interface BlueprintFacts {
  readonly passwords: 0 | 1 | 2;
  readonly kdf: KdfParameters;
  /** 16 bytes */
  readonly salt: Uint8Array;
  readonly now: Date;
  readonly random: (length: number) => Uint8Array;
}

/** Works a request out; the failure is a sentence about the first thing that does not fit. */
export function makeBlueprint(request: SignerSetUp | RootSetUp, facts: BlueprintFacts): Result<Blueprint, Reason> {
  const label = utf8(request.label);
  if (label.length > 72) return fail(reason('set-up-label', { maximum: 72 }));
  const made = request.kind === 'root' ? rootBlueprint(request, facts, label) : signerBlueprint(request, facts, label);
  if (!made.ok) return made;
  try {
    encodeRecord(made.value.record);
  } catch (thrown) {
    if (thrown instanceof RangeError) return fail(quoted(thrown.message));
    throw thrown;
  }
  return made;
}

function signerBlueprint(request: SignerSetUp, facts: BlueprintFacts, label: Uint8Array): Result<Blueprint, Reason> {
  const { parameters, root } = request;
  if (parameters.rootCommonName !== root.facts.commonName) return fail(reason('set-up-root-name'));
  if (!Number.isInteger(request.signerId) || request.signerId < 0 || request.signerId > 0xffff) {
    return fail(reason('set-up-signer-id', { found: request.signerId }));
  }
  const custom = 'custom' in request.definitions;
  const pair =
    'custom' in request.definitions
      ? ok(request.definitions.custom)
      : profileDefinitions(request.definitions.profile, parameters);
  if (!pair.ok) return fail(quoted(pair.failure));
  const { signer, device } = pair.value;
  const fault = faultOfPair(pair.value);
  if (fault !== undefined) return fail(fault);
  const [signerDigest, deviceDigest] = [definitionDigest(signer), definitionDigest(device)];
  if (!signerDigest.ok || !deviceDigest.ok) return fail(reason('set-up-definition-values'));
  const record: Asd1Record = {
    passwordSet: facts.passwords > 0,
    isRoot: false,
    customDefinitions: custom,
    signerName: parameters.signerCommonNamePrefix,
    organisation: parameters.organization,
    rootCommonName: parameters.rootCommonName,
    signerCommonNamePrefix: parameters.signerCommonNamePrefix,
    deviceCommonName: parameters.deviceCommonName,
    signerId: request.signerId,
    chainId: signer.chainId,
    signerTemplateId: signer.templateId,
    deviceTemplateId: device.templateId,
    signerSnSource: signer.snSource,
    deviceSnSource: device.snSource,
    signerExpireYears: signer.expireYears,
    deviceExpireYears: device.expireYears,
    kdf: facts.kdf,
    kdfSalt: facts.salt,
    deviceDefinitionDigest: deviceDigest.value,
    signerDefinitionDigest: signerDigest.value,
    created: Math.floor(facts.now.getTime() / 1000),
    devicePrivateKeySlot: device.privateKeySlot,
    passwordScheme: facts.passwords === 2 ? 'two-persons' : 'one',
  };
  const blueprint: Blueprint = {
    record,
    definition: signer,
    definitions: pair.value,
    label,
    storedSerial: storedSerialFor(signer, facts.random),
    rootPublicKey: root.facts.publicKey,
    rootCompressedCertificate: root.facts.compressedCertificate,
  };
  // The certificate is made once with another key, so that whatever is wrong with it shows before the stick is touched.
  const trial = prepareModuleCertificate(blueprint, root.facts.publicKey);
  if (!trial.ok) return trial;
  if (!issuerMatches(trial.value.tbs, root.facts.certificate)) return fail(reason('set-up-issuer'));
  const names = namesFault({
    record,
    device,
    certificate: trial.value.unsigned,
    publicKey: root.facts.publicKey,
    signerId: signerIdBytes(record),
    notBefore: trial.value.notBefore,
    config: new Uint8Array(128),
  });
  if (names !== undefined) return fail(names);
  if (facts.now < root.facts.notBefore || facts.now > root.facts.notAfter) {
    return fail(reason('set-up-clock'));
  }
  if (momentOf(trial.value.notBefore) < root.facts.notBefore) return fail(reason('set-up-before-root'));
  if (momentOf(trial.value.notAfter) > root.facts.notAfter) return fail(reason('set-up-outlives-root'));
  return ok(blueprint);
}

function rootBlueprint(request: RootSetUp, facts: BlueprintFacts, label: Uint8Array): Result<Blueprint, Reason> {
  if (!Number.isInteger(request.years) || request.years < 0 || request.years > 127) {
    return fail(reason('set-up-years', { found: request.years }));
  }
  for (const name of [request.organization, request.commonName]) {
    if (/\p{Cc}/u.test(name) || !name.isWellFormed()) return fail(reason('set-up-control-character'));
  }
  const snSource = request.serialPolicy === 'random' ? serialSource.STORED : serialSource.PUB_KEY_HASH;
  const created = Math.floor(facts.now.getTime() / 1000);
  const definition = rootDefinition({
    organization: request.organization,
    commonName: request.commonName,
    chainId: request.chainId,
    issueYear: facts.now.getUTCFullYear(),
    expireYears: request.years,
    snSource,
  });
  const digest = definitionDigest(definition);
  if (!digest.ok) return fail(reason('set-up-root-values'));
  const record: Asd1Record = {
    passwordSet: facts.passwords > 0,
    isRoot: true,
    customDefinitions: false,
    signerName: request.commonName,
    organisation: request.organization,
    rootCommonName: request.commonName,
    signerCommonNamePrefix: request.commonName,
    deviceCommonName: request.commonName,
    signerId: 0,
    chainId: request.chainId,
    signerTemplateId: 0,
    deviceTemplateId: 0,
    signerSnSource: snSource,
    deviceSnSource: snSource,
    signerExpireYears: request.years,
    deviceExpireYears: request.years,
    kdf: facts.kdf,
    kdfSalt: facts.salt,
    deviceDefinitionDigest: digest.value,
    signerDefinitionDigest: digest.value,
    created,
    devicePrivateKeySlot: asd1Slots.signingKey,
    passwordScheme: facts.passwords === 2 ? 'two-persons' : 'one',
  };
  return ok({
    record,
    definition,
    definitions: { signer: definition, device: definition },
    label,
    storedSerial: storedSerialFor(definition, facts.random),
    rootPublicKey: undefined,
    rootCompressedCertificate: undefined,
  });
}

/** The first error among the linter's findings, or what else keeps the pair from being used. */
function faultOfPair(pair: DefinitionPair): Reason | undefined {
  const finding = [
    ...lintDefinition(pair.signer, { role: 'signer', hasSerialGenerator: true }),
    ...lintDefinition(pair.device, { role: 'device', hasSerialGenerator: true }),
  ].find(({ severity }) => severity === 'error');
  if (finding !== undefined) return quoted(`${finding.path}: ${finding.sentence}`);
  if (pair.signer.chainId !== pair.device.chainId) return reason('set-up-chain-ids');
  if (pair.signer.templateId === pair.device.templateId) return reason('set-up-template-ids');
  return faultOnModule(pair.signer);
}

function storedSerialFor(
  definition: CertificateDefinition,
  random: (length: number) => Uint8Array,
): Uint8Array | undefined {
  const { count } = definition.serialNumberLocation;
  return isPresent(definition.serialNumberLocation)
    ? positiveSerial(random(storedLength(definition, count)))
    : undefined;
}

/** Source 7 keeps a length byte in front. */
function storedLength(definition: CertificateDefinition, count: number): number {
  return definition.snSource === serialSource.STORED_DYNAMIC ? Math.min(count - 1, 20) : count;
}

/** The module's certificate but for its signature. The moment is the record's, so that it is the same at every resume. */
export function prepareModuleCertificate(
  blueprint: Blueprint,
  publicKey: Uint8Array,
): Result<PreparedCertificate, Reason> {
  const { record, definition, storedSerial } = blueprint;
  const prepared = prepareCertificate({
    definition,
    publicKey,
    caPublicKey: blueprint.rootPublicKey ?? publicKey,
    asked: certificateDate(new Date(record.created * 1000)),
    signerId: signerIdBytes(record),
    ...(storedSerial === undefined ? {} : { storedSerialNumber: storedSerial }),
  });
  return prepared.ok ? prepared : fail(quoted(prepared.failure.reason));
}

function signerIdBytes(record: Asd1Record): Uint8Array {
  return Uint8Array.of(record.signerId >> 8, record.signerId & 0xff);
}

/** The certificate with its signature. */
export function finishModuleCertificate(
  prepared: PreparedCertificate,
  signature: Uint8Array,
): Result<IssuedCertificate, Reason> {
  const finished = finishCertificate(prepared, signature);
  return finished.ok ? finished : fail(quoted(finished.failure.reason));
}

/** Content of the slots that are written before the key is made; keys are lent, their owner wipes them. */
export function contentBeforeKey(
  blueprint: Blueprint,
  k4: Uint8Array,
  k5: Uint8Array,
): ReadonlyMap<number, Uint8Array> {
  const content = new Map<number, Uint8Array>([
    [asd1Slots.passwordKey, k4],
    [asd1Slots.writeKey, k5],
    ...clearContent(blueprint),
  ]);
  if (blueprint.rootPublicKey === undefined) content.delete(asd1Slots.rootPublicKey);
  return content;
}

/** Slots 8, 9, 10, 13, 14 as they must read back; without slot 14 of a root module. */
export function clearContent(blueprint: Blueprint): ReadonlyMap<number, Uint8Array> {
  const content = new Map<number, Uint8Array>([
    [asd1Slots.record, encodeRecord(blueprint.record)],
    [asd1Slots.label, padded(blueprint.label)],
    [asd1Slots.storedSerial, padded(storedContent(blueprint))],
    [asd1Slots.rootCertificate, padded(blueprint.rootCompressedCertificate ?? new Uint8Array(0))],
    [15, new Uint8Array(72)],
  ]);
  if (blueprint.rootPublicKey !== undefined)
    content.set(asd1Slots.rootPublicKey, padPublicKey(blueprint.rootPublicKey));
  return content;
}

/** Slots that hold the new key. */
export function contentOfKey(blueprint: Blueprint, publicKey: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const content = new Map<number, Uint8Array>([[asd1Slots.publicKey, padPublicKey(publicKey)]]);
  if (blueprint.rootPublicKey === undefined) content.set(asd1Slots.rootPublicKey, padPublicKey(publicKey));
  return content;
}

function storedContent(blueprint: Blueprint): Uint8Array {
  const { storedSerial, definition } = blueprint;
  if (storedSerial === undefined) return new Uint8Array(0);
  return definition.snSource === serialSource.STORED_DYNAMIC
    ? Uint8Array.of(storedSerial.length, ...storedSerial)
    : storedSerial;
}

/** The stored serial number as slot 10 of an interrupted set-up has it. */
export function storedSerialOf(definition: CertificateDefinition, slot10: Uint8Array): Uint8Array | undefined {
  if (!isPresent(definition.serialNumberLocation)) return undefined;
  const { count } = definition.serialNumberLocation;
  return definition.snSource === serialSource.STORED_DYNAMIC
    ? sliceExact(slot10, 1, Math.min(slot10[0] ?? 0, count - 1))
    : sliceExact(slot10, 0, count);
}

function padded(bytes: Uint8Array): Uint8Array {
  const slot = new Uint8Array(72);
  slot.set(bytes);
  return slot;
}

/** Why two records are not of the same set-up; undefined when they are. Salt and moment may differ. */
export function recordsDiffer(wanted: Asd1Record, found: Asd1Record): Reason | undefined {
  for (const key of [
    'isRoot',
    'customDefinitions',
    'signerName',
    'organisation',
    'rootCommonName',
    'signerCommonNamePrefix',
    'deviceCommonName',
    'signerId',
    'chainId',
    'signerTemplateId',
    'deviceTemplateId',
    'signerSnSource',
    'deviceSnSource',
    'signerExpireYears',
    'deviceExpireYears',
    'devicePrivateKeySlot',
    'passwordSet',
    'passwordScheme',
  ] as const) {
    if (wanted[key] !== found[key]) return reason('stick-differs', { quote: key, found: String(found[key]) });
  }
  if (found.isRoot) return undefined;
  return equalBytes(wanted.deviceDefinitionDigest, found.deviceDefinitionDigest) &&
    equalBytes(wanted.signerDefinitionDigest, found.signerDefinitionDigest)
    ? undefined
    : reason('stick-other-definitions');
}
