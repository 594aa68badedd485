import { serialNumberOf } from '../../src-shared/atecc/serial.ts';
import { equalBytes, parseUtf8, readU16be, sliceExact, toHex } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import {
  type CertificateDate,
  type CertificateDefinition,
  commonName,
  decodeCertificate,
  decodeCompressed,
  definitionDigest,
  deviceZone,
  isPublicKey,
  isStoredSource,
  type LocationContent,
  locationsToRead,
  padPublicKey,
  prepareCertificate,
  readCertificate,
  rebuildCertificate,
  serialSource,
  unpadPublicKey,
} from '../../src-shared/certificates/index.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import type { ChipIdentity, ChipSession, DeviceFailure } from '../device/index.ts';
import { publicKey as keyInSlot, lockStateOf, readConfig, readSlots } from '../device/index.ts';
import { asd1Image, asd1ProbedBytes, asd1ProbedLocks, asd1Slots } from './asd1/layout.ts';
import { definitionOnModule } from './asd1/module-definition.ts';
import { kdfAccepted } from './asd1/password.ts';
import { type Asd1Record, decodeRecord } from './asd1/record.ts';
import type { DefinitionSource } from './definitions.ts';
import { issuerMatches } from './issuer.ts';
import { rootDefinition } from './root-definition.ts';
import type { SignerIdentity } from './signer-module.ts';
import { momentOf } from './times.ts';
import { verifyP256Message } from './verify.ts';

/** What a probe found. */
export type ProbeOutcome =
  | { readonly kind: 'module'; readonly identity: SignerIdentity; readonly record: Asd1Record }
  /** Open zones or no record: blank, or a set-up that was interrupted. */
  | { readonly kind: 'unconfigured'; readonly reason: Reason }
  /** Locked, but not by us. */
  | { readonly kind: 'foreign'; readonly reason: Reason }
  | { readonly kind: 'unsupported'; readonly reason: Reason }
  /** A module of ours with something wrong; the first reason. */
  | { readonly kind: 'fault'; readonly reason: Reason };

export interface ProbeOptions {
  readonly definitions: DefinitionSource;
  /** Whether the station trusts this root (64 bytes X‖Y). */
  readonly trustsRoot: (publicKey: Uint8Array) => boolean;
  readonly now: () => Date;
}

/**
 * Everything that must hold before a stick is asked for its password or a signature (signer-and-server.md 6.2). A fake stick can
 * replay all of this; what it cannot do is sign, and every signature is verified.
 */
export async function probeSigner(
  session: ChipSession,
  chip: ChipIdentity,
  options: ProbeOptions,
): Promise<Result<ProbeOutcome, DeviceFailure>> {
  if (chip.part !== 'ATECC508A') return ok({ kind: 'unsupported', reason: reason('signer-other-part') });
  const config = await readConfig(session);
  if (!config.ok) return config;
  const zone = config.value;
  if (!equalBytes(serialNumberOf(zone), chip.serialNumber)) {
    return fail({ kind: 'board-changed', expected: toHex(chip.serialNumber), found: toHex(serialNumberOf(zone)) });
  }
  if (zone[87] === 0x55 || zone[86] === 0x55) {
    return ok({
      kind: 'unconfigured',
      reason: zone[87] === 0x55 ? reason('signer-blank') : reason('signer-unfinished'),
    });
  }
  if (((zone[20 + 16] ?? 0) & 0xc0) !== 0) return ok({ kind: 'foreign', reason: reason('signer-other-layout') });
  const slots = await readSlots(session, [asd1Slots.record]);
  if (!slots.ok)
    return slots.failure.kind === 'status' ? ok({ kind: 'foreign', reason: reason('signer-other-layout') }) : slots;
  const recordBytes = slots.value.get(asd1Slots.record) ?? new Uint8Array(0);
  const record = decodeRecord(recordBytes);
  if (!record.ok) {
    switch (record.failure.kind) {
      case 'none':
        return ok({ kind: 'foreign', reason: reason('signer-no-record') });
      case 'newer':
        return fault(reason('signer-record-newer', { version: record.failure.version }));
      case 'damaged':
        return fault(record.failure.reason);
    }
  }
  for (const byte of asd1ProbedBytes) {
    if (zone[byte] !== asd1Image[byte]) return fault(reason('signer-config-byte', { byte }));
  }
  const locked = new Set(lockStateOf(zone).lockedSlots);
  for (const slot of asd1ProbedLocks) if (!locked.has(slot)) return fault(reason('signer-slot-open', { slot }));
  if (!kdfAccepted(record.value.kdf)) return fault(reason('signer-kdf'));
  // A key that asks for authorisation gives not even its public part without it (DS 2.2.5): whatever the configuration says, a chip
  // that answers here would sign for anybody.
  const unguarded = await keyInSlot(session, asd1Slots.signingKey, chip.serialNumber);
  if (unguarded.ok) return fault(reason('signer-unguarded'));
  if (unguarded.failure.kind !== 'no-key') return unguarded;
  const open = await readSlots(session, [
    asd1Slots.label,
    asd1Slots.storedSerial,
    asd1Slots.publicKey,
    asd1Slots.certificate,
    asd1Slots.rootCertificate,
    asd1Slots.rootPublicKey,
  ]);
  if (!open.ok) return open;
  return ok(judge({ ...chip, config: zone }, record.value, open.value, options));
}

