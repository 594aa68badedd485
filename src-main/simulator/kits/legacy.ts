import type { ChipBus } from '../bus.ts';
import { afterColon, dataLoad, parseKitLine } from './fields.ts';
import { type Kit, type KitMemory, kitStatus, type LegacyName } from './kit.ts';
import { type LegacyAnswer, LegacyLibrary } from './legacy-library.ts';
import { reply } from './reply.ts';

/**
 * AT88CK590 firmware 1.0.5 and its three namesakes (CK490, ECCROOT, ECCSIGNER): one parser for `s:` and `e:`, first letters
 * count, and the silent habits of kit-protocol.md 2 (LegacyLibrary). Discovery knows the addresses C0 and C8 and no other
 * (signer-and-server.md 1.3); a chip elsewhere is reached by `p:s(address)` only.
 */
export class LegacyKit implements Kit {
  readonly dialect = 'legacy';
  readonly lineLimit = 2300;
  readonly name: LegacyName;
  readonly #bus: ChipBus;
  readonly #library: LegacyLibrary;
  #moduleNumber: number;
  #found: readonly Found[] = [];
  #wraps = true;
  #discovers = true;
  #nextDiscovery = 0;
  #interface: 'i2c' | 'swi' = 'i2c';

  constructor(bus: ChipBus, name: LegacyName = 'AT88CK590', moduleNumber = 0xff) {
    this.#bus = bus;
    this.#library = new LegacyLibrary(bus);
    this.name = name;
    this.#moduleNumber = moduleNumber;
  }

  powerUp(): void {
    this.#library.address = DEFAULT_ADDRESS;
    this.#found = [];
    this.#wraps = true;
    this.#discovers = true;
    this.#nextDiscovery = this.#bus.clock.now();
    this.#interface = 'i2c';
  }

  memory(): KitMemory {
    return { moduleNumber: this.#moduleNumber };
  }

  overlong(): string {
    return reply(kitStatus.receiveOverflow);
  }

  async answer(line: string): Promise<string> {
    await this.#backgroundDiscovery();
    if (line === '') return '';
    const { target, rest } = parseKitLine(line);
    if (target === 'b') return rest === undefined ? reply(kitStatus.unknownCommand) : this.#board(rest);
    if (target === 's' || target === 'e') {
      // A line without a colon is answered with success and nothing is done.
      const { status, data } = rest === undefined ? done : await this.#chip(rest);
      return reply(status, data);
    }
    return reply(target === 'a' ? kitStatus.noDevice : kitStatus.unknownCommand);
  }

  /**
   * Once a second until something was found. The firmware does it between lines; here it is caught up with before the next
   * line, which nobody can tell from outside.
   */
  async #backgroundDiscovery(): Promise<void> {
    if (!this.#discovers || this.#bus.clock.now() < this.#nextDiscovery) return;
    this.#nextDiscovery = this.#bus.clock.now() + DISCOVERY_MS;
    await this.#discover();
  }

  /** Wakes everybody on the bus, asks for the revision, puts each one found to Sleep; then once more through the library. */
  async #discover(): Promise<void> {
    this.#found = [];
    if (this.#interface === 'i2c') {
      await this.#bus.wakePulse();
      const found: Found[] = [];
      for (const address of PROBED) {
        const name = await this.#library.detect(address);
        if (name !== undefined) found.push({ address, name });
      }
      this.#found = await this.#confirm(found);
    }
    this.#discovers = this.#found.length === 0;
  }

  async #confirm(found: readonly Found[]): Promise<readonly Found[]> {
    for (const { address } of found) {
      this.#library.address = address;
      if (!(await this.#library.confirm())) return [];
    }
    return found;
  }

  async #board(rest: string): Promise<string> {
    const load = dataLoad(rest);
    switch (rest.charAt(0)) {
      case 'v': {
        await this.#discover();
        const first = this.#found[0];
        const words = `${shortNames[this.name]} `;
        if (first === undefined) return reply(kitStatus.ok, undefined, `${words}no_device `);
        return reply(kitStatus.ok, Uint8Array.of(first.address), `${words}${first.name} TWI `);
      }
      case 'f':
        return load === undefined ? reply(kitStatus.badParameter) : this.#firmware(firstByte(load));
      case 'd':
        return this.#devices(rest, load);
      case 'm':
        return this.#module(rest, load);
      default:
        return reply(kitStatus.unknownCommand);
    }
  }

