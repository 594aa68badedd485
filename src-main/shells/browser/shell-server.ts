import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { asSignetError, SignetError } from '../../../src-shared/base/error.ts';
import { contentSecurityPolicy, newNonce, staticFile, withNonce } from './static-files.ts';
import type { ShellCore, Windows } from './windows.ts';

export interface ShellServerOptions {
  /**
   * The line, or its promise while it is being opened: windows that come meanwhile get their pages, and their calls wait for it. Where it
   * cannot be opened (the promise rejects) they are told why. Undefined = there will be none: pages only, no socket.
   */
  readonly core: ShellCore | Promise<ShellCore> | undefined;
  /** Folder of the built screens. */
  readonly screens: string;
  /** 0 = any free port. */
  readonly port: number;
}

export interface ShellServer {
  readonly port: number;
  /** Address with the token in its fragment, which no browser sends anywhere. */
  readonly address: string;
  readonly origin: string;
  /** Windows with an open socket, or with one that waits for the line. */
  readonly windows: number;
  /** Whether a window ever came. */
  readonly shown: boolean;
  close(): Promise<void>;
}

/** The only place that is ever bound. */
const host = '127.0.0.1';
const socketPath = '/bridge';
const protocol = 'signet';
const tokenPrefix = 'signet.';
const mostWindows = 8;

/**
 * The browser shell's door: pages over loopback HTTP, the contract over one WebSocket per window. Host and Origin are compared exactly, the
 * token in constant time; whatever does not fit gets 421, 403 or 404 and nothing else. It is light: what serves a window is loaded with
 * the line.
 */
export async function startShellServer(options: ShellServerOptions): Promise<ShellServer> {
  const { core, screens } = options;
  const token = randomBytes(24).toString('base64url');
  const server = createServer();
  const bound = await listen(server, options.port);
  const authority = `${host}:${bound}`;
  const origin = `http://${authority}`;
  server.on('request', (request, response) => answer(request, response, screens, authority));
  const waiting = new Set<Duplex>();
  let windows: Windows | undefined;
  let closed = false;
  let shown = false;
  const opening = core === undefined ? undefined : windowsOf(core);
  void opening?.then((opened) => {
    windows = opened;
  });
  const countWindows = (): number => waiting.size + (windows?.count ?? 0);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const status = upgradeStatus(request, { authority, origin, token, ready: opening !== undefined });
    if (status !== 101 || countWindows() >= mostWindows) {
      refuse(socket, status === 101 ? 503 : status);
      return;
    }
    shown = true;
    const served = wait(socket, waiting);
    void opening?.then((opened) => {
      served();
      if (!closed && !socket.destroyed) opened.take(request, socket, head);
    });
  });
  return {
    port: bound,
    origin,
    address: `${origin}/#token=${token}`,
    get windows() {
      return countWindows();
    },
    get shown() {
      return shown;
    },
    async close() {
      closed = true;
      for (const socket of waiting) socket.destroy();
      await windows?.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/**
 * Keeps a socket among the waiting ones until the function that it gives is called, or the window is gone: that is seen only by reading,
 * and a window that says something before it was answered is none of ours.
 */
function wait(socket: Duplex, waiting: Set<Duplex>): () => void {
  const end = (): void => {
    socket.destroy();
  };
  const gone = (): void => {
    waiting.delete(socket);
  };
  waiting.add(socket);
  socket.on('data', end).on('end', end).once('close', gone);
  return () => {
    gone();
    // Whoever takes it over listens in the same turn: nothing is read in between.
    socket.off('data', end).off('end', end).off('close', gone);
  };
}

/** What serves windows, once the line is there or is known to stay away. */
async function windowsOf(core: ShellCore | Promise<ShellCore>): Promise<Windows> {
  const known = await Promise.resolve(core).catch((thrown: unknown) => asSignetError(thrown));
  const { openWindows } = await import('./windows.ts');
  return openWindows(known, protocol);
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
