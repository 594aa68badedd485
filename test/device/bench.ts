import {
  type ChipSession,
  type ConfigTarget,
  type DataLock,
  type DeviceEvent,
  type DeviceFailure,
  type KitEntry,
  type KitLease,
  KitRegistry,
} from '../../src-main/device/index.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import type { Transport } from '../../src-main/hal/transport.ts';
import { Board } from '../../src-main/simulator/board.ts';
import { type Chip, type ChipOptions, createChip } from '../../src-main/simulator/chip/chip.ts';
import { seededRandom } from '../../src-main/simulator/chip/random-source.ts';
import { type VirtualClock, virtualClock } from '../../src-main/simulator/clock.ts';
import type { Fault } from '../../src-main/simulator/faults/fault.ts';
import type { KitOptions } from '../../src-main/simulator/kits/kit.ts';
import { instantPace, type Pace } from '../../src-main/simulator/pace.ts';
import type { TraceEvent } from '../../src-main/simulator/trace.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { type Fill, fillBlocks } from '../../src-shared/atecc/config/fill-plan.ts';
import { decodeConfig } from '../../src-shared/atecc/config/model.ts';
import { defaultImage } from '../../src-shared/atecc/config/presets.ts';
import { crc16 } from '../../src-shared/atecc/crc.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';
import type { Result } from '../../src-shared/base/result.ts';

/** A simulated board behind the real Kit Protocol client and the real registry: what every test of this room runs on. */

export type Dialect = 'legacy' | 'd21' | 'modern';
export const dialects: readonly Dialect[] = ['legacy', 'd21', 'modern'];
export const parts: readonly Part[] = ['ATECC508A', 'ATECC608'];

export const SERIAL = fromHex('0123030405060708EE');
export const OTHER_SERIAL = fromHex('01236CD82CA57131EE');

export interface BenchOptions {
  readonly part?: Part;
  readonly dialect?: Dialect | 'signet';
  readonly kit?: KitOptions;
  readonly faults?: readonly Fault[];
  readonly chip?: Partial<ChipOptions>;
  readonly pace?: Pace;
}

export interface Bench {
  readonly board: Board;
  readonly chip: Chip;
  /** What a swap-chip fault puts in: factory-fresh, the same part. */
  readonly spare: Chip;
  readonly clock: VirtualClock;
  readonly transport: Transport;
  readonly registry: KitRegistry;
  readonly kit: KitEntry;
  readonly lease: KitLease;
  readonly session: ChipSession;
  readonly events: DeviceEvent[];
  readonly trace: TraceEvent[];
  close(): Promise<void>;
}

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const { part = 'ATECC508A', dialect = 'modern', faults = [] } = options;
  const clock = virtualClock();
  const common = { part: part === 'ATECC508A' ? '508A' : '608B', clock } as const;
  const chip = createChip({ ...common, serialNumber: SERIAL, random: seededRandom('chip'), ...options.chip });
  const spare = createChip({ ...common, serialNumber: OTHER_SERIAL, random: seededRandom('spare') });
  const trace: TraceEvent[] = [];
  const events: DeviceEvent[] = [];
  const board = new Board({
    kit: options.kit ?? { dialect },
    chips: [chip],
    nextChips: () => [spare],
    clock,
    pace: options.pace ?? instantPace,
    faults: { seed: 1, faults },
    trace: (event) => trace.push(event),
  });
  const transport = must(await openKit(board.connect()));
  const registry = new KitRegistry({ now: () => clock.now() });
  const kit = await registry.adopt(transport);
  const lease = must(registry.take(kit.id, { role: 'tool', name: 'test' }, { observe: (event) => events.push(event) }));
  return {
    board,
    chip,
    spare,
    clock,
    transport,
    registry,
    kit,
    lease,
    session: lease.chip(),
    events,
    trace,
    close: () => registry.remove(kit.id),
  };
}

/** Value of a result that must be one. */
export function must<T, F>(result: Result<T, F>): T {
  if (result.ok) return result.value;
  throw new Error(`failed: ${JSON.stringify(result.failure)}`);
}

/** Failure of a result that must be one. */
export function mustFail<T>(result: Result<T, DeviceFailure>): DeviceFailure {
  if (!result.ok) return result.failure;
  throw new Error('succeeded, should have failed');
}

/** The default image of a part, as what stage 1 is given. */
export function target(part: Part, serialNumber = SERIAL): ConfigTarget {
  return { serialNumber, part, image: defaultImage(part) };
}

/** Content of every block under `fill+crc`, certificates as recognisable patterns. */
export function fill(part: Part): Fill {
  const planned = new Map([10, 11, 12].map((slot) => [slot, new Uint8Array(72).fill(0x10 + slot)]));
  const random = seededRandom('fill');
  return fillBlocks(decodeConfig(target(part).image, part), planned, (count) => random.bytes(count));
}

export function dataLock(part: Part): Extract<DataLock, { policy: 'fill+crc' }> {
  const { blocks, crcInput } = fill(part);
  return { policy: 'fill+crc', crc: crc16(crcInput), blocks };
}

/** The n-th packet to a chip, kit's own ones included. */
export function atPacket(from: number, action: Fault['action'], times = 1): Fault {
  return { at: { on: 'packet', filter: {}, from }, times, action };
}

/** The n-th packet with this opcode (and P1). */
export function atCommand(
  opcode: number,
  action: Fault['action'],
  options: { p1?: number; from?: number; times?: number } = {},
): Fault {
  const { p1, from = 1, times = 1 } = options;
  return { at: { on: 'packet', filter: p1 === undefined ? { opcode } : { opcode, p1 }, from }, times, action };
}

/** Packets that reached the bus so far. */
export function packetCount(bench: Bench): number {
  return bench.trace.filter((event) => event.kind === 'packet').length;
}

/** Lines from the host that begin with these letters. */
export function lines(bench: Bench, start = ''): readonly string[] {
  return bench.trace.flatMap((event) => (event.kind === 'line-in' && event.text.startsWith(start) ? [event.text] : []));
}
