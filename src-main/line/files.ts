import { readFileSync, statSync } from 'node:fs';
import { parseUtf8 } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';

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
