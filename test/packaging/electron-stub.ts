import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A folder laid out like Electron's distribution, without its program: enough for electron-builder to pack the application, flip the
 * fuses and copy the rest. Nothing in it can be started.
 */

/** What Electron's fuses are found by ("stack.md" 4 and 5). */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

/** Order of the fuses on the wire, version 1. */
const fuseNames = [
  'runAsNode',
  'enableCookieEncryption',
  'enableNodeOptionsEnvironmentVariable',
  'enableNodeCliInspectArguments',
  'enableEmbeddedAsarIntegrityValidation',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
] as const;

/** How Electron ships: everything on or off as downloaded. */
const shipped = '10110001';

export function writeElectronStub(folder: string, version: string): void {
  mkdirSync(join(folder, 'resources'), { recursive: true });
  mkdirSync(join(folder, 'locales'), { recursive: true });
  const wire = Buffer.concat([Buffer.from(sentinel), Buffer.from([1, fuseNames.length]), Buffer.from(shipped)]);
  const filler = Buffer.alloc(4096, 0x20);
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from('stand-in\n'), filler, wire, filler]));
  chmodSync(join(folder, 'electron'), 0o755);
  writeFileSync(join(folder, 'version'), version);
  writeFileSync(join(folder, 'chrome-sandbox'), 'stand-in\n');
  writeFileSync(join(folder, 'LICENSE'), 'stand-in\n');
  writeFileSync(join(folder, 'locales', 'en-GB.pak'), 'stand-in\n');
  writeFileSync(join(folder, 'locales', 'de.pak'), 'stand-in\n');
}

/** State of each fuse in a program, read from its wire. Throws where the sentinel is missing. */
export function fusesOf(program: Buffer): Readonly<Record<string, boolean>> {
  const at = program.indexOf(sentinel);
  if (at < 0) throw new Error('The program has no fuse wire.');
  const wire = program.subarray(at + sentinel.length + 2, at + sentinel.length + 2 + fuseNames.length);
  return Object.fromEntries(fuseNames.map((name, index) => [name, wire[index] === 0x31]));
}
