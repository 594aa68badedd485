import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mutations } from './core.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run test:mutations` takes them away; here is only whether it could. */
describe('every protecting rule that is taken away', () => {
  it.each(mutations.map((mutation) => [mutation.rule, mutation] as const))('%s: stands there once', (_, mutation) => {
    const source = readFileSync(`${top}/${mutation.file}`, 'utf8');
    expect(source.split(mutation.find)).toHaveLength(2);
    expect(source.replace(mutation.find, () => mutation.replace)).not.toBe(source);
    expect(existsSync(`${top}/${mutation.killer.file}`)).toBe(true);
  });
});
