import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { claimDataFolder, type DataFolder } from '../../src-main/line/data-folder.ts';
import { Line } from '../../src-main/line/line.ts';
import { openStore } from '../../src-main/records/index.ts';
import { type BrowserShellOptions, runBrowserShell } from '../../src-main/shells/browser/run.ts';
import { startShellServer } from '../../src-main/shells/browser/shell-server.ts';

const patience = { timeout: 60_000, interval: 20 };

let scratch = '';
let dataFolder = '';
let printed: string[] = [];
const sockets: WebSocket[] = [];

/** A browser that writes down what it was to show and stays open until it is told to close. */
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'signet-run-'));
  dataFolder = join(scratch, 'data');
  printed = [];
  mkdirSync(join(scratch, 'dist', 'renderer'), { recursive: true });
  writeFileSync(join(scratch, 'dist', 'renderer', 'index.html'), '<!doctype html><title>Signet</title>');
  const browser = join(scratch, 'browser');
  writeFileSync(
    browser,
    `#!/bin/sh\nprintf '%s\\n' "$@" > ${scratch}/shown.part\nmv ${scratch}/shown.part ${scratch}/shown\n` +
      `while [ ! -e ${scratch}/closed ]; do sleep 0.05; done\n`,
  );
  chmodSync(browser, 0o755);
  vi.stubEnv('SIGNET_BROWSER', browser);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const socket of sockets.splice(0)) socket.terminate();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
});

function run(
  openLine: NonNullable<BrowserShellOptions['openLine']>,
  { noWindow = false, port = 0 }: { readonly noWindow?: boolean; readonly port?: number } = {},
): Promise<number> {
  return runBrowserShell({
    top: scratch,
    dataFolder,
    port,
    noWindow,
    print: (line) => printed.push(line),
    openLine,
  });
}

const openReal = (folder: DataFolder): Promise<Line> => Line.open({ folder });

/** The browser's arguments once it was started. */
async function shown(): Promise<{ readonly address: string; readonly profile: string }> {
  const file = join(scratch, 'shown');
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), patience);
  const found = readFileSync(file, 'utf8');
  return {
    address: /^--app=(.*)$/m.exec(found)?.[1] ?? '',
    profile: /^--user-data-dir=(.*)$/m.exec(found)?.[1] ?? '',
  };
}

function closeWindow(): void {
  for (const socket of sockets.splice(0)) socket.terminate();
  writeFileSync(join(scratch, 'closed'), '');
}

function connect(address: string): WebSocket {
  const { origin, host, hash } = new URL(address);
  const token = new URLSearchParams(hash.slice(1)).get('token') ?? '';
  const socket = new WebSocket(`ws://${host}/bridge`, ['signet', `signet.${token}`], { origin });
  sockets.push(socket);
  return socket;
}

function next(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.once('message', (data) => resolve(JSON.parse(String(data))));
    socket.once('error', reject);
  });
}

describe('a start in the browser shell', () => {
  it('shows its window while the line is still being opened, and answers it when the line is there', async () => {
    const gate = Promise.withResolvers<void>();
    let opened = false;
    const code = run(async (folder) => {
      await gate.promise;
      opened = true;
      return openReal(folder);
    });
    const { address, profile } = await shown();
    expect(profile).toBe(join(dataFolder, 'window'));
    expect((await fetch(new URL(address).origin)).status).toBe(200);
    const socket = connect(address);
    const open = new Promise<void>((resolve) => socket.once('open', () => resolve()));
    expect(opened).toBe(false);
    gate.resolve();
    await open;
    socket.send(JSON.stringify({ id: 1, call: 'snapshot', input: {} }));
    expect(await next(socket)).toMatchObject({ id: 1, ok: true, value: { state: { station: { mode: 'unset' } } } });
    closeWindow();
    expect(await code).toBe(0);
    expect(printed).toEqual([]);
    claimDataFolder(dataFolder).release();
  });

  it('gives the address where the browser fails before it shows anything, and goes on until it is told to stop', async () => {
    const browser = join(scratch, 'no-screen');
    writeFileSync(browser, '#!/bin/sh\nexit 1\n');
    chmodSync(browser, 0o755);
    vi.stubEnv('SIGNET_BROWSER', browser);
    const code = run(openReal);
    await vi.waitFor(() => expect(printed).toHaveLength(2), patience);
    expect(printed[0]).toContain('ended without showing Signet');
    const socket = connect(printed[1] ?? '');
    await new Promise<void>((resolve) => socket.once('open', () => resolve()));
    process.emit('SIGTERM', 'SIGTERM');
    expect(await code).toBe(0);
  });

  it('says in its window why the line cannot start, also after a reload, and holds the data folder no longer', async () => {
    mkdirSync(dataFolder);
    openStore(join(dataFolder, 'signet.db')).close();
    const store = new DatabaseSync(join(dataFolder, 'signet.db'));
    store.exec('PRAGMA user_version = 999');
    store.close();
    const code = run(openReal);
    const { address } = await shown();
    const told = { problem: 'STORE_VERSION', detail: expect.stringContaining('signet.db') };
    expect(await next(connect(address))).toEqual(told);
    expect(await next(connect(address))).toEqual(told);
    claimDataFolder(dataFolder).release();
    closeWindow();
    expect(await code).toBe(1);
    expect(printed).toHaveLength(1);
  });

  it('goes on to its end when the window is closed before the line is there', async () => {
    const gate = Promise.withResolvers<void>();
    const code = run(async (folder) => {
      await gate.promise;
      return openReal(folder);
    });
    await shown();
    closeWindow();
    gate.resolve();
    expect(await code).toBe(0);
    claimDataFolder(dataFolder).release();
  });

  it('a second program opens no line and no window of one: it says where the first is', async () => {
    const first = claimDataFolder(dataFolder);
    const taken = await startShellServer({ core: undefined, screens: scratch, port: 0 });
    const never = (): Promise<Line> => Promise.reject(new Error('a second line was opened'));
    const code = run(never, { port: taken.port });
    const { address, profile } = await shown();
    expect(new URLSearchParams(new URL(address).hash.slice(1)).get('problem')).toBe('DATA_DIR_IN_USE');
    expect(address).not.toContain('token');
    expect(profile.startsWith(dataFolder)).toBe(false);
    closeWindow();
    expect(await code).toBe(1);
    expect(printed).toEqual([expect.stringContaining('is in use by')]);
    expect(existsSync(profile)).toBe(false);
    await taken.close();
    first.release();
  });

  it('without a window, says why the line cannot start and prints no address', async () => {
    const first = claimDataFolder(dataFolder);
    expect(await run(openReal, { noWindow: true })).toBe(1);
    first.release();
    const broken = run(
      (folder) => {
        folder.release();
        return Promise.reject(new Error('no line today'));
      },
      { noWindow: true },
    );
    expect(await broken).toBe(1);
    expect(printed).toEqual([expect.stringContaining('is in use by'), expect.any(String)]);
    expect(existsSync(join(scratch, 'shown'))).toBe(false);
  });
});
