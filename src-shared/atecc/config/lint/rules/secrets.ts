import { counterMaximum } from '../../counter.ts';
import { keyConfigOffset, slotConfigOffset, slotOf } from '../../model.ts';
import { type Slot, slotUse } from '../../slot.ts';
import type { Report } from '../finding.ts';
import { type KeyReliance, keyReliances } from '../relations.ts';
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
import { usesLeft } from './part-fit.ts';

/** Secrets, keys that protect other slots, and keys that authorise (config-zone.md 2 and 3, atecc-device.md 8). */
export function secrets(subject: Subject, report: Report): void {
  const reliances = keyReliances(subject.config);
  symmetricParents(subject, reliances, report);
  authorisations(subject, reliances, report);
  validations(subject, reliances, report);
  const parents = new Set(reliances.filter((entry) => entry.reliance !== 'validate').map((entry) => entry.parent));
  singleSlots(subject, parents, report);
  limitedUses(subject, report);
}

/** Keys under which others are read, written, derived or protected: must be there, hidden, and out of anyone's reach. */
function symmetricParents(subject: Subject, reliances: readonly KeyReliance[], report: Report): void {
  const { config } = subject;
  const symmetric = reliances.filter((entry) => entry.reliance !== 'validate' && !isPublicKeyProof(subject, entry));
  for (const parent of new Set(symmetric.map((entry) => entry.parent))) {
    const slot = slotOf(config, parent);
    const use = slotUse(slot);
    const children = symmetric.filter((entry) => entry.parent === parent);
    const saying = children.flatMap((entry) => entry.bytes);
    const slots = dependents(children);
    if (use.kind === 'private-key') {
      for (const entry of children.filter((child) => child.reliance !== 'authorise')) {
        const named = entry.slot ?? parent;
        report('parent-private', {
          bytes: [...entry.bytes, keyConfigOffset(parent)],
          slot: named,
          values: { other: parent },
        });
      }
      continue;
    }
    const facts = { slot: parent, values: { slots } };
    if (use.read === 'clear' || use.read === 'prohibited') {
      report('parent-readable', { ...facts, bytes: [...saying, slotConfigOffset(parent)] });
    }
    if (isOpenAfterRun(subject, slot)) {
      report('parent-writable', {
        ...facts,
        bytes: [...saying, slotConfigOffset(parent) + 1],
        remedy: slot.keyConfig.lockable
          ? { kind: 'lock-slots', slots: [parent] }
          : { kind: 'set-bytes', changes: [neverWritable(subject, parent)] },
      });
    }
    if (subject.planned !== undefined && !subject.planned.has(parent)) {
      report('parent-unknown', { ...facts, bytes: saying, remedy: { kind: 'plan-data', slots: [parent] } });
    }
  }
  for (const entry of reliances) {
    if (entry.reliance === 'write' && entry.slot === entry.parent) {
      report('write-key-itself', { bytes: entry.bytes, slot: entry.parent });
    }
  }
}

/** An authorisation by Verify(stored): the authorising slot holds a public key, which may be read by anyone. */
function isPublicKeyProof(subject: Subject, entry: KeyReliance): boolean {
  return entry.reliance === 'authorise' && slotUse(slotOf(subject.config, entry.parent)).kind === 'public-key';
}

/** "1, 3, 8"; "ChipOptions" where the whole chip depends. */
function dependents(entries: readonly KeyReliance[]): string {
  const slots = [...new Set(entries.map((entry) => entry.slot))]
    .filter((slot) => slot !== undefined)
    .sort((a, b) => a - b);
  const chip = entries.some((entry) => entry.slot === undefined) ? ['ChipOptions'] : [];
  return [...slots.map(String), ...chip].join(', ');
}

