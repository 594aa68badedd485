import { z } from 'zod';
import { errorCodes } from '../../../src-shared/base/error-codes.ts';
import { type RunRecord, runRecordSchema, type StageRecord } from '../../../src-shared/model/run-record.ts';
import { sentences } from '../../../src-shared/model/sentences.ts';
import { beginsIrreversible, type StageName, type StageStatus, stageNumber } from '../../../src-shared/model/stages.ts';
import type { RunJournal } from '../../provisioning/ports.ts';
import type { RunStore, StationBook } from '../../records/index.ts';

/** What is known of a run before it ends. */
export type RunStart = Pick<
  RunRecord,
  | 'runId'
  | 'boardId'
  | 'software'
  | 'station'
  | 'site'
  | 'operator'
  | 'operatorAuth'
  | 'batch'
  | 'unitLabel'
  | 'kind'
  | 'plan'
  | 'kit'
  | 'part'
  | 'serialNumber'
  | 'startedAt'
  | 'dataLock'
>;

const draftSchema = z.strictObject({
  start: runRecordSchema.pick({
    runId: true,
    boardId: true,
    software: true,
    station: true,
    site: true,
    operator: true,
    operatorAuth: true,
    batch: true,
    unitLabel: true,
    kind: true,
    plan: true,
    kit: true,
    part: true,
    serialNumber: true,
    startedAt: true,
    dataLock: true,
  }),
  stages: runRecordSchema.shape.stages,
  /** The stage that had begun and not ended. */
  open: z.string(),
  at: z.string(),
});

/**
 * The run's durable memory: open runs, a draft of the record that grows with every stage, and the record itself. A station that is
 * killed finds the draft at its next start and makes it the record of an interrupted run.
 */
export function stationJournal(options: {
  readonly runs: RunStore;
  readonly book: StationBook;
  readonly start: RunStart;
  /** A remote server has to be told. */
  readonly spool: boolean;
  readonly now: () => Date;
  readonly elapsedMs: () => number;
}): RunJournal {
  const { runs, book, start, now, elapsedMs } = options;
  const stages: StageRecord[] = [];
  let begunMs = 0;
  const save = (open: string, relaxed: boolean): Promise<void> =>
    book.saveDraft(start.runId, { start, stages, open, at: now().toISOString() }, { relaxed });
  return {
    async begin(run) {
      await Promise.all([runs.begin(run), save('', false)]);
    },
    async stage(runId: string, stage: StageName, status: StageStatus) {
      if (status === 'START') begunMs = elapsedMs();
      else if (status !== 'SKIPPED')
        stages.push({ stage, status, startMs: begunMs, durationMs: Math.max(0, elapsedMs() - begunMs) });
      const saved = save(status === 'START' ? stage : '', !beginsIrreversible(stage, status));
      await Promise.all([runs.stage(runId, stage, status), saved]);
    },
    async end(record) {
      await runs.end(record, options.spool);
      // Nobody waits for it: a draft that stays beside its record is dropped at the next start.
      book.dropDraft(record.runId).catch(() => undefined);
    },
  };
}

/** Records of the runs that a killed station left open, made durable as INTERRUPTED; oldest first. */
export async function closeOpenRuns(runs: RunStore, book: StationBook, spool: boolean): Promise<readonly RunRecord[]> {
  const closed: RunRecord[] = [];
  for (const { runId, draft } of book.drafts()) {
    const parsed = draftSchema.safeParse(draft);
    if (parsed.success && runs.byId(runId) === undefined) {
      const record = interrupted(parsed.data);
      await runs.end(record, spool);
      closed.push(record);
    }
    await book.dropDraft(runId);
  }
  return closed;
}

function interrupted(draft: z.infer<typeof draftSchema>): RunRecord {
  const { start, stages, open, at } = draft;
  const last = stages.at(-1);
  const stage = stageOf(open) ?? (last === undefined ? 0 : stageNumber(last.stage));
  return {
    format: 1,
    ...start,
    endedAt: at,
    outcome: {
      kind: 'INTERRUPTED',
      code: 'INTERRUPTED',
      number: errorCodes.INTERRUPTED,
      stage,
      sentence: sentences.INTERRUPTED.en,
      detail: 'The program or the computer stopped while this run was under way.',
      next: 'resume',
    },
    foundState: '',
    stages,
    lockedSlots: [],
    configZone: '',
    publicKey: '',
    certificateSerial: '',
    signerSerialNumber: '',
    reissued: false,
    dataWritten: [],
  };
}

function stageOf(name: string): number | undefined {
  const found = runRecordSchema.shape.stages.element.shape.stage.safeParse(name);
  return found.success ? stageNumber(found.data) : undefined;
}
