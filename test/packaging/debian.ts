import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import packageJson from '../../package.json' with { type: 'json' };
import { buildDeb } from '../../packaging/deb.ts';
import { udevRules } from '../../src-main/hal/permissions.ts';
import { decodeMessage, encodeMessage } from '../../src-shared/wire/codec.ts';
import { FrameDecoder } from '../../src-shared/wire/frame.ts';
import { type Checks, output } from './checks.ts';

/** The Debian package of the edition without Electron: built, installed, used as its unit would, removed. */

/** Packages the package depends on and the checks need, with a file that is there when they are. */
const needed: Readonly<Record<string, string>> = {
  adduser: '/usr/sbin/adduser',
  udev: '/bin/udevadm',
  systemd: '/usr/bin/systemd-analyze',
  'util-linux': '/sbin/runuser',
};

const unit = '/usr/lib/systemd/system/signet.service';
const data = '/var/lib/signet';

export async function checkDebianPackage(checks: Checks, scratch: string): Promise<void> {
  let deb = '';
  const built = await checks.that('the Debian package is built', async () => {
    deb = await buildDeb(join(scratch, 'deb'));
  });
  if (!built) return;
  const contents = output('dpkg-deb', ['--contents', deb]);
  await checks.that('it holds programs, unit, udev rule and screens, everything owned by root', () => {
    for (const path of [
      './usr/bin/signet',
      './usr/bin/signet-desktop',
      './usr/lib/signet/bin/node',
      './usr/lib/signet/query-worker.js',
      './usr/lib/signet/dist/renderer/index.html',
      `.${unit}`,
      './usr/lib/udev/rules.d/60-signet.rules',
      './usr/share/applications/signet.desktop',
    ])
      assert.match(contents, new RegExp(`root/root .* ${path.replaceAll('.', '\\.')}$`, 'm'));
    assert.doesNotMatch(contents, /\.(?:ts|map|gypi?|cc?|cpp|h)$/m);
    const foreign = process.arch === 'x64' ? 'arm' : 'x64';
    assert.doesNotMatch(contents, new RegExp(`prebuilds/.*(?:win32|darwin|android|musl|ia32|${foreign})`));
  });
  await checks.that('its size is below 60 MB, three quarters of that being Node', () => {
    assert.ok(statSync(deb).size < 60_000_000, `${statSync(deb).size} bytes`);
  });
  await checks.that('no path of the machine that built it is in its programs', () => {
    const top = join(import.meta.dirname, '..', '..');
    const found = spawnSync('grep', ['-rlF', '--exclude-dir=bin', top, join(scratch, 'deb', 'root')], {
      encoding: 'utf8',
    });
    // A native module that was compiled here names its sources for the debugger.
    const texts = found.stdout.split('\n').filter((path) => path !== '' && !path.endsWith('.node'));
    assert.deepEqual(texts, []);
  });
  if (process.getuid?.() !== 0) {
    process.stdout.write('  (not root: the package was not installed)\n');
    return;
  }
  if (existsSync('/usr/lib/signet')) {
    await checks.that('Signet is not installed on this machine yet', () =>
      assert.fail('it is: remove it before the package is tried'),
    );
    return;
  }
  await checkInstalled(checks, deb, scratch);
}

