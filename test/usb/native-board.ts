import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Chip } from '../../src-main/simulator/chip/index.ts';
import { virtualClock } from '../../src-main/simulator/clock.ts';
import { siliconBus } from '../../src-main/simulator/i2c-bus.ts';
import { type I2cBusServer, serveI2cBus } from '../../src-main/simulator/i2c-bus-server.ts';
import type { SimulatedClock } from '../../src-main/simulator/silicon.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { newChip } from '../firmware/pty-board.ts';

const PROGRAM = 'firmware/build/kit-host-usbip';

/**
 * A board whose USB device is our own firmware: the SAM D21's image over its own USB connector, on a model of that chip's USB
 * controller, plugged into a port of the kernel's virtual host controller (vhci-hcd). Its chip is a simulated one.
 */
export class NativeBoard {
  readonly #folder: string;
  readonly #clock: SimulatedClock;
  readonly #bus: I2cBusServer;
  readonly #chips: Chip[];
  #program: { stop(): Promise<void> } | undefined;

  private constructor(folder: string, clock: SimulatedClock, chips: Chip[], bus: I2cBusServer) {
    this.#folder = folder;
    this.#clock = clock;
    this.#chips = chips;
    this.#bus = bus;
  }

  /** Loads the virtual host controller. The board is not plugged in yet. */
  static async create(): Promise<NativeBoard> {
    await promisify(execFile)('modprobe', ['vhci-hcd']);
    const folder = mkdtempSync(join(tmpdir(), 'signet-native-'));
    const clock = virtualClock();
    const chips = [newChip(clock, { part: '608A' })];
    const bus = siliconBus({ chips: () => chips, clock });
    return new NativeBoard(folder, clock, chips, await serveI2cBus(bus, { clock, at: { path: join(folder, 'bus') } }));
  }

  /** Serial number in hex of the chip on it. */
  get serial(): string {
    return toHex(this.#chip.serialNumber);
  }

  get #chip(): Chip {
    const [chip] = this.#chips;
    if (chip === undefined) throw new Error('there is no chip on this board');
    return chip;
  }

  /** The next product, as it comes from the factory. */
  nextProduct(): void {
    this.#chips[0] = newChip(this.#clock, { part: '608A' });
  }

  /** The cable goes in. Rejects with what the firmware's program said when it did not come up. */
  async plug(): Promise<void> {
    const child = spawn(PROGRAM, ['--bus', this.#bus.where, '--time', 'bus'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await new Promise<void>((resolve, reject) => {
      const look = (chunk: Buffer): void => {
        said += chunk.toString();
        if (/^attached \d+$/m.test(said)) resolve();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('error', reject);
      child.once('exit', (status) => reject(new Error(`${PROGRAM} ended with ${status}:\n${said}`)));
    });
    this.#program = {
      async stop() {
        if (child.exitCode !== null) throw new Error(`the firmware had ended by itself:\n${said}`);
        child.kill('SIGTERM');
        await ended;
      },
    };
  }

  /** The cable comes out, and the chip loses its power with it. Rejects when the firmware had ended before. */
  async unplug(): Promise<void> {
    const program = this.#program;
    this.#program = undefined;
    await program?.stop();
    this.#chip.powerCycle();
  }

  /** Unplugs it. The virtual host controller stays: to bring its many hubs up takes an emulated machine seconds. */
  async close(): Promise<void> {
    await this.unplug();
    await this.#bus.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Takes the virtual host controller away. */
export async function removeVirtualController(): Promise<void> {
  await promisify(execFile)('modprobe', ['-r', 'vhci-hcd']);
}
