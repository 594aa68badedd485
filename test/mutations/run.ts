import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ruleCatalogue } from '../../src-main/simulator/chip/index.ts';
import { explained, mutations } from './core.ts';
import type { Mutation } from './mutation.ts';

/**
 * `npm run test:mutations`: takes every protecting rule away, one at a time, and sees a named test turn red. Rules of the simulator are
 * left out by its own switch (each scenario runs both ways); rules of the core by a change to a copy of the source.
 * `--only TEXT` runs those whose rule contains it.
 */
const top = fileURLToPath(new URL('../..', import.meta.url));
const vitest = join(top, 'node_modules', 'vitest', 'vitest.mjs');
const at = process.argv.indexOf('--only');
const only = at < 0 ? '' : (process.argv[at + 1] ?? '');

/** What is read of vitest's report. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

interface TestResult {
  readonly name: string;
  readonly passed: boolean;
  readonly message: string;
}

/** Runs tests of a tree; what the reporter says of each that ran. */
async function runTests(tree: string, file: string, name: string | undefined): Promise<readonly TestResult[]> {
  const report = join(mkdtempSync(join(tmpdir(), 'signet-report-')), 'report.json');
  const pattern = name === undefined ? [] : ['-t', name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')];
  const args = [
    'run',
    '--root',
    tree,
    '--config',
    join(tree, 'test/vitest.config.ts'),
    '--reporter=json',
    `--outputFile=${report}`,
    ...pattern,
    file,
  ];
  await new Promise<void>((resolve) => {
    spawn(process.execPath, ['--disable-warning=ExperimentalWarning', vitest, ...args], {
      cwd: tree,
      stdio: 'ignore',
      env: { ...process.env, NO_COLOR: '1' },
    }).on('close', () => resolve());
  });
  try {
    const json = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
    return json.testResults.flatMap(({ assertionResults, message }) =>
      assertionResults.length === 0
        ? [{ name: file, passed: false, message: message ?? '' }]
        : assertionResults
            .filter(({ status }) => status !== 'skipped' && status !== 'pending' && status !== 'todo')
            .map(({ fullName, status, failureMessages }) => ({
              name: fullName,
              passed: status === 'passed',
              message: failureMessages?.[0] ?? '',
            })),
    );
  } catch {
    return [];
  } finally {
    rmSync(join(report, '..'), { recursive: true, force: true });
  }
}

let killed = 0;
const survivors: string[] = [];

/** Rules of the simulated chip: a scenario that fails when its rule is left out, for every one that the reference calls CONFIRMED. */
async function simulator(): Promise<void> {
  const results = await runTests(top, 'test/simulator/chip/rules.test.ts', undefined);
  for (const { id, status, page, section } of ruleCatalogue()) {
    if (status !== 'CONFIRMED' || !`simulator ${id}`.includes(only)) continue;
    const killer = results.find(({ name, passed }) => passed && name.includes(`${id} left out is noticed: `));
    const cited = `simulator: ${id} (${page} ${section})`;
    if (killer === undefined) {
      survivors.push(cited);
      process.stdout.write(`SURVIVED  ${cited}\n`);
      continue;
    }
    killed += 1;
    process.stdout.write(
      `killed    ${cited}\n            by test/simulator/chip/rules.test.ts: ${killer.name.replace(/^.*left out is noticed: /, '')}\n`,
    );
  }
}

/** A tree with the sources of this one, to be changed. */
function copyTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'signet-mutant-'));
  for (const name of ['src-main', 'src-shared', 'test', 'package.json', 'tsconfig.json'])
    cpSync(join(top, name), join(tree, name), { recursive: true });
  mkdirSync(join(tree, 'firmware'), { recursive: true });
  symlinkSync(join(top, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

async function core(tree: string, mutation: Mutation): Promise<void> {
  const path = join(tree, mutation.file);
  const source = readFileSync(path, 'utf8');
  const occurrences = source.split(mutation.find).length - 1;
  const name = `core: ${mutation.rule} (${mutation.file})`;
  if (occurrences !== 1) {
    survivors.push(`${name}: the line to be changed occurs ${occurrences} times`);
    process.stdout.write(`NOT MADE  ${name}: the line to be changed occurs ${occurrences} times\n`);
    return;
  }
  writeFileSync(
    path,
    source.replace(mutation.find, () => mutation.replace),
  );
  try {
    const results = await runTests(tree, mutation.killer.file, mutation.killer.test);
    const killer = results.find(({ passed }) => !passed);
    if (killer === undefined) {
      survivors.push(name);
      process.stdout.write(`SURVIVED  ${name}: ${results.length} tests of ${mutation.killer.file} passed\n`);
      return;
    }
    killed += 1;
    process.stdout.write(`killed    ${name}\n            by ${mutation.killer.file}: ${killer.name}\n`);
  } finally {
    writeFileSync(path, source);
  }
}

const started = performance.now();
await simulator();
const chosen = mutations.filter(({ rule }) => `core ${rule}`.includes(only));
const trees = [copyTree(), copyTree()];
try {
  // The killers are green while nothing is changed: what turns red afterwards is the change.
  const killers = new Map(chosen.map(({ killer }) => [`${killer.file} ${killer.test}`, killer]));
  const waiting = [...killers.values()];
  await Promise.all(
    trees.map(async (tree) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { file, test } = next;
        const results = await runTests(tree, file, test);
        const red = results.filter(({ passed }) => !passed);
        if (results.length > 0 && red.length === 0) continue;
        survivors.push(`${file}: "${test}" is ${results.length === 0 ? 'not there' : 'red'} without any change`);
        process.stdout.write(`NOT GREEN ${file}: "${test}": ${red[0]?.message.slice(0, 200) ?? 'no such test'}\n`);
      }
    }),
  );
  const todo = [...chosen];
  await Promise.all(
    trees.map(async (tree) => {
      for (let next = todo.shift(); next !== undefined; next = todo.shift()) await core(tree, next);
    }),
  );
} finally {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
}
for (const { rule, why } of explained) process.stdout.write(`explained ${rule}: ${why}\n`);
if (survivors.length > 0) process.stdout.write(`\nSurvivors:\n${survivors.map((name) => `  ${name}\n`).join('')}`);
process.stdout.write(
  `\n${((performance.now() - started) / 1000).toFixed(0)} s\n${killed} passed, ${survivors.length} failed\n`,
);
process.exitCode = survivors.length === 0 && killed > 0 ? 0 : 1;
