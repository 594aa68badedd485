import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** USB devices made by this machine's own kernel (configfs gadgets on emulated controllers). */
const CONFIGFS = '/sys/kernel/config/usb_gadget';
const CONTROLLERS = '/sys/class/udc';

/** What a device says of itself. */
export interface GadgetFace {
  readonly vendorId: number;
  readonly productId: number;
  readonly manufacturer: string;
  readonly product: string;
  /** Kits have none, and so two sticks look the same. */
  readonly serialNumber?: string;
  /**
   * Packet size of the HID endpoints, 64 when absent. Behind a report that fills a packet the kernel's gadget sends an empty
   * one, which no stick does: the kernel's own HID driver overlooks it, libusb hands it on. A larger packet has none behind it.
   */
  readonly packetBytes?: number;
}

/** Vendor page FFFF, reports of 64 bytes both ways, a feature report of 4 (kit-protocol.md 4). */
const REPORT_DESCRIPTOR = Uint8Array.from([
  0x06, 0xff, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x09, 0x01, 0x81,
  0x02, 0x09, 0x01, 0x91, 0x02, 0x95, 0x04, 0x09, 0x01, 0xb1, 0x02, 0xc0,
]);

/** A device with one function, on a controller of its own: a connector that is always the same. */
export class Gadget {
  readonly #folder: string;
  readonly #controller: string;
  /** The file at which the device's own side is spoken to. */
  readonly end: string;

  private constructor(folder: string, controller: string, end: string) {
    this.#folder = folder;
    this.#controller = controller;
    this.end = end;
  }

  /** Makes an unplugged device. `controller`: its number, from 0. */
  static async create(name: string, controller: number, kind: 'hid' | 'acm', face: GadgetFace): Promise<Gadget> {
    const folder = join(CONFIGFS, name);
    await mkdir(folder);
    const set = (file: string, value: string | Uint8Array): Promise<void> => writeFile(join(folder, file), value);
    await set('idVendor', `0x${face.vendorId.toString(16)}`);
    await set('idProduct', `0x${face.productId.toString(16)}`);
    await set('bcdDevice', '0x0100');
    await mkdir(join(folder, 'strings/0x409'));
    await set('strings/0x409/manufacturer', face.manufacturer);
    await set('strings/0x409/product', face.product);
    if (face.serialNumber !== undefined) await set('strings/0x409/serialnumber', face.serialNumber);
    const instance = `functions/${kind}.${name}`;
    await mkdir(join(folder, instance));
    if (kind === 'hid') {
      await set(`${instance}/protocol`, '0');
      await set(`${instance}/subclass`, '0');
      await set(`${instance}/report_length`, String(face.packetBytes ?? 64));
      await set(`${instance}/report_desc`, REPORT_DESCRIPTOR);
    }
    await mkdir(join(folder, 'configs/c.1'));
    await symlink(join(folder, instance), join(folder, 'configs/c.1', `${kind}.${name}`));
    const end =
      kind === 'acm'
        ? `/dev/ttyGS${(await readFile(join(folder, instance, 'port_num'), 'utf8')).trim()}`
        : await nodeOf((await readFile(join(folder, instance, 'dev'), 'utf8')).trim());
    return new Gadget(folder, `dummy_udc.${controller}`, end);
  }

  /** The cable goes in; the host notices in its own time. */
  async plug(): Promise<void> {
    await writeFile(join(this.#folder, 'UDC'), this.#controller);
  }

  /** The cable comes out. */
  async unplug(): Promise<void> {
    await writeFile(join(this.#folder, 'UDC'), '\n');
  }
}

/** Emulated controllers that there are. */
export async function controllers(): Promise<number> {
  return existsSync(CONTROLLERS) ? (await readdir(CONTROLLERS)).length : 0;
}

/** /dev/hidgN of a device number "major:minor"; made by the kernel when the function is bound for the first time. */
async function nodeOf(number: string): Promise<string> {
  const minor = number.split(':')[1];
  if (minor === undefined) throw new Error(`no device number: ${number}`);
  return `/dev/hidg${minor}`;
}
