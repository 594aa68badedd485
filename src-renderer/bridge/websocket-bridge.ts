import type { Bridge, LinkState, Outcome } from '../../src-shared/ipc/client.ts';
import { localCodes, localError } from '../../src-shared/ipc/client.ts';
import type { Request } from '../../src-shared/ipc/contract.ts';
import { failureOf, outcomeOf } from './preload-bridge.ts';

/** The part of a WebSocket that is used; a test supplies its own. */
export interface Socket {
  readonly readyState: number;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface WebSocketOptions {
  open(): Socket;
  now(): number;
  later(task: () => void, ms: number): () => void;
}

/** ms before the next try to reach the core: at once, then doubling up to 5 s. */
export function backoff(failures: number): number {
  return failures === 0 ? 0 : Math.min(250 * 2 ** (failures - 1), 5_000);
}

const openState = 1;

/**
 * The browser shell's bridge: one WebSocket, frames of the contract as JSON text. When the socket closes, open calls end
 * with CONNECTION_LOST (whether the core did them is then not known: the new snapshot tells) and a new socket is opened. A core that
 * cannot start says so in one frame of its own, and that is all: no other will answer at this address.
 */
export function webSocketBridge(options: WebSocketOptions): Bridge {
  const open = new Map<number, (outcome: Outcome) => void>();
  const pushListeners = new Set<(push: unknown) => void>();
  const linkListeners = new Set<(link: LinkState) => void>();
  let link: LinkState = { state: 'lost', retryAt: options.now() };
  let socket: Socket | undefined;
  let nextId = 1;
  let failures = 0;

  const say = (next: LinkState): void => {
    link = next;
    for (const listener of linkListeners) listener(next);
  };

  const settleLost = (): void => {
    const lost: Outcome = { ok: false, error: localError(localCodes.lost, 'The connection was lost.') };
    const settle = [...open.values()];
    open.clear();
    for (const done of settle) done(lost);
  };

  const connect = (): void => {
    const mine = options.open();
    socket = mine;
    mine.onopen = () => {
      failures = 0;
      say({ state: 'open' });
    };
    mine.onmessage = (event) => receive(event.data);
    mine.onclose = () => {
      if (socket !== mine) return;
      socket = undefined;
      failures += 1;
      if (link.state === 'failed') return;
      const wait = backoff(failures);
      settleLost();
      say({ state: 'lost', retryAt: options.now() + wait });
      options.later(connect, wait);
    };
  };

  const receive = (data: unknown): void => {
    const frame = parse(data);
    if (typeof frame !== 'object' || frame === null) return;
    if ('event' in frame) {
      for (const listener of pushListeners) listener(frame);
      return;
    }
    const failed = failureOf(frame);
    if (failed !== undefined) {
      say(failed);
      settleLost();
      return;
    }
    if (!('id' in frame) || typeof frame.id !== 'number') return;
    const done = open.get(frame.id);
    open.delete(frame.id);
    done?.(outcomeOf(frame));
  };

  const send = (request: Request): boolean => {
    if (socket?.readyState !== openState || link.state === 'failed') return false;
    socket.send(JSON.stringify(request));
    return true;
  };

  connect();
  return {
    invoke(call, input, signal) {
      return new Promise((resolve) => {
        const id = nextId++;
        if (!send({ id, call, input })) {
          resolve({ ok: false, error: localError(localCodes.lost, 'There is no connection.') });
          return;
        }
        const cancel = (): void => {
          if (open.has(id)) send({ id, cancel: true });
        };
        signal?.addEventListener('abort', cancel, { once: true });
        open.set(id, (outcome) => {
          signal?.removeEventListener('abort', cancel);
          resolve(outcome);
        });
      });
    },
    onPush(listener) {
      pushListeners.add(listener);
      return () => pushListeners.delete(listener);
    },
    onLink(listener) {
      linkListeners.add(listener);
      listener(link);
      return () => linkListeners.delete(listener);
    },
  };
}

function parse(data: unknown): unknown {
  if (typeof data !== 'string') return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
