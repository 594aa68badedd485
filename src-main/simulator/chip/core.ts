import { at, le16, take } from './bytes.ts';
import { ConfigView } from './config-view.ts';
import type { Eeprom } from './eeprom.ts';
import { isPrivateKey, publicKeyOf } from './p256.ts';
import type { RandomSource } from './random-source.ts';
import type { RuleId } from './rules/catalogue.ts';
import { noTempKey, Sram, type TempKey } from './sram.ts';
import { Refusal, status } from './status.ts';
import type { Switches } from './switches.ts';
import type { Family } from './timing.ts';

/** One command as it came in, parsed no further than its frame. */
export interface Request {
  readonly opcode: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
}

/** A command: gives the payload of its answer, or throws Refusal. `undefined` = the chip went to idle without an answer (Pause). */
export type Handler = (core: Core, request: Request) => Uint8Array | undefined;

/** What a chip did, counted for wear and for reconciling logs. */
export interface Tally {
  /** ECDSA signatures given out. */
  signatures: number;
  /** CheckMac comparisons made, and those that matched. */
  checkMacs: number;
  checkMacMatches: number;
  /** Signatures with a key that needed authorisation and had it from a CheckMac. */
  authorisedSignPairs: number;
  /** Private keys made. */
  genKeys: number;
}

/** What an observer is told, as it happens. */
export type ChipEvent =
  | {
      readonly kind: 'command';
      readonly opcode: number;
      readonly p1: number;
      readonly p2: number;
      readonly status: number;
    }
  | { readonly kind: 'signature'; readonly slot: number; readonly digest: Uint8Array; readonly authorised: boolean }
  | { readonly kind: 'key-made'; readonly slot: number; readonly publicKey: Uint8Array }
  | { readonly kind: 'power-cut'; readonly when: 'before' | 'during' | 'after' };

/** A chip that misbehaves on purpose, for tests that must notice. */
export type Defect =
  /** Every status answer is 00: compares, verifies, writes and locks "succeed". Data answers are honest. */
  | 'yes-sayer'
  /** Every command is answered by 04 00 03 40, whatever it was. */
  | 'answers-00'
  /** Signatures are of the right form and verify under no key. */
  | 'wrong-signature';

/** Faults that a test arms; each is used up by what it hits. */
export interface ArmedFaults {
  /** So many of the next ECC computations answer 05. */
  eccFaults: number;
  /** So many of the next RNG uses answer 08 (608). */
  rngFaults: number;
  /** Self-tests that fail, as the bitmap SelfTest answers (608). */
  selfTestFailures: number;
}

/** The state that all commands share, and the ways in which they refuse. */
export class Core {
  readonly family: Family;
  readonly eeprom: Eeprom;
  readonly switches: Switches;
  readonly random: RandomSource;
  readonly defect: Defect | undefined;
  readonly faults: ArmedFaults = { eccFaults: 0, rngFaults: 0, selfTestFailures: 0 };
  readonly tally: Tally = { signatures: 0, checkMacs: 0, checkMacMatches: 0, authorisedSignPairs: 0, genKeys: 0 };
  readonly config: ConfigView;
  sram = new Sram();
  /** A failed self-test: crypto answers 07 until SelfTest passes. */
  selfTestFailed = false;
  /** What the running command does with TempKey at its end: cleared unless it says otherwise. */
  tempKeyFate: 'clear' | 'keep' = 'clear';
  msgDigBufFate: 'clear' | 'keep' = 'clear';
  /** Told at the end of the running command, if it was not cut short. */
  events: ChipEvent[] = [];
  readonly #disabled: ReadonlySet<RuleId>;

  constructor(parts: {
    readonly family: Family;
    readonly eeprom: Eeprom;
    readonly switches: Switches;
    readonly disabled: ReadonlySet<RuleId>;
    readonly random: RandomSource;
    readonly defect: Defect | undefined;
  }) {
    this.family = parts.family;
    this.eeprom = parts.eeprom;
    this.switches = parts.switches;
    this.random = parts.random;
    this.defect = parts.defect;
    this.#disabled = parts.disabled;
    this.config = new ConfigView(parts.eeprom.config);
  }

