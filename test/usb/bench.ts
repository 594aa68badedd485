import { cpus, uptime } from 'node:os';
import { Tally } from '../interop/tally.ts';
import { testRoot } from '../signing/rig.ts';
import type { Context } from './context.ts';
import { plugCycles } from './cycles.ts';
import { controllers } from './gadget.ts';
import { microchipLibrary } from './library.ts';
import { lineScreen } from './line-screen.ts';
import { nativeBoard, nativePort } from './native.ts';
import { buildPlant } from './plant.ts';
import { comingAndGoing, pluggingIn } from './plugging.ts';
import { boardPulled, hubReset, provisionAll, signerPulled } from './provisioning.ts';
import { signerSetUp, twoSticks } from './signing.ts';
import { openStation } from './station.ts';
import { PATIENCE_MS } from './until.ts';

/** The bench, inside the guest: bench.ts [cycles=N] [python=PATH] [parts=A+B]. `parts`: only these, and what they need. */
const settings = new Map(process.argv.slice(2).map((argument) => [argument.split('=')[0], argument.split('=')[1]]));
const python = settings.get('python');
const cycles = Number(settings.get('cycles') ?? 100);

const wanted = settings.get('parts')?.split('+');
const part = (name: string): boolean => (wanted === undefined && name !== 'only') || wanted?.includes(name) === true;

const tally = new Tally(2 * PATIENCE_MS);

async function bench(): Promise<void> {
  process.stdout.write(`${await controllers()} emulated USB controllers, Node ${process.version}\n`);
  const plant = await buildPlant();
  if (part('library') && python !== undefined) await microchipLibrary({ tally, plant }, python);
  if (part('line')) await lineScreen({ tally, plant });
  if (part('native')) await nativePort({ tally });
  if (part('only')) return;
  const root = testRoot();
  const context: Context = { tally, plant, station: await openStation(root) };
  await pluggingIn(context);
  await signerSetUp(context, root);
  if (part('provisioning')) await provisionAll(context);
  // Emulated seconds are dear: the run that is cut off belongs to the long form.
  if (part('native')) await nativeBoard(context, cycles >= 1000);
  if (part('sticks')) await twoSticks(context);
  if (part('coming')) await comingAndGoing(context);
  if (part('boards')) await boardPulled(context);
  if (part('signer')) await signerPulled(context);
  if (part('hub')) await hubReset(context);
  if (part('cycles')) await plugCycles(context, cycles);
}

try {
  await bench();
} catch (thrown) {
  await tally.check('the bench goes on to its end', () => Promise.reject(thrown));
}
const { idle } = cpus().reduce((sum, { times }) => ({ idle: sum.idle + times.idle }), { idle: 0 });
process.stdout.write(
  `\nThe guest was up for ${Math.round(uptime())} s, ${Math.round(uptime() - idle / 1000)} s of them busy.\n`,
);
tally.end();
// Reads of HID gadgets wait without end, and Node waits for them when it ends by itself.
process.kill(process.pid, 'SIGKILL');