  #firmware(index: number): string {
    const versions: readonly (readonly [string, readonly number[]])[] = [
      [this.name, [1, 0, 5]],
      ['SHA204', [1, 3, 0]],
      ['AES132', [1, 1, 0]],
      ['ECC108', [0, 1, 0]],
    ];
    const version = versions[index];
    if (version === undefined) return reply(kitStatus.badParameter);
    return reply(kitStatus.ok, Uint8Array.from(version[1]), `${version[0]} `);
  }

  async #devices(rest: string, load: Uint8Array | undefined): Promise<string> {
    if (rest.charAt(1) === '?') return reply(kitStatus.ok, Uint8Array.of(this.#discovers ? 1 : 0));
    if (load === undefined) return reply(kitStatus.badParameter);
    if (rest.charAt(1) === 'i') {
      this.#discovers = firstByte(load) !== 0;
      return reply(kitStatus.ok);
    }
    await this.#discover();
    const device = this.#found[firstByte(load)];
    if (device === undefined) return reply(kitStatus.noDevice);
    return reply(kitStatus.ok, Uint8Array.of(device.address), `${device.name} TWI `);
  }

  #module(rest: string, load: Uint8Array | undefined): string {
    if (rest.charAt(1) === 'g') return reply(kitStatus.ok, Uint8Array.of(this.#moduleNumber));
    if (rest.charAt(1) !== 's') return reply(load === undefined ? kitStatus.badParameter : kitStatus.ok);
    if (load === undefined) return reply(kitStatus.badParameter);
    this.#moduleNumber = firstByte(load);
    return reply(kitStatus.ok);
  }

  async #chip(rest: string): Promise<LegacyAnswer> {
    const load = dataLoad(rest);
    switch (rest.charAt(0)) {
      case 't':
        return load === undefined ? badParameter : this.#talk(load);
      case 'w':
        return this.#wraps ? wakeToken : this.#library.wake();
      case 'i':
        return this.#wraps ? done : only(await this.#library.idle());
      case 's':
        return this.#sleep();
      case 'c':
        return load === undefined ? badParameter : only(await this.#library.sendOnly(load));
      case 'r':
        return load === undefined ? badParameter : this.#library.receive(firstByte(load));
      case 'a':
        if (load === undefined) return badParameter;
        this.#wraps = firstByte(load) !== 0;
        return done;
      case 'p':
        return this.#physical(afterColon(rest));
      default:
        return { status: kitStatus.unknownCommand };
    }
  }

  /** The status of a wrapped talk is that of the closing Idle, whatever happened before it. */
  async #talk(load: Uint8Array): Promise<LegacyAnswer> {
    if (this.#wraps) {
      const woken = await this.#library.wake();
      if (woken.status !== kitStatus.ok) return only(woken.status);
    }
    const answer = await this.#library.talk(load);
    if (!this.#wraps) return answer;
    return { ...answer, status: await this.#library.idle() };
  }

  async #sleep(): Promise<LegacyAnswer> {
    if (this.#wraps) {
      const woken = await this.#library.wake();
      if (woken.status !== kitStatus.ok) return only(woken.status);
    }
    return only(await this.#library.sleep());
  }

  async #physical(rest: string | undefined): Promise<LegacyAnswer> {
    if (rest === undefined) return done;
    const load = dataLoad(rest);
    switch (rest.charAt(0)) {
      case 's':
        if (rest.charAt(1) === 'y') return only(await this.#library.resync());
        if (load === undefined) return only(await this.#library.sleep());
        this.#library.address = firstByte(load);
        return done;
      case 'w':
        await this.#bus.wakePulse();
        return done;
      case 'c':
        return load === undefined ? badParameter : only(await this.#library.sendOnly(load));
      case 'r':
        return load === undefined ? badParameter : this.#library.receive(firstByte(load));
      case 'i':
        return this.#interfaceOrIdle(afterColon(rest));
      case 'e':
      case 'd':
        return done;
      default:
        return { status: kitStatus.unknownCommand };
    }
  }

  async #interfaceOrIdle(rest: string | undefined): Promise<LegacyAnswer> {
    if (rest === undefined) return only(await this.#library.idle());
    if (rest.charAt(0) === 'i') this.#interface = 'i2c';
    if (rest.charAt(0) === 's') this.#interface = 'swi';
    this.#library.connected = this.#interface === 'i2c';
    return done;
  }
}

interface Found {
  readonly address: number;
  readonly name: 'ECC108' | 'SHA204';
}

const PROBED: readonly number[] = [0xc0, 0xc8];
/** Where the firmware talks to before anything was found or selected: its SHA204. */
const DEFAULT_ADDRESS = 0xc8;
const DISCOVERY_MS = 1000;

const shortNames: Readonly<Record<LegacyName, string>> = {
  AT88CK590: 'CK590',
  AT88CK490: 'CK490',
  AT88CKECCROOT: 'ECCROOT',
  AT88CKECCSIGNER: 'ECCSIGN',
};

const done: LegacyAnswer = { status: kitStatus.ok };
const badParameter: LegacyAnswer = { status: kitStatus.badParameter };
const wakeToken: LegacyAnswer = { status: kitStatus.ok, data: Uint8Array.of(0x04, 0x11, 0x33, 0x43) };

function only(status: number): LegacyAnswer {
  return { status };
}

/** With empty parentheses the firmware takes the closing one for data. */
function firstByte(load: Uint8Array): number {
  return load[0] ?? 0x29;
}
