import type { ByteChannel, ChannelDescription } from '../hal/byte-channel.ts';
import type { BoardChip } from './board-chip.ts';
import type { BoardState } from './board-state.ts';
import { type BusCounts, type BusOwner, ChipBus, KitPowerLost } from './bus.ts';
import { BoardChannel, type ChannelEnd } from './channel.ts';
import { isWorkingClock, virtualClock } from './clock.ts';
import { SimulatorError } from './errors.ts';
import type { FaultScript, Return, SceneAction, Strike } from './faults/fault.ts';
import { FaultPlayer } from './faults/player.ts';
import { spoilReply } from './faults/reply-faults.ts';
import { boardBus, type I2cBus } from './i2c-bus.ts';
import { buildKit } from './kits/build.ts';
import type { Kit, KitOptions } from './kits/kit.ts';
import { type InputLine, LineInput } from './kits/line-input.ts';
import { fromLatin1 } from './octets.ts';
import { instantPace, type Pace, replyMs, requestMs } from './pace.ts';
import type { SimulatedClock } from './silicon.ts';
import { type TraceListener, Tracer } from './trace.ts';

export interface BoardOptions {
  readonly kit: KitOptions;
  /** What is on the kit's bus, in discovery order. */
  readonly chips: readonly BoardChip[];
  /** Gives the next product's chips; needed by faults that swap them. */
  readonly nextChips?: () => readonly BoardChip[];
  /** Chips that were here before and are kept in the state only. */
  readonly aside?: readonly BoardChip[];
  /** The clock that the chips have too; virtual when not given. */
  readonly clock?: SimulatedClock;
  readonly pace?: Pace;
  readonly faults?: FaultScript;
  readonly trace?: TraceListener;
  /** Called with the whole state whenever anything that survives power changed, before the host hears of it. */
  readonly keep?: (state: BoardState) => Promise<void>;
  /** What a host is told about the connector. */
  readonly description?: ChannelDescription;
}

/**
 * A whole simulated board or stick: chips, kit, cable, power. One client at a time gets its bytes; chips can be taken out
 * behind a kit that stays; whatever survives power is handed to `keep`.
 */
export class Board {
  readonly description: ChannelDescription;
  readonly #options: BoardOptions;
  readonly #clock: SimulatedClock;
  readonly #pace: Pace;
  readonly #tracer: Tracer;
  readonly #faults: FaultPlayer;
  readonly #counts: BusCounts = { packets: 0 };
  readonly #saved = new WeakMap<BoardChip, number>();
  #chips: readonly BoardChip[];
  #aside: readonly BoardChip[];
  #moduleNumber: number;
  #running: Running | undefined;
  #client: BoardChannel | undefined;
  #lines = 0;
  /** When the line from the host is free for the next character. */
  #lineFree = 0;
  #connections = 0;
  /** A wire of the bus is held low, whatever is plugged in or out. */
  #stuck = false;
  #freeing: number | undefined;
  #returning: { readonly chips: readonly BoardChip[]; readonly afterLine: number } | undefined;
  #work: Promise<void> = Promise.resolve();
  #plugListeners: (() => void)[] = [];

