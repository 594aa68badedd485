import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultDataFolder } from '../line/line.ts';

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
  const { values } = parseArgs({
    options: {
      'data-folder': { type: 'string' },
      port: { type: 'string', default: '0' },
      'no-window': { type: 'boolean', default: false },
      shell: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  if (values.help) {
    print('npm start [-- --data-folder DIR] [--shell electron|browser] [--port N] [--no-window]');
    return 0;
  }
  const dataFolder = values['data-folder'] ?? process.env['SIGNET_DATA'] ?? defaultDataFolder(process.env);
  const electron = values.shell === 'browser' ? undefined : electronBinary(process.env, process.platform);
  if (electron !== undefined) {
    const { buildElectron } = await import('./electron/build.ts');
    await buildElectron(top, print);
    return runElectron(electron, dataFolder);
  }
  if (values.shell === 'electron') {
    print("Electron's binary is not here: set ELECTRON_OVERRIDE_DIST_PATH or run npx install-electron.");
    return 1;
  }
  if (values.shell === undefined)
    print("Electron's binary is not here: Signet opens in a window of an installed browser.");
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    print(`"${values.port}" is no port number.`);
    return 2;
  }
  const { runBrowserShell } = await import('./browser/run.ts');
  return runBrowserShell({ top, dataFolder, port, noWindow: values['no-window'], print });
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

if (import.meta.main) {
  main().then(
    (code) => {
      process.exitCode = code;
      // A timer of a library must not hold a process whose window was closed.
      setTimeout(() => process.exit(code), 1000).unref();
    },
    (thrown: unknown) => {
      process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
      process.exitCode = 1;
    },
  );
}
