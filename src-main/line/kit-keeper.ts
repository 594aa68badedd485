import type { KitRegistry } from '../device/index.ts';
import type { ActivityVoice } from '../records/index.ts';
import { openKitAt } from './kit-address.ts';

/** How often a place where no kit is gets looked at again, ms. */
const retryMs = 2000;

/**
 * Keeps kits at fixed places in a registry: opens each, adopts it, and opens it again when it was gone (a stick that is plugged in
 * again, a simulated one that was restarted).
 */
export class KitKeeper {
  readonly #registry: KitRegistry;
  readonly #places: readonly string[];
  readonly #activity: ActivityVoice;
  readonly #kits = new Map<string, number>();
  readonly #told = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #scanning: Promise<void> | undefined;

  constructor(registry: KitRegistry, places: readonly string[], activity: ActivityVoice) {
    this.#registry = registry;
    this.#places = places;
    this.#activity = activity;
  }

  /** Resolves when every place was looked at once. */
  async start(): Promise<void> {
    await this.#scan();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#scanning;
    for (const id of this.#kits.values()) await this.#registry.remove(id);
    this.#kits.clear();
  }

  #schedule(): void {
    if (this.#stopped || this.#places.length === 0) return;
    this.#timer = setTimeout(() => {
      void this.#scan().then(() => this.#schedule());
    }, retryMs);
  }

  #scan(): Promise<void> {
    this.#scanning ??= Promise.all(
      this.#places.map((place) => this.#look(place).catch((thrown: unknown) => this.#failed(place, thrown))),
    )
      .then(() => undefined)
      .finally(() => {
        this.#scanning = undefined;
      });
    return this.#scanning;
  }

  #failed(place: string, thrown: unknown): void {
    this.#activity.warning(
      `The kit at ${place} could not be used: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
    );
  }

  async #look(place: string): Promise<void> {
    const known = this.#kits.get(place);
    if (known !== undefined && this.#registry.kit(known) !== undefined) return;
    this.#kits.delete(place);
    const kit = await openKitAt(place, { openTimeoutMs: 1500 });
    if (!kit.ok) {
      // Said once for every reason, not every two seconds.
      if (this.#told.get(place) !== kit.failure.error.message) this.#activity.warning(kit.failure.error.message);
      this.#told.set(place, kit.failure.error.message);
      return;
    }
    if (this.#stopped) {
      await kit.value.close();
      return;
    }
    this.#told.delete(place);
    const adopted = await this.#registry.adopt(kit.value);
    this.#kits.set(place, adopted.id);
  }
}
