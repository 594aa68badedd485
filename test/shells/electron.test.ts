import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BridgeCore } from '../../src-main/shells/electron/bridge.ts';
import type { ShellLine } from '../../src-main/shells/electron/shell.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { type CallName, contract, type Handlers, type Push } from '../../src-shared/ipc/contract.ts';

/** A stand-in for Electron: what the shell asks of it is kept, what it tells is told by the test. */
const kept = vi.hoisted(() => ({
  schemes: [] as { scheme: string; privileges: Record<string, boolean> }[],
  handled: new Map<string, unknown>(),
}));
vi.mock('electron', () => ({
  protocol: {
    registerSchemesAsPrivileged: (schemes: typeof kept.schemes) => kept.schemes.push(...schemes),
    handle: (scheme: string, handler: unknown) => kept.handled.set(scheme, handler),
  },
}));

const { confineContents, confineSession, isOurPage, isTrustedSender, registerScheme, screenResponse } = await import(
  '../../src-main/shells/electron/security.ts'
);
const { joinWindow } = await import('../../src-main/shells/electron/bridge.ts');
const { channels, pageOrigin } = await import('../../src-main/shells/electron/channels.ts');
const { menuTemplate } = await import('../../src-main/shells/electron/menu.ts');
const { isLost, placeWindow, readWindowState, writeWindowState } = await import(
  '../../src-main/shells/electron/window-state.ts'
);
const { shellWords } = await import('../../src-main/shells/electron/words.ts');
const { ElectronShell } = await import('../../src-main/shells/electron/shell.ts');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-electron-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the scheme', () => {
  it('is our own, standard and secure, and no more than that', () => {
    registerScheme();
    expect(kept.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
    ]);
  });

  it('serves the screens with their policy, and nothing beside or above them', async () => {
    const screens = join(folder, 'screens');
    mkdirSync(screens);
    writeFileSync(join(screens, 'index.html'), '<script nonce="__SIGNET_NONCE__"></script>');
    writeFileSync(join(folder, 'secret.json'), '{}');
    const ask = (url: string, method = 'GET') => screenResponse(screens, { url, method });
    const page = ask('app://signet/');
    expect(page.status).toBe(200);
    const policy = page.headers.get('Content-Security-Policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    const nonce = /nonce="([^"]+)"/.exec(await page.text())?.[1];
    expect(policy).toContain(`'nonce-${nonce}'`);
    expect(ask('app://signet/../secret.json').status).toBe(404);
    expect(ask('app://signet/%2e%2e/secret.json').status).toBe(404);
    expect(ask('app://other/').status).toBe(421);
    expect(ask('file:///etc/passwd').status).toBe(421);
    expect(ask('app://signet/', 'POST').status).toBe(405);
    expect(ask('no url').status).toBe(400);
  });

  it.each([
    ['app://signet/', true],
    ['app://signet/#token', true],
    ['app://signet.evil/', false],
    ['https://signet/', false],
    ['file:///x', false],
    ['', false],
  ])('tells %s apart', (url, ours) => {
    expect(isOurPage(url)).toBe(ours);
  });
});