  /** Whether a rule of the catalogue is in force; mutation tests switch rules off one at a time. */
  holds(rule: RuleId): boolean {
    return !this.#disabled.has(rule);
  }

  /** Answers 0F when the rule is in force and broken. */
  refuse(rule: RuleId, broken: boolean): void {
    if (broken && this.holds(rule)) throw new Refusal(status.execution, rule);
  }

  /** Answers 03 when the form of the command is illegal; with the rule off, such a command is refused like any impossible one. */
  malformed(rule: RuleId, illegal: boolean): void {
    if (illegal) throw new Refusal(this.holds(rule) ? status.parse : status.execution, rule);
  }

  /** Nothing is decided yet about what the next command leaves behind. */
  startCommand(): void {
    this.events = [];
    this.tempKeyFate = 'clear';
    this.msgDigBufFate = 'clear';
  }

  get is608(): boolean {
    return this.family === '608';
  }

  get sn(): Uint8Array {
    return this.config.serialNumber;
  }

  /** The first 32 bytes of TempKey, the digest of most commands. */
  get tempKey32(): Uint8Array {
    return take(this.sram.tempKey.value, 0, 32);
  }

  /** Loads TempKey; it then outlives the command. */
  loadTempKey(tempKey: TempKey): void {
    this.sram.tempKey = tempKey;
    this.tempKeyFate = 'keep';
  }

  clearTempKey(): void {
    this.sram.tempKey = noTempKey;
  }

  /** 32 bytes from the RNG; fixed FF FF 00 00 before config lock. `updateSeed`: P1 00 of Nonce and Random, GenKey. */
  drawRandom(updateSeed: boolean): Uint8Array {
    this.touchRng(updateSeed);
    const locked = this.config.configLocked || !this.holds('rng.fixed-before-config-lock');
    return locked ? this.random.bytes(32) : Uint8Array.from({ length: 32 }, (_, i) => ((i & 2) === 0 ? 0xff : 0));
  }

  /** Accounts for a use of the RNG: the seed cell is written once after each sleep or power-up. */
  touchRng(updateSeed: boolean): void {
    if (this.faults.rngFaults > 0 && this.is608) {
      this.faults.rngFaults -= 1;
      throw new Refusal(status.health, 'RNG health test');
    }
    this.sram.rngUsed = true;
    if (!updateSeed && this.holds('rng.mode-1-no-update')) return;
    if (this.sram.seedUpdated && this.holds('rng.one-update-per-wake')) return;
    this.eeprom.rngSeedUpdates += 1;
    this.sram.seedUpdated = true;
  }

  /** An armed ECC fault hits this computation: 05, TempKey untouched (atecc-device.md 2). */
  eccFault(): void {
    if (this.faults.eccFaults === 0) return;
    this.faults.eccFaults -= 1;
    throw new Refusal(status.eccFault, 'ECC fault');
  }

  /** Public key of a private key in memory; 05 when the bytes there are no key. */
  publicKeyOf(key: Uint8Array): Uint8Array {
    if (!isPrivateKey(key)) throw new Refusal(status.eccFault, 'no private key there');
    return publicKeyOf(key);
  }

  /** The 32 key bytes of a slot that is not an ECC private key. */
  secret(slot: number): Uint8Array {
    return take(this.eeprom.slot(slot), 0, 32);
  }

  /** The 32 bytes of the slot that ChipOptions names as IO protection key (608). */
  get ioKey(): Uint8Array {
    return this.secret(this.config.chipOptions >> 12);
  }

  get ioKeyEnabled(): boolean {
    return (this.config.chipOptions & 2) !== 0;
  }

  /** High nibble of a public-key slot: 5 validated, anything else not (atecc-device.md 4). */
  validated(slot: number): boolean {
    return at(this.eeprom.slot(slot), 0) >> 4 === 5;
  }
}

/** Opcode, P1, P2 as sent: the four bytes that most digests contain. */
export function head(request: Request): Uint8Array {
  return Uint8Array.of(request.opcode, request.p1, ...le16(request.p2));
}
