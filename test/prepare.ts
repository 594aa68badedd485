import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * System parts that the suites need, with the Debian package that brings each. On Debian as root they are installed;
 * elsewhere the missing ones are named, and the suites that need them fail with the same words.
 */
interface Part {
  readonly package: string;
  /** A file that is there when the package is; in its last part a star stands for anything. */
  readonly file: string;
}

const parts: readonly Part[] = [
  { package: 'gcc', file: '/usr/bin/gcc' },
  { package: 'make', file: '/usr/bin/make' },
  { package: 'openssl', file: '/usr/bin/openssl' },
  { package: 'chromium', file: '/usr/bin/chromium' },
  { package: 'gcc-arm-none-eabi', file: '/usr/bin/arm-none-eabi-gcc' },
  { package: 'qemu-system-arm', file: '/usr/bin/qemu-system-arm' },
  { package: 'socat', file: '/usr/bin/socat' },
  { package: 'cppcheck', file: '/usr/bin/cppcheck' },
  { package: 'clang', file: '/usr/bin/clang' },
  { package: 'clang-tidy', file: '/usr/bin/clang-tidy' },
  { package: 'libclang-rt-dev', file: '/usr/share/doc/libclang-rt-dev' },
  { package: 'softhsm2', file: '/usr/bin/softhsm2-util' },
  { package: 'python3-venv', file: '/usr/share/doc/python3-venv' },
  // The USB bench: a guest with Debian's own kernel.
  { package: 'qemu-system-x86', file: '/usr/bin/qemu-system-x86_64' },
  { package: 'linux-image-amd64', file: '/boot/vmlinuz-*-amd64' },
  { package: 'busybox-static', file: '/bin/busybox' },
  { package: 'cpio', file: '/usr/bin/cpio' },
  { package: 'kmod', file: '/sbin/modprobe' },
  { package: 'udev', file: '/lib/systemd/systemd-udevd' },
  { package: 'libusb-1.0-0', file: '/usr/share/doc/libusb-1.0-0' },
];

function isThere({ file }: Part): boolean {
  const [before = '', after] = file.split('*');
  if (after === undefined) return existsSync(file);
  const folder = dirname(before);
  const start = basename(before);
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(start) && name.endsWith(after));
}

function missingPackages(): string[] {
  return parts.filter((part) => !isThere(part)).map((part) => part.package);
}

/** Installs what is missing where that is possible; gives what is still missing. */
export function prepareSystem(): string[] {
  const missing = missingPackages();
  if (missing.length === 0) return [];
  const root = process.getuid?.() === 0;
  if (!root || !existsSync('/usr/bin/apt-get')) {
    process.stdout.write(
      `Missing system parts (Debian: apt-get install ${missing.join(' ')}). The suites that need them will fail.\n`,
    );
    return missing;
  }
  process.stdout.write(`Installing ${missing.join(' ')} …\n`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env: environment });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environment,
  });
  return missingPackages();
}
