import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What an installed program needs of node_modules: the native packages and what they need themselves. */

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().optional(), devOptional: z.boolean().optional(), link: z.boolean().optional() }),
  ),
});

/** Folders below the project, as the lock file names them, that are installed and not for development only. */
function productionPackages(top: string): readonly string[] {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(top, 'package-lock.json'), 'utf8')));
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && entry.dev !== true && entry.devOptional !== true && entry.link !== true)
    .map(([path]) => path)
    .filter((path) => !path.startsWith('node_modules/@types/') && existsSync(join(top, path, 'package.json')));
}

/** Declarations, build recipes and tests: nothing that runs. */
const surplus =
  /(?:^|\/)(?:tests?|examples?|docs|\.github|\.deps|obj\.target)(?:\/|$)|(?:\.(?:cc|cpp|c|h|d|ts|md|map|gypi?|mk|tgz)|\/\.releaserc|Makefile)$/;

/** Sources the native packages were made of; elsewhere a folder `src` may be what runs. */
const nativeSources = /^(?:src|hidapi|includes)(?:\/|$)/;

/** Needed to compile a package, never to run it. */
const buildOnly = /(?:^|\/)node_modules\/node-addon-api$/;

/** Copies them below `target`, natives of this platform only. */
export function copyProductionPackages(
  top: string,
  target: string,
  platform: { readonly os: string; readonly arch: string },
): void {
  const here = `${platform.os}-${platform.arch}`;
  const wantedPrebuilds = new Set([here, `HID-${here}`, `HID_hidraw-${here}`, `${platform.os}-x64+arm64`]);
  for (const path of productionPackages(top)) {
    if (buildOnly.test(path)) continue;
    const native = existsSync(join(top, path, 'binding.gyp'));
    cpSync(join(top, path), join(target, path), {
      recursive: true,
      filter: (source) => {
        const inside = source.slice(join(top, path).length + 1);
        const prebuild = /^prebuilds\/([^/]+)/.exec(inside)?.[1];
        if (prebuild !== undefined && !wantedPrebuilds.has(prebuild)) return false;
        if (native && nativeSources.test(inside)) return false;
        return !surplus.test(inside) && !/^node_modules(\/|$)/.test(inside) && !/\.musl\.node$/.test(inside);
      },
    });
  }
  // The stick of bindings is loaded from its prebuild; what a build on this machine left is for this machine alone.
  rmSync(join(target, 'node_modules/@serialport/bindings-cpp/build'), { recursive: true, force: true });
}
