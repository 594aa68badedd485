import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { SignetError } from '../../../src-shared/base/error.ts';
import type { Handlers, Push } from '../../../src-shared/ipc/contract.ts';
import { createDispatcher } from '../../../src-shared/ipc/dispatch.ts';
import { problemOf } from '../problem.ts';

/** What the shell needs of the line. */
export interface ShellCore {
  readonly handlers: Handlers;
  onPush(listener: (push: Push) => void): () => void;
}

/** The largest call is an import of two million characters, at most three bytes each. */
const maxPayload = 8 << 20;
/** What a slow window may leave unread before it is dropped; it asks for a snapshot when it is back. */
const unreadBytes = 64 << 20;

/** The windows that are connected, each with the contract over one WebSocket. Who may come in was judged at the door. */
export interface Windows {
  readonly count: number;
  /** Shakes hands with a window, and serves it or, where there is no line, tells it why. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** `core`: the line, or why there is none. */
export function openWindows(core: ShellCore | SignetError, protocol: string): Windows {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload,
    handleProtocols: () => protocol,
    perMessageDeflate: false,
  });
  return {
    get count() {
      return sockets.clients.size;
    },
    take(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (window) => {
        window.on('error', () => window.terminate());
        if (core instanceof SignetError) window.send(JSON.stringify(problemOf(core)));
        else serve(window, core);
      });
    },
    async close() {
      for (const window of sockets.clients) window.terminate();
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
    },
  };
}

function serve(window: WebSocket, core: ShellCore): void {
  const dispatcher = createDispatcher(core.handlers);
  const send = (frame: object): void => {
    if (window.readyState !== window.OPEN) return;
    if (window.bufferedAmount > unreadBytes) window.terminate();
    else window.send(JSON.stringify(frame));
  };
  const unsubscribe = core.onPush(send);
  window.on('message', (data, binary) => {
    const frame = binary ? undefined : readJson(String(data));
    void dispatcher.dispatch(frame).then((reply) => {
      if (reply !== undefined) send(reply);
    });
  });
  window.on('close', () => {
    unsubscribe();
    dispatcher.close();
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
