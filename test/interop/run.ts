import { clientSuite } from './client-suite.ts';
import { Library } from './library.ts';
import { Tally } from './tally.ts';

const [python, preload] = process.argv.slice(2);
if (python === undefined) throw new Error('run.ts PYTHON [PRELOAD]: start it by run.sh');

const tally = new Tally();
const library = new Library(python, preload);
for (const part of ['ATECC508A', 'ATECC608'] as const) {
  for (const kind of ['simulated', 'firmware'] as const) {
    tally.section(`The library as client: ${part} behind ${kind === 'simulated' ? 'our simulated kit' : 'the C kit host'}`);
    await clientSuite(tally, library, { kind }, part);
  }
}
await library.end();
process.exitCode = tally.end();
