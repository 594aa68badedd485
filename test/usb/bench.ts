import { uptime } from 'node:os';
import { Tally } from '../interop/tally.ts';
import { testRoot } from '../signing/rig.ts';
import type { Context } from './context.ts';
import { plugCycles } from './cycles.ts';
import { controllers } from './gadget.ts';
import { microchipLibrary } from './library.ts';
import { buildPlant } from './plant.ts';
import { comingAndGoing, pluggingIn } from './plugging.ts';
import { boardPulled, provisionAll, signerPulled } from './provisioning.ts';
import { signerSetUp, twoSticks } from './signing.ts';
import { openStation } from './station.ts';
import { PATIENCE_MS } from './until.ts';

/**
 * The bench, inside the guest: bench.ts [cycles=N] [seconds=N] [python=PATH] [parts=A+B]. `seconds`: when the plug cycles end at
 * the latest, counted from the start of the guest, once a fair number of them was made. `parts`: only these, and what they need.
 */
const settings = new Map(process.argv.slice(2).map((argument) => [argument.split('=')[0], argument.split('=')[1]]));
const python = settings.get('python');
const cycles = Number(settings.get('cycles') ?? 1000);
const seconds = Number(settings.get('seconds') ?? 200);

const wanted = settings.get('parts')?.split('+');
const part = (name: string): boolean => (wanted === undefined && name !== 'only') || wanted?.includes(name) === true;

const tally = new Tally(2 * PATIENCE_MS);
process.stdout.write(`${await controllers()} emulated USB controllers, Node ${process.version}\n`);
const plant = await buildPlant();
if (part('library') && python !== undefined) await microchipLibrary({ tally, plant }, python);
if (part('only')) {
  tally.end();
  process.kill(process.pid, 'SIGKILL');
}
const root = testRoot();
const context: Context = { tally, plant, station: await openStation(root) };
await pluggingIn(context);
await signerSetUp(context, root);
if (part('provisioning')) await provisionAll(context);
if (part('sticks')) await twoSticks(context);
if (part('coming')) await comingAndGoing(context);
if (part('boards')) await boardPulled(context);
if (part('signer')) await signerPulled(context);
if (part('cycles')) {
  const until = performance.now() + 1000 * Math.max(0, seconds - uptime());
  await plugCycles(context, { wanted: cycles, least: Math.min(cycles, 100), until });
}
tally.end();
// Reads of HID gadgets wait without end, and Node waits for them when it ends by itself.
process.kill(process.pid, 'SIGKILL');
