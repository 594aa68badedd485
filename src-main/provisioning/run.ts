import { toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError } from '../../src-shared/base/error.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import type { RunRecord, StageRecord } from '../../src-shared/model/run-record.ts';
import { sentences } from '../../src-shared/model/sentences.ts';
import {
  beginsIrreversible,
  type StageName,
  type StageStatus,
  stageNames,
  stageNumber,
} from '../../src-shared/model/stages.ts';
import { detailOf, EndOfRun, endOfError, outcomeOf, type RunEnd } from './outcome.ts';
import type { StageDetail } from './ports.ts';
import type { RunOptions } from './run-options.ts';
import { RunStages, type Skipped } from './run-stages.ts';

/** A run that has ended, as it was recorded. */
export interface RunResult {
  readonly record: RunRecord;
  readonly passed: boolean;
  /** Why it did not pass, for a screen in any language; the record's `detail` says the same in English. */
  readonly why: Reason | undefined;
}

/**
 * One attempt to provision one chip: pre-flight, then the ten stages in the note's order, each notified START or SKIPPED and then DONE
 * or ERROR (Atmel-8971A 5.1, 5.5). Never throws: whatever happens ends in a record. A station that cannot write its journal stops
 * before the next irreversible stage.
 */
export async function runProvisioning(options: RunOptions): Promise<RunResult> {
  const run = new Run(options);
  return run.execute();
}

class Run {
  readonly #o: RunOptions;
  readonly #stages: RunStages;
  readonly #startedAt: Date;
  readonly #startMs: number;
  readonly #records: StageRecord[] = [];
  readonly #runId: string;
  #journalError: unknown;

  constructor(options: RunOptions) {
    this.#o = options;
    this.#stages = new RunStages(options);
    this.#startedAt = options.now();
    this.#startMs = options.monotonic();
    this.#runId = toHex(options.runId);
  }

  async execute(): Promise<RunResult> {
    let end: RunEnd | undefined;
    let stage = 0;
    try {
      await this.#o.journal.begin({
        runId: this.#runId,
        serialNumber: toHex(this.#o.board.chip.serialNumber),
        planDigest: this.#o.plan.digest,
        startedAt: this.#startedAt.toISOString(),
      });
      await this.#stages.preflight();
      for (const name of stageNames) {
        stage = stageNumber(name);
        await this.#stage(name);
      }
      stage = 0;
      await this.#stages.finish();
    } catch (thrown) {
      end = thrown instanceof EndOfRun ? thrown.end : endOfError(asSignetError(thrown));
    } finally {
      await this.#o.client.done().catch(() => undefined);
    }
    return this.#conclude(end, stage);
  }

  async #stage(name: StageName): Promise<void> {
    const skip = this.#stages.skipped(name);
    const startMs = this.#elapsed();
    if (skip !== undefined) {
      this.#skip(name, skip, startMs);
      return;
    }
    if (this.#o.signal?.aborted === true)
      throw new EndOfRun({ kind: 'INTERRUPTED', code: 'INTERRUPTED', why: reason('run-stopped') });
    if (this.#journalError !== undefined) throw this.#journalError;
    this.#notify(name, 'START', {});
    const noted = this.#journal(name, 'START');
    if (beginsIrreversible(name, 'START')) {
      await noted;
      if (this.#journalError !== undefined) throw this.#journalError;
    }
    try {
      const note = await this.#stages.perform(name);
      this.#records.push({
        stage: name,
        status: 'DONE',
        startMs,
        durationMs: this.#elapsed() - startMs,
        ...(note === undefined ? {} : { note }),
      });
      this.#notify(name, 'DONE', note === undefined ? {} : { note });
      void this.#journal(name, 'DONE');
    } catch (thrown) {
      const end = thrown instanceof EndOfRun ? thrown.end : endOfError(asSignetError(thrown));
      this.#records.push({
        stage: name,
        status: 'ERROR',
        startMs,
        durationMs: this.#elapsed() - startMs,
        note: detailOf(end).slice(0, 500),
      });
      this.#notify(name, 'ERROR', { note: detailOf(end), code: end.code });
      void this.#journal(name, 'ERROR');
      throw thrown;
    }
  }

  #skip(name: StageName, skip: Skipped, startMs: number): void {
    this.#records.push({ stage: name, status: 'SKIPPED', startMs, durationMs: 0, note: skip.note });
    this.#notify(name, 'SKIPPED', { note: skip.note });
  }

  #notify(name: StageName, status: StageStatus, detail: Omit<StageDetail, 'elapsedMs'>): void {
    this.#o.callbacks.notify(name, status, { elapsedMs: this.#elapsed(), ...detail });
  }

  /**
   * Never rejects. Awaited only before stages that cannot be undone: a killed station then knows what it was doing. The others do not
   * wait for the disk; a failed write stops the run before its next stage.
   */
  #journal(name: StageName, status: StageStatus): Promise<void> {
    return this.#o.journal.stage(this.#runId, name, status).catch((thrown: unknown) => {
      this.#journalError ??= thrown;
    });
  }

  #elapsed(): number {
    return Math.max(0, this.#o.monotonic() - this.#startMs);
  }

  async #conclude(end: RunEnd | undefined, stage: number): Promise<RunResult> {
    const { board, plan, prepared, requester } = this.#o;
    const facts = this.#stages.facts;
    const record: RunRecord = {
      format: 1,
      runId: this.#runId,
      boardId: toHex(this.#o.boardId),
      software: requester.software,
      station: requester.station,
      site: requester.site,
      operator: requester.operator,
      operatorAuth: requester.operatorAuth,
      batch: requester.batch,
      unitLabel: requester.unitLabel,
      kind: this.#o.action === 'validate' ? 'validate' : 'provision',
      plan: { ...plan, entry: prepared.entry.label },
      kit: board.kit,
      part: board.chip.part,
      serialNumber: toHex(board.chip.serialNumber),
      startedAt: this.#startedAt.toISOString(),
      endedAt: this.#o.now().toISOString(),
      outcome: end === undefined ? { kind: 'PASS' } : outcomeOf(end, stage, sentences[end.code].en, facts.begun),
      foundState: facts.foundState,
      stages: this.#records,
      dataLock: prepared.entry.dataLock,
      lockedSlots: [...facts.lockedSlots],
      configZone: facts.configZone,
      publicKey: facts.publicKey,
      certificateSerial: facts.certificateSerial,
      signerSerialNumber: facts.signerSerialNumber,
      reissued: facts.reissued,
      ...(facts.logReference === undefined ? {} : { logReference: facts.logReference }),
      dataWritten: [...facts.dataWritten],
    };
    try {
      await this.#o.journal.end(record);
    } catch (thrown) {
      // PASS is said only when it is on record.
      const unwritten: RunEnd = { ...endOfError(asSignetError(thrown)), code: 'STORAGE_FAILED' };
      const outcome = outcomeOf(unwritten, stage, sentences.STORAGE_FAILED.en, facts.begun);
      return end === undefined
        ? { record: { ...record, outcome }, passed: false, why: unwritten.why }
        : { record, passed: false, why: end.why };
    }
    return { record, passed: end === undefined, why: end?.why };
  }
}
