import { fileURLToPath } from 'node:url';
import {
  app,
  BrowserWindow,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  powerMonitor,
  powerSaveBlocker,
  screen,
  session,
  shell,
} from 'electron';
import { defaultDataFolder, Line } from '../../line/line.ts';
import { defaultClaimsFolder } from '../../line/signer-claims.ts';
import { confineContents, registerScheme, serveScreens } from './security.ts';
import { ElectronShell, profileFolder } from './shell.ts';

// Everything up to `whenReady` has to come before Electron is ready: no waiting above it.
crashReporter.start({ uploadToServer: false });
app.enableSandbox();
registerScheme();
confineContents(app);

const given = process.argv.find((argument) => argument.startsWith('--data-folder='));
const dataFolder = given?.slice('--data-folder='.length) ?? defaultDataFolder(process.env);
try {
  app.setPath('userData', profileFolder(dataFolder));
} catch {
  // A folder that cannot be written has its own sentence on the screen.
}

if (!app.requestSingleInstanceLock()) {
  app.quit();
} else {
  const electronShell = new ElectronShell({
    electron: { app, BrowserWindow, dialog, ipcMain, Menu, powerMonitor, powerSaveBlocker, screen, session, shell },
    openLine: (folder) => Line.open({ folder, claimsFolder: defaultClaimsFolder() }),
    dataFolder,
    preload: fileURLToPath(new URL('./preload.cjs', import.meta.url)),
  });
  app.on('second-instance', () => electronShell.focus());
  process.on('uncaughtException', (error) => void electronShell.fault(error));
  process.on('unhandledRejection', (reason) => void electronShell.fault(reason));
  app
    .whenReady()
    .then(() => {
      serveScreens(fileURLToPath(new URL('../renderer', import.meta.url)));
      return electronShell.start();
    })
    .catch((thrown: unknown) => electronShell.fault(thrown));
}
