import type { Part } from '../../src-shared/atecc/command.ts';
import {
  decodeConfig,
  type Finding,
  fillBlocks,
  hasErrors,
  type LintContext,
  lintConfig,
} from '../../src-shared/atecc/config/index.ts';
import { checkSerialNumber } from '../../src-shared/atecc/serial.ts';
import { equalBytes, toHex } from '../../src-shared/base/bytes.ts';
import {
  type CertInfo,
  checkCertInfoDefinitions,
  type DefinitionPair,
  decodeDefinition,
  deviceZone,
  isGenkeyLocation,
  isPresent,
  locationsToRead,
} from '../../src-shared/certificates/index.ts';
import type { Selection, ValidationReply } from '../../src-shared/wire/messages.ts';
import type { ChipIdentity, KitLease } from '../device/index.ts';
import type { ResolvedWrite } from './data-sources.ts';
import { boardFails, stationFails } from './outcome.ts';
import type { PreparedEntry } from './prepared-entry.ts';

/** Everything that can be known before the first irreversible command is checked here: a run that would fail later fails first. */

/** What a request to the server names. */
export function selectionOf(certInfo: CertInfo): Selection {
  return {
    chainId: certInfo.chainId,
    signerCaPublicKey: certInfo.caPublicKey,
    deviceTemplateId: certInfo.deviceTemplateId,
    signerTemplateId: certInfo.signerTemplateId,
    deviceDefinitionDigest: certInfo.deviceDigest,
    ...(certInfo.requiredSignerSn === undefined ? {} : { signerSerialNumber: certInfo.requiredSignerSn }),
  };
}

/** The image for this chip's part; WRONG_PART without one, DEVICE_SN_INVALID for a number of no chip of these families. */
export function imageFor(prepared: PreparedEntry, chip: ChipIdentity): Uint8Array {
  const image = prepared.images.get(chip.part);
  if (image === undefined) return boardFails('WRONG_PART', `The plan has no configuration for an ${chip.part}.`);
  if (!checkSerialNumber(chip.serialNumber).plausible) {
    return boardFails('DEVICE_SN_INVALID', `${toHex(chip.serialNumber)} is no serial number of this chip family.`);
  }
  return image;
}

/** The plan's definitions, or the server's, held against the certinfo; the root must be the certinfo's own. */
export function definitionsFrom(prepared: PreparedEntry, reply: ValidationReply): DefinitionPair {
  if (!equalBytes(reply.rootPublicKey, prepared.certInfo.caPublicKey)) {
    return stationFails(
      'SERVER_ROOT_MISMATCH',
      `The server's root key is ${toHex(reply.rootPublicKey).slice(0, 16)}…, the plan's ${toHex(prepared.certInfo.caPublicKey).slice(0, 16)}….`,
    );
  }
  if (prepared.definitions !== undefined) return prepared.definitions;
  const device = reply.deviceDefinition === undefined ? undefined : decodeDefinition(reply.deviceDefinition);
  const signer = reply.signerDefinition === undefined ? undefined : decodeDefinition(reply.signerDefinition);
  if (device?.ok !== true || signer?.ok !== true)
    return stationFails('DEFINITION_UNKNOWN', 'The server sent no usable certificate definitions.');
  const pair = { device: device.value, signer: signer.value };
  const same = checkCertInfoDefinitions(prepared.certInfo, pair);
  if (!same.ok)
    return stationFails('DEFINITION_MISMATCH', `The server's definitions are not the plan's: ${same.failure}.`);
  return pair;
}

/** Slots of the data zone that stage 6 writes, by the definitions' locations. */
export function certificateSlots(definitions: DefinitionPair): readonly number[] {
  const slots = new Set<number>();
  for (const definition of [definitions.device, definitions.signer]) {
    for (const location of locationsToRead(definition)) {
      if (isPresent(location) && location.zone === deviceZone.DATA && !isGenkeyLocation(location))
        slots.add(location.slot);
    }
  }
  return [...slots].sort((a, b) => a - b);
}

/** What the linter is told. */
export function lintContext(
  prepared: PreparedEntry,
  writes: readonly ResolvedWrite[],
  slots: readonly number[],
  chip: ChipIdentity | undefined,
  kit: KitLease['transport']['kit'] | undefined,
): LintContext {
  const { entry, certInfo } = prepared;
  return {
    deviceKeySlot: certInfo.devicePrivateKeySlot,
    certificateSlots: slots,
    slotsToLock: entry.lockSlots,
    plannedData: writes
      .filter(({ write }) => write.zone === 'data')
      .map(({ write, bytes }) => ({ slot: write.slot, length: write.offset + bytes.length })),
    dataLock: entry.dataLock,
    ...(kit === undefined
      ? {}
      : {
          kit: {
            dialect: kit.dialect,
            fixedWakeCheck: kit.dialect !== 'd21',
            followsAddress: entry.addressChangeKits.includes(kit.name),
          },
        }),
    ...(chip === undefined ? {} : { addressInUse: chip.address, chipByte14: chip.config[14] ?? 1 }),
  };
}

/** All findings; an error among them ends the run: IMAGE_UNFIT, SLOT_NOT_LOCKABLE or PLAN_UNSAFE. */
export function judgeImage(image: Uint8Array, part: Part, context: LintContext): readonly Finding[] {
  const findings = lintConfig(image, part, context);
  if (!hasErrors(findings)) return findings;
  const errors = findings.filter((finding) => finding.severity === 'error');
  const reasons = errors.map((finding) => finding.title).join('; ');
  const unfit = errors.some((finding) => finding.rule !== undefined);
  if (unfit) return stationFails('IMAGE_UNFIT', `The image does not fit an ${part}: ${reasons}.`);
  return stationFails('PLAN_UNSAFE', `The plan cannot work: ${reasons}.`);
}

/** Bytes planned by slot (whole slots from byte 0, gaps 00) and for OTP. PLAN_UNSAFE where they do not fit or meet a certificate. */
export function plannedContent(
  image: Uint8Array,
  part: Part,
  writes: readonly ResolvedWrite[],
  slotsOfCertificates: readonly number[],
): { readonly slots: ReadonlyMap<number, Uint8Array>; readonly otp: Uint8Array } {
  const slots = new Map<number, Uint8Array>();
  let otp = new Uint8Array(0);
  for (const { write, bytes } of writes) {
    const end = write.offset + bytes.length;
    const place = write.zone === 'otp' ? 'OTP' : `slot ${write.slot}`;
    if (write.zone === 'data' && slotsOfCertificates.includes(write.slot)) {
      return stationFails('PLAN_UNSAFE', `The plan writes data into ${place}, which holds a certificate.`);
    }
    if (write.zone === 'otp') {
      if (end > 64) return stationFails('PLAN_UNSAFE', `${end} bytes do not fit the 64 bytes of OTP.`);
      const grown = new Uint8Array(Math.max(end, otp.length)).fill(0xff);
      grown.set(otp);
      grown.set(bytes, write.offset);
      otp = grown;
      continue;
    }
    const before = slots.get(write.slot) ?? new Uint8Array(0);
    const grown = new Uint8Array(Math.max(end, before.length));
    grown.set(before);
    grown.set(bytes, write.offset);
    slots.set(write.slot, grown);
  }
  // Throws PLAN_UNSAFE for private-key slots and bytes that do not fit, before anything is written.
  fillBlocks(decodeConfig(image, part), slots, (count) => new Uint8Array(count), otp);
  return { slots, otp };
}
