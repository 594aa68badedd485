import { fileURLToPath } from 'node:url';
import { exitWith, startArguments, startUsage } from './arguments.ts';
import { runBrowserShell } from './run.ts';

/** The installed program's window: the browser shell with the screens that lie beside it. */
const top = fileURLToPath(new URL('.', import.meta.url));

async function main(): Promise<number> {
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const { dataFolder, port, noWindow, help } = startArguments(process.argv.slice(2), process.env);
  if (help) {
    print(`signet-desktop ${startUsage}`);
    return 0;
  }
  return runBrowserShell({ top, dataFolder, port, noWindow, print });
}

exitWith(main());
