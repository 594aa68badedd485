import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { browserArguments, findBrowser } from '../../src-main/shells/browser/find-browser.ts';
import { type ShellServer, startShellServer } from '../../src-main/shells/browser/shell-server.ts';
import type { ShellCore } from '../../src-main/shells/browser/windows.ts';
import { electronBinary } from '../../src-main/shells/start.ts';
import { type CallName, contract, type Handlers, type Push } from '../../src-shared/ipc/contract.ts';

let folder = '';
let server: ShellServer;
let push: (push: Push) => void = () => undefined;
const calls: string[] = [];

const handlers = Object.fromEntries(
  (Object.keys(contract.calls) as CallName[]).map((name) => [
    name,
    async (input: { text?: string }) => {
      calls.push(name);
      return { text: input.text ?? '' };
    },
  ]),
) as unknown as Handlers;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signet-shell-'));
  const screens = join(folder, 'screens');
  mkdirSync(join(screens, 'assets'), { recursive: true });
  writeFileSync(
    join(screens, 'index.html'),
    '<!doctype html><meta property="csp-nonce" nonce="__SIGNET_NONCE__"><script nonce="__SIGNET_NONCE__"></script>',
  );
  writeFileSync(join(screens, 'assets', 'main-abc.js'), 'export {}');
  writeFileSync(join(screens, 'notes.md'), 'not served');
  writeFileSync(join(folder, 'secret.json'), '{"secret": true}');
  symlinkSync(join(folder, 'secret.json'), join(screens, 'assets', 'link.json'));
  server = await startShellServer({
    core: {
      handlers,
      onPush: (listener) => {
        push = listener;
        return () => {
          push = () => undefined;
        };
      },
    },
    screens,
    port: 0,
  });
  calls.length = 0;
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** One HTTP request with exactly these headers. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

const token = () => new URLSearchParams(new URL(server.address).hash.slice(1)).get('token') ?? '';

/** Opens a socket; the status of the refusal, or the socket. */
function open(options: {
  readonly origin?: string;
  readonly host?: string;
  readonly path?: string;
  readonly protocols?: readonly string[];
}): Promise<WebSocket | number> {
  const socket = new WebSocket(
    `ws://127.0.0.1:${server.port}${options.path ?? '/bridge'}`,
    [...(options.protocols ?? ['signet', `signet.${token()}`])],
    {
      origin: options.origin ?? server.origin,
      ...(options.host === undefined ? {} : { headers: { Host: options.host } }),
    },
  );
  return new Promise((resolve) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.once('error', () => resolve(0));
  });
}

async function opened(): Promise<WebSocket> {
  const socket = await open({});
  if (typeof socket === 'number') throw new Error(`refused: ${socket}`);
  return socket;
}

function next(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))));
}

describe('pages', () => {
  it('come with a policy that allows nothing but themselves, and a nonce of their own', async () => {
    const [first, second] = [await get('/'), await get('/')];
    expect(first.status).toBe(200);
    const policy = String(first.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`connect-src ws://127.0.0.1:${server.port}`);
    expect(policy).not.toMatch(/unsafe|\*/);
    const nonce = /nonce="([^"]+)"/.exec(first.body)?.[1] ?? '';
    expect(policy).toContain(`'nonce-${nonce}'`);
    expect(Buffer.from(nonce, 'base64').length).toBe(16);
    expect(second.body).not.toContain(nonce);
    expect(first.body).not.toContain('__SIGNET_NONCE__');
    expect(first.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect((await get('/assets/main-abc.js')).headers['cache-control']).toContain('immutable');
  });

  it.each([
    '/notes.md',
    '/missing.js',
    '/../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/assets/../../secret.json',
    '/assets/..\\..\\secret.json',
    '/assets/link.json',
    '/assets/',
    '/%00',
    '/%E0%A4%A',
    '//etc/passwd',
    '/bridge',
  ])('do not include %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.body).toBe('');
  });

  it.each([
    ['localhost', 421],
    ['127.0.0.1', 421],
    ['127.0.0.1:1', 421],
    ['signet.example', 421],
  ])('are not given to a Host "%s"', async (host, status) => {
    expect((await get('/', { Host: host })).status).toBe(status);
  });

  it('are not given to another Origin, nor by another method', async () => {
    expect((await get('/', { Origin: 'http://evil.example' })).status).toBe(403);
    expect((await get('/', { Origin: 'null' })).status).toBe(403);
    expect((await get('/', { Origin: server.origin })).status).toBe(200);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await get('/', {}, method)).status).toBe(405);
    const head = await get('/', {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.body).toBe('');
  });

  it('are served to this computer alone', async () => {
    const other = await new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.2', port: server.port });
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      socket.once('connect', () => {
        socket.destroy();
        resolve('connected');
      });
    });
    expect(other).toBe('ECONNREFUSED');
  });
});

