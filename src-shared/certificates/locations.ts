import {
  type CertificateDefinition,
  type DeviceLocation,
  deviceZone,
  isGenkeyLocation,
  isPresent,
} from './definition.ts';
import { usesDeviceSn } from './serial-number.ts';

/** Slots and zones are read and written in blocks of 32 bytes. */
export const blockLength = 32;

/** What was read for a location; shorter than the location's count when the slot ends before the last block does. */
export interface LocationContent {
  readonly location: DeviceLocation;
  readonly bytes: Uint8Array;
}

/** Where the chip's serial number lies: configuration zone bytes 0..3 and 8..12. */
export const deviceSnLocation: DeviceLocation = {
  zone: deviceZone.CONFIG,
  slot: 0,
  isGenkey: false,
  offset: 0,
  count: 13,
};

/** The 9-byte serial number out of the first 13 bytes of the configuration zone. */
export function deviceSnOfConfig(config: Uint8Array): Uint8Array {
  if (config.length < 13) throw new RangeError('the serial number needs 13 bytes of the configuration zone');
  return Uint8Array.of(...config.subarray(0, 4), ...config.subarray(8, 13));
}

/**
 * Everything in the chip that a definition refers to, as block-aligned locations, in the reference library's order:
 * compressed certificate, stored serial number, public key, custom elements, and the chip's serial number where the
 * serial source needs it. Neighbours in the same slot are joined. A location may reach beyond its slot's end
 * (72 bytes in blocks of 32): the reader reads what there is.
 */
export function locationsToRead(definition: CertificateDefinition): readonly DeviceLocation[] {
  const joined: DeviceLocation[] = [];
  for (const location of namedLocations(definition)) join(joined, location);
  return joined;
}

/** Whether both are answered by the same kind of access to the same slot or zone. */
export function isSameMemory(a: DeviceLocation, b: DeviceLocation): boolean {
  if (isGenkeyLocation(a) || isGenkeyLocation(b)) {
    return isGenkeyLocation(a) && isGenkeyLocation(b) && a.slot === b.slot;
  }
  return a.zone === b.zone && (a.zone !== deviceZone.DATA || a.slot === b.slot);
}

/** The bytes of `wanted` out of what was read; undefined when `content` does not cover them. */
export function contentOf(wanted: DeviceLocation, content: LocationContent): Uint8Array | undefined {
  const start = wanted.offset - content.location.offset;
  if (!isSameMemory(wanted, content.location) || start < 0 || start + wanted.count > content.bytes.length)
    return undefined;
  return content.bytes.slice(start, start + wanted.count);
}

/** All present locations of a definition in reading order, as they are written in it. */
function namedLocations(definition: CertificateDefinition): readonly DeviceLocation[] {
  const all = [
    definition.compressedLocation,
    definition.serialNumberLocation,
    definition.publicKeyLocation,
    ...definition.customElements.map((element) => element.deviceLocation),
  ];
  if (usesDeviceSn(definition.snSource)) all.push(deviceSnLocation);
  return all.filter(isPresent);
}

/** Adds a location, rounded to whole blocks, or widens the first one that it touches. */
function join(joined: DeviceLocation[], location: DeviceLocation): void {
  const start = Math.floor(location.offset / blockLength) * blockLength;
  const end = Math.ceil((location.offset + location.count) / blockLength) * blockLength;
  const touching = joined.findIndex(
    (other) => isSameMemory(location, other) && end >= other.offset && start <= other.offset + other.count,
  );
  const other = joined[touching];
  if (other === undefined) {
    joined.push({ ...location, offset: start, count: end - start });
    return;
  }
  const offset = Math.min(start, other.offset);
  joined[touching] = { ...other, offset, count: Math.max(end, other.offset + other.count) - offset };
}