describe('windows and sessions', () => {
  it('stay on our pages, open nothing and embed nothing', () => {
    const app = new EventEmitter();
    confineContents(app as never);
    const contents = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: vi.fn<(handler: () => unknown) => void>(),
    });
    app.emit('web-contents-created', {}, contents);
    expect(contents.setWindowOpenHandler.mock.calls[0]?.[0]()).toEqual({ action: 'deny' });
    for (const name of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
      for (const [url, prevented] of [
        ['https://evil.example/', 1],
        ['app://signet/', 0],
      ] as const) {
        const event = { url, preventDefault: vi.fn() };
        contents.emit(name, event);
        expect(event.preventDefault).toHaveBeenCalledTimes(prevented);
      }
    }
    const webview = { preventDefault: vi.fn() };
    contents.emit('will-attach-webview', webview);
    expect(webview.preventDefault).toHaveBeenCalledOnce();
  });

  it('get no permission and no request beyond our own', () => {
    const set = new Map<string, (...values: never[]) => unknown>();
    const keep = (name: string) => (handler: (...values: never[]) => unknown) => set.set(name, handler);
    confineSession({
      setPermissionRequestHandler: keep('request'),
      setPermissionCheckHandler: keep('check'),
      setDevicePermissionHandler: keep('device'),
      webRequest: { onBeforeRequest: keep('before') },
    } as never);
    const call = (name: string, ...values: unknown[]) =>
      (set.get(name) as ((...values: unknown[]) => unknown) | undefined)?.(...values);
    const answer = vi.fn();
    for (const permission of ['media', 'serial', 'hid', 'usb', 'geolocation', 'notifications'])
      call('request', {}, permission, answer);
    expect(answer.mock.calls.every(([granted]) => granted === false)).toBe(true);
    expect(call('check')).toBe(false);
    expect(call('device')).toBe(false);
    const cancelled = (url: string): boolean => {
      let cancel = false;
      call('before', { url }, (decision: { cancel: boolean }) => {
        cancel = decision.cancel;
      });
      return cancel;
    };
    expect(['https://a.example/', 'http://127.0.0.1/', 'ws://x/', 'file:///x'].map(cancelled)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['app://signet/a.js', 'blob:app://signet/1', 'data:text/plain,x'].map(cancelled)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

/** What Electron's message object looks like to a handler. */
function messageFrom(webContents: unknown, url: string, more: object = {}) {
  return {
    sender: webContents,
    senderFrame: {
      url,
      origin: new URL(url).origin === 'null' ? pageOrigin : new URL(url).origin,
      parent: null,
      ...more,
    },
  };
}

describe('who may ask', () => {
  const webContents = {};
  const window = { webContents };
  it.each([
    ['our page in our window', messageFrom(webContents, 'app://signet/'), true],
    ['another window', messageFrom({}, 'app://signet/'), false],
    ['another page in our window', messageFrom(webContents, 'https://evil.example/'), false],
    ['a frame within our page', messageFrom(webContents, 'app://signet/', { parent: {} }), false],
    [
      'a page of another origin under our address',
      messageFrom(webContents, 'app://signet/', { origin: 'https://evil.example' }),
      false,
    ],
    ['a frame that is gone', { sender: webContents, senderFrame: null }, false],
  ])('%s', (_, event, trusted) => {
    expect(isTrustedSender(event, window)).toBe(trusted);
    expect(isTrustedSender(event, undefined)).toBe(false);
  });
});

function handlers(answer: (name: CallName, input: unknown, signal: AbortSignal) => Promise<unknown>): Handlers {
  const names = Object.keys(contract.calls) as CallName[];
  return Object.fromEntries(
    names.map((name) => [name, (input: unknown, signal: AbortSignal) => answer(name, input, signal)]),
  ) as unknown as Handlers;
}

/** ipcMain as the bridge uses it. */
function fakeIpc() {
  const handled = new Map<string, (event: unknown, request: unknown) => Promise<unknown>>();
  const heard = new EventEmitter();
  return {
    handled,
    ipc: {
      handle: (name: string, handler: (event: unknown, request: unknown) => Promise<unknown>) =>
        handled.set(name, handler),
      removeHandler: (name: string) => handled.delete(name),
      on: (name: string, handler: (...values: unknown[]) => void) => heard.on(name, handler),
      removeAllListeners: (name: string) => heard.removeAllListeners(name),
    },
    heard,
  };
}

describe('the bridge', () => {
  function bridge() {
    const webContents = { send: vi.fn(), isDestroyed: () => false };
    const window = { webContents, isDestroyed: () => false };
    const { ipc, handled, heard } = fakeIpc();
    let tell: (push: Push) => void = () => undefined;
    const aborted: string[] = [];
    const core = {
      handlers: handlers(async (name, input, signal) => {
        if (name !== 'ping') return {};
        const { text } = input as { text: string };
        if (text !== 'wait') return { text };
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted.push(text);
            resolve({ text });
          });
        });
      }),
      onPush: (listener: (push: Push) => void) => {
        tell = listener;
        return () => {
          tell = () => undefined;
        };
      },
    };
    const leave = joinWindow(ipc as never, Promise.resolve(core), () => window);
    const frame = messageFrom(webContents, 'app://signet/');
    return {
      webContents,
      heard,
      aborted,
      leave,
      handled,
      tell: (push: Push) => tell(push),
      ask: (request: unknown, event: unknown = frame) => handled.get(channels.call)?.(event, request),
      cancel: (request: unknown) => heard.emit(channels.cancel, frame, request),
    };
  }

  it('lets calls wait for a line that is being opened, in their order, and cancels them then', async () => {
    const webContents = { send: vi.fn(), isDestroyed: () => false };
    const window = { webContents, isDestroyed: () => false };
    const { ipc, handled, heard } = fakeIpc();
    const opening = Promise.withResolvers<BridgeCore>();
    joinWindow(ipc as never, opening.promise, () => window);
    const frame = messageFrom(webContents, 'app://signet/');
    const told: string[] = [];
    const calls = [1, 2].map((id) =>
      handled.get(channels.call)?.(frame, { id, call: 'ping', input: { text: String(id) } }),
    );
    heard.emit(channels.cancel, frame, { id: 2, cancel: true });
    const foreign = messageFrom(webContents, 'https://evil.example/');
    expect(await handled.get(channels.call)?.(foreign, { id: 3, call: 'ping', input: {} })).toMatchObject({
      ok: false,
    });
    opening.resolve({
      handlers: handlers(async (_, input, signal) => {
        const { text } = input as { text: string };
        told.push(`asked ${text}`);
        if (text === '2') await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { text };
      }),
      onPush: () => () => undefined,
    });
    expect(await Promise.all(calls)).toMatchObject([
      { id: 1, ok: true },
      { id: 2, ok: true },
    ]);
    expect(told).toEqual(['asked 1', 'asked 2']);
  });

  it('answers why there is no line, to our page alone', async () => {
    const webContents = { send: vi.fn(), isDestroyed: () => false };
    const { ipc, handled } = fakeIpc();
    const opening = Promise.reject(new SignetError('STORE_VERSION', 'newer', { path: '/data/signet.db' }));
    joinWindow(ipc as never, opening, () => ({ webContents, isDestroyed: () => false }));
    const ask = (event: unknown) => handled.get(channels.call)?.(event, { id: 1, call: 'snapshot', input: {} });
    const told = { problem: 'STORE_VERSION', detail: '/data/signet.db' };
    expect(await ask(messageFrom(webContents, 'app://signet/'))).toEqual(told);
    expect(await ask(messageFrom(webContents, 'https://evil.example/'))).toMatchObject({
      error: { code: 'NOT_ALLOWED' },
    });
  });

  it('answers our page and passes events on', async () => {
    const joined = bridge();
    expect(await joined.ask({ id: 1, call: 'ping', input: { text: 'a' } })).toEqual({
      id: 1,
      ok: true,
      value: { text: 'a' },
    });
    joined.tell({ event: 'sound', value: { kind: 'fail' } });
    expect(joined.webContents.send).toHaveBeenCalledWith(channels.push, { event: 'sound', value: { kind: 'fail' } });
    joined.leave();
    expect(joined.handled.size).toBe(0);
  });

  it('refuses a foreign frame, a name that is no call, and garbage', async () => {
    const joined = bridge();
    const foreign = messageFrom(joined.webContents, 'https://evil.example/');
    expect(await joined.ask({ id: 1, call: 'ping', input: { text: 'a' } }, foreign)).toMatchObject({
      id: 1,
      ok: false,
      error: { code: 'NOT_ALLOWED' },
    });
    expect(await joined.ask({ id: 2, call: '__proto__', input: {} })).toMatchObject({
      error: { code: 'UNKNOWN_TYPE' },
    });
    for (const garbage of [undefined, null, 5, 'x', {}, { id: 'a' }])
      expect(await joined.ask(garbage)).toMatchObject({ ok: false });
  });

  it('cancels by id, and everything when the page was loaded anew', async () => {
    const joined = bridge();
    const first = joined.ask({ id: 1, call: 'ping', input: { text: 'wait' } });
    joined.cancel({ id: 1, cancel: true });
    expect(await first).toMatchObject({ ok: true });
    const second = joined.ask({ id: 2, call: 'ping', input: { text: 'wait' } });
    const reloaded = messageFrom(joined.webContents, 'app://signet/');
    expect(await joined.ask({ id: 2, call: 'ping', input: { text: 'b' } }, reloaded)).toMatchObject({ ok: true });
    expect(await second).toMatchObject({ ok: true });
    expect(joined.aborted).toEqual(['wait', 'wait']);
  });
});