function authorisations(subject: Subject, reliances: readonly KeyReliance[], report: Report): void {
  const { config } = subject;
  const demands = reliances.filter((entry) => entry.reliance === 'authorise');
  for (const entry of demands) {
    const authority = slotOf(config, entry.parent);
    const impossible = authority.keyConfig.private || authority.keyConfig.reqAuth;
    if (impossible) {
      report('authorisation-impossible', {
        bytes: [...entry.bytes, ...keyConfigBytes(entry.parent)],
        ...(entry.slot === undefined ? {} : { slot: entry.slot }),
        values: { other: entry.parent },
      });
    }
  }
  for (const number of new Set(demands.map((entry) => entry.parent))) {
    const slot = slotOf(config, number);
    if (slot.keyConfig.private || slot.keyConfig.reqAuth) continue;
    if (!slot.keyConfig.reqRandom) report('authorisation-replay', { bytes: [keyConfigOffset(number)], slot: number });
    if (slotUse(slot).kind === 'public-key') {
      if (isOpenAfterRun(subject, slot)) {
        report('parent-writable', {
          bytes: [slotConfigOffset(number) + 1],
          slot: number,
          values: { slots: dependents(demands.filter((entry) => entry.parent === number)) },
          remedy: slot.keyConfig.lockable
            ? { kind: 'lock-slots', slots: [number] }
            : { kind: 'set-bytes', changes: [neverWritable(subject, number)] },
        });
      }
      continue;
    }
    const target = slotOf(config, number % 2 === 0 ? number + 1 : number);
    const copied = [slot, target].find(
      (candidate) => !candidate.keyConfig.private && candidate.slotConfig.readKey === 0,
    );
    if (copied !== undefined) {
      report('authorisation-copy', {
        bytes: [slotConfigOffset(copied.number)],
        slot: number,
        values: { other: copied.number },
      });
    }
    if (slot.keyConfig.lockable && !isLockedAfterRun(subject, slot)) {
      report('authorisation-lockable', { bytes: [keyConfigOffset(number)], slot: number });
    }
  }
}

function validations(subject: Subject, reliances: readonly KeyReliance[], report: Report): void {
  for (const { reliance, slot: child, parent, bytes } of reliances) {
    if (reliance !== 'validate' || child === undefined) continue;
    const slot = slotOf(subject.config, parent);
    const facts = { slot: child, values: { other: parent } };
    if (slotUse(slot).kind !== 'public-key') {
      report('validation-parent', { ...facts, bytes: [...bytes, ...keyConfigBytes(parent)] });
    } else if (isOpenAfterRun(subject, slot)) {
      report('validation-parent-open', {
        ...facts,
        bytes: [...bytes, slotConfigOffset(parent) + 1],
        remedy: slot.keyConfig.lockable
          ? { kind: 'lock-slots', slots: [parent] }
          : { kind: 'set-bytes', changes: [neverWritable(subject, parent)] },
      });
    }
  }
}

function singleSlots(subject: Subject, parents: ReadonlySet<number>, report: Report): void {
  for (const { slot, use } of storageSlots(subject)) {
    const { number, slotConfig, keyConfig } = slot;
    const low = slotConfigOffset(number);
    const fact = (...bytes: number[]): { bytes: number[]; slot: number } => ({ bytes, slot: number });
    if (use.read === 'prohibited') report('prohibited-read', fact(low));
    if (use.kind === 'aes-key' && use.read === 'clear') report('aes-key-readable', fact(low, keyConfigOffset(number)));
    if (slotConfig.isSecret && isOpenAfterRun(subject, slot) && !parents.has(number)) {
      report('secret-writable', {
        ...fact(...slotConfigBytes(number)),
        remedy: keyConfig.lockable
          ? { kind: 'lock-slots', slots: [number] }
          : { kind: 'set-bytes', changes: [neverWritable(subject, number)] },
      });
    }
    if (use.derive !== undefined && use.read === 'clear')
      report('derived-key-readable', fact(...slotConfigBytes(number)));
    if (slotConfig.isSecret && slotConfig.readKey === 0 && use.kind !== 'public-key')
      report('check-mac-copy', fact(low));
    if (slotConfig.noMac) report('no-mac', fact(low));
    if (use.write === 'pub-invalid' && !use.needsValidation) report('pub-invalid-no-key', fact(...slotBytes(number)));
    if (use.kind === 'public-key' && number < 8) report('public-key-no-room', fact(...keyConfigBytes(number)));
  }
  for (const { number, keyConfig } of subject.config.slots) {
    if (keyConfig.latch && number !== subject.context.deviceKeySlot) {
      report('latch', { bytes: [keyConfigOffset(number) + 1], slot: number });
    }
  }
}

function limitedUses(subject: Subject, report: Report): void {
  const { config } = subject;
  const counter = config.counters[0];
  const limited = config.slots.filter((slot: Slot) => slot.slotConfig.limitedUse);
  for (const { number } of limited) {
    const low = slotConfigOffset(number);
    if (config.part === 'ATECC508A' && number === 15) {
      report('single-uses', { bytes: [low], slot: 15, values: { count: usesLeft(config) } });
      continue;
    }
    const matched = config.part === 'ATECC608' && config.countMatch.enabled;
    if (matched || counter.kind === 'raw' || counter.value !== 0) {
      report('limited-use-match', {
        bytes: [low, ...(matched ? [18] : [52, 53, 54, 55, 56, 57, 58, 59])],
        slot: number,
      });
    } else {
      report('limited-use', { bytes: [low], slot: number, values: { count: counterMaximum } });
    }
  }
}
