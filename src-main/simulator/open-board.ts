import type { ChannelDescription } from '../hal/byte-channel.ts';
import { Board, type BoardOptions } from './board.ts';
import type { BoardState } from './board-state.ts';
import {
  type Chip,
  type ChipModel,
  type ChipOptions,
  createChip,
  factoryImage,
  type RandomSource,
  restoreChip,
  systemRandom,
} from './chip/index.ts';
import { hastenedClock, realClock, virtualClock } from './clock.ts';
import type { KitOptions } from './kits/kit.ts';
import { usbIdentity } from './kits/usb-identity.ts';
import { busPace, instantPace, type Pace } from './pace.ts';
import type { SimulatedClock } from './silicon.ts';
import { StateFile } from './state-file.ts';

/**
 * How time goes on a simulated board.
 * `none`: nothing takes any; watchdogs never expire. For tests of what happens, not when.
 * `virtual`: everything takes its typical time on a clock that is turned on at once; `board.clock.now()` says how long it took.
 * `hastened`: the machine's clock, every wait skipped: a chip left awake falls asleep. For boards that serve strangers.
 * `real`: typical times, really waited for. `maximum`: the longest times, really waited for.
 */
export type BoardTiming = 'none' | 'virtual' | 'hastened' | 'real' | 'maximum';

/** A chip that a new board gets. */
export interface NewChip {
  readonly part: ChipModel;
  /** 9 bytes; a new one of the form 01 23 … EE when not given. */
  readonly serialNumber?: Uint8Array;
  /** 8-bit I2C address in byte 16; C0 when not given. Several chips of a board need different ones. */
  readonly address?: number;
}

/** What does not depend on where the chips come from. */
export interface BoardSetting
  extends Pick<BoardOptions, 'faults' | 'trace' | 'description'>,
    Pick<ChipOptions, 'random' | 'rules' | 'defect' | 'onEvent'> {
  readonly timing?: BoardTiming;
  /** Overrides the pace that belongs to the timing: character rates, HID reports, kits' own polling. */
  readonly pace?: Partial<Pace>;
}

export interface OpenBoardOptions extends BoardSetting {
  /** For a new board, and in place of the file's when it is given. Default: a legacy kit, AT88CK590. */
  readonly kit?: KitOptions;
  /** What a new board carries. Default: one 508A. Not looked at when the file exists. */
  readonly chips?: readonly NewChip[];
  /** Where the state lives; made when it does not exist. Without it the board is forgotten with the process. */
  readonly stateFile?: string;
  /** 0 = every change is on the disk before the host hears of it. */
  readonly batchMs?: number;
}

export interface OpenBoard {
  readonly board: Board;
  /** Unplugs it and resolves when its state is on the disk. */
  close(): Promise<void>;
}

/** A board from its file, or a new one. Throws SimulatorError when the file is none, or the options make no board. */
export async function openBoard(options: OpenBoardOptions = {}): Promise<OpenBoard> {
  const file =
    options.stateFile === undefined ? undefined : new StateFile(options.stateFile, { batchMs: options.batchMs ?? 0 });
  const stored = await file?.read();
  const board = makeBoard(options, stored, file?.keep);
  if (file !== undefined && stored === undefined) await file.keep(board.state());
  return {
    board,
    async close() {
      board.unplug('switched off');
      await board.settled();
      await file?.flush();
    },
  };
}

/** A new board in memory. */
export function createBoard(options: Omit<OpenBoardOptions, 'stateFile' | 'batchMs'> = {}): Board {
  return makeBoard(options, undefined, undefined);
}

/**
 * A signer stick: a 508A behind a legacy kit that calls itself AT88CKECCSIGNER (signer-and-server.md 1.1). Nothing else in it
 * is special; what makes it a signer is in the chip. `state` from an earlier `board.state()`, or a blank stick.
 */
export function createSignerStick(state?: BoardState, setting: BoardSetting = {}): Board {
  return makeBoard({ ...setting, kit: { dialect: 'legacy', name: 'AT88CKECCSIGNER' } }, state, undefined);
}

/** The same with the name of a root stick. */
export function createRootStick(state?: BoardState, setting: BoardSetting = {}): Board {
  return makeBoard({ ...setting, kit: { dialect: 'legacy', name: 'AT88CKECCROOT' } }, state, undefined);
}

/** The simulated chips of a board, to be looked into by tests and tools. */
export function chipsOf(board: Board): readonly Chip[] {
  return board.chips.flatMap((chip) => (isChip(chip) ? [chip] : []));
}

function isChip(chip: Board['chips'][number]): chip is Chip {
  return 'inspect' in chip;
}

function makeBoard(
  options: OpenBoardOptions,
  stored: BoardState | undefined,
  keep: BoardOptions['keep'] | undefined,
): Board {
  const timing = options.timing ?? 'none';
  const clock = clocks[timing]();
  const setting: Omit<ChipOptions, 'part' | 'serialNumber'> = {
    clock,
    timing: timing === 'none' ? 'none' : timing === 'maximum' ? 'maximum' : 'typical',
    ...(options.random === undefined ? {} : { random: options.random }),
    ...(options.rules === undefined ? {} : { rules: options.rules }),
    ...(options.defect === undefined ? {} : { defect: options.defect }),
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  };
  const restore = (snapshot: unknown): Chip => restoreChip(snapshot, setting);
  const chips = stored?.chips.map(restore) ?? newChips(options.chips, setting);
  const kinds = options.chips ?? chips.map(({ model, address }) => ({ part: model, address }));
  const { faults, trace } = options;
  const kit = options.kit ?? stored?.kit ?? { dialect: 'legacy' };
  return new Board({
    kit,
    chips,
    aside: stored?.aside.map(restore) ?? [],
    // The next product is of the same kind, but another one.
    nextChips: () =>
      newChips(
        kinds.map(({ serialNumber: _, ...kind }: NewChip) => kind),
        setting,
      ),
    clock,
    pace: { ...paces[timing], ...options.pace },
    ...(faults === undefined ? {} : { faults }),
    ...(trace === undefined ? {} : { trace }),
    description: options.description ?? newConnector(kit),
    ...(keep === undefined ? {} : { keep }),
  });
}

let connectors = 0;

/** A connector of its own for every board of the process, with the USB identity of its kit. */
function newConnector(kit: KitOptions): ChannelDescription {
  connectors += 1;
  const path = `simulated:${connectors}`;
  return { kind: 'simulated', path, connector: path, ...usbIdentity(kit) };
}

const clocks: Readonly<Record<BoardTiming, () => SimulatedClock>> = {
  none: virtualClock,
  virtual: virtualClock,
  hastened: hastenedClock,
  real: realClock,
  maximum: realClock,
};

const paces: Readonly<Record<BoardTiming, Pace>> = {
  none: instantPace,
  virtual: busPace,
  hastened: instantPace,
  real: busPace,
  maximum: busPace,
};

function newChips(
  kinds: readonly NewChip[] = [{ part: '508A' }],
  setting: Omit<ChipOptions, 'part' | 'serialNumber'>,
): readonly Chip[] {
  return kinds.map(({ part, serialNumber, address }) => {
    const config = factoryImage(part);
    if (address !== undefined) config[I2C_ADDRESS_BYTE] = address;
    return createChip({ ...setting, part, config, serialNumber: serialNumber ?? newSerialNumber(setting.random) });
  });
}

const I2C_ADDRESS_BYTE = 16;

/** 01 23, six bytes that no other chip has, EE. */
function newSerialNumber(random: RandomSource = systemRandom()): Uint8Array {
  return Uint8Array.from([0x01, 0x23, ...random.bytes(6), 0xee]);
}
