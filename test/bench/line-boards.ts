import { Board } from '../../src-main/simulator/board.ts';
import type { Chip } from '../../src-main/simulator/chip/index.ts';
import { realClock } from '../../src-main/simulator/clock.ts';
import { busPace } from '../../src-main/simulator/pace.ts';
import type { TraceEvent } from '../../src-main/simulator/trace.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { BAUD, type ChipModel, newChip, PtyBoard } from '../firmware/pty-board.ts';
import { BoardOnPty } from '../interop/pty-board.ts';

/**
 * The boards of the line bench, in a process of their own: chips, buses and kits must not take the station's time. Told what to
 * do by messages, one at a time. `firmware`: the C kit host; `simulated`: the simulator's kit of the same firmware, which costs
 * the machine less, so that sixteen of them fit on it.
 */
export type BoardsRequest =
  | {
      readonly do: 'open';
      readonly part: ChipModel;
      readonly count: number;
      readonly kit: 'firmware' | 'simulated';
    }
  /** New chips from the factory behind every kit; those of one round are always the same. */
  | { readonly do: 'renew'; readonly round: number }
  | { readonly do: 'figures' }
  | { readonly do: 'close' };

/** What happened since the last `renew`. */
export interface BoardFigures {
  /** Command packets that reached the chip, in order, as hex. */
  readonly packets: readonly string[];
  /** Whether the chip is locked by now. */
  readonly finished: boolean;
}

export type BoardsAnswer =
  | { readonly ports: readonly string[] }
  | { readonly figures: readonly BoardFigures[] }
  | { readonly done: true };

/** A board of either kind. */
interface Place {
  readonly port: string;
  readonly trace: TraceEvent[];
  chip(): Chip;
  renew(seed: string): void;
  close(): Promise<void>;
}

let places: readonly Place[] = [];

async function obey(request: BoardsRequest): Promise<BoardsAnswer> {
  switch (request.do) {
    case 'open': {
      const { part, count, kit } = request;
      const open = kit === 'firmware' ? firmwarePlace : simulatedPlace;
      places = await Promise.all(Array.from({ length: count }, () => open(part)));
      return { ports: places.map(({ port }) => port) };
    }
    case 'renew':
      for (const [i, place] of places.entries()) {
        place.renew(`bench ${i} round ${request.round}`);
        place.trace.length = 0;
      }
      return { done: true };
    case 'figures':
      return { figures: places.map(figuresOf) };
    case 'close':
      for (const place of places) await place.close();
      places = [];
      return { done: true };
  }
}

async function firmwarePlace(part: ChipModel): Promise<Place> {
  const board = await PtyBoard.open({ part, time: 'real' });
  return {
    port: board.port,
    trace: board.trace,
    chip: () => board.chip,
    renew: (seed) => board.change([board.newChip({ part, seed })]),
    close: () => board.close(),
  };
}

async function simulatedPlace(part: ChipModel): Promise<Place> {
  const clock = realClock();
  const trace: TraceEvent[] = [];
  let chip = newChip(clock, { part });
  const board = new Board({
    kit: { dialect: 'signet' },
    chips: [chip],
    clock,
    pace: { ...busPace, line: { kind: 'characters', perSecond: BAUD / 10 }, kitPolling: true },
    trace: (event) => trace.push(event),
  });
  const pty = await BoardOnPty.start(board);
  return {
    port: pty.port,
    trace,
    chip: () => chip,
    renew: (seed) => {
      chip = newChip(clock, { part, seed });
      board.putIn([chip]);
    },
    close: () => pty.close(),
  };
}

function figuresOf({ trace, chip }: Place): BoardFigures {
  const packets = trace.flatMap((event) => (event.kind === 'packet' ? [toHex(event.bytes)] : []));
  const { configLocked, dataLocked } = chip().inspect();
  return { packets, finished: configLocked && dataLocked };
}

process.on('message', (request: BoardsRequest) => {
  obey(request).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
