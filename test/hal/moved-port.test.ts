import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ChannelDescription } from '../../src-main/hal/byte-channel.ts';
import { openChannel } from '../../src-main/hal/open-channel.ts';
import { type Pty, ptyAnswering } from './pty.ts';

const done: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const each of done.splice(0).reverse()) await each();
});

/** A port, and a sysfs that says in which USB connector it is plugged. */
async function portAt(chain: string): Promise<{ readonly port: Pty; readonly sys: string }> {
  const port = await ptyAnswering('C0()');
  done.push(() => port.hangUp());
  const sys = mkdtempSync(join(tmpdir(), 'signet-sys-'));
  done.push(() => rmSync(sys, { recursive: true, force: true }));
  const device = join(sys, `devices/pci0/0000:00:14.0/usb1/${chain}/${chain}:1.0`);
  mkdirSync(device, { recursive: true });
  const entry = join(sys, 'class/tty', basename(port.path));
  mkdirSync(entry, { recursive: true });
  symlinkSync(device, join(entry, 'device'));
  return { port, sys };
}

test('a port that was listed in one connector and is another device now is not opened', async () => {
  const { port, sys } = await portAt('1-2');
  const listed = (connector: string): ChannelDescription => ({ kind: 'serial', path: port.path, connector });
  const moved = await openChannel(listed('usb:0000:00:14.0/1:1.0'), { roots: { sys, dev: '/dev' } });
  expect(moved).toMatchObject({ ok: false, failure: { kind: 'missing', path: port.path } });
  // It was let go again.
  const same = await openChannel(listed('usb:0000:00:14.0/2:1.0'), { roots: { sys, dev: '/dev' } });
  expect(same.ok).toBe(true);
  if (same.ok) await same.value.close();
});

test('a port whose connector nobody can tell is opened all the same', async () => {
  const { port } = await portAt('1-2');
  const opened = await openChannel(
    { kind: 'serial', path: port.path, connector: 'usb:anything' },
    { roots: { sys: '/nowhere', dev: '/dev' } },
  );
  expect(opened.ok).toBe(true);
  if (opened.ok) await opened.value.close();
});
