import { execFile } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { ByteChannel } from '../../src-main/hal/byte-channel.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import { kindOfPath, openChannel } from '../../src-main/hal/open-channel.ts';
import { describeOpenFailure } from '../../src-main/hal/open-failure.ts';
import { permissionAdvice, udevRules } from '../../src-main/hal/permissions.ts';
import { openSerial, serialOpenFailure } from '../../src-main/hal/serial-channel.ts';
import { watchDeviceFile } from '../../src-main/hal/serial-hang-up.ts';
import { fromHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { type Pty, ptyAnswering, ptyDyingAfter, ptyKit } from './pty.ts';
import { legacyBasics } from './scripted-kit.ts';

const INFO = fromHex('0730000000035D');
const REVISION = '07000050000391';
/** For real processes at the other end: the machine is not ours alone. */
const patienceMs = 60_000;
const patient = { openTimeoutMs: patienceMs };
const open_: (Pty | ByteChannel)[] = [];

afterEach(async () => {
  for (const one of open_.splice(0).reverse()) await ('hangUp' in one ? one.hangUp() : one.close());
});

function keep<T extends Pty | ByteChannel>(one: T): T {
  open_.push(one);
  return one;
}

async function open(path: string): Promise<ByteChannel> {
  const channel = await openSerial(path);
  if (!channel.ok) throw new Error(describeOpenFailure(channel.failure));
  return keep(channel.value);
}

describe('a serial port, over a pseudo-terminal', () => {
  it('carries a kit', async () => {
    const pty = keep(await ptyKit((line) => legacyBasics(line) ?? `00(${REVISION})\r\n`));
    const kit = await openKit(await open(pty.path), patient);
    if (!kit.ok) throw new Error(JSON.stringify(kit.failure));
    expect(kit.value.kit.name).toBe('AT88CK590');
    for (let i = 0; i < 20; i += 1) {
      const answer = await kit.value.talk(0xc0, INFO, { timeoutMs: patienceMs });
      expect(answer.ok && toHex(answer.value)).toBe(REVISION);
    }
  });

  it('throws away what lay in its buffers', async () => {
    const pty = keep(await ptyKit((line) => legacyBasics(line) ?? 'C0()\n'));
    await pty.send('00(FFFFFFFF)\n half a line');
    const kit = await openKit(await open(pty.path), patient);
    expect(kit.ok && kit.value.kit.name).toBe('AT88CK590');
  });

  it('gives nobody what had come before it was opened', async () => {
    const pty = keep(await ptyKit(() => '00(04000340)\n'));
    await pty.send('00(FFFFFFFF)\n half a line');
    const channel = await open(pty.path);
    let heard = '';
    channel.setReceiver({
      data: (bytes) => {
        heard += String.fromCharCode(...bytes);
      },
      closed: () => undefined,
    });
    await channel.write(utf8('e:i()\n'));
    await expect.poll(() => heard, { timeout: patienceMs }).toMatch(/\n$/);
    expect(heard).toBe('00(04000340)\n');
  });

  it('does not let DTR fall when it is closed: some boards start anew at that', async () => {
    const pty = keep(await ptyAnswering('00()'));
    const before = await promisify(execFile)('stty', ['-F', pty.path, 'hupcl']);
    expect(before.stderr).toBe('');
    await open(pty.path);
    const { stdout } = await promisify(execFile)('stty', ['-a', '-F', pty.path]);
    expect(stdout).toMatch(/ -hupcl /);
  });

  it('an opening that comes to nothing in time leaves nothing open behind', async () => {
    const pty = keep(await ptyAnswering('00()'));
    for (let round = 0; round < 5; round += 1) {
      const hurried = await openSerial(pty.path, { timeoutMs: 0 });
      if (hurried.ok) await hurried.value.close();
      else expect(hurried.failure).toEqual({ kind: 'timeout', path: pty.path, waitedMs: 0 });
      const again = async (): Promise<boolean> => {
        const channel = await openSerial(pty.path, { timeoutMs: patienceMs });
        if (channel.ok) await channel.value.close();
        return channel.ok;
      };
      await expect.poll(again, { timeout: patienceMs }).toBe(true);
    }
  });

  it('is held by one at a time, and free again after closing', async () => {
    const pty = keep(await ptyAnswering('00()'));
    const first = await open(pty.path);
    const second = await openSerial(pty.path);
    expect(second.ok ? '' : second.failure.kind).toBe('in-use');
    await first.close();
    expect((await open(pty.path)).description.path).toBe(pty.path);
  });

  it('does not need the modem lines that it is asked to set', async () => {
    const pty = keep(await ptyAnswering('00()'));
    const channel = await openSerial(pty.path, { modemLines: { dtr: true, rts: false } });
    if (!channel.ok) throw new Error(channel.failure.kind);
    keep(channel.value);
  });

  it('leaves the modem lines alone unless it is asked to set them', async () => {
    const pty = keep(await ptyAnswering('00()'));
    const folder = mkdtempSync(join(tmpdir(), 'signet-modem-'));
    const library = join(folder, 'modem-watch.so');
    const source = new URL('./modem-watch.c', import.meta.url).pathname;
    await promisify(execFile)('cc', ['-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', library, source]);
    const touched = async (options: object): Promise<readonly string[]> => {
      const hal = JSON.stringify(new URL('../../src-main/hal/serial-channel.ts', import.meta.url).href);
      const script = `const { openSerial } = await import(${hal});
        const channel = await openSerial(${JSON.stringify(pty.path)}, ${JSON.stringify(options)});
        if (!channel.ok) throw new Error(channel.failure.kind);
        await channel.value.close();`;
      const { stderr } = await promisify(execFile)(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
        { timeout: patienceMs, env: { ...process.env, LD_PRELOAD: library } },
      );
      return [...stderr.matchAll(/^modem lines (\w+)$/gm)].map(([, lines = '']) => lines);
    };
    expect(await touched({})).toEqual([]);
    expect(await touched({ modemLines: { dtr: true, rts: false } })).toEqual(['DTR']);
    rmSync(folder, { recursive: true });
  });

  it('a hang-up ends the exchange at once and is told once', async () => {
    const pty = keep(await ptyKit(legacyBasics));
    const kit = await openKit(await open(pty.path), patient);
    if (!kit.ok) throw new Error(kit.failure.kind);
    const reasons: string[] = [];
    kit.value.onClosed((reason) => reasons.push(reason));
    const pending = kit.value.talk(0xc0, INFO, { timeoutMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    await pty.hangUp();
    const answer = await pending;
    expect(answer.ok ? '' : answer.failure.kind).toBe('closed');
    expect(reasons).toHaveLength(1);
    expect(kit.value.closed).toBe(true);
  });

  it('a write that races with a hang-up ends nothing but itself', async () => {
    for (let round = 0; round < 5; round += 1) {
      const pty = keep(await ptyAnswering('00()'));
      const channel = await open(pty.path);
      const closed = vi.fn();
      channel.setReceiver({ data: () => undefined, closed });
      const gone = pty.hangUp();
      for (let i = 0; i < 20; i += 1) await channel.write(utf8('x'.repeat(500))).catch(() => undefined);
      await gone;
      await expect.poll(() => closed).toHaveBeenCalledTimes(1);
      await expect(channel.write(utf8('x'))).rejects.toThrow();
      await channel.close();
    }
  });

  it('every write ends with a hang-up, also what waited behind another', async () => {
    const pty = keep(await ptyAnswering('00()'));
    const channel = await open(pty.path);
    const writes = Array.from({ length: 40 }, () => channel.write(utf8('x'.repeat(500))));
    const ended = Promise.allSettled(writes);
    await pty.hangUp();
    expect(await ended).toHaveLength(40);
    await expect(channel.write(utf8('x'))).rejects.toThrow();
  });

  it('after a missed deadline it can be closed and opened again', async () => {
    let silent = true;
    const pty = keep(
      await ptyKit((line) =>
        silent && line.startsWith('e:t(') ? undefined : (legacyBasics(line) ?? `00(${REVISION})\n`),
      ),
    );
    const first = await openKit(await open(pty.path), patient);
    if (!first.ok) throw new Error(first.failure.kind);
    const missed = await first.value.talk(0xc0, INFO, { timeoutMs: 80 });
    expect(missed.ok ? '' : missed.failure.kind).toBe('timeout');
    silent = false;
    await first.value.close();
    const again = await openKit(await open(pty.path), patient);
    if (!again.ok) throw new Error(again.failure.kind);
    expect((await again.value.talk(0xc0, INFO, { timeoutMs: patienceMs })).ok).toBe(true);
  });

  it('a hang-up between two reads is told, and costs nothing afterwards', async () => {
    // Where the two reads fall is chance: with the driver's own read nearly every round loops for ever.
    for (let round = 0; round < 20; round += 1) {
      const pty = keep(await ptyDyingAfter('00()'));
      const channel = await open(pty.path);
      const closed = vi.fn();
      let answer = '';
      channel.setReceiver({
        data: (bytes) => {
          answer += String.fromCharCode(...bytes);
        },
        closed,
      });
      await channel.write(utf8('e:i()\n'));
      await expect.poll(() => closed).toHaveBeenCalledTimes(1);
      // The second guard would have found out too, a second later.
      expect(closed).not.toHaveBeenCalledWith('its device file is gone');
      expect(['', '00()\n']).toContain(answer);
    }
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(250);
  });

  it('a missed deadline gives the port up although nobody closes the transport', async () => {
    const pty = keep(await ptyKit((line) => (line.startsWith('e:t(') ? undefined : legacyBasics(line))));
    const kit = await openKit(await open(pty.path), patient);
    if (!kit.ok) throw new Error(kit.failure.kind);
    const missed = await kit.value.talk(0xc0, INFO, { timeoutMs: 50 });
    expect(missed.ok ? '' : missed.failure.kind).toBe('timeout');
    const again = async () => {
      const channel = await openSerial(pty.path);
      return channel.ok && keep(channel.value).description.path;
    };
    await expect.poll(again).toBe(pty.path);
  });

  it('makes a thousand round trips with no timer pending', async () => {
    const pty = keep(await ptyAnswering(`00(${'41'.repeat(35)})`));
    const script = new URL('./pty-round-trips.ts', import.meta.url).pathname;
    const args = ['--disable-warning=ExperimentalWarning', script, pty.path];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 40_000 });
    expect(stdout.trim()).toBe('done 1000');
  });
});

describe('the device file behind an open port', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signet-device-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['is taken away', (file: string) => rmSync(file)],
    [
      'is another one of the same name',
      (file: string) => {
        writeFileSync(`${file}.new`, '');
        renameSync(`${file}.new`, file);
      },
    ],
  ])('%s: told once', async (_, change) => {
    const file = join(folder, 'ttyACM0');
    writeFileSync(file, '');
    const gone = vi.fn();
    const end = await watchDeviceFile(file, gone, 10);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(gone).not.toHaveBeenCalled();
    change(file);
    await expect.poll(() => gone).toHaveBeenCalledTimes(1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(gone).toHaveBeenCalledTimes(1);
    end();
  });

  it('a link to it that is taken away means nothing, and nothing is told after the end', async () => {
    const file = join(folder, 'ttyACM1');
    const link = join(folder, 'by-id');
    writeFileSync(file, '');
    symlinkSync(file, link);
    const gone = vi.fn();
    const end = await watchDeviceFile(link, gone, 10);
    rmSync(link);
    await new Promise((resolve) => setTimeout(resolve, 60));
    end();
    rmSync(file);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(gone).not.toHaveBeenCalled();
  });
});

