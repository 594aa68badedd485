import type { RunResult } from '../../src-main/provisioning/run.ts';
import { openRunStore, openStore, type RunStore, type Store } from '../../src-main/records/index.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import type { BoardChip } from '../../src-main/simulator/board-chip.ts';
import { type Chip, seededRandom } from '../../src-main/simulator/chip/index.ts';
import type { Fault, TornWrite } from '../../src-main/simulator/faults/fault.ts';
import type { KitOptions } from '../../src-main/simulator/kits/kit.ts';
import { chipsOf, createBoard } from '../../src-main/simulator/open-board.ts';
import { SeededRandom } from '../../src-main/simulator/random.ts';
import type { TraceEvent } from '../../src-main/simulator/trace.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { type PlanEntry, planEntrySchema } from '../../src-shared/model/plan.ts';
import type { StageName } from '../../src-shared/model/stages.ts';
import { NoBoard, type RunSetting, Station } from '../provisioning/station.ts';
import { journalIn, makeWorld, type World } from '../provisioning/world.ts';
import { auditBooks, auditChip, type Books } from './audit.ts';

/** One way to run a line: part, kit, data lock policy, slots to lock. */
export interface Variant {
  readonly part: '508A' | '608A';
  readonly dialect: KitOptions['dialect'];
  readonly dataLock: PlanEntry['dataLock'];
  readonly lockSlots: readonly number[];
  /** Data of the plan besides the certificates: clear bytes, OTP, and a secret that is kept. */
  readonly data: boolean;
}

export function variantName(variant: Variant): string {
  const slots = variant.lockSlots.length === 0 ? 'no slots' : `slots ${variant.lockSlots.join(' ')}`;
  return `${variant.part} ${variant.dialect} ${variant.dataLock}, ${slots}${variant.data ? ', data' : ''}`;
}

/** One command packet of an undisturbed run. */
export interface PacketFact {
  readonly packet: number;
  readonly opcode: number;
  readonly p1: number;
  readonly p2: number;
  /** 4-byte words written: of a Write its data, of a Lock one byte; 0 = nothing is written. */
  readonly words: number;
  readonly stage: StageName | 'preflight';
}

/** What is done to the power, the cable or the board at one packet. */
export interface Mishap {
  readonly packet: number;
  readonly kind: /** Power of kit and chips goes and stays away; a new board object is made from what outlived it. */
    | 'power'
    /** The chip alone loses power; the kit notices nothing and the run goes on if it can. */
    | 'brown-out'
    /** The cable is pulled and put in again. */
    | 'unplug'
    /** The station's process ends; the board stays as it is. */
    | 'kill';
  readonly when: 'before' | 'during' | 'after';
  readonly torn?: TornWrite;
  readonly restart: 'same station' | 'other station';
}

export function mishapName(mishap: Mishap): string {
  const torn =
    mishap.torn === undefined ? '' : ` (new words ${mishap.torn.newWords.toString(2)}, key ${mishap.torn.key})`;
  return `${mishap.kind} ${mishap.when} packet ${mishap.packet}${torn}, ${mishap.restart}`;
}

export interface CaseResult {
  readonly name: string;
  /** How the disturbed run ended; `none` = there was no board to start with, or nobody left to say. */
  readonly first: string;
  /** State and outcome of the run after it. */
  readonly found: string;
  readonly second: string;
  readonly complaints: readonly string[];
}

export interface Swap {
  /** Before this packet reaches the chip, the chip is taken out. */
  readonly packet: number;
  /** Lines to the kit that fall into the time in which the fixture is empty; 0 = a swap quicker than any hand. */
  readonly gap: number;
  /** State of the chip that comes: a name of `halfway`, or a new one. */
  readonly newcomer?: string;
  readonly of?: string;
}

export interface SwapResult extends CaseResult {
  /** Parts of the newcomer's memory that are not what they were. */
  readonly touched: readonly string[];
}

/** Stage 7 of variants with data. */
const clearBytes = 'C0FFEE'.repeat(15);
const otpBytes = '0123456789ABCDEF';
const clearSlot = 13;
const secretSlot = 4;
const plannedData = [
  { zone: 'data', slot: clearSlot, source: { kind: 'bytes', hex: clearBytes } },
  { zone: 'otp', source: { kind: 'bytes', hex: otpBytes } },
  { zone: 'data', slot: secretSlot, source: { kind: 'random', length: 32, sink: 'secrets' } },
];

