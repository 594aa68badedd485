import { type KitLease, KitRegistry } from '../../src-main/device/index.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import type { RunCallbacks, RunJournal } from '../../src-main/provisioning/ports.ts';
import { type PreparedEntry, prepareEntry } from '../../src-main/provisioning/prepared-entry.ts';
import { RequestClient } from '../../src-main/provisioning/request-client.ts';
import { type RunResult, runProvisioning } from '../../src-main/provisioning/run.ts';
import type { RunAction, RunOptions } from '../../src-main/provisioning/run-options.ts';
import { type OpenStream, StreamChannel } from '../../src-main/provisioning/stream-channel.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import type { PlanEntry } from '../../src-shared/model/plan.ts';
import { systemRandomBytes } from './server-side.ts';

/** One PC of the line with one site: its kits, its connection to the server, its journal. */
export interface StationOptions {
  readonly name: string;
  readonly open: OpenStream;
  readonly entry: PlanEntry;
  readonly journal: RunJournal;
  readonly now: () => Date;
  readonly random?: (length: number) => Uint8Array;
  readonly key?: Secret;
  /** Longest wait for a kit's line, ms. */
  readonly kitTimeoutMs?: number;
}

export interface RunSetting {
  readonly action?: RunAction;
  readonly entry?: Partial<PlanEntry>;
  readonly callbacks?: Partial<RunCallbacks>;
  readonly journal?: RunJournal;
  readonly rework?: boolean;
  readonly more?: Partial<RunOptions>;
}

export class Station {
  readonly lines: string[] = [];
  readonly #o: StationOptions;
  readonly #channel: StreamChannel;
  readonly #registry = new KitRegistry({ now: () => performance.now() });
  readonly #leases = new Map<Board, { readonly lease: KitLease; readonly close: () => Promise<void> }>();
  readonly #prepared = new Map<string, PreparedEntry>();

  constructor(options: StationOptions) {
    this.#o = options;
    this.#channel = new StreamChannel(options.open, { keepOpen: true });
  }

  /** What a person does who puts a board on: looks at it and starts a run. Throws when there is no kit or no chip. */
  async run(board: Board, setting: RunSetting = {}): Promise<RunResult> {
    const lease = await this.lease(board);
    const chip = lease.entry.chips[0];
    if (chip === undefined) throw new NoBoard(JSON.stringify(lease.entry.trouble));
    const random = this.#o.random ?? systemRandomBytes;
    this.lines.length = 0;
    return runProvisioning({
      prepared: this.#prepare({ ...this.#o.entry, ...setting.entry }),
      plan: { name: 'test', version: 1, digest: '00'.repeat(32) },
      action: setting.action ?? 'provision',
      board: {
        open: (address) => lease.chip(address),
        chip,
        kit: {
          name: lease.transport.kit.name,
          dialect: lease.transport.kit.dialect,
          path: lease.transport.description.path,
        },
      },
      client: new RequestClient(this.#channel, {
        station: this.#o.name,
        site: 'site 1',
        software: '0',
        ...(this.#o.key === undefined ? {} : { key: this.#o.key }),
      }),
      callbacks: {
        notify: (stage, status) => this.lines.push(`${stage} ${status}`),
        requestError: (code, message) => this.lines.push(`error ${code} ${message}`),
        ...setting.callbacks,
      },
      journal: setting.journal ?? this.#o.journal,
      data: { random },
      requester: {
        station: this.#o.name,
        site: 'site 1',
        software: '0',
        operator: '',
        operatorAuth: 'claimed',
        batch: '',
        unitLabel: '',
      },
      runId: systemRandomBytes(16),
      boardId: systemRandomBytes(16),
      now: this.#o.now,
      monotonic: () => performance.now(),
      ...(setting.rework === undefined ? {} : { rework: setting.rework }),
      ...setting.more,
    });
  }

  /** The right to the board's kit, with a fresh look at its chips. */
  async lease(board: Board): Promise<KitLease> {
    const known = this.#leases.get(board);
    if (known?.lease.valid === true && !known.lease.transport.closed) {
      await known.lease.look();
      return known.lease;
    }
    if (!board.plugged) throw new NoBoard('not plugged in');
    const kit = await openKit(
      board.connect(),
      this.#o.kitTimeoutMs === undefined
        ? {}
        : { timeoutMs: this.#o.kitTimeoutMs, openTimeoutMs: this.#o.kitTimeoutMs },
    );
    if (!kit.ok) throw new NoBoard(JSON.stringify(kit.failure));
    const adopted = await this.#registry.adopt(kit.value);
    const taken = this.#registry.take(adopted.id, { role: 'site', name: 'site 1' });
    if (!taken.ok) {
      await kit.value.close();
      throw new NoBoard(JSON.stringify(taken.failure));
    }
    this.#leases.set(board, { lease: taken.value, close: () => kit.value.close() });
    return taken.value;
  }

  /** Gives the kit up: the cable stays, another station may have it. */
  async release(board: Board): Promise<void> {
    const known = this.#leases.get(board);
    this.#leases.delete(board);
    known?.lease.release();
    await known?.close();
  }

  close(): void {
    this.#channel.close();
  }

  #prepare(entry: PlanEntry): PreparedEntry {
    const name = JSON.stringify(entry);
    let prepared = this.#prepared.get(name);
    if (prepared === undefined) {
      prepared = prepareEntry(entry);
      this.#prepared.set(name, prepared);
    }
    return prepared;
  }
}

/** There is nothing to start a run with. */
export class NoBoard extends Error {}
