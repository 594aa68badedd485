import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIFFERENCES_LIMIT, differences } from './differences.ts';
import { allPassed, type CaseResult, differenceBudget, type FileResult, runFile, vectorFiles } from './runner.ts';

/** The runner itself: what makes it fail. */
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vectors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = { name: 'good', in: { data: '0730000000' }, out: { crc: '035d' } };
const bad = { name: 'bad', in: { data: '0730000000' }, out: { crc: '035c' } };

function put(file: string, content: unknown): void {
  writeFileSync(join(folder, `${file}.json`), typeof content === 'string' ? content : JSON.stringify(content));
}

function runScript(vectors: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [new URL('run.ts', import.meta.url).pathname], {
    env: { ...process.env, VECTORS_DIR: vectors },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

const judged = (count: number, byTable: number): FileResult => ({
  file: 'crc',
  problem: undefined,
  cases: Array.from({ length: count }, (_, index): CaseResult => {
    const difference = index < byTable ? differences[0] : undefined;
    return { name: String(index), verdict: { passed: true }, difference };
  }),
});

describe('the runner', () => {
  it('passes a folder whose cases pass, and says how many', () => {
    put('crc', { cases: [good] });
    const { status, output } = runScript(folder);
    expect(output).toMatch(/crc\.json\s+ok\s+1 of\s+1/);
    expect(output).toContain('1 of 1 cases passed');
    expect(output).toContain(differences[0]?.reason);
    expect(status).toBe(0);
  });

  it('fails on one wrong case and says what was wrong', () => {
    put('crc', { cases: [good, bad] });
    const { status, output } = runScript(folder);
    expect(output).toContain('not ok  crc / bad: crc: ours 035d, theirs "035c"');
    expect(status).toBe(1);
  });

  it('fails on a file without a suite, a file that is none, and a folder that is empty or not there', () => {
    put('crc', { cases: [good] });
    put('unheard-of', { cases: [good] });
    expect(runScript(folder)).toMatchObject({ status: 1, output: expect.stringContaining('no suite for 1 cases') });
    rmSync(join(folder, 'unheard-of.json'));
    put('crc', '{"cases": [');
    expect(runScript(folder).status).toBe(1);
    put('crc', { cases: [{ name: 'no out', in: {} }] });
    expect(runScript(folder)).toMatchObject({ status: 1, output: expect.stringContaining('has no name, in and out') });
    rmSync(join(folder, 'crc.json'));
    expect(vectorFiles(folder)).toEqual([]);
    expect(runScript(folder).status).toBe(1);
    expect(runScript(join(folder, 'nowhere')).status).toBe(1);
  });

  it('counts a case that its suite cannot read as failed', async () => {
    put('crc', {
      cases: [
        { name: 'odd', in: { data: '123' }, out: { crc: '0000' } },
        { name: 'extra', in: good.in, out: { ...good.out, more: 1 } },
      ],
    });
    const { cases } = await runFile(folder, 'crc');
    expect(cases.map(({ verdict }) => verdict.passed)).toEqual([false, false]);
  });

  it('refuses more deliberate differences than agreed', () => {
    const { cases, of } = DIFFERENCES_LIMIT;
    expect(allPassed([judged(of, cases)])).toBe(true);
    expect(allPassed([judged(of, cases + 1)])).toBe(false);
    expect(differenceBudget([judged(2 * of, 0)]).allowed).toBe(2 * cases);
    expect(allPassed([])).toBe(false);
  });
});