  /** The board comes plugged in. Throws SimulatorError when the faults need chips that are not there. */
  constructor(options: BoardOptions) {
    if (options.nextChips === undefined && options.faults?.faults.some(({ action }) => action.do === 'swap-chip')) {
      throw new SimulatorError('input', 'the faults swap chips, but there is no next product to swap in');
    }
    this.#options = options;
    this.#clock = options.clock ?? virtualClock();
    this.#pace = options.pace ?? instantPace;
    this.#tracer = new Tracer(() => this.#clock.now(), options.trace);
    this.#faults = new FaultPlayer(options.faults);
    this.#chips = options.chips;
    this.#aside = options.aside ?? [];
    this.#moduleNumber = (options.kit.dialect === 'legacy' ? options.kit.moduleNumber : undefined) ?? 0xff;
    this.description = options.description ?? { kind: 'simulated', path: 'simulated', connector: 'simulated' };
    for (const chip of this.#chips) this.#saved.set(chip, chip.changes);
    this.plug();
  }

  get plugged(): boolean {
    return this.#running !== undefined;
  }

  /** Whether a client has the board. */
  get inUse(): boolean {
    return this.#client !== undefined;
  }

  /** The chips on the bus right now. */
  get chips(): readonly BoardChip[] {
    return this.#chips;
  }

  get clock(): SimulatedClock {
    return this.#clock;
  }

  /** Told of every plug and unplug. */
  onPlugChange(listener: () => void): void {
    this.#plugListeners.push(listener);
  }

  /** The cable goes in: kit and chips start anew. No effect while plugged. */
  plug(): void {
    if (this.#running !== undefined) return;
    const owner: BusOwner = {
      commandDone: (chip) => this.#keepIfChanged(chip),
      scene: (action) => this.#scene(action),
    };
    const bus = new ChipBus({
      clock: this.#clock,
      pace: this.#pace,
      tracer: this.#tracer,
      faults: this.#faults,
      owner,
      counts: this.#counts,
    });
    bus.place(this.#chips);
    bus.stick(this.#stuck);
    // A modern host's table names what was on the board when it was built, not what is there now.
    const kit = buildKit(bus, this.#kitOptions(), this.#options.chips);
    kit.powerUp();
    this.#running = { bus, kit, input: new LineInput(kit.lineLimit, kit.endsLineAtCr), silent: false };
    this.#tracer.tell({ kind: 'plug', what: kit.name === '' ? kit.dialect : kit.name });
    for (const listener of this.#plugListeners) listener();
  }

  /** The cable comes out: the client is told, kit and chips lose everything volatile, work in progress ends where it is. */
  unplug(reason = 'unplugged'): void {
    if (this.#running === undefined) return;
    this.#running.bus.powerOff();
    this.#running = undefined;
    this.#tracer.tell({ kind: 'unplug', what: reason });
    const client = this.#client;
    this.#client = undefined;
    client?.gone(reason);
    for (const listener of this.#plugListeners) listener();
  }

  /** A client's wire; throws SimulatorError when the board is not plugged in or somebody else has it. */
  connect(description: ChannelDescription = this.description): ByteChannel {
    if (this.#running === undefined) throw new SimulatorError('gone', 'the board is not plugged in');
    if (this.#client !== undefined) throw new SimulatorError('busy', 'another client has the board');
    const end: ChannelEnd = {
      fromHost: (from, bytes) => this.#receive(from, bytes),
      hostClosed: (from) => this.#released(from, 'closed by the host'),
    };
    const channel = new BoardChannel(description, end);
    this.#client = channel;
    this.#connections += 1;
    this.#running.input.reset();
    this.#tracer.tell({ kind: 'connected', connection: this.#connections });
    const strikes = this.#faults.connection();
    if (strikes.length > 0) this.#enqueue(() => this.#greet(channel, strikes));
    return channel;
  }

  /**
   * The wires between kit and chips, for a master outside that takes the place of the simulated kit. A transfer while the board is not
   * plugged in ends in KitPowerLost.
   */
  wires(): I2cBus {
    const known = new WeakMap<ChipBus, I2cBus>();
    const now = (): I2cBus => {
      const bus = this.#running?.bus;
      if (bus === undefined) throw new KitPowerLost('not plugged in', { kind: 'never' });
      const wires = known.get(bus) ?? boardBus(bus);
      known.set(bus, wires);
      return wires;
    };
    return {
      pulse: async () => now().pulse(),
      write: async (address, bytes) => now().write(address, bytes),
      read: async (address, length) => now().read(address, length),
    };
  }

  /** The product is taken out of the fixture; the kit stays and notices nothing. */
  takeOut(): readonly BoardChip[] {
    const taken = this.#chips;
    for (const chip of taken) {
      chip.powerCycle();
      this.#tracer.tell({ kind: 'chip-out', what: chip.part });
    }
    this.#chips = [];
    this.#running?.bus.place([]);
    return taken;
  }

  /** A product is put into the fixture, in place of whatever was there. */
  putIn(chips: readonly BoardChip[]): void {
    if (this.#chips.length > 0) this.takeOut();
    this.#chips = chips;
    this.#aside = this.#aside.filter((chip) => !chips.includes(chip));
    for (const chip of chips) {
      this.#saved.set(chip, chip.changes);
      this.#tracer.tell({ kind: 'chip-in', what: chip.part });
    }
    this.#running?.bus.place(chips);
  }

  /** Something holds a wire of the I2C bus low, or lets it go. */
  stickBus(stuck: boolean): void {
    this.#stuck = stuck;
    this.#freeing = undefined;
    this.#running?.bus.stick(stuck);
  }

  /** The next product is put in where the last one was, as `nextChips` makes it; the last one is kept aside in the state. */
  async nextProduct(): Promise<void> {
    if (this.#options.nextChips === undefined) throw new SimulatorError('input', 'there is no next product');
    this.#enqueue(() => this.#scene({ do: 'swap-chip', side: 'before' }));
    await this.settled();
  }

  /** Everything that survives without power. */
  state(): BoardState {
    return {
      kit: this.#kitOptions(),
      chips: this.#chips.map((chip) => chip.snapshot()),
      aside: this.#aside.map((chip) => chip.snapshot()),
    };
  }

  /** Resolves when every line that came is dealt with. */
  async settled(): Promise<void> {
    await this.#work;
  }

  #kitOptions(): KitOptions {
    const { kit } = this.#options;
    return kit.dialect === 'legacy' ? { ...kit, moduleNumber: this.#moduleNumber } : kit;
  }

  #receive(from: BoardChannel, bytes: Uint8Array): void {
    const running = this.#running;
    if (from !== this.#client || running === undefined) return;
    for (const line of running.input.push(bytes)) {
      // Characters come in while the kit is busy with an earlier line, one after the other.
      const characters = line.kind === 'line' ? line.text.length + 1 : 0;
      const now = isWorkingClock(this.#clock) ? performance.now() : this.#clock.now();
      const begins = Math.max(now, this.#lineFree);
      const through = begins + requestMs(this.#pace.line, characters);
      this.#lineFree = through;
      this.#enqueue(() => this.#serve(from, running, line, through));
    }
  }

  #released(from: BoardChannel, reason: string): void {
    if (from !== this.#client) return;
    this.#client = undefined;
    this.#tracer.tell({ kind: 'disconnected', reason });
  }

  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      // A board whose state cannot be kept must not go on as if it could: its client sees the cable go.
      this.unplug(error instanceof Error ? error.message : String(error));
    });
  }

  async #serve(client: BoardChannel, running: Running, input: InputLine, through: number): Promise<void> {
    if (running !== this.#running || running.silent) return;
    if (isWorkingClock(this.#clock)) this.#clock.beginWork();
    try {
      if (input.kind === 'overlong') await this.#overlong(client, running);
      else await this.#line(client, running, input.text, through);
    } catch (error) {
      if (!(error instanceof KitPowerLost)) throw error;
      if (running === this.#running) this.#lost(error.message, error.back);
    } finally {
      if (isWorkingClock(this.#clock)) this.#clock.endWork();
    }
  }

  async #overlong(client: BoardChannel, running: Running): Promise<void> {
    const reply = running.kit.overlong();
    if (reply === undefined) running.silent = true;
    else client.deliver(fromLatin1(reply));
  }

  async #line(client: BoardChannel, running: Running, text: string, through: number): Promise<void> {
    this.#lines += 1;
    const line = this.#lines;
    this.#tracer.tell({ kind: 'line-in', line, text });
    await this.#pass(through - this.#clock.now());
    if (this.#returning !== undefined && line > this.#returning.afterLine) this.#bringBack(this.#returning.chips);
    if (this.#freeing !== undefined && line > this.#freeing) this.stickBus(false);
    const strikes = this.#faults.line(text);
    await this.#strikes(strikes, 'before');
    if (running !== this.#running || running.silent) return;
    if (strikes.some(({ action }) => action.do === 'drop-line')) return;
    const reply = await this.#answer(running, text, strikes);
    if (running !== this.#running) return;
    const { pieces, delayMs } = spoilReply(text, reply, strikes, this.#faults.random);
    const characters = pieces.reduce((sum, piece) => sum + piece.length, 0);
    await this.#pass(delayMs + replyMs(this.#pace.line, characters));
    if (running !== this.#running) return;
    this.#tracer.tell({ kind: 'line-out', line, text: reply });
    for (const piece of pieces) client.deliver(piece);
    await this.#strikes(strikes, 'after');
  }

  async #answer(running: Running, text: string, strikes: readonly Strike[]): Promise<string> {
    if (strikes.some(({ action }) => action.do === 'duplicate-line')) await running.kit.answer(text);
    const reply = await running.kit.answer(text);
    const { moduleNumber } = running.kit.memory();
    if (moduleNumber !== this.#moduleNumber) {
      this.#moduleNumber = moduleNumber;
      await this.#options.keep?.(this.state());
    }
    return reply;
  }

  /** Banners and bad days that begin with a connection. */
  async #greet(client: BoardChannel, strikes: readonly Strike[]): Promise<void> {
    try {
      for (const { action } of strikes) if (action.do === 'garbage') client.deliver(action.bytes);
      await this.#strikes(strikes, 'before');
      await this.#strikes(strikes, 'after');
    } catch (error) {
      if (!(error instanceof KitPowerLost)) throw error;
      this.#lost(error.message, error.back);
    }
  }

  async #strikes(strikes: readonly Strike[], side: 'before' | 'after'): Promise<void> {
    for (const { fault, action } of strikes) {
      if (side === 'before') this.#tracer.tell({ kind: 'fault', fault, action: action.do });
      if (action.do === 'silent' && side === 'before' && this.#running !== undefined) this.#running.silent = true;
      if (action.do === 'unplug' && action.side === side) throw new KitPowerLost('cable pulled', action.back);
      if (action.do === 'bit-rot' && side === 'before') await this.#scene(action);
      if ('side' in action && action.do !== 'unplug' && action.do !== 'watchdog' && action.side === side) {
        await this.#scene(action);
      }
    }
  }

  async #scene(action: SceneAction): Promise<void> {
    if (action.do === 'bit-rot') {
      for (const chip of this.#chips) chip.rot(action.zone, action.slot, action.offset, action.xor);
    } else if (action.do === 'remove-chip') {
      const taken = this.takeOut();
      this.#aside = [...this.#aside, ...taken];
      if (action.backAfterLines !== undefined) {
        this.#returning = { chips: taken, afterLine: this.#lines + action.backAfterLines };
      }
    } else if (action.do === 'stick-bus') {
      this.stickBus(true);
      if (action.freeAfterLines !== undefined) this.#freeing = this.#lines + action.freeAfterLines;
    } else if (action.do === 'swap-chip') {
      this.#aside = [...this.#aside, ...this.takeOut()];
      this.putIn(this.#options.nextChips?.() ?? []);
    }
    await this.#options.keep?.(this.state());
  }

  #bringBack(chips: readonly BoardChip[]): void {
    this.#returning = undefined;
    this.putIn(chips);
  }

  #lost(reason: string, back: Return): void {
    this.unplug(reason);
    if (back.kind === 'at-once') this.plug();
    if (back.kind === 'after') setTimeout(() => this.plug(), back.ms).unref();
  }

  async #keepIfChanged(chip: BoardChip): Promise<void> {
    if (this.#options.keep === undefined || this.#saved.get(chip) === chip.changes) return;
    this.#saved.set(chip, chip.changes);
    await this.#options.keep(this.state());
  }

  #pass(ms: number): Promise<void> {
    return ms > 0 ? this.#clock.pass(ms) : Promise.resolve();
  }
}

/** What is there only while power is. */
interface Running {
  readonly bus: ChipBus;
  readonly kit: Kit;
  readonly input: LineInput;
  silent: boolean;
}
