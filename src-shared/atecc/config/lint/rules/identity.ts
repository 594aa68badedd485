import { byteAt } from '../../../../base/bytes.ts';
import { slotSize } from '../../../address.ts';
import { keyConfigOffset, slotConfigOffset, slotOf } from '../../model.ts';
import { type Slot, slotUse } from '../../slot.ts';
import type { Report } from '../finding.ts';
import {
  isLockedAfterRun,
  isOpenAfterRun,
  keyConfigBytes,
  neverWritable,
  type Subject,
  slotBytes,
  slotConfigBytes,
  storageSlots,
} from '../subject.ts';

/** Bytes of a compressed certificate, and of a public key with its padding. */
const certificateBytes = 72;

/** The board's certificates and identity, and what the plan writes and locks (config-zone.md 7.8, provisioning-recipes.md 5 and 6). */
export function identity(subject: Subject, report: Report): void {
  for (const number of subject.certificateSlots) certificateSlot(subject, number, report);
  openIdentity(subject, report);
  slotLocks(subject, report);
  plannedData(subject, report);
  unplannedSlots(subject, report);
}

function certificateSlot(subject: Subject, number: number, report: Report): void {
  const use = slotUse(slotOf(subject.config, number));
  if (use.kind === 'private-key') {
    report('certificate-slot-private', { bytes: [keyConfigOffset(number)], slot: number });
    return;
  }
  if (slotSize(number) < certificateBytes) report('certificate-slot-small', { bytes: slotBytes(number), slot: number });
  if (use.read !== 'clear') report('certificate-slot-secret', { bytes: [slotConfigOffset(number)], slot: number });
  if (use.needsValidation) report('certificate-slot-validated', { bytes: keyConfigBytes(number), slot: number });
}

/** Slots through which the board's key or certificates can be replaced by anybody after PASS. */
function openIdentity(subject: Subject, report: Report): void {
  const { config, context, certificateSlots } = subject;
  if (context.deviceKeySlot === undefined && context.certificateSlots === undefined) return;
  const key = context.deviceKeySlot === undefined ? undefined : slotOf(config, context.deviceKeySlot);
  const open: Slot[] = [];
  if (key !== undefined && canBeRegenerated(key) && !isLockedAfterRun(subject, key)) open.push(key);
  for (const number of [...certificateSlots].sort((a, b) => a - b)) {
    const slot = slotOf(config, number);
    if (isOpenAfterRun(subject, slot)) open.push(slot);
  }
  const lockable = open.filter((slot) => slot.keyConfig.lockable).map((slot) => slot.number);
  const fixed = open.filter((slot) => !slot.keyConfig.lockable);
  if (lockable.length > 0) {
    report('identity-open', {
      bytes: lockable.map((number) => slotConfigOffset(number) + 1),
      values: { slots: lockable.join(', ') },
      remedy: { kind: 'lock-slots', slots: lockable },
    });
  }
  if (fixed.length > 0) {
    report('identity-open-for-good', {
      bytes: fixed.flatMap((slot) => [slotConfigOffset(slot.number) + 1, keyConfigOffset(slot.number)]),
      values: { slots: fixed.map((slot) => slot.number).join(', ') },
      remedy: { kind: 'set-bytes', changes: fixed.map((slot) => closed(subject, slot)) },
    });
  }
}

/** The change that closes a slot after the data lock: no GenKey for a private key, no Write for anything else. */
function closed(subject: Subject, slot: Slot): { readonly offset: number; readonly value: number } {
  if (!slot.keyConfig.private) return neverWritable(subject, slot.number);
  const offset = slotConfigOffset(slot.number) + 1;
  return { offset, value: byteAt(subject.image, offset) & 0xdf };
}

/** Whether GenKey can replace the key after the data lock without anybody's leave. */
function canBeRegenerated(slot: Slot): boolean {
  const use = slotUse(slot);
  return use.kind === 'private-key' && use.genKeyAfterLock && !slot.keyConfig.reqAuth;
}

function slotLocks(subject: Subject, report: Report): void {
  for (const number of subject.slotsToLock) {
    if (slotOf(subject.config, number).keyConfig.lockable) continue;
    report('lock-not-lockable', { bytes: [keyConfigOffset(number)], slot: number });
  }
}

function plannedData(subject: Subject, report: Report): void {
  for (const [number, length] of subject.planned ?? []) {
    const slot = slotOf(subject.config, number);
    if (slot.keyConfig.private) report('data-into-private', { bytes: [keyConfigOffset(number)], slot: number });
    if (subject.certificateSlots.has(number)) report('data-over-certificate', { bytes: [], slot: number });
    const size = slotSize(number);
    if (length > size) report('data-too-long', { bytes: [], slot: number, values: { count: length, size } });
    // A secret slot that stays open is the finding of the secrets.
    if (isOpenAfterRun(subject, slot) && !slot.slotConfig.isSecret && !subject.certificateSlots.has(number)) {
      report('data-open', {
        bytes: slotConfigBytes(number),
        slot: number,
        remedy: slot.keyConfig.lockable
          ? { kind: 'lock-slots', slots: [number] }
          : { kind: 'set-bytes', changes: [neverWritable(subject, number)] },
      });
    }
  }
}

/** Slots that nothing is planned for, when the plan is known. */
function unplannedSlots(subject: Subject, report: Report): void {
  const { planned, certificateSlots } = subject;
  if (planned === undefined) return;
  for (const { slot, use } of storageSlots(subject)) {
    const { number, slotConfig } = slot;
    if (planned.has(number) || certificateSlots.has(number)) continue;
    const facts = {
      bytes: slotConfigBytes(number),
      slot: number,
      remedy: { kind: 'plan-data', slots: [number] },
    } as const;
    const never = use.write === 'never' && use.derive === undefined;
    if (slotConfig.isSecret && subject.noCrc) report('secret-without-data', facts);
    else if (slotConfig.isSecret && never) report('never-slot-random', facts);
    else if (!slotConfig.isSecret && never) report('never-slot-empty', facts);
  }
}
