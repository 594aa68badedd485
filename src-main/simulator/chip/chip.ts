import type { BoardChip } from '../board-chip.ts';
import { SimulatorError } from '../errors.ts';
import { crc16 } from '../octets.ts';
import type { SiliconAnswer, SimulatedClock } from '../silicon.ts';
import { at, join, le16 } from './bytes.ts';
import { handlers, withoutSelfTest } from './commands/table.ts';
import { where } from './config-view.ts';
import { type ArmedFaults, type ChipEvent, Core, type Defect, type Request, type Tally } from './core.ts';
import { type PowerCut, type TornPattern, tearOf } from './cut.ts';
import { Eeprom } from './eeprom.ts';
import { type ChipModel, factoryImage, revisions } from './images.ts';
import { type RandomSource, systemRandom } from './random-source.ts';
import type { RuleId } from './rules/catalogue.ts';
import { type ChipSnapshot, parseSnapshot, putSnapshot, takeSnapshot } from './snapshot.ts';
import { noTempKey, Sram, type TempKey } from './sram.ts';
import { done, Refusal, status } from './status.ts';
import { defaultSwitches, type Switches } from './switches.ts';
import { type ClockDivider, commandName, dividerOf, executionMs, type TimingModel } from './timing.ts';

/** How a chip is made. */
export interface ChipOptions {
  readonly part: ChipModel;
  /** 9 bytes. */
  readonly serialNumber: Uint8Array;
  /** 128 bytes as the part arrives; bytes 0..12 get the chip's own identity. Default: as shipped. */
  readonly config?: Uint8Array;
  readonly clock: SimulatedClock;
  /** Default: the machine's generator. */
  readonly random?: RandomSource;
  /** Default: typical. */
  readonly timing?: TimingModel;
  /** Readings of CONFLICT and UNCONFIRMED points, and rules to leave out (mutation tests). */
  readonly rules?: Partial<Switches> & { readonly disabled?: ReadonlySet<RuleId> };
  readonly defect?: Defect;
  /** Told of commands, signatures, keys and cuts as they happen. */
  readonly onEvent?: (event: ChipEvent) => void;
}

/** Numbers for wear and for reconciling logs. */
export interface ChipCounters extends Tally {
  readonly rngSeedUpdates: number;
  readonly eepromWrites: number;
}

/** What a test may see of a chip. All arrays are copies. */
export interface ChipInspection {
  readonly mode: 'off' | 'asleep' | 'idle' | 'awake';
  readonly configLocked: boolean;
  readonly dataLocked: boolean;
  readonly config: Uint8Array;
  readonly otp: Uint8Array;
  readonly slots: readonly Uint8Array[];
  readonly keyValid: readonly boolean[];
  readonly tempKey: TempKey;
  readonly authValid: boolean;
  readonly authKeyId: number;
  readonly msgDigBufLength: number;
  readonly counters: ChipCounters;
}

/** A simulated chip: silicon, and what only a simulator has. */
export interface Chip extends BoardChip {
  readonly model: ChipModel;
  readonly serialNumber: Uint8Array;
  /** False after a cut or powerOff, until powerOn or powerCycle. */
  readonly powered: boolean;
  readonly counters: ChipCounters;
  /** Wake pulse to readable answer, ms: 1.5, or longer with POST (608). */
  readonly wakeMs: number;
  /** What the chip is set to take for a command now, ms; for kits that wait fixed times. */
  executionMs(opcode: number): number;
  powerOff(): void;
  powerOn(): void;
  /** Cuts the power around a coming command: the next one, or the one after `commandsBefore` others. */
  cutPower(cut: PowerCut, commandsBefore?: number): void;
  /** Arms faults, added to those armed already. */
  arm(faults: Partial<ArmedFaults>): void;
  snapshot(): ChipSnapshot;
  /** Puts EEPROM content back, power-cycled. The part must be the same. */
  restore(snapshot: ChipSnapshot): void;
  inspect(): ChipInspection;
}

const WAKE_MS = 1.5;
const INFO = 0x30;
const SELF_TEST = 0x77;
const SHA = 0x47;

/** A chip as a snapshot left it: identity and part are the snapshot's. Throws SimulatorError when it is none. */
export function restoreChip(snapshot: unknown, options: Omit<ChipOptions, 'part' | 'serialNumber' | 'config'>): Chip {
  const parsed = parseSnapshot(snapshot);
  const chip = createChip({ ...options, part: parsed.part, serialNumber: new Uint8Array(9) });
  chip.restore(parsed);
  return chip;
}

/** A chip on its bus, powered and asleep. Throws SimulatorError for impossible options. */
export function createChip(options: ChipOptions): Chip {
  return new SimulatedChip(options);
}

