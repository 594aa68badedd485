import { existsSync } from 'node:fs';
import { SignetError } from '../../src-shared/base/error.ts';
import type { Board } from '../simulator/board.ts';
import { SimulatorError } from '../simulator/errors.ts';
import { parseFaults } from '../simulator/faults/parse.ts';
import { serveI2cBus } from '../simulator/i2c-bus-server.ts';
import type { KitOptions } from '../simulator/kits/kit.ts';
import { wellFormedHabits } from '../simulator/kits/modern.ts';
import { listenBoard } from '../simulator/listener.ts';
import { type BoardTiming, chipsOf, type NewChip, openBoard } from '../simulator/open-board.ts';
import { readText } from './files.ts';

/** A simulated board behind a TCP port, its state in a file. */
export interface SimulatedBoardOptions {
  readonly host: string;
  readonly port: number;
  readonly stateFile: string;
  /**
   * What a new board carries: one part for each chip, the second at address C2 and so on; empty = a board without a chip. When not
   * given: one 508, or whatever the state file has.
   */
  readonly part?: SimulatedPart | readonly SimulatedPart[];
  /** Serial number of a new board's first chip, 9 bytes; drawn when not given. */
  readonly serialNumber?: Uint8Array;
  /** When not given: legacy, or whatever the state file has. */
  readonly dialect?: 'legacy' | 'd21' | 'modern' | 'signet';
  readonly realTime: boolean;
  /** Real time only: the kit's line takes this many bits a second, ten to a character; none = it costs nothing. */
  readonly baud?: number;
  readonly faults?: string;
  /** A stick instead of a board: it says AT88CKECCSIGNER when it is asked. */
  readonly stick?: boolean;
  /** A state file that does not exist is a mistake, not a new board. */
  readonly mustExist?: boolean;
  /** No kit: the wires of the I2C bus behind the socket, for the C programs of firmware/ (its README, "The bus over a socket"). */
  readonly wires?: boolean;
}

export type SimulatedPart = '508' | '608';

export interface RunningSimulation {
  readonly host: string;
  readonly port: number;
  /** Serial numbers of the chips that are in it, upper-case hex. */
  serialNumbers(): readonly string[];
  /** Takes the product out of the fixture and puts the next one in, new chips of the same kind; the kit stays. */
  nextProduct(): Promise<void>;
  close(): Promise<void>;
}

const firstAddress = 0xc0;
/** 8N1 */
const bitsOfCharacter = 10;

/** Starts it. Throws FILE_*, PORT_IN_USE, OPTION_INVALID with the simulator's own sentence. */
export async function startSimulatedBoard(options: SimulatedBoardOptions): Promise<RunningSimulation> {
  const timing: BoardTiming = options.realTime ? 'real' : 'hastened';
  const kit = kitOf(options);
  const parts = typeof options.part === 'string' ? [options.part] : options.part;
  const kinds = newChips(options.serialNumber === undefined ? parts : (parts ?? ['508']), options.serialNumber);
  if (options.mustExist === true && !existsSync(options.stateFile)) {
    throw new SignetError('FILE_MISSING', `The state file ${options.stateFile} does not exist.`, {
      path: options.stateFile,
    });
  }
  try {
    const faults =
      options.faults === undefined ? undefined : parseFaults(readText(options.faults, 'fault file'), options.faults);
    const opened = await openBoard({
      stateFile: options.stateFile,
      timing,
      ...(options.baud === undefined
        ? {}
        : { pace: { line: { kind: 'characters', perSecond: options.baud / bitsOfCharacter } } }),
      ...(kit === undefined ? {} : { kit }),
      ...(kinds === undefined ? {} : { chips: kinds }),
      ...(faults === undefined ? {} : { faults }),
    });
    const { board } = opened;
    const carried = chipsOf(board).map(({ part }) => (part === 'ATECC608' ? '608' : '508'));
    if (parts !== undefined && parts.join() !== carried.join()) {
      await opened.close();
      throw new SignetError(
        'OPTION_INVALID',
        `The board in ${options.stateFile} carries ${carried.join(', ') || 'no chip'}, not ${parts.join(', ') || 'no chip'}.`,
      );
    }
    const listener = await (options.wires === true ? listenWires : listenBoard)(board, options).catch(
      async (thrown: unknown) => {
        await opened.close();
        throw thrown;
      },
    );
    return {
      host: listener.host,
      port: listener.port,
      serialNumbers: () =>
        chipsOf(board).map(({ serialNumber }) => Buffer.from(serialNumber).toString('hex').toUpperCase()),
      async nextProduct() {
        await board.settled();
        await board.nextProduct();
      },
      async close() {
        await listener.close();
        await opened.close();
      },
    };
  } catch (thrown) {
    throw simulatorError(thrown);
  }
}

/** The bus of a board behind a socket. Who closes the connection, or is cut off by a fault, has cut the power of the board. */
async function listenWires(
  board: Board,
  { host, port }: Pick<SimulatedBoardOptions, 'host' | 'port'>,
): Promise<{ readonly host: string; readonly port: number; close(): Promise<void> }> {
  const powerCycle = (): void => {
    board.unplug('its master is gone');
    board.plug();
  };
  const at = { host, port };
  const server = await serveI2cBus(board.wires(), {
    clock: board.clock,
    at,
    onGone: powerCycle,
    onPowerLost: powerCycle,
  });
  return { host, port: Number(server.where.split(':').at(-1)), close: () => server.close() };
}

function kitOf({ stick, dialect }: SimulatedBoardOptions): KitOptions | undefined {
  if (stick === true) return { dialect: 'legacy', name: 'AT88CKECCSIGNER' };
  if (dialect === undefined) return undefined;
  return dialect === 'modern' ? { dialect, habits: wellFormedHabits } : { dialect };
}

function newChips(
  parts: readonly SimulatedPart[] | undefined,
  serialNumber: Uint8Array | undefined,
): readonly NewChip[] | undefined {
  return parts?.map((part, i) => ({
    part: part === '608' ? '608A' : '508A',
    ...(i === 0 ? {} : { address: firstAddress + 2 * i }),
    ...(i === 0 && serialNumber !== undefined ? { serialNumber } : {}),
  }));
}

/** A complaint of the simulator as an error of ours. */
export function simulatorError(thrown: unknown): unknown {
  if (!(thrown instanceof SimulatorError)) return thrown;
  const codes = { busy: 'PORT_IN_USE', gone: 'KIT_LOST', input: 'FILE_INVALID', storage: 'STORAGE_FAILED' } as const;
  // Sentences that begin with a file's name keep it as it is.
  const sentence = thrown.message.replace(
    /^(?:cannot|the|there|this|no)\b/,
    (word) => word.slice(0, 1).toUpperCase() + word.slice(1),
  );
  return new SignetError(codes[thrown.kind], /[.!?]$/.test(sentence) ? sentence : `${sentence}.`, {}, thrown);
}
