import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import type { ChannelDescription } from './byte-channel.ts';
import { connectorOfLibusbPath, connectorOfLocation } from './connector.ts';
import { type HidDriver, loadHidDriver } from './hid-channel.ts';
import {
  connectorOfHidraw,
  type LinuxRoots,
  linuxRoots,
  listLinuxSerial,
  listLinuxSerialByName,
} from './linux-ports.ts';
import { reasonOf } from './open-failure.ts';

/** Something of the machine that is missing, said so that it can be shown on the health page. */
export interface HealthItem {
  readonly item: 'serial-list' | 'hid-driver' | 'hot-plug';
  readonly reason: Reason;
}

/** What is plugged in, as far as this machine can tell. */
export interface PortList {
  readonly ports: readonly ChannelDescription[];
  readonly health: readonly HealthItem[];
}

/** What serialport's own list tells of a port. */
export interface ListedSerialPort {
  readonly path: string;
  readonly manufacturer?: string | undefined;
  readonly locationId?: string | undefined;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
}

/** Where the lists come from; the machine's own by default. */
export interface PortSources {
  readonly platform?: NodeJS.Platform;
  readonly roots?: LinuxRoots;
  readonly listSerial?: () => Promise<readonly ListedSerialPort[]>;
  readonly loadHid?: () => Promise<HidDriver>;
}

/** Serial ports and HID devices together. Never rejects: what cannot be listed becomes a health item. */
export async function listPorts(sources: PortSources = {}): Promise<PortList> {
  const [serial, hid] = await Promise.all([serialPorts(sources), hidDevices(sources)]);
  return { ports: [...serial.ports, ...hid.ports], health: [...serial.health, ...hid.health] };
}

async function serialPorts(sources: PortSources): Promise<PortList> {
  const platform = sources.platform ?? process.platform;
  const roots = sources.roots ?? linuxRoots;
  if (platform === 'linux') {
    const ports = await listLinuxSerial(roots).catch(() => undefined);
    if (ports !== undefined) return { ports, health: [] };
  }
  try {
    const listed = await (sources.listSerial ?? listByDriver)();
    return { ports: listed.map(describeListed), health: [] };
  } catch (thrown) {
    const ports = platform === 'linux' ? await listLinuxSerialByName(roots).catch(() => []) : [];
    return {
      ports,
      health: [{ item: 'serial-list', reason: reason('health-serial-list', { quote: reasonOf(thrown) }) }],
    };
  }
}

async function listByDriver(): Promise<readonly ListedSerialPort[]> {
  const { SerialPort } = await import('serialport');
  return SerialPort.list();
}

function describeListed(port: ListedSerialPort): ChannelDescription {
  const vendorId = usbNumber(port.vendorId);
  const productId = usbNumber(port.productId);
  return {
    kind: 'serial',
    path: port.path,
    connector: connectorOfLocation(port.locationId) ?? port.path,
    ...(vendorId === undefined ? {} : { vendorId }),
    ...(productId === undefined ? {} : { productId }),
    ...(port.manufacturer === undefined ? {} : { manufacturer: port.manufacturer }),
  };
}

function usbNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9a-f]{1,4}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}

async function hidDevices(sources: PortSources): Promise<PortList> {
  const roots = sources.roots ?? linuxRoots;
  try {
    const driver = await (sources.loadHid ?? loadHidDriver)();
    const ports: ChannelDescription[] = [];
    for (const device of await driver.devicesAsync()) {
      const { path, vendorId, productId, manufacturer, product } = device;
      // hidapi lists one entry per usage of a device; one is enough to open it.
      if (path === undefined || ports.some((port) => port.path === path)) continue;
      const connector = (await connectorOfHidraw(path, roots)) ?? connectorOfLibusbPath(path) ?? path;
      ports.push({
        kind: 'hid',
        path,
        connector,
        vendorId,
        productId,
        ...(manufacturer === undefined ? {} : { manufacturer }),
        ...(product === undefined ? {} : { product }),
      });
    }
    return { ports, health: [] };
  } catch (thrown) {
    const [quote = ''] = reasonOf(thrown).split('\n');
    return { ports: [], health: [{ item: 'hid-driver', reason: reason('health-hid', { quote }) }] };
  }
}
