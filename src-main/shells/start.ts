import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitWith, startArguments, startUsage } from './browser/arguments.ts';

/**
 * `npm start`: opens Signet under Electron where its binary is there, otherwise, with one line that says so, in the browser shell. Same
 * core, same screens, same contract.
 */
const top = fileURLToPath(new URL('../..', import.meta.url));

/** Electron's executable, when it was downloaded or given; undefined otherwise. Nothing is fetched. */
export function electronBinary(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const inside =
    platform === 'win32'
      ? 'electron.exe'
      : platform === 'darwin'
        ? join('Electron.app', 'Contents', 'MacOS', 'Electron')
        : 'electron';
  const given = environment['ELECTRON_OVERRIDE_DIST_PATH'];
  const folders = given !== undefined && given !== '' ? [given] : packageFolder();
  return folders.map((folder) => join(folder, inside)).find((path) => existsSync(path));
}

function packageFolder(): string[] {
  try {
    const require = createRequire(import.meta.url);
    return [join(dirname(require.resolve('electron/package.json')), 'dist')];
  } catch {
    return [];
  }
}

async function main(): Promise<number> {
  // Taking the types off the sources and compiling them is most of a start: it is done once and kept with the packages.
  if (existsSync(join(top, 'node_modules'))) enableCompileCache(join(top, 'node_modules', '.cache', 'signet-code'));
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const { dataFolder, port, noWindow, shell, help } = startArguments(process.argv.slice(2), process.env);
  if (help) {
    print(`npm start -- ${startUsage}`);
    return 0;
  }
  const electron = shell === 'browser' ? undefined : electronBinary(process.env, process.platform);
  if (electron !== undefined) {
    const { buildElectron } = await import('./electron/build.ts');
    await buildElectron(top, print);
    return runElectron(electron, dataFolder);
  }
  if (shell === 'electron') {
    print("Electron's binary is not here: set ELECTRON_OVERRIDE_DIST_PATH or run npx install-electron.");
    return 1;
  }
  if (shell === undefined) print("Electron's binary is not here: Signet opens in a window of an installed browser.");
  const { runBrowserShell } = await import('./browser/run.ts');
  return runBrowserShell({ top, dataFolder, port, noWindow, print });
}

function runElectron(binary: string, dataFolder: string): Promise<number> {
  const child = spawn(binary, [top, `--data-folder=${dataFolder}`], { stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`Electron cannot be started: ${error.message}\n`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

if (import.meta.main) exitWith(main());