const LOCK = 0x17;
const WRITE = 0x12;
const GENKEY = 0x40;
const UPDATE_EXTRA = 0x20;

function wordsWritten(bytes: Uint8Array): number {
  const opcode = bytes[1];
  if (opcode === WRITE) return ((bytes[2] ?? 0) & 0x80) === 0 ? 1 : 8;
  if (opcode === LOCK || opcode === UPDATE_EXTRA) return 1;
  if (opcode === GENKEY && bytes[2] === 0x04) return 1;
  return 0;
}

/** A line under test: one server, a station with its journal and another one without it, and boards by number. */
export class SweptLine {
  readonly variant: Variant;
  readonly world: World;
  readonly entry: PlanEntry;
  readonly #otherStore: Store;
  readonly #otherRuns: RunStore;
  #boards = 0;

  private constructor(variant: Variant, world: World) {
    this.variant = variant;
    this.world = world;
    this.entry = planEntrySchema.parse({
      ...world.entry,
      dataLock: variant.dataLock,
      lockSlots: [...variant.lockSlots],
      dataWrites: variant.data ? plannedData : [],
    });
    this.#otherStore = openStore(':memory:');
    this.#otherRuns = openRunStore(this.#otherStore);
  }

  static async open(variant: Variant): Promise<SweptLine> {
    return new SweptLine(variant, await makeWorld());
  }

  async close(): Promise<void> {
    await this.world.close();
    this.#otherStore.close();
  }

