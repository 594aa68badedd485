/** Runs vector files against their suites: used by the script run.ts and by vectors.test.ts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DIFFERENCES_LIMIT, type Difference, differences } from './differences.ts';
import { isFields } from './fields.ts';
import { isJudgeModule, type Judge, type VectorCase, type Verdict, wrong } from './judge.ts';

/** The vectors that come with the project. */
export const ownVectors = new URL('.', import.meta.url).pathname;
const suitesFolder = new URL('./suites/', import.meta.url).pathname;

/** Our own design's vectors; all others record the library. */
const OWN_DESIGN = 'asd1';

export interface CaseResult {
  readonly name: string;
  readonly verdict: Verdict;
  /** The row that judged it, when it was not the suite. */
  readonly difference: Difference | undefined;
}

export interface FileResult {
  /** Without .json. */
  readonly file: string;
  readonly cases: readonly CaseResult[];
  /** Why the file as a whole could not be judged: unreadable, or no suite. */
  readonly problem: string | undefined;
}

/** The vector files of a folder, without .json, in alphabetical order. */
export function vectorFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'))
    .sort();
}

/** The cases of a file; throws when it is not a vector file. */
export function readCases(folder: string, file: string): readonly VectorCase[] {
  const parsed: unknown = JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8'));
  const cases = isFields(parsed) ? parsed['cases'] : undefined;
  if (!Array.isArray(cases) || cases.length === 0) throw new Error('not a vector file: no cases');
  return cases.map((entry: unknown, index) => {
    if (!isCase(entry)) throw new Error(`case ${index} has no name, in and out`);
    return entry;
  });
}

function isCase(value: unknown): value is VectorCase {
  if (!isFields(value)) return false;
  const named = typeof value['name'] === 'string' && isFields(value['in']) && isFields(value['out']);
  return named && isTextOrAbsent(value['kind']) && isTextOrAbsent(value['function']);
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

/** The judge of a file's suite; undefined when there is none. */
export async function suiteOf(file: string): Promise<Judge | undefined> {
  const path = join(suitesFolder, `${file}.ts`);
  if (!existsSync(path)) return undefined;
  const module: unknown = await import(pathToFileURL(path).href);
  return isJudgeModule(module) ? module.judge : undefined;
}

/** Judges one case: by a row of the table of differences if one names it, else by the suite. A suite that throws has failed it. */
export async function judgeCase(file: string, suite: Judge, testCase: VectorCase): Promise<CaseResult> {
  let difference: Difference | undefined;
  let verdict: Verdict;
  try {
    difference = differences.find((row) => row.file === file && row.matches(testCase));
    verdict = await (difference?.judge ?? suite)(testCase);
  } catch (thrown) {
    verdict = wrong(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown));
  }
  return { name: testCase.name, verdict, difference };
}

/** Judges a whole file. */
export async function runFile(folder: string, file: string): Promise<FileResult> {
  let cases: readonly VectorCase[];
  try {
    cases = readCases(folder, file);
  } catch (thrown) {
    return { file, cases: [], problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  const suite = await suiteOf(file);
  if (suite === undefined) return { file, cases: [], problem: `no suite for ${cases.length} cases` };
  const results: CaseResult[] = [];
  for (const testCase of cases) results.push(await judgeCase(file, suite, testCase));
  return { file, cases: results, problem: undefined };
}

/** How many library cases the table judged, and how many it may. */
export function differenceBudget(files: readonly FileResult[]): {
  readonly used: number;
  readonly allowed: number;
  readonly of: number;
} {
  const library = files.filter((result) => result.file !== OWN_DESIGN).flatMap((result) => result.cases);
  const share = Math.floor((library.length * DIFFERENCES_LIMIT.cases) / DIFFERENCES_LIMIT.of);
  return {
    used: library.filter((result) => result.difference !== undefined).length,
    allowed: Math.max(DIFFERENCES_LIMIT.cases, share),
    of: library.length,
  };
}

/** Whether everything was judged and passed, within the budget of differences. */
export function allPassed(files: readonly FileResult[]): boolean {
  const { used, allowed } = differenceBudget(files);
  const good = files.every(
    ({ problem, cases }) => problem === undefined && cases.every(({ verdict }) => verdict.passed),
  );
  return good && files.length > 0 && used <= allowed;
}
