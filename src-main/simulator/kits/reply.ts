import { hex } from '../octets.ts';

/** `SS(DATA)` and a line feed: two hex digits of kit status, upper-case data (kit-protocol.md 1). */
export function reply(status: number, data: Uint8Array = new Uint8Array(), words = ''): string {
  return `${words}${hex(Uint8Array.of(status & 0xff))}(${hex(data)})\n`;
}