class SimulatedChip implements Chip {
  readonly model: ChipModel;
  readonly serialNumber: Uint8Array;
  readonly #core: Core;
  readonly #clock: SimulatedClock;
  readonly #timing: TimingModel;
  readonly #onEvent: (event: ChipEvent) => void;
  #mode: 'off' | 'asleep' | 'idle' | 'awake' = 'asleep';
  #address = 0;
  #divider: ClockDivider = 'M0';
  #wokeAt = 0;
  #watchdogMs = 0;
  #rotted = 0;
  #cut: { readonly cut: PowerCut; before: number } | undefined;

  constructor(options: ChipOptions) {
    if (options.serialNumber.length !== 9) throw new SimulatorError('input', 'a serial number has 9 bytes');
    const config = (options.config ?? factoryImage(options.part)).slice();
    if (config.length !== 128) throw new SimulatorError('input', 'a configuration image has 128 bytes');
    config.set(options.serialNumber.subarray(0, 4), 0);
    config.set(revisions[options.part], 4);
    config.set(options.serialNumber.subarray(4), 8);
    const { disabled = new Set<RuleId>(), ...switches } = options.rules ?? {};
    this.model = options.part;
    this.serialNumber = options.serialNumber.slice();
    this.#clock = options.clock;
    this.#timing = options.timing ?? 'typical';
    this.#onEvent = options.onEvent ?? ((): void => undefined);
    this.#core = new Core({
      family: options.part === '508A' ? '508A' : '608',
      eeprom: new Eeprom(config),
      switches: { ...defaultSwitches, ...switches },
      disabled,
      random: options.random ?? systemRandom(),
      defect: options.defect,
    });
    this.#powerUp();
  }

  get part(): BoardChip['part'] {
    return this.#core.is608 ? 'ATECC608' : 'ATECC508A';
  }

  get changes(): number {
    const { eeprom, tally } = this.#core;
    const done = tally.signatures + tally.checkMacs + tally.genKeys;
    return eeprom.writes + eeprom.rngSeedUpdates + done + this.#rotted;
  }

  get address(): number {
    const at16 = this.#core.switches.addressEffective === 'immediately' || !this.#core.holds('address.not-at-once');
    return at16 ? this.#addressByConfig() : this.#address;
  }

  get awake(): boolean {
    this.#watch();
    return this.#mode === 'awake';
  }

  get powered(): boolean {
    return this.#mode !== 'off';
  }

  get wakeMs(): number {
    return this.#postEnabled ? this.#core.switches.postWakeMs : WAKE_MS;
  }

  get counters(): ChipCounters {
    const { eeprom, tally } = this.#core;
    return { ...tally, rngSeedUpdates: eeprom.rngSeedUpdates, eepromWrites: eeprom.writes };
  }

  executionMs(opcode: number): number {
    return executionMs(opcode, this.#core.family, this.#divider, this.#timing);
  }

  wake(): Uint8Array | undefined {
    this.#watch();
    if (this.#mode === 'off') return undefined;
    if (this.#mode === 'awake') {
      if (this.#core.holds('power.awake-ignores-wake')) return undefined;
    } else if (this.#mode === 'asleep') this.#divider = this.#dividerByConfig();
    const fromSleep = this.#mode === 'asleep';
    this.#mode = 'awake';
    this.#wokeAt = this.#clock.now();
    this.#watchdogMs = this.#watchdogByConfig();
    if (fromSleep && this.#postEnabled && this.#core.faults.selfTestFailures !== 0) {
      this.#core.selfTestFailed = true;
      if (this.#core.holds('self-test.post')) return frame(Uint8Array.of(status.selfTest));
    }
    return frame(Uint8Array.of(status.awake));
  }

  idle(): void {
    this.#watch();
    if (this.#mode !== 'awake') return;
    this.#mode = 'idle';
    const { sram, switches } = this.#core;
    if (switches.idleKeepsAuthValid === 'drop') sram.authValid = false;
    if (!this.#core.holds('power.idle-keeps-temp-key')) sram.tempKey = noTempKey;
    if (!this.#core.holds('power.idle-keeps-seed')) sram.seedUpdated = false;
  }

  sleep(): void {
    this.#watch();
    if (this.#mode === 'awake') this.#fallAsleep('power.sleep-clears');
  }

  powerCycle(): void {
    this.#powerUp();
  }

  powerOff(): void {
    this.#mode = 'off';
    this.#core.sram = new Sram();
  }

  powerOn(): void {
    if (this.#mode === 'off') this.#powerUp();
  }

  cutPower(cut: PowerCut, commandsBefore = 0): void {
    this.#cut = { cut, before: commandsBefore };
  }

  arm(faults: Partial<ArmedFaults>): void {
    const { faults: armed } = this.#core;
    armed.eccFaults += faults.eccFaults ?? 0;
    armed.rngFaults += faults.rngFaults ?? 0;
    armed.selfTestFailures = faults.selfTestFailures ?? armed.selfTestFailures;
  }

  cutNext(torn: TornPattern): void {
    this.cutPower({ when: 'during', torn });
  }

  rot(zone: 'config' | 'otp' | 'data', slot: number, offset: number, xor: number): void {
    const { eeprom } = this.#core;
    const bytes = zone === 'data' ? eeprom.slot(slot) : eeprom[zone];
    if (offset < 0 || offset >= bytes.length) throw new SimulatorError('input', `no byte ${offset} in ${zone} ${slot}`);
    bytes[offset] = at(bytes, offset) ^ xor;
    this.#rotted += 1;
  }

  snapshot(): ChipSnapshot {
    return takeSnapshot(this.#core, this.model);
  }

  restore(snapshot: ChipSnapshot): void {
    if (snapshot.part !== this.model) throw new SimulatorError('input', `a ${snapshot.part} is no ${this.model}`);
    putSnapshot(this.#core, snapshot);
    this.serialNumber.set(this.#core.sn);
    this.#powerUp();
  }

  inspect(): ChipInspection {
    this.#watch();
    const { eeprom, sram, config } = this.#core;
    return {
      mode: this.#mode,
      configLocked: config.configLocked,
      dataLocked: config.dataLocked,
      config: eeprom.config.slice(),
      otp: eeprom.otp.slice(),
      slots: eeprom.slots.map((slot) => slot.slice()),
      keyValid: [...eeprom.keyValid],
      tempKey: { ...sram.tempKey, value: sram.tempKey.value.slice() },
      authValid: sram.authValid,
      authKeyId: sram.authKeyId,
      msgDigBufLength: sram.msgDigBuf.length,
      counters: this.counters,
    };
  }

  command(packet: Uint8Array): SiliconAnswer | undefined {
    this.#watch();
    if (this.#mode === 'off') return undefined;
    if (this.#mode !== 'awake' && this.#core.holds('power.asleep-silent')) return undefined;
    const cut = this.#takeCut();
    if (cut?.when === 'before') return this.#losePower(cut);
    const before = { ...this.#core.tally };
    const payload = this.#execute(packet);
    if (cut?.when === 'during') {
      this.#core.eeprom.tear(tearOf(cut));
      Object.assign(this.#core.tally, before);
      return this.#losePower(cut);
    }
    this.#core.eeprom.commit();
    this.#tell(packet, payload);
    if (cut !== undefined) return this.#losePower(cut);
    if (payload === undefined) {
      this.idle();
      return undefined;
    }
    if (!this.#core.holds('watchdog.not-restarted')) this.#wokeAt = this.#clock.now();
    return { response: frame(payload), executionMs: this.#duration(packet, payload) };
  }

  /** Runs one command up to its answer; memory is only noted. */
  #execute(packet: Uint8Array): Uint8Array | undefined {
    const core = this.#core;
    core.startCommand();
    if (core.defect === 'answers-00') return done;
    if (!this.#received(packet)) {
      if (!core.holds('temp-key.kept-on-crc-error')) core.clearTempKey();
      return Uint8Array.of(status.communication);
    }
    const opcode = at(packet, 1);
    try {
      const answer = this.#dispatch(packet);
      this.#afterwards(opcode, core.tempKeyFate === 'keep' || !core.holds('temp-key.cleared-after-use'));
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      core.eeprom.discard();
      const eccFault = thrown.status === status.eccFault && core.holds('temp-key.kept-on-ecc-fault');
      const untouched = opcode === INFO && core.holds('info.keeps-temp-key');
      if (untouched || eccFault) core.msgDigBufFate = 'keep';
      this.#afterwards(opcode, eccFault || untouched || !core.holds('temp-key.cleared-on-failure'));
      return Uint8Array.of(core.defect === 'yes-sayer' ? status.success : thrown.status);
    }
  }

  #received(packet: Uint8Array): boolean {
    const { length } = packet;
    if (length < 4) return false;
    if (at(packet, 0) !== length && this.#core.holds('packet.count')) return false;
    const sent = at(packet, length - 2) | (at(packet, length - 1) << 8);
    return crc16(packet.subarray(0, -2)) === sent || !this.#core.holds('packet.crc');
  }

  #dispatch(packet: Uint8Array): Uint8Array | undefined {
    const core = this.#core;
    const opcode = at(packet, 1);
    this.#needTime(opcode);
    core.malformed('packet.minimum', packet.length < 7);
    const handler = handlers.get(opcode);
    const known = commandName(opcode, core.family) !== undefined;
    core.malformed('packet.opcode', handler === undefined || !known);
    if (core.selfTestFailed && !withoutSelfTest.has(opcode) && core.holds('self-test.blocks-crypto')) {
      throw new Refusal(status.selfTest, 'self-test failed');
    }
    const request: Request = {
      opcode,
      p1: at(packet, 2),
      p2: at(packet, 3) | (at(packet, 4) << 8),
      data: packet.slice(5, -2),
    };
    const answer = handler?.(core, request);
    if (core.defect === 'yes-sayer' && answer?.length === 1) return done;
    return answer;
  }

  /** EE when the command, at its slowest, could outlive the watchdog. */
  #needTime(opcode: number): void {
    const core = this.#core;
    if (opcode === SELF_TEST && core.switches.selfTestWatchdog === 'exempt') return;
    const needed = executionMs(opcode, core.family, this.#divider, 'maximum');
    const left = this.#wokeAt + this.#watchdogMs - this.#clock.now();
    if (left < needed && core.holds('watchdog.too-little-time')) throw new Refusal(status.watchdog, 'too little time');
  }

  #afterwards(opcode: number, keepTempKey: boolean): void {
    const core = this.#core;
    if (!keepTempKey) core.clearTempKey();
    if (core.msgDigBufFate === 'clear' && core.holds('msg-dig-buf.one-use')) core.sram.msgDigBuf = new Sram().msgDigBuf;
    if (opcode !== SHA && core.holds('sha.context-aborted')) core.sram.sha = undefined;
  }

  #duration(packet: Uint8Array, payload: Uint8Array): number {
    const refused = payload.length === 1 && at(payload, 0) !== status.success && at(payload, 0) !== status.mismatch;
    return this.executionMs(refused ? INFO : at(packet, 1));
  }

  #tell(packet: Uint8Array, payload: Uint8Array | undefined): void {
    const answered = payload?.length === 1 ? at(payload, 0) : status.success;
    this.#onEvent({
      kind: 'command',
      opcode: at(packet, 1),
      p1: at(packet, 2),
      p2: at(packet, 3) | (at(packet, 4) << 8),
      status: answered,
    });
    for (const event of this.#core.events) this.#onEvent(event);
    this.#core.events = [];
  }

  #takeCut(): PowerCut | undefined {
    if (this.#cut === undefined) return undefined;
    if (this.#cut.before > 0) {
      this.#cut.before -= 1;
      return undefined;
    }
    const { cut } = this.#cut;
    this.#cut = undefined;
    return cut;
  }

  #losePower(cut: PowerCut): undefined {
    this.#core.eeprom.discard();
    this.powerOff();
    this.#onEvent({ kind: 'power-cut', when: cut.when });
    return undefined;
  }

  #powerUp(): void {
    this.#core.sram = new Sram();
    this.#core.selfTestFailed = false;
    this.#mode = 'asleep';
    this.#address = this.#addressByConfig();
  }

  /** Lets the watchdog do its work: called before anything looks at the chip. */
  #watch(): void {
    if (this.#mode !== 'awake' || !this.#core.holds('watchdog.expiry')) return;
    if (this.#clock.now() - this.#wokeAt >= this.#watchdogMs) this.#fallAsleep('power.watchdog-clears');
  }

  #fallAsleep(rule: 'power.sleep-clears' | 'power.watchdog-clears'): void {
    this.#mode = 'asleep';
    const { latch } = this.#core.sram;
    if (this.#core.holds(rule)) this.#core.sram = new Sram();
    this.#core.sram.latch = latch;
    this.#core.sram.seedUpdated = false;
    if (this.#core.switches.addressEffective === 'next-wake-after-sleep') this.#address = this.#addressByConfig();
  }

  get #postEnabled(): boolean {
    return this.#core.is608 && (this.#core.config.chipOptions & 1) !== 0;
  }

  #addressByConfig(): number {
    const core = this.#core;
    const extra = at(core.eeprom.config, where.selector);
    const other = core.is608 && (core.config.chipMode & 1) !== 0 && extra !== 0 && core.holds('address.user-extra-add');
    const byte = core.holds('address.byte-16') ? (other ? extra : at(core.eeprom.config, where.i2cAddress)) : 0xc0;
    return core.holds('address.low-bit') ? byte & 0xfe : byte;
  }

  #dividerByConfig(): ClockDivider {
    const core = this.#core;
    return core.is608 && core.holds('timing.divider') ? dividerOf(core.config.chipMode) : 'M0';
  }

  #watchdogByConfig(): number {
    const core = this.#core;
    const long = (core.config.chipMode & 4) !== 0 && core.holds('watchdog.long');
    return long ? core.switches.watchdogLongMs : core.switches.watchdogShortMs;
  }
}

/** Count, payload, CRC. */
function frame(payload: Uint8Array): Uint8Array {
  const body = join([payload.length + 3], payload);
  return join(body, le16(crc16(body)));
}
