import { chainSuite } from './chain-suite.ts';
import { clientSuite } from './client-suite.ts';
import { definitionsSuite } from './definitions-suite.ts';
import { discoverySuite } from './discovery-suite.ts';
import { openFactory } from './factory.ts';
import { Library } from './library.ts';
import { Tally } from './tally.ts';

const [python, preload] = process.argv.slice(2);
if (python === undefined) throw new Error('run.ts PYTHON [PRELOAD]: start it by run.sh');

const tally = new Tally();
const library = new Library(python, preload);
tally.section('Discovery');
await discoverySuite(tally, library);
for (const part of ['ATECC508A', 'ATECC608'] as const) {
  for (const kind of ['simulated', 'firmware'] as const) {
    tally.section(
      `The library as client: ${part} behind ${kind === 'simulated' ? 'our simulated kit' : 'the C kit host'}`,
    );
    await clientSuite(tally, library, { kind }, part);
  }
}
for (const [part, kind] of [
  ['ATECC508A', 'simulated'],
  ['ATECC608', 'firmware'],
] as const) {
  tally.section(`Definitions and certificates both ways: ${part}`);
  await definitionsSuite(tally, library, { kind }, part);
}
const factory = await openFactory();
for (const part of ['ATECC508A', 'ATECC608'] as const) {
  for (const kind of ['simulated', 'firmware'] as const) {
    tally.section(
      `Signet and the library on one chip: ${part}, ${kind === 'simulated' ? 'our simulated kit' : 'the C kit host'}`,
    );
    await chainSuite(tally, library, factory, { kind }, part);
  }
}
await factory.close();
await library.end();
process.exitCode = tally.end();
