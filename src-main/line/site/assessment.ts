import { decodeConfig } from '../../../src-shared/atecc/config/index.ts';
import { checkSerialNumber } from '../../../src-shared/atecc/serial.ts';
import { toHex } from '../../../src-shared/base/bytes.ts';
import type { ErrorName } from '../../../src-shared/base/error-codes.ts';
import type { BlockedReason, PersonRole, SiteAction } from '../../../src-shared/ipc/lists.ts';
import { type Reason, type ReasonCode, reasonWords } from '../../../src-shared/model/reasons.ts';
import type { RunRecord } from '../../../src-shared/model/run-record.ts';
import { stageNumber } from '../../../src-shared/model/stages.ts';
import type { ChipIdentity } from '../../device/index.ts';
import { type FoundState, foundState, foundStateWords } from '../../provisioning/found-state.ts';
import { certificateSlots } from '../../provisioning/preflight.ts';
import type { PreparedEntry } from '../../provisioning/prepared-entry.ts';
import { assignChips, type ChipWork, type LoadedPlan } from '../loaded-plan.ts';

/** What the records know of a chip; undefined members are not known here (a remote server's business). */
export interface ChipKnowledge {
  /** The archive has a certificate of this serial number. */
  readonly archived: boolean | undefined;
  /** Its newest run here. */
  readonly newest: RunRecord | undefined;
  /** Why it was set aside, while nobody lifted that. */
  readonly setAside: { readonly reason: string; readonly code: string } | undefined;
}

/** A way on, apart from what the station as a whole forbids just now. */
export interface Way {
  readonly action: SiteAction;
  readonly blocked: BlockedReason | null;
  readonly role: PersonRole | null;
}

/** A board against the plan, before anything is done to it. */
export interface Assessment {
  /** Nothing but Provision is to be thought of. */
  readonly ready: boolean;
  /** Name of the reason for a decision; empty when ready. */
  readonly reason: ErrorName | '';
  readonly detail: string;
  /** What `detail` says, for a screen in another language; undefined when a person wrote it. */
  readonly told: Reason | undefined;
  /** Place in `works` of the one chip that the decision is about; null when it is about several or the board. */
  readonly chipIndex: number | null;
  readonly ways: readonly Way[];
  /** Chip and entry, in the order of the plan; empty when they do not go together. */
  readonly works: readonly ChipWork[];
  /** State of each chip in `chips` order, in the words of run records. */
  readonly states: readonly string[];
  /** Stages that need not be done again, 1..10. */
  readonly doneStages: readonly number[];
  readonly earlier: { readonly runId: string; readonly at: string; readonly stage: number } | null;
  /** No signature will be needed: the archive has the certificates. */
  readonly certified: boolean;
}

type Trouble = Exclude<Assessment['reason'], ''>;

/** Which trouble of several chips is the board's: what can be mended least comes first. */
const gravest: readonly Trouble[] = [
  'WRONG_PART',
  'DEVICE_SN_INVALID',
  'SCRAP',
  'FOREIGN_CONFIG',
  'KEY_OF_UNKNOWN_ORIGIN',
  'INTERRUPTED',
  'ALREADY_PROVISIONED',
];

interface ChipVerdict {
  readonly trouble: Trouble | undefined;
  readonly told: Reason | undefined;
  readonly state: FoundState | undefined;
}

/**
 * What may be done with the board in hand: recognised before Provision is offered, and only what is safe is offered
 * (screens.md, Line; provisioning-recipes.md 0). Pure.
 */
