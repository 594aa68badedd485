import { describe, expect, it } from 'vitest';
import { outcomeOf, preloadBridge } from '../../src-renderer/bridge/preload-bridge.ts';
import { readFragment, subprotocols, takeToken } from '../../src-renderer/bridge/token.ts';
import { backoff, type Socket, webSocketBridge } from '../../src-renderer/bridge/websocket-bridge.ts';
import type { LinkState } from '../../src-shared/ipc/client.ts';

class HandSocket implements Socket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  readonly sent: unknown[] = [];
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.drop();
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  drop(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  say(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }
}

function world() {
  const sockets: HandSocket[] = [];
  const timers: { readonly ms: number; readonly task: () => void }[] = [];
  const links: LinkState[] = [];
  const bridge = webSocketBridge({
    open: () => {
      const socket = new HandSocket();
      sockets.push(socket);
      return socket;
    },
    now: () => 1000,
    later: (task, ms) => {
      timers.push({ ms, task });
      return () => {};
    },
  });
  bridge.onLink((link) => links.push(link));
  const socket = (): HandSocket => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error('no socket');
    return last;
  };
  return { bridge, sockets, timers, links, socket };
}

describe('the WebSocket bridge', () => {
  it('matches replies to calls by their number, in any order', async () => {
    const { bridge, socket } = world();
    socket().open();
    const first = bridge.invoke('a', { x: 1 });
    const second = bridge.invoke('b', {});
    expect(socket().sent).toEqual([
      { id: 1, call: 'a', input: { x: 1 } },
      { id: 2, call: 'b', input: {} },
    ]);
    socket().say({ id: 2, ok: true, value: 'two' });
    socket().say({
      id: 1,
      ok: false,
      error: { code: 'BUSY', number: 8, message: 'm', details: { site: 's', deep: {} } },
    });
    expect(await second).toEqual({ ok: true, value: 'two' });
    expect(await first).toEqual({
      ok: false,
      error: { code: 'BUSY', number: 8, message: 'm', details: { site: 's' } },
    });
  });

  it('an aborted call sends its cancel once, and nothing after its answer', async () => {
    const { bridge, socket } = world();
    socket().open();
    const abort = new AbortController();
    const call = bridge.invoke('a', {}, abort.signal);
    abort.abort();
    expect(socket().sent.at(-1)).toEqual({ id: 1, cancel: true });
    socket().say({ id: 1, ok: true, value: 1 });
    await call;
    const late = new AbortController();
    const other = bridge.invoke('b', {}, late.signal);
    socket().say({ id: 2, ok: true, value: 1 });
    await other;
    late.abort();
    expect(socket().sent).toHaveLength(3);
  });

  it('a lost link ends open calls, says so, and tries again with growing pauses; a new one starts over', async () => {
    const { bridge, socket, sockets, timers, links } = world();
    socket().open();
    const call = bridge.invoke('a', {});
    socket().drop();
    expect(await call).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
    expect(await bridge.invoke('b', {})).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
    expect(links.at(-1)).toEqual({ state: 'lost', retryAt: 1250 });
    timers.at(-1)?.task();
    socket().drop();
    expect(links.at(-1)).toEqual({ state: 'lost', retryAt: 1500 });
    timers.at(-1)?.task();
    socket().open();
    expect(links.at(-1)).toEqual({ state: 'open' });
    expect(sockets).toHaveLength(3);
    socket().drop();
    expect(timers.at(-1)?.ms).toBe(250);
  });

  it('a core that cannot start says why; open calls end, and no other core is looked for', async () => {
    const { bridge, socket, sockets, timers, links } = world();
    socket().open();
    const call = bridge.invoke('snapshot', {});
    socket().say({ problem: 'STORE_VERSION', detail: '/data/signet.db' });
    expect(await call).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
    expect(links.at(-1)).toEqual({ state: 'failed', code: 'STORE_VERSION', detail: '/data/signet.db' });
    expect(await bridge.invoke('snapshot', {})).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
    expect(socket().sent).toHaveLength(1);
    socket().drop();
    expect(links.at(-1)).toMatchObject({ state: 'failed' });
    expect(timers).toEqual([]);
    expect(sockets).toHaveLength(1);
  });

  it('passes pushes on, and is not put off by garbage', () => {
    const { bridge, socket } = world();
    const heard: unknown[] = [];
    bridge.onPush((push) => heard.push(push));
    socket().open();
    socket().say('{not json');
    socket().say('7');
    socket().say({ id: 99, ok: true, value: 'nobody asked' });
    socket().say({ event: 'sound', value: { kind: 'ask' } });
    expect(heard).toEqual([{ event: 'sound', value: { kind: 'ask' } }]);
  });

  it('pauses double from a quarter of a second to five seconds', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 20].map(backoff)).toEqual([0, 250, 500, 1000, 2000, 4000, 5000, 5000]);
  });
});

