import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A browser that can open a page as a window of its own. */
export interface FoundBrowser {
  readonly path: string;
  readonly name: string;
}

interface Candidate {
  readonly name: string;
  /** Looked for along PATH. */
  readonly commands: readonly string[];
  /** Looked for where installers put it. */
  readonly paths: readonly string[];
}

function candidates(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): readonly Candidate[] {
  if (platform === 'win32') {
    const roots = [environment['ProgramFiles'], environment['ProgramFiles(x86)'], environment['LOCALAPPDATA']].filter(
      (root) => root !== undefined,
    );
    const below = (path: string): string[] => roots.map((root) => join(root, path));
    return [
      { name: 'Google Chrome', commands: [], paths: below('Google\\Chrome\\Application\\chrome.exe') },
      { name: 'Microsoft Edge', commands: [], paths: below('Microsoft\\Edge\\Application\\msedge.exe') },
      { name: 'Chromium', commands: [], paths: below('Chromium\\Application\\chrome.exe') },
    ];
  }
  if (platform === 'darwin') {
    const app = (name: string): string[] => [`/Applications/${name}.app/Contents/MacOS/${name}`];
    return ['Google Chrome', 'Microsoft Edge', 'Chromium'].map((name) => ({ name, commands: [], paths: app(name) }));
  }
  return [
    { name: 'Chromium', commands: ['chromium', 'chromium-browser'], paths: [] },
    { name: 'Google Chrome', commands: ['google-chrome-stable', 'google-chrome'], paths: [] },
    { name: 'Microsoft Edge', commands: ['microsoft-edge-stable', 'microsoft-edge'], paths: [] },
  ];
}

/** The first installed browser of the Chromium family; `SIGNET_BROWSER` names one by hand. Undefined when there is none. */
export function findBrowser(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): FoundBrowser | undefined {
  const named = environment['SIGNET_BROWSER'];
  if (named !== undefined && named !== '') return runs(named) ? { path: named, name: named } : undefined;
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const { name, commands, paths } of candidates(platform, environment)) {
    const found = [...commands.flatMap((command) => folders.map((folder) => join(folder, command))), ...paths].find(
      runs,
    );
    if (found !== undefined) return { path: found, name };
  }
  return undefined;
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Arguments that open an address as a window without tabs, in a profile of its own, so that its end is the window's end. */
export function browserArguments(address: string, profile: string, options: { readonly asRoot: boolean }): string[] {
  return [
    `--app=${address}`,
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-sync',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-features=Translate,MediaRouter',
    '--window-size=1440,900',
    // Chromium refuses to run as root with its sandbox; a line's computer runs it as an ordinary user.
    ...(options.asRoot ? ['--no-sandbox'] : []),
  ];
}
