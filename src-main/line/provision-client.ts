import { randomBytes } from 'node:crypto';
import { equalBytes, toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import type { Plan } from '../../src-shared/model/plan.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import type { StageName, StageStatus } from '../../src-shared/model/stages.ts';
import {
  type ChipIdentity,
  failureAsError,
  identifyChip,
  isBusStuck,
  type KitLease,
  KitRegistry,
  takeFailureAsError,
} from '../device/index.ts';
import type { KitOptions } from '../hal/kit-transport.ts';
import type { StageDetail } from '../provisioning/ports.ts';
import { type PreparedEntry, prepareEntry } from '../provisioning/prepared-entry.ts';
import { RequestClient, type RequestFailure } from '../provisioning/request-client.ts';
import { runProvisioning } from '../provisioning/run.ts';
import type { RunAction } from '../provisioning/run-options.ts';
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
  /** `provision` when not given; see RunAction. */
  readonly action?: Exclude<RunAction, 'resume'>;
  /** A rework of the chips in hand was recorded at the server. */
  readonly rework?: boolean;
}

/** How a wait for a board is told about. */
export interface BoardWait {
  /** Serial numbers of the board that was here before. */
  readonly previous: readonly string[];
  /** Called once, when that board has gone. */
  readonly onEmpty: () => void;
  /** Called for a reason that has kept boards away for a while; once for each reason. */
  readonly onTrouble?: (error: SignetError) => void;
  readonly signal: AbortSignal;
  /** Gives up after this time, ms; never when not given. */
  readonly longestMs?: number;
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
/** How long a reason must keep boards away before it is worth a word, ms: longer than a board takes to be swapped. */
const troubleMs = 2500;
/** Troubles that do not pass by waiting. */
const final: ReadonlySet<string> = new Set([
  'PORT_DENIED',
  'KIT_GARBAGE',
  'OPTION_INVALID',
  'NEVER_A_SITE',
  'INTERNAL',
]);

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
  #reporting: Promise<void> = Promise.resolve();

  /** Throws FILE_INVALID or PLAN_UNSAFE for a plan that cannot be read. */
  constructor(options: ProvisionClientOptions) {
    this.#o = options;
    this.#entries = options.plan.entries.map(prepareEntry);
    this.#digest = planDigest(options.plan);
    this.#channel = new StreamChannel(tcpOpener(options.host, options.port), { keepOpen: true });
  }

  /** Connects once, so that a server that is not there is known before a board is touched; hands over spooled reports. */
  async connect(): Promise<void> {
    // The report of the run before goes over the same connection.
    await this.#reporting;
    const client = this.#client();
    const opened = await client.open();
    if (!opened.ok) throw requestError(opened.failure, `${this.#o.host}:${this.#o.port}`);
    for (const record of this.#o.runs.reports()) {
      const taken = await reportRun(client, record);
      if (!taken.ok) break;
      await this.#o.runs.reportTaken(record.runId);
    }
  }