export function assessBoard(
  plan: LoadedPlan | undefined,
  chips: readonly ChipIdentity[],
  knowledge: readonly ChipKnowledge[],
): Assessment {
  if (plan === undefined) {
    return {
      ...nothing,
      ready: true,
      ways: [{ action: 'provision', blocked: 'no-plan', role: null }],
      states: chips.map(() => ''),
    };
  }
  const aside = knowledge.find((each) => each.setAside !== undefined)?.setAside;
  const assigned = assignChips(plan.entries, chips);
  if (!assigned.ok) {
    const told = reasonOf(assigned.failure === 'SEVERAL_CHIPS' ? 'board-more-chips' : 'board-fewer-chips', {
      found: String(chips.length),
      planned: String(plan.entries.length),
    });
    return {
      ...nothing,
      reason: assigned.failure,
      ...toldAs(told),
      ways: hopeless,
      states: chips.map((chip) => roughState(chip)),
    };
  }
  const works = assigned.value;
  const knownOf = (chip: ChipIdentity): ChipKnowledge | undefined => knowledge[chips.indexOf(chip)];
  const verdicts = new Map(works.map((work) => [work.chip, judge(work, knownOf(work.chip))]));
  const troubles = [...verdicts.values()].flatMap(({ trouble }) => trouble ?? []);
  const states = chips.map((chip) => {
    const state = verdicts.get(chip)?.state;
    return state === undefined ? roughState(chip) : foundStateWords[state];
  });
  const certified = works.every(({ chip }) => knownOf(chip)?.archived === true);
  const common = { works, states, certified, earlier: earlierOf(works, knownOf) };
  // One chip finished and another new: the board was cut off between them.
  const mixed =
    troubles.length > 0 &&
    troubles.every((trouble) => trouble === 'ALREADY_PROVISIONED') &&
    troubles.length < works.length;
  const reason = mixed ? 'INTERRUPTED' : gravest.find((trouble) => troubles.includes(trouble));
  const told = [...verdicts.values()].find(({ trouble }) => trouble === reason)?.told;
  const causes = works.flatMap(({ chip }, i) =>
    reason !== undefined && verdicts.get(chip)?.trouble === reason ? [i] : [],
  );
  const chipIndex = causes.length === 1 ? (causes[0] ?? null) : null;
  const doneStages =
    reason === 'INTERRUPTED' || reason === 'ALREADY_PROVISIONED' ? stagesDone(works, verdicts, certified) : [];
  if (aside !== undefined) {
    const ways = reason === undefined ? [provision] : waysFor(reason, works, certified, knownArchive(works, knownOf));
    return {
      ...common,
      ready: false,
      reason: 'SET_ASIDE',
      detail: aside.reason,
      told: undefined,
      chipIndex,
      ways: ways.map((way) => (way.action === 'set-aside' ? way : { ...way, role: 'supervisor' })),
      doneStages,
    };
  }
  if (reason === undefined)
    return { ...common, ready: true, reason: '', ...toldAs(undefined), chipIndex, ways: [provision], doneStages: [] };
  return {
    ...common,
    ready: false,
    reason,
    ...toldAs(told),
    chipIndex,
    ways: waysFor(reason, works, certified, knownArchive(works, knownOf)),
    doneStages,
  };
}

const nothing: Assessment = {
  ready: false,
  reason: '',
  detail: '',
  told: undefined,
  chipIndex: null,
  ways: [],
  works: [],
  states: [],
  doneStages: [],
  earlier: null,
  certified: false,
};

const provision: Way = { action: 'provision', blocked: null, role: null };
const setAside: Way = { action: 'set-aside', blocked: null, role: null };
const hopeless: readonly Way[] = [
  setAside,
  { action: 'resume', blocked: 'cannot-take-plan', role: null },
  { action: 'validate', blocked: 'cannot-take-plan', role: null },
];

function waysFor(
  reason: Trouble,
  works: readonly ChipWork[],
  certified: boolean,
  archive: 'known' | 'elsewhere',
): readonly Way[] {
  const dataLocked = works.every(({ chip }) => chip.dataLocked);
  const validate: Way = {
    action: 'validate',
    blocked: !dataLocked ? 'data-zone-open' : archive === 'known' && !certified ? 'no-certificate' : null,
    role: null,
  };
  switch (reason) {
    case 'INTERRUPTED':
      return [{ action: 'resume', blocked: null, role: null }, validate, setAside];
    case 'ALREADY_PROVISIONED':
      return [validate, { action: 'resume', blocked: 'nothing-left', role: null }, setAside];
    case 'KEY_OF_UNKNOWN_ORIGIN':
      return [setAside, { action: 'accept-key', blocked: null, role: 'supervisor' }, validate];
    default:
      return hopeless;
  }
}

function reasonOf(code: ReasonCode, facts: Reason['facts']): Reason {
  return { code, facts };
}

/** A reason as an assessment has it: in words for logs, and as it is for screens. */
function toldAs(told: Reason | undefined): Pick<Assessment, 'detail' | 'told'> {
  return { detail: told === undefined ? '' : reasonWords(told.code, 'en', told.facts), told };
}

