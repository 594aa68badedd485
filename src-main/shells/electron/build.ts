import { join } from 'node:path';
import { buildScreens, screensStale } from '../browser/screens-build.ts';

/** Builds main process, preload and, where they are stale, the screens. */
export async function buildElectron(top: string, print: (line: string) => void): Promise<void> {
  print('Building the desktop application …');
  const { build } = await import('vite');
  const folder = join(top, 'src-main', 'shells', 'electron');
  await build({ configFile: join(folder, 'vite.main.config.ts'), logLevel: 'warn' });
  await build({ configFile: join(folder, 'vite.preload.config.ts'), logLevel: 'warn' });
  if (screensStale(top)) await buildScreens(top);
}
