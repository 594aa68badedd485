import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Line } from '../../src-main/line/line.ts';
import type { StateView } from '../../src-shared/ipc/state.ts';
import type { Context } from './context.ts';
import { nextProduct, serialOf } from './plant.ts';
import { untilAsync } from './until.ts';
import type { UsbBoard } from './usb-board.ts';

/** What the Line screen of a real station shows while cables come and go. While the bench's own station looks at nothing yet. */
export async function lineScreen({ tally, plant }: Pick<Context, 'tally' | 'plant'>): Promise<void> {
  const [a, b] = plant.boards;
  const [stick] = plant.sticks;
  if (a === undefined || b === undefined) throw new Error('the plant is too small');
  const folder = mkdtempSync(join(tmpdir(), 'signet-line-screen-'));
  const line = await Line.open({ folder });
  const { signal } = new AbortController();
  const state = async (): Promise<StateView> => (await line.handlers.snapshot({}, signal)).state;
  const shows = async (...sites: readonly (UsbBoard | undefined)[]): Promise<StateView> => {
    const wanted = JSON.stringify(sites.map((device) => (device === undefined ? [] : [serialOf(device)])));
    const chips = (now: StateView): string =>
      JSON.stringify(now.sites.map((site) => site.chips.map((chip) => chip.serialNumber)));
    await untilAsync(`sites with ${wanted}`, async () => chips(await state()) === wanted);
    return state();
  };
  tally.section('The Line screen');
  await tally.check('a station that nobody set up looks at no kit', async () => {
    await a.plug();
    assert.equal((await state()).station.mode, 'unset');
    assert.equal(a.heard, 0);
    await a.unplug();
  });
  await tally.check('sites appear with the cable, in the order in which they came', async () => {
    await line.handlers['station.setUp']({ name: 'bench' }, signal);
    await shows(undefined);
    await b.plug();
    await shows(b);
    await a.plug();
    const { sites } = await shows(b, a);
    assert.deepEqual(
      sites.map(({ number, bound }) => [number, bound]),
      [
        [1, false],
        [2, false],
      ],
    );
    assert.notEqual(sites[0]?.connector, sites[1]?.connector);
  });
  await tally.check('a signer stick is no site', async () => {
    await stick.plug();
    await untilAsync('it is among the signers', async () => (await state()).signers.length === 1);
    await shows(b, a);
    await stick.unplug();
    await untilAsync('it is gone', async () => (await state()).signers.length === 0);
  });
  await tally.check('they go with the cable, and the same connector is the same site again', async () => {
    await b.unplug();
    await shows(undefined, a);
    await Promise.all([a.unplug(), b.plug()]);
    await shows(b, undefined);
    await a.plug();
    await shows(b, a);
  });
  await tally.check('the next product behind a kit that stays', async () => {
    nextProduct(a);
    await shows(b, a);
  });
  await Promise.all([a.unplug(), b.unplug()]);
  await line.close();
  rmSync(folder, { recursive: true, force: true });
}
