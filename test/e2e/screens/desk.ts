import { type CallInput, type CallName, type CallOutput, contract } from '../../../src-shared/ipc/contract.ts';
import type { BoardKind } from '../../../src-shared/ipc/lists.ts';
import type { SiteView, StateView } from '../../../src-shared/ipc/state.ts';
import { Connection } from './connection.ts';

const patienceMs = 120_000;

/** A client of the contract that works as a person does. Every answer is parsed. */
export class Desk {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** `address` as the program prints it, token included. */
  static async open(address: string): Promise<Desk> {
    return new Desk(await Connection.open(address, patienceMs));
  }

  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const answer = await this.#connection.ask(name, input);
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
    const parsed = contract.calls[name].out.safeParse(answer.value);
    if (!parsed.success) throw new Error(`answer of ${name}: ${parsed.error.message}`);
    return parsed.data as CallOutput<N>;
  }

  /** Code of a refused call. */
  async refused<N extends CallName>(name: N, input: CallInput<N>): Promise<string> {
    const answer = await this.#connection.ask(name, input);
    if (answer.ok) throw new Error(`${name} was not refused.`);
    return answer.error.code;
  }

  async state(): Promise<StateView> {
    return (await this.call('snapshot', {})).state;
  }

  async site(id = 'site-1'): Promise<SiteView> {
    const found = (await this.state()).sites.find((site) => site.id === id);
    if (found === undefined) throw new Error(`There is no ${id}.`);
    return found;
  }

  async insert(board: BoardKind = 'new', site = 'site-1'): Promise<void> {
    await this.call('simulation.insert', { site, board });
  }

  async remove(site = 'site-1'): Promise<void> {
    await this.call('simulation.remove', { site });
  }

  /** The site once it is in one of these states. */
  async until(site: string, ...states: SiteView['state'][]): Promise<SiteView> {
    return this.eventually(
      async () => {
        const found = await this.site(site);
        return states.includes(found.state) ? found : undefined;
      },
      `${site} is ${states.join(' or ')}`,
    );
  }

  /** The site once its run works on a stage, 1..10, or is past it. */
  async untilStage(site: string, stage: number): Promise<SiteView> {
    return this.eventually(async () => {
      const found = await this.site(site);
      const { status } = found.stages[stage - 1] ?? { status: 'todo' };
      return found.state === 'running' && status !== 'todo' ? found : undefined;
    }, `${site} is in stage ${stage}`);
  }

  /** Puts a board in, starts what is offered first and waits for the verdict. */
  async provision(board: BoardKind = 'new', site = 'site-1'): Promise<SiteView> {
    // A verdict stays until the next board is started: an empty connector is known by its chips.
    await this.remove(site);
    await this.eventually(
      async () => ((await this.site(site)).chips.length === 0 ? true : undefined),
      `${site} has no board`,
    );
    await this.insert(board, site);
    // A signer may still be looked at when the board is there.
    const action = await this.eventually(async () => {
      const { choices } = await this.site(site);
      const free = choices.find((choice) => choice.blocked === null)?.action;
      return free === 'set-aside' ? undefined : free;
    }, `something can be started at ${site}`);
    await this.call('line.start', { site, action });
    return this.until(site, 'verdict');
  }

  async eventually<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
    const end = performance.now() + patienceMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > end) throw new Error(`It never happened: ${what}. ${JSON.stringify(await this.state())}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  close(): void {
    this.#connection.close();
  }
}
