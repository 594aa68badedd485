import type { ChipBus } from '../bus.ts';
import { isWorkingClock } from '../clock.ts';
import { sameBytes, unhex, wellFormed, withCrc } from '../octets.ts';
import { type Kit, type KitMemory, kitStatus } from './kit.ts';
import { reply } from './reply.ts';

/** A chip as the last search of the bus found it. */
interface FoundChip {
  readonly address: number;
  readonly name: string;
}

interface Fields {
  readonly words: readonly string[];
  /** What stands between the parentheses; undefined without an opening one. */
  readonly argument: string | undefined;
}

/**
 * The kit host of firmware/, as its README states it, written apart from the C: searches the bus by itself, two status digits,
 * device errors as data, never sends a command twice, leaves the packet's CRC alone, can hold a chip awake, or keep it awake
 * between talks and take a talk before the one before it is answered.
 */
export class SignetKit implements Kit {
  readonly dialect = 'signet';
  readonly name = 'SIGNETKIT';
  readonly lineLimit = 384;
  readonly endsLineAtCr = true;
  readonly #bus: ChipBus;
  #found: readonly FoundChip[] = [];
  #searched = false;
  /** Chips that test themselves at waking have not been looked for since the last search. */
  #lateRoundDue = false;
  #selected: number | undefined;
  #wrapping: Wrapping = 'wraps';
  /** Chips that are held or kept awake, and since when. */
  #awake = new Map<number, number>();
  /** The last line was a talk to a chip that is kept awake, and the chip did it. */
  #unbroken = false;
  #quiet: NodeJS.Timeout | undefined;
  #working = false;

  constructor(bus: ChipBus) {
    this.#bus = bus;
  }

