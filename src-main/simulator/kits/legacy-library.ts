import type { ChipBus, Polling } from '../bus.ts';
import { sameBytes, wellFormed, withCrc } from '../octets.ts';
import { kitStatus } from './kit.ts';

/** Status and data as the parser prints them. */
export interface LegacyAnswer {
  readonly status: number;
  readonly data?: Uint8Array;
}

/**
 * The device library inside legacy firmware (sha204_comm.c as kit-protocol.md 2 describes it), with what nobody asked it
 * to do: it recomputes the packet's CRC, reads a bad answer again, and sends a command a second time after getting back in
 * step by a bus reset or, if that fails, by Sleep and wake.
 */
export class LegacyLibrary {
  /** Selected I2C address; nobody checks that somebody is there. */
  address = 0;
  /** False while the single-wire interface is chosen: there is nobody on it. */
  connected = true;
  readonly #bus: ChipBus;
  /** The receive buffer: it keeps what was last put there, which is how a wake answer gets printed as an answer. */
  #buffer: Uint8Array = EMPTY;

  constructor(bus: ChipBus) {
    this.#bus = bus;
  }

  /** Wake pulse, then the chip's answer is read and must be 04 11 33 43. */
  async wake(): Promise<LegacyAnswer> {
    await this.#bus.wakePulse();
    this.#buffer = EMPTY;
    const status = await this.#readWakeAnswer();
    if (status !== kitStatus.ok && this.#bus.pace.kitPolling) await this.#bus.clock.pass(FAILED_WAKE_MS);
    return { status, data: this.#buffer };
  }

  async #readWakeAnswer(): Promise<number> {
    const answer = await this.#receive(WAKE_ANSWER.length);
    if (answer.status !== kitStatus.ok) return answer.status;
    if (this.#buffer.length !== WAKE_ANSWER.length) return kitStatus.invalidSize;
    if (this.#buffer[1] !== WAKE_ANSWER[1]) return kitStatus.communicationFailed;
    return sameBytes(this.#buffer, WAKE_ANSWER) ? kitStatus.ok : kitStatus.badCrc;
  }

  /** Send, wait, receive, and all the repeating. `load` is the packet as the host sent it; its count decides its length. */
  async talk(load: Uint8Array): Promise<LegacyAnswer> {
    const count = load[0] ?? 0;
    if (count < 4) return { status: kitStatus.badParameter };
    const packet = new Uint8Array(count);
    packet.set(load.subarray(0, count));
    const status = await this.#sendAndReceive(withCrc(packet));
    // What the chip itself reports travels as data with status 00.
    const chipsOwn = status >= FIRST_CHIP_STATUS && status <= LAST_CHIP_STATUS;
    return { status: chipsOwn ? kitStatus.ok : status, data: this.#buffer };
  }

  async #sendAndReceive(packet: Uint8Array): Promise<number> {
    const { limitMs, longest } = budget(packet);
    let status: number = kitStatus.functionFailed;
    this.#buffer = EMPTY;
    for (let sends = 0; sends < SENDS && status !== kitStatus.ok; sends += 1) {
      status = await this.#send(packet);
      if (status !== kitStatus.ok) {
        if ((await this.#resynchronise()) === kitStatus.noResponse) return status;
        continue;
      }
      const received = await this.#receiveLoop(limitMs, longest);
      if (received.final) return received.status;
      status = received.status;
    }
    return status;
  }

  /** Reads up to twice; `final` = the answer (or the despair) is not to be followed by another send. */
  async #receiveLoop(limitMs: number, longest: number): Promise<{ final: boolean; status: number }> {
    let status: number = kitStatus.noResponse;
    for (let reads = 0; reads < READS; reads += 1) {
      this.#buffer = EMPTY;
      await this.#bus.settle(this.address, limitMs, this.#polling);
      status = (await this.#receive(longest)).status;
      if (status === kitStatus.ok) {
        if (wellFormed(this.#buffer)) return judged(this.#buffer);
        status = kitStatus.badCrc;
      }
      const resynchronised = await this.#resynchronise();
      if (status === kitStatus.noResponse) return { final: resynchronised === kitStatus.noResponse, status };
      if (resynchronised === kitStatus.resyncWithWake) return { final: false, status };
      if (resynchronised !== kitStatus.ok) return { final: true, status };
      // In step without a wake: the same answer is read once more.
    }
    return { final: false, status };
  }

  get #polling(): Polling {
    return this.#bus.pace.kitPolling ? { firstMs: FIRST_POLL_MS, everyMs: 0 } : { firstMs: 0, everyMs: 0 };
  }

  /** Bus reset; failing that Sleep (not acknowledged by who sleeps already) and wake. TempKey and authorisation go with it. */
  async #resynchronise(): Promise<number> {
    if ((await this.resync()) === kitStatus.ok) return kitStatus.ok;
    await this.sleep();
    await this.#bus.wakePulse();
    // A failed wake leaves in the buffer what it read: the printed answer of a talk that had none.
    const status = await this.#readWakeAnswer();
    return status === kitStatus.ok ? kitStatus.resyncWithWake : status;
  }

  /** Nine clocks and a new start: in step if the chip acknowledges its address. */
  async resync(): Promise<number> {
    const acknowledged = this.connected && (await this.#bus.resetAddressCounter(this.address));
    return acknowledged ? kitStatus.ok : kitStatus.communicationFailed;
  }

  async idle(): Promise<number> {
    const acknowledged = this.connected && (await this.#bus.idle(this.address));
    return acknowledged ? kitStatus.ok : kitStatus.communicationFailed;
  }

  async sleep(): Promise<number> {
    const acknowledged = this.connected && (await this.#bus.sleep(this.address));
    return acknowledged ? kitStatus.ok : kitStatus.communicationFailed;
  }

  /** `s:c(…)`: the bytes as they are, CRC included. */
  sendOnly(packet: Uint8Array): Promise<number> {
    return this.#send(packet);
  }

  /** `s:r(nn)`: what there is to read, at most `longest` bytes. */
  async receive(longest: number): Promise<LegacyAnswer> {
    this.#buffer = EMPTY;
    const { status } = await this.#receive(longest);
    return { status, data: this.#buffer };
  }

  async #send(packet: Uint8Array): Promise<number> {
    const acknowledged = this.connected && (await this.#bus.send(this.address, packet));
    return acknowledged ? kitStatus.ok : kitStatus.communicationFailed;
  }

  async #receive(longest: number): Promise<LegacyAnswer> {
    const bytes = this.connected ? await this.#bus.read(this.address) : undefined;
    if (bytes === undefined) return { status: kitStatus.noResponse };
    const count = bytes[0] ?? 0;
    if (count < 4 || count > longest) return { status: kitStatus.invalidSize };
    // Beyond its end a chip gives FF (atecc-device.md 1).
    const answer = new Uint8Array(count).fill(0xff);
    answer.set(bytes.subarray(0, count));
    this.#buffer = answer;
    return { status: kitStatus.ok };
  }

  /** Discovery's first look at an address: wake answer, Info, Sleep. Gives the kit's name for what is there. */
  async detect(address: number): Promise<'ECC108' | 'SHA204' | undefined> {
    this.address = address;
    if ((await this.#readWakeAnswer()) !== kitStatus.ok) return undefined;
    if ((await this.#send(INFO)) !== kitStatus.ok) return undefined;
    await this.#bus.settle(address, INFO_LIMIT_MS, { firstMs: 0, everyMs: 0 });
    const { status } = await this.#receive(INFO_ANSWER_BYTES);
    if (status !== kitStatus.ok) return undefined;
    await this.sleep();
    if (!wellFormed(this.#buffer)) return undefined;
    return this.#buffer[3] === 0 ? 'SHA204' : 'ECC108';
  }

  /** Discovery's second look: wake, Info with all the repeating, Sleep. */
  async confirm(): Promise<boolean> {
    const woken = await this.wake();
    if (woken.status !== kitStatus.ok) {
      await this.sleep();
      return false;
    }
    const status = await this.#sendAndReceive(INFO);
    await this.sleep();
    return status === kitStatus.ok;
  }
}

const EMPTY = new Uint8Array();
const WAKE_ANSWER = Uint8Array.of(0x04, 0x11, 0x33, 0x43);
const INFO = withCrc(Uint8Array.of(7, 0x30, 0, 0, 0, 0, 0));
const INFO_ANSWER_BYTES = 7;
const INFO_LIMIT_MS = 69;

/** One repetition each. */
const SENDS = 2;
const READS = 2;
const FIRST_POLL_MS = 5;
/** The firmware waits as long as the longest command of its table after a wake that failed. */
const FAILED_WAKE_MS = 69;
const FIRST_CHIP_STATUS = 0xd1;
const LAST_CHIP_STATUS = 0xd5;

/** A well-formed answer: more than a status is final, parse and execution errors too, FF asks for a repetition. */
function judged(answer: Uint8Array): { final: boolean; status: number } {
  if (answer.length > 4) return { final: true, status: kitStatus.ok };
  if (answer[1] === 0x03) return { final: true, status: kitStatus.parseError };
  if (answer[1] === 0x0f) return { final: true, status: kitStatus.commandFail };
  if (answer[1] === 0xff) return { final: false, status: kitStatus.chipSawBadCrc };
  return { final: true, status: kitStatus.ok };
}

interface Budget {
  /** Polling ends after this, ms. */
  readonly limitMs: number;
  /** Longest answer that is believed, bytes. */
  readonly longest: number;
}

/** What the firmware allows an opcode; everything outside its table gets 200 ms (kit-protocol.md 2, "Timeouts"). */
function budget(packet: Uint8Array): Budget {
  const known = table[packet[1] ?? 0];
  if (known === undefined) return { limitMs: UNKNOWN_OPCODE_MS, longest: LONGEST_ANSWER };
  const p1 = packet[2] ?? 0;
  const longest = typeof known.longest === 'number' ? known.longest : known.longest(p1);
  return { limitMs: known.limitMs, longest };
}

const UNKNOWN_OPCODE_MS = 200;
const LONGEST_ANSWER = 75;

/**
 * The SHA204 command set. The firmware's own figures are the SHA204's (Lock 24, MAC 35, CheckMac 38, Write 42); the page says
 * that a 508A and an undivided 608 fit, so the larger of the firmware's and the chips' figures stands here. Limits below the
 * 5 ms start of polling wrap round in its 8-bit arithmetic to about 255 ms.
 */
const table: Readonly<
  Record<number, { readonly limitMs: number; readonly longest: number | ((p1: number) => number) }>
> = {
  1: { limitMs: 255, longest: 4 },
  2: { limitMs: 255, longest: (p1) => ((p1 & 0x80) === 0 ? 7 : 35) },
  8: { limitMs: 55, longest: 35 },
  17: { limitMs: 69, longest: 35 },
  18: { limitMs: 45, longest: 4 },
  21: { limitMs: 43, longest: 4 },
  22: { limitMs: 60, longest: (p1) => ((p1 & 3) === 3 ? 4 : 35) },
  23: { limitMs: 35, longest: 4 },
  27: { limitMs: 50, longest: 35 },
  28: { limitMs: 62, longest: 4 },
  32: { limitMs: 12, longest: 4 },
  40: { limitMs: 40, longest: 4 },
  48: { limitMs: 255, longest: 7 },
};
