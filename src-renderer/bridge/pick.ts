import type { Bridge } from '../../src-shared/ipc/client.ts';
import { preloadBridge } from './preload-bridge.ts';
import { subprotocols, takeToken } from './token.ts';
import { type Socket, webSocketBridge } from './websocket-bridge.ts';

/** The bridge of the shell that this page runs in; undefined when it was opened without a token. */
export function pickBridge(): Bridge | undefined {
  if (window.signetBridge !== undefined) return preloadBridge(window.signetBridge);
  const token = takeToken(location.hash, sessionStorage, () => {
    history.replaceState(null, '', location.pathname + location.search);
  });
  if (token === undefined) return undefined;
  const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/bridge`;
  return webSocketBridge({
    open: () => adapt(new WebSocket(address, [...subprotocols(token)])),
    now: () => Date.now(),
    later(task, ms) {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
  });
}

function adapt(socket: WebSocket): Socket {
  const adapted: Socket = {
    get readyState() {
      return socket.readyState;
    },
    onopen: null,
    onclose: null,
    onmessage: null,
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
  socket.onopen = () => adapted.onopen?.();
  socket.onclose = () => adapted.onclose?.();
  socket.onmessage = (event) => adapted.onmessage?.({ data: event.data });
  return adapted;
}
