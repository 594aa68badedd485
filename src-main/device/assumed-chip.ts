import { addressOfParam2, type MemoryAddress, zoneOfCode } from '../../src-shared/atecc/address.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { commandOfOpcode } from '../../src-shared/atecc/opcodes.ts';
import { buildResponse, type PacketParts, parsePacket } from '../../src-shared/atecc/packet.ts';
import { statusPacket } from '../../src-shared/atecc/status.ts';
import { concat, sliceExact } from '../../src-shared/base/bytes.ts';
import type { Result } from '../../src-shared/base/result.ts';
import { ok } from '../../src-shared/base/result.ts';
import type { KitIdentity, Transport } from '../hal/transport.ts';
import type { PacketFacts } from './events.ts';
import type { DeviceFailure } from './failures.ts';
import { factsOfConfig } from './identify.ts';
import { Mutex } from './mutex.ts';
import type { ExpectedContent } from './procedures/memory.ts';
import { type ChipSession, openChipSession } from './sequence.ts';

/** The chip that a dry run imagines. */
export interface AssumedChip {
  readonly part: Part;
  /** 128 bytes: what the chip in hand holds now, or a factory-fresh zone. */
  readonly config: Uint8Array;
  /** RevNum, 4 bytes; taken from the configuration zone when absent. */
  readonly revision?: Uint8Array;
  /** X ‖ Y, 64 bytes, that GenKey answers with; a made-up one when absent. */
  readonly publicKey?: Uint8Array;
  /** 8-bit address; C0 when absent. */
  readonly address?: number;
  /** Data zone and OTP as the procedure finds them; zero where nothing is said. */
  readonly content?: readonly ExpectedContent[];
  readonly dialect?: KitIdentity['dialect'];
}

export interface PlannedPackets<T> {
  /** Every packet in order, as observers see it (secrets hidden). */
  readonly packets: readonly PacketFacts[];
  readonly result: Result<T, DeviceFailure>;
}

/**
 * Which packets a procedure would send to a chip that accepts everything: the dry run. Nothing is sent anywhere; the
 * very code of the procedure runs. The assumed chip follows configuration writes, data writes and locks, so that what is
 * read back is what was written; it judges nothing (that is pre-flight's and the simulator's).
 */
export async function planPackets<T>(
  chip: AssumedChip,
  procedure: (session: ChipSession) => Promise<Result<T, DeviceFailure>>,
): Promise<PlannedPackets<T>> {
  const packets: PacketFacts[] = [];
  const session = openChipSession(
    {
      transport: assumedTransport(chip),
      mutex: new Mutex(),
      refusal: () => undefined,
      observe: (event) => {
        if (event.kind === 'sent') packets.push(event.packet);
      },
    },
    chip.address ?? 0xc0,
    factsOfConfig(chip.part, chip.config),
  );
  const result = await procedure(session);
  return { packets, result };
}

function assumedTransport(chip: AssumedChip): Transport {
  const memory = new AssumedMemory(chip);
  return {
    description: { kind: 'simulated', path: 'assumed', connector: 'assumed' },
    kit: { dialect: chip.dialect ?? 'modern', name: '', version: '' },
    closed: false,
    talk: async (_address, packet) => {
      const parts = parsePacket(packet);
      return ok(parts.ok ? memory.answer(parts.value) : statusPacket(0xff));
    },
    wake: async () => ok({ from: 'fixed' }),
    idle: async () => ok(undefined),
    sleep: async () => ok(undefined),
    setAutoWrap: async (on) => ok(chip.dialect === 'legacy' ? (on ? 'on' : 'off') : 'wraps'),
    discover: async () => ok([{ index: 0, name: 'ECC', bus: 'TWI', address: chip.address ?? 0xc0 }]),
    onClosed: () => undefined,
    close: async () => undefined,
  };
}

const DONE = statusPacket(0x00);

class AssumedMemory {
  readonly #chip: AssumedChip;
  readonly #config: Uint8Array;
  /** Blocks of data and OTP by "zone slot block". */
  readonly #blocks = new Map<string, Uint8Array>();

