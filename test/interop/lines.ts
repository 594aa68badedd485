import { Board } from '../../src-main/simulator/board.ts';
import { type Chip, createChip, factoryImage, seededRandom } from '../../src-main/simulator/chip/index.ts';
import { virtualClock } from '../../src-main/simulator/clock.ts';
import { siliconBus } from '../../src-main/simulator/i2c-bus.ts';
import type { KitOptions } from '../../src-main/simulator/kits/kit.ts';
import { wellFormedHabits } from '../../src-main/simulator/kits/modern.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { startHostKit } from '../firmware/host-kit.ts';
import { BoardOnPty } from './pty-board.ts';

/** A board at the end of a serial line: whoever opens `port` talks to its kit. */
export interface SerialBoard {
  readonly port: string;
  readonly part: Part;
  readonly chips: readonly Chip[];
  /** The only chip, or the first. */
  readonly chip: Chip;
  close(): Promise<void>;
}

export interface NewChip {
  readonly part: Part;
  readonly address?: number;
}

/** Ways to a chip over a serial line. */
export type LineKind =
  /** Our simulated kit, of any dialect; without one the well-behaved modern kit. */
  | { readonly kind: 'simulated'; readonly kit?: KitOptions }
  /** The kit host of firmware/ as a Linux process. */
  | { readonly kind: 'firmware' };

const wellBehaved: KitOptions = { dialect: 'modern', habits: wellFormedHabits };

let boards = 0;

/** Chips of their own for every board: another serial number and other random numbers each, the same in every run of the suite. */
function newChips(chips: readonly NewChip[], clock: ReturnType<typeof virtualClock>): Chip[] {
  return chips.map(({ part, address }) => {
    boards += 1;
    const config = factoryImage(part === 'ATECC508A' ? '508A' : '608B');
    if (address !== undefined) config[16] = address;
    return createChip({
      part: part === 'ATECC508A' ? '508A' : '608B',
      serialNumber: fromHex(`0123${boards.toString(16).padStart(12, '0')}EE`),
      config,
      clock,
      random: seededRandom(`interop ${boards}`),
    });
  });
}

/** Opens a line with new chips behind it. Time on the boards is virtual: nothing falls asleep because a machine is slow. */
export async function openLine(kind: LineKind, ...wanted: readonly NewChip[]): Promise<SerialBoard> {
  const clock = virtualClock();
  const chips = newChips(wanted, clock);
  const [chip] = chips;
  const part = wanted[0]?.part;
  if (chip === undefined || part === undefined) throw new Error('a line needs a chip');
  if (kind.kind === 'firmware') {
    const kit = await startHostKit(siliconBus({ chips: () => chips, clock }), clock);
    return { port: kit.pty, part, chips, chip, close: () => kit.close() };
  }
  const board = new Board({ kit: kind.kit ?? wellBehaved, chips, clock });
  const line = await BoardOnPty.start(board);
  return { port: line.port, part, chips, chip, close: () => line.close() };
}
