import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { type UsbIdentity, usbIdentities } from '../../src-shared/kit/usb-identities.ts';
import { type ChannelOpenFailure, type PermissionAdvice, reasonOf, systemCode } from './open-failure.ts';

/** What to do on this platform when a port may not be opened. */
export function permissionAdvice(platform: NodeJS.Platform, kind: 'serial' | 'hid'): PermissionAdvice {
  if (platform === 'linux') return kind;
  return platform === 'darwin' ? 'mac' : 'windows';
}

/** Udev rules that let the user at the screen use every kit of the table, whichever way it connects. */
export function udevRules(identities: readonly UsbIdentity[] = usbIdentities): string {
  const hex = (value: number): string => value.toString(16).padStart(4, '0');
  const lines = identities.map(({ vendorId, productId, transport, name }) => {
    const subsystem = transport === 'hid' ? 'hidraw' : 'tty';
    const match = `ATTRS{idVendor}=="${hex(vendorId)}", ATTRS{idProduct}=="${hex(productId)}"`;
    return `# ${name}\nSUBSYSTEM=="${subsystem}", ${match}, MODE="0660", GROUP="plugdev", TAG+="uaccess"`;
  });
  return `${lines.join('\n')}\n`;
}

/**
 * Why a device file cannot be opened for reading and writing, asked before a driver is: drivers give poor reasons.
 * Undefined when it can, and where ports are no files (Windows).
 */
export async function deviceFileFailure(
  path: string,
  kind: 'serial' | 'hid',
  platform: NodeJS.Platform = process.platform,
): Promise<ChannelOpenFailure | undefined> {
  if (platform === 'win32' || !path.startsWith('/')) return undefined;
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (thrown) {
    const reason = systemCode(thrown) ?? reasonOf(thrown);
    if (reason === 'EACCES' || reason === 'EPERM') {
      return { kind: 'denied', path, reason: 'permission denied', advice: permissionAdvice(platform, kind) };
    }
    return { kind: 'missing', path, reason: reason === 'ENOENT' ? 'no such device' : reason };
  }
}
