import { fork, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { runSeries } from './series.ts';
import { variantName } from './sweep.ts';
import { variants } from './variants.ts';

/**
 * `npm run test:sweep`: every mishap at every packet of a whole run, for every variant, each variant in a process of its own; then
 * power cuts around every packet of a signer's set-up and of a password change (test/signing/full-sweep.ts).
 * `--every n` takes every n-th case, `--variant n` one variant only (from 0), `--seed n` other torn words and walks.
 */
function option(name: string): number | undefined {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? Number.NaN : Number(process.argv[at + 1]);
  return Number.isInteger(value) ? value : undefined;
}

const reportSchema = z.object({
  cases: z.int(),
  complaints: z.array(z.string()),
  ways: z.array(z.tuple([z.string(), z.int()])),
});
type Report = z.infer<typeof reportSchema>;

const every = option('every') ?? 1;
const seed = option('seed') ?? 1;
const only = option('variant');

async function child(index: number): Promise<void> {
  const variant = variants[index];
  if (variant === undefined) throw new Error(`there is no variant ${index}`);
  let told = performance.now();
  const result = await runSeries(variant, {
    every,
    seed,
    progress: (done, of) => {
      if (performance.now() - told < 10_000) return;
      told = performance.now();
      process.stderr.write(`  ${variantName(variant)}: ${done} of ${of}\n`);
    },
  });
  const report: Report = { cases: result.cases, complaints: [...result.complaints], ways: [...result.ways].sort() };
  process.send?.(report);
}

function inChild(index: number): Promise<Report> {
  return new Promise((resolve, reject) => {
    const args = ['--child', String(index), '--every', String(every), '--seed', String(seed)];
    const process_ = fork(fileURLToPath(import.meta.url), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let report: Report | undefined;
    process_.on('message', (message) => {
      report = reportSchema.parse(message);
    });
    process_.on('error', reject);
    process_.on('exit', (code) => {
      if (report === undefined) reject(new Error(`variant ${index} ended with ${code}`));
      else resolve(report);
    });
  });
}

/** Set-up of a signer and change of its password, in a process of their own; they count for themselves. */
function ofSticks(which: 'set-up' | 'change'): Promise<{ readonly passed: number; readonly failed: number }> {
  const program = fileURLToPath(new URL('../signing/full-sweep.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const sweep = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, which], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    sweep.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    sweep.on('error', reject);
    sweep.on('close', () => {
      const counted = /^(\d+) passed, (\d+) failed$/m.exec(output);
      process.stdout.write(output.replace(/^\d+ passed, \d+ failed\n/m, ''));
      resolve(counted === null ? { passed: 0, failed: 1 } : { passed: Number(counted[1]), failed: Number(counted[2]) });
    });
  });
}

async function parent(): Promise<void> {
  const waiting = variants
    .map((variant, index) => ({ variant, index }))
    .filter(({ index }) => only === undefined || index === only);
  let passed = 0;
  let failed = 0;
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const started = performance.now();
      const name = variantName(job.variant);
      const report = await inChild(job.index).catch(
        (error: unknown): Report => ({ cases: 1, complaints: [String(error)], ways: [] }),
      );
      const bad = Math.min(report.cases, report.complaints.length);
      passed += report.cases - bad;
      failed += bad;
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      process.stdout.write(`${name}: ${report.cases} cases, ${report.complaints.length} complaints, ${seconds} s\n`);
      for (const [way, count] of report.ways) process.stdout.write(`  ${String(count).padStart(5)}  ${way}\n`);
      for (const complaint of report.complaints.slice(0, 20)) process.stdout.write(`  !! ${complaint}\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
  if (only === undefined && every === 1) {
    for (const { passed: good, failed: bad } of await Promise.all([ofSticks('set-up'), ofSticks('change')])) {
      passed += good;
      failed += bad;
    }
  }
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

const index = option('child');
if (index === undefined) await parent();
else await child(index);
