import type { ChipBus } from '../bus.ts';
import { wellFormed } from '../octets.ts';
import { afterColon, dataLoad, parseKitLine } from './fields.ts';
import { type Kit, type KitMemory, kitStatus } from './kit.ts';
import { reply } from './reply.ts';

/**
 * The SAMD21 Xplained host (kit-protocol.md 2, single source): one chip, always wrapped in wake and idle, `w()` answers
 * `00()`, `b:d(i)` looks for the chip anew and takes no notice of the index, `b:v` is unknown. It hands device errors on as
 * data and does not touch the packet's CRC. What the page does not list is UNCONFIRMED and answered `C0()`.
 */
export class D21Kit implements Kit {
  readonly dialect = 'd21';
  readonly name = 'AT88CK101STK';
  readonly lineLimit = 2300;
  readonly #bus: ChipBus;
  #address = 0xc0;

  constructor(bus: ChipBus) {
    this.#bus = bus;
  }

  powerUp(): void {
    this.#address = 0xc0;
  }

  memory(): KitMemory {
    return { moduleNumber: 0xff };
  }

  overlong(): string {
    return reply(kitStatus.receiveOverflow);
  }

  async answer(line: string): Promise<string> {
    if (line === '') return '';
    const { target, rest } = parseKitLine(line);
    if (rest === undefined) return reply(kitStatus.unknownCommand);
    if (target === 'b') return this.#board(rest);
    return target === 's' || target === 'e' ? this.#chip(rest) : reply(kitStatus.unknownCommand);
  }

  async #board(rest: string): Promise<string> {
    const load = dataLoad(rest);
    switch (rest.charAt(0)) {
      case 'f':
        return load === undefined
          ? reply(kitStatus.badParameter)
          : reply(kitStatus.ok, Uint8Array.of(1, 0, 5), `${this.name} `);
      case 'd':
        return (await this.#scan())
          ? reply(kitStatus.ok, Uint8Array.of(this.#address), 'ECC108 TWI ')
          : reply(kitStatus.noDevice, undefined, 'no_device ');
      case 'a':
        return reply(kitStatus.ok);
      default:
        return reply(kitStatus.unknownCommand);
    }
  }

  /** The default address, then B0 to C6 in steps of 2 (config-zone.md 1). */
  async #scan(): Promise<boolean> {
    for (const address of SCANNED) {
      if (!(await this.#wake(address))) continue;
      this.#address = address;
      await this.#bus.sleep(address);
      return true;
    }
    return false;
  }

  async #chip(rest: string): Promise<string> {
    const load = dataLoad(rest);
    switch (rest.charAt(0)) {
      case 't':
        return load === undefined || load.length < 4 ? reply(kitStatus.badParameter) : this.#talk(load);
      case 'w':
      case 'i':
        return reply(kitStatus.ok);
      case 's':
        if (await this.#wake(this.#address)) await this.#bus.sleep(this.#address);
        return reply(kitStatus.ok);
      case 'p':
        // One device: select is taken and means nothing.
        return reply(afterColon(rest) === undefined ? kitStatus.unknownCommand : kitStatus.ok);
      default:
        return reply(kitStatus.unknownCommand);
    }
  }

  async #wake(address: number): Promise<boolean> {
    await this.#bus.wakePulse();
    const answer = await this.#bus.read(address);
    return answer !== undefined && answer[1] === AWAKE && wellFormed(answer);
  }

  async #talk(packet: Uint8Array): Promise<string> {
    if (!(await this.#wake(this.#address))) return reply(kitStatus.noResponse);
    const answer = await this.#exchange(packet);
    await this.#bus.idle(this.#address);
    return answer === undefined ? reply(kitStatus.noResponse) : reply(kitStatus.ok, answer);
  }

  async #exchange(packet: Uint8Array): Promise<Uint8Array | undefined> {
    if (!(await this.#bus.send(this.#address, packet))) return undefined;
    const fixedWait = this.#bus.pace.kitPolling ? (waits[packet[1] ?? 0] ?? LONGEST_WAIT_MS) : 0;
    await this.#bus.settle(this.#address, LIMIT_MS, { firstMs: fixedWait, everyMs: 0 });
    const answer = await this.#bus.read(this.#address);
    return answer !== undefined && answer.length >= 4 ? answer : undefined;
  }
}

const AWAKE = 0x11;
const LIMIT_MS = 2500;
const SCANNED: readonly number[] = [0xc0, ...Array.from({ length: 12 }, (_, i) => 0xb0 + 2 * i)];

/** The library's fixed waits for a 508A, ms (atecc-device.md 3, "508 CAL"). */
const LONGEST_WAIT_MS = 115;
const waits: Readonly<Record<number, number>> = {
  1: 3,
  2: 5,
  8: 14,
  17: 23,
  18: 26,
  21: 11,
  22: 29,
  23: 32,
  27: 23,
  28: 50,
  32: 10,
  36: 20,
  40: 13,
  48: 2,
  64: 115,
  65: 60,
  67: 58,
  69: 72,
  70: 48,
  71: 9,
};
