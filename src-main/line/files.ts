import { mkdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { parseUtf8 } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { ErrorName } from '../../src-shared/base/error-codes.ts';

/** Files that people name: read whole, bounded, with one clear sentence when they cannot be. */
const limit = 16 << 20;

/** Bytes of a file. Throws FILE_MISSING, FILE_UNREADABLE, FILE_INVALID (too large, a folder). */
export function readBytes(path: string, what: string): Uint8Array {
  try {
    const found = statSync(path);
    if (found.isDirectory())
      throw new SignetError('FILE_UNREADABLE', `The ${what} ${path} is a folder, not a file.`, { path });
    if (found.size > limit)
      throw new SignetError('FILE_INVALID', `The ${what} ${path} is larger than 16 MiB.`, { path });
    return new Uint8Array(readFileSync(path));
  } catch (thrown) {
    if (thrown instanceof SignetError) throw thrown;
    const missing =
      thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');
    if (missing) throw new SignetError('FILE_MISSING', `The ${what} ${path} does not exist.`, { path }, thrown);
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new SignetError('FILE_UNREADABLE', `The ${what} ${path} cannot be read: ${reason}.`, { path }, thrown);
  }
}

/** Text of a UTF-8 file (a byte order mark is dropped). */
export function readText(path: string, what: string): string {
  const text = parseUtf8(readBytes(path, what));
  if (text === undefined) throw new SignetError('FILE_INVALID', `The ${what} ${path} is not UTF-8 text.`, { path });
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Content of a JSON file that has the schema's form. Throws what `readText` throws, and FILE_INVALID with the place that is wrong. */
export function readJson<T>(path: string, what: string, schema: z.ZodType<T>): T {
  const text = readText(path, what);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new SignetError('FILE_INVALID', `The ${what} ${path} is not JSON: ${reason}.`, { path }, thrown);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new SignetError(
    'FILE_INVALID',
    `The ${what} ${path} is not valid${where}: ${issue?.message ?? 'wrong content'}.`,
    { path },
  );
}

/**
 * Makes a folder and what of its path is missing, one by one: the system's recursive call turns for ever in places where nothing can
 * be made. Throws `code` with a sentence.
 */
export function makeFolder(path: string, code: ErrorName, what: string): void {
  const trouble = (reason: string, cause?: unknown): SignetError =>
    new SignetError(code, `The ${what} ${path} cannot be used: ${reason}.`, { path }, cause);
  const missing: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    const found = look(at, trouble);
    if (found?.isDirectory() === false) throw trouble(`${at} is a file, not a folder`);
    if (found !== undefined) break;
    missing.push(at);
    if (dirname(at) === at) throw trouble(`${at} does not exist`);
  }
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder, { mode: 0o750 });
    } catch (thrown) {
      if (look(folder, trouble)?.isDirectory() === true) continue;
      throw trouble(thrown instanceof Error ? thrown.message : String(thrown), thrown);
    }
  }
}

function look(path: string, trouble: (reason: string, cause?: unknown) => SignetError): Stats | undefined {
  try {
    return statSync(path);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw trouble(thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
}
