import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks } from './checks.ts';
import { checkDebianPackage } from './debian.ts';
import { checkElectronPackage } from './electron.ts';

/** What is packed, as far as it can be tried without Electron's binary: last line `N passed, N failed`. */
const scratch = mkdtempSync(join(tmpdir(), 'signet-packaging-'));
const checks = new Checks();
try {
  const only = process.argv[2];
  if (only === undefined || only === 'electron') await checkElectronPackage(checks, scratch);
  if (only === undefined || only === 'debian') await checkDebianPackage(checks, scratch);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = checks.end();
