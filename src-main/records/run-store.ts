import { SignetError } from '../../src-shared/base/error.ts';
import { type RunRecord, runRecordSchema } from '../../src-shared/model/run-record.ts';
import { beginsIrreversible, type StageName, type StageStatus } from '../../src-shared/model/stages.ts';
import { number, type Store, text } from './store.ts';

/** Runs: open ones (so that a killed station knows what it was doing), finished ones, and reports that no server has taken yet. */
export interface OpenRun {
  readonly runId: string;
  readonly serialNumber: string;
  readonly planDigest: string;
  readonly startedAt: string;
  readonly stage: string;
  readonly status: string;
}

export interface RunStore {
  begin(run: {
    readonly runId: string;
    readonly serialNumber: string;
    readonly planDigest: string;
    readonly startedAt: string;
  }): Promise<void>;
  /** Made durable at once only before what cannot be taken back. */
  stage(runId: string, stage: StageName, status: StageStatus): Promise<void>;
  /** Stores the record once per run id; `spool` = a remote server has to be told. */
  end(record: RunRecord, spool?: boolean): Promise<void>;
  openRuns(): readonly OpenRun[];
  bySerialNumber(serialNumber: string): readonly RunRecord[];
  byId(runId: string): RunRecord | undefined;
  reports(limit: number): readonly RunRecord[];
  reportTaken(runId: string): Promise<void>;
  readonly count: number;
}

function recordOf(row: Record<string, unknown>): RunRecord {
  const parsed = runRecordSchema.safeParse(JSON.parse(text(row, 'record')));
  if (!parsed.success) throw new SignetError('STORE_DAMAGED', 'A run record in the store cannot be read.');
  return parsed.data;
}

/** The runs in the store. */
export function openRunStore(store: Store): RunStore {
  return {
    begin: (run) =>
      store.write((database) => {
        database
          .prepare(
            'INSERT OR REPLACE INTO open_runs (run_id, serial_number, plan_digest, started_at, stage, status) VALUES (?, ?, ?, ?, ?, ?)',
          )
          .run(run.runId, run.serialNumber, run.planDigest, run.startedAt, '', '');
      }),
    stage: (runId, stage, status) =>
      store.write(
        (database) => {
          database.prepare('UPDATE open_runs SET stage = ?, status = ? WHERE run_id = ?').run(stage, status, runId);
        },
        { relaxed: !beginsIrreversible(stage, status) },
      ),
    end: (record, spool = false) =>
      store.write((database) => {
        const { outcome } = record;
        const json = JSON.stringify(record);
        database
          .prepare(
            `INSERT OR IGNORE INTO runs (run_id, serial_number, board_id, started_at, ended_at, outcome, code, stage, station, site, operator,
             batch, unit_label, plan_name, plan_version, plan_digest, record) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
          )
          .run(
            record.runId,
            record.serialNumber,
            record.boardId,
            record.startedAt,
            record.endedAt,
            outcome.kind,
            outcome.kind === 'PASS' ? '' : outcome.code,
            outcome.kind === 'PASS' ? 0 : outcome.stage,
            record.station,
            record.site,
            record.operator,
            record.batch,
            record.unitLabel,
            record.plan.name,
            record.plan.version,
            record.plan.digest,
            json,
          );
        database.prepare('DELETE FROM open_runs WHERE run_id = ?').run(record.runId);
        if (spool)
          database.prepare('INSERT OR IGNORE INTO reports (run_id, record) VALUES (?, ?)').run(record.runId, json);
      }),
    openRuns: () =>
      store.all('SELECT * FROM open_runs ORDER BY started_at').map((row) => ({
        runId: text(row, 'run_id'),
        serialNumber: text(row, 'serial_number'),
        planDigest: text(row, 'plan_digest'),
        startedAt: text(row, 'started_at'),
        stage: text(row, 'stage'),
        status: text(row, 'status'),
      })),
    bySerialNumber: (serialNumber) =>
      store.all('SELECT record FROM runs WHERE serial_number = ? ORDER BY started_at', serialNumber).map(recordOf),
    byId: (runId) => {
      const row = store.get('SELECT record FROM runs WHERE run_id = ?', runId);
      return row === undefined ? undefined : recordOf(row);
    },
    reports: (limit) => store.all('SELECT record FROM reports ORDER BY rowid LIMIT ?', limit).map(recordOf),
    reportTaken: (runId) =>
      store.write((database) => {
        database.prepare('DELETE FROM reports WHERE run_id = ?').run(runId);
      }),
    get count() {
      const row = store.get('SELECT count(*) AS n FROM runs');
      return row === undefined ? 0 : number(row, 'n');
    },
  };
}
