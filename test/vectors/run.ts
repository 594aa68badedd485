/**
 * `npm run test:vectors`: judges every *.json of VECTORS_DIR (default: the project's own vectors) by the suite of the same name
 * and prints, per file, how many cases passed of how many, then those that did not, then the table of deliberate differences.
 * Exit 0 only when every file has a suite, every case passed and the table stayed within its limit.
 */
import { resolve } from 'node:path';
import { DIFFERENCES_LIMIT, differences } from './differences.ts';
import { allPassed, differenceBudget, type FileResult, ownVectors, runFile, vectorFiles } from './runner.ts';

const given = process.env['VECTORS_DIR'];
const folder = given === undefined || given === '' ? ownVectors : resolve(given);

let names: readonly string[] = [];
try {
  names = vectorFiles(folder);
} catch (thrown) {
  console.error(`${folder}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
}
if (names.length === 0) console.error(`${folder}: no vector files`);

const results: FileResult[] = [];
for (const name of names) {
  const result = await runFile(folder, name);
  results.push(result);
  console.log(line(result));
}
report();
process.exitCode = allPassed(results) ? 0 : 1;

function line({ file, cases, problem }: FileResult): string {
  const name = `${file}.json`.padEnd(28);
  if (problem !== undefined) return `${name} FAILED  ${problem}`;
  const good = cases.filter(({ verdict }) => verdict.passed).length;
  const rows = cases.filter(({ difference }) => difference !== undefined).length;
  const note = rows === 0 ? '' : `   (${rows} by the table of differences)`;
  return `${name} ${good === cases.length ? 'ok    ' : 'FAILED'} ${String(good).padStart(4)} of ${String(cases.length).padStart(4)}${note}`;
}

function report(): void {
  for (const { file, cases } of results) {
    for (const { name, verdict } of cases)
      if (!verdict.passed) console.log(`not ok  ${file} / ${name}: ${verdict.wrong}`);
  }
  const { used, allowed, of } = differenceBudget(results);
  console.log(
    `\nDeliberate differences (at most ${DIFFERENCES_LIMIT.cases} of ${DIFFERENCES_LIMIT.of} library cases):`,
  );
  for (const row of differences) {
    const count = results.flatMap(({ cases }) => cases).filter(({ difference }) => difference === row).length;
    console.log(
      `  ${String(count).padStart(3)}  ${row.file}: ${row.cases}\n       ours: ${row.ours}\n       ${row.reason}`,
    );
  }
  const all = results.flatMap(({ cases }) => cases);
  const good = all.filter(({ verdict }) => verdict.passed).length;
  console.log(
    `  ${used} of ${of} library cases judged by the table, ${allowed} allowed${used > allowed ? ': TOO MANY' : ''}`,
  );
  console.log(`\n${good} of ${all.length} cases passed in ${results.length} files of ${folder}`);
}