  /** A station that was started just now: knows nothing but its journal. */
  station(which: Mishap['restart'] = 'same station'): Station {
    return new Station({
      name: which,
      open: this.world.side.open,
      entry: this.entry,
      journal: journalIn(which === 'same station' ? this.world.records.runs : this.#otherRuns),
      now: this.world.now,
    });
  }

  /** A board with a chip of its own, or with the content of another chip. */
  board(
    options: {
      readonly faults?: readonly Fault[];
      readonly trace?: (event: TraceEvent) => void;
      readonly content?: Chip;
      /** Another kit than the variant's. */
      readonly dialect?: KitOptions['dialect'];
    } = {},
  ): Board {
    this.#boards += 1;
    const { part } = this.variant;
    const dialect = options.dialect ?? this.variant.dialect;
    const number = this.#boards;
    const serialNumber = Uint8Array.of(
      0x01,
      0x23,
      0,
      part === '508A' ? 1 : 2,
      0,
      number >> 16,
      number >> 8,
      number,
      0xee,
    );
    const board = createBoard({
      kit: { dialect },
      chips: [{ part, serialNumber }],
      timing: 'none',
      random: seededRandom(`board ${number}`),
      faults: { seed: number, faults: options.faults ?? [] },
      ...(options.trace === undefined ? {} : { trace: options.trace }),
    });
    if (options.content !== undefined) chipOf(board).restore(options.content.snapshot());
    return board;
  }

  /** The packets of a run that nothing disturbs, from the first after the board was looked at. */
  async packets(): Promise<readonly PacketFact[]> {
    const facts: PacketFact[] = [];
    let stage: PacketFact['stage'] = 'preflight';
    let running = false;
    const board = this.board({
      trace: (event) => {
        if (event.kind !== 'packet' || !running) return;
        const { bytes, packet } = event;
        facts.push({
          packet,
          opcode: bytes[1] ?? 0,
          p1: bytes[2] ?? 0,
          p2: (bytes[3] ?? 0) | ((bytes[4] ?? 0) << 8),
          words: wordsWritten(bytes),
          stage,
        });
      },
    });
    const station = this.station();
    const { record } = await station.run(board, {
      more: { sink: this.#sink() },
      callbacks: {
        notify: (name, status) => {
          running = true;
          if (status === 'START') stage = name;
        },
      },
    });
    await station.release(board);
    station.close();
    if (record.outcome.kind !== 'PASS') throw new Error(`the undisturbed run ended ${JSON.stringify(record.outcome)}`);
    return facts;
  }

  /** One board, one mishap, a restart, and the audit of what is then there. */
  async disturb(mishap: Mishap): Promise<CaseResult> {
    const name = `${variantName(this.variant)}: ${mishapName(mishap)}`;
    const dead = { yes: false };
    const first = this.station();
    const board: Board = this.board({
      faults: faultsOf(mishap),
      trace: (event) => {
        if (mishap.kind !== 'kill' || dead.yes || !('packet' in event) || event.packet !== mishap.packet) return;
        if (event.kind !== (mishap.when === 'before' ? 'packet' : 'answer')) return;
        dead.yes = true;
        void first.release(board);
      },
    });
    const journal = journalIn(this.world.records.runs);
    const ended = await attempt(() =>
      first.run(board, {
        more: { sink: this.#sink(dead) },
        journal: {
          begin: (run) => journal.begin(run),
          stage: async (...args) => (dead.yes ? undefined : journal.stage(...args)),
          end: async (record) => (dead.yes ? undefined : journal.end(record)),
        },
      }),
    );
    await first.release(board);
    first.close();
    const after = mishap.kind === 'power' ? this.board({ content: chipOf(board) }) : board;
    if (!after.plugged) after.plug();
    const second = this.station(mishap.restart);
    const resumed = await attempt(() => second.run(after, { action: 'resume', more: { sink: this.#sink() } }));
    await second.release(after);
    second.close();
    return {
      name,
      first: outcomeWords(ended),
      found: resumed?.record.foundState ?? 'no board',
      second: outcomeWords(resumed),
      complaints: this.#complaints(after, ended, resumed),
    };
  }

  /**
   * A bad week: one board, several mishaps one after the other at packets drawn by chance, then a run that is left alone.
   * Gives how often it was disturbed and how the last run ended.
   */
  async walk(seed: number): Promise<CaseResult> {
    const random = new SeededRandom(seed);
    let content: Chip | undefined;
    let board: Board | undefined;
    const met: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      const packet = 20 + random.below(140);
      const kind = (['power', 'brown-out', 'unplug'] as const)[random.below(3)] ?? 'power';
      const when = (['before', 'during', 'after'] as const)[random.below(3)] ?? 'after';
      const torn = {
        newWords: random.below(256),
        key: (['old', 'new', 'garbage-valid', 'garbage-invalid'] as const)[random.below(4)] ?? 'old',
      };
      board = this.board({
        faults: faultsOf({ packet, kind, when, torn, restart: 'same station' }),
        ...(content === undefined ? {} : { content }),
      });
      const current = board;
      const station = this.station(random.chance(0.5) ? 'same station' : 'other station');
      const ended = await attempt(() => station.run(current, { action: 'resume', more: { sink: this.#sink() } }));
      await station.release(board);
      station.close();
      met.push(`${kind} ${when} ${packet}: ${outcomeWords(ended)}`);
      content = chipOf(board);
    }
    const last = this.board(content === undefined ? {} : { content });
    const station = this.station('other station');
    const ended = await attempt(() => station.run(last, { action: 'resume', more: { sink: this.#sink() } }));
    await station.release(last);
    station.close();
    return {
      name: `${variantName(this.variant)}: walk ${seed}`,
      first: met.join(', '),
      found: ended?.record.foundState ?? 'no board',
      second: outcomeWords(ended),
      complaints: this.#complaints(last, undefined, ended),
    };
  }

  /** A run on a board with these faults, then a new kit and a run that is left alone. */
  async spoil(name: string, faults: readonly Fault[]): Promise<CaseResult> {
    const board = this.board({ faults });
    const station = this.station();
    const ended = await attempt(() => station.run(board, { more: { sink: this.#sink() } }));
    await station.release(board);
    station.close();
    const after = this.board({ content: chipOf(board) });
    const resumed = await attempt(() => this.run(after, { action: 'resume' }, 'other station'));
    return {
      name: `${variantName(this.variant)}: ${name}`,
      first: outcomeWords(ended),
      found: resumed?.record.foundState ?? 'no board',
      second: outcomeWords(resumed),
      complaints: this.#complaints(after, undefined, resumed),
    };
  }

  /** Lines that an undisturbed run sends to the kit, the look at its chips included. */
  async lines(): Promise<number> {
    let lines = 0;
    const board = this.board({
      trace: (event) => {
        if (event.kind === 'line-in') lines = event.line;
      },
    });
    await this.run(board);
    return lines;
  }

  /** One run on a board, as a station does that was just started. Throws when there is nothing to run on. */
  async run(board: Board, setting: RunSetting = {}, which: Mishap['restart'] = 'same station'): Promise<RunResult> {
    const station = this.station(which);
    try {
      return await station.run(board, { ...setting, more: { sink: this.#sink(), ...setting.more } });
    } finally {
      await station.release(board);
      station.close();
    }
  }

  /** Makes the chips that are found in the middle of a run: their run was stopped after this stage. */
  async makeHalfway(): Promise<void> {
    for (const stage of ['CONFIG_WRITE', 'CERTS_REQUEST', 'DATA_LOCK', 'VALIDATE_CERTS'] as const) {
      const stop = new AbortController();
      const board = this.board();
      const station = this.station();
      await station.run(board, {
        more: { signal: stop.signal, sink: this.#sink() },
        callbacks: {
          notify: (name, status) => {
            if (name === stage && status === 'DONE') stop.abort();
          },
        },
      });
      await station.release(board);
      station.close();
      this.halfway.set(stage, chipOf(board));
    }
  }

  /** Another chip is in the fixture from a packet on; the first one comes back later. */
  async swap(swap: Swap): Promise<SwapResult> {
    const newcomer = this.board(this.#contentOf(swap.newcomer));
    const [chip] = chipsOf(newcomer);
    if (chip === undefined) throw new Error('the newcomer has no chip');
    newcomer.takeOut();
    const before = memoryOf(chip);
    let original: readonly BoardChip[] = [];
    let empty = 1;
    const board: Board = this.board({
      ...this.#contentOf(swap.of),
      trace: (event) => {
        if (event.kind === 'packet' && event.packet === swap.packet) {
          original = board.takeOut();
          if (swap.gap === 0) board.putIn([chip]);
        }
        if (event.kind !== 'line-in' || original.length === 0) return;
        if (empty === swap.gap) board.putIn([chip]);
        empty += 1;
      },
    });
    const station = this.station();
    const first = await attempt(() =>
      station.run(board, { action: swap.of === undefined ? 'provision' : 'resume', more: { sink: this.#sink() } }),
    );
    const touched = differences(before, memoryOf(chip));
    await station.release(board);
    if (original.length > 0) board.putIn(original);
    const second = await attempt(() => station.run(board, { action: 'resume', more: { sink: this.#sink() } }));
    await station.release(board);
    station.close();
    return {
      name: `${variantName(this.variant)}: ${swap.newcomer ?? 'new'} chip instead of ${swap.of ?? 'new'} from packet ${swap.packet}, empty for ${swap.gap} lines`,
      first: outcomeWords(first),
      found: second?.record.foundState ?? 'no board',
      second: outcomeWords(second),
      touched,
      complaints: this.#complaints(board, undefined, second),
    };
  }

  /** Chips caught in the middle of a run, to be found in a fixture. */
  readonly halfway = new Map<string, Chip>();

  #contentOf(kind: string | undefined): { readonly content?: Chip } {
    const content = kind === undefined ? undefined : this.halfway.get(kind);
    return content === undefined ? {} : { content };
  }

  /** Secrets that were kept, the newest of each chip. */
  readonly #kept = new Map<string, string>();

  #sink(dead?: { readonly yes: boolean }): (name: string, serialNumber: string, bytes: Uint8Array) => Promise<void> {
    return async (_, serialNumber, bytes) => {
      if (dead?.yes === true) throw new Error('this station is dead');
      this.#kept.set(serialNumber, hex(bytes));
    };
  }

  /** Chip and books of a chip that passed: its data too. */
  #dataComplaints(chip: Chip): readonly string[] {
    if (!this.variant.data) return [];
    const { slots, otp } = chip.inspect();
    const complaints: string[] = [];
    const begins = (found: Uint8Array | undefined, wanted: string): boolean =>
      hex(found ?? new Uint8Array(0)).startsWith(wanted);
    if (!begins(slots[clearSlot], clearBytes)) complaints.push('slot 13 does not hold the data of the plan');
    if (!begins(otp, otpBytes)) complaints.push('OTP does not hold the data of the plan');
    const kept = this.#kept.get(hex(chip.serialNumber));
    if (kept === undefined || !begins(slots[secretSlot], kept))
      complaints.push('the secret that was kept is not the one in the chip');
    return complaints;
  }

  #complaints(board: Board, first: RunResult | undefined, second: RunResult | undefined): readonly string[] {
    const complaints: string[] = [];
    const chip = chipOf(board);
    const serialNumber = hex(chip.serialNumber);
    const issued = this.world.records.archive.bySerialNumber(serialNumber);
    if (issued.length > 1) complaints.push(`${issued.length} certificates for ${serialNumber}`);
    if (second === undefined) complaints.push('there was no second run');
    else if (second.passed) {
      const image = defaultImage(this.variant.part === '508A' ? 'ATECC508A' : 'ATECC608');
      const archive = issued.map((entry) => ({
        ...entry,
        device: entry.deviceCertificate,
        signer: entry.signerCertificate,
        compressed: entry.compressedCertificate,
        signerCompressed: entry.signerCompressedCertificate,
      }));
      complaints.push(...auditChip(chip.inspect(), { lockedSlots: this.variant.lockSlots, image }, archive));
      complaints.push(...this.#dataComplaints(chip));
    } else complaints.push(`the second run ended ${outcomeWords(second)}: ${JSON.stringify(second.record.outcome)}`);
    if (first?.passed === false && first.record.outcome.kind !== 'PASS') {
      const { code, next } = first.record.outcome;
      if (next === 'scrap' || next === 'set-aside' || next === 'none')
        complaints.push(`the first run said ${code}, next: ${next}, of a board that could be finished`);
    }
    return complaints;
  }

  /** The books of all boards so far. */
  books(): Books {
    return auditBooks(this.world.folder, {
      rootPublicKey: this.world.identity.rootPublicKey,
      signatures: this.world.signer.signatures,
    });
  }
}

function memoryOf(chip: Chip): Readonly<Record<string, string>> {
  const { config, otp, slots, keyValid } = chip.snapshot();
  return Object.fromEntries([
    ['config', config],
    ['OTP', otp],
    ...slots.map((slot, i) => [`slot ${i}`, `${slot} ${keyValid[i]}`]),
  ]);
}

function differences(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  return Object.keys(before).filter((part) => before[part] !== after[part]);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

export function chipOf(board: Board): Chip {
  const chip = chipsOf(board)[0];
  if (chip === undefined) throw new Error('the board has no chip');
  return chip;
}

async function attempt(run: () => Promise<RunResult>): Promise<RunResult | undefined> {
  try {
    return await run();
  } catch (thrown) {
    if (thrown instanceof NoBoard) return undefined;
    throw thrown;
  }
}

function outcomeWords(result: RunResult | undefined): string {
  if (result === undefined) return 'none';
  const { outcome } = result.record;
  return outcome.kind === 'PASS' ? 'PASS' : `${outcome.kind} ${outcome.code}`;
}

function faultsOf(mishap: Mishap): readonly Fault[] {
  const at: Fault['at'] = { on: 'packet', filter: {}, from: mishap.packet };
  const { when, torn = {} } = mishap;
  switch (mishap.kind) {
    case 'power':
      return [{ at, times: 1, action: { do: 'power-cut', when, scope: 'board', back: { kind: 'never' }, torn } }];
    case 'brown-out':
      return [{ at, times: 1, action: { do: 'power-cut', when, scope: 'chip', back: { kind: 'at-once' }, torn } }];
    case 'unplug':
      return [
        {
          at,
          times: 1,
          action: { do: 'unplug', side: when === 'before' ? 'before' : 'after', back: { kind: 'at-once' } },
        },
      ];
    case 'kill':
      return [];
  }
}

/** Every mishap of a whole run: before and after each packet, and during each that writes, in several ways. */
export function mishaps(packets: readonly PacketFact[], seed: number): readonly Mishap[] {
  const random = new SeededRandom(seed);
  const list: Mishap[] = [];
  let turn = 0;
  const add = (mishap: Omit<Mishap, 'restart'>): void => {
    turn += 1;
    list.push({ ...mishap, restart: turn % 2 === 0 ? 'same station' : 'other station' });
  };
  for (const fact of packets) {
    const { packet } = fact;
    for (const when of ['before', 'after'] as const) {
      add({ packet, kind: 'power', when });
      add({ packet, kind: 'brown-out', when });
      add({ packet, kind: 'unplug', when });
      add({ packet, kind: 'kill', when });
    }
    for (const torn of tornWays(fact, random)) {
      add({ packet, kind: 'power', when: 'during', torn });
      add({ packet, kind: 'brown-out', when: 'during', torn });
    }
  }
  return list;
}

function tornWays(fact: PacketFact, random: SeededRandom): readonly TornWrite[] {
  if (fact.words === 0) return [];
  if (fact.opcode === GENKEY) {
    return (['old', 'new', 'garbage-valid', 'garbage-invalid'] as const).map((key) => ({ newWords: 0, key }));
  }
  const all = 2 ** fact.words - 1;
  const masks = new Set([0, all]);
  for (let i = 0; fact.words > 1 && i < 3; i += 1) masks.add(random.below(all + 1));
  return [...masks].map((newWords) => ({ newWords, key: 'old' }));
}