describe('the token', () => {
  it('has 192 bits and stands in the fragment, which no browser sends', () => {
    const url = new URL(server.address);
    expect(url.search).toBe('');
    expect(url.pathname).toBe('/');
    expect(Buffer.from(token(), 'base64url').length).toBe(24);
  });

  it.each([
    ['none', ['signet']],
    ['a wrong one', ['signet', `signet.${'A'.repeat(32)}`]],
    ['one too short', ['signet', 'signet.A']],
    ['nothing', []],
  ])('is asked for: %s is refused', async (_, protocols) => {
    expect(await open({ protocols })).toBe(401);
  });

  it('does not help from another Origin, with another Host or at another path', async () => {
    expect(await open({ origin: 'http://evil.example' })).toBe(403);
    expect(await open({ origin: 'http://localhost' })).toBe(403);
    expect(await open({ host: 'evil.example' })).toBe(421);
    expect(await open({ path: '/other' })).toBe(404);
    expect(calls).toEqual([]);
  });
});

describe('the socket', () => {
  it('carries calls and events', async () => {
    const socket = await opened();
    expect(server.windows).toBe(1);
    socket.send(JSON.stringify({ id: 1, call: 'ping', input: { text: 'hello' } }));
    expect(await next(socket)).toEqual({ id: 1, ok: true, value: { text: 'hello' } });
    const heard = next(socket);
    push({ event: 'sound', value: { kind: 'pass' } });
    expect(await heard).toEqual({ event: 'sound', value: { kind: 'pass' } });
    socket.close();
  });

  it('does not fall over garbage', async () => {
    const socket = await opened();
    socket.send('no json {{{');
    socket.send('[1,2,3]');
    socket.send(Buffer.from([1, 2, 3]));
    socket.send(JSON.stringify({ id: 1, call: '__proto__', input: {} }));
    expect(await next(socket)).toMatchObject({ id: 1, ok: false, error: { code: 'UNKNOWN_TYPE' } });
    socket.close();
  });

  it('is closed over a message of more than eight megabytes', async () => {
    const socket = await opened();
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.send(JSON.stringify({ id: 1, call: 'ping', input: { text: 'A'.repeat(9 << 20) } }));
    expect(await closed).toBe(1009);
    expect(calls).toEqual([]);
  });

  it('is given to so many windows and no more', async () => {
    const sockets: WebSocket[] = [];
    for (let i = 0; i < 8; i += 1) sockets.push(await opened());
    expect(await open({})).toBe(503);
    for (const socket of sockets) socket.close();
  });

  it('is not there while the line could not start', async () => {
    const bare = await startShellServer({ core: undefined, screens: join(folder, 'screens'), port: 0 });
    const given = new URLSearchParams(new URL(bare.address).hash.slice(1)).get('token') ?? '';
    const socket = new WebSocket(`ws://127.0.0.1:${bare.port}/bridge`, ['signet', `signet.${given}`], {
      origin: bare.origin,
    });
    const status = await new Promise((resolve) => {
      socket.once('unexpected-response', (_, response) => resolve(response.statusCode));
      socket.once('open', () => resolve(101));
      socket.on('error', () => undefined);
    });
    expect(status).toBe(404);
    await bare.close();
  });
});