function judge({ chip, prepared }: ChipWork, known: ChipKnowledge | undefined): ChipVerdict {
  const image = prepared.images.get(chip.part);
  const trouble = (
    name: Trouble,
    code: ReasonCode,
    state?: FoundState,
    facts: Readonly<Record<string, string>> = {},
  ): ChipVerdict => ({ trouble: name, told: reasonOf(code, facts), state });
  if (image === undefined)
    return trouble('WRONG_PART', 'board-other-part', undefined, {
      planned: [...prepared.images.keys()].join(', '),
      found: chip.part,
    });
  if (!checkSerialNumber(chip.serialNumber).plausible)
    return trouble('DEVICE_SN_INVALID', 'board-serial-number', undefined, { serialNumber: toHex(chip.serialNumber) });
  const state = foundState(chip, {
    part: chip.part,
    image,
    slotsWritten: slotsWritten(prepared, chip),
    lockSlots: prepared.entry.lockSlots,
  });
  switch (state) {
    case 'new':
      return { trouble: undefined, told: undefined, state };
    case 'config-written':
      return trouble('INTERRUPTED', 'board-config-written', state);
    case 'config-locked':
      return trouble('INTERRUPTED', 'board-config-locked', state);
    case 'slot-locked-early':
      return trouble('SCRAP', 'board-slot-locked', state);
    case 'foreign':
      return trouble('FOREIGN_CONFIG', 'board-other-config', state);
    case 'data-locked':
    case 'all-locked': {
      if (known?.archived === false) return trouble('KEY_OF_UNKNOWN_ORIGIN', 'board-no-certificate', state);
      const cut = state === 'data-locked' || (known?.newest !== undefined && known.newest.outcome.kind !== 'PASS');
      return cut
        ? trouble('INTERRUPTED', 'board-never-passed', state)
        : trouble('ALREADY_PROVISIONED', 'board-all-locked', state);
    }
  }
}

/** Slots that stages 6 and 7 write, as the run itself counts them. */
function slotsWritten(prepared: PreparedEntry, chip: ChipIdentity): readonly number[] {
  const image = prepared.images.get(chip.part);
  if (image === undefined) return [];
  if (prepared.entry.dataLock === 'fill+crc')
    return decodeConfig(image, chip.part)
      .slots.filter((slot) => !slot.keyConfig.private)
      .map((slot) => slot.number);
  const certificates = prepared.definitions === undefined ? [] : certificateSlots(prepared.definitions);
  const data = prepared.entry.dataWrites.filter((write) => write.zone === 'data').map((write) => write.slot);
  return [...new Set([...certificates, ...data])];
}

/** Stages whose effect is in every chip of the board already. Slots cannot be read before the data lock, so 6 and 7 count only after it. */
function stagesDone(
  works: readonly ChipWork[],
  verdicts: ReadonlyMap<ChipIdentity, ChipVerdict>,
  certified: boolean,
): readonly number[] {
  const every = (holds: (chip: ChipIdentity) => boolean): boolean => works.every(({ chip }) => holds(chip));
  const done: number[] = [];
  if (every((chip) => chip.configLocked)) done.push(1, 2, 3);
  if (certified) done.push(4, 5);
  if (every((chip) => chip.dataLocked)) {
    done.push(6, 7, 8);
    if (every((chip) => verdicts.get(chip)?.state === 'all-locked')) done.push(9);
  }
  return done;
}

function earlierOf(
  works: readonly ChipWork[],
  knownOf: (chip: ChipIdentity) => ChipKnowledge | undefined,
): Assessment['earlier'] {
  for (const { chip } of works) {
    const newest = knownOf(chip)?.newest;
    if (newest === undefined || newest.outcome.kind === 'PASS' || newest.kind !== 'provision') continue;
    const last = newest.stages.at(-1);
    const stage = newest.outcome.stage > 0 ? newest.outcome.stage : last === undefined ? 0 : stageNumber(last.stage);
    return { runId: newest.runId, at: newest.endedAt, stage };
  }
  return null;
}

function knownArchive(
  works: readonly ChipWork[],
  knownOf: (chip: ChipIdentity) => ChipKnowledge | undefined,
): 'known' | 'elsewhere' {
  return works.every(({ chip }) => knownOf(chip)?.archived !== undefined) ? 'known' : 'elsewhere';
}

/** State by the lock bytes alone, where there is no image to compare with. */
function roughState(chip: ChipIdentity): string {
  if (!chip.configLocked) return foundStateWords.new;
  return chip.dataLocked ? foundStateWords['all-locked'] : foundStateWords['config-locked'];
}
