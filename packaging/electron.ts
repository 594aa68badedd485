import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { udevRules } from '../src-main/hal/permissions.ts';
import { buildElectron } from '../src-main/shells/electron/build.ts';

/**
 * Builds the Electron edition and hands it to electron-builder: `node packaging/electron.ts --linux --dir`, or any of its own arguments.
 * Each platform's installer is built on that platform: the native packages are per platform.
 */
const top = fileURLToPath(new URL('..', import.meta.url));

/** Exit code of electron-builder; its output goes to `print` line by line where given, else to the terminal. */
export async function packageElectron(args: readonly string[], print?: (text: string) => void): Promise<number> {
  await buildElectron(top, (line) => print?.(`${line}\n`) ?? process.stdout.write(`${line}\n`));
  mkdirSync(join(top, 'dist', 'udev'), { recursive: true });
  writeFileSync(join(top, 'dist', 'udev', '60-signet.rules'), udevRules());
  const child = spawn(process.execPath, [join(top, 'node_modules', 'electron-builder', 'cli.js'), ...args], {
    cwd: top,
    stdio: ['ignore', print === undefined ? 'inherit' : 'pipe', print === undefined ? 'inherit' : 'pipe'],
  });
  if (print !== undefined) {
    child.stdout?.on('data', (chunk: Buffer) => print(chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => print(chunk.toString()));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

if (import.meta.main) process.exitCode = await packageElectron(process.argv.slice(2));
