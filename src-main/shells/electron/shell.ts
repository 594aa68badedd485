import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type {
  App,
  BrowserWindow,
  Dialog,
  IpcMain,
  Menu,
  PowerMonitor,
  PowerSaveBlocker,
  Screen,
  Session,
  Shell,
} from 'electron';
import { asSignetError } from '../../../src-shared/base/error.ts';
import type { Handlers, Push } from '../../../src-shared/ipc/contract.ts';
import { joinWindow } from './bridge.ts';
import { pageOrigin } from './channels.ts';
import { menuTemplate } from './menu.ts';
import { confineSession } from './security.ts';
import { insideDisplay, isLost, placeWindow, readWindowState, writeWindowState } from './window-state.ts';
import { type ShellWords, shellWords } from './words.ts';

/** What the shell needs of the line. */
export interface ShellLine {
  readonly handlers: Handlers;
  readonly busy: boolean;
  readonly serving: boolean;
  readonly folder: string;
  onPush(listener: (push: Push) => void): () => void;
  goesToSleep(): void;
  wokeUp(sleptMs: number): void;
  close(): Promise<void>;
}

/** Electron's parts, handed over by `main.ts`; tests hand over stand-ins. */
export interface ElectronParts {
  readonly app: App;
  readonly BrowserWindow: typeof BrowserWindow;
  readonly dialog: Dialog;
  readonly ipcMain: IpcMain;
  readonly Menu: typeof Menu;
  readonly powerMonitor: PowerMonitor;
  readonly powerSaveBlocker: PowerSaveBlocker;
  readonly screen: Screen;
  readonly session: { readonly defaultSession: Session };
  readonly shell: Shell;
}

export interface ElectronShellOptions {
  readonly electron: ElectronParts;
  /** Opens the line; rejects with SignetError when it cannot start. */
  readonly openLine: (folder: string) => Promise<ShellLine>;
  readonly dataFolder: string;
  readonly preload: string;
}

const closePollMs = 100;

/**
 * The Electron shell: one window over the line, and everything around it that is no screen. The line outlives the window's page: a reload
 * or a crash of the renderer disturbs no run.
 */
export class ElectronShell {
  readonly #o: ElectronShellOptions;
  #line: ShellLine | undefined;
  #opening: Promise<ShellLine> | undefined;
  #window: BrowserWindow | undefined;
  #leave: (() => void) | undefined;
  #blocker: number | undefined;
  #words: ShellWords;
  #closing = false;

  constructor(options: ElectronShellOptions) {
    this.#o = options;
    this.#words = shellWords[options.electron.app.getLocale().startsWith('de') ? 'de' : 'en'];
  }

