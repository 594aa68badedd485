import { afterAll, describe, expect, it } from 'vitest';
import { inputOf } from './mutator.ts';
import { corpusFiles } from './target.ts';
import { targetNames, targets } from './targets.ts';

/** What once was a finding, and a small sample of `npm run fuzz`. */
describe.each(targetNames.map((name, i) => ({ name, i })))('$name', ({ name, i }) => {
  const target = targets[i]?.();
  if (target === undefined) throw new Error(name);
  afterAll(() => target.close?.());

  it('has this name', () => {
    expect(target.name).toBe(name);
  });

  it('reads its whole corpus without harm', async () => {
    for (const { file, bytes } of corpusFiles(name)) {
      await expect((async () => target.run(bytes))(), file).resolves.toBeUndefined();
    }
  });

  it('bears some hundred spoilt inputs', async () => {
    for (let index = 0; index < 300; index += 1) {
      await expect((async () => target.run(inputOf(target, 99, index)))(), `input ${index}`).resolves.toBeUndefined();
    }
  });

  it('gets the same inputs on every machine', () => {
    expect(inputOf(target, 5, 17)).toEqual(inputOf(target, 5, 17));
    expect(inputOf(target, 5, 17)).not.toEqual(inputOf(target, 5, 18));
  });
});
