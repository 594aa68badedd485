import type { Command, CommandName } from '../../src-shared/atecc/command.ts';
import { toHex } from '../../src-shared/base/bytes.ts';

/**
 * What an observer is told of every access to a chip: for run traces, progress, the dry run and the bench.
 * Never a secret: the data of a packet that carries one are dots.
 */
export type DeviceEvent =
  | {
      readonly kind: 'sequence-start';
      readonly address: number;
      readonly commands: readonly CommandName[];
      /** 1, 2, 3: how often it was begun. */
      readonly attempt: number;
    }
  /** A line of ours did it; what a kit does by itself around every command is not told. */
  | { readonly kind: 'wake' | 'idle' | 'sleep'; readonly address: number }
  | { readonly kind: 'sent'; readonly address: number; readonly packet: PacketFacts }
  | {
      readonly kind: 'answered';
      readonly address: number;
      readonly packet: PacketFacts;
      /** The answer packet in hex. */
      readonly answer: string;
      /** Status byte of a 4-byte answer; undefined when data came. */
      readonly status: number | undefined;
    }
  | { readonly kind: 'lost'; readonly address: number; readonly packet: PacketFacts; readonly reason: string }
  | {
      readonly kind: 'sequence-end';
      readonly address: number;
      readonly outcome: 'done' | 'failed' | 'redo';
    };

export interface PacketFacts {
  readonly name: CommandName;
  readonly describe: string;
  readonly repeatable: boolean;
  readonly irreversible: boolean;
  /** count..CRC in hex; secret data bytes (and the CRC, which would betray a short secret) as "..". */
  readonly hex: string;
  readonly length: number;
}

export type DeviceObserver = (event: DeviceEvent) => void;

/** count, opcode, P1, P2: never secret. */
const HEADER_LENGTH = 5;

/** The facts of a command for an observer. */
export function packetFacts(command: Command<unknown>, secret: boolean): PacketFacts {
  const hidden = secret && command.packet.length > HEADER_LENGTH + 2;
  const hex = hidden
    ? toHex(command.packet.subarray(0, HEADER_LENGTH)) + '..'.repeat(command.packet.length - HEADER_LENGTH)
    : toHex(command.packet);
  return {
    name: command.name,
    describe: command.describe,
    repeatable: command.repeatable,
    irreversible: command.irreversible,
    hex,
    length: command.packet.length,
  };
}