  powerUp(): void {
    this.#found = [];
    this.#searched = false;
    this.#lateRoundDue = false;
    this.#selected = undefined;
    this.#wrapping = 'wraps';
    this.#awake = new Map();
    this.#unbroken = false;
    clearTimeout(this.#quiet);
  }

  memory(): KitMemory {
    return { moduleNumber: 0xff };
  }

  overlong(): string {
    return reply(kitStatus.receiveOverflow);
  }

  async answer(line: string): Promise<string> {
    if (line === '') return '';
    clearTimeout(this.#quiet);
    this.#working = true;
    try {
      return await this.#obey(line);
    } finally {
      this.#working = false;
      if (this.#wrapping === 'keeps' && isWorkingClock(this.#bus.clock)) {
        this.#quiet = setTimeout(() => this.#leaveQuiet(), QUIET_MS).unref();
      }
    }
  }

  /** The host has been quiet for a while. A bus without power has nobody awake. */
  #leaveQuiet(): void {
    if (!this.#working && this.#wrapping === 'keeps') this.#stopKeeping().catch(() => undefined);
  }

  async #obey(line: string): Promise<string> {
    const unbroken = this.#unbroken;
    this.#unbroken = false;
    const fields = takeApart(line);
    if (typeof fields === 'number') return reply(fields);
    const [target = ''] = fields.words;
    if (begins('board', target)) return this.#board(fields);
    if (begins('ecc', target) || begins('sha', target)) return this.#chip(fields, unbroken);
    return reply(kitStatus.unknownCommand);
  }

  async #board({ words, argument }: Fields): Promise<string> {
    const [, command = ''] = words;
    if (words.length !== 2 || argument === undefined) return reply(kitStatus.unknownCommand);
    const byte = byteOf(argument);
    if (begins('device', command)) {
      const index = byte ?? 0;
      if ((index === 0 || !this.#searched) && !(await this.#search())) return reply(BUS_STUCK);
      if (index >= this.#found.length && !(await this.#searchLate())) return reply(BUS_STUCK);
      return describe(this.#found[index]);
    }
    if (begins('version', command)) {
      if (!(await this.#search())) return reply(BUS_STUCK);
      return `${this.name} ${describe(this.#found[0])}`;
    }
    if (begins('firmware', command)) {
      return byte === 0 ? reply(kitStatus.ok, Uint8Array.of(1, 0, 0), `${this.name} `) : reply(kitStatus.badParameter);
    }
    if (command.length > 1 && begins('discover', command)) {
      return reply(byte === 0 ? kitStatus.ok : kitStatus.badParameter);
    }
    return reply(kitStatus.unknownCommand);
  }

  async #chip({ words, argument }: Fields, unbroken: boolean): Promise<string> {
    const [, command = '', part = '', name = ''] = words;
    if (begins('physical', command)) {
      if (words.length === 4 && begins('interface', part)) {
        return reply(begins('i2c', name) ? kitStatus.ok : BAD_INTERFACE);
      }
      const selects = words.length === 3 && argument !== undefined && begins('select', part);
      return selects ? this.#select(argument) : reply(kitStatus.unknownCommand);
    }
    const address = this.#address;
    if (words.length === 3 && argument !== undefined && begins('next', command)) {
      if (!/^[0-9]$/.test(part)) return reply(kitStatus.badParameter);
      const done = unbroken && this.#awake.has(address);
      return `${part} ${done ? await this.#talk(address, argument) : reply(kitStatus.noResponse)}`;
    }
    if (words.length !== 2 || argument === undefined) return reply(kitStatus.unknownCommand);
    if (begins('talk', command)) return this.#talk(address, argument);
    if (begins('wake', command)) {
      await this.#stopKeeping();
      const answer = await this.#wake(address);
      if (answer !== undefined && this.#wrapping === 'wraps') await this.#idle(address);
      return answer === undefined ? reply(this.#orStuck(NO_WAKE)) : reply(kitStatus.ok, answer);
    }
    if (begins('idle', command)) return this.#awake.has(address) ? this.#leave(address) : reply(kitStatus.ok);
    if (begins('sleep', command)) return this.#sleep(address);
    if (begins('auto', command)) return this.#hold(address, argument);
    return reply(kitStatus.unknownCommand);
  }

  get #address(): number {
    return this.#selected ?? this.#found[0]?.address ?? DEFAULT_ADDRESS;
  }

  /** A chip that is kept awake would not notice a wake pulse. */
  async #stopKeeping(): Promise<void> {
    if (this.#wrapping === 'keeps' && this.#awake.has(this.#address)) await this.#idle(this.#address);
  }

  async #select(argument: string): Promise<string> {
    await this.#stopKeeping();
    const address = (byteOf(argument) ?? 0) & 0xfe;
    if (address < LOWEST_ADDRESS || address > HIGHEST_ADDRESS) return reply(kitStatus.badParameter);
    this.#selected = address;
    return reply(kitStatus.ok);
  }

  async #hold(address: number, argument: string): Promise<string> {
    const byte = byteOf(argument);
    const wrapping = byte === undefined ? undefined : WRAPPINGS[byte];
    if (wrapping === undefined) return reply(kitStatus.badParameter);
    await this.#stopKeeping();
    this.#wrapping = wrapping;
    if (wrapping !== 'holds' && this.#awake.has(address)) await this.#idle(address);
    return reply(kitStatus.ok);
  }

  async #leave(address: number): Promise<string> {
    return reply((await this.#idle(address)) ? kitStatus.ok : this.#orStuck(kitStatus.noResponse));
  }

  /** Why a chip could not be reached: nobody can while a wire of the bus is held low. */
  #orStuck(status: number): number {
    return this.#bus.stuck ? BUS_STUCK : status;
  }

  async #idle(address: number): Promise<boolean> {
    this.#awake.delete(address);
    return this.#bus.idle(address);
  }

  async #sleep(address: number): Promise<string> {
    if (this.#awake.delete(address) && (await this.#bus.sleep(address))) return reply(kitStatus.ok);
    if ((await this.#wake(address)) === undefined) return reply(this.#orStuck(NO_WAKE));
    this.#awake.delete(address);
    return reply((await this.#bus.sleep(address)) ? kitStatus.ok : this.#orStuck(kitStatus.noResponse));
  }

  async #talk(address: number, argument: string): Promise<string> {
    const packet = unhex(argument);
    if (packet === undefined || packet.length === 0 || packet.length > LONGEST) return reply(kitStatus.badParameter);
    const ready = await this.#makeReady(address);
    if (ready !== undefined) return reply(ready);
    const answer = await this.#exchange(address, packet);
    this.#unbroken =
      this.#wrapping === 'keeps' && typeof answer !== 'number' && (answer.length !== SHORTEST || answer[1] === 0);
    if (this.#wrapping !== 'holds' && !this.#unbroken) await this.#idle(address);
    return typeof answer === 'number' ? reply(answer) : reply(kitStatus.ok, answer);
  }

  /**
   * Awake for one more packet: one that is kept awake stays so for KEEP_MS less the longest command, then it is idled, if it is
   * still there, and woken again. Gives the status when it cannot be.
   */
  async #makeReady(address: number): Promise<number | undefined> {
    if (this.#wrapping === 'holds') return undefined;
    const since = this.#awake.get(address);
    if (this.#wrapping === 'keeps' && since !== undefined) {
      if (this.#bus.clock.now() - since <= KEEP_MS - USUAL_LIMIT_MS) return undefined;
      if (!(await this.#idle(address))) return this.#orStuck(kitStatus.noResponse);
    }
    return (await this.#wake(address)) === undefined ? this.#orStuck(NO_WAKE) : undefined;
  }

  /** Sends a packet once; its answer is read a second time when it came damaged. A number is the status without one. */
  async #exchange(address: number, packet: Uint8Array): Promise<Uint8Array | number> {
    const taken = await this.#bus.send(address, packet);
    // How much of the packet the chip has got, and whether it did it, nobody knows.
    if (this.#bus.stuck) return BROKEN_OFF;
    if (!taken) return kitStatus.noResponse;
    const polling = this.#bus.pace.kitPolling ? { firstMs: 1, everyMs: 1 } : { firstMs: 0, everyMs: 0 };
    if (!(await this.#bus.settle(address, ANSWER_LIMIT_MS, polling))) return TIMEOUT;
    const first = await this.#bus.read(address);
    if (first !== undefined && wellFormed(first)) return first;
    const again = (await this.#bus.resetAddressCounter(address)) ? await this.#bus.read(address) : undefined;
    const answer = again ?? first;
    if (answer === undefined) return BROKEN_OFF;
    if (wellFormed(answer)) return answer;
    const count = answer[0] ?? 0;
    return count < SHORTEST || count > LONGEST ? kitStatus.invalidSize : kitStatus.badCrc;
  }

  /** The chip's own four bytes. One that was awake, and ignored the pulse, is idled and woken once more. The neighbours idle again. */
  async #wake(address: number): Promise<Uint8Array | undefined> {
    this.#awake.delete(address);
    const since = this.#bus.clock.now();
    let answer = await this.#pulse(address);
    if (answer === undefined && (await this.#bus.idle(address))) answer = await this.#pulse(address);
    for (const chip of this.#found) {
      if (chip.address !== address && !this.#awake.has(chip.address)) await this.#bus.idle(chip.address);
    }
    if (answer !== undefined) this.#awake.set(address, since);
    return answer;
  }

  async #pulse(address: number): Promise<Uint8Array | undefined> {
    await this.#bus.wakePulse();
    await this.#bus.settle(address, SELF_TEST_MS, { firstMs: 0, everyMs: 0 });
    const answer = await this.#bus.read(address);
    return answer !== undefined && WAKE_ANSWERS.some((known) => sameBytes(known, answer)) ? answer : undefined;
  }

  /** Wakes everybody and asks every address. Who tests itself at waking is waited for when nobody else is there. Ends a hold. False when the bus is stuck. */
  async #search(): Promise<boolean> {
    this.#wrapping = 'wraps';
    for (const { address } of this.#found) await this.#bus.idle(address);
    // One that could not be idled (a stuck bus) may be awake all the same.
    await this.#bus.idle(this.#address);
    this.#awake.clear();
    this.#found = [];
    await this.#bus.wakePulse();
    await this.#sweep();
    this.#searched = !this.#bus.stuck;
    this.#lateRoundDue = this.#searched;
    return this.#searched && (this.#found.length > 0 || (await this.#searchLate()));
  }

  /** The second round of a search, once. False when the bus is stuck. */
  async #searchLate(): Promise<boolean> {
    if (!this.#lateRoundDue) return true;
    this.#lateRoundDue = false;
    await this.#bus.wakePulse();
    await this.#bus.clock.pass(this.#bus.pace.bus ? SELF_TEST_MS : 0);
    await this.#sweep();
    for (const { address } of this.#found) if (!this.#awake.has(address)) await this.#bus.idle(address);
    return !this.#bus.stuck;
  }

  /** Asks every address that has no chip yet; who answers is asked what it is, and idled. */
  async #sweep(): Promise<void> {
    const found = [...this.#found];
    for (let address = LOWEST_ADDRESS; address <= HIGHEST_ADDRESS; address += 2) {
      if (found.length >= MOST_CHIPS || found.some((chip) => chip.address === address)) continue;
      const answer = await this.#bus.read(address);
      if (answer === undefined || !WAKE_ANSWERS.some((known) => sameBytes(known, answer))) continue;
      const info = await this.#exchange(address, INFO);
      found.push({ address, name: typeof info === 'number' ? 'UNKNOWN' : nameOf(info) });
      await this.#bus.idle(address);
    }
    this.#found = found;
  }
}

/** Who wakes and idles: the host, the kit around every talk, the kit but talks that follow each other share a wake. */
const WRAPPINGS = ['holds', 'wraps', 'keeps'] as const;
type Wrapping = (typeof WRAPPINGS)[number];
/** A host that is quiet for so long is gone. */
const QUIET_MS = 100;
/** How long a chip is kept awake, and what is left of that for a command; the C has a limit for each. */
const KEEP_MS = 600;
const USUAL_LIMIT_MS = 154;
const BAD_INTERFACE = 0xc4;
const NO_WAKE = 0xd0;
const BROKEN_OFF = 0xe6;
const TIMEOUT = 0xf1;
const BUS_STUCK = 0xfe;
const DEFAULT_ADDRESS = 0xc0;
const LOWEST_ADDRESS = 0x10;
const HIGHEST_ADDRESS = 0xee;
const MOST_CHIPS = 8;
const SHORTEST = 4;
const LONGEST = 155;
const MOST_WORDS = 4;
const SELF_TEST_MS = 30;
/** The slowest command of all (SelfTest, 2324 ms) and a quarter; the C has a limit for each. */
const ANSWER_LIMIT_MS = 2915;
const INFO = withCrc(Uint8Array.of(7, 0x30, 0, 0, 0, 0, 0));
const WAKE_ANSWERS = [
  Uint8Array.of(0x04, 0x11, 0x33, 0x43),
  Uint8Array.of(0x04, 0x07, 0x40, 0xc2),
  Uint8Array.of(0x04, 0x07, 0xc4, 0x40),
];

function describe(chip: FoundChip | undefined): string {
  const words = `${chip?.name ?? 'no_device'} TWI `;
  return reply(kitStatus.ok, Uint8Array.of(chip?.address ?? 0), words);
}

/** By the third byte of the revision (atecc-device.md 5). */
function nameOf(info: Uint8Array): string {
  if (info[2] === 0x02) return 'SHA204A';
  const names: Readonly<Record<number, string>> = { 16: 'ECC108A', 80: 'ECC508A', 96: 'ECC608' };
  return names[info[3] ?? 0] ?? 'UNKNOWN';
}

/** The line at its colons and parentheses, lower case, without a leading `lib…:`; a number is the status of a line that is none. */
function takeApart(line: string): Fields | number {
  const text = line.toLowerCase().replace(/[ \t]+$/, '');
  const open = text.indexOf('(');
  const head = open < 0 ? text : text.slice(0, open);
  const inside = open < 0 ? undefined : text.slice(open + 1);
  if (head.includes(')')) return kitStatus.badParameter;
  // Cut off behind "(" nothing is missing; cut off later, something may be.
  if (inside !== undefined && inside !== '' && !inside.endsWith(')')) return kitStatus.badParameter;
  const all = head.split(':');
  if (all.includes('')) return kitStatus.unknownCommand;
  const words = all[0]?.startsWith('lib') === true ? all.slice(1) : all;
  if (words.length < 2 || words.length > MOST_WORDS) return kitStatus.unknownCommand;
  return { words, argument: inside?.replace(/\)$/, '') };
}

function begins(whole: string, text: string): boolean {
  return text !== '' && whole.startsWith(text);
}

function byteOf(text: string): number | undefined {
  return /^[0-9a-f]{1,2}$/.test(text) ? Number.parseInt(text, 16) : undefined;
}