describe('ports that cannot be opened', () => {
  it('is not there', async () => {
    const channel = await openSerial('/dev/ttyACM97');
    expect(channel).toEqual({
      ok: false,
      failure: { kind: 'missing', path: '/dev/ttyACM97', reason: 'no such device' },
    });
  });

  it('is no serial port', async () => {
    const channel = await openSerial('/dev/null');
    expect(channel.ok ? '' : describeOpenFailure(channel.failure)).toBe(
      '/dev/null does not take connections: it is no serial port.',
    );
  });

  it.each([
    ['Error: No such file or directory, cannot open /dev/x', 'linux', 'missing'],
    ['Error Resource temporarily unavailable Cannot lock port', 'linux', 'in-use'],
    ['Error: Device or resource busy, cannot open /dev/x', 'linux', 'in-use'],
    ['Error: Permission denied, cannot open /dev/x', 'linux', 'denied'],
    ['Opening COM4: File not found', 'win32', 'missing'],
    ['Opening COM4: Access denied', 'win32', 'in-use'],
    ['Opening COM4: Unknown error code 31', 'win32', 'refused'],
  ] as const)('%s', (reason, platform, kind) => {
    expect(serialOpenFailure('port', reason, platform).kind).toBe(kind);
  });

  it('says why in plain words, without what the driver wraps them in', () => {
    const sentence = (reason: string): string => describeOpenFailure(serialOpenFailure('/dev/x', reason, 'linux'));
    expect(sentence('Error Resource temporarily unavailable Cannot lock port')).toBe(
      '/dev/x is held by another program: the port is locked.',
    );
    expect(sentence('Error: Device or resource busy, cannot open /dev/x')).toBe(
      '/dev/x is held by another program: device or resource busy.',
    );
    expect(sentence('Error: Permission denied, cannot open /dev/x')).toMatch(
      /^\/dev\/x may not be opened: permission denied\. Add/,
    );
  });

  it('a permission that is missing comes with what to do', () => {
    const failure = serialOpenFailure('/dev/ttyACM0', 'Permission denied', 'linux');
    expect(describeOpenFailure(failure)).toContain('dialout');
    const advised = (platform: NodeJS.Platform, kind: 'serial' | 'hid'): string =>
      describeOpenFailure({
        kind: 'denied',
        path: 'port',
        reason: 'no access',
        advice: permissionAdvice(platform, kind),
      });
    expect(advised('linux', 'hid')).toContain('udev');
    expect(advised('win32', 'serial')).not.toContain('udev');
  });

  it('the udev rules name every kit of the table on its transport', () => {
    const rules = udevRules();
    expect(rules).toContain('SUBSYSTEM=="hidraw", ATTRS{idVendor}=="03eb", ATTRS{idProduct}=="2312"');
    expect(rules).toContain('SUBSYSTEM=="tty", ATTRS{idVendor}=="03eb", ATTRS{idProduct}=="2404"');
    for (const line of rules.trimEnd().split('\n')) expect(line).toMatch(/^(?:# |SUBSYSTEM==.*TAG\+="uaccess"$)/);
  });
});

describe('typed-in paths', () => {
  it.each([
    ['tcp:127.0.0.1:4000', 'tcp'],
    ['COM4', 'serial'],
    ['/dev/ttyACM0', 'serial'],
    ['/dev/cu.usbmodem14101', 'serial'],
    ['/dev/hidraw3', 'hid'],
    ['\\\\?\\hid#vid_03eb&pid_2312#7&1', 'hid'],
    ['', undefined],
    ['board', undefined],
  ])('%j is %s', (path, kind) => {
    expect(kindOfPath(path)).toBe(kind);
  });

  it('opens what they name', async () => {
    const pty = keep(await ptyAnswering('00()'));
    const channel = await openChannel(pty.path);
    if (!channel.ok) throw new Error(channel.failure.kind);
    expect(keep(channel.value).description).toEqual({ kind: 'serial', path: pty.path, connector: pty.path });
    const none = await openChannel('board');
    expect(none.ok ? '' : none.failure.kind).toBe('bad-path');
  });
});
