import { dryRun } from '../../src-main/provisioning/dry-run.ts';
import type { PreparedEntry } from '../../src-main/provisioning/prepared-entry.ts';
import { i2cMs, WAKE_MS } from '../../src-main/simulator/pace.ts';
import type { CommandName, Part } from '../../src-shared/atecc/command.ts';
import { commandOfOpcode } from '../../src-shared/atecc/opcodes.ts';
import { executionTime } from '../../src-shared/atecc/timing.ts';
import type { DefinitionPair } from '../../src-shared/certificates/index.ts';
import { type Dialect, writeRequest } from '../../src-shared/kit/requests.ts';

/**
 * The least time that a run can take: what its packets need by themselves. The packets are those of the plan (the dry run), not those
 * that a run happened to send, so that nothing needless can hide in the ideal.
 */
export interface Ideal {
  readonly packets: number;
  readonly wakes: number;
  readonly executionMs: number;
  readonly wakeMs: number;
  readonly busMs: number;
  readonly lineMs: number;
  readonly totalMs: number;
}

const WAKE_ANSWER_BYTES = 4;
/** How long our kit host keeps a chip awake at most (firmware/README.md). */
const KEPT_MS = 600;

/**
 * Kits wake the chip for every packet and idle it after; a kit that `keeps` it awake wakes it when the longest time of the next
 * command would not fit into what is left of KEPT_MS. `charactersPerSecond` 0 = the line costs nothing.
 */
export async function idealOf(
  prepared: PreparedEntry,
  part: Part,
  options: {
    readonly definitions: DefinitionPair;
    readonly charactersPerSecond: number;
    readonly dialect: Dialect;
    readonly keeps?: boolean;
  },
): Promise<Ideal> {
  const plan = await dryRun(prepared, part, {
    definitions: options.definitions,
    now: new Date(),
    random: (length) => new Uint8Array(length),
  });
  if (plan.problems.length > 0) throw new Error(plan.problems.join('; '));
  let executionMs = 0;
  let busMs = 0;
  let lineMs = 0;
  let wakes = 0;
  let awakeMs = Number.POSITIVE_INFINITY;
  const packets = plan.packets.filter(({ packet }) => packet.hex !== '');
  for (const { packet, typicalMs } of packets) {
    const sent = packet.hex.length / 2;
    const answered = answerLength(packet.hex);
    // 00(…) LF
    const characters =
      writeRequest(options.dialect, { kind: 'talk', packet: new Uint8Array(sent) }).length + 2 * answered + 5;
    const onLineMs = options.charactersPerSecond === 0 ? 0 : (characters * 1000) / options.charactersPerSecond;
    if (options.keeps !== true || awakeMs + longestMs(packet.name, part) > KEPT_MS) {
      // Its answer to the wake (4 bytes), the address before it; and idle.
      busMs += i2cMs(1 + WAKE_ANSWER_BYTES) + i2cMs(2);
      wakes += 1;
      awakeMs = 0;
    }
    // Address and word address go before the packet, the address before the answer.
    const onBusMs = i2cMs(2 + sent) + i2cMs(1 + answered);
    executionMs += typicalMs;
    busMs += onBusMs;
    lineMs += onLineMs;
    awakeMs += typicalMs + onBusMs + onLineMs;
  }
  const wakeMs = wakes * WAKE_MS;
  return {
    packets: packets.length,
    wakes,
    executionMs,
    wakeMs,
    busMs,
    lineMs,
    totalMs: executionMs + wakeMs + busMs + lineMs,
  };
}

function longestMs(name: CommandName, part: Part): number {
  return executionTime(name, part, 'M0').maximumMs;
}

/** Bytes of the answer to a packet, count and CRC included (atecc-device.md 7). */
function answerLength(hex: string): number {
  const opcode = Number.parseInt(hex.slice(2, 4), 16);
  const mode = Number.parseInt(hex.slice(4, 6), 16);
  switch (commandOfOpcode(opcode)) {
    case 'Read':
      return (mode & 0x80) === 0 ? 7 : 35;
    case 'GenKey':
    case 'Sign':
      return 67;
    case 'Random':
      return 35;
    case 'Nonce':
      return (mode & 3) === 3 ? 4 : 35;
    case 'Info':
      return 7;
    default:
      return 4;
  }
}