describe('a line that is still being opened', () => {
  const socketTo = (opening: ShellServer): WebSocket => {
    const given = new URLSearchParams(new URL(opening.address).hash.slice(1)).get('token') ?? '';
    const socket = new WebSocket(`ws://127.0.0.1:${opening.port}/bridge`, ['signet', `signet.${given}`], {
      origin: opening.origin,
    });
    socket.on('error', () => undefined);
    return socket;
  };
  const once = (socket: WebSocket, event: string): Promise<unknown> =>
    new Promise((resolve) => socket.once(event, (_, response) => resolve(response?.statusCode)));

  it('keeps windows waiting, no more of them than it would serve, and then serves them', async () => {
    const line = Promise.withResolvers<ShellCore>();
    const opening = await startShellServer({ core: line.promise, screens: join(folder, 'screens'), port: 0 });
    const sockets = Array.from({ length: 8 }, () => socketTo(opening));
    await vi.waitFor(() => expect(opening.windows).toBe(8), { timeout: 10_000 });
    expect(await once(socketTo(opening), 'unexpected-response')).toBe(503);
    sockets.pop()?.terminate();
    await vi.waitFor(() => expect(opening.windows).toBe(7), { timeout: 10_000 });
    const [first] = sockets;
    if (first === undefined) throw new Error('no socket');
    expect(first.readyState).toBe(WebSocket.CONNECTING);
    const open = once(first, 'open');
    line.resolve({ handlers, onPush: () => () => undefined });
    await open;
    first.send(JSON.stringify({ id: 1, call: 'ping', input: { text: 'hello' } }));
    expect(await next(first)).toEqual({ id: 1, ok: true, value: { text: 'hello' } });
    await opening.close();
  });

  it('lets its windows go when it is closed before', async () => {
    const opening = await startShellServer({
      core: new Promise<ShellCore>(() => undefined),
      screens: join(folder, 'screens'),
      port: 0,
    });
    const socket = socketTo(opening);
    await vi.waitFor(() => expect(opening.windows).toBe(1), { timeout: 10_000 });
    const gone = once(socket, 'close');
    await opening.close();
    await gone;
  });
});

describe('a port that is taken', () => {
  it('is said to be', async () => {
    const again = startShellServer({ core: undefined, screens: folder, port: server.port });
    await expect(again).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  });
});

describe('finding programs', () => {
  it('takes the first browser along the path, or the one that is named', () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'google-chrome'), '', { mode: 0o755 });
    writeFileSync(join(bin, 'chromium'), '', { mode: 0o644 });
    expect(findBrowser({ PATH: bin }, 'linux')).toEqual({ path: join(bin, 'google-chrome'), name: 'Google Chrome' });
    writeFileSync(join(bin, 'microsoft-edge'), '', { mode: 0o755 });
    expect(findBrowser({ PATH: bin, SIGNET_BROWSER: join(bin, 'microsoft-edge') }, 'linux')?.path).toBe(
      join(bin, 'microsoft-edge'),
    );
    expect(findBrowser({ PATH: bin, SIGNET_BROWSER: join(bin, 'none') }, 'linux')).toBeUndefined();
    expect(findBrowser({ PATH: '' }, 'linux')).toBeUndefined();
  });

  it('opens a window with a profile of its own, sandboxed unless it runs as root', () => {
    const address = server.address;
    expect(browserArguments(address, '/p', { asRoot: false })).not.toContain('--no-sandbox');
    expect(browserArguments(address, '/p', { asRoot: true })).toContain('--no-sandbox');
    expect(browserArguments(address, '/p', { asRoot: false })).toEqual(
      expect.arrayContaining([`--app=${address}`, '--user-data-dir=/p']),
    );
  });

  it('knows Electron only by a binary that is there', () => {
    expect(electronBinary({ ELECTRON_OVERRIDE_DIST_PATH: folder }, 'linux')).toBeUndefined();
    writeFileSync(join(folder, 'electron'), '');
    expect(electronBinary({ ELECTRON_OVERRIDE_DIST_PATH: folder }, 'linux')).toBe(join(folder, 'electron'));
    expect(electronBinary({ ELECTRON_OVERRIDE_DIST_PATH: folder }, 'win32')).toBeUndefined();
  });
});
