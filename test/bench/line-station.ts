import { type KitLease, KitRegistry } from '../../src-main/device/index.ts';
import { openKitAt } from '../../src-main/line/kit-address.ts';
import { prepareEntry } from '../../src-main/provisioning/prepared-entry.ts';
import { RequestClient } from '../../src-main/provisioning/request-client.ts';
import { runProvisioning } from '../../src-main/provisioning/run.ts';
import { StreamChannel } from '../../src-main/provisioning/stream-channel.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { systemRandomBytes } from '../provisioning/server-side.ts';
import { journalIn, makeWorld, type World } from '../provisioning/world.ts';
import { type Ideal, idealOf } from './ideal.ts';

/** One station with a site at each port: the core of the line over real serial ports, with the server in the same process. */
export class BenchStation {
  readonly #world: World;
  readonly #registry = new KitRegistry({ now: () => performance.now() });
  readonly #sites: readonly Site[];

  private constructor(world: World, sites: readonly Site[], registry: KitRegistry) {
    this.#world = world;
    this.#sites = sites;
    this.#registry = registry;
  }

  static async open(ports: readonly string[]): Promise<BenchStation> {
    const world = await makeWorld();
    const registry = new KitRegistry({ now: () => performance.now() });
    const sites: Site[] = [];
    for (const port of ports) {
      const kit = await openKitAt(port);
      if (!kit.ok) throw kit.failure.error;
      const adopted = await registry.adopt(kit.value);
      const lease = registry.take(adopted.id, { role: 'site', name: `site ${sites.length + 1}` });
      if (!lease.ok) throw new Error(lease.failure.kind);
      sites.push({ lease: lease.value, channel: new StreamChannel(world.side.open, { keepOpen: true }) });
    }
    return new BenchStation(world, sites, registry);
  }

  /** Looks at the board that is there now: what happens between two products, before anybody starts a run. */
  async look(): Promise<void> {
    for (const { lease } of this.#sites) {
      const chips = await lease.look();
      if (!chips.ok || chips.value.length !== 1) throw new Error('no chip');
    }
  }

  /** What the packets of the plan need by themselves, behind a kit that `keeps` the chip awake or wakes it for each. */
  ideal(part: Part, charactersPerSecond: number, keeps: boolean): Promise<Ideal> {
    const { deviceDefinition: device, signerDefinition: signer } = this.#world.identity;
    return idealOf(prepared(this.#world), part, {
      definitions: { device, signer },
      charactersPerSecond,
      // Our kit host knows words by their first letter, as the legacy kit does.
      dialect: 'legacy',
      keeps,
    });
  }

  /** Starts all sites at once; gives how long it took until the last one was done, ms. Throws when one does not pass. */
  async runAll(): Promise<number> {
    const started = performance.now();
    await Promise.all(this.#sites.map((site) => this.#run(site)));
    return performance.now() - started;
  }

  async close(): Promise<void> {
    for (const { lease, channel } of this.#sites) {
      channel.close();
      await this.#registry.remove(lease.kitId);
    }
    await this.#world.close();
  }

  async #run({ lease, channel }: Site): Promise<void> {
    const [chip] = lease.entry.chips;
    if (chip === undefined) throw new Error('no chip');
    const { record } = await runProvisioning({
      prepared: prepared(this.#world),
      plan: { name: 'bench', version: 1, digest: '00'.repeat(32) },
      action: 'provision',
      board: {
        open: (address) => lease.chip(address),
        chip,
        kit: {
          name: lease.transport.kit.name,
          dialect: lease.transport.kit.dialect,
          path: lease.transport.description.path,
        },
      },
      client: new RequestClient(channel, { station: 'bench', site: lease.owner.name, software: '0' }),
      callbacks: { notify: () => undefined, requestError: () => undefined },
      journal: journalIn(this.#world.records.runs),
      data: { random: systemRandomBytes },
      requester: {
        station: 'bench',
        site: lease.owner.name,
        software: '0',
        operator: '',
        operatorAuth: 'claimed',
        batch: '',
        unitLabel: '',
      },
      runId: systemRandomBytes(16),
      boardId: systemRandomBytes(16),
      now: this.#world.now,
      monotonic: () => performance.now(),
    });
    if (record.outcome.kind !== 'PASS') throw new Error(JSON.stringify(record.outcome));
  }
}

interface Site {
  readonly lease: KitLease;
  readonly channel: StreamChannel;
}

const preparedOf = new WeakMap<World, ReturnType<typeof prepareEntry>>();

/** A plan is read once, not for every board. */
function prepared(world: World): ReturnType<typeof prepareEntry> {
  let entry = preparedOf.get(world);
  if (entry === undefined) {
    entry = prepareEntry(world.entry);
    preparedOf.set(world, entry);
  }
  return entry;
}
