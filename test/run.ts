import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { prepareSystem } from './prepare.ts';

/**
 * `npm test`: every suite in turn, each counted, the last line being the plain sum. A suite whose tools are missing fails;
 * nothing is left out in silence. `npm test -- unit firmware` runs only the named ones.
 *
 * What failed is run a second time at the end, with nothing beside it. What passes then is counted as passed and named as
 * unsteady: it has to be looked into, but a machine that was busy for a minute is no reason to stop a line of work.
 */
interface Count {
  readonly passed: number;
  readonly failed: number;
}

interface Suite {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** How the count is had: from the last `N passed, N failed` line, from Vitest's or Playwright's JSON file, or as one test by its exit code. */
  readonly count: 'line' | 'vitest' | 'playwright' | 'exit';
  /** Left out of the list while this path does not exist. */
  readonly needs?: string;
  /** Runs beside the others from the start, on one core; what it says is printed when its turn comes. */
  readonly beside?: boolean;
  /** It depends on processes, sockets or a browser: what failed may be run a second time. */
  readonly again?: boolean;
}

const top = fileURLToPath(new URL('..', import.meta.url));
const bin = (name: string): string => join(top, 'node_modules', '.bin', name);
const reports = mkdtempSync(join(tmpdir(), 'signet-test-'));
const report = (name: string): string => join(reports, `${name}.json`);

