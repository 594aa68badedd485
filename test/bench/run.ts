import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { BenchRow } from './rows.ts';

/**
 * `npm run bench`: prints a table and, as its last line, the same as JSON. `npm run bench -- line codecs` runs the named benches,
 * `npm run bench -- all` every one; `--strict` makes a missed goal an exit code of 1. A bench is a file of this folder that exports
 * `bench`.
 */
const usual = ['provision', 'codecs', 'server'];
const folder = new URL('.', import.meta.url);

const known = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .filter((file) => /^export (?:async )?(?:function|const) bench\b/m.test(readFileSync(new URL(file, folder), 'utf8')))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const strict = process.argv.includes('--strict');
const wanted =
  asked.length === 0 ? usual.filter((name) => known.includes(name)) : asked.includes('all') ? known : asked;
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(', ')}; there are ${known.join(', ')}.\n`);
  process.exit(2);
}

const results: { readonly bench: string; readonly rows: readonly BenchRow[] }[] = [];
for (const name of wanted) {
  const module: unknown = await import(pathToFileURL(new URL(`${name}.ts`, folder).pathname).href);
  if (!isBench(module)) throw new Error(`test/bench/${name}.ts exports no bench()`);
  process.stdout.write(`\n${name}\n`);
  const rows = await module.bench();
  for (const row of rows) process.stdout.write(`${line(row)}\n`);
  results.push({ bench: name, rows });
}
const others = known.filter((name) => !wanted.includes(name));
if (others.length > 0) process.stdout.write(`\nNot run: ${others.join(', ')} (npm run bench -- ${others[0] ?? ''})\n`);
process.stdout.write(`\n${JSON.stringify({ node: process.version, platform: process.platform, results })}\n`);
const missed = results.some(({ rows }) => rows.some(({ met }) => met === false));
process.exit(strict && missed ? 1 : 0);

function line({ name, value, unit, goal, met }: BenchRow): string {
  const digits = value < 10 ? 3 : value < 1000 ? 1 : 0;
  const verdict = goal === undefined ? '' : `   ${goal}: ${met === true ? 'met' : 'MISSED'}`;
  return `  ${name.padEnd(76)} ${value.toFixed(digits).padStart(12)} ${unit.padEnd(8)}${verdict}`.trimEnd();
}

function isBench(module: unknown): module is { bench(): Promise<readonly BenchRow[]> } {
  return typeof module === 'object' && module !== null && 'bench' in module && typeof module.bench === 'function';
}