describe('where a window was', () => {
  const display = { x: 0, y: 0, width: 1920, height: 1080 };
  it('is remembered, and forgotten when its file is damaged', () => {
    const path = join(folder, 'window.json');
    expect(readWindowState(path)).toEqual({ bounds: undefined, maximized: false });
    const state = { bounds: { x: 10, y: 20, width: 1500, height: 900 }, maximized: true };
    writeWindowState(path, state);
    expect(readWindowState(path)).toEqual(state);
    writeFileSync(path, '{"bounds": 7}');
    expect(readWindowState(path).bounds).toBeUndefined();
    writeWindowState(join(folder, 'no', 'such', 'folder.json'), state);
  });

  it('counts only while its display is there', () => {
    const at = (x: number) => ({ bounds: { x, y: 0, width: 1500, height: 900 }, maximized: false });
    expect(placeWindow(at(100), [display])).toMatchObject({ x: 100, width: 1500 });
    expect(placeWindow(at(5000), [display])).toEqual({ width: 1440, height: 900 });
    expect(placeWindow({ bounds: undefined, maximized: false }, [display])).toEqual({ width: 1440, height: 900 });
    expect(placeWindow({ bounds: { x: 0, y: 0, width: 300, height: 300 }, maximized: false }, [display])).toMatchObject(
      {
        width: 1280,
        height: 800,
      },
    );
    expect(isLost(at(5000).bounds, [display])).toBe(true);
    expect(isLost(at(1900).bounds, [display])).toBe(true);
    expect(isLost(at(1700).bounds, [display])).toBe(false);
  });
});

