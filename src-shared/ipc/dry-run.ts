import type { PlanPacket } from './contract.ts';

/**
 * Whether no later step can take a packet back. Writes to an open zone overwrite what was there, but they can be written
 * again; only a lock is for ever.
 */
export function isFinal(packet: Pick<PlanPacket, 'irreversible' | 'command'>): boolean {
  return packet.irreversible && packet.command === 'Lock';
}

/** Packets as text for the export, one line each: number, stage, bytes, command, what it does, "!" where it is for ever. */
export function packetLines(packets: readonly PlanPacket[]): string {
  return packets
    .map((packet, index) =>
      [index + 1, packet.stage, packet.packet, packet.command, packet.describe, isFinal(packet) ? '!' : ''].join('\t'),
    )
    .join('\n');
}
