import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type SliceSource, StateFeed } from '../../src-main/line/feed.ts';
import type { EventValue } from '../../src-shared/ipc/contract.ts';
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
  const source: SliceSource = {
    station: unused,
    sites: () => sites,
    signers: unused,
    shift: () => ({ done: shift, passed: shift, failed: 0, perHour: 0, quota: null, last: [] }),
    health: unused,
    simulation: unused,
  };
  feed = new StateFeed(source, (change) => pushed.push(change));
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

describe('the state feed', () => {
  it('sends the first change at once and what follows within 50 ms as one', async () => {
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

  it('sends nothing any more once it is closed', async () => {
    feed.touch('shift');
    feed.close();
    await vi.advanceTimersByTimeAsync(200);
    expect(pushed).toEqual([]);
  });
});
