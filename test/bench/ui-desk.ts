import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CallInput, CallName, CallOutput } from '../../src-shared/ipc/contract.ts';
import type { SiteView, StateView } from '../../src-shared/ipc/state.ts';
import { Connection } from '../e2e/screens/connection.ts';

/** The real program of the bench, and a second connection to its core that hears what the window hears. */
const top = fileURLToPath(new URL('../..', import.meta.url));
const patienceMs = 600_000;

export interface Program {
  readonly address: string;
  readonly pid: number;
  /** Standard output and error so far. */
  said(): string;
  end(): Promise<void>;
}

/** Starts Signet in its browser shell, without a window of its own. */
export async function startProgram(folder: string, nodeOptions: readonly string[] = []): Promise<Program> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      ...nodeOptions,
      'src-main/shells/start.ts',
      '--shell',
      'browser',
      '--data-folder',
      folder,
      '--no-window',
    ],
    { cwd: top, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await until(() => {
    if (child.exitCode !== null) throw new Error(`Signet ended: ${text}`);
    return /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(text)?.[0];
  }, 'an address');
  return {
    address,
    pid: child.pid ?? 0,
    said: () => text,
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** What `look` gives once it gives something. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`It never happened: ${what}.`);
}

/** A client of the contract that follows the sites. Answers are trusted: the tests parse them. */
export class BenchDesk {
  readonly #connection: Connection;
  readonly #waiting = new Set<() => void>();
  #sites: readonly SiteView[] = [];

  private constructor(connection: Connection) {
    this.#connection = connection;
    connection.onEvent((event, value) => {
      if (event === 'state') this.#take(value);
    });
  }

  static async open(address: string): Promise<BenchDesk> {
    return new BenchDesk(await Connection.open(address, patienceMs));
  }

  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const answer = await this.#connection.ask(name, input);
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
    return answer.value as CallOutput<N>;
  }

  /** Begins to follow the state. */
  async follow(): Promise<StateView> {
    const { state } = await this.call('snapshot', {});
    this.#sites = state.sites;
    return state;
  }

  /** A site once it is as wanted. */
  async site(id: string, wanted: (site: SiteView) => boolean): Promise<SiteView> {
    for (;;) {
      const found = this.#sites.find((site) => site.id === id);
      if (found !== undefined && wanted(found)) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  close(): void {
    this.#connection.close();
  }

  #take(change: unknown): void {
    if (typeof change !== 'object' || change === null || !('slice' in change) || !('value' in change)) return;
    if (change.slice !== 'sites' && change.slice !== 'someSites') return;
    const sites = change.value as readonly SiteView[];
    this.#sites =
      change.slice === 'sites' ? sites : this.#sites.map((site) => sites.find(({ id }) => id === site.id) ?? site);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Board in, run, board out. */
export async function provisionOne(desk: BenchDesk, site: string): Promise<string> {
  await desk.call('simulation.insert', { site, board: 'new' });
  const seen = await desk.site(site, ({ state, choices }) => state === 'seen' && choices[0]?.blocked === null);
  const action = seen.choices[0]?.action;
  if (action === undefined || action === 'set-aside') throw new Error(`${site} offers nothing`);
  await desk.call('line.start', { site, action });
  const { verdict } = await desk.site(site, ({ state }) => state === 'verdict');
  await desk.call('simulation.remove', { site });
  await desk.site(site, ({ chips }) => chips.length === 0);
  return verdict?.kind ?? 'none';
}

/** The value below which so many of them lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? Number.NaN;
}