describe('the menu', () => {
  it('offers developer tools only to developers, and has words in both languages', () => {
    const labels = (language: 'en' | 'de', developer: boolean) =>
      JSON.stringify(menuTemplate(shellWords[language], { developer, mac: false, openDataFolder: () => undefined }));
    expect(labels('en', false)).not.toContain('toggleDevTools');
    expect(labels('en', true)).toContain('toggleDevTools');
    expect(labels('de', false)).toContain('Datenordner öffnen');
  });
});

/** Electron's parts as the shell sees them, with everything it did to them kept. */
function fakeElectron() {
  const app = Object.assign(new EventEmitter(), {
    isPackaged: true,
    getLocale: () => 'en',
    getPath: () => folder,
    exit: vi.fn(),
  });
  const windows: ReturnType<typeof fakeWindow>[] = [];
  function fakeWindow(options: Record<string, unknown>) {
    return Object.assign(new EventEmitter(), {
      options,
      loaded: [] as string[],
      webContents: { send: vi.fn(), isDestroyed: () => false, reload: vi.fn() },
      isDestroyed: () => false,
      isMinimized: () => true,
      restore: vi.fn(),
      show: vi.fn(),
      focus: vi.fn(),
      setBounds: vi.fn(),
      maximize: vi.fn(),
      isMaximized: () => false,
      getNormalBounds: () => ({ x: 1, y: 2, width: 1500, height: 900 }),
      getBounds: () => ({ x: 5000, y: 0, width: 1500, height: 900 }),
      async loadURL(this: { loaded: string[] }, url: string) {
        this.loaded.push(url);
      },
    });
  }
  class BrowserWindow {
    constructor(options: Record<string, unknown>) {
      const made = fakeWindow(options);
      windows.push(made);
      // biome-ignore lint/correctness/noConstructorReturn: a stand-in, which the tests look into
      return made as unknown as BrowserWindow;
    }
  }
  let blockers = 0;
  const powerSaveBlocker = {
    start: vi.fn(() => {
      blockers += 1;
      return blockers;
    }),
    stop: vi.fn(),
  };
  const displays = [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];
  const screen = Object.assign(new EventEmitter(), { getAllDisplays: () => displays });
  const powerMonitor = new EventEmitter();
  const defaultSession = Object.assign(new EventEmitter(), {
    setPermissionRequestHandler: vi.fn(),
    setPermissionCheckHandler: vi.fn(),
    setDevicePermissionHandler: vi.fn(),
    webRequest: { onBeforeRequest: vi.fn() },
  });
  const dialog = { showMessageBox: vi.fn(async () => ({ response: 0 })), showErrorBox: vi.fn() };
  const { ipc, handled } = fakeIpc();
  return {
    app,
    handled,
    windows,
    powerSaveBlocker,
    powerMonitor,
    displays,
    screen,
    dialog,
    defaultSession,
    parts: {
      app,
      BrowserWindow,
      dialog,
      ipcMain: ipc,
      Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: vi.fn() },
      powerSaveBlocker,
      powerMonitor,
      screen,
      session: { defaultSession },
      shell: { openPath: vi.fn() },
    } as never,
  };
}

