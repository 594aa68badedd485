import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChipBus } from '../../src-main/simulator/bus.ts';
import { type Chip, createChip, factoryImage, seededRandom } from '../../src-main/simulator/chip/index.ts';
import { realClock, virtualClock } from '../../src-main/simulator/clock.ts';
import type { Fault, SceneAction } from '../../src-main/simulator/faults/fault.ts';
import { FaultPlayer } from '../../src-main/simulator/faults/player.ts';
import { boardBus, type I2cBus } from '../../src-main/simulator/i2c-bus.ts';
import { type I2cBusServer, serveI2cBus } from '../../src-main/simulator/i2c-bus-server.ts';
import { busPace } from '../../src-main/simulator/pace.ts';
import type { SimulatedClock } from '../../src-main/simulator/silicon.ts';
import { type TraceEvent, Tracer } from '../../src-main/simulator/trace.ts';
import { hostProgram } from './build.ts';
import { type PtyProgram, startPtyProgram } from './program.ts';

export type ChipModel = '508A' | '608A';

export interface PtyBoardOptions {
  readonly part?: ChipModel;
  readonly faults?: readonly Fault[];
  /**
   * `virtual`: waits take no time. `real`: typical times of chip and bus, and characters at 115200 baud, really waited for,
   * reckoned from the moment a line begins: the work of simulating does not come on top.
   */
  readonly time?: 'virtual' | 'real';
  /** Decides serial number and random numbers; the same seed is the same chip. Another one for every board when not given. */
  readonly seed?: string;
  /** 8-bit I2C address; C0 when not given. */
  readonly address?: number;
}

let boards = 0;

/**
 * A whole board whose kit is the C program: simulated chip, the simulator's bus with its faults, kit host, pseudo-terminal.
 * `port` stays the same when it is unplugged and plugged in again; what the chip keeps without power stays too.
 */
export class PtyBoard {
  /** The path to open: a link to whatever pseudo-terminal the present process has. */
  readonly port: string;
  readonly clock: SimulatedClock;
  readonly trace: TraceEvent[] = [];
  /** Chips on the bus now, and what a swap puts in their place. */
  chips: Chip[];
  /** SDA is held low by something. */
  stuck = false;
  readonly #spare: Chip;
  readonly #folder = mkdtempSync(join(tmpdir(), 'signet-pty-board-'));
  readonly #time: 'virtual' | 'real';
  readonly #faults: FaultPlayer;
  readonly #counts = { packets: 0 };
  readonly #tracer: Tracer;
  #bus: ChipBus | undefined;
  #server: I2cBusServer | undefined;
  #program: PtyProgram | undefined;

  private constructor(options: PtyBoardOptions) {
    this.#time = options.time ?? 'virtual';
    this.clock = this.#time === 'real' ? realClock() : virtualClock();
    this.#faults = new FaultPlayer({ seed: 1, faults: options.faults ?? [] });
    this.#tracer = new Tracer(
      () => this.clock.now(),
      (event) => this.trace.push(event),
    );
    this.port = join(this.#folder, 'port');
    this.chips = [this.newChip(options)];
    this.#spare = this.newChip({
      ...options,
      ...(options.seed === undefined ? {} : { seed: `${options.seed} spare` }),
    });
  }

  static async open(options: PtyBoardOptions = {}): Promise<PtyBoard> {
    const board = new PtyBoard(options);
    await board.plug();
    return board;
  }

  get chip(): Chip {
    const [chip] = this.chips;
    if (chip === undefined) throw new Error('there is no chip on this board');
    return chip;
  }

  /** Packets that reached a chip so far. */
  get packets(): number {
    return this.#counts.packets;
  }

  get plugged(): boolean {
    return this.#bus !== undefined;
  }

  /** Power on: a new process, a new pseudo-terminal, behind the same link. */
  async plug(): Promise<void> {
    if (this.#bus !== undefined) return;
    await this.#end();
    const bus = new ChipBus({
      clock: this.clock,
      pace: busPace,
      tracer: this.#tracer,
      faults: this.#faults,
      owner: { commandDone: () => Promise.resolve(), scene: async (action) => this.#scene(bus, action) },
      counts: this.#counts,
    });
    bus.place(this.chips);
    this.#bus = bus;
    this.#server = await serveI2cBus(this.#wires(boardBus(bus)), {
      clock: this.clock,
      at: { path: join(this.#folder, 'bus') },
      onPowerLost: () => this.#powerOff(),
    });
    const baud = this.#time === 'real' ? ['--baud', String(BAUD)] : [];
    const args = ['--bus', this.#server.where, '--time', 'bus', '--link', this.port, ...baud];
    this.#program = await startPtyProgram(hostProgram(), args, /^pty (\S+)$/m);
  }

  /** The cable comes out; resolves when the port is gone. */
  async unplug(): Promise<void> {
    this.#powerOff();
    this.#server?.cutPower();
    await this.#program?.ended;
  }

  /** The product is taken out of the fixture and another one, or none, put in; the kit stays. */
  change(chips: readonly Chip[]): void {
    for (const chip of this.chips) chip.powerCycle();
    this.chips = [...chips];
    this.#bus?.place(this.chips);
  }

  async close(): Promise<void> {
    await this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The kit stops where it is, as a hung one does, or goes on. */
  freeze(frozen: boolean): void {
    this.#program?.freeze(frozen);
  }

  #wires(bus: I2cBus): I2cBus {
    return {
      pulse: async () => (this.stuck ? 'fault' : bus.pulse()),
      write: async (address, bytes) => (this.stuck ? 'fault' : bus.write(address, bytes)),
      read: async (address, length) => (this.stuck ? 'fault' : bus.read(address, length)),
    };
  }

  #powerOff(): void {
    this.#bus?.powerOff();
    this.#bus = undefined;
  }

  async #end(): Promise<void> {
    this.#powerOff();
    await this.#program?.stop();
    await this.#server?.close();
    this.#program = undefined;
    this.#server = undefined;
    rmSync(this.port, { force: true });
    rmSync(join(this.#folder, 'bus'), { force: true });
  }

  #scene(bus: ChipBus, action: SceneAction): void {
    if (action.do === 'bit-rot') {
      for (const chip of this.chips) chip.rot(action.zone, action.slot, action.offset, action.xor);
      return;
    }
    if (action.do === 'stick-bus') this.stuck = true;
    if (action.do === 'remove-chip' || action.do === 'swap-chip') {
      for (const chip of this.chips) chip.powerCycle();
      this.chips = action.do === 'swap-chip' ? [this.#spare] : [];
      bus.place(this.chips);
    }
  }

  /** A chip for this board, as it comes from the factory. */
  newChip(kind: NewPtyChip): Chip {
    return newChip(this.clock, kind);
  }
}

type NewPtyChip = Pick<PtyBoardOptions, 'part' | 'address' | 'seed'>;

/** A chip as it comes from the factory; the same seed is the same chip. */
export function newChip(clock: SimulatedClock, { part = '508A', address, seed }: NewPtyChip): Chip {
  boards += 1;
  const config = factoryImage(part);
  if (address !== undefined) config[16] = address;
  const name = seed ?? `pty board ${process.pid} ${boards}`;
  const serialNumber = createHash('sha256').update(name).digest().subarray(0, 6);
  return createChip({
    part,
    serialNumber: Uint8Array.from([0x01, 0x23, ...serialNumber, 0xee]),
    config,
    clock,
    random: seededRandom(name),
  });
}

/** Characters a second times ten: what the firmware's own serial line has. */
export const BAUD = 115_200;
