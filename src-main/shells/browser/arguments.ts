import { parseArgs } from 'node:util';
import { SignetError } from '../../../src-shared/base/error.ts';
import { defaultDataFolder } from '../../line/data-folder.ts';

/** What the starting programs of both shells may be told. */
export interface StartArguments {
  readonly dataFolder: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly noWindow: boolean;
  readonly shell: 'electron' | 'browser' | undefined;
  readonly help: boolean;
}

export const startUsage =
  '[--data-folder DIR] [--shell electron|browser] [--port N] [--no-window]\nThe data folder may also stand in SIGNET_DATA, a browser of your choice in SIGNET_BROWSER.';

/** Reads them. Throws OPTION_INVALID with one sentence. */
export function startArguments(args: readonly string[], environment: NodeJS.ProcessEnv): StartArguments {
  let values: { 'data-folder'?: string; port?: string; 'no-window'?: boolean; shell?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        'data-folder': { type: 'string' },
        port: { type: 'string' },
        'no-window': { type: 'boolean' },
        shell: { type: 'string' },
        help: { type: 'boolean' },
      },
    }));
  } catch (thrown) {
    throw new SignetError('OPTION_INVALID', thrown instanceof Error ? thrown.message : String(thrown), {}, thrown);
  }
  const { shell } = values;
  if (shell !== undefined && shell !== 'electron' && shell !== 'browser')
    throw new SignetError('OPTION_INVALID', `"${shell}" is no shell: electron or browser.`);
  const port = /^\d{1,5}$/.test(values.port ?? '0') ? Number(values.port ?? '0') : Number.NaN;
  if (!(port <= 65_535)) throw new SignetError('OPTION_INVALID', `"${values.port ?? ''}" is no port number.`);
  return {
    dataFolder: values['data-folder'] ?? environment['SIGNET_DATA'] ?? defaultDataFolder(environment),
    port,
    noWindow: values['no-window'] === true,
    shell,
    help: values.help === true,
  };
}

/** Runs a starting program to its exit code; one sentence on standard error for whatever goes wrong. */
export function exitWith(main: Promise<number>): void {
  main.then(
    (code) => {
      process.exitCode = code;
      // A timer of a library must not hold a process whose window was closed.
      setTimeout(() => process.exit(code), 1000).unref();
    },
    (thrown: unknown) => {
      process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
      process.exitCode = thrown instanceof SignetError && thrown.code === 'OPTION_INVALID' ? 2 : 1;
    },
  );
}