const suites: readonly Suite[] = [
  { name: 'types', command: bin('tsc'), args: ['-p', '.'], count: 'exit' },
  { name: 'lint', command: bin('biome'), args: ['ci', '--error-on-warnings', '.'], count: 'exit' },
  { name: 'lock file', command: process.execPath, args: ['test/checks/lockfile.ts'], count: 'exit' },
  {
    name: 'unit',
    command: bin('vitest'),
    args: [
      'run',
      '--config',
      'test/vitest.config.ts',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report('unit')}`,
    ],
    count: 'vitest',
    again: true,
  },
  {
    name: 'firmware',
    command: 'make',
    args: ['-s', '-j2', '-C', 'firmware', 'all', 'analyse', 'test'],
    count: 'line',
    needs: 'firmware/Makefile',
    again: true,
  },
  {
    name: 'interop',
    command: 'bash',
    args: ['test/interop/run.sh'],
    count: 'line',
    needs: 'test/interop/run.sh',
    again: true,
  },
  {
    name: 'screens',
    command: bin('playwright'),
    args: ['test', '--config', 'test/e2e/playwright.config.ts', '--reporter=list,json'],
    count: 'playwright',
    needs: 'test/e2e/playwright.config.ts',
    again: true,
  },
  {
    name: 'packaging',
    command: process.execPath,
    args: ['test/packaging/run.ts'],
    count: 'line',
    needs: 'test/packaging/run.ts',
    again: true,
  },
  {
    name: 'usb',
    command: 'bash',
    args: ['test/usb/run.sh'],
    count: 'line',
    needs: 'test/usb/run.sh',
    beside: true,
    again: true,
  },
];

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

function run(suite: Suite, more: readonly string[] = []): Promise<Ended> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(suite.command, [...suite.args, ...more], {
      cwd: top,
      stdio: ['ignore', 'pipe', suite.beside === true ? 'pipe' : 'inherit'],
      env: { ...process.env, NO_COLOR: '1', PLAYWRIGHT_JSON_OUTPUT_FILE: report(suite.name) },
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      if (suite.beside !== true) process.stdout.write(chunk);
      output = (output + chunk.toString()).slice(-100_000);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-100_000);
    });
    child.on('error', (error) => resolve({ code: 127, output: String(error), seconds: seconds() }));
    child.on('close', (code) => resolve({ code: code ?? 1, output, seconds: seconds() }));
  });
}

/** Count of a suite; one that ended badly without a failure of its own counts as one failed. */
function countOf(suite: Suite, code: number, output: string): Count {
  const counted = readCount(suite, code, output);
  if (counted === undefined) return { passed: 0, failed: 1 };
  if (code !== 0 && counted.failed === 0) return { passed: counted.passed, failed: 1 };
  return counted;
}

function readCount(suite: Suite, code: number, output: string): Count | undefined {
  if (suite.count === 'exit') return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  if (suite.count === 'line') {
    const line = [...output.matchAll(/^(\d+) passed, (\d+) failed\s*$/gm)].pop();
    return line === undefined ? undefined : { passed: Number(line[1]), failed: Number(line[2]) };
  }
  const json = readReport(suite);
  if (json === undefined) return undefined;
  return 'stats' in json
    ? { passed: json.stats.expected + json.stats.flaky, failed: json.stats.unexpected }
    : { passed: json.numPassedTests, failed: json.numFailedTests };
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});
const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), flaky: z.number(), unexpected: z.number() }),
});

/** The JSON file that Vitest or Playwright wrote; undefined when there is none of its form. */
function readReport({ name }: Suite): z.infer<typeof vitestReport> | z.infer<typeof playwrightReport> | undefined {
  if (!existsSync(report(name))) return undefined;
  return z.union([vitestReport, playwrightReport]).safeParse(JSON.parse(readFileSync(report(name), 'utf8'))).data;
}

/** More files than this failing together are no bad minute of the machine: they are not run again. */
const MOST_FILES_AGAIN = 5;

/** What to add to a suite's arguments to run only what failed, and its name for the reader; undefined when it is not run again. */
function secondRun(suite: Suite): { readonly more: readonly string[]; readonly what: string } | undefined {
  if (suite.again !== true) return undefined;
  if (suite.count === 'playwright') return { more: ['--last-failed'], what: suite.name };
  if (suite.count !== 'vitest') return { more: [], what: suite.name };
  const json = readReport(suite);
  if (json === undefined || !('testResults' in json)) return undefined;
  const failed = json.testResults.filter((file) => file.status === 'failed');
  if (failed.length === 0 || failed.length > MOST_FILES_AGAIN) return undefined;
  const what = failed.map(({ name, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName);
    return `${relative(top, name)} (${tests.join('; ')})`;
  });
  return { more: failed.map((file) => file.name), what: what.join(', ') };
}

const wanted = process.argv.slice(2);
prepareSystem();
const asked = suites.filter(
  ({ name, needs }) =>
    (wanted.length === 0 || wanted.includes(name)) && (needs === undefined || existsSync(join(top, needs))),
);
const beside = new Map(asked.filter((suite) => suite.beside === true).map((suite) => [suite.name, run(suite)]));
const counts = new Map<Suite, Count>();
const seconds = new Map<Suite, number>();
for (const suite of asked) {
  process.stdout.write(`\n== ${suite.name}\n`);
  const ahead = beside.get(suite.name);
  const ended = await (ahead ?? run(suite));
  if (ahead !== undefined) process.stdout.write(ended.output);
  counts.set(suite, countOf(suite, ended.code, ended.output));
  seconds.set(suite, ended.seconds);
}

const unsteady: string[] = [];
for (const [suite, count] of counts) {
  const second = count.failed === 0 ? undefined : secondRun(suite);
  if (second === undefined) continue;
  process.stdout.write(`\n== ${suite.name}, what failed once more\n`);
  const ended = await run({ ...suite, beside: false }, second.more);
  const again = countOf(suite, ended.code, ended.output);
  seconds.set(suite, (seconds.get(suite) ?? 0) + ended.seconds);
  if (again.failed > 0 || again.passed === 0) continue;
  counts.set(suite, { passed: count.passed + count.failed, failed: 0 });
  unsteady.push(`unsteady, failed at first and passed alone: ${second.what}`);
}
rmSync(reports, { recursive: true, force: true });

const table = [...counts].map(
  ([suite, { passed, failed }]) =>
    `${suite.name.padEnd(12)} ${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed  ${(seconds.get(suite) ?? 0).toFixed(1)} s`,
);
const sum = (of: keyof Count): number => [...counts.values()].reduce((total, count) => total + count[of], 0);
const [passed, failed] = [sum('passed'), sum('failed')];
process.stdout.write(`\n${[...table, ...unsteady].join('\n')}\n\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
