import { libraryStatus, parsePacket } from '../../../src-shared/atecc/index.ts';
import { commandOfOpcode } from '../../../src-shared/atecc/opcodes.ts';
import { bytesListOf, compareAll, kindOf, textOf } from '../fields.ts';
import { type Judge, type VectorCase, type Verdict, wrong } from '../judge.ts';
import { commandOf } from './packets/commands.ts';
import { inOrder, record, succeed } from './packets/drive.ts';
import { procedureOf, statusOf } from './packets/sequences.ts';

/** I2C word address that goes before a command packet (atecc-device.md 1). */
const COMMAND_WORD_ADDRESS = Uint8Array.of(0x03);

/** packets.json: library calls -> packets. */
export const judge: Judge = (testCase) => {
  switch (kindOf(testCase)) {
    case 'command':
      return judgeCommand(testCase);
    case 'sequence':
      return judgeSequence(testCase);
    default:
      return wrong(`kind ${kindOf(testCase)}`);
  }
};

/** One call with a chip that always answers success: its last packet, in parts, and all of them if there were several. */
function judgeCommand({ in: given, out }: VectorCase): Verdict {
  const name = textOf(given, 'function');
  const command = commandOf(given, name);
  const procedure = command === undefined ? procedureOf(given, name) : undefined;
  if (command === undefined && procedure === undefined) return wrong(`function ${name} is none of ours`);
  const packets = command === undefined && procedure !== undefined ? record(procedure, succeed).packets : [];
  const packet = command?.packet ?? packets.at(-1);
  const parts = packet === undefined ? undefined : parsePacket(packet);
  if (packet === undefined || parts?.ok !== true) return wrong('ours: no sound packet');
  const { opcode, param1, param2, data } = parts.value;
  return compareAll(out, {
    status: libraryStatus.ATCA_SUCCESS,
    packet,
    word_address: COMMAND_WORD_ADDRESS,
    opcode: Uint8Array.of(opcode),
    opcode_name: commandOfOpcode(opcode),
    param1: Uint8Array.of(param1),
    param2,
    data,
    crc: packet.slice(-2),
    ...(packets.length > 1 ? { packets } : {}),
  });
}

/** Several packets against scripted replies; all replies must be used. */
function judgeSequence({ in: given, out }: VectorCase): Verdict {
  const name = textOf(given, 'function');
  const procedure = procedureOf(given, name);
  if (procedure === undefined) return wrong(`function ${name} is none of ours`);
  const replies = bytesListOf(given, 'replies');
  const recording = record(procedure, inOrder(replies));
  const status = statusOf(recording);
  if (recording.result.ok && recording.packets.length !== replies.length) {
    return wrong(`${recording.packets.length} packets for ${replies.length} replies`);
  }
  const shown = recording.result.ok ? recording.result.value : {};
  return compareAll(out, { status, packets: recording.packets, ...shown });
}