  /** To be called when the application is ready. */
  async start(): Promise<void> {
    const { electron, dataFolder, openLine } = this.#o;
    const { app, session } = electron;
    confineSession(session.defaultSession);
    session.defaultSession.on('will-download', (_event, item) => {
      item.setSaveDialogOptions({ title: this.#words.save, defaultPath: item.getFilename() });
    });
    this.#menu();
    // The window starts while the line is still being opened: its calls wait.
    const opening = openLine(dataFolder);
    this.#opening = opening;
    this.#leave = joinWindow(electron.ipcMain, opening, () => this.#window);
    this.#open();
    for (const change of ['display-removed', 'display-added', 'display-metrics-changed'] as const)
      electron.screen.on(change as 'display-removed', () => this.#bringBack());
    electron.powerMonitor.on('suspend', () => this.#line?.goesToSleep());
    electron.powerMonitor.on('resume', () => {
      this.#line?.wokeUp(0);
      // A station may wake with other displays than it went to sleep with.
      this.#bringBack();
    });
    electron.powerMonitor.on('shutdown', () => void this.quit());
    app.on('activate', () => this.focus());
    app.on('window-all-closed', () => void this.quit());
    app.on('before-quit', (event) => {
      if (this.#closing) return;
      event.preventDefault();
      void this.quit();
    });
    app.on('render-process-gone', (_event, _contents, details) => {
      process.stderr.write(`${this.#words.crashed} (${details.reason}, ${details.exitCode})\n`);
      if (details.reason !== 'clean-exit') this.#window?.webContents.reload();
    });
    app.on('child-process-gone', (_event, details) => {
      process.stderr.write(`A part of the window ended: ${details.type}, ${details.reason}.\n`);
    });
    try {
      const line = await opening;
      this.#line = line;
      line.onPush((push) => {
        if (push.event === 'state') this.#power();
      });
      this.#power();
    } catch {
      // The window says why, as the answer to its first call.
    }
  }

  /** Another start of the program: its window comes to the front instead. */
  focus(): void {
    const window = this.#window;
    if (window === undefined || window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** Ends the program: the run under way stops before its next stage at the latest, everything is given back. */
  async quit(code = 0): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#leave?.();
    this.#unblock();
    // A line that is just being opened is closed when it is there.
    const line = await this.#opening?.catch(() => undefined);
    await line?.close().catch((thrown: unknown) => {
      process.stderr.write(`${asSignetError(thrown).message}\n`);
    });
    this.#o.electron.app.exit(code);
  }

  /** A fault of our own: what runs is put down first, then it is said, then the program ends. */
  async fault(thrown: unknown): Promise<void> {
    const { message } = asSignetError(thrown);
    process.stderr.write(`${message}\n`);
    await this.#line?.close().catch(() => undefined);
    this.#line = undefined;
    this.#opening = undefined;
    this.#o.electron.dialog.showErrorBox('Signet', `${this.#words.fault}\n\n${message}`);
    await this.quit(1);
  }

  #open(): void {
    const { electron, preload } = this.#o;
    const { app } = electron;
    const stateFile = join(app.getPath('userData'), 'window.json');
    const state = readWindowState(stateFile);
    const place = placeWindow(
      state,
      electron.screen.getAllDisplays().map((display) => display.workArea),
    );
    const window = new electron.BrowserWindow({
      ...place,
      minWidth: 1024,
      minHeight: 640,
      show: false,
      title: 'Signet',
      backgroundColor: '#E4E8E7',
      webPreferences: {
        preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        spellcheck: false,
        devTools: !app.isPackaged,
      },
    });
    this.#window = window;
    if (state.maximized) window.maximize();
    window.once('ready-to-show', () => window.show());
    window.on('close', (event) => this.#guard(event, stateFile));
    void window.loadURL(`${pageOrigin}/`);
  }

  /** A window is not closed over a board that is being worked on without asking. */
  #guard(event: { preventDefault(): void }, stateFile: string): void {
    const window = this.#window;
    if (window === undefined) return;
    writeWindowState(stateFile, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
    if (this.#line?.busy !== true || this.#closing) return;
    event.preventDefault();
    const words = this.#words;
    void this.#o.electron.dialog
      .showMessageBox(window, {
        type: 'warning',
        title: 'Signet',
        message: words.busyTitle,
        detail: words.busyText,
        buttons: [words.wait, words.stay],
        defaultId: 0,
        cancelId: 1,
        noLink: true,
      })
      .then(async ({ response }) => {
        if (response !== 0) return;
        while (this.#line?.busy === true) await new Promise((resolve) => setTimeout(resolve, closePollMs));
        await this.quit();
      });
  }

  /** Its display was unplugged: the window comes to one that is there. With the last one gone it waits for the next. */
  #bringBack(): void {
    const window = this.#window;
    if (window === undefined || window.isDestroyed()) return;
    const displays = this.#o.electron.screen.getAllDisplays().map((display) => display.workArea);
    const [first] = displays;
    if (first === undefined || !isLost(window.getBounds(), displays)) return;
    window.setBounds(insideDisplay(window.getBounds(), first));
  }

  /** The display stays on while a board is worked on or others use the server. */
  #power(): void {
    const { powerSaveBlocker } = this.#o.electron;
    const wanted = this.#line?.busy === true || this.#line?.serving === true;
    if (wanted && this.#blocker === undefined) this.#blocker = powerSaveBlocker.start('prevent-display-sleep');
    if (!wanted) this.#unblock();
  }

  #unblock(): void {
    if (this.#blocker !== undefined) this.#o.electron.powerSaveBlocker.stop(this.#blocker);
    this.#blocker = undefined;
  }

  #menu(): void {
    const { Menu, app, shell } = this.#o.electron;
    const template = menuTemplate(this.#words, {
      developer: !app.isPackaged,
      mac: process.platform === 'darwin',
      openDataFolder: () => void shell.openPath(this.#o.dataFolder),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }
}

/** The window's own files (Chromium's profile) lie beside the data, apart from other data folders' windows. */
export function profileFolder(dataFolder: string): string {
  const profile = join(dataFolder, 'window');
  if (!existsSync(profile)) mkdirSync(profile, { recursive: true, mode: 0o700 });
  return profile;
}
