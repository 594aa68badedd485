import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareSystem } from './prepare.ts';

/**
 * `npm test`: every suite in turn, each counted, the last line being the plain sum. A suite whose tools are missing fails;
 * nothing is left out in silence. `npm test -- unit firmware` runs only the named ones.
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
  },
  {
    name: 'firmware',
    command: 'make',
    args: ['-s', '-j2', '-C', 'firmware', 'all', 'analyse', 'test'],
    count: 'line',
    needs: 'firmware/Makefile',
  },
  {
    name: 'interop',
    command: 'bash',
    args: ['test/interop/run.sh'],
    count: 'line',
    needs: 'test/interop/run.sh',
  },
  {
    name: 'screens',
    command: bin('playwright'),
    args: ['test', '--config', 'test/e2e/playwright.config.ts', '--reporter=list,json'],
    count: 'playwright',
    needs: 'test/e2e/playwright.config.ts',
  },
  {
    name: 'packaging',
    command: process.execPath,
    args: ['test/packaging/run.ts'],
    count: 'line',
    needs: 'test/packaging/run.ts',
  },
  {
    name: 'usb',
    command: 'bash',
    args: ['test/usb/run.sh'],
    count: 'line',
    needs: 'test/usb/run.sh',
    beside: true,
  },
];

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

function run(suite: Suite): Promise<Ended> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(suite.command, [...suite.args], {
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
  if (!existsSync(report(suite.name))) return undefined;
  const json: unknown = JSON.parse(readFileSync(report(suite.name), 'utf8'));
  if (typeof json !== 'object' || json === null) return undefined;
  if (suite.count === 'vitest') {
    if (!('numPassedTests' in json) || !('numFailedTests' in json)) return undefined;
    return { passed: Number(json.numPassedTests), failed: Number(json.numFailedTests) };
  }
  if (!('stats' in json) || typeof json.stats !== 'object' || json.stats === null) return undefined;
  const stats = new Map<string, unknown>(Object.entries(json.stats));
  const number = (name: string): number => Number(stats.get(name) ?? 0);
  return { passed: number('expected') + number('flaky'), failed: number('unexpected') };
}

const wanted = process.argv.slice(2);
prepareSystem();
const asked = suites.filter(
  ({ name, needs }) =>
    (wanted.length === 0 || wanted.includes(name)) && (needs === undefined || existsSync(join(top, needs))),
);
const beside = new Map(asked.filter((suite) => suite.beside === true).map((suite) => [suite.name, run(suite)]));
let total: Count = { passed: 0, failed: 0 };
const table: string[] = [];
for (const suite of asked) {
  process.stdout.write(`\n== ${suite.name}\n`);
  const ahead = beside.get(suite.name);
  const { code, output, seconds } = await (ahead ?? run(suite));
  if (ahead !== undefined) process.stdout.write(output);
  const count = countOf(suite, code, output);
  total = { passed: total.passed + count.passed, failed: total.failed + count.failed };
  table.push(
    `${suite.name.padEnd(12)} ${String(count.passed).padStart(6)} passed ${String(count.failed).padStart(4)} failed  ${seconds.toFixed(1)} s`,
  );
}
rmSync(reports, { recursive: true, force: true });
process.stdout.write(`\n${table.join('\n')}\n\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