describe('the preload bridge', () => {
  it('passes calls and cancels on by number, and turns a broken channel into an outcome', async () => {
    const cancelled: number[] = [];
    const bridge = preloadBridge({
      invoke: (name, input, id) =>
        name === 'broken'
          ? Promise.reject(new Error('gone'))
          : Promise.resolve({ ok: true, value: { name, input, id } }),
      cancel: (id) => cancelled.push(id),
      onPush: () => () => {},
    });
    expect(await bridge.invoke('a', 1)).toEqual({ ok: true, value: { name: 'a', input: 1, id: 1 } });
    expect(await bridge.invoke('broken', 1)).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
    const abort = new AbortController();
    const call = bridge.invoke('b', 2, abort.signal);
    abort.abort();
    await call;
    expect(cancelled).toEqual([3]);
  });

  it('a core that cannot start says why as the answer to a call', async () => {
    const links: LinkState[] = [];
    const bridge = preloadBridge({
      invoke: () => Promise.resolve({ problem: 'DATA_DIR', detail: '/data' }),
      onPush: () => () => {},
    });
    const leave = bridge.onLink((link) => links.push(link));
    expect(await bridge.invoke('snapshot', {})).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
    const failed = { state: 'failed', code: 'DATA_DIR', detail: '/data' };
    expect(links).toEqual([{ state: 'open' }, failed]);
    bridge.onLink((link) => links.push(link));
    expect(links.at(-1)).toEqual(failed);
    leave();
  });

  it('a reply without a known form is an error', () => {
    for (const reply of [undefined, null, 7, {}, { ok: false }, { ok: false, error: null }])
      expect(outcomeOf(reply)).toMatchObject({ ok: false, error: { code: 'REPLY_GARBAGE' } });
  });
});

describe('the token', () => {
  const keeper = () => {
    const kept = new Map<string, string>();
    return {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => {
        kept.set(name, value);
      },
    };
  };

  it('goes from the address into the session, and the address is cleared', () => {
    const store = keeper();
    let cleared = 0;
    expect(takeToken('#token=abc-123', store, () => cleared++)).toBe('abc-123');
    expect(cleared).toBe(1);
    expect(takeToken('', store, () => cleared++)).toBe('abc-123');
    expect(cleared).toBe(1);
  });

  it('is missing when the page was opened by hand', () => {
    expect(takeToken('', keeper(), () => {})).toBeUndefined();
    expect(takeToken('#token=', keeper(), () => {})).toBeUndefined();
  });

  it('travels as a subprotocol; a problem of the start stands in the fragment too', () => {
    expect(subprotocols('t')).toEqual(['signet', 'signet.t']);
    expect(readFragment('#problem=DATA_DIR_IN_USE&detail=pid%204')).toEqual(
      new Map([
        ['problem', 'DATA_DIR_IN_USE'],
        ['detail', 'pid 4'],
      ]),
    );
  });
});