  /**
   * Waits until chips are there that are not those of the board before; undefined when told to stop. Throws what does not pass by
   * waiting, and after `longestMs` what kept boards away.
   */
  async waitForBoard(wait: BoardWait): Promise<readonly ChipIdentity[] | undefined> {
    const { previous, signal, onTrouble = () => undefined } = wait;
    const started = performance.now();
    let toldEmpty = previous.length === 0;
    const troubles = new Troubles(onTrouble, () => performance.now());
    while (!signal.aborted) {
      const { chips, trouble } = await this.#lookOnce();
      const serials = chips.map((chip) => toHex(chip.serialNumber));
      const same = serials.length > 0 && serials.every((serial) => previous.includes(serial));
      if (!same && !toldEmpty) {
        toldEmpty = true;
        wait.onEmpty();
      }
      if (chips.length > 0 && !same) return chips;
      if (same) troubles.clear();
      else troubles.seen(trouble);
      if (wait.longestMs !== undefined && performance.now() - started >= wait.longestMs) {
        throw trouble ?? new SignetError('NO_CHIP', 'The board before was not taken out in time.');
      }
      await pause(pollMs, signal);
    }
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
    await this.#reporting;
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

  /** One look; what may pass by waiting is given, anything else thrown. */
  async #lookOnce(): Promise<{ readonly chips: readonly ChipIdentity[]; readonly trouble: SignetError | undefined }> {
    try {
      const chips = await this.#look();
      if (chips.length > 0) return { chips, trouble: undefined };
      const path = this.#lease?.transport.description.path;
      const trouble =
        path === undefined
          ? new SignetError('KIT_UNKNOWN', 'No kit is connected to this computer.')
          : new SignetError('NO_CHIP', `The kit at ${path} answers, but no secure element behind it does.`, { path });
      return { chips, trouble };
    } catch (thrown) {
      const error = asSignetError(thrown);
      if (final.has(error.code)) throw error;
      return { chips: [], trouble: error };
    }
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
      // The lease is kept: the kit is sound, what is wired to it is not.
      if (adopted.trouble !== undefined && isBusStuck(adopted.trouble)) throw failureAsError(adopted.trouble);
      return adopted.chips;
    }
    const known = await this.#lookGently(this.#lease);
    if (known !== undefined) return known;
    const looked = await this.#lease.look();
    if (!looked.ok && isBusStuck(looked.failure)) throw failureAsError(looked.failure);
    return looked.ok ? looked.value : [];
  }

  /**
   * The chips of the last look as they are now; undefined when one is missing or another one. Wake and read, idle afterwards:
   * discovery would put a legacy kit's chips to sleep.
   */
  async #lookGently(lease: KitLease): Promise<readonly ChipIdentity[] | undefined> {
    const now: ChipIdentity[] = [];
    for (const known of lease.entry.chips) {
      const again = await identifyChip(lease.chip(known.address));
      if (!again.ok || !equalBytes(again.value.serialNumber, known.serialNumber)) return undefined;
      now.push(again.value);
    }
    return now.length === 0 ? undefined : now;
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
    await this.#reporting;
    const lease = this.#lease;
    if (lease === undefined) throw new SignetError('KIT_LOST', 'The kit is gone.');
    const { plan, runs, station, operator, batch, askSecret } = this.#o;
    const serialNumber = toHex(chip.serialNumber);
    const client = this.#client();
    const newest = runs.newest(serialNumber);
    // A run that found everything done has begun nothing that could be resumed.
    const unfinished = runs.unfinished(serialNumber) && !(newest !== undefined && wasDone(newest));
    const { action = 'provision' } = this.#o;
    const result = await runProvisioning({
      prepared,
      plan: { name: plan.name, version: plan.version, digest: this.#digest },
      action: action === 'provision' && unfinished ? 'resume' : action,
      ...(this.#o.rework === true ? { rework: true } : {}),
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
    // The verdict does not wait for the server to have the report; whoever speaks to the server next does.
    this.#reporting = this.#report(client, result.record);
    return result.record;
  }

  /** Never rejects: a report that nobody takes stays where it is and is handed over at the next connection. */
  async #report(client: RequestClient, record: RunRecord): Promise<void> {
    try {
      const opened = await client.open();
      if (!opened.ok) return;
      const taken = await reportRun(client, record);
      if (taken.ok) await this.#o.runs.reportTaken(record.runId);
    } catch {
      // Its file could not be removed: it is handed over once more, and the server knows it by its run id.
    }
  }
}

/** Whether everything had been done on this chip when the run ended. */
function wasDone({ outcome }: RunRecord): boolean {
  return outcome.kind === 'PASS' || outcome.code === 'ALREADY_PROVISIONED';
}

/** A failed request as something to throw; `server` = host and port. */
function requestError(failure: RequestFailure, server: string): SignetError {
  switch (failure.code) {
    case 'SERVER_UNREACHABLE':
      return new SignetError(failure.code, `No provisioning server answers at ${server}: ${failure.message}.`, {
        server,
      });
    case 'SERVER_LOST':
      return new SignetError(failure.code, `The server at ${server} ended the connection: ${failure.message}.`, {
        server,
      });
    case 'SERVER_SILENT':
      return new SignetError(failure.code, `What listens at ${server} does not answer: ${failure.message}.`, {
        server,
      });
    case 'SERVER_GARBAGE':
      return new SignetError(failure.code, `What answers at ${server} is no provisioning server: ${failure.message}.`, {
        server,
      });
    case 'SERVER_VERSION':
      return new SignetError(failure.code, `The server at ${server} speaks another version: ${failure.message}.`, {
        server,
      });
    default:
  }
  if (failure.kind !== 'error') return new SignetError(failure.code, `${failure.message}.`, { server });
  return new SignetError(
    failure.code ?? 'INTERNAL',
    `The server at ${server} answered error ${failure.number}: ${failure.message}.`,
    { server, number: failure.number },
  );
}

/** Tells a trouble once, when it has lasted. */
class Troubles {
  readonly #tell: (error: SignetError) => void;
  readonly #now: () => number;
  readonly #told = new Set<string>();
  #since: { readonly message: string; readonly at: number } | undefined;

  constructor(tell: (error: SignetError) => void, now: () => number) {
    this.#tell = tell;
    this.#now = now;
  }

  seen(error: SignetError | undefined): void {
    if (error === undefined) {
      this.clear();
      return;
    }
    if (this.#since?.message !== error.message) this.#since = { message: error.message, at: this.#now() };
    if (this.#now() - this.#since.at < troubleMs || this.#told.has(error.message)) return;
    this.#told.add(error.message);
    this.#tell(error);
  }

  clear(): void {
    this.#since = undefined;
  }
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
