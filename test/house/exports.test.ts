import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const top = fileURLToPath(new URL('../..', import.meta.url));

/** Every source file of the project that git knows or would add, with its text. */
const sources = new Map(
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.js'], {
    cwd: top,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path !== '' && existsSync(`${top}${path}`))
    .map((path) => [path, readFileSync(`${top}${path}`, 'utf8')]),
);

interface Exported {
  readonly path: string;
  readonly name: string;
  /** A docstring stands right above it, or above the first of its overloads. */
  readonly documented: boolean;
}

function exportsOf(kinds: string): readonly Exported[] {
  const pattern = new RegExp(`^export (?:async )?(?:${kinds}) ([A-Za-z_$][\\w$]*)`, 'gm');
  return [...sources].flatMap(([path, text]) => {
    const first = new Map<string, number>();
    for (const found of text.matchAll(pattern)) {
      const name = found[1] ?? '';
      if (!first.has(name)) first.set(name, found.index);
    }
    return [...first].map(([name, at]) => ({ path, name, documented: text.slice(0, at).endsWith('*/\n') }));
  });
}

const asLine = ({ path, name }: Exported): string => `${path}: ${name}`;

describe('what a file gives to others', () => {
  it('is used by one of them, if only by a test', () => {
    const users = new Map<string, Set<string>>();
    for (const [path, text] of sources) {
      const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
      for (const word of code.match(/[A-Za-z_$][\w$]*/g) ?? []) {
        const files = users.get(word) ?? new Set();
        users.set(word, files.add(path));
      }
    }
    const unused = exportsOf('function\\*?|const|class').filter(({ name }) => (users.get(name)?.size ?? 0) < 2);
    expect(unused.map(asLine)).toEqual([]);
  });

  it('says what it is: every function and class of the product has its docstring', () => {
    const bare = exportsOf('function\\*?|class').filter(
      ({ path, documented }) => path.startsWith('src-') && !documented,
    );
    expect(bare.map(asLine)).toEqual([]);
  });
});
