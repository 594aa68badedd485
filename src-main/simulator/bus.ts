import type { BoardChip } from './board-chip.ts';
import type { PacketAction, PowerAction, Return, SceneAction, Strike, TornWrite } from './faults/fault.ts';
import type { FaultPlayer } from './faults/player.ts';
import { otherKeysAnswer } from './faults/wrong-key.ts';
import { i2cMs, type Pace, WAKE_MS } from './pace.ts';
import type { SimulatedClock } from './silicon.ts';
import type { Tracer } from './trace.ts';

/** Thrown through a kit when its own power goes in mid-line: no reply is made of what it was doing. */
export class KitPowerLost extends Error {
  readonly back: Return;

  constructor(reason: string, back: Return) {
    super(reason);
    this.back = back;
  }
}

/** What the bus asks of the board it is on. */
export interface BusOwner {
  /** A command was done on this chip; resolves when what changed is safe. */
  commandDone(chip: BoardChip): Promise<void>;
  /** Chips taken out, swapped or gone bad at a packet. */
  scene(action: SceneAction): Promise<void>;
}

/** What a bus is made of; the counts go on over power cycles. */
export interface BusParts {
  readonly clock: SimulatedClock;
  readonly pace: Pace;
  readonly tracer: Tracer;
  readonly faults: FaultPlayer;
  readonly owner: BusOwner;
  readonly counts: BusCounts;
}

/** Packets sent to chips so far. */
export interface BusCounts {
  packets: number;
}

interface Seat {
  readonly chip: BoardChip;
  /** What a read gives: the wake answer or the last command's answer. */
  output: Uint8Array | undefined;
  /** Read to its end: further reads give FF until the address counter is reset. */
  consumed: boolean;
  /** A fault hides the answer: the address is not acknowledged for reading. */
  hidden: boolean;
  spoilt: { readonly byte: number; readonly xor: number; reads: number } | undefined;
  busyUntil: number;
}

/** When a kit looks whether a chip is ready: first after `firstMs`, then every `everyMs` (0 = the very moment). */
export interface Polling {
  readonly firstMs: number;
  readonly everyMs: number;
}

/**
 * The I2C bus between one kit and any number of chips, as the kit's firmware sees it: a wake pulse that reaches everybody,
 * addresses that are acknowledged or not, an answer that can be read, read again after a reset, or is FF beyond its end
 * (atecc-device.md 1). Chips that compute do not acknowledge.
 */
export class ChipBus {
  readonly #counts: BusCounts;
  readonly #clock: SimulatedClock;
  readonly #pace: Pace;
  readonly #tracer: Tracer;
  readonly #faults: FaultPlayer;
  readonly #owner: BusOwner;
  #seats: Seat[] = [];
  #powered = true;
  #stuck = false;

  constructor(parts: BusParts) {
    this.#clock = parts.clock;
    this.#pace = parts.pace;
    this.#tracer = parts.tracer;
    this.#faults = parts.faults;
    this.#owner = parts.owner;
    this.#counts = parts.counts;
  }

  get clock(): SimulatedClock {
    return this.#clock;
  }

  get pace(): Pace {
    return this.#pace;
  }

  get chips(): readonly BoardChip[] {
    return this.#seats.map((seat) => seat.chip);
  }

  /** Whether a wire is held low: no pulse, no address and no answer gets through. */
  get stuck(): boolean {
    return this.#stuck;
  }

  /** Holds a wire low, or lets it go. */
  stick(stuck: boolean): void {
    this.#stuck = stuck;
  }

