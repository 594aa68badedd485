import { join } from 'node:path';
import { type ActivityLog, openActivityLog } from './activity-log.ts';
import { type DurableArchive, openArchive } from './archive.ts';
import { claimDataFolder, type DataFolder } from './data-folder.ts';
import { clearCutOff, type DurableFiles, diskFiles } from './durable-files.ts';
import { type DurableIntentJournal, openIntentJournal } from './intent-journal.ts';
import { type DurablePolicyBook, openPolicyBook } from './policy-book.ts';
import { openRunStore, type RunStore } from './run-store.ts';
import {
  type DurableDefinitions,
  type DurableIdentityBook,
  type DurableSetUpNotes,
  openDefinitions,
  openIdentityBook,
  openSetUpNotes,
} from './signer-book.ts';
import { type DurableSigningLog, openSigningLog } from './signing-log.ts';
import { openStorageGuard } from './storage-guard.ts';
import { openStore, type Store } from './store.ts';

export {
  type ActivityLine,
  type ActivityLog,
  type ActivityVoice,
  formatActivityLine,
  openActivityLog,
} from './activity-log.ts';
export { type ArchiveEntry, type DurableArchive, pemOf } from './archive.ts';
export { claimDataFolder, type DataFolder, defaultDataFolder } from './data-folder.ts';
export { type AppendFile, type DurableFiles, diskFiles, storageFailed } from './durable-files.ts';
export type { DurableIntentJournal, StoredIntent } from './intent-journal.ts';
export type { LogFilter } from './log-filter.ts';
export { openPeopleBook, type PeopleBook, type Person } from './people-book.ts';
export { type FirstArticle, openPlanBook, type PlanBook, type PlanVersion } from './plan-book.ts';
export type { DurablePolicyBook } from './policy-book.ts';
export { QueryDesk, type QuestionName, type Questions } from './query.ts';
export { QueryThread } from './query-thread.ts';
export { durationsByStage, failureCode, quantile } from './reports.ts';
export { appendToSink, openRunFolder, type RunFolder } from './run-folder.ts';
export { type OpenRun, openRunStore, type RunStore } from './run-store.ts';
export { type DurableSigningLog, verifySigningLog } from './signing-log.ts';
export { type Act, openStationBook, type SetAside, type StationBook } from './station-book.ts';
export { openStore, type Store } from './store.ts';

/** Everything that a server or a line keeps, opened and repaired. */
export interface Records {
  readonly folder: DataFolder;
  readonly store: Store;
  readonly activity: ActivityLog;
  readonly signingLog: DurableSigningLog;
  readonly archive: DurableArchive;
  readonly intents: DurableIntentJournal;
  readonly policy: DurablePolicyBook;
  readonly runs: RunStore;
  readonly identities: DurableIdentityBook;
  readonly setUpNotes: DurableSetUpNotes;
  readonly definitions: DurableDefinitions;
  close(): Promise<void>;
}

/** Claims the folder, opens the store, repairs what a crash left, opens this start's logs. Throws SignetError; nothing stays claimed then. */
export async function openRecords(options: {
  /** A path, or a folder that the caller has claimed and leaves to the records. */
  readonly folder: string | DataFolder;
  readonly now: () => Date;
  readonly files?: DurableFiles;
}): Promise<Records> {
  const files = options.files ?? diskFiles;
  const folder = typeof options.folder === 'string' ? claimDataFolder(options.folder) : options.folder;
  let store: Store | undefined;
  let activity: ActivityLog | undefined;
  let signingLog: DurableSigningLog | undefined;
  try {
    const guard = openStorageGuard({ reserve: folder.reserve, files });
    store = openStore(folder.store, { makeRoom: guard.makeRoom });
    activity = openActivityLog({ folder: folder.logs, now: options.now });
    const archive = await openArchive({ folder: folder.certificates, store, files, guard });
    const intents = openIntentJournal(store, async (serialNumber) => {
      await guard.ready();
      await archive.prepare(serialNumber);
    });
    clearCutOff([folder.path, folder.definitions]);
    const repaired = await archive.repair(intents.pending().map((intent) => intent.serialNumber));
    signingLog = await openSigningLog({ folder: folder.logs, store, files, guard, now: options.now });
    const voice = activity.of('records');
    if (signingLog.alarm !== '') voice.error(signingLog.alarm);
    for (const path of repaired) voice.warning(`Archive repaired: ${path} was written again from the store.`);
    await files.makeFolder(join(folder.path, 'definitions'));
    const opened = { store, activity, signingLog };
    return {
      folder,
      ...opened,
      archive,
      intents,
      policy: openPolicyBook(store),
      runs: openRunStore(store),
      identities: openIdentityBook(store),
      setUpNotes: openSetUpNotes(store),
      definitions: openDefinitions(folder.definitions, files),
      async close() {
        await opened.signingLog.close();
        opened.store.close();
        opened.activity.close();
        folder.release();
      },
    };
  } catch (thrown) {
    await signingLog?.close();
    store?.close();
    activity?.close();
    folder.release();
    throw thrown;
  }
}
