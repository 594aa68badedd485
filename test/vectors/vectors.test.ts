import { describe, expect, it } from 'vitest';
import { differences } from './differences.ts';
import { isFields } from './fields.ts';
import type { VectorCase } from './judge.ts';
import {
  differenceBudget,
  type FileResult,
  judgeCase,
  ownVectors,
  readCases,
  runFile,
  suiteOf,
  vectorFiles,
} from './runner.ts';

const files = vectorFiles(ownVectors);
/** Cases of a file of which a flipped value is tried. */
const FLIPS_PER_FILE = 12;

describe('vectors', () => {
  const results = new Map<string, FileResult>();

  it.each(files)('%s.json', async (file) => {
    const result = await runFile(ownVectors, file);
    results.set(file, result);
    expect(result.problem).toBeUndefined();
    const failed = result.cases.filter(({ verdict }) => !verdict.passed);
    expect(failed.map(({ name, verdict }) => `${name}: ${verdict.passed ? '' : verdict.wrong}`)).toEqual([]);
  });

  it('the table of differences stays within its limit, and every row names a file', () => {
    const { used, allowed, of } = differenceBudget([...results.values()]);
    expect(results.size).toBe(files.length);
    expect(of).toBeGreaterThan(1900);
    expect(used).toBeLessThanOrEqual(allowed);
    for (const row of differences) expect(files).toContain(row.file);
  });
});

describe('a flipped value is noticed', () => {
  it.each(files)('%s.json', async (file) => {
    const suite = await suiteOf(file);
    if (suite === undefined) throw new Error('no suite');
    const cases = spread(readCases(ownVectors, file), FLIPS_PER_FILE);
    let flipped = 0;
    for (const testCase of cases) {
      const unchanged = await judgeCase(file, suite, testCase);
      const changed = withOneFlip(testCase);
      // A row of the table does not look at every value of the library.
      if (changed === undefined || unchanged.difference !== undefined) continue;
      flipped += 1;
      expect(unchanged.verdict.passed, `${testCase.name} as it is`).toBe(true);
      const { verdict } = await judgeCase(file, suite, changed);
      expect(verdict.passed, `${testCase.name} with a flipped value`).toBe(false);
    }
    expect(flipped).toBeGreaterThan(0);
  });
});

/** `count` entries spread evenly over a list, or all of a shorter one. */
function spread<T>(list: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, Math.floor(list.length / count));
  return list.filter((_, index) => index % step === 0).slice(0, count);
}

/** The case with one value of its `out` changed: the lowest bit of the first byte of hex, number or boolean that is found. */
function withOneFlip(testCase: VectorCase): VectorCase | undefined {
  const out = flipFirst(testCase.out);
  return isFields(out) ? { ...testCase, out } : undefined;
}

/** A copy with the first value that can be flipped, flipped; undefined when there is none. */
function flipFirst(value: unknown): unknown {
  if (typeof value === 'string' && /^(?:[0-9a-fA-F]{2})+$/.test(value)) {
    const byte = Number.parseInt(value.slice(0, 2), 16) ^ 1;
    return byte.toString(16).padStart(2, '0') + value.slice(2);
  }
  if (typeof value === 'number') return value ^ 1;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return flipEntry(value, (copy) => copy);
  if (!isFields(value)) return undefined;
  return flipEntry(Object.entries(value), (entries) => Object.fromEntries(entries));
}

function flipEntry(list: readonly unknown[], rebuild: (copy: [string, unknown][]) => unknown): unknown {
  for (const [index, entry] of list.entries()) {
    const pair = Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' ? entry : undefined;
    const flipped = pair === undefined ? flipFirst(entry) : flipFirst(pair[1]);
    if (flipped === undefined) continue;
    return rebuild(list.with(index, pair === undefined ? flipped : [pair[0], flipped]) as [string, unknown][]);
  }
  return undefined;
}
