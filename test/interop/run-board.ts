import { randomBytes } from 'node:crypto';
import type { KitLease } from '../../src-main/device/index.ts';
import type { RequestChannel } from '../../src-main/provisioning/ports.ts';
import type { PreparedEntry } from '../../src-main/provisioning/prepared-entry.ts';
import { RequestClient } from '../../src-main/provisioning/request-client.ts';
import { type RunResult, runProvisioning } from '../../src-main/provisioning/run.ts';
import type { RunAction } from '../../src-main/provisioning/run-options.ts';
import type { Records } from '../../src-main/records/index.ts';
import type { StageName, StageStatus } from '../../src-shared/model/stages.ts';

/** One run on a kit that the caller owns. */
export interface BoardRun {
  readonly lease: KitLease;
  readonly prepared: PreparedEntry;
  /** To the server. */
  readonly channel: RequestChannel;
  readonly records: Records;
  readonly station: string;
  readonly site: string;
  readonly action: RunAction;
  readonly onStage?: (stage: StageName, status: StageStatus) => void;
  readonly signal?: AbortSignal;
}

/** Runs the ten stages on the first chip seen behind the kit. Rejects when there is none. */
export function runBoard(run: BoardRun): Promise<RunResult> {
  const { lease, records, station, site } = run;
  const chip = lease.entry.chips[0];
  if (chip === undefined) return Promise.reject(new Error(`no chip: ${JSON.stringify(lease.entry.trouble)}`));
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  return runProvisioning({
    prepared: run.prepared,
    plan: { name: station, version: 1, digest: '00'.repeat(32) },
    action: run.action,
    board: {
      open: (address) => lease.chip(address),
      chip,
      kit: {
        name: lease.transport.kit.name,
        dialect: lease.transport.kit.dialect,
        path: lease.transport.description.path,
      },
    },
    client: new RequestClient(run.channel, { station, site, software: '0' }),
    callbacks: {
      notify: (stage, status) => run.onStage?.(stage, status),
      requestError: () => undefined,
    },
    journal: {
      begin: (begun) => records.runs.begin(begun),
      stage: (runId, stage, status) => records.runs.stage(runId, stage, status),
      end: (record) => records.runs.end(record),
    },
    data: { random },
    requester: { station, site, software: '0', operator: '', operatorAuth: 'claimed', batch: '', unitLabel: '' },
    runId: random(16),
    boardId: random(16),
    now: () => new Date(),
    monotonic: () => performance.now(),
    ...(run.signal === undefined ? {} : { signal: run.signal }),
  });
}