function fault(why: Reason): Result<ProbeOutcome, DeviceFailure> {
  return ok({ kind: 'fault', reason: why });
}

function judge(
  chip: ChipIdentity,
  record: Asd1Record,
  slots: ReadonlyMap<number, Uint8Array>,
  options: ProbeOptions,
): ProbeOutcome {
  const wrong = (why: Reason): ProbeOutcome => ({ kind: 'fault', reason: why });
  const slot = (number: number): Uint8Array => slots.get(number) ?? new Uint8Array(72);
  const publicKey = unpadPublicKey(slot(asd1Slots.publicKey));
  const rootPublicKey = unpadPublicKey(slot(asd1Slots.rootPublicKey));
  if (!isPublicKey(publicKey) || !isPublicKey(rootPublicKey)) return wrong(reason('signer-key-off-curve'));
  if (record.isRoot !== equalBytes(publicKey, rootPublicKey)) return wrong(reason('signer-keys-differ'));
  const definitions = options.definitions.definitionsOf(record);
  if (definitions === undefined) return wrong(reason('signer-no-definitions'));
  const digests = { device: definitionDigest(definitions.device), signer: definitionDigest(definitions.signer) };
  if (!digests.device.ok || !equalBytes(digests.device.value, record.deviceDefinitionDigest))
    return wrong(reason('signer-device-digest'));
  if (!digests.signer.ok || !equalBytes(digests.signer.value, record.signerDefinitionDigest))
    return wrong(reason('signer-signer-digest'));
  const own = definitionOnModule(definitions.signer);
  const contents: LocationContent[] = locationsToRead(own).map((location) => ({
    location,
    bytes:
      location.zone === deviceZone.DATA
        ? paddedSlice(slot(location.slot), location.offset, location.count)
        : sliceExact(chip.config, location.offset, Math.min(location.count, chip.config.length - location.offset)),
  }));
  const rebuilt = rebuildCertificate(own, rootPublicKey, contents);
  if (!rebuilt.ok) return wrong(reason('signer-not-rebuilt', { quote: rebuilt.failure.reason }));
  const certificate = rebuilt.value;
  const compressedCertificate = slot(asd1Slots.certificate);
  const tbs = definitions.signer.tbsLocation;
  if (
    !verifyP256Message(
      rootPublicKey,
      certificate.subarray(tbs.offset, tbs.offset + tbs.count),
      compressedCertificate.slice(0, 64),
    )
  ) {
    return wrong(reason('signer-certificate'));
  }
  const fields = readCertificate(definitions.signer, certificate);
  const compressed = decodeCompressed(compressedCertificate);
  if (!fields.issueDate.ok || !fields.expireDate.ok || !compressed.ok) return wrong(reason('signer-no-dates'));
  const { signerId } = compressed.value;
  if (readU16be(signerId, 0) !== record.signerId) return wrong(reason('signer-ids-differ'));
  const names = namesFault({
    record,
    device: definitions.device,
    certificate,
    publicKey,
    signerId,
    notBefore: fields.issueDate.value,
    config: chip.config,
  });
  if (names !== undefined) return wrong(names);
  if (!options.trustsRoot(rootPublicKey)) return wrong(reason('signer-root-unknown'));
  const notBefore = momentOf(fields.issueDate.value);
  const notAfter = momentOf(fields.expireDate.value);
  const now = options.now();
  if (now < notBefore || now > notAfter) return wrong(reason('signer-not-valid-now'));
  const label = slot(asd1Slots.label);
  const end = label.indexOf(0);
  const identity: SignerIdentity = {
    kind: 'chip',
    serialNumber: chip.serialNumber,
    name: record.signerName,
    label: parseUtf8(label.slice(0, end < 0 ? label.length : end)) ?? '',
    signerId,
    chainId: record.chainId,
    signerTemplateId: record.signerTemplateId,
    deviceTemplateId: record.deviceTemplateId,
    publicKey,
    rootPublicKey,
    certificate,
    compressedCertificate,
    rootCertificate: record.isRoot
      ? certificate
      : rootCertificateOf(record, rootPublicKey, slot(asd1Slots.rootCertificate)),
    notBefore,
    notAfter,
    deviceDefinition: definitions.device,
    signerDefinition: definitions.signer,
    deviceDefinitionDigest: record.deviceDefinitionDigest,
    signerDefinitionDigest: record.signerDefinitionDigest,
    isRoot: record.isRoot,
    passwordScheme: record.passwordScheme === 'two-persons' ? 'two-persons' : record.passwordSet ? 'one' : 'open',
  };
  return { kind: 'module', identity, record };
}

