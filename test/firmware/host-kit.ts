import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { I2cBus } from '../../src-main/simulator/i2c-bus.ts';
import { type I2cBusServer, serveI2cBus } from '../../src-main/simulator/i2c-bus-server.ts';
import type { SimulatedClock } from '../../src-main/simulator/silicon.ts';
import { hostProgram } from './build.ts';
import { type PtyProgram, startPtyProgram } from './program.ts';

/** The C kit host as a process, on a bus of ours. */
export interface HostKit {
  readonly pty: string;
  readonly program: PtyProgram;
  readonly bus: I2cBusServer;
  /** The kit loses its power: the process ends and the pseudo-terminal hangs up. */
  unplug(): Promise<void>;
  close(): Promise<void>;
}

/** `time` bus: the kit's delays are passed on the bus's clock (a virtual one takes no time); machine: they are real. */
export async function startHostKit(
  i2c: I2cBus,
  clock: SimulatedClock,
  time: 'bus' | 'machine' = 'bus',
  over: 'unix' | 'tcp' = 'unix',
): Promise<HostKit> {
  const command = hostProgram();
  const folder = mkdtempSync(join(tmpdir(), 'signet-kit-'));
  const at = over === 'unix' ? { path: join(folder, 'bus') } : { port: 0 };
  const bus = await serveI2cBus(i2c, { clock, at });
  const program = await startPtyProgram(command, ['--bus', bus.where, '--time', time], /^pty (\S+)$/m);
  const close = async (): Promise<void> => {
    await program.stop();
    await bus.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    pty: program.pty,
    program,
    bus,
    async unplug() {
      bus.cutPower();
      await program.ended;
    },
    close,
  };
}
