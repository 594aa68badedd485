import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Sources that the screens are made of, below the project's folder. */
const sources = ['src-renderer', 'src-shared', 'package-lock.json'];

/** Whether the built screens are missing or older than their sources. Without sources (an installed program) they are as they are. */
export function screensStale(top: string): boolean {
  const built = join(top, 'dist', 'renderer', 'index.html');
  if (!existsSync(join(top, 'src-renderer', 'vite.config.ts'))) return false;
  if (!existsSync(built)) return true;
  const builtAt = statSync(built).mtimeMs;
  return sources.some((source) => newest(join(top, source)) > builtAt);
}

function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(
    found.mtimeMs,
    ...readdirSync(path, { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? newest(join(path, entry.name)) : statSync(join(path, entry.name)).mtimeMs,
    ),
  );
}

/** Builds the screens with Vite into dist/renderer. */
export async function buildScreens(top: string): Promise<void> {
  const { build } = await import('vite');
  await build({ configFile: join(top, 'src-renderer', 'vite.config.ts'), logLevel: 'warn' });
}
