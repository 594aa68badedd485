import { ratesText, usualRates } from './faults.ts';
import { soak } from './soak.ts';

/**
 * `npm run soak`: 4 stations with 16 boards at work, 3 signer sticks, and everything going wrong at random, for 10 minutes; then an audit
 * that reconciles chips, archive, log, run records and the sticks' counters. `--minutes N`, `--seed N`.
 */
function option(name: string, usual: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? usual : Number(process.argv[at + 1]);
  if (!(value >= 0)) throw new Error(`--${name} takes a number`);
  return value;
}

const minutes = option('minutes', 10);
const seed = option('seed', 1);
process.stdout.write(`seed ${seed}, ${minutes} minutes: ${ratesText(usualRates)}\n`);
const started = performance.now();
const result = await soak({
  seed,
  forMs: minutes * 60_000,
  progress: (text) => process.stdout.write(`  ${((performance.now() - started) / 60_000).toFixed(1)} min: ${text}\n`),
});
for (const [way, count] of [...result.ways].sort(([, a], [, b]) => b - a))
  process.stdout.write(`${String(count).padStart(7)}  ${way}\n`);
process.stdout.write(
  [
    `${result.faults} faults struck in ${result.packets} packets; ${result.killed} stations killed, ${result.broken} connections broken,`,
    `server stopped ${result.stops} and killed ${result.kills} times, sticks pulled ${result.pulled} and unlocked ${result.unlocked} times.`,
    `${result.passed} chips passed, ${result.certificates} certificates archived, ${result.runs} runs on record.`,
    `${result.signatures} signatures counted by the sticks, ${result.attempts} attempts in the log, ${result.reissued} certificates handed out again;`,
    `${result.seedUpdates} RNG-seed updates in the sticks.`,
    ...result.complaints.slice(0, 100).map((complaint) => `!! ${complaint}`),
    '',
    `${result.passed} passed, ${result.complaints.length} failed`,
    '',
  ].join('\n'),
);
process.exit(result.complaints.length === 0 && result.passed > 0 ? 0 : 1);
