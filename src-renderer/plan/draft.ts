import type { Plan, PlanEntry } from '../../src-shared/model/plan.ts';
import { registerOffset, type SlotField } from '../../src-shared/model/slot-fields.ts';
import { hexPairs } from '../parts/format.ts';

/** Changes to a plan that is not saved yet, as plain functions. */
export type PlanPart = 'ATECC508A' | 'ATECC608';

/** The plan with one entry changed. */
export function withEntry(plan: Plan, index: number, change: (entry: PlanEntry) => PlanEntry): Plan {
  return { ...plan, entries: plan.entries.map((entry, at) => (at === index ? change(entry) : entry)) };
}

/** The 16-bit number of a slot's register in an image (low byte first). */
export function registerWord(image: string, register: SlotField['register'], slot: number): number {
  const at = registerOffset(register, slot) * 2;
  const low = Number.parseInt(image.slice(at, at + 2), 16);
  const high = Number.parseInt(image.slice(at + 2, at + 4), 16);
  return low | (high << 8);
}

/** The value of one field. */
export function fieldValue(image: string, field: SlotField, slot: number): number {
  return (registerWord(image, field.register, slot) >> field.at) & ((1 << field.width) - 1);
}

const byteHex = (value: number): string => value.toString(16).padStart(2, '0').toUpperCase();

/** The image with one field of one slot changed, every other bit as it was. RangeError when the value does not fit. */
export function withField(image: string, field: SlotField, slot: number, value: number): string {
  const mask = (1 << field.width) - 1;
  if (!Number.isInteger(value) || value < 0 || value > mask) throw new RangeError(`${field.field}: 0..${mask}`);
  const word = (registerWord(image, field.register, slot) & ~(mask << field.at)) | (value << field.at);
  const at = registerOffset(field.register, slot) * 2;
  return `${image.slice(0, at)}${byteHex(word & 0xff)}${byteHex(word >> 8)}${image.slice(at + 4)}`;
}

/** The plan with a slot added to, or taken from, the slots of stage 9. */
export function withSlotLock(plan: Plan, entry: number, slot: number, locked: boolean): Plan {
  return withEntry(plan, entry, (old) => ({
    ...old,
    lockSlots: locked
      ? [...new Set([...old.lockSlots, slot])].sort((a, b) => a - b)
      : old.lockSlots.filter((other) => other !== slot),
  }));
}

/** Byte positions at which two images differ. */
export function changedBytes(before: string, after: string): ReadonlySet<number> {
  const old = hexPairs(before);
  return new Set(hexPairs(after).flatMap((pair, index) => (pair === old[index] ? [] : [index])));
}

/** Hex as typed: spaces, colons and 0x away, upper case; undefined when it is not whole bytes. */
export function parseHex(typed: string): string | undefined {
  const digits = typed.replace(/0x/gi, '').replace(/[\s:,]/g, '');
  return /^(?:[0-9a-fA-F]{2})*$/.test(digits) ? digits.toUpperCase() : undefined;
}

/** A new plan from a preset's image. */
export function newPlan(name: string, part: PlanPart, image: string): Plan {
  return {
    format: 1,
    name,
    version: 1,
    note: '',
    options: {
      autoStart: false,
      sound: true,
      holdToConfirm: false,
      barcodeBeforeStart: false,
      stopAfterFailures: 3,
      stopBelowYield: 0,
      firstArticle: true,
    },
    entries: [
      {
        label: 'chip',
        images: part === 'ATECC508A' ? { ATECC508A: image } : { ATECC608: image },
        certinfo: '',
        deviceDefinition: '',
        signerDefinition: '',
        dataWrites: [],
        dataLock: 'fill+crc',
        lockSlots: [],
        validate: true,
        addressChangeKits: [],
      },
    ],
  };
}

/** What a saved plan and its draft differ in, as keys of the texts `plan.changed`. */
export type PlanChange = 'config' | 'certinfo' | 'definitions' | 'writes' | 'locks' | 'options' | 'entries' | 'note';

/** What of a plan was changed since it was saved. */
export function planChanges(saved: Plan, draft: Plan): readonly PlanChange[] {
  const changes = new Set<PlanChange>();
  if (saved.entries.length !== draft.entries.length) changes.add('entries');
  draft.entries.forEach((entry, index) => {
    const old = saved.entries[index];
    if (old === undefined) return;
    const differs = (key: keyof PlanEntry): boolean => JSON.stringify(old[key]) !== JSON.stringify(entry[key]);
    if (differs('images')) changes.add('config');
    if (differs('certinfo')) changes.add('certinfo');
    if (differs('deviceDefinition') || differs('signerDefinition')) changes.add('definitions');
    if (differs('dataWrites')) changes.add('writes');
    if (differs('lockSlots')) changes.add('locks');
    if (differs('dataLock') || differs('validate') || differs('addressChangeKits') || differs('address'))
      changes.add('options');
    if (differs('label')) changes.add('entries');
  });
  if (JSON.stringify(saved.options) !== JSON.stringify(draft.options)) changes.add('options');
  if (saved.note !== draft.note) changes.add('note');
  return [...changes];
}
