import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { toldSchema } from './job.ts';
import { inputOf } from './mutator.ts';
import { targetNames, targets } from './targets.ts';

/**
 * `npm run fuzz`: a million inputs for everything that reads what comes from outside; no crash, no hang, no growth. `-- kit-lines log-files`
 * the named ones only, `--count N` inputs each, `--seed N` others. A finding is written into the corpus, where the tests of every
 * day try it again. `npm run fuzz -- firmware` is `make -C firmware fuzz RUNS=…`: the kit host in C under sanitizers.
 */
const { numbers, words } = argumentsOf(process.argv.slice(2));
const count = numbers.get('count') ?? 1_000_000;
/** The kit host in C takes ten times as many in the same time. */
const firmwareRuns = numbers.get('count') ?? 10_000_000;
const seed = numbers.get('seed') ?? 1;
/** An input that is not through after this is a hang. */
const hangMs = 60_000;
const mostGrowth = 16 << 20;

function argumentsOf(list: readonly string[]): {
  readonly numbers: ReadonlyMap<string, number>;
  readonly words: readonly string[];
} {
  const numbers = new Map<string, number>();
  const words: string[] = [];
  for (let i = 0; i < list.length; i += 1) {
    const word = list[i] ?? '';
    if (!word.startsWith('--')) {
      words.push(word);
      continue;
    }
    i += 1;
    const value = Number(list[i]);
    if (!['--count', '--seed'].includes(word) || !Number.isSafeInteger(value) || value < 0) {
      process.stderr.write('npm run fuzz -- [TARGET …] [--count N] [--seed N]\n');
      process.exit(2);
    }
    numbers.set(word.slice(2), value);
  }
  const unknown = words.filter((word) => word !== 'firmware' && !targetNames.some((name) => name === word));
  if (unknown.length > 0) {
    process.stderr.write(`There is no target ${unknown.join(', ')}; there are ${targetNames.join(', ')}, firmware.\n`);
    process.exit(2);
  }
  return { numbers, words };
}

interface Outcome {
  readonly name: string;
  readonly findings: readonly string[];
}

async function keep(target: number, name: string, index: number): Promise<string> {
  const made = await targets[target]?.();
  const folder = fileURLToPath(new URL(`corpus/${name}/`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = `${folder}finding-${seed}-${index}.bin`;
  if (made !== undefined) writeFileSync(file, inputOf(made, seed, index));
  made?.close?.();
  return file;
}

/** Inputs from `first` on in a thread of its own: all done, or the number of the one at which it ended. */
function inThread(
  target: number,
  first: number,
  told: { finding(index: number, what: string): void; done(facts: { grownBytes: number; line: string }): void },
): Promise<number | 'done'> {
  const progress = new SharedArrayBuffer(4);
  const at = new Int32Array(progress);
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: { target, seed, first, count: count - first, progress },
  });
  return new Promise((resolve) => {
    let last = -1;
    let since = performance.now();
    let whole = false;
    const watch = setInterval(() => {
      const now = Atomics.load(at, 0);
      if (now !== last) {
        last = now;
        since = performance.now();
      } else if (performance.now() - since > hangMs) {
        told.finding(now, `not through after ${hangMs} ms`);
        void worker.terminate();
      }
    }, 1000);
    worker.on('message', (message: unknown) => {
      const said = toldSchema.parse(message);
      if (said.kind === 'finding') return told.finding(said.index, said.what);
      whole = true;
      const rate = (count - first) / said.seconds;
      const grown = `${said.grownBytes >= 0 ? '+' : ''}${(said.grownBytes / 1024).toFixed(0)} KiB`;
      told.done({
        grownBytes: said.grownBytes,
        line: `${rate.toFixed(0)} a second, slowest ${said.slowestMs.toFixed(0)} ms, heap ${grown}`,
      });
    });
    worker.on('error', (error) => told.finding(Atomics.load(at, 0), error.stack ?? error.message));
    worker.on('exit', () => {
      clearInterval(watch);
      resolve(whole ? 'done' : Atomics.load(at, 0));
    });
  });
}

async function fuzz(target: number): Promise<Outcome> {
  const name = targetNames[target] ?? '';
  const findings: string[] = [];
  const kept: Promise<void>[] = [];
  const told = {
    finding: (index: number, what: string): void => {
      findings.push(`${name} input ${index}: ${what}`);
      if (findings.length > 20) return;
      kept.push(
        keep(target, name, index).then((file) => {
          process.stdout.write(`FINDING ${name} input ${index}, kept as ${file}:\n${what}\n`);
        }),
      );
    },
    done: ({ grownBytes, line }: { readonly grownBytes: number; readonly line: string }): void => {
      process.stdout.write(`${name}: ${count} inputs, ${findings.length} findings, ${line}\n`);
      if (grownBytes > mostGrowth) findings.push(`${name}: the heap grew by ${grownBytes} bytes`);
    },
  };
  for (let first = 0; first < count; ) {
    const ended = await inThread(target, first, told);
    if (ended === 'done') break;
    first = ended + 1;
  }
  await Promise.all(kept);
  return { name, findings };
}

function firmware(): boolean {
  const folder = fileURLToPath(new URL('../../firmware', import.meta.url));
  return spawnSync('make', ['-C', folder, 'fuzz', `RUNS=${firmwareRuns}`], { stdio: 'inherit' }).status === 0;
}

const waiting = targetNames
  .map((name, i) => ({ name, i }))
  .filter(({ name }) => words.length === 0 || words.includes(name));
const outcomes: Outcome[] = [];
await Promise.all(
  Array.from({ length: Math.min(4, availableParallelism()) }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) outcomes.push(await fuzz(next.i));
  }),
);
if (words.includes('firmware')) outcomes.push({ name: 'firmware', findings: firmware() ? [] : ['firmware'] });
const bad = outcomes.filter(({ findings }) => findings.length > 0);
process.stdout.write(`\n${outcomes.length - bad.length} passed, ${bad.length} failed\n`);
process.exitCode = bad.length === 0 && outcomes.length > 0 ? 0 : 1;
