import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectorOfLibusbPath, connectorOfLocation, connectorOfSysfs } from '../../src-main/hal/connector.ts';
import type { HidDeviceInfo, HidDriver } from '../../src-main/hal/hid-channel.ts';
import type { LinuxRoots } from '../../src-main/hal/linux-ports.ts';
import { listPorts, type PortSources } from '../../src-main/hal/port-list.ts';
import { type HotPlug, type PortSeen, type PortSnapshot, PortWatcher } from '../../src-main/hal/watcher.ts';
import { englishSentence, inEnglish } from '../../src-shared/model/reasons.ts';

let folder: string;
let roots: LinuxRoots;
const watchers: PortWatcher[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signet-sysfs-'));
  roots = { sys: join(folder, 'sys'), dev: join(folder, 'dev') };
  await mkdir(join(roots.sys, 'class/tty'), { recursive: true });
  await mkdir(join(roots.sys, 'class/hidraw'), { recursive: true });
  await mkdir(roots.dev);
});

afterEach(async () => {
  for (const watcher of watchers.splice(0)) await watcher.stop();
  await rm(folder, { recursive: true });
});

/** Plugs a USB device with one interface into the made-up machine; `place` is its bus and ports, "1-1.4". */
async function plug(name: string, place: string, usb: { vid: string; pid: string; product?: string }): Promise<void> {
  const [bus] = place.split('-');
  const device = join(roots.sys, `devices/pci0000:00/0000:00:14.0/usb${bus}`, place);
  const kind = name.startsWith('tty') ? 'tty' : 'hidraw';
  const interfaceFolder = join(device, `${place}:1.0`);
  await mkdir(interfaceFolder, { recursive: true });
  await writeFile(join(device, 'idVendor'), `${usb.vid}\n`);
  await writeFile(join(device, 'idProduct'), `${usb.pid}\n`);
  if (usb.product !== undefined) await writeFile(join(device, 'product'), `${usb.product}\n`);
  await mkdir(join(roots.sys, 'class', kind, name));
  await symlink(interfaceFolder, join(roots.sys, 'class', kind, name, 'device'));
  await writeFile(join(roots.dev, name), '');
}

async function unplug(name: string): Promise<void> {
  await rm(join(roots.sys, 'class', name.startsWith('tty') ? 'tty' : 'hidraw', name), { recursive: true });
  await rm(join(roots.dev, name));
}

async function builtIn(name: string): Promise<void> {
  const device = join(roots.sys, 'devices/platform/serial8250', name);
  await mkdir(device, { recursive: true });
  await mkdir(join(roots.sys, 'class/tty', name));
  await symlink(device, join(roots.sys, 'class/tty', name, 'device'));
  await writeFile(join(roots.dev, name), '');
}

function hidDriver(devices: readonly HidDeviceInfo[]): () => Promise<HidDriver> {
  const open = () => Promise.reject(new Error('not in this test'));
  return () => Promise.resolve({ devicesAsync: () => Promise.resolve(devices), HIDAsync: { open } });
}

function sources(extra: PortSources = {}): PortSources {
  return { platform: 'linux', roots, loadHid: hidDriver([]), ...extra };
}

/** Plug events that the test makes. */
class Events implements HotPlug {
  changed: (() => void) | undefined;
  stopped = false;

