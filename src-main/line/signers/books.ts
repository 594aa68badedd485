import { join } from 'node:path';
import { equalBytes } from '../../../src-shared/base/bytes.ts';
import { defaultDataFolder, diskFiles, openStore } from '../../records/index.ts';
import { openPolicyBook } from '../../records/policy-book.ts';
import { openDefinitions, openSetUpNotes } from '../../records/signer-book.ts';
import { definitionSource } from '../../signing/definitions.ts';
import { makeFolder } from '../files.ts';
import { openTrustedRoots } from '../trusted-roots.ts';

/**
 * What work on signers keeps in a data folder: password delays and changes, notes of set-ups, definitions, trusted roots. Unlike a
 * server's records they are opened beside a server that runs on the folder; the store sees to it that both may write.
 */
export function openSignerBooks(dataFolder: string | undefined) {
  const folder = dataFolder ?? defaultDataFolder(process.env);
  makeFolder(folder, 'DATA_DIR', 'data folder');
  const roots = openTrustedRoots(folder, () => undefined);
  makeFolder(join(folder, 'definitions'), 'DATA_DIR', 'data folder');
  const store = openStore(join(folder, 'signet.db'));
  const files = openDefinitions(join(folder, 'definitions'), diskFiles);
  return {
    folder,
    policy: openPolicyBook(store),
    setUpNotes: openSetUpNotes(store),
    definitionFiles: files,
    definitions: definitionSource(files),
    /** As a server of this folder would say, but nothing is taken on trust for good by being looked at. */
    trustsRoot: (key: Uint8Array): boolean =>
      roots.keys.length === 0 || roots.keys.some((known) => equalBytes(known, key)),
    addRoot: (key: Uint8Array): void => roots.add(key),
    close: (): void => store.close(),
  };
}

export type SignerBooks = ReturnType<typeof openSignerBooks>;
