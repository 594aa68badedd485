import { toHex } from '../base/bytes.ts';

/** Dialects of the Kit Protocol (kit-protocol.md 2). */
export type Dialect = 'legacy' | 'd21' | 'modern';

/** Which physical interface a kit with several shall use. */
export type PhysicalInterface = 'i2c' | 'swi' | 'spi';

/**
 * What can be asked of a kit. Addresses are 8-bit I2C addresses, packets are count..CRC.
 * `firmware` and `device` are asked of the kit, everything else of the chip that was selected.
 */
export type KitRequest =
  | { readonly kind: 'firmware' }
  | { readonly kind: 'device'; readonly index: number }
  | { readonly kind: 'unknown-command' }
  | { readonly kind: 'select'; readonly address: number }
  | { readonly kind: 'interface'; readonly name: PhysicalInterface }
  | { readonly kind: 'auto-wrap'; readonly on: boolean }
  /** Our own kit host: talks that follow each other share a wake. */
  | { readonly kind: 'keep-awake' }
  | { readonly kind: 'background-discovery'; readonly on: boolean }
  | { readonly kind: 'wake' | 'idle' | 'sleep' }
  | { readonly kind: 'talk'; readonly packet: Uint8Array }
  /** Our own kit host: a talk that may be sent before the one before it is answered; 0..9 comes back with the answer. */
  | { readonly kind: 'next'; readonly digit: number; readonly packet: Uint8Array };

/**
 * The line for a request, newline included. Legacy and D21 kits look at first letters only and get the short forms; the
 * modern kit host abbreviates by prefix over unchecked fields and gets the canonical long forms (kit-protocol.md 2).
 */
export function writeRequest(dialect: Dialect, request: KitRequest): string {
  const long = dialect === 'modern';
  switch (request.kind) {
    case 'firmware':
      return 'b:f(00)\n';
    case 'device':
      return `board:device(${hexByte(request.index)})\n`;
    case 'unknown-command':
      return 'board:none(00)\n';
    case 'select':
      return `${long ? 'ecc' : 'e'}:physical:select(${hexByte(request.address)})\n`;
    case 'interface':
      return `${long ? 'ecc' : 'e'}:physical:interface:${request.name}\n`;
    case 'auto-wrap':
      return `e:a(${request.on ? '01' : '00'})\n`;
    case 'keep-awake':
      return 'e:a(02)\n';
    case 'next':
      return `e:n:${request.digit}(${toHex(request.packet)})\n`;
    case 'background-discovery':
      return `b:di(${request.on ? '01' : '00'})\n`;
    case 'wake':
      return long ? 'ecc:wake()\n' : 'e:w()\n';
    case 'idle':
      return long ? 'ecc:idle()\n' : 'e:i()\n';
    case 'sleep':
      return long ? 'ecc:sleep()\n' : 'e:s()\n';
    case 'talk':
      return `${long ? 'ecc:talk' : 'e:t'}(${toHex(request.packet)})\n`;
  }
}

/** Bytes of a line: one character, one byte. Kit lines are ASCII. */
export function lineBytes(line: string): Uint8Array {
  const bytes = new Uint8Array(line.length);
  for (let i = 0; i < line.length; i += 1) bytes[i] = line.charCodeAt(i);
  return bytes;
}

function hexByte(value: number): string {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError(`${value} is not a byte`);
  return value.toString(16).toUpperCase().padStart(2, '0');
}
