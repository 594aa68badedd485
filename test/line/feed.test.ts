import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type SliceSource, StateFeed } from '../../src-main/line/feed.ts';
import { oneSite } from '../../src-renderer/gallery/fixtures/sites.ts';
import { state as fixtureState } from '../../src-renderer/gallery/fixtures/station.ts';
import { contract, type EventValue } from '../../src-shared/ipc/contract.ts';
import type { SiteView } from '../../src-shared/ipc/state.ts';

let shift = 0;
let sites: SiteView[] = [];
const pushed: EventValue<'state'>[] = [];
let feed: StateFeed;

function unused(): never {
  throw new Error('nobody asked for this slice');
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] });
  shift = 0;
  sites = [];
  pushed.length = 0;
  feed = new StateFeed(source, (change) => pushed.push(change));
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

const source: SliceSource = {
  station: unused,
  sites: () => sites,
  signers: unused,
  shift: () => ({ done: shift, passed: shift, failed: 0, perHour: 0, quota: null, last: [] }),
  health: unused,
  simulation: unused,
};

describe('the state feed', () => {
  it('sends the first change at once and what follows within its interval as one', async () => {
    feed = new StateFeed(source, (change) => pushed.push(change), 50);
    shift = 1;
    feed.touch('shift');
    await vi.advanceTimersByTimeAsync(1);
    expect(pushed).toHaveLength(1);
    for (let i = 0; i < 20; i += 1) {
      shift += 1;
      feed.touch('shift');
      await vi.advanceTimersByTimeAsync(2);
    }
    await vi.advanceTimersByTimeAsync(60);
    expect(pushed.length).toBeLessThanOrEqual(3);
    expect(pushed.at(-1)?.value).toMatchObject({ done: 21 });
    expect(pushed.map(({ sequence }) => sequence)).toEqual(pushed.map((_, i) => i + 1));
  });

  it('sends nothing that did not change', async () => {
    feed.touch('shift', 'sites');
    await vi.advanceTimersByTimeAsync(60);
    expect(pushed).toHaveLength(2);
    feed.touch('shift', 'sites');
    await vi.advanceTimersByTimeAsync(60);
    expect(pushed).toHaveLength(2);
  });

  it('sends of the sites those that changed, and all when there are others', async () => {
    sites = [
      { ...oneSite.seen, id: 'a' },
      { ...oneSite.running, id: 'b' },
    ];
    feed.touch('sites');
    await vi.advanceTimersByTimeAsync(60);
    sites = [
      { ...oneSite.seen, id: 'a' },
      { ...oneSite.pass, id: 'b' },
    ];
    feed.touch('sites');
    await vi.advanceTimersByTimeAsync(60);
    sites = [...sites, { ...oneSite.empty, id: 'c' }];
    feed.touch('sites');
    await vi.advanceTimersByTimeAsync(60);
    expect(
      pushed.map(({ slice, value }) => [
        slice,
        Array.isArray(value) ? value.map((site) => 'id' in site && site.id) : '',
      ]),
    ).toEqual([
      ['sites', ['a', 'b']],
      ['someSites', ['b']],
      ['sites', ['a', 'b', 'c']],
    ]);
    expect(contract.events.state.safeParse(pushed[1]).success).toBe(true);
  });

  it('sends no site of which only the time of its run went on', async () => {
    sites = [oneSite.running];
    feed.touch('sites');
    await vi.advanceTimersByTimeAsync(60);
    sites = [{ ...oneSite.running, elapsedMs: 7_000 }];
    feed.touch('sites');
    await vi.advanceTimersByTimeAsync(60);
    expect(pushed).toHaveLength(1);
  });

  it('sends what waits before a snapshot is given, so that nothing taken back later stays in it', async () => {
    const whole: SliceSource = {
      ...source,
      station: () => fixtureState({}).station,
      signers: () => [],
      health: () => [],
      simulation: () => null,
    };
    feed = new StateFeed(whole, (change) => pushed.push(change));
    sites = [oneSite.seen];
    feed.touch('sites');
    await vi.advanceTimersByTimeAsync(60);
    sites = [oneSite.pass];
    feed.touch('sites');
    const { sequence, state } = feed.snapshot();
    expect([sequence, state.sites[0]?.state]).toEqual([2, 'verdict']);
    sites = [oneSite.seen];
    feed.touch('sites');
    await vi.advanceTimersByTimeAsync(60);
    expect(pushed.at(-1)).toMatchObject({ sequence: 3, slice: 'someSites', value: [{ state: 'seen' }] });
  });

  it('sends nothing any more once it is closed', async () => {
    feed.touch('shift');
    feed.close();
    await vi.advanceTimersByTimeAsync(200);
    expect(pushed).toEqual([]);
  });
});
