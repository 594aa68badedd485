import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import packageJson from '../package.json' with { type: 'json' };
import { udevRules } from '../src-main/hal/permissions.ts';
import { copyProductionPackages } from './production-packages.ts';

/**
 * Builds the Debian package of the edition without Electron: command line, server unit and browser shell, with its own Node. Needs
 * dpkg-deb and nothing from the network: `node packaging/deb.ts [FOLDER]`.
 */
const top = fileURLToPath(new URL('..', import.meta.url));
const here = join(top, 'packaging', 'deb');

/** Debian's word for this machine. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Builds it into `folder`; gives the package's path. */
export async function buildDeb(folder: string): Promise<string> {
  const architecture = architectures[process.arch];
  if (process.platform !== 'linux' || architecture === undefined)
    throw new Error(`A Debian package is built on Linux on x64 or arm64, not on ${process.platform} ${process.arch}.`);
  await build({ configFile: join(top, 'packaging', 'vite.headless.config.ts'), logLevel: 'warn' });
  await build({ configFile: join(top, 'src-renderer', 'vite.config.ts'), logLevel: 'warn' });
  const root = join(folder, 'root');
  rmSync(root, { recursive: true, force: true });
  const program = join(root, 'usr/lib/signet');
  mkdirSync(program, { recursive: true });
  cpSync(join(top, 'dist/headless'), program, { recursive: true });
  cpSync(join(top, 'dist/renderer'), join(program, 'dist/renderer'), { recursive: true });
  writeFileSync(
    join(program, 'package.json'),
    `${JSON.stringify({ name: 'signet', version: packageJson.version, type: 'module', private: true }, undefined, 2)}\n`,
  );
  copyProductionPackages(top, program, { os: process.platform, arch: process.arch });
  put(root, 'usr/lib/signet/bin/node', readFileSync(join(top, 'node_modules/node/bin/node')), 0o755);
  put(root, 'usr/bin/signet', launcher('signet.js'), 0o755);
  put(root, 'usr/bin/signet-desktop', launcher('desktop.js'), 0o755);
  put(root, 'usr/lib/systemd/system/signet.service', file('signet.service'));
  put(root, 'usr/lib/udev/rules.d/60-signet.rules', udevRules());
  put(root, 'usr/share/applications/signet.desktop', file('signet.desktop'));
  put(root, 'usr/share/icons/hicolor/512x512/apps/signet.png', readFileSync(join(top, 'packaging/icon.png')));
  put(root, 'usr/share/doc/signet/copyright', readFileSync(join(top, 'LICENSE')));
  put(root, 'usr/share/doc/signet/README.md', readFileSync(join(top, 'README.md')));
  for (const script of ['postinst', 'prerm', 'postrm']) put(root, `DEBIAN/${script}`, file(script), 0o755);
  put(root, 'DEBIAN/control', control(architecture, root));
  const target = join(folder, `signet_${packageJson.version}_${architecture}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '-z1', '--build', root, target], { stdio: 'pipe' });
  return target;
}

function file(name: string): string {
  return readFileSync(join(here, name), 'utf8');
}

function put(root: string, path: string, content: string | Buffer, mode = 0o644): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
  chmodSync(target, mode);
}

function launcher(script: string): string {
  return `#!/bin/sh\nexec /usr/lib/signet/bin/node --disable-warning=ExperimentalWarning /usr/lib/signet/${script} "$@"\n`;
}

function control(architecture: string, root: string): string {
  return `${[
    'Package: signet',
    `Version: ${packageJson.version}`,
    `Architecture: ${architecture}`,
    'Maintainer: The Signet project <signet@localhost>',
    `Installed-Size: ${Math.ceil(sizeOf(root) / 1024)}`,
    'Depends: libc6 (>= 2.28), libstdc++6, libusb-1.0-0, libudev1, udev, adduser',
    'Recommends: chromium | google-chrome-stable | microsoft-edge-stable',
    'Section: electronics',
    'Priority: optional',
    `Description: ${packageJson.description}`,
    ' Command line, provisioning server (signet.service) and the screens in a window',
    ' of an installed browser. Data lie in /var/lib/signet for the server and in the',
    " user's own folder for the screens.",
  ].join('\n')}\n`;
}

function sizeOf(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

if (import.meta.main) {
  const built = await buildDeb(process.argv[2] ?? join(top, 'dist', 'installers'));
  process.stdout.write(`${built}\n`);
}