  start(changed: () => void): Promise<void> {
    this.changed = changed;
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}

function watcherOf(options: ConstructorParameters<typeof PortWatcher>[0]): PortWatcher {
  const watcher = new PortWatcher({ hotPlug: new Events(), sources: sources(), ...options });
  watchers.push(watcher);
  return watcher;
}

function brief(port: PortSeen): string {
  return `${port.taken ? 'taken' : 'left'} ${port.description.path.replace(`${roots.dev}/`, '')}: ${englishSentence(port.reason)}`;
}

const EDBG = { vid: '03eb', pid: '2111', product: 'EDBG CMSIS-DAP' };

describe('connectors', () => {
  it.each([
    ['/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.4/1-1.4:1.0', 'usb:0000:00:14.0/1.4:1.0'],
    ['/sys/devices/pci0000:00/0000:00:14.0/usb3/3-1/3-1.4/3-1.4:1.0', 'usb:0000:00:14.0/1.4:1.0'],
    ['/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/ttyUSB0', 'usb:0000:00:14.0/2:1.0'],
    ['/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.4/1-1.4:1.0/0003:03EB:2312.0001', 'usb:0000:00:14.0/1.4:1.0'],
    ['/sys/devices/platform/dummy_hcd.0/usb1/1-1/1-1:1.0', 'usb:dummy_hcd.0/1:1.0'],
    ['/sys/devices/platform/serial8250/tty/ttyS0', undefined],
    ['/sys/devices/pnp0/00:04/tty/ttyS0', undefined],
  ])('%s is %s, whatever the bus is called this time', (path, connector) => {
    expect(connectorOfSysfs(path)).toBe(connector);
  });

  it('of other systems', () => {
    expect(connectorOfLocation('Port_#0004.Hub_#0002')).toBe('usb:Port_#0004.Hub_#0002');
    expect(connectorOfLocation(undefined)).toBeUndefined();
    expect(connectorOfLibusbPath('1-1.4:1.0')).toBe('usb:1.4:1.0');
    expect(connectorOfLibusbPath('/dev/hidraw0')).toBeUndefined();
  });
});

describe('what is plugged in, and why it is taken or not', () => {
  it('kits by USB identity, everything else left alone', async () => {
    await plug('ttyACM0', '1-1.4', EDBG);
    await plug('ttyUSB0', '1-2', { vid: '0403', pid: '6001' });
    await builtIn('ttyS0');
    const { ports, health } = await watcherOf({}).start();
    expect(ports.map(brief)).toEqual([
      'taken ttyACM0: Its USB identity may be a kit: Xplained board (debugger COM port).',
      'left ttyS0: It is no USB port; name it by hand if a kit is connected to it.',
      'left ttyUSB0: No kit is known by the USB identity 0403:6001; name the port by hand if it is one.',
    ]);
    expect(ports[0]?.description).toEqual({
      kind: 'serial',
      path: join(roots.dev, 'ttyACM0'),
      connector: 'usb:0000:00:14.0/1.4:1.0',
      vendorId: 0x03eb,
      productId: 0x2111,
      product: 'EDBG CMSIS-DAP',
    });
    expect(health).toEqual([]);
  });

  it('sticks, once each, with the connector that they are in', async () => {
    await plug('hidraw0', '1-3', { vid: '03eb', pid: '2312' });
    const path = join(roots.dev, 'hidraw0');
    const stick = { vendorId: 0x03eb, productId: 0x2312, path, product: 'Crypto Device Demo', manufacturer: 'ATMEL' };
    const keyboard = { vendorId: 0x046d, productId: 0xc31c, path: join(roots.dev, 'hidraw9') };
    const loadHid = hidDriver([stick, { ...stick }, keyboard]);
    const { ports } = await watcherOf({ sources: sources({ loadHid }) }).start();
    expect(ports.map(({ taken, description }) => [taken, description.connector])).toEqual([
      [true, 'usb:0000:00:14.0/3:1.0'],
      [false, join(roots.dev, 'hidraw9')],
    ]);
  });

  it('what a person names is taken, by path or by connector; TCP is always there', async () => {
    await plug('ttyUSB0', '1-2', { vid: '0403', pid: '6001' });
    await builtIn('ttyS0');
    const byHand = [
      'usb:0000:00:14.0/2:1.0',
      join(roots.dev, 'ttyS0'),
      'tcp:127.0.0.1:4000',
      join(roots.dev, 'ttyACM7'),
      'usb:x/9',
      '?',
    ];
    const { ports } = await watcherOf({ byHand }).start();
    expect(ports.map(brief)).toEqual([
      'taken ttyS0: It was named by hand.',
      'taken ttyUSB0: It was named by hand.',
      'taken tcp:127.0.0.1:4000: It was named by hand.',
      `left ttyACM7: ${join(roots.dev, 'ttyACM7')} is not there: no such device.`,
      'left usb:x/9: Nothing is plugged in there.',
      'left ?: It is no path of a port.',
    ]);
  });

  it('a port whose file vanished between list and look is left', async () => {
    await plug('ttyACM0', '1-1', EDBG);
    await rm(join(roots.dev, 'ttyACM0'));
    const { ports } = await watcherOf({}).start();
    expect(ports.map(({ taken }) => taken)).toEqual([false]);
  });
});

describe('a machine with parts missing', () => {
  it('without sysfs asks the driver’s list', async () => {
    const listSerial = () =>
      Promise.resolve([
        {
          path: 'COM4',
          vendorId: '03EB',
          productId: '2404',
          locationId: 'Port_#0004.Hub_#0002',
          manufacturer: 'Atmel',
        },
        { path: 'COM1' },
      ]);
    const { ports, health } = await listPorts({ platform: 'win32', listSerial, loadHid: hidDriver([]) });
    expect(ports).toEqual([
      {
        kind: 'serial',
        path: 'COM4',
        connector: 'usb:Port_#0004.Hub_#0002',
        vendorId: 0x03eb,
        productId: 0x2404,
        manufacturer: 'Atmel',
      },
      { kind: 'serial', path: 'COM1', connector: 'COM1' },
    ]);
    expect(health).toEqual([]);
  });

  it('without sysfs and udev goes by file names and says so', async () => {
    await plug('ttyACM0', '1-1', EDBG);
    const bare: LinuxRoots = { sys: join(folder, 'none'), dev: roots.dev };
    const listSerial = () => Promise.reject(new Error('spawn udevadm ENOENT'));
    const { ports, health } = await listPorts(sources({ roots: bare, listSerial }));
    expect(ports.map(({ path }) => path)).toEqual([join(roots.dev, 'ttyACM0')]);
    expect(health).toMatchObject([
      { item: 'serial-list', reason: { facts: { quote: expect.stringContaining('udevadm') } } },
    ]);
  });

  it('without libusb uses serial kits and says so', async () => {
    await plug('ttyACM0', '1-1', EDBG);
    const loadHid = () => Promise.reject(new Error('libusb-1.0.so.0: cannot open shared object file\nstack'));
    const { ports, health } = await listPorts(sources({ loadHid }));
    expect(ports).toHaveLength(1);
    expect(health).toMatchObject([
      { item: 'hid-driver', reason: { code: 'health-hid', facts: { quote: expect.stringMatching(/^[^\n]*$/) } } },
    ]);
  });

  it('without hot-plug events polls and says so', async () => {
    const hotPlug: HotPlug = {
      start: () => Promise.reject(new Error('/sys/bus/usb/devices/ not found')),
      stop: () => Promise.resolve(),
    };
    const watcher = watcherOf({ hotPlug, pollMs: 30 });
    const { health } = await watcher.start();
    expect(health).toMatchObject([{ item: 'hot-plug', reason: { code: 'health-hot-plug', facts: { seconds: 0.03 } } }]);
    await plug('ttyACM0', '1-1', EDBG);
    await expect.poll(() => watcher.snapshot.ports).toHaveLength(1);
  });

  it('the lists of this very machine never reject', async () => {
    const { ports, health } = await listPorts();
    expect(Array.isArray(ports)).toBe(true);
    for (const { reason } of health) expect(inEnglish(reason)).not.toContain('\n');
  });
});

describe('plugging', () => {
  it('is noticed by event, told once per change, and the connector stays', async () => {
    const events = new Events();
    const watcher = watcherOf({ hotPlug: events, pollMs: 60_000 });
    await watcher.start();
    const seen: PortSnapshot[] = [];
    watcher.onChange((snapshot) => seen.push(snapshot));

    await plug('ttyACM0', '1-1', EDBG);
    events.changed?.();
    await expect.poll(() => seen).toHaveLength(1);
    await unplug('ttyACM0');
    events.changed?.();
    await expect.poll(() => seen).toHaveLength(2);
    // The next product's port gets another name in the same place.
    await rm(join(roots.sys, 'devices'), { recursive: true });
    await plug('ttyACM1', '1-1', EDBG);
    events.changed?.();
    await expect.poll(() => seen).toHaveLength(3);
    const connectors = seen.map(({ ports }) => ports.map(({ description }) => description.connector));
    expect(connectors).toEqual([['usb:0000:00:14.0/1:1.0'], [], ['usb:0000:00:14.0/1:1.0']]);
    await watcher.rescan();
    expect(seen).toHaveLength(3);
  });

  it('whose file the system makes a while after the event is found all the same', async () => {
    const events = new Events();
    let looks = 0;
    // The first look is that of the start, the second follows the event at once; only during the third is the file made.
    const loadHid = async (): Promise<HidDriver> => {
      looks += 1;
      if (looks === 3) await plug('ttyACM0', '1-1', EDBG);
      return hidDriver([])();
    };
    const watcher = watcherOf({ hotPlug: events, pollMs: 3_600_000, sources: sources({ loadHid }) });
    await watcher.start();
    events.changed?.();
    await expect.poll(() => watcher.snapshot.ports).toHaveLength(1);
  });

  it('however many events a hub makes, the ports are looked at now and then, and the last change is seen', async () => {
    const events = new Events();
    let looks = 0;
    const loadHid = (): Promise<HidDriver> => {
      looks += 1;
      return hidDriver([])();
    };
    const watcher = watcherOf({ hotPlug: events, pollMs: 60_000, sources: sources({ loadHid }) });
    await watcher.start();
    const burst = 200;
    for (let event = 0; event < burst; event += 1) {
      events.changed?.();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await plug('ttyACM0', '1-1', EDBG);
    events.changed?.();
    await expect.poll(() => watcher.snapshot.ports).toHaveLength(1);
    // Three looks to each event would be six hundred.
    expect(looks).toBeLessThan(burst / 4);
  });

  it('nothing is told after stop, and the events are let go', async () => {
    const events = new Events();
    const watcher = watcherOf({ hotPlug: events, pollMs: 20 });
    await watcher.start();
    const seen = vi.fn();
    watcher.onChange(seen);
    await watcher.stop();
    await plug('ttyACM0', '1-1', EDBG);
    events.changed?.();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(seen).not.toHaveBeenCalled();
    expect(events.stopped).toBe(true);
  });

  it('a port named by hand appears at once', async () => {
    const watcher = watcherOf({});
    await watcher.start();
    const { ports } = await watcher.setByHand(['tcp:127.0.0.1:4000']);
    expect(ports.map(({ taken }) => taken)).toEqual([true]);
  });
});