  /** Puts these chips on the bus, in discovery order; those that were not on it come without power history. */
  place(chips: readonly BoardChip[]): void {
    this.#seats = chips.map(
      (chip) =>
        this.#seats.find((seat) => seat.chip === chip) ?? {
          chip,
          output: undefined,
          consumed: false,
          hidden: false,
          spoilt: undefined,
          busyUntil: 0,
        },
    );
  }

  /** Power away from everybody, for good: whatever the kit was doing ends at its next step on this bus. */
  powerOff(): void {
    this.#powered = false;
    for (const seat of this.#seats) this.#powerCycle(seat);
  }

  /**
   * SDA low for 60 µs, then tWHI: whoever sleeps or idles wakes; who is awake or computing takes no notice. `waits` = the
   * simulated kit waits tWHI here, and no longer; a master outside does that by itself, or looks too early.
   */
  async wakePulse(waits = true): Promise<void> {
    this.#alive();
    if (!waits && this.#pace.bus) await this.#pass(WAKE_MS - T_WHI_MS);
    const answered: number[] = [];
    for (const seat of this.#stuck ? [] : this.#seats) {
      if (this.#busy(seat)) continue;
      const answer = seat.chip.wake();
      if (answer === undefined) continue;
      this.#offer(seat, answer);
      // A chip that tests itself first does not acknowledge until it is done.
      const waited = waits || !this.#pace.bus ? T_WHI_MS : 0;
      seat.busyUntil = this.#clock.now() + Math.max(0, seat.chip.wakeMs - waited);
      answered.push(seat.chip.address);
    }
    this.#tracer.tell({ kind: 'wake', answered });
    if (waits && this.#pace.bus) await this.#pass(WAKE_MS);
  }

  /**
   * Reads from a chip: the whole answer, a single FF when there is nothing (more) to read,
   * undefined when the address is not acknowledged (nobody there, asleep, computing).
   */
  async read(address: number): Promise<Uint8Array | undefined> {
    const seat = this.#awake(address);
    if (seat === undefined || seat.hidden) {
      await this.#bytes(1);
      return undefined;
    }
    const answer = this.#take(seat);
    await this.#bytes(1 + answer.length);
    return answer;
  }

  /** Word address 03 and a packet; false = not acknowledged. */
  async send(address: number, packet: Uint8Array): Promise<boolean> {
    this.#alive();
    this.#counts.packets += 1;
    const number = this.#counts.packets;
    this.#tracer.tell({ kind: 'packet', packet: number, address, bytes: packet });
    const strikes = this.#faults.packet(address, packet);
    await this.#bytes(2 + packet.length);
    // Execution counts from the last bit.
    const start = this.#clock.now();
    for (const strike of strikes) await this.#before(strike, address);
    if (strikes.some(({ action }) => action.do === 'nack')) return this.#refused(number, address);
    const seat = this.#awake(address);
    if (seat === undefined) return this.#refused(number, address);
    if (strikes.some(({ action }) => action.do === 'drop-command')) {
      seat.output = undefined;
      seat.hidden = true;
      return true;
    }
    const done = this.#execute(seat, packet, strikes);
    this.#tracer.tell({
      kind: 'answer',
      packet: number,
      address,
      bytes: done?.answer,
      executionMs: done?.executionMs ?? 0,
    });
    if (done !== undefined) seat.busyUntil = start + done.executionMs;
    await this.#owner.commandDone(seat.chip);
    this.#alive();
    for (const strike of strikes) await this.#after(strike, seat);
    // Acknowledged while it came in, even if it was the last the chip did (Pause, power).
    return true;
  }

  /** Word address 02. */
  idle(address: number): Promise<boolean> {
    return this.#control('idle', address, (chip) => chip.idle());
  }

  /** Word address 01. */
  sleep(address: number): Promise<boolean> {
    return this.#control('sleep', address, (chip) => chip.sleep());
  }

  /** Nine clocks, address, word address 00: true when the chip acknowledged; its answer can then be read from the start again. */
  async resetAddressCounter(address: number): Promise<boolean> {
    await this.#bytes(4);
    const seat = this.#awake(address);
    if (seat === undefined) return false;
    seat.consumed = false;
    return true;
  }

  /**
   * Lets time pass until the chip acknowledges reading, at most `limitMs` (from now): true when it does.
   * Under ideal polling that is the moment the command ends.
   */
  async settle(address: number, limitMs: number, polling: Polling): Promise<boolean> {
    const seat = this.#seatAt(address);
    const left = seat === undefined ? 0 : Math.max(0, seat.busyUntil - this.#clock.now());
    const gives = seat?.chip.awake === true && !seat.hidden && !this.#stuck;
    const ready = gives ? pollMoment(left, polling) : Number.POSITIVE_INFINITY;
    await this.#pass(Math.min(ready, limitMs));
    return ready <= limitMs && this.#awake(address) !== undefined;
  }

  /** Bus time without a chip: `bytes` on the wire. */
  #bytes(bytes: number): Promise<void> {
    return this.#pass(this.#pace.bus ? i2cMs(bytes) : 0);
  }

  async #pass(ms: number): Promise<void> {
    if (ms > 0) await this.#clock.pass(ms);
    this.#alive();
  }

  #alive(): void {
    if (!this.#powered) throw new KitPowerLost('power lost', { kind: 'never' });
  }

  #execute(seat: Seat, packet: Uint8Array, strikes: readonly Strike[]): Done | undefined {
    let sent = packet;
    for (const { action } of strikes) {
      if (action.do === 'corrupt-command') sent = this.#flip(sent, action.byte, action.xor);
      if (action.do === 'power-cut' && action.when === 'during') seat.chip.cutNext(this.#torn(action));
    }
    const first = seat.chip.command(sent);
    if (first === undefined) {
      seat.output = undefined;
      return undefined;
    }
    let { response, executionMs } = first;
    if (strikes.some(({ action }) => action.do === 'duplicate')) {
      const second = seat.chip.command(sent);
      if (second !== undefined) {
        response = second.response;
        executionMs += second.executionMs;
      }
    }
    this.#offer(seat, response);
    for (const { action } of strikes) {
      if (action.do === 'delay') executionMs += action.ms;
      if (action.do === 'wrong-key') seat.output = otherKeysAnswer(packet, response, this.#faults.random);
      if (action.do === 'drop-answer') seat.hidden = true;
      if (action.do === 'corrupt-answer') {
        const at = action.byte ?? this.#faults.random.below(response.length);
        seat.spoilt = { byte: at, xor: action.xor, reads: action.reads };
      }
    }
    return { answer: response, executionMs };
  }

  async #before({ fault, action }: Strike, address: number): Promise<void> {
    if (!isPacketScene(action) && !isPacketAction(action)) return;
    this.#tracer.tell({ kind: 'fault', fault, action: action.do });
    if (action.do === 'power-cut' && action.when === 'before') this.#cutPower(action, this.#seatAt(address));
    if (action.do === 'unplug' && action.side === 'before') throw new KitPowerLost('cable pulled', action.back);
    if (action.do === 'watchdog' && action.side === 'before') this.#seatAt(address)?.chip.sleep();
    if (action.do === 'bit-rot') await this.#owner.scene(action);
    if (hasSide(action) && action.side === 'before') await this.#owner.scene(action);
  }

  async #after({ action }: Strike, seat: Seat): Promise<void> {
    if (action.do === 'watchdog' && action.side === 'after') {
      seat.chip.sleep();
      seat.busyUntil = 0;
    }
    if (hasSide(action) && action.side === 'after') await this.#owner.scene(action);
    if (action.do === 'power-cut' && action.when !== 'before') this.#cutPower(action, seat);
    if (action.do === 'unplug' && action.side === 'after') throw new KitPowerLost('cable pulled', action.back);
  }

  #cutPower(action: PowerAction, seat: Seat | undefined): void {
    if (action.scope === 'board') throw new KitPowerLost('power lost', action.back);
    if (seat !== undefined) this.#powerCycle(seat);
  }

  #torn({ torn }: PowerAction): TornWrite {
    const random = this.#faults.random;
    const keys = ['old', 'new', 'garbage-valid', 'garbage-invalid'] as const;
    // Both are drawn whether they are needed or not: one field given must not change the other.
    const drawn = { newWords: random.below(0x1_0000), key: keys[random.below(keys.length)] ?? 'old' };
    return { ...drawn, ...torn };
  }

  async #control(kind: 'idle' | 'sleep', address: number, act: (chip: BoardChip) => void): Promise<boolean> {
    await this.#bytes(2);
    const seat = this.#awake(address);
    if (seat !== undefined) {
      act(seat.chip);
      seat.output = undefined;
    }
    this.#tracer.tell({ kind, address, acknowledged: seat !== undefined });
    return seat !== undefined;
  }

  #refused(number: number, address: number): boolean {
    this.#tracer.tell({ kind: 'answer', packet: number, address, bytes: undefined, executionMs: 0 });
    return false;
  }

  #offer(seat: Seat, output: Uint8Array): void {
    seat.output = output;
    seat.consumed = false;
    seat.hidden = false;
    seat.spoilt = undefined;
  }

  #take(seat: Seat): Uint8Array {
    if (seat.output === undefined || seat.consumed) return Uint8Array.of(0xff);
    seat.consumed = true;
    const spoilt = seat.spoilt;
    if (spoilt === undefined || spoilt.reads === 0) return seat.output;
    spoilt.reads -= 1;
    return this.#flip(seat.output, spoilt.byte, spoilt.xor);
  }

  #flip(bytes: Uint8Array, byte: number | undefined, xor: number): Uint8Array {
    const copy = bytes.slice();
    const at = byte === undefined ? this.#faults.random.below(copy.length) : Math.min(byte, copy.length - 1);
    copy[at] = (copy[at] ?? 0) ^ xor;
    return copy;
  }

  #powerCycle(seat: Seat): void {
    seat.chip.powerCycle();
    seat.output = undefined;
    seat.hidden = false;
    seat.busyUntil = 0;
  }

  #seatAt(address: number): Seat | undefined {
    return this.#seats.find((seat) => (seat.chip.address & 0xfe) === (address & 0xfe));
  }

  #awake(address: number): Seat | undefined {
    const seat = this.#seatAt(address);
    if (this.#stuck) return undefined;
    return seat?.chip.awake === true && !this.#busy(seat) ? seat : undefined;
  }

  #busy(seat: Seat): boolean {
    return seat.busyUntil > this.#clock.now() + ROUNDING_MS;
  }
}