/** What of a module must name the same. */
interface Named {
  readonly record: Asd1Record;
  readonly device: CertificateDefinition;
  readonly certificate: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly signerId: Uint8Array;
  readonly notBefore: CertificateDate;
  readonly config: Uint8Array;
}

/** Why record, certificate and device definition do not belong together; undefined when they do. */
export function namesFault(named: Named): Reason | undefined {
  const { record, device, certificate, publicKey, signerId } = named;
  const decoded = decodeCertificate(certificate);
  if (!decoded.ok) return reason('signer-unreadable', { quote: decoded.failure.reason });
  const subject = commonName(decoded.value.subject) ?? '';
  if (commonName(decoded.value.issuer) !== record.rootCommonName) return reason('signer-names-other-root');
  if (record.isRoot) return subject === record.signerName ? undefined : reason('signer-other-name');
  // Definitions of one's own may put the signer's id elsewhere.
  const agrees = record.customDefinitions
    ? subject.startsWith(record.signerName)
    : subject === `${record.signerName} ${toHex(signerId)}`;
  if (!agrees) return reason('signer-other-name');
  // Only the issuer is looked at: key and serial number do not matter.
  const serialLength =
    device.standardElements.serialNumber.count - (device.snSource === serialSource.STORED_DYNAMIC ? 1 : 0);
  const trial = prepareCertificate({
    definition: device,
    publicKey,
    caPublicKey: publicKey,
    asked: named.notBefore,
    signerId,
    configZone: named.config,
    ...(isStoredSource(device.snSource) ? { storedSerialNumber: new Uint8Array(serialLength).fill(0x40) } : {}),
  });
  if (!trial.ok) return reason('signer-useless-definition', { quote: trial.failure.reason });
  return issuerMatches(trial.value.tbs, certificate) ? undefined : reason('signer-other-issuer');
}

/** The root's certificate out of slot 13; undefined when there is none, or none that verifies (it is only a courtesy). */
function rootCertificateOf(
  record: Asd1Record,
  rootPublicKey: Uint8Array,
  compressed: Uint8Array,
): Uint8Array | undefined {
  const fields = decodeCompressed(compressed);
  if (!fields.ok || isStoredSource(fields.value.snSource)) return undefined;
  const definition = definitionOnModule(
    rootDefinition({
      organization: record.organisation,
      commonName: record.rootCommonName,
      chainId: fields.value.chainId,
      issueYear: fields.value.issue.year,
      expireYears: fields.value.expireYears,
      snSource: fields.value.snSource,
    }),
  );
  const rebuilt = rebuildCertificate(definition, rootPublicKey, [
    { location: definition.compressedLocation, bytes: compressed },
    { location: definition.publicKeyLocation, bytes: padPublicKey(rootPublicKey) },
  ]);
  if (!rebuilt.ok) return undefined;
  const { offset, count } = definition.tbsLocation;
  const signed = verifyP256Message(
    rootPublicKey,
    rebuilt.value.subarray(offset, offset + count),
    compressed.slice(0, 64),
  );
  return signed ? rebuilt.value : undefined;
}

function paddedSlice(bytes: Uint8Array, offset: number, count: number): Uint8Array {
  const padded = new Uint8Array(count);
  padded.set(bytes.subarray(offset, offset + count));
  return padded;
}

/** Serial number as the log writes it. */
export function signerName(identity: SignerIdentity): string {
  return `${toHex(identity.serialNumber)}, ${identity.name}`;
}
