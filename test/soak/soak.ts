import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../../src-main/simulator/random.ts';
import { certInfoOfPair, writeCertInfo } from '../../src-shared/certificates/index.ts';
import { testEntry } from '../provisioning/world.ts';
import { madeStick } from '../signing/factory.ts';
import { auditSoak, type SoakAudit } from './audit.ts';
import { type Rates, usualRates } from './faults.ts';
import { openSoakServer } from './server.ts';
import { makeProduct, openStations, type Product, type Tally } from './stations.ts';
import { keepReady, makeSticks } from './sticks.ts';

export interface SoakOptions {
  readonly seed: number;
  /** New boards are started for so long, ms. */
  readonly forMs: number;
  /** And so many at least, over all sites. */
  readonly products?: number;
  readonly stations?: number;
  readonly sites?: number;
  readonly sticks?: number;
  readonly rates?: Rates;
  readonly progress?: (text: string) => void;
}

export interface SoakResult extends SoakAudit {
  readonly packets: number;
  readonly faults: number;
  readonly killed: number;
  readonly broken: number;
  readonly stops: number;
  readonly kills: number;
  readonly pulled: number;
  /** RNG-seed updates of all sticks together; each is a write to their memory. */
  readonly seedUpdates: number;
  readonly unlocked: number;
  /** How often a run ended how. */
  readonly ways: ReadonlyMap<string, number>;
}

/** A line with everything going wrong at random, then its books. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { seed, rates = usualRates } = options;
  const random = new SeededRandom(seed);
  const fork = (): SeededRandom => new SeededRandom(random.next());
  const folder = mkdtempSync(join(tmpdir(), 'signet-soak-'));
  const now = (): Date => new Date();
  const { root, made } = await madeStick('soak 0', { signerId: 0x0100 });
  const sticks = await makeSticks(options.sticks ?? 3, seed, rates);
  const server = await openSoakServer({ now, random: fork(), broken: rates.connection });
  const stations = openStations(folder, options.stations ?? 4);
  const { identity } = made;
  const pair = { device: identity.deviceDefinition, signer: identity.signerDefinition };
  const info = certInfoOfPair(pair, identity.rootPublicKey, { name: identity.name });
  if (!info.ok) throw new Error(JSON.stringify(info.failure));
  const created = { year: 2026, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  const entry = testEntry(writeCertInfo(info.value, { generator: 'soak', created }), { lockSlots: [0, 10, 11, 12] });
  const tally: Tally = { begun: new Map(), ended: new Map(), killed: new Set(), packets: 0, faults: 0 };
  const products: Product[] = [];
  const ways = new Map<string, number>();
  const end = performance.now() + options.forMs;
  let started = 0;
  let over = false;
  try {
    const keeping = keepReady(server.factory, sticks, { random: fork(), pull: true, ended: () => over });
    const restarting = restarts(server, fork(), () => over);
    const site = async (number: number): Promise<void> => {
      const own = fork();
      while (performance.now() < end || started < (options.products ?? 0)) {
        started += 1;
        const product = await makeProduct(
          { number, stations, open: server.open, entry, rates, random: own, now, tally },
          started,
        );
        products.push(product);
        for (const way of product.history) {
          const name = typeof way === 'string' ? way : way.kind === 'PASS' ? 'PASS' : `${way.kind} ${way.code}`;
          ways.set(name, (ways.get(name) ?? 0) + 1);
        }
        if (products.length % 100 === 0) options.progress?.(`${products.length} boards, ${tally.faults} faults`);
      }
    };
    await Promise.all(Array.from({ length: options.sites ?? 16 }, (_, number) => site(number)));
    over = true;
    const [{ pulled, unlocked }] = await Promise.all([keeping, restarting]);
    await server.close();
    // What a kill left open is accounted for at the next start: here, so that nothing is pending in the books.
    await server.factory.restart();
    const audit = auditSoak({
      folder: server.factory.folder,
      rootPublicKey: root.facts.publicKey,
      entry,
      products,
      stations,
      sticks,
      tally,
    });
    return {
      ...audit,
      packets: tally.packets,
      faults: tally.faults + sticks.reduce((sum, { faults }) => sum + faults(), 0),
      killed: tally.killed.size,
      broken: server.broken,
      stops: server.stops,
      kills: server.kills,
      pulled,
      unlocked,
      seedUpdates: sticks.reduce((sum, { seedUpdates }) => sum + seedUpdates(), 0),
      ways,
    };
  } finally {
    over = true;
    for (const { store } of stations) store.close();
    await server.factory.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The server goes down every few seconds, in order or not, and comes back on the same data. */
async function restarts(
  server: Awaited<ReturnType<typeof openSoakServer>>,
  random: SeededRandom,
  over: () => boolean,
): Promise<void> {
  while (!over()) {
    for (let left = 3000 + random.below(9000); left > 0 && !over(); left -= 100) await pause(100);
    if (!over()) await server.restart(random.chance(0.5) ? 'kill' : 'stop');
  }
}