interface Done {
  readonly answer: Uint8Array;
  readonly executionMs: number;
}

const T_WHI_MS = 1.5;

/** Sums of fractions of a millisecond do not come out even. */
const ROUNDING_MS = 1e-6;

/** The first look at or after `left` ms. */
function pollMoment(left: number, polling: Polling): number {
  if (left <= polling.firstMs) return polling.firstMs;
  if (polling.everyMs === 0) return left;
  return polling.firstMs + Math.ceil((left - polling.firstMs) / polling.everyMs) * polling.everyMs;
}

/** What happens to fixture and wires before or after a packet. */
function hasSide(
  action: Strike['action'],
): action is Extract<SceneAction, { do: 'remove-chip' | 'swap-chip' | 'stick-bus' }> {
  return action.do === 'remove-chip' || action.do === 'swap-chip' || action.do === 'stick-bus';
}

function isPacketScene(action: Strike['action']): action is SceneAction | PowerAction {
  return ['unplug', 'remove-chip', 'swap-chip', 'stick-bus', 'bit-rot', 'power-cut'].includes(action.do);
}

function isPacketAction(action: Strike['action']): action is PacketAction {
  return [
    'drop-command',
    'drop-answer',
    'corrupt-command',
    'corrupt-answer',
    'delay',
    'duplicate',
    'nack',
    'watchdog',
    'wrong-key',
  ].includes(action.do);
}
