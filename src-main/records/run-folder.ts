import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { appendFile, open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type RunRecord, runRecordSchema } from '../../src-shared/model/run-record.ts';
import { clearCutOff, type DurableFiles, diskFiles, storageFailed, syncFolderSync } from './durable-files.ts';

/**
 * The runs of a headless station as files, so that several programs can share one folder: `open/` what was begun, `done/` a
 * record per run, `reports/` what no server has taken yet. A file appears whole or not at all.
 */
export interface RunFolder {
  begin(run: {
    readonly runId: string;
    readonly serialNumber: string;
    readonly planDigest: string;
    readonly startedAt: string;
  }): Promise<void>;
  stage(): Promise<void>;
  end(record: RunRecord): Promise<void>;
  /** Whether a run of this chip was begun here and never ended: a killed station. */
  unfinished(serialNumber: string): boolean;
  /** The newest record of this chip. */
  newest(serialNumber: string): RunRecord | undefined;
  reports(): readonly RunRecord[];
  reportTaken(runId: string): Promise<void>;
  readonly path: string;
}

/** Opens (and makes) the folder. Throws DATA_DIR-like STORAGE_FAILED when it cannot be made. */
export function openRunFolder(path: string, files: DurableFiles = diskFiles): RunFolder {
  const folder = (name: string): string => join(path, name);
  try {
    for (const name of ['open', 'done', 'reports']) mkdirSync(folder(name), { recursive: true, mode: 0o750 });
  } catch (thrown) {
    throw storageFailed(`Making ${path}`, thrown);
  }
  const readRecord = (file: string): RunRecord | undefined => {
    try {
      const parsed = runRecordSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      return parsed.success ? parsed.data : undefined;
    } catch {
      return undefined;
    }
  };
  const doneName = (record: RunRecord): string =>
    join(folder('done'), `${record.serialNumber}-${record.startedAt.replace(/[:.]/g, '')}-${record.runId}.json`);
  clearCutOff([folder('open'), folder('done'), folder('reports')]);
  for (const name of readdirSync(folder('reports'))) {
    const report = readRecord(join(folder('reports'), name));
    if (report === undefined || existsSync(doneName(report))) continue;
    writeFileSync(doneName(report), `${JSON.stringify(report)}\n`, { mode: 0o640 });
  }
  const openName = (serialNumber: string): string => join(folder('open'), `${serialNumber}.json`);
  return {
    path,
    begin: (run) => files.replace(openName(run.serialNumber), Buffer.from(`${JSON.stringify(run)}\n`)),
    stage: () => Promise.resolve(),
    async end(record) {
      const text = Buffer.from(`${JSON.stringify(record)}\n`);
      // The report first: of a station that is killed in between the next start makes the record from it.
      await files.replace(join(folder('reports'), `${record.runId}.json`), text);
      await files.replace(doneName(record), text);
      if (record.outcome.kind === 'PASS') await unlink(openName(record.serialNumber)).catch(() => undefined);
    },
    unfinished(serialNumber) {
      return readdirSync(folder('open')).includes(`${serialNumber}.json`);
    },
    newest(serialNumber) {
      const name = readdirSync(folder('done'))
        .filter((file) => file.startsWith(`${serialNumber}-`))
        .sort()
        .pop();
      return name === undefined ? undefined : readRecord(join(folder('done'), name));
    },
    reports: () =>
      readdirSync(folder('reports'))
        .filter((name) => name.endsWith('.json'))
        .map((name) => readRecord(join(folder('reports'), name)))
        .filter((record) => record !== undefined),
    async reportTaken(runId) {
      await unlink(join(folder('reports'), `${runId}.json`)).catch(() => undefined);
    },
  };
}

/**
 * Appends random data that a plan wants kept (one line: serial number, TAB, hex) to an owner-only file, durably. The newest line of
 * a chip counts; a line that was cut off is ended first.
 */
export async function appendToSink(path: string, serialNumber: string, bytes: Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'a+', 0o600);
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const lead = size > 0 && last[0] !== 0x0a ? '\n' : '';
      await appendFile(file, `${lead}${serialNumber}\t${Buffer.from(bytes).toString('hex').toUpperCase()}\n`);
      await file.sync();
      if (size === 0) syncFolderSync(dirname(path));
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw storageFailed(`Writing ${path}`, thrown);
  }
}
