import {
  type Command,
  type Procedure,
  type ProcedureFailure,
  parsePacket,
  runProcedure,
} from '../../../../src-shared/atecc/index.ts';
import { buildResponse } from '../../../../src-shared/atecc/packet.ts';
import { statusPacket } from '../../../../src-shared/atecc/status.ts';
import { padRight } from '../../../../src-shared/base/bytes.ts';
import type { Result } from '../../../../src-shared/base/result.ts';
import { BadVector } from '../../fields.ts';

/** What a procedure sent, and how it ended. */
export interface Recording<T> {
  readonly packets: readonly Uint8Array[];
  readonly result: Result<T, ProcedureFailure>;
}

/** Runs a procedure against a scripted chip and keeps what it sends. */
export function record<T>(
  procedure: Procedure<T>,
  answer: (command: Command<unknown>, index: number) => Uint8Array,
): Recording<T> {
  const packets: Uint8Array[] = [];
  const result = runProcedure(procedure, (command) => {
    packets.push(command.packet);
    return answer(command, packets.length - 1);
  });
  return { packets, result };
}

/** The answers of a list, one after the other. */
export function inOrder(replies: readonly Uint8Array[]): (command: Command<unknown>, index: number) => Uint8Array {
  return (_command, index) => {
    const reply = replies[index];
    if (reply === undefined) throw new BadVector(`no reply for packet ${index}`);
    return reply;
  };
}

/** Always success. */
export function succeed(): Uint8Array {
  return statusPacket(0);
}

/** Reads of one slot, answered from its content; blocks beyond it are zeros. */
export function answerFromMemory(memory: Uint8Array): (command: Command<unknown>) => Uint8Array {
  return ({ packet }) => {
    const parts = parsePacket(packet);
    if (!parts.ok) throw new BadVector('our packet is damaged');
    const size = (parts.value.param1 & 0x80) !== 0 ? 32 : 4;
    const start = (parts.value.param2 >> 8) * 32 + (size === 32 ? 0 : (parts.value.param2 & 7) * 4);
    return buildResponse(padRight(memory.slice(start, start + size), size));
  };
}
