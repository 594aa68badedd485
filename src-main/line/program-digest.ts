import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Software } from '../signing/ceremony.ts';
import { bareVersion } from './version.ts';

const here = fileURLToPath(import.meta.url);
let known: string | undefined;

/** Which program makes modules, for ceremony records. */
export function thisSoftware(): Software {
  return { name: 'signet', version: bareVersion, digest: programDigest() };
}

/**
 * SHA-256 of what runs, upper-case hex, for ceremony records: of a checkout every file below `src-main` and `src-shared` and
 * the lock file, of a built program the JavaScript files beside this one. Over the lines `<SHA-256 of the file> <path>`, sorted
 * by path, so that `sha256sum` can do it again. Empty when the files cannot be read.
 */
function programDigest(): string {
  known ??= digest();
  return known;
}

function digest(): string {
  try {
    const { top, files } = here.endsWith('.ts') ? checkout() : built();
    const lines = files
      .sort()
      .map((path) => `${sha256(readFileSync(join(top, ...path.split('/'))))}  ${path}\n`)
      .join('');
    return sha256(Buffer.from(lines)).toUpperCase();
  } catch {
    return '';
  }
}

interface Files {
  readonly top: string;
  /** With `/` between folders. */
  readonly files: string[];
}

function checkout(): Files {
  const top = join(dirname(here), '..', '..');
  const below = (folder: string): string[] =>
    readdirSync(join(top, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(top.length + 1)
          .split(sep)
          .join('/'),
      );
  const lock = 'package-lock.json';
  return {
    top,
    files: [...below('src-main'), ...below('src-shared'), ...(existsSync(join(top, lock)) ? [lock] : [])],
  };
}

function built(): Files {
  const top = dirname(here);
  return { top, files: readdirSync(top).filter((name) => name.endsWith('.js')) };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
