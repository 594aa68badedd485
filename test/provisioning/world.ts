import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunJournal } from '../../src-main/provisioning/ports.ts';
import type { RunResult } from '../../src-main/provisioning/run.ts';
import type { Records, RunStore } from '../../src-main/records/index.ts';
import type { ProvisioningServer } from '../../src-main/server/server.ts';
import type { SignerIdentity } from '../../src-main/signing/signer-module.ts';
import type { IssueStep, SigningService } from '../../src-main/signing/signing-service.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { type PlanEntry, planEntrySchema } from '../../src-shared/model/plan.ts';
import { openServerSide, type ServerSide, type ServerSideOptions } from './server-side.ts';
import { type SoftwareSigner, softwareSigner } from './software-signer.ts';
import { type RunSetting, Station } from './station.ts';

/** A whole small factory in memory and a temporary folder: software CA, records, server, one station, and any simulated board. */
export interface World {
  readonly folder: string;
  readonly side: ServerSide;
  readonly records: Records;
  readonly service: SigningService;
  readonly server: ProvisioningServer;
  readonly signer: SoftwareSigner;
  readonly certinfo: string;
  readonly identity: SignerIdentity;
  readonly entry: PlanEntry;
  readonly station: Station;
  readonly now: () => Date;
  run(board: Board, options?: RunSetting): Promise<RunResult>;
  readonly lines: string[];
  close(): Promise<void>;
}

export type { RunSetting } from './station.ts';

export interface WorldOptions extends Partial<Omit<ServerSideOptions, 'modules'>> {
  readonly step?: (name: IssueStep) => void;
  /** Kept when the world is closed. */
  readonly folder?: string;
  readonly signer?: SoftwareSigner;
}

const dayOfTest = new Date(Date.UTC(2026, 10, 22, 12, 34, 56));

/** The clock of the tests: a fixed day, going on at the usual rate. */
export const testNow = (): Date => new Date(dayOfTest.getTime() + performance.now());

/** The default plan for a signer: both default images, `fill+crc`, no slots locked. */
export function testEntry(certinfo: string, change: Partial<PlanEntry> = {}): PlanEntry {
  return planEntrySchema.parse({
    images: { ATECC508A: toHex(defaultImage('ATECC508A')), ATECC608: toHex(defaultImage('ATECC608')) },
    certinfo,
    ...change,
  });
}

/** A run journal in a record store. */
export function journalIn(runs: RunStore): RunJournal {
  return {
    begin: (run) => runs.begin(run),
    stage: (runId, stage, status) => runs.stage(runId, stage, status),
    end: (record) => runs.end(record),
  };
}

export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'signet-world-'));
  const signer = options.signer ?? softwareSigner();
  const now = options.now ?? testNow;
  const side = await openServerSide({ ...options, folder, now, modules: [signer.module] });
  const entry = testEntry(signer.certinfo);
  const station = new Station({ name: 'test', open: side.open, entry, journal: journalIn(side.records.runs), now });
  return {
    folder,
    side,
    records: side.records,
    service: side.service,
    server: side.server,
    signer,
    certinfo: signer.certinfo,
    identity: signer.identity,
    entry,
    station,
    now,
    lines: station.lines,
    run: (board, setting) => station.run(board, setting),
    async close() {
      station.close();
      await side.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
