import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SignetError } from '../../src-shared/base/error.ts';

let temporaryNumber = 0;

/**
 * Writes a file that only its owner may read (mode 600; on Windows what the folder's list allows), whole or not at all, durable when
 * it resolves. An existing file is refused with FILE_INVALID unless it is to be replaced. Throws STORAGE_FAILED.
 */
export async function writeOwnerOnly(
  path: string,
  bytes: Uint8Array,
  options: { readonly replace: boolean },
): Promise<void> {
  temporaryNumber += 1;
  const temporary = `${path}.${process.pid}-${temporaryNumber}.part`;
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx', 0o600);
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
    file = undefined;
    if (options.replace) await rename(temporary, path);
    else {
      // A link, unlike a rename, fails when the name is taken.
      await link(temporary, path);
      await unlink(temporary);
    }
    await syncFolder(dirname(path));
  } catch (thrown) {
    await file?.close().catch(() => undefined);
    await unlink(temporary).catch(() => undefined);
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') {
      throw new SignetError(
        'FILE_INVALID',
        `The file ${path} exists already; it is not overwritten.`,
        { path },
        thrown,
      );
    }
    throw new SignetError('STORAGE_FAILED', `Writing ${path} failed: ${reason}.`, { path }, thrown);
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
