/**
 * Identity of a connector: the place where something is plugged in, not what is plugged in there. A site is bound to it,
 * so it has to stay the same over unplugging, restarts and another stick in the same place.
 */

/**
 * From the device's path in Linux's sysfs (…/0000:00:14.0/usb1/1-1/1-1.4/1-1.4:1.0/…): the USB controller and the chain of
 * ports behind it. Bus numbers change between boots and are left out. Undefined when no USB port is in the path.
 */
export function connectorOfSysfs(devicePath: string): string | undefined {
  const parts = devicePath.split('/');
  const hub = parts.findIndex((part) => /^usb\d+$/.test(part));
  const chain = parts.slice(hub + 1).findLast((part) => /^\d+-\d+(?:\.\d+)*(?::\d+\.\d+)?$/.test(part));
  if (hub < 1 || chain === undefined) return undefined;
  const ports = chain.replace(/^\d+-/, '');
  return `usb:${parts[hub - 1]}/${ports}`;
}

/** From what Windows or macOS tell of a serial port's place ("Port_#0004.Hub_#0002", "14100000"); undefined when they do not. */
export function connectorOfLocation(locationId: string | undefined): string | undefined {
  return locationId === undefined || locationId === '' ? undefined : `usb:${locationId}`;
}

/** From the path that hidapi's libusb driver gives ("1-1.4:1.0"); undefined for other forms. */
export function connectorOfLibusbPath(path: string): string | undefined {
  const match = /^\d+-(\d+(?:\.\d+)*:\d+\.\d+)$/.exec(path);
  return match === null ? undefined : `usb:${match[1]}`;
}
