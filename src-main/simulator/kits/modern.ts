import type { ChipBus } from '../bus.ts';
import { fromLatin1, hex, latin1, sameBytes, unhex, wellFormed, withCrc } from '../octets.ts';
import { type Kit, type KitMemory, kitStatus, type ModernDevice, type ModernHabits } from './kit.ts';
import { reply } from './reply.ts';

/**
 * A host built on Microchip's kit host source, as it really answers (vectors/kit-frames.json, kind kit-host): failures are
 * 32-bit negative numbers, device errors are lost in them, `b:v` and `b:f` send the working buffer, over-long lines hang it.
 */
export const asEmitted: ModernHabits = {
  failures: 'negative',
  deviceErrors: 'dropped',
  emptyIndex: 'failure',
  stubs: 'buffer',
};

/**
 * The same host put right: two status digits, device errors handed on, an empty index that Microchip's own client is content
 * with (kit-protocol.md 6).
 */
export const wellFormedHabits: ModernHabits = {
  failures: 'two-digits',
  deviceErrors: 'forwarded',
  emptyIndex: 'no-device',
  stubs: 'unknown',
};

/**
 * The modern kit host. Its table of devices was fixed when it was built; every word may be abbreviated to a prefix; nothing
 * is lower-cased but letters; it wraps every talk in wake and idle and has no switch for that.
 */
export class ModernKit implements Kit {
  readonly dialect = 'modern';
  readonly name = '';
  readonly lineLimit = BUFFER_BYTES - 1;
  readonly #bus: ChipBus;
  readonly #habits: ModernHabits;
  readonly #devices: readonly ModernDevice[];
  #selected: ModernDevice | undefined;
  #buffer = new Uint8Array(BUFFER_BYTES);

  constructor(bus: ChipBus, devices: readonly ModernDevice[], habits: ModernHabits = asEmitted) {
    this.#bus = bus;
    this.#devices = devices;
    this.#habits = habits;
  }

  powerUp(): void {
    this.#selected = undefined;
    this.#buffer = new Uint8Array(BUFFER_BYTES);
  }

  memory(): KitMemory {
    return { moduleNumber: 0xff };
  }

  overlong(): string | undefined {
    return this.#habits.failures === 'negative' ? undefined : reply(kitStatus.receiveOverflow);
  }

  async answer(line: string): Promise<string> {
    const fields = split(line);
    this.#buffer.set(fromLatin1(`${fields.join('\0')}\n`).subarray(0, BUFFER_BYTES));
    if (fields.length > MOST_FIELDS) return this.#failure(kitStatus.badParameterLibrary);
    const [target = '', command = '', third, fourth] = fields;
    switch (complete(['board', 'ecc', 'sha'], target)) {
      case 'board':
        return this.#board(command, third);
      case 'ecc':
      case 'sha':
        return this.#chip(command, third, fourth);
      default:
        return this.#failure(kitStatus.badParameterLibrary);
    }
  }

