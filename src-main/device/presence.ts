import { configAddress } from '../../src-shared/atecc/address.ts';
import { read } from '../../src-shared/atecc/commands/index.ts';
import { serialNumberOf } from '../../src-shared/atecc/serial.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { type DeviceFailure, isBusStuck } from './failures.ts';
import type { ChipIdentity } from './identify.ts';
import { DEFAULT_ADDRESS, type KitRegistry } from './kit-registry.ts';

/** What is behind a kit: nothing, or the chips by serial number. */
export type PresenceEvent =
  | { readonly kind: 'arrived'; readonly kitId: number; readonly chips: readonly ChipIdentity[] }
  /** The board was taken away, or is being replaced by the one that an `arrived` names next. Serial numbers in hex. */
  | { readonly kind: 'left'; readonly kitId: number; readonly serialNumbers: readonly string[] }
  /** The same chips, looked at again after somebody had used the kit: their state may be another. */
  | { readonly kind: 'updated'; readonly kitId: number; readonly chips: readonly ChipIdentity[] }
  /** A wire of the kit's bus is held low: what is behind it is not known until `freed`. */
  | { readonly kind: 'stuck'; readonly kitId: number; readonly failure: DeviceFailure }
  | { readonly kind: 'freed'; readonly kitId: number };

export interface PresenceOptions {
  readonly registry: KitRegistry;
  readonly kitId: number;
  readonly onEvent: (event: PresenceEvent) => void;
  /** Waits that long, or shorter when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** ms between two looks; never less than 500 (provisioning-recipes.md 0). */
  readonly intervalMs?: number;
  /** Further 8-bit addresses at which a chip may appear when none is there. */
  readonly addresses?: readonly number[];
}

const SHORTEST_INTERVAL_MS = 500;

/** What one look found: serial number in hex by address; addresses without an answer are missing. */
export type Sight = ReadonlyMap<number, string>;

/**
 * What a look means after what was known: the same board, none, or another one. A chip more, less or changed makes
 * another board, because a board is its chips.
 */
export function compareSight(known: Sight, seen: Sight): 'same' | 'empty' | 'other' {
  if (seen.size === 0) return known.size === 0 ? 'same' : 'empty';
  if (seen.size !== known.size) return 'other';
  for (const [address, serial] of seen) if (known.get(address) !== serial) return 'other';
  return 'same';
}

/**
 * Watches one kit for boards coming and going: one read of configuration block 0 per known chip, idle after it, at most
 * twice a second, and only while nobody owns the kit. Causes no RNG seed write, because it neither sleeps nor draws.
 */
export class Presence {
  readonly #options: PresenceOptions;
  #known: Sight = new Map();
  /** Where chips were seen last; a removed board's successor will as a rule sit at the same place. */
  #addresses: readonly number[] = [];
  #session: number | undefined;
  #stuck = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Serial numbers in hex of the chips now seen. */
  get serialNumbers(): readonly string[] {
    return [...this.#known.values()];
  }

  /** Polls until the signal is aborted or the kit is gone. */
  async run(signal: AbortSignal): Promise<void> {
    const interval = Math.max(this.#options.intervalMs ?? SHORTEST_INTERVAL_MS, SHORTEST_INTERVAL_MS);
    while (!signal.aborted && this.#options.registry.kit(this.#options.kitId) !== undefined) {
      await this.poll();
      await this.#options.pause(interval, signal);
    }
    if (!signal.aborted) this.kitGone();
  }

  /** One look. Does nothing while somebody owns the kit. */
  async poll(): Promise<void> {
    const { registry, kitId } = this.#options;
    const entry = registry.kit(kitId);
    if (entry === undefined) {
      this.kitGone();
      return;
    }
    if (this.#session === undefined) {
      // The probe has just looked at everything.
      this.#session = entry.session;
      this.#adoptChips(entry.chips);
      if (entry.trouble !== undefined && isBusStuck(entry.trouble)) this.#tellStuck(entry.trouble);
      return;
    }
    const seen = await this.#see();
    if (seen === undefined) return;
    if ('kind' in seen) {
      this.#leave();
      this.#tellStuck(seen);
      return;
    }
    this.#tellFreed();
    const verdict = compareSight(this.#known, seen);
    if (verdict === 'same') {
      if (seen.size > 0 && entry.session !== this.#session) await this.#refresh();
      this.#session = entry.session;
      return;
    }
    this.#leave();
    if (verdict === 'empty') return;
    const looked = await registry.lookWhileFree(kitId);
    if (looked !== undefined) this.#adoptChips(looked.chips);
  }

  /** The kit itself was unplugged: the board behind it is gone too. */
  kitGone(): void {
    this.#leave();
  }

  async #refresh(): Promise<void> {
    const { registry, kitId, onEvent } = this.#options;
    const looked = await registry.lookWhileFree(kitId);
    if (looked === undefined) return;
    if (compareSight(this.#known, sightOf(looked.chips)) === 'same') {
      onEvent({ kind: 'updated', kitId, chips: looked.chips });
      return;
    }
    this.#leave();
    this.#adoptChips(looked.chips);
  }

  #tellStuck(failure: DeviceFailure): void {
    if (!this.#stuck) this.#options.onEvent({ kind: 'stuck', kitId: this.#options.kitId, failure });
    this.#stuck = true;
  }

  #tellFreed(): void {
    if (this.#stuck) this.#options.onEvent({ kind: 'freed', kitId: this.#options.kitId });
    this.#stuck = false;
  }

  /** undefined when somebody took the kit before or during the look: then nothing was learnt. A failure: the bus is stuck. */
  async #see(): Promise<Sight | DeviceFailure | undefined> {
    const { registry, kitId } = this.#options;
    const fallback = [...this.#addresses, DEFAULT_ADDRESS, ...(this.#options.addresses ?? [])];
    const addresses = new Set(this.#known.size > 0 ? this.#known.keys() : fallback);
    return registry.whileFree(kitId, async (open) => {
      const seen = new Map<number, string>();
      for (const address of addresses) {
        // A chip that was there gets a second chance, so that one lost answer is not a removed board.
        const attempts = this.#known.has(address) ? 2 : 1;
        const block = await open(address).run(read(configAddress(0), 32), { attempts });
        if (block.ok) seen.set(address, toHex(serialNumberOf(block.value)));
        else if (block.failure.kind === 'not-owner') return undefined;
        else if (isBusStuck(block.failure)) return block.failure;
      }
      return seen;
    });
  }

  #adoptChips(chips: readonly ChipIdentity[]): void {
    this.#known = sightOf(chips);
    if (chips.length === 0) return;
    this.#addresses = chips.map((chip) => chip.address);
    this.#options.onEvent({ kind: 'arrived', kitId: this.#options.kitId, chips });
  }

  #leave(): void {
    const serialNumbers = this.serialNumbers;
    this.#known = new Map();
    if (serialNumbers.length > 0) this.#options.onEvent({ kind: 'left', kitId: this.#options.kitId, serialNumbers });
  }
}

function sightOf(chips: readonly ChipIdentity[]): Sight {
  return new Map(chips.map((chip) => [chip.address, toHex(chip.serialNumber)]));
}
