import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'rolldown/utils';
import { describe, expect, it } from 'vitest';
import { type Room, rooms } from './rooms.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'node_modules' ? [] : sourceFiles(path);
    return /\.(ts|tsx)$/.test(name) ? [path] : [];
  });
}

/** Static, dynamic and re-exporting imports of one file. */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const { module } = parseSync(file, text);
  const found: Import[] = [];
  for (const entry of module.staticImports) {
    const typeOnly = entry.entries.length > 0 && entry.entries.every((name) => name.isType);
    found.push({ file, specifier: entry.moduleRequest.value, typeOnly });
  }
  for (const entry of module.staticExports) {
    for (const name of entry.entries) {
      if (name.moduleRequest) found.push({ file, specifier: name.moduleRequest.value, typeOnly: name.isType });
    }
  }
  for (const entry of module.dynamicImports) {
    const specifier = text.slice(entry.moduleRequest.start, entry.moduleRequest.end);
    const literal = /^['"`](.*)['"`]$/.exec(specifier)?.[1];
    if (literal !== undefined) found.push({ file, specifier: literal, typeOnly: false });
  }
  return found;
}

function roomOf(path: string): Room | undefined {
  return rooms
    .filter((room) => path === room.path || path.startsWith(`${room.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** Why this import is not allowed, or undefined. */
function complaint(entry: Import): string | undefined {
  const from = relative(top, entry.file);
  const room = roomOf(from);
  if (room === undefined) return `${from}: in no room of the table`;
  if (room.may === 'anything') return undefined;
  const shared = from.startsWith('src-shared/') || from.startsWith('src-renderer/');
  if (!entry.specifier.startsWith('.')) {
    if (shared && (isBuiltin(entry.specifier) || entry.specifier.startsWith('node:')))
      return `${from}: Node built-in ${entry.specifier}`;
    if (entry.specifier === 'electron' && !entry.typeOnly && !from.startsWith('src-main/shells/electron/')) {
      return `${from}: electron as a value outside its shell`;
    }
    return undefined;
  }
  const target = relative(top, resolve(dirname(entry.file), entry.specifier));
  // The version stands in one place.
  if (target === 'package.json' && from === 'src-main/line/version.ts') return undefined;
  const other = roomOf(target);
  if (target.startsWith('node_modules') || other === undefined) return `${from}: ${entry.specifier} is in no room`;
  if (other.path === room.path) return undefined;
  if (other.path === 'src-shared/base' && room.path !== 'src-main/simulator') return undefined;
  if (room.may.includes(other.path)) return undefined;
  if (entry.typeOnly && room.types?.includes(other.path)) return undefined;
  return `${from}: may not import ${target}${entry.typeOnly ? ' (types)' : ''}`;
}

describe('the house', () => {
  it('no file imports what the table of rooms does not allow', () => {
    const files = ['src-shared', 'src-main', 'src-renderer'].flatMap((folder) => sourceFiles(join(top, folder)));
    expect(files.length).toBeGreaterThan(10);
    expect(
      files
        .flatMap(importsOf)
        .map(complaint)
        .filter((text) => text !== undefined),
    ).toEqual([]);
  });

  it('would notice: a codec in the simulator, a built-in in shared code, the server in provisioning', () => {
    const from = (file: string, specifier: string, typeOnly = false): string | undefined =>
      complaint({ file: join(top, file), specifier, typeOnly });
    expect(from('src-main/simulator/chip.ts', '../../src-shared/atecc/crc.ts')).toContain('may not import');
    expect(from('src-main/simulator/chip.ts', '../hal/transport.ts')).toContain('may not import');
    expect(from('src-main/simulator/chip.ts', '../hal/transport.ts', true)).toBeUndefined();
    expect(from('src-shared/atecc/crc.ts', 'node:crypto')).toContain('built-in');
    expect(from('src-main/provisioning/run.ts', '../server/server.ts')).toContain('may not import');
    expect(from('src-main/line/line.ts', 'electron')).toContain('electron');
  });
});
