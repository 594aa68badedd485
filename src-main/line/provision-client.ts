import { randomBytes } from 'node:crypto';
import { equalBytes, toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import type { Plan } from '../../src-shared/model/plan.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import type { StageName, StageStatus } from '../../src-shared/model/stages.ts';
import { type ChipIdentity, identifyChip, type KitLease, KitRegistry, takeFailureAsError } from '../device/index.ts';
import type { KitOptions } from '../hal/kit-transport.ts';
import type { StageDetail } from '../provisioning/ports.ts';
import { type PreparedEntry, prepareEntry } from '../provisioning/prepared-entry.ts';
import { RequestClient, type RequestFailure } from '../provisioning/request-client.ts';
import { runProvisioning } from '../provisioning/run.ts';
import { StreamChannel, tcpOpener } from '../provisioning/stream-channel.ts';
import { appendToSink, type RunFolder } from '../records/index.ts';
import { openKitAt } from './kit-address.ts';
import { planDigest } from './plan-from-options.ts';
import { reportRun } from './report-spool.ts';
import { softwareVersion } from './version.ts';

export interface ProvisionClientOptions {
  readonly plan: Plan;
  /** `tcp:HOST:PORT` or a serial port; undefined = the first kit that is found. */
  readonly board: () => Promise<string | undefined>;
  readonly host: string;
  readonly port: number;
  readonly station: string;
  readonly stationKey?: Secret;
  readonly operator: string;
  readonly batch: string;
  readonly runs: RunFolder;
  readonly askSecret?: (name: string) => Promise<Secret | undefined>;
  readonly kitOptions?: KitOptions;
}

/** What happens, in the order of the note's dialogue. */
export type ProvisionEvent =
  | { readonly event: 'board'; readonly serialNumbers: readonly string[]; readonly part: string }
  | {
      readonly event: 'stage';
      readonly serialNumber: string;
      readonly stage: StageName;
      readonly status: StageStatus;
      readonly detail: StageDetail;
    }
  | { readonly event: 'server-error'; readonly code: number; readonly message: string }
  | { readonly event: 'result'; readonly record: RunRecord };

/** How long a look at an empty place pauses, ms: twice a second at most (provisioning-recipes.md 0). */
const pollMs = 500;

/**
 * The headless provisioning client: the note's console application without its console. One board at a time, several chips a
 * board where the plan names several.
 */
export class ProvisionClient {
  readonly #o: ProvisionClientOptions;
  readonly #entries: readonly PreparedEntry[];
  readonly #digest: string;
  readonly #channel: StreamChannel;
  readonly #registry = new KitRegistry({ now: () => performance.now(), isBound: () => true });
  #lease: KitLease | undefined;

  /** Throws FILE_INVALID or PLAN_UNSAFE for a plan that cannot be read. */
  constructor(options: ProvisionClientOptions) {
    this.#o = options;
    this.#entries = options.plan.entries.map(prepareEntry);
    this.#digest = planDigest(options.plan);
    this.#channel = new StreamChannel(tcpOpener(options.host, options.port), { keepOpen: true });
  }

  /** Connects once, so that a server that is not there is known before a board is touched; hands over spooled reports. */
  async connect(): Promise<void> {
    const client = this.#client();
    const opened = await client.open();
    if (!opened.ok) throw requestError(opened.failure);
    for (const record of this.#o.runs.reports()) {
      const taken = await reportRun(client, record);
      if (!taken.ok) break;
      await this.#o.runs.reportTaken(record.runId);
    }
  }

  /**
   * Waits until chips are there that are not the given ones; undefined when aborted. `onEmpty` is called once when the earlier
   * board has gone.
   */
  async waitForBoard(
    previous: readonly string[],
    onEmpty: () => void,
    signal: AbortSignal,
  ): Promise<readonly ChipIdentity[] | undefined> {
    let told = previous.length === 0;
    let lastTrouble: SignetError | undefined;
    while (!signal.aborted) {
      const chips = await this.#look().catch((thrown: unknown) => {
        if (!(thrown instanceof SignetError)) throw thrown;
        // A port that is not a kit, or that may not be opened, does not become one by waiting.
        if (
          thrown.code === 'PORT_DENIED' ||
          thrown.code === 'KIT_GARBAGE' ||
          thrown.code === 'OPTION_INVALID' ||
          thrown.code === 'NEVER_A_SITE'
        )
          throw thrown;
        lastTrouble = thrown;
        return [];
      });
      const serials = chips.map((chip) => toHex(chip.serialNumber));
      const same = serials.length > 0 && serials.every((serial) => previous.includes(serial));
      if (!same && !told) {
        told = true;
        onEmpty();
      }
      if (chips.length > 0 && !same) return chips;
      await pause(pollMs, signal);
    }
    if (lastTrouble?.code === 'INTERNAL') throw lastTrouble;
    return undefined;
  }

  /** Provisions every chip of the board that the plan names; gives a record per chip. */
  async provision(
    chips: readonly ChipIdentity[],
    listener: (event: ProvisionEvent) => void,
    signal: AbortSignal,
    unitLabel: string,
  ): Promise<readonly RunRecord[]> {
    const boardId = new Uint8Array(randomBytes(16));
    const pairs = this.#assign(chips);
    const records: RunRecord[] = [];
    for (const { prepared, chip } of pairs) {
      const record = await this.#run(prepared, chip, boardId, listener, signal, unitLabel);
      records.push(record);
      listener({ event: 'result', record });
      if (record.outcome.kind !== 'PASS') break;
    }
    return records;
  }

  async close(): Promise<void> {
    this.#channel.close();
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease !== undefined) await this.#registry.remove(lease.kitId);
  }

  #client(): RequestClient {
    const { station, stationKey } = this.#o;
    return new RequestClient(this.#channel, {
      station,
      site: 'command line',
      software: softwareVersion,
      ...(stationKey === undefined ? {} : { key: stationKey }),
    });
  }

  async #look(): Promise<readonly ChipIdentity[]> {
    if (this.#lease === undefined || !this.#lease.valid || this.#lease.transport.closed) {
      this.#lease = undefined;
      const path = await this.#o.board();
      if (path === undefined) return [];
      const kit = await openKitAt(path, this.#o.kitOptions);
      if (!kit.ok) throw kit.failure.error;
      const adopted = await this.#registry.adopt(kit.value);
      const taken = this.#registry.take(adopted.id, { role: 'tool', name: 'provision' });
      if (!taken.ok) {
        await this.#registry.remove(adopted.id);
        throw takeFailureAsError(taken.failure);
      }
      this.#lease = taken.value;
      if (adopted.kitClass !== 'plain' && adopted.kitClass !== 'hid') {
        await this.#registry.remove(adopted.id);
        this.#lease = undefined;
        throw new SignetError(
          'NEVER_A_SITE',
          `The kit at ${path} is a signer or root module, not a board; nothing was done to it.`,
          { path },
        );
      }
      return adopted.chips;
    }
    const known = this.#lease.entry.chips[0];
    if (known !== undefined) {
      // Gentle: wake and read, idle afterwards; discovery would put a legacy kit's chips to sleep.
      const again = await identifyChip(this.#lease.chip(known.address));
      if (again.ok && equalBytes(again.value.serialNumber, known.serialNumber)) return this.#lease.entry.chips;
    }
    const looked = await this.#lease.look();
    return looked.ok ? looked.value : [];
  }

  /** Which plan entry goes with which chip: by address, or the only one with the only one. */
  #assign(
    chips: readonly ChipIdentity[],
  ): readonly { readonly prepared: PreparedEntry; readonly chip: ChipIdentity }[] {
    const free = [...chips];
    const pairs = this.#entries.map((prepared) => {
      const { address } = prepared.entry;
      const at =
        address === undefined
          ? free.length === 1 || this.#entries.length === chips.length
            ? 0
            : -1
          : free.findIndex((chip) => chip.address === address);
      const chip = at < 0 ? undefined : free.splice(at, 1)[0];
      if (chip === undefined) {
        if (chips.length > this.#entries.length) {
          throw new SignetError(
            'SEVERAL_CHIPS',
            `${chips.length} chips answer on this board, the plan names ${this.#entries.length}; nothing was done.`,
          );
        }
        throw new SignetError(
          'NO_CHIP',
          `The chip "${prepared.entry.label}" of the plan does not answer on this board.`,
        );
      }
      return { prepared, chip };
    });
    if (free.length > 0)
      throw new SignetError(
        'SEVERAL_CHIPS',
        `${chips.length} chips answer on this board, the plan names ${this.#entries.length}; nothing was done.`,
      );
    return pairs;
  }

  async #run(
    prepared: PreparedEntry,
    chip: ChipIdentity,
    boardId: Uint8Array,
    listener: (event: ProvisionEvent) => void,
    signal: AbortSignal,
    unitLabel: string,
  ): Promise<RunRecord> {
    const lease = this.#lease;
    if (lease === undefined) throw new SignetError('KIT_LOST', 'The kit is gone.');
    const { plan, runs, station, operator, batch, askSecret } = this.#o;
    const serialNumber = toHex(chip.serialNumber);
    const client = this.#client();
    const newest = runs.newest(serialNumber);
    const unfinished = runs.unfinished(serialNumber) && newest?.outcome.kind !== 'PASS';
    const result = await runProvisioning({
      prepared,
      plan: { name: plan.name, version: plan.version, digest: this.#digest },
      action: unfinished ? 'resume' : 'provision',
      board: {
        open: (address) => lease.chip(address),
        chip,
        kit: {
          name: lease.transport.kit.name,
          dialect: lease.transport.kit.dialect,
          path: lease.transport.description.path,
        },
      },
      client,
      callbacks: {
        notify: (stage, status, detail) => listener({ event: 'stage', serialNumber, stage, status, detail }),
        requestError: (code, message) => listener({ event: 'server-error', code, message }),
      },
      journal: runs,
      data: {
        random: (length) => new Uint8Array(randomBytes(length)),
        ...(askSecret === undefined ? {} : { askSecret }),
      },
      requester: {
        station,
        site: 'command line',
        software: softwareVersion,
        operator,
        operatorAuth: 'claimed',
        batch,
        unitLabel,
      },
      runId: new Uint8Array(randomBytes(16)),
      boardId,
      now: () => new Date(),
      monotonic: () => performance.now(),
      sink: appendToSink,
      signal,
    });
    const opened = await client.open();
    if (opened.ok) {
      const taken = await reportRun(client, result.record);
      if (taken.ok) await runs.reportTaken(result.record.runId);
    }
    return result.record;
  }
}

/** A failed request as something to throw. */
export function requestError(failure: RequestFailure): SignetError {
  if (failure.kind === 'error')
    return new SignetError(
      failure.code ?? 'INTERNAL',
      `The server answered error ${failure.number}: ${failure.message}.`,
      { number: failure.number },
    );
  return new SignetError(failure.code, `${failure.message}.`);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
