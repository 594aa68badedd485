import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { utf8 } from '../../../src-shared/base/bytes.ts';
import { SignetError } from '../../../src-shared/base/error.ts';
import { diskFiles } from '../../records/index.ts';
import { type CeremonyRecord, ceremonyText } from '../../signing/ceremony.ts';
import type { OutputFile } from '../../signing/setup-files.ts';

/** Throws FILE_INVALID when one of the names is there already: a file of another signer is never written over. */
export function refuseExisting(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const path = join(folder, name);
    if (existsSync(path))
      throw new SignetError('FILE_INVALID', `The file ${path} exists already; nothing was done.`, { path });
  }
}

/** Writes files, and a ceremony's record as JSON and as a page to print; gives the paths. */
export async function keepOutput(
  folder: string,
  files: readonly OutputFile[],
  ceremony: CeremonyRecord | undefined,
): Promise<readonly string[]> {
  const record: readonly OutputFile[] =
    ceremony === undefined
      ? []
      : [
          { name: `ceremony-${ceremony.subject}.json`, bytes: utf8(`${JSON.stringify(ceremony, undefined, 2)}\n`) },
          { name: `ceremony-${ceremony.subject}.txt`, bytes: utf8(ceremonyText(ceremony)) },
        ];
  const paths: string[] = [];
  for (const { name, bytes } of [...files, ...record]) {
    const path = join(folder, ...name.split('/'));
    await diskFiles.makeFolder(dirname(path));
    await diskFiles.replace(path, bytes);
    paths.push(path);
  }
  return paths;
}
