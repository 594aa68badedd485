import type { Part } from '../../src-shared/atecc/command.ts';
import {
  decodeConfig,
  type Finding,
  hasErrors,
  type LintContext,
  lintConfig,
  plannedFault,
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
import { reason } from '../../src-shared/model/reasons.ts';
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
  if (image === undefined) return boardFails('WRONG_PART', reason('plan-no-image', { part: chip.part }));
  if (!checkSerialNumber(chip.serialNumber).plausible) {
    return boardFails('DEVICE_SN_INVALID', reason('board-serial-number', { serialNumber: toHex(chip.serialNumber) }));
  }
  return image;
}

/** The plan's definitions, or the server's, held against the certinfo; the root must be the certinfo's own. */
export function definitionsFrom(prepared: PreparedEntry, reply: ValidationReply): DefinitionPair {
  if (!equalBytes(reply.rootPublicKey, prepared.certInfo.caPublicKey)) {
    return stationFails(
      'SERVER_ROOT_MISMATCH',
      reason('run-other-root', {
        found: toHex(reply.rootPublicKey).slice(0, 16),
        expected: toHex(prepared.certInfo.caPublicKey).slice(0, 16),
      }),
    );
  }
  if (prepared.definitions !== undefined) return prepared.definitions;
  const device = reply.deviceDefinition === undefined ? undefined : decodeDefinition(reply.deviceDefinition);
  const signer = reply.signerDefinition === undefined ? undefined : decodeDefinition(reply.signerDefinition);
  if (device?.ok !== true || signer?.ok !== true)
    return stationFails('DEFINITION_UNKNOWN', reason('run-definitions-unusable'));
  const pair = { device: device.value, signer: signer.value };
  const same = checkCertInfoDefinitions(prepared.certInfo, pair);
  if (!same.ok) return stationFails('DEFINITION_MISMATCH', reason('run-other-definition', { ...same.failure }));
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
  const quote = errors.map((finding) => finding.title).join('; ');
  const unfit = errors.some((finding) => finding.rule !== undefined);
  if (unfit) return stationFails('IMAGE_UNFIT', reason('plan-unfit', { part, quote }));
  return stationFails('PLAN_UNSAFE', reason('plan-faults', { quote }));
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
    if (write.zone === 'data' && slotsOfCertificates.includes(write.slot)) {
      return stationFails('PLAN_UNSAFE', reason('plan-into-certificate', { place: write.slot }));
    }
    if (write.zone === 'otp') {
      if (end > 64) return stationFails('PLAN_UNSAFE', reason('plan-otp-length', { bytes: end }));
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
  const config = decodeConfig(image, part);
  for (const [slot, bytes] of slots) {
    const fault = plannedFault(config, slot, bytes);
    if (fault !== undefined) stationFails('PLAN_UNSAFE', { code: `plan-${fault.code}`, facts: fault.facts });
  }
  return { slots, otp };
}
