import { randomBytes } from 'node:crypto';
import { fromHex, toHex } from '../../../src-shared/base/bytes.ts';
import { SignetError } from '../../../src-shared/base/error.ts';
import type { Result } from '../../../src-shared/base/result.ts';
import { Secret } from '../../../src-shared/base/secret.ts';
import type { BoardKind } from '../../../src-shared/ipc/lists.ts';
import type { StageName } from '../../../src-shared/model/stages.ts';
import {
  type ChipIdentity,
  type DeviceFailure,
  failureAsError,
  type KitLease,
  KitRegistry,
  lockConfig,
  lockData,
  privWrite,
  takeFailureAsError,
  writeConfig,
} from '../../device/index.ts';
import { openKit } from '../../hal/kit-transport.ts';
import type { RequestClient } from '../../provisioning/request-client.ts';
import { runProvisioning } from '../../provisioning/run.ts';
import type { RunStore, StationBook } from '../../records/index.ts';
import type { Board } from '../../simulator/board.ts';
import { assignChips, type LoadedPlan } from '../loaded-plan.ts';
import { stationJournal } from '../site/run-journal.ts';
import { softwareVersion } from '../version.ts';

/** What it takes to bring a simulated board into a state: the same plan, records and server as the line's own runs. */
export interface Workshop {
  readonly plan: LoadedPlan | undefined;
  readonly client: () => RequestClient;
  readonly runs: RunStore;
  readonly book: StationBook;
  /** A signer for the plan is ready. */
  readonly signerReady: boolean;
  readonly station: string;
  readonly batch: string;
  readonly now: () => Date;
}

/** Kinds that are made by doing something to a new board. */
const made: ReadonlySet<BoardKind> = new Set<BoardKind>([
  'config-locked',
  'data-locked',
  'foreign',
  'provisioned',
  'planted-key',
  'interrupted',
]);

/**
 * Makes a new simulated board what its kind says, by the very procedures and runs that do it on a line. Throws NOT_NOW without a plan
 * for its chip, SIGNER_LOCKED where a certificate is needed and no signer is ready.
 */
export async function prepareBoard(kind: BoardKind, board: Board, workshop: Workshop): Promise<void> {
  if (!made.has(kind)) return;
  const kit = await openKit(board.connect());
  if (!kit.ok) throw new SignetError('KIT_GARBAGE', 'The simulated board does not answer.');
  const registry = new KitRegistry({ now: () => performance.now(), isBound: () => true });
  const adopted = await registry.adopt(kit.value);
  try {
    const taken = registry.take(adopted.id, { role: 'tool', name: 'simulation' });
    if (!taken.ok) throw takeFailureAsError(taken.failure);
    await change(kind, taken.value, workshop);
  } finally {
    await registry.remove(adopted.id);
  }
}

async function change(kind: BoardKind, lease: KitLease, workshop: Workshop): Promise<void> {
  const { plan } = workshop;
  const chips = lease.entry.chips;
  const assigned = plan === undefined ? undefined : assignChips(plan.entries, chips);
  const work = assigned?.ok === true ? assigned.value[0] : undefined;
  const image = work?.prepared.images.get(work.chip.part);
  if (plan === undefined || work === undefined || image === undefined)
    throw new SignetError('NOT_NOW', 'The active plan is not for such a board.', { blocked: 'no-plan' });
  const { chip, prepared } = work;
  switch (kind) {
    case 'config-locked':
      return lockWith(lease, chip, image);
    case 'foreign': {
      const other = image.slice();
      // SlotConfig of slot 15, so that it is plainly another configuration and still one that a chip takes.
      other[50] = (other[50] ?? 0) ^ 0x80;
      return lockWith(lease, chip, other);
    }
    case 'planted-key': {
      await lockWith(lease, chip, image);
      const key = new Secret(new Uint8Array(32).fill(0x42));
      need(await privWrite(lease.chip(chip.address), chip.serialNumber, prepared.certInfo.devicePrivateKeySlot, key));
      key.wipe();
      // Only now does the chip's key count: while its data zone is open, a run makes a new one over it.
      need(await lockData(lease.chip(chip.address), chip.serialNumber, { policy: 'no-crc' }));
      return;
    }
    case 'interrupted':
      return run(lease, chip, plan, workshop, workshop.signerReady ? 'CERTS_REQUEST' : 'GEN_KEY');
    case 'data-locked':
      needSigner(workshop);
      return run(lease, chip, plan, workshop, 'DATA_LOCK');
    default:
      needSigner(workshop);
      return run(lease, chip, plan, workshop, undefined);
  }
}

