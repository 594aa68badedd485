import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { SignetError } from '../../../src-shared/base/error.ts';
import type { Handlers, Push } from '../../../src-shared/ipc/contract.ts';
import { createDispatcher } from '../../../src-shared/ipc/dispatch.ts';
import { contentSecurityPolicy, newNonce, staticFile, withNonce } from './static-files.ts';

/** What the shell needs of the line. */
export interface ShellCore {
  readonly handlers: Handlers;
  onPush(listener: (push: Push) => void): () => void;
}

export interface ShellServerOptions {
  /** Undefined = the line could not start: pages only, no socket. */
  readonly core: ShellCore | undefined;
  /** Folder of the built screens. */
  readonly screens: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Called when the first window comes and when the last one has gone. */
  readonly onWindows?: (count: number) => void;
}

export interface ShellServer {
  readonly port: number;
  /** Address with the token in its fragment, which no browser sends anywhere. */
  readonly address: string;
  readonly origin: string;
  /** Windows with an open socket. */
  readonly windows: number;
  close(): Promise<void>;
}

/** The only place that is ever bound. */
const host = '127.0.0.1';
const socketPath = '/bridge';
const protocol = 'signet';
const tokenPrefix = 'signet.';
/** The largest call is an import of two million characters, at most three bytes each. */
const maxPayload = 8 << 20;
/** What a slow window may leave unread before it is dropped; it asks for a snapshot when it is back. */
const unreadBytes = 64 << 20;
const mostWindows = 8;

/**
 * The browser shell's door: pages over loopback HTTP, the contract over one WebSocket per window. Host and Origin are compared exactly, the
 * token in constant time; whatever does not fit gets 421, 403 or 404 and nothing else.
 */
export async function startShellServer(options: ShellServerOptions): Promise<ShellServer> {
  const token = randomBytes(24).toString('base64url');
  const server = createServer();
  const bound = await listen(server, options.port);
  const authority = `${host}:${bound}`;
  const origin = `http://${authority}`;
  server.on('request', (request, response) => answer(request, response, options.screens, authority));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload,
    handleProtocols: () => protocol,
    perMessageDeflate: false,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const status = upgradeStatus(request, { authority, origin, token, ready: options.core !== undefined });
    if (status !== 101 || sockets.clients.size >= mostWindows) {
      refuse(socket, status === 101 ? 503 : status);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (window) => {
      if (options.core !== undefined) serve(window, options.core, () => options.onWindows?.(sockets.clients.size));
    });
  });
  return {
    port: bound,
    origin,
    address: `${origin}/#token=${token}`,
    get windows() {
      return sockets.clients.size;
    },
    async close() {
      for (const window of sockets.clients) window.terminate();
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'EADDRINUSE' ? 'PORT_IN_USE' : 'OPTION_INVALID';
      reject(
        new SignetError(code, `The screens cannot be served at ${host}:${port}: ${error.message}.`, { port }, error),
      );
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new SignetError('INTERNAL', 'The shell has no port.');
  return address.port;
}

function answer(request: IncomingMessage, response: ServerResponse, screens: string, authority: string): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  const status = requestStatus(request, authority);
  const [path = '/'] = (request.url ?? '/').split('?');
  const file = status === 200 && path.startsWith('/') ? staticFile(screens, path) : undefined;
  if (file === undefined) {
    response.writeHead(status === 200 ? 404 : status, {
      'Content-Type': 'text/plain',
      'Content-Security-Policy': "default-src 'none'",
    });
    response.end();
    return;
  }
  const page = file.type.startsWith('text/html');
  const nonce = newNonce();
  const body = page ? withNonce(file.bytes, nonce) : file.bytes;
  response.writeHead(200, {
    'Content-Type': file.type,
    'Content-Length': body.length,
    'Cache-Control': file.immutable ? 'max-age=31536000, immutable' : 'no-store',
    'Content-Security-Policy': page ? contentSecurityPolicy(nonce, `ws://${authority}`) : "default-src 'none'",
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function requestStatus(request: IncomingMessage, authority: string): number {
  const { host: named, origin } = request.headers;
  if (named !== authority) return 421;
  if (origin !== undefined && origin !== `http://${authority}`) return 403;
  return request.method === 'GET' || request.method === 'HEAD' ? 200 : 405;
}

/** 101 = come in; otherwise what the peer is told. */
function upgradeStatus(
  request: IncomingMessage,
  door: { readonly authority: string; readonly origin: string; readonly token: string; readonly ready: boolean },
): number {
  if (request.headers.host !== door.authority) return 421;
  if (request.headers.origin !== door.origin) return 403;
  if (request.url !== socketPath || !door.ready) return 404;
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const given = offered.find((name) => name.startsWith(tokenPrefix))?.slice(tokenPrefix.length) ?? '';
  return offered.includes(protocol) && sameToken(given, door.token) ? 101 : 401;
}

function sameToken(given: string, token: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(token);
  // A comparison is made in any case, so that length tells nothing by its time.
  const same = timingSafeEqual(right, left.length === right.length ? left : Buffer.alloc(right.length));
  return same && left.length === right.length;
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function serve(window: WebSocket, core: ShellCore, changed: () => void): void {
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
  window.on('error', () => window.terminate());
  window.on('close', () => {
    unsubscribe();
    dispatcher.close();
    changed();
  });
  changed();
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
