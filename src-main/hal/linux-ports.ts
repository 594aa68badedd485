import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ChannelDescription } from './byte-channel.ts';
import { connectorOfSysfs } from './connector.ts';

/** Where Linux shows its devices; other folders in tests. */
export interface LinuxRoots {
  readonly sys: string;
  readonly dev: string;
}

export const linuxRoots: LinuxRoots = { sys: '/sys', dev: '/dev' };

/** Ports without a real device behind them are listed by the kernel by the dozen. */
const PORT_NAMES = /^tty(?:ACM|USB|S|AMA|XRUSB|O|WCH)\d+$/;

/**
 * Serial ports as sysfs shows them, which needs no udev. Rejects when there is no sysfs (some containers).
 * A port that was built in has no USB identity.
 */
export async function listLinuxSerial(roots: LinuxRoots = linuxRoots): Promise<ChannelDescription[]> {
  const names = (await readdir(join(roots.sys, 'class/tty'))).filter((name) => PORT_NAMES.test(name)).sort();
  const ports: ChannelDescription[] = [];
  for (const name of names) {
    const path = join(roots.dev, name);
    const device = await realpath(join(roots.sys, 'class/tty', name, 'device')).catch(() => undefined);
    if (device === undefined) continue;
    const usb = await usbDeviceOf(device, roots.sys);
    ports.push({ kind: 'serial', path, connector: connectorOfSysfs(device) ?? path, ...usb });
  }
  return ports;
}

/** Serial ports by their file names alone, for machines without sysfs and udev. */
export async function listLinuxSerialByName(roots: LinuxRoots = linuxRoots): Promise<ChannelDescription[]> {
  const names = (await readdir(roots.dev)).filter((name) => /^tty(?:ACM|USB)\d+$/.test(name)).sort();
  return names.map((name) => {
    const path = join(roots.dev, name);
    return { kind: 'serial', path, connector: path };
  });
}

/** The connector behind a hidraw file; undefined when sysfs does not tell. */
export async function connectorOfHidraw(path: string, roots: LinuxRoots = linuxRoots): Promise<string | undefined> {
  const device = await realpath(join(roots.sys, 'class/hidraw', basename(path), 'device')).catch(() => undefined);
  return device === undefined ? undefined : connectorOfSysfs(device);
}

/** The connector behind a serial port's file; undefined when sysfs does not tell. */
export async function connectorOfSerial(path: string, roots: LinuxRoots = linuxRoots): Promise<string | undefined> {
  const device = await realpath(join(roots.sys, 'class/tty', basename(path), 'device')).catch(() => undefined);
  return device === undefined ? undefined : connectorOfSysfs(device);
}

type UsbFacts = Pick<ChannelDescription, 'vendorId' | 'productId' | 'manufacturer' | 'product'>;

/** Vendor, product and strings of the USB device that a device of sysfs belongs to; empty when it is not on USB. */
async function usbDeviceOf(device: string, top: string): Promise<UsbFacts> {
  for (let folder = device; folder.length > top.length && folder !== '/'; folder = dirname(folder)) {
    const vendorId = await hexFile(join(folder, 'idVendor'));
    const productId = await hexFile(join(folder, 'idProduct'));
    if (vendorId === undefined || productId === undefined) continue;
    const manufacturer = await textFile(join(folder, 'manufacturer'));
    const product = await textFile(join(folder, 'product'));
    return {
      vendorId,
      productId,
      ...(manufacturer === undefined ? {} : { manufacturer }),
      ...(product === undefined ? {} : { product }),
    };
  }
  return {};
}

async function textFile(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text?.trim();
}

async function hexFile(path: string): Promise<number | undefined> {
  const text = await textFile(path);
  return text !== undefined && /^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}
