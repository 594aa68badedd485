import { describe, expect, it } from 'vitest';
import { shift, state } from '../../src-renderer/gallery/fixtures/station.ts';
import { type Bridge, createClient, type LinkState, localCodes, type Outcome } from '../../src-shared/ipc/client.ts';
import type { Push } from '../../src-shared/ipc/contract.ts';
import type { ShiftView, StateView } from '../../src-shared/ipc/state.ts';
import { followState, type StateSink } from '../../src-shared/ipc/state-feed.ts';
import { contractJudge } from './judge.ts';

/** A core whose answers and pushes the test gives by hand. */
class HandCore implements Bridge {
  readonly asked: { readonly call: string; readonly answer: (outcome: Outcome) => void }[] = [];
  private readonly pushes = new Set<(push: unknown) => void>();
  private readonly links = new Set<(link: LinkState) => void>();
  private link: LinkState = { state: 'open' };

  invoke(call: string): Promise<Outcome> {
    return new Promise((answer) => this.asked.push({ call, answer }));
  }
  onPush(listener: (push: unknown) => void): () => void {
    this.pushes.add(listener);
    return () => this.pushes.delete(listener);
  }
  onLink(listener: (link: LinkState) => void): () => void {
    this.links.add(listener);
    listener(this.link);
    return () => this.links.delete(listener);
  }
  push(push: Push): void {
    for (const listener of this.pushes) listener(push);
  }
  setLink(link: LinkState): void {
    this.link = link;
    for (const listener of this.links) listener(link);
  }
  /** Answers the oldest open snapshot. */
  async snapshot(sequence: number, value: StateView): Promise<void> {
    const index = this.asked.findIndex((entry) => entry.call === 'snapshot');
    const [entry] = this.asked.splice(index, 1);
    entry?.answer({ ok: true, value: { sequence, state: value } });
    await settle();
  }
  async fail(): Promise<void> {
    const entry = this.asked.shift();
    entry?.answer({ ok: false, error: { code: localCodes.lost, number: 0, message: '', details: {} } });
    await settle();
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** What a screen would show: the number of boards done. */
class Seen implements StateSink {
  readonly log: string[] = [];
  replace(value: StateView): void {
    this.log.push(`all ${value.shift.done}`);
  }
  change(change: { readonly slice: string; readonly value: unknown }): void {
    this.log.push(`${change.slice} ${change.slice === 'shift' ? done(change.value) : ''}`);
  }
}

function done(value: unknown): number {
  return typeof value === 'object' && value !== null && 'done' in value ? Number(value.done) : -1;
}

const at = (boards: number): StateView => state({ shift: shift({ done: boards }) });
const shiftPush = (sequence: number, boards: number): Push => {
  const value: ShiftView = shift({ done: boards });
  return { event: 'state', value: { sequence, slice: 'shift', value } };
};

async function started(): Promise<{ core: HandCore; seen: Seen; stop: () => void }> {
  const core = new HandCore();
  const seen = new Seen();
  const stop = followState(createClient(core, contractJudge), seen);
  await core.snapshot(5, at(100));
  return { core, seen, stop };
}

describe('following the state', () => {
  it('takes a snapshot, then every change in order', async () => {
    const { core, seen } = await started();
    core.push(shiftPush(6, 101));
    core.push(shiftPush(7, 102));
    expect(seen.log).toEqual(['all 100', 'shift 101', 'shift 102']);
    expect(core.asked).toEqual([]);
  });

  it('applies nothing twice: changes at or before the snapshot are dropped', async () => {
    const { core, seen } = await started();
    core.push(shiftPush(5, 100));
    core.push(shiftPush(4, 99));
    core.push(shiftPush(6, 101));
    expect(seen.log).toEqual(['all 100', 'shift 101']);
  });

  it('a gap asks for a snapshot; what comes meanwhile is put on top of it, what is older is not', async () => {
    const { core, seen } = await started();
    core.push(shiftPush(8, 103));
    expect(seen.log).toEqual(['all 100']);
    expect(core.asked.map((entry) => entry.call)).toEqual(['snapshot']);
    core.push(shiftPush(9, 104));
    await core.snapshot(8, at(103));
    expect(seen.log).toEqual(['all 100', 'all 103', 'shift 104']);
    core.push(shiftPush(10, 105));
    expect(seen.log.at(-1)).toBe('shift 105');
  });

  it('a gap within what was kept asks again, and still loses nothing', async () => {
    const { core, seen } = await started();
    core.push(shiftPush(8, 103));
    core.push(shiftPush(11, 106));
    core.push(shiftPush(12, 107));
    await core.snapshot(8, at(103));
    await core.snapshot(11, at(106));
    expect(seen.log).toEqual(['all 100', 'all 103', 'all 106', 'shift 107']);
  });

  it('changes before the first snapshot wait for it', async () => {
    const core = new HandCore();
    const seen = new Seen();
    followState(createClient(core, contractJudge), seen);
    core.push(shiftPush(3, 50));
    core.push(shiftPush(4, 51));
    expect(seen.log).toEqual([]);
    await core.snapshot(3, at(50));
    expect(seen.log).toEqual(['all 50', 'shift 51']);
  });

  it('after a lost link the whole state is asked for again, also when the first try fails', async () => {
    const { core, seen } = await started();
    core.setLink({ state: 'lost', retryAt: 0 });
    core.setLink({ state: 'open' });
    await core.fail();
    core.setLink({ state: 'open' });
    await core.snapshot(2, at(7));
    core.push(shiftPush(3, 8));
    expect(seen.log).toEqual(['all 100', 'all 7', 'shift 8']);
  });

  it('a link that comes back while a snapshot is under way makes that one too old', async () => {
    const core = new HandCore();
    const seen = new Seen();
    followState(createClient(core, contractJudge), seen);
    core.setLink({ state: 'open' });
    await core.snapshot(5, at(1));
    expect(seen.log).toEqual([]);
    await core.snapshot(9, at(2));
    expect(seen.log).toEqual(['all 2']);
  });

  it('a snapshot that was refused is asked for again with the next change', async () => {
    const core = new HandCore();
    const seen = new Seen();
    followState(createClient(core, contractJudge), seen);
    await core.fail();
    core.push(shiftPush(6, 101));
    await core.snapshot(5, at(100));
    expect(seen.log).toEqual(['all 100', 'shift 101']);
  });

  it('stops', async () => {
    const { core, seen, stop } = await started();
    stop();
    core.push(shiftPush(6, 101));
    expect(seen.log).toEqual(['all 100']);
  });
});

describe('the client', () => {
  it('gives values and failures, and refuses an answer of another shape', async () => {
    const core = new HandCore();
    const client = createClient(core, contractJudge);
    const good = client.call('ping', { text: 'a' });
    core.asked.shift()?.answer({ ok: true, value: { text: 'a' } });
    expect(await good).toEqual({ ok: true, value: { text: 'a' } });
    const bad = client.call('ping', { text: 'a' });
    core.asked.shift()?.answer({ ok: true, value: { text: 7 } });
    expect(await bad).toMatchObject({ ok: false, failure: { code: localCodes.garbage } });
    const refused = client.call('ping', { text: 'a' });
    core.asked.shift()?.answer({ ok: false, error: { code: 'ROLE_REQUIRED', number: 199, message: 'x', details: {} } });
    expect(await refused).toMatchObject({ ok: false, failure: { code: 'ROLE_REQUIRED' } });
  });

  it('hands an event to those who asked for it only, and drops what is none', async () => {
    const core = new HandCore();
    const heard: string[] = [];
    const client = createClient(core);
    const stop = client.on('sound', (sound) => heard.push(sound.kind));
    core.push({ event: 'sound', value: { kind: 'pass' } });
    core.push({ event: 'logGrew', value: { sequence: 4 } });
    // @ts-expect-error a core that speaks nonsense
    core.push({ event: 'unheard-of', value: {} });
    stop();
    core.push({ event: 'sound', value: { kind: 'fail' } });
    expect(heard).toEqual(['pass']);
  });
});
