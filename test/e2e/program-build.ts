import { fileURLToPath } from 'node:url';
import { buildScreens, screensStale } from '../../src-main/shells/browser/screens-build.ts';

/** Screens that are stale are built here, so that programs started at once do not each build them. */
export default async function buildOnce(): Promise<void> {
  const top = fileURLToPath(new URL('../..', import.meta.url));
  if (screensStale(top)) await buildScreens(top);
}
