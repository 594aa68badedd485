import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { type UsbIdentity, usbIdentities } from '../../src-shared/kit/usb-identities.ts';
import { type ChannelOpenFailure, reasonOf, systemCode } from './open-failure.ts';

/** File name under which the rule below is installed. */
export const UDEV_RULE_FILE = '/etc/udev/rules.d/60-signet.rules';

/** What to do on this platform when a port may not be opened. */
export function permissionAdvice(platform: NodeJS.Platform, kind: 'serial' | 'hid'): string {
  if (platform === 'linux') {
    const group =
      kind === 'serial'
        ? 'Add this user to the group of the port (dialout, on some systems uucp) and log in again, or install'
        : 'Install';
    return `${group} the udev rule ${UDEV_RULE_FILE} and plug the kit in again.`;
  }
  if (platform === 'darwin')
    return 'Allow this program to use USB accessories in the system settings, and plug the kit in again.';
  return 'Close other programs that use the port, and run this program as a user who may use it.';
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
