/** asd1.json holds kinds of many rooms: each has its judge in asd1/<kind>.ts. A kind without one has failed. */
import { existsSync } from 'node:fs';
import { isJudgeModule, type Judge, wrong } from '../judge.ts';

const judges = new Map<string, Judge | undefined>();

async function judgeOf(kind: string): Promise<Judge | undefined> {
  if (!judges.has(kind)) {
    const url = new URL(`./asd1/${kind}.ts`, import.meta.url);
    const module: unknown = /^[a-z-]+$/.test(kind) && existsSync(url) ? await import(url.href) : undefined;
    judges.set(kind, isJudgeModule(module) ? module.judge : undefined);
  }
  return judges.get(kind);
}

/** Judges by kind. */
export const judge: Judge = async (testCase) => {
  const kind = testCase.kind ?? '';
  const judgeKind = await judgeOf(kind);
  return judgeKind === undefined ? wrong(`nobody judges kind "${kind}"`) : judgeKind(testCase);
};
