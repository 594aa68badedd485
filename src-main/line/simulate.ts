import { SignetError } from '../../src-shared/base/error.ts';
import { SimulatorError } from '../simulator/errors.ts';
import { parseFaults } from '../simulator/faults/parse.ts';
import { wellFormedHabits } from '../simulator/kits/modern.ts';
import { listenBoard } from '../simulator/listener.ts';
import { type BoardTiming, openBoard } from '../simulator/open-board.ts';
import { readText } from './files.ts';

/** A simulated board behind a TCP port, its state in a file. */
export interface SimulatedBoardOptions {
  readonly host: string;
  readonly port: number;
  readonly stateFile: string;
  readonly part: '508' | '608';
  readonly dialect: 'legacy' | 'd21' | 'modern';
  readonly realTime: boolean;
  readonly faults?: string;
  /** A stick instead of a board: it says AT88CKECCSIGNER when it is asked. */
  readonly stick?: boolean;
}

export interface RunningSimulation {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts it. Throws FILE_*, PORT_IN_USE, OPTION_INVALID with the simulator's own sentence. */
export async function startSimulatedBoard(options: SimulatedBoardOptions): Promise<RunningSimulation> {
  const timing: BoardTiming = options.realTime ? 'real' : 'hastened';
  const kit =
    options.stick === true
      ? ({ dialect: 'legacy', name: 'AT88CKECCSIGNER' } as const)
      : options.dialect === 'modern'
        ? ({ dialect: 'modern', habits: wellFormedHabits } as const)
        : ({ dialect: options.dialect } as const);
  try {
    const faults =
      options.faults === undefined ? undefined : parseFaults(readText(options.faults, 'fault file'), options.faults);
    const opened = await openBoard({
      stateFile: options.stateFile,
      kit,
      chips: [{ part: options.part === '608' ? '608A' : '508A' }],
      timing,
      ...(faults === undefined ? {} : { faults }),
    });
    const listener = await listenBoard(opened.board, { host: options.host, port: options.port }).catch(
      async (thrown: unknown) => {
        await opened.close();
        throw thrown;
      },
    );
    return {
      host: listener.host,
      port: listener.port,
      async close() {
        await listener.close();
        await opened.close();
      },
    };
  } catch (thrown) {
    throw simulatorError(thrown);
  }
}

/** A complaint of the simulator as an error of ours. */
export function simulatorError(thrown: unknown): unknown {
  if (!(thrown instanceof SimulatorError)) return thrown;
  const codes = { busy: 'PORT_IN_USE', gone: 'KIT_LOST', input: 'FILE_INVALID', storage: 'STORAGE_FAILED' } as const;
  return new SignetError(codes[thrown.kind], thrown.message, {}, thrown);
}
