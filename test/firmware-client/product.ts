import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Board } from '../../src-main/simulator/board.ts';
import { ChipBus, KitPowerLost } from '../../src-main/simulator/bus.ts';
import {
  type Chip,
  type ChipModel,
  type ChipOptions,
  type ChipSnapshot,
  createChip,
  restoreChip,
} from '../../src-main/simulator/chip/index.ts';
import { virtualClock } from '../../src-main/simulator/clock.ts';
import type { FaultAction, PacketFilter } from '../../src-main/simulator/faults/fault.ts';
import { FaultPlayer } from '../../src-main/simulator/faults/player.ts';
import { boardBus } from '../../src-main/simulator/i2c-bus.ts';
import { serveI2cBus } from '../../src-main/simulator/i2c-bus-server.ts';
import { busPace } from '../../src-main/simulator/pace.ts';
import { Tracer } from '../../src-main/simulator/trace.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { type ClientRun, runClient } from './client-program.ts';

/** Something that goes wrong on the bus of the product: at the `from`-th packet that fits, counted over one power-up. */
export interface ProductFault {
  readonly filter: PacketFilter;
  readonly from?: number;
  readonly times?: number;
  readonly action: FaultAction;
}

export interface ProductOptions extends Pick<ChipOptions, 'rules' | 'defect'> {
  readonly part?: ChipModel;
  readonly serialNumber?: Uint8Array;
  readonly snapshot?: ChipSnapshot;
}

/** A product with its own microcontroller: a chip on the wires of the embedded client, power that can go. */
export class Product {
  readonly chip: Chip;
  readonly #clock = virtualClock();
  #packets = 0;

  constructor(options: ProductOptions = {}) {
    const { part = '508A', serialNumber = fromHex('01234038D92CA571EE'), snapshot, ...setting } = options;
    const made = { ...setting, clock: this.#clock };
    this.chip = snapshot === undefined ? createChip({ ...made, part, serialNumber }) : restoreChip(snapshot, made);
  }

  /** Command packets that the chip was sent in the last run. */
  get packets(): number {
    return this.#packets;
  }

  /** Power on, one run of the program, power off. */
  async run(
    program: string,
    server: string,
    args: readonly string[] = [],
    faults: readonly ProductFault[] = [],
  ): Promise<ClientRun> {
    const folder = mkdtempSync(join(tmpdir(), 'signet-product-'));
    const counts = { packets: 0 };
    const bus = new ChipBus({
      clock: this.#clock,
      pace: busPace,
      tracer: new Tracer(
        () => this.#clock.now(),
        () => undefined,
      ),
      faults: new FaultPlayer({
        seed: 1,
        faults: faults.map(({ filter, from = 1, times = 1, action }) => ({
          at: { on: 'packet', filter, from },
          times,
          action,
        })),
      }),
      owner: { commandDone: () => Promise.resolve(), scene: () => Promise.resolve() },
      counts,
    });
    bus.place([this.chip]);
    const wires = await serveI2cBus(boardBus(bus), {
      clock: this.#clock,
      at: { path: join(folder, 'bus') },
      onPowerLost: (error) => {
        if (!(error instanceof KitPowerLost)) throw error;
      },
    });
    try {
      return await runClient(program, ['--bus', wires.where, '--server', server, '--time', 'bus', ...args]);
    } finally {
      this.#packets = counts.packets;
      await wires.close();
      rmSync(folder, { recursive: true, force: true });
      this.chip.powerCycle();
    }
  }

  /** The same chip on a kit of the line, for the station's own programs. */
  board(): Board {
    return new Board({ kit: { dialect: 'modern' }, chips: [this.chip], clock: this.#clock });
  }
}

/** The power of the whole product goes around a packet. */
export function powerCut(
  when: 'before' | 'during' | 'after',
  torn: { newWords?: number; key?: 'old' | 'new' | 'garbage-valid' | 'garbage-invalid' } = {},
): FaultAction {
  return { do: 'power-cut', when, scope: 'board', back: { kind: 'never' }, torn };
}
