import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Line } from '../../src-main/line/line.ts';
import {
  type CallInput,
  type CallName,
  type CallOutput,
  contract,
  type EventName,
  type EventValue,
  type Push,
  type WireError,
} from '../../src-shared/ipc/contract.ts';
import { createDispatcher } from '../../src-shared/ipc/dispatch.ts';
import type { BoardKind } from '../../src-shared/ipc/lists.ts';
import type { SiteView } from '../../src-shared/ipc/state.ts';

/** A line in a temporary folder, spoken to through the dispatcher as a screen would; every answer and event is parsed by the contract. */
export interface LineWorld {
  readonly line: Line;
  readonly folder: string;
  readonly pushes: Push[];
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** The error of a call that must be refused. */
  refused<N extends CallName>(name: N, input: CallInput<N>): Promise<WireError>;
  events<N extends EventName>(name: N): EventValue<N>[];
  site(id?: string): Promise<SiteView>;
  /** Waits until a site is in one of these states. */
  until(id: string, ...states: SiteView['state'][]): Promise<SiteView>;
  /** Waits until something holds. */
  eventually(holds: () => Promise<boolean> | boolean, what?: string): Promise<void>;
  insert(board: BoardKind, id?: string): Promise<void>;
  /** Plugs a board in, starts what is offered first and gives the site with its verdict. */
  provision(board: BoardKind, id?: string): Promise<SiteView>;
  /** Ends it, keeps the folder, and opens it again. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

const patienceMs = 120_000;

export async function openWorld(folder = mkdtempSync(join(tmpdir(), 'signet-line-'))): Promise<LineWorld> {
  let line = await Line.open({ folder });
  let dispatcher = createDispatcher(line.handlers);
  const pushes: Push[] = [];
  let nextId = 1;
  const listen = (): void => {
    line.onPush((push) => {
      const parsed = contract.events[push.event].safeParse(push.value);
      if (!parsed.success) throw new Error(`event ${push.event}: ${parsed.error.message}`);
      pushes.push(push);
    });
  };
  listen();
  const ask = (name: CallName, input: unknown) => {
    nextId += 1;
    return dispatcher.dispatch({ id: nextId, call: name, input });
  };
  const world: LineWorld = {
    get line() {
      return line;
    },
    folder,
    pushes,
    async call(name, input) {
      const reply = await ask(name, input);
      if (reply?.ok !== true) throw new Error(`${name}: ${JSON.stringify(reply)}`);
      const out = contract.calls[name].out.safeParse(reply.value);
      if (!out.success) throw new Error(`answer of ${name}: ${out.error.message}`);
      return out.data as CallOutput<typeof name>;
    },
    async refused(name, input) {
      const reply = await ask(name, input);
      if (reply === undefined || reply.ok) throw new Error(`${name} was not refused: ${JSON.stringify(reply)}`);
      return reply.error;
    },
    events: (name) => pushes.flatMap((push) => (push.event === name ? [push.value as EventValue<typeof name>] : [])),
    async site(id = 'site-1') {
      const { state } = await world.call('snapshot', {});
      const site = state.sites.find((each) => each.id === id);
      if (site === undefined) throw new Error(`no site ${id}`);
      return site;
    },
    async until(id, ...states) {
      let last = await world.site(id);
      await world.eventually(
        async () => {
          last = await world.site(id);
          return states.includes(last.state);
        },
        `${id} in ${states.join(' or ')}`,
      );
      return last;
    },
    async eventually(holds, what = 'something') {
      const begun = performance.now();
      while (!(await holds())) {
        if (performance.now() - begun > patienceMs) throw new Error(`waited in vain for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async insert(board, id = 'site-1') {
      await world.call('simulation.insert', { site: id, board });
    },
    async provision(board, id = 'site-1') {
      await world.call('simulation.remove', { site: id });
      await world.eventually(async () => (await world.site(id)).chips.length === 0);
      await world.insert(board, id);
      const site = await world.until(id, 'seen', 'decision');
      const [choice] = site.choices;
      expect(choice?.blocked).toBeNull();
      if (choice === undefined || choice.action === 'set-aside') throw new Error('nothing can be started');
      await world.call('line.start', { site: id, action: choice.action });
      return world.until(id, 'verdict');
    },
    async reopen() {
      await line.close();
      line = await Line.open({ folder });
      dispatcher = createDispatcher(line.handlers);
      listen();
    },
    async close() {
      await line.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** A world with a running simulation; its signer has no password unless the test wants one. */
export async function simulatedWorld(options: Partial<CallInput<'simulation.start'>> = {}): Promise<LineWorld> {
  const world = await openWorld();
  await world.call('simulation.start', { sites: 2, part: '508', realTime: false, signer: 'open', ...options });
  return world;
}

export const everything: CallInput<'records.log'>['filter'] = {
  from: '',
  to: '',
  batch: '',
  station: '',
  signer: '',
  result: [],
  serial: '',
  text: '',
};
