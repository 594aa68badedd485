import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './context.ts';
import { serialOf } from './plant.ts';
import { PATIENCE_MS } from './until.ts';
import type { UsbBoard } from './usb-board.ts';

/** What grows when something is forgotten. */
interface Footprint {
  readonly files: number;
  readonly resources: number;
  readonly heap: number;
}

async function footprint(): Promise<Footprint> {
  await sleep(2500);
  globalThis.gc?.();
  await sleep(50);
  globalThis.gc?.();
  return {
    files: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo().filter((name) => name !== 'FSReqPromise' && name !== 'Timeout').length,
    heap: process.memoryUsage().heapUsed,
  };
}

/** How long a cable stays in when nobody waits for the kit behind it, ms: from a bad contact to half an opening. */
const FLAPS_MS = [5, 60, 130, 180, 250, 320, 450];
const WARM_UP_ROUNDS = 6;

/**
 * Plugs and unplugs, `wanted` times at least. Every fourth time a board is found, every other time the cable is out before
 * anybody can be sure what was there.
 */
export async function plugCycles(context: Context, wanted: number): Promise<void> {
  const { tally, plant, station } = context;
  tally.section('Plug cycles');
  const devices = [...plant.boards, plant.sticks[1]];
  for (const device of devices) await device.unplug();
  for (const device of devices) await station.gone(serialOf(device));
  let cycles = 0;
  let found = 0;
  const round = async (number: number): Promise<void> => {
    await Promise.all(
      devices.map(async (device: UsbBoard, index) => {
        await device.plug();
        if ((number + index) % 4 === 0) {
          await station.kitWith(serialOf(device));
          found += 1;
        } else {
          await sleep(FLAPS_MS[(number * devices.length + index) % FLAPS_MS.length] ?? 0);
        }
        await device.unplug();
        cycles += 1;
      }),
    );
    for (const device of devices) await station.gone(serialOf(device));
  };
  let before: Footprint | undefined;
  await tally.check(
    'many, and every kit that stays long enough is found',
    async () => {
      for (let number = 0; number < WARM_UP_ROUNDS; number += 1) await round(number);
      before = await footprint();
      for (let number = WARM_UP_ROUNDS; cycles < wanted; number += 1) await round(number);
      process.stdout.write(`          ${cycles} plug cycles, ${found} kits found\n`);
      assert.ok(found > wanted / 5);
    },
    60 * PATIENCE_MS,
  );
  await tally.check('nothing is left over from them', async () => {
    assert.ok(before !== undefined);
    const after = await footprint();
    process.stdout.write(`          before ${JSON.stringify(before)}, after ${JSON.stringify(after)}\n`);
    const kits = station.kits().map((kit) => kit.channel.path);
    assert.equal(kits.length, 1, `only the signer's stick is left: ${kits}`);
    assert.ok(after.files <= before.files, 'open files');
    assert.ok(after.resources <= before.resources, 'active resources');
    const perCycle = (after.heap - before.heap) / (cycles - WARM_UP_ROUNDS * devices.length);
    assert.ok(perCycle < 10_000, `${Math.round(perCycle)} bytes of heap a cycle`);
  });
}