function needSigner(workshop: Workshop): void {
  if (!workshop.signerReady)
    throw new SignetError('SIGNER_LOCKED', 'Such a board needs a certificate, and no signer is ready.');
}

async function lockWith(lease: KitLease, chip: ChipIdentity, image: Uint8Array): Promise<void> {
  const target = { serialNumber: chip.serialNumber, part: chip.part, image };
  const session = lease.chip(chip.address);
  const readBack = need(await writeConfig(session, target));
  need(await lockConfig(session, target, readBack));
}

/** A run like any other, at a place called "workshop", stopped after a stage where one is named. */
async function run(
  lease: KitLease,
  chip: ChipIdentity,
  plan: LoadedPlan,
  workshop: Workshop,
  last: StageName | undefined,
): Promise<void> {
  const [prepared] = plan.entries;
  if (prepared === undefined) return;
  const { now, runs, book } = workshop;
  const stop = new AbortController();
  const startMs = performance.now();
  const runId = random(16);
  const boardId = random(16);
  const requester = {
    station: workshop.station,
    site: 'workshop',
    software: softwareVersion,
    operator: '',
    operatorAuth: 'claimed',
    batch: workshop.batch,
    unitLabel: '',
  } as const;
  const named = { name: plan.plan.name, version: plan.plan.version, digest: plan.digest };
  const kit = {
    name: lease.transport.kit.name,
    dialect: lease.transport.kit.dialect,
    path: lease.transport.description.path,
  };
  const result = await runProvisioning({
    prepared,
    plan: named,
    action: 'provision',
    board: { open: (address) => lease.chip(address), chip, kit },
    client: workshop.client(),
    callbacks: {
      notify: (stage, status) => {
        if (stage === last && status === 'DONE') stop.abort();
      },
      requestError: () => undefined,
    },
    journal: stationJournal({
      runs,
      book,
      spool: false,
      now,
      elapsedMs: () => performance.now() - startMs,
      start: {
        runId: toHex(runId),
        boardId: toHex(boardId),
        ...requester,
        kind: 'provision',
        plan: { ...named, entry: prepared.entry.label },
        kit,
        part: chip.part,
        serialNumber: toHex(chip.serialNumber),
        startedAt: now().toISOString(),
        dataLock: prepared.entry.dataLock,
      },
    }),
    data: { random },
    requester,
    runId,
    boardId,
    now,
    monotonic: () => performance.now(),
    signal: stop.signal,
  });
  const { outcome } = result.record;
  const asWanted =
    last === undefined ? outcome.kind === 'PASS' : outcome.kind === 'INTERRUPTED' || outcome.kind === 'PASS';
  if (!asWanted)
    throw new SignetError(
      'NOT_NOW',
      `The simulated board could not be prepared: ${outcome.kind === 'PASS' ? '' : (outcome.detail ?? outcome.sentence)}`,
    );
}

/** Config image of a plan entry for a chip that answers at another address. */
export function imageAt(image: string, address: number): string {
  const bytes = fromHex(image);
  bytes[16] = address;
  return toHex(bytes);
}

function need<T>(result: Result<T, DeviceFailure>): T {
  if (result.ok) return result.value;
  throw failureAsError(result.failure);
}

function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}