  #board(command: string, argument: string | undefined): string {
    switch (complete(['version', 'firmware', 'device'], command)) {
      case 'version':
      case 'firmware':
        return this.#habits.stubs === 'buffer' ? latin1(this.#buffer) : reply(kitStatus.unknownCommand);
      case 'device': {
        const device = argument === undefined ? undefined : this.#devices[number(argument)];
        if (device === undefined) return this.#emptyIndex();
        return reply(kitStatus.ok, Uint8Array.of(device.address), `${device.name} ${device.bus} `);
      }
      default:
        return this.#failure(kitStatus.badParameterLibrary);
    }
  }

  #emptyIndex(): string {
    return this.#habits.emptyIndex === 'failure'
      ? this.#failure(kitStatus.functionFailed)
      : reply(kitStatus.ok, Uint8Array.of(0), 'no_device TWI ');
  }

  async #chip(command: string, third: string | undefined, fourth: string | undefined): Promise<string> {
    const word = complete(['wake', 'idle', 'sleep', 'talk', 'physical'], command);
    if (word === 'physical') {
      if (complete(['select'], third ?? 'none') === undefined) return this.#failure(kitStatus.badParameterLibrary);
      return this.#select(fourth);
    }
    const address = this.#selected?.address;
    if (word === undefined || address === undefined) return this.#failure(kitStatus.badParameterLibrary);
    switch (word) {
      case 'wake':
        return this.#wakeReply(address);
      case 'idle':
        await this.#bus.idle(address);
        return reply(kitStatus.ok);
      case 'sleep':
        await this.#bus.sleep(address);
        return reply(kitStatus.ok);
      case 'talk':
        return this.#talk(address, third);
    }
  }

  /** An address that is not in the table changes nothing and is answered like one that is. */
  async #select(argument: string | undefined): Promise<string> {
    const device = this.#devices.find(({ address }) => argument !== undefined && address === number(argument));
    if (device !== undefined) {
      this.#selected = device;
      // Initialising a 608 reads its clock divider, whatever comes of it.
      if (device.name.startsWith('ECC6') && (await this.#wake(device.address)) === kitStatus.ok) {
        await this.#exchange(device.address, READ_CONFIG_BLOCK);
        await this.#bus.idle(device.address);
      }
    }
    return reply(kitStatus.ok);
  }

  async #wakeReply(address: number): Promise<string> {
    const status = await this.#wake(address);
    return status === kitStatus.ok ? reply(kitStatus.ok, WAKE_ANSWER) : this.#failure(status);
  }

  /** One wake, and one more when nobody answered. */
  async #wake(address: number): Promise<number> {
    for (let tries = 0; tries < WAKES; tries += 1) {
      await this.#bus.wakePulse();
      await this.#bus.settle(address, WAKE_LIMIT_MS, { firstMs: 0, everyMs: 0 });
      const answer = await this.#bus.read(address);
      if (answer === undefined) continue;
      if (sameBytes(answer, WAKE_ANSWER)) return kitStatus.ok;
      return SELF_TEST_FAILED.some((failed) => sameBytes(answer, failed)) ? SELF_TEST : WAKE_FAILED;
    }
    return kitStatus.noResponse;
  }

  async #talk(address: number, argument: string | undefined): Promise<string> {
    const packet = argument === undefined ? undefined : unhex(argument);
    if (packet === undefined || packet.length < 4) return this.#failure(kitStatus.badParameterLibrary);
    const woken = await this.#wake(address);
    if (woken === SELF_TEST) return this.#failure(woken);
    // A pulse to a chip that is awake already has no answer; the vendor's client wakes before it talks, and is served.
    const answer = await this.#exchange(address, packet);
    await this.#bus.idle(address);
    if (answer === undefined) return this.#failure(woken === kitStatus.ok ? kitStatus.noResponse : woken);
    if (!wellFormed(answer)) return this.#failure(kitStatus.badCrc);
    const status = answer.length === 4 ? (answer[1] ?? 0) : 0;
    if (status === 0 || this.#habits.deviceErrors === 'forwarded') return reply(kitStatus.ok, answer);
    return this.#failure(chipStatus[status] ?? kitStatus.generic);
  }

  async #exchange(address: number, packet: Uint8Array): Promise<Uint8Array | undefined> {
    // The count decides how much is sent; what the host left out is whatever stood in the buffer.
    const count = Math.max(packet[0] ?? 0, 1);
    const sent = new Uint8Array(count);
    sent.set(packet.subarray(0, count));
    if (!(await this.#bus.send(address, sent))) return undefined;
    const polling = this.#bus.pace.kitPolling ? { firstMs: 1, everyMs: 2 } : { firstMs: 0, everyMs: 0 };
    await this.#bus.settle(address, LIMIT_MS, polling);
    const answer = await this.#bus.read(address);
    return answer === undefined || answer.length < 4 ? undefined : answer;
  }

  #failure(code: number): string {
    return this.#habits.failures === 'negative' ? `FFFFFF${hex(Uint8Array.of(code))}()\n` : reply(code);
  }
}

const BUFFER_BYTES = 512;
const MOST_FIELDS = 4;
const LIMIT_MS = 2500;
const WAKES = 2;
/** It polls for a wake answer that is late (power-on self-test); legacy and D21 hosts look once, after tWHI. */
const WAKE_LIMIT_MS = 30;
const WAKE_ANSWER = Uint8Array.of(0x04, 0x11, 0x33, 0x43);
/** With the right CRC, and as the vendor library compares it (atecc-device.md 2, CONFLICT). */
const SELF_TEST_FAILED = [Uint8Array.of(0x04, 0x07, 0x40, 0xc2), Uint8Array.of(0x04, 0x07, 0xc4, 0x40)];
const READ_CONFIG_BLOCK = withCrc(Uint8Array.of(7, 0x02, 0x80, 0, 0, 0, 0));
const WAKE_FAILED = 0xd0;
const SELF_TEST = 0xd7;

/** Which failure each status of the chip becomes (kit-protocol.md 3); others are the generic E1. */
const chipStatus: Readonly<Record<number, number>> = {
  1: 0xd1,
  3: 0xd2,
  5: 0xd6,
  7: SELF_TEST,
  8: 0xfa,
  15: 0xf4,
  17: 0xf3,
  255: 0xd4,
};

/** Colons and opening parentheses begin a field, a closing one ends it (what follows it is cut off with it). */
function split(line: string): readonly string[] {
  const fields = line.toLowerCase().split(/[:(]/);
  return fields.map((field, i) => {
    const close = field.indexOf(')');
    if (close >= 0) return field.slice(0, close);
    // The line feed still hangs on a last field that was not closed: no word, but no harm behind the parenthesis either.
    return i === fields.length - 1 ? `${field}\n` : field;
  });
}

/** The first word of which `text` is the beginning. */
function complete<T extends string>(words: readonly T[], text: string): T | undefined {
  return words.find((word) => word.startsWith(text));
}

/** As C reads a hex number: as far as it goes, 0 when it does not go at all; one byte is kept. */
function number(text: string): number {
  const value = Number.parseInt(text, 16);
  return Number.isNaN(value) ? 0 : value & 0xff;
}
