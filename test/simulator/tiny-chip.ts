import type { BoardChip, ChipPart } from '../../src-main/simulator/board-chip.ts';
import type { TornWrite } from '../../src-main/simulator/faults/fault.ts';
import { crc16, hex, unhex, withCrc } from '../../src-main/simulator/octets.ts';
import type { SiliconAnswer, SimulatedClock } from '../../src-main/simulator/silicon.ts';

export interface TinyOptions {
  readonly address?: number;
  readonly part?: ChipPart;
  /** ms per opcode; 0 otherwise. */
  readonly times?: Readonly<Record<number, number>>;
  readonly clock?: SimulatedClock;
  readonly watchdogMs?: number;
  /** Exact answers by packet, both as hex, before anything else is looked at. */
  readonly scripted?: Readonly<Record<string, string>>;
  readonly wakeAnswer?: string;
  readonly wakeMs?: number;
}

/**
 * Just enough of a chip to watch a kit by: Info, a serial number, TempKey that sleep wipes, a counter that must not be run
 * twice. Everything that reaches it is noted in `log`.
 */
export class TinyChip implements BoardChip {
  readonly part: ChipPart;
  readonly wakeMs: number;
  readonly address: number;
  readonly log: string[] = [];
  readonly torn: TornWrite[] = [];
  readonly rotted: string[] = [];
  counter = 0;
  tempKey = false;
  changes = 0;
  #awakeSince: number | undefined;
  #cut = false;
  readonly #options: TinyOptions;

  constructor(options: TinyOptions = {}) {
    this.#options = options;
    this.part = options.part ?? 'ATECC508A';
    this.wakeMs = options.wakeMs ?? 1.5;
    this.address = options.address ?? 0xc0;
  }

  get awake(): boolean {
    if (this.#awakeSince === undefined) return false;
    const { clock, watchdogMs = 1300 } = this.#options;
    if (clock !== undefined && clock.now() - this.#awakeSince > watchdogMs) {
      this.log.push('watchdog');
      this.#forget();
      return false;
    }
    return true;
  }

  wake(): Uint8Array | undefined {
    if (this.awake) return undefined;
    this.#awakeSince = this.#options.clock?.now() ?? 0;
    this.log.push('wake');
    return bytes(this.#options.wakeAnswer ?? '04113343');
  }

  idle(): void {
    this.log.push('idle');
    this.#awakeSince = undefined;
  }

  sleep(): void {
    this.log.push('sleep');
    this.#forget();
  }

  powerCycle(): void {
    this.log.push('power');
    this.#forget();
  }

  #forget(): void {
    this.#awakeSince = undefined;
    this.tempKey = false;
  }

  command(packet: Uint8Array): SiliconAnswer | undefined {
    if (!this.awake) return undefined;
    this.log.push(hex(packet));
    if (this.#cut) {
      this.#cut = false;
      this.changes += 1;
      this.#forget();
      return undefined;
    }
    const executionMs = this.#options.times?.[packet[1] ?? 0] ?? 0;
    return { response: this.#respond(packet), executionMs };
  }

  #respond(packet: Uint8Array): Uint8Array {
    const scripted = this.#options.scripted?.[hex(packet)];
    if (scripted !== undefined) return bytes(scripted);
    const crc = crc16(packet.subarray(0, -2));
    if (packet[packet.length - 2] !== (crc & 0xff) || packet[packet.length - 1] !== crc >> 8) return bytes('04FF0142');
    switch (packet[1]) {
      case 0x30:
        return bytes('07000050000391');
      case 0x24:
        this.counter += 1;
        this.changes += 1;
        return withCrc(Uint8Array.of(7, this.counter, 0, 0, 0, 0, 0));
      case 0x16:
        this.tempKey = true;
        return bytes('04000340');
      case 0x41:
        return this.tempKey ? answerOf(64, 0x5a) : bytes('040F2342');
      case 0x40:
        return answerOf(64, 0x11);
      default:
        return bytes('040F2342');
    }
  }

  cutNext(torn: TornWrite): void {
    this.torn.push(torn);
    this.#cut = true;
  }

  rot(zone: 'config' | 'otp' | 'data', slot: number, offset: number, xor: number): void {
    this.changes += 1;
    this.rotted.push(`${zone} ${slot} ${offset} ${xor}`);
  }

  snapshot(): unknown {
    return { tiny: true, part: this.part, address: this.address, counter: this.counter };
  }
}

/** An answer of `length` payload bytes, all the same. */
export function answerOf(length: number, fill: number): Uint8Array {
  const answer = new Uint8Array(length + 3).fill(fill);
  answer[0] = length + 3;
  return withCrc(answer);
}

/** A packet with a right CRC from opcode, parameters and data as hex. */
export function packet(opcode: number, p1 = 0, p2 = 0, data = ''): string {
  const load = bytes(data);
  const out = new Uint8Array(7 + load.length);
  out.set([out.length, opcode, p1, p2 & 0xff, p2 >> 8]);
  out.set(load, 5);
  return hex(withCrc(out));
}

export function bytes(text: string): Uint8Array {
  const parsed = unhex(text);
  if (parsed === undefined) throw new RangeError(`not hex: ${text}`);
  return parsed;
}
