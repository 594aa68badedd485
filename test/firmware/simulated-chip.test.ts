import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { hostProgram } from './build.ts';
import { type RunningCli, runCli, startCli } from './cli.ts';
import { startPtyProgram } from './program.ts';
import { openRealLine, type RealLine } from './real-line.ts';

/** What a person without hardware does: `simulate chip`, the kit host on it, `kits` and `provision` in front of that. */
let line: RealLine;
const folder = mkdtempSync(join(tmpdir(), 'signet-simulated-chip-'));
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  line = await openRealLine();
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

afterAll(async () => {
  await line?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The simulated chip; `options` as on the command line. */
async function chip(...options: readonly string[]): Promise<{ readonly bus: string; readonly cli: RunningCli }> {
  const args = ['simulate', 'chip', '--listen', '127.0.0.1:0', '--state', join(folder, 'chip.json'), ...options];
  const cli = startCli(args);
  closers.push(async () => {
    cli.child.kill('SIGTERM');
    await cli.ended;
  });
  const listening = /listening on (127\.0\.0\.1:\d+)\./;
  await expect.poll(() => cli.output(), { timeout: 50_000 }).toMatch(listening);
  return { bus: `tcp:${listening.exec(cli.output())?.[1] ?? ''}`, cli };
}

async function kitHost(bus: string): Promise<string> {
  const program = await startPtyProgram(hostProgram(), ['--bus', bus], /^pty (\S+)$/m);
  closers.push(() => program.stop());
  return program.pty;
}

test('a chip on the command line, the C kit host on its wires, and a board is provisioned; its state outlives both', async () => {
  const { bus, cli } = await chip('--part', '608', '--serial', '01234455667788AAEE');
  const port = await kitHost(bus);
  expect((await runCli('kits', port)).output).toContain(
    'SIGNETKIT 1.0.0 (modern): ATECC608 01234455667788AAEE at C0 (not configured).',
  );
  const run = await runCli('provision', ...line.options(port), '--yes', '--count', '1');
  expect(run.output).toContain('Provisioning successful!');
  expect(run.status).toBe(0);
  for (const close of closers.splice(0).reverse()) await close();
  expect((await cli.ended).status).toBe(0);

  const again = await kitHost((await chip()).bus);
  expect((await runCli('kits', again)).output).toContain('ATECC608 01234455667788AAEE at C0 (locked).');
});