async function checkInstalled(checks: Checks, deb: string, scratch: string): Promise<void> {
  const hadData = existsSync(data);
  const hadUser = spawnSync('getent', ['passwd', 'signet']).status === 0;
  installNeeded();
  try {
    const installed = await checks.that('it installs', () => output('dpkg', ['-i', deb], nonInteractive()));
    if (!installed) return;
    await checks.that('the server has a user of its own and a folder nobody else reads', () => {
      assert.match(output('getent', ['passwd', 'signet']), /:\/var\/lib\/signet:.*(?:nologin|false)$/m);
      assert.equal(statSync(data).mode & 0o777, 0o750);
    });
    await checks.that('systemd finds nothing wrong with the unit', () => {
      output('systemd-analyze', ['verify', '--man=no', unit]);
    });
    await checks.that('systemd rates the unit as confined', () => {
      const rated = output('systemd-analyze', ['security', '--offline=true', '--no-pager', 'signet.service']);
      const exposure = Number(/Overall exposure level[^\d]*([\d.]+)/.exec(rated)?.[1]);
      assert.ok(exposure < 5, rated.split('\n').slice(-3).join('\n'));
    });
    await checks.that('the udev rule is the one the program advises, and udev reads it', () => {
      assert.equal(readFileSync('/usr/lib/udev/rules.d/60-signet.rules', 'utf8'), udevRules());
      const tested = spawnSync('udevadm', ['test', '/devices/virtual/tty/tty0'], { encoding: 'utf8' });
      assert.doesNotMatch(`${tested.stdout}${tested.stderr}`, /60-signet\.rules.*(?:invalid|ignoring|error)/i);
    });
    await checks.that('signet --version says which', () => {
      assert.equal(output('/usr/bin/signet', ['--version']).trim(), packageJson.version);
    });
    await checks.that("the unit's command line serves as the unit's user, and ends on SIGTERM", () => checkServe());
    await checks.that('a board is provisioned by the installed program, from set-up to validation', () => {
      output('runuser', ['-u', 'signet', '--', '/usr/bin/signet', 'demo', '--folder', join(data, 'demo')]);
    });
    await checks.that('the screens are served by the installed program', () => checkDesktop(join(scratch, 'desktop')));
    await checks.that('removing the program leaves the records', () => {
      output('dpkg', ['-P', 'signet'], nonInteractive());
      assert.ok(!existsSync('/usr/bin/signet') && !existsSync(unit));
      assert.ok(existsSync(join(data, 'signet.db')));
      assert.ok(existsSync(join(data, 'demo')));
    });
  } finally {
    spawnSync('dpkg', ['-P', 'signet'], { env: nonInteractive() });
    if (!hadData) rmSync(data, { recursive: true, force: true });
    if (!hadUser) spawnSync('deluser', ['--quiet', 'signet']);
  }
}

function nonInteractive(): NodeJS.ProcessEnv {
  return { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
}

function installNeeded(): void {
  const missing = Object.keys(needed).filter((name) => !existsSync(needed[name] ?? ''));
  for (const name of ['libusb-1.0-0', 'libudev1'])
    if (spawnSync('dpkg', ['-s', name], { stdio: 'ignore' }).status !== 0) missing.push(name);
  if (missing.length === 0) return;
  output('apt-get', ['update', '-qq'], nonInteractive());
  output('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], nonInteractive());
}

/** The command of the unit, with a port of its own: one client is greeted, and the process ends by itself on SIGTERM. */
async function checkServe(): Promise<void> {
  const text = readFileSync(unit, 'utf8');
  const command = /^ExecStart=(.*)$/m.exec(text)?.[1];
  const user = /^User=(.*)$/m.exec(text)?.[1];
  assert.ok(command !== undefined && user === 'signet');
  const words = command.replace('$SIGNET_SERVE_OPTIONS', '--listen 127.0.0.1:28935').split(/\s+/);
  const child = spawn('setpriv', [`--reuid=${user}`, '--regid=signet', '--init-groups', '--', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = collect(child);
  await said.until(/listening on 127\.0\.0\.1:28935/i, child);
  assert.equal(await greeted(28_935), 'HELLO_OK');
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill('SIGTERM');
  assert.equal(await ended, 0, said.text());
  assert.ok(existsSync(data));
}

async function checkDesktop(folder: string): Promise<void> {
  const child = spawn('/usr/bin/signet-desktop', ['--no-window', '--data-folder', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = collect(child);
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  try {
    const [, origin = '', token = ''] = await said.until(/(http:\/\/127\.0\.0\.1:\d+)\/#token=([\w-]+)/, child);
    const page = await fetch(`${origin}/`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<div id="root">/);
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/bridge`, ['signet', `signet.${token}`], { origin });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    socket.terminate();
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

interface Said {
  text(): string;
  until(pattern: RegExp, child: ChildProcess): Promise<RegExpExecArray>;
}

function collect(child: ChildProcess): Said {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return {
    text: () => text,
    until: async (pattern, process) => {
      const end = performance.now() + 60_000;
      while (performance.now() < end && process.exitCode === null) {
        const found = pattern.exec(text);
        if (found !== null) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`It never said ${pattern}: ${text}`);
    },
  };
}

/** Name of the server's answer to HELLO. */
function greeted(port: number): Promise<string> {
  const decoder = new FrameDecoder();
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(encodeMessage({ name: 'HELLO' }, 1)));
    socket.setTimeout(10_000, () => socket.destroy(new Error('No answer.')));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      for (const event of decoder.push(chunk)) {
        const message = event.kind === 'frame' ? decodeMessage(event.frame) : undefined;
        resolve(message?.ok === true ? message.value.name : 'nothing');
        socket.destroy();
      }
    });
  });
}
