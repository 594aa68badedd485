import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FIRMWARE = fileURLToPath(new URL('../../firmware', import.meta.url));

/** Programs that these tests cannot do without, and the Debian packages that have them. */
const PACKAGES: Readonly<Record<string, string>> = {
  make: 'make',
  gcc: 'gcc',
  flock: 'util-linux',
  'arm-none-eabi-gcc': 'gcc-arm-none-eabi',
  'qemu-system-arm': 'qemu-system-arm',
};

/** Throws when a program is not installed: what cannot be tested must not look tested. */
export function need(...programs: readonly string[]): void {
  for (const program of programs) {
    const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
    if (!found) {
      throw new Error(`${program} is not installed; install the Debian package ${PACKAGES[program] ?? program}`);
    }
  }
}

/** Runs make in firmware/, one at a time however many test files ask, and gives what it printed. Throws with it when it fails. */
export function make(...targets: readonly string[]): string {
  need('make', 'gcc', 'flock');
  mkdirSync(`${FIRMWARE}/build`, { recursive: true });
  try {
    return execFileSync('flock', [`${FIRMWARE}/build/.lock`, 'make', '-s', '-C', FIRMWARE, ...targets], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`make ${targets.join(' ')} failed\n${stdout}\n${stderr}`);
  }
}

/** The kit host as a Linux program, built. */
export function hostProgram(): string {
  make('host');
  return `${FIRMWARE}/build/kit-host`;
}

/** The image for the emulated micro:bit, built. */
export function microbitImage(): string {
  need('arm-none-eabi-gcc', 'qemu-system-arm');
  make('microbit');
  return `${FIRMWARE}/build/microbit/kit-host.elf`;
}
