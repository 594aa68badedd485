/** Every optional platform package that the lock file names must be in the lock file, or `npm ci` fails elsewhere. Also: no download addresses. */
import { readFileSync } from 'node:fs';

interface LockEntry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

const lock: unknown = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
if (
  typeof lock !== 'object' ||
  lock === null ||
  !('packages' in lock) ||
  typeof lock.packages !== 'object' ||
  lock.packages === null
) {
  throw new Error('package-lock.json has no packages');
}
const packages = new Map<string, LockEntry>(Object.entries(lock.packages));
const complaints: string[] = [];
for (const [path, entry] of packages) {
  if (entry.resolved !== undefined) complaints.push(`${path}: carries a download address`);
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    const nested = packages.has(`${path}/node_modules/${name}`);
    if (!nested && !packages.has(`node_modules/${name}`))
      complaints.push(`${path}: optional ${name} is not in the lock file`);
  }
}
for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
process.stdout.write(`lock file: ${packages.size} entries, ${complaints.length} complaints\n`);
process.exitCode = complaints.length === 0 ? 0 : 1;
