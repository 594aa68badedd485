import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { extractAll, getRawHeader, listPackage } from '@electron/asar';
import packageJson from '../../package.json' with { type: 'json' };
import { packageElectron } from '../../packaging/electron.ts';
import { udevRules } from '../../src-main/hal/permissions.ts';
import { type Checks, output } from './checks.ts';
import { fusesOf, writeElectronStub } from './electron-stub.ts';

/** What electron-builder makes of this project, with a stand-in for Electron's own files. */
export async function checkElectronPackage(checks: Checks, scratch: string): Promise<void> {
  const stub = join(scratch, 'electron-dist');
  const out = join(scratch, 'installers');
  writeElectronStub(stub, packageJson.devDependencies.electron);
  let log = '';
  const built = await checks.that('electron-builder packs the desktop application', async () => {
    const code = await packageElectron(
      ['--linux', '--dir', `-c.electronDist=${stub}`, `-c.directories.output=${out}`, '--publish', 'never'],
      (text) => {
        log += text;
      },
    );
    assert.equal(code, 0, log.slice(-3000));
  });
  if (!built) return;
  const unpacked = join(out, 'linux-unpacked');
  const archive = join(unpacked, 'resources', 'app.asar');
  const beside = `${archive}.unpacked`;
  const inside = listPackage(archive, { isPack: false }).map((path) => path.replaceAll('\\', '/'));

  await checks.that('the archive holds main process, query thread, preload and screens', () => {
    for (const path of [
      '/package.json',
      '/dist/electron/main.js',
      '/dist/electron/query-worker.js',
      '/dist/electron/preload.cjs',
      '/dist/renderer/index.html',
    ])
      assert.ok(inside.includes(path), `${path} is missing`);
  });
  await checks.that('no source, no test, no source map, no development package is in it', () => {
    const wrong = inside.filter(
      (path) =>
        /\.(?:tsx?|map|gyp|gypi|mk|c|cc|cpp|h)$/.test(path) ||
        /^\/(?:src-|test|design|firmware|packaging)/.test(path) ||
        /^\/node_modules\/(?:electron|vite|typescript|react|zod|ws|node|playwright|node-addon-api)(?:\/|$)/.test(path),
    );
    assert.deepEqual(wrong, []);
  });
  await checks.that('natives of this platform lie outside the archive and load', () => checkNatives(inside, beside));
  await checks.that('nothing but natives lies outside the archive', () => {
    assert.deepEqual(
      files(beside).filter((path) => !path.endsWith('.node')),
      [],
    );
  });
  await checks.that('fuses are set as configured', () => {
    assert.deepEqual(fusesOf(readFileSync(join(unpacked, 'signet'))), {
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });
  await checks.that('every file of the archive has the hash its header states', () => checkIntegrity(archive, scratch));
  await checks.that('the archive stays below 16 MB, natives below 8 MB', () => {
    const natives = files(beside).reduce((sum, path) => sum + statSync(join(beside, path)).size, 0);
    assert.ok(statSync(archive).size < 16_000_000, `${statSync(archive).size} bytes of archive`);
    assert.ok(natives < 8_000_000, `${natives} bytes of natives`);
  });
  await checks.that('the preload is one CommonJS file that requires Electron alone', () => checkPreload(scratch));
  await checks.that('the screens of the archive load nothing from elsewhere', () => {
    const page = readFileSync(join(scratch, 'extracted', 'dist', 'renderer', 'index.html'), 'utf8');
    assert.doesNotMatch(page, /(?:src|href)="(?:https?:)?\/\//);
    assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)[^>]*>/);
  });
  await checks.that('the udev rule comes along', () => {
    assert.equal(readFileSync(join(unpacked, 'resources', '60-signet.rules'), 'utf8'), udevRules());
  });
  await checks.that('the packed main process loads with its natives, a stand-in being Electron', () =>
    checkMain(scratch, beside),
  );
}

/** The prebuilt files of this machine, and no other's. */
function checkNatives(inside: readonly string[], beside: string): void {
  const natives = files(beside).filter((path) => path.endsWith('.node'));
  const names = natives.join('\n');
  for (const wanted of [/@serialport\+bindings-cpp\.glibc\.node/, /HID_hidraw-linux-x64/, /usb\.linux-x64-gnu\.node/])
    assert.match(names, wanted);
  // An optional package: where it could not be compiled there is nothing to pack.
  if (existsSync(join(import.meta.dirname, '../../node_modules/pkcs11js/build/Release/pkcs11.node')))
    assert.match(names, /pkcs11js\/build\/Release\/pkcs11\.node/);
  for (const native of natives) {
    assert.ok(inside.includes(`/${native}`), `${native} is not in the archive's list`);
    assert.doesNotMatch(native, /win32|darwin|arm|musl|ia32/);
    output(process.execPath, ['-e', `process.dlopen({ exports: {} }, ${JSON.stringify(join(beside, native))})`]);
  }
}

/** The archive's own header against its content: what the integrity fuse makes Electron compare. */
function checkIntegrity(archive: string, scratch: string): void {
  const extracted = join(scratch, 'extracted');
  extractAll(archive, extracted);
  let compared = 0;
  const visit = (entry: unknown, path: string): void => {
    if (typeof entry !== 'object' || entry === null) return;
    if ('files' in entry && typeof entry.files === 'object' && entry.files !== null) {
      for (const [name, child] of Object.entries(entry.files)) visit(child, join(path, name));
      return;
    }
    if (!('integrity' in entry) || typeof entry.integrity !== 'object' || entry.integrity === null) return;
    assert.ok('hash' in entry.integrity && 'algorithm' in entry.integrity);
    assert.equal(entry.integrity.algorithm, 'SHA256');
    assert.equal(
      entry.integrity.hash,
      createHash('sha256')
        .update(readFileSync(join(extracted, path)))
        .digest('hex'),
      path,
    );
    compared += 1;
  };
  visit(getRawHeader(archive).header, '');
  assert.ok(compared > 20, `only ${compared} files had a hash`);
}

function checkPreload(scratch: string): void {
  const preload = readFileSync(join(scratch, 'extracted', 'dist', 'electron', 'preload.cjs'), 'utf8');
  const required = [...preload.matchAll(/\brequire\(\s*["'`]([^"'`]+)["'`]\s*\)/g)].map((match) => match[1]);
  assert.deepEqual([...new Set(required)], ['electron']);
  assert.doesNotMatch(preload, /^\s*(?:import|export)\s/m);
  assert.doesNotMatch(preload, /\bimport\(/);
}

/**
 * Runs the packed main.js under Node with a module named `electron` that says a first instance runs already: every import of the
 * bundle, natives included, has to be there. It does not show that Electron shows a window.
 */
function checkMain(scratch: string, beside: string): void {
  const extracted = join(scratch, 'extracted');
  cpSync(beside, extracted, { recursive: true });
  const standIn = join(extracted, 'node_modules', 'electron');
  mkdirSync(standIn, { recursive: true });
  writeFileSync(join(standIn, 'package.json'), JSON.stringify({ name: 'electron', main: 'index.cjs' }));
  writeFileSync(
    join(standIn, 'index.cjs'),
    `const app = { enableSandbox() {}, on() {}, setPath() {}, requestSingleInstanceLock: () => false, quit: () => console.log('second instance') };
exports.app = app; exports.crashReporter = { start() {} }; exports.protocol = { registerSchemesAsPrivileged() {} };
exports.BrowserWindow = class {}; exports.dialog = {}; exports.ipcMain = {}; exports.Menu = {}; exports.powerMonitor = {}; exports.powerSaveBlocker = {};
exports.screen = {}; exports.session = {}; exports.shell = {}; exports.net = {};
`,
  );
  const said = output(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    join(extracted, 'dist', 'electron', 'main.js'),
    `--data-folder=${join(scratch, 'electron-data')}`,
  ]);
  assert.match(said, /second instance/);
  const require = createRequire(join(extracted, 'dist', 'electron', 'main.js'));
  for (const name of Object.keys(packageJson.dependencies)) {
    const where = relative(extracted, require.resolve(name));
    assert.ok(!where.startsWith('..'), `${name} would come from ${where}`);
    output(process.execPath, ['-e', `require(${JSON.stringify(require.resolve(name))})`]);
  }
}

function files(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(folder, join(below, entry.name)) : [join(below, entry.name)],
  );
}