function fakeLine() {
  let tell: (push: Push) => void = () => undefined;
  return {
    handlers: handlers(async () => ({})),
    busy: false,
    serving: false,
    folder: '',
    goesToSleep: vi.fn(),
    wokeUp: vi.fn(),
    close: vi.fn(async () => undefined),
    onPush(listener: (push: Push) => void) {
      const before = tell;
      tell = (push) => {
        before(push);
        listener(push);
      };
      return () => undefined;
    },
    change() {
      tell({ event: 'state', value: { sequence: 1, slice: 'sites', value: [] } });
    },
  };
}

async function started(line = fakeLine(), problem?: SignetError) {
  const electron = fakeElectron();
  const shell = new ElectronShell({
    electron: electron.parts,
    openLine: async () => {
      if (problem !== undefined) throw problem;
      return line;
    },
    dataFolder: folder,
    preload: '/preload.cjs',
  });
  await shell.start();
  const [window] = electron.windows;
  if (window === undefined) throw new Error('no window');
  return { ...electron, shell, line, window };
}

describe('the shell', () => {
  it('opens one window, sandboxed and isolated, on our own page', async () => {
    const { window, windows } = await started();
    expect(windows).toHaveLength(1);
    expect(window.options['webPreferences']).toEqual({
      preload: '/preload.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      spellcheck: false,
      devTools: false,
    });
    expect(window.loaded).toEqual(['app://signet/']);
    expect(window.show).not.toHaveBeenCalled();
    window.emit('ready-to-show');
    expect(window.show).toHaveBeenCalledOnce();
  });

  it('shows its window while the line is still being opened, and gives the line back when it is closed meanwhile', async () => {
    const electron = fakeElectron();
    const opening = Promise.withResolvers<ShellLine>();
    const shell = new ElectronShell({
      electron: electron.parts,
      openLine: () => opening.promise,
      dataFolder: folder,
      preload: '/preload.cjs',
    });
    const begun = shell.start();
    expect(electron.windows[0]?.loaded).toEqual(['app://signet/']);
    electron.app.emit('window-all-closed');
    expect(electron.app.exit).not.toHaveBeenCalled();
    const line = fakeLine();
    opening.resolve(line);
    await begun;
    await expect.poll(() => electron.app.exit).toHaveBeenCalledWith(0);
    expect(line.close).toHaveBeenCalledOnce();
  });

  it('says in its window why the line could not start, and ends with it', async () => {
    const problem = new SignetError('DATA_DIR_IN_USE', 'in use', { path: '/data' });
    const { app, handled, window } = await started(fakeLine(), problem);
    expect(window.loaded).toEqual(['app://signet/']);
    const event = messageFrom(window.webContents, 'app://signet/');
    expect(await handled.get(channels.call)?.(event, { id: 1, call: 'snapshot', input: {} })).toEqual({
      problem: 'DATA_DIR_IN_USE',
      detail: '/data',
    });
    app.emit('window-all-closed');
    await expect.poll(() => app.exit).toHaveBeenCalledWith(0);
  });

  it('keeps the display on while a board is worked on or others use the server, and no longer', async () => {
    const { line, powerSaveBlocker } = await started();
    expect(powerSaveBlocker.start).not.toHaveBeenCalled();
    line.busy = true;
    line.change();
    line.change();
    expect(powerSaveBlocker.start).toHaveBeenCalledOnce();
    expect(powerSaveBlocker.start).toHaveBeenCalledWith('prevent-display-sleep');
    line.busy = false;
    line.serving = true;
    line.change();
    expect(powerSaveBlocker.stop).not.toHaveBeenCalled();
    line.serving = false;
    line.change();
    expect(powerSaveBlocker.stop).toHaveBeenCalledWith(1);
  });

  it('asks before it closes over a board that is being worked on, and waits for its end', async () => {
    const line = fakeLine();
    line.busy = true;
    const { window, dialog, app } = await started(line);
    const event = { preventDefault: vi.fn() };
    window.emit('close', event);
    expect(event.preventDefault).toHaveBeenCalledOnce();
    expect(dialog.showMessageBox).toHaveBeenCalledOnce();
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(app.exit).not.toHaveBeenCalled();
    line.busy = false;
    await expect.poll(() => app.exit).toHaveBeenCalledWith(0);
    expect(line.close).toHaveBeenCalledOnce();
  });

  it('stays open when the person says so, and closes at once when nothing runs', async () => {
    const line = fakeLine();
    line.busy = true;
    const { window, dialog, app } = await started(line);
    dialog.showMessageBox.mockResolvedValueOnce({ response: 1 });
    window.emit('close', { preventDefault: vi.fn() });
    line.busy = false;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(app.exit).not.toHaveBeenCalled();
    const event = { preventDefault: vi.fn() };
    window.emit('close', event);
    expect(event.preventDefault).not.toHaveBeenCalled();
    expect(JSON.parse(readFileSync(join(folder, 'window.json'), 'utf8'))).toMatchObject({ bounds: { width: 1500 } });
    app.emit('window-all-closed');
    await expect.poll(() => app.exit).toHaveBeenCalledWith(0);
  });

  it('gives everything back before the program ends, once', async () => {
    const { app, line } = await started();
    const event = { preventDefault: vi.fn() };
    app.emit('before-quit', event);
    app.emit('before-quit', { preventDefault: vi.fn() });
    expect(event.preventDefault).toHaveBeenCalledOnce();
    await expect.poll(() => app.exit).toHaveBeenCalledOnce();
    expect(line.close).toHaveBeenCalledOnce();
  });

  it('loads the page again when it crashed; the line goes on', async () => {
    const { app, window, line } = await started();
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    app.emit('render-process-gone', {}, {}, { reason: 'crashed', exitCode: 5 });
    expect(window.webContents.reload).toHaveBeenCalledOnce();
    app.emit('render-process-gone', {}, {}, { reason: 'clean-exit', exitCode: 0 });
    expect(window.webContents.reload).toHaveBeenCalledOnce();
    expect(line.close).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('puts the state of the runs down before it says anything of a fault of its own', async () => {
    const { shell, line, dialog, app } = await started();
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const order: string[] = [];
    line.close.mockImplementation(async () => {
      order.push('closed');
      return undefined;
    });
    dialog.showErrorBox.mockImplementation(() => order.push('said'));
    await shell.fault(new Error('boom'));
    expect(order).toEqual(['closed', 'said']);
    expect(app.exit).toHaveBeenCalledWith(1);
    vi.restoreAllMocks();
  });

  it('comes to the front for a second start', async () => {
    const { shell, window } = await started();
    shell.focus();
    expect(window.restore).toHaveBeenCalledOnce();
    expect(window.focus).toHaveBeenCalledOnce();
  });

  it('comes back when its display was unplugged, and with the last one gone when there is one again', async () => {
    const { window, screen, displays } = await started();
    const [display] = displays.splice(0);
    screen.emit('display-removed');
    expect(window.setBounds).not.toHaveBeenCalled();
    displays.push({ workArea: { x: -1280, y: 0, width: 1280, height: 800 } });
    screen.emit('display-added');
    expect(window.setBounds).toHaveBeenLastCalledWith({ x: -1280, y: 0, width: 1280, height: 800 });
    if (display !== undefined) displays.unshift(display);
    window.getBounds = () => ({ x: 100, y: 50, width: 1500, height: 900 });
    screen.emit('display-metrics-changed');
    expect(window.setBounds).toHaveBeenCalledOnce();
  });

  it('tells the line when the computer goes to sleep and wakes, and finds its window again', async () => {
    const { line, powerMonitor, window } = await started();
    powerMonitor.emit('suspend');
    expect(line.goesToSleep).toHaveBeenCalledOnce();
    expect(line.wokeUp).not.toHaveBeenCalled();
    powerMonitor.emit('resume');
    expect(line.wokeUp).toHaveBeenCalledWith(0);
    expect(window.setBounds).toHaveBeenLastCalledWith({ x: 210, y: 90, width: 1500, height: 900 });
  });

  it('gives everything back when the computer is shut down', async () => {
    const { app, line, powerMonitor } = await started();
    powerMonitor.emit('shutdown');
    await expect.poll(() => app.exit).toHaveBeenCalledOnce();
    expect(line.close).toHaveBeenCalledOnce();
  });

  it('asks where an export is to go', async () => {
    const { defaultSession } = await started();
    const item = { setSaveDialogOptions: vi.fn(), getFilename: () => 'log.tsv' };
    defaultSession.emit('will-download', {}, item);
    expect(item.setSaveDialogOptions).toHaveBeenCalledWith({ title: 'Save', defaultPath: 'log.tsv' });
  });
});
