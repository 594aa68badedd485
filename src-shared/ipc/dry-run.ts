import type { PlanPacket } from './contract.ts';

/**
 * Whether no later step can take a packet back. Writes to an open zone overwrite what was there, but they can be written
 * again; only a lock is for ever.
 */
export function isFinal(packet: Pick<PlanPacket, 'irreversible' | 'command'>): boolean {
  return packet.irreversible && packet.command === 'Lock';
}

/** Where a Read or Write goes; `word` is null for a whole block of 32 bytes. */
interface Place {
  readonly zone: 'config' | 'otp' | 'data';
  readonly slot: number;
  readonly block: number;
  readonly word: number | null;
}

/** What a packet does, as a code and its facts, so that every reader is told it in their own language. */
export type PacketDeed =
  | ({ readonly code: 'read' | 'write' } & Place)
  | { readonly code: 'lock-config' | 'lock-data'; readonly crc: string | null }
  | { readonly code: 'lock-slot' | 'create-key' | 'public-key'; readonly slot: number }
  | { readonly code: 'random' | 'nonce' }
  | { readonly code: 'load'; readonly bytes: number }
  | { readonly code: 'sign'; readonly slot: number };

/**
 * What a packet of a dry run does, from the parameters in its header (atecc-device.md 7), which are never secret; undefined for a
 * command that no run of today sends, and for parameters of which only the core's own words speak.
 */
export function packetDeed({ command, packet }: Pick<PlanPacket, 'command' | 'packet'>): PacketDeed | undefined {
  const header = /^(..)..(..)(..)(..)/.exec(packet.replaceAll(' ', ''));
  if (header === null) return undefined;
  const [count = 0, mode = 0, low = 0, high = 0] = header.slice(1).map((pair) => Number.parseInt(pair, 16));
  if ([count, mode, low, high].some(Number.isNaN)) return undefined;
  const slot = high === 0 && low < 16 ? low : undefined;
  switch (command) {
    case 'Read':
    case 'Write': {
      const zone = (['config', 'otp', 'data'] as const)[mode & 3];
      if (zone === undefined || (mode & 0x40) !== 0) return undefined;
      const whole = (mode & 0x80) !== 0;
      const upper = low >> 3;
      return {
        code: command === 'Read' ? 'read' : 'write',
        zone,
        slot: zone === 'data' ? upper & 15 : 0,
        block: zone === 'data' ? high : upper,
        word: whole ? null : low & 7,
      };
    }
    case 'Lock': {
      const crc = (mode & 0x80) === 0 ? hex(high) + hex(low) : null;
      if ((mode & 3) === 2) return { code: 'lock-slot', slot: (mode >> 2) & 15 };
      return { code: (mode & 3) === 0 ? 'lock-config' : 'lock-data', crc };
    }
    case 'GenKey':
      if (slot === undefined || (mode !== 0 && mode !== 4)) return undefined;
      return { code: mode === 4 ? 'create-key' : 'public-key', slot };
    case 'Random':
      return { code: 'random' };
    case 'Nonce':
      if (mode === 3) return { code: 'load', bytes: count - frameLength };
      return mode <= 1 && high === 0 && low === 0 ? { code: 'nonce' } : undefined;
    case 'Sign':
      return (mode & 0x80) !== 0 && slot !== undefined ? { code: 'sign', slot } : undefined;
    default:
      return undefined;
  }
}

/** Count, opcode, P1, P2 and CRC: what a packet has beside its data. */
const frameLength = 7;

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

/** Packets as text for the export, one line each: number, stage, bytes, command, what it does, "!" where it is for ever. */
export function packetLines(packets: readonly PlanPacket[]): string {
  return packets
    .map((packet, index) =>
      [index + 1, packet.stage, packet.packet, packet.command, packet.describe, isFinal(packet) ? '!' : ''].join('\t'),
    )
    .join('\n');
}