  constructor(chip: AssumedChip) {
    this.#chip = chip;
    this.#config = chip.config.slice();
    for (const { zone, slot, bytes } of chip.content ?? []) {
      for (let block = 0; 32 * block < bytes.length; block += 1) {
        const held = new Uint8Array(32);
        held.set(bytes.subarray(32 * block, 32 * block + 32));
        this.#blocks.set(keyOf({ zone, slot, block }), held);
      }
    }
  }

  /** The answer packet of a chip that accepts the command. */
  answer({ opcode, param1, param2, data }: PacketParts): Uint8Array {
    switch (commandOfOpcode(opcode)) {
      case 'Info':
        return buildResponse(this.#info(param1));
      case 'Read':
        return buildResponse(this.#read(param1, param2));
      case 'Write':
        this.#write(param1, param2, data);
        return DONE;
      case 'Lock':
        this.#lock(param1);
        return DONE;
      case 'UpdateExtra':
        if (param1 < 2) this.#config[84 + param1] = param2 & 0xff;
        return DONE;
      case 'GenKey':
        return (param1 & 0x10) !== 0 ? DONE : buildResponse(this.#chip.publicKey ?? new Uint8Array(64).fill(0x01));
      case 'Sign':
        return buildResponse(new Uint8Array(64).fill(0x01));
      case 'Random':
        return buildResponse(new Uint8Array(32));
      case 'Nonce':
        return (param1 & 3) === 3 ? DONE : buildResponse(new Uint8Array(32));
      case 'Counter':
        return buildResponse(new Uint8Array(4));
      case 'MAC':
      case 'HMAC':
        return buildResponse(new Uint8Array(32));
      case 'SHA':
        return (param1 & 7) === 2 || (param1 & 7) === 5 ? buildResponse(new Uint8Array(32)) : DONE;
      default:
        return DONE;
    }
  }

  #info(mode: number): Uint8Array {
    switch (mode) {
      case 0:
        return this.#chip.revision ?? sliceExact(this.#config, 4, 4);
      case 1:
        return Uint8Array.of(1, 0, 0, 0);
      default:
        return Uint8Array.of(0x10, 0x80, 0, 0);
    }
  }

  #read(param1: number, param2: number): Uint8Array {
    const size = (param1 & 0x80) !== 0 ? 32 : 4;
    const address = this.#address(param1, param2);
    const word = size === 32 ? 0 : 4 * address.word;
    if (address.zone === 'config') return sliceExact(this.#config, 32 * address.block + word, size);
    return sliceExact(this.#blocks.get(keyOf(address)) ?? new Uint8Array(32), word, size);
  }

  #write(param1: number, param2: number, data: Uint8Array): void {
    const address = this.#address(param1, param2);
    const size = (param1 & 0x80) !== 0 ? 32 : 4;
    const word = size === 32 ? 0 : 4 * address.word;
    const bytes = data.subarray(0, size);
    if (address.zone === 'config') {
      this.#config.set(bytes, 32 * address.block + word);
      return;
    }
    const block = this.#blocks.get(keyOf(address)) ?? new Uint8Array(32);
    this.#blocks.set(keyOf(address), concat(block.subarray(0, word), bytes, block.subarray(word + size)));
  }

  #lock(param1: number): void {
    switch (param1 & 3) {
      case 0:
        this.#config[87] = 0;
        return;
      case 1:
        this.#config[86] = 0;
        return;
      default: {
        const slot = (param1 >> 2) & 0x0f;
        const at = 88 + (slot >> 3);
        this.#config[at] = (this.#config[at] ?? 0) & ~(1 << (slot & 7));
      }
    }
  }

  #address(param1: number, param2: number): MemoryAddress {
    return addressOfParam2(zoneOfCode(param1) ?? 'config', param2);
  }
}

function keyOf({ zone, slot, block }: Pick<MemoryAddress, 'zone' | 'slot' | 'block'>): string {
  return `${zone} ${slot} ${block}`;
}
