import { asSignetError, type SignetError } from '../../src-shared/base/error.ts';
import type { KitRegistry } from '../device/index.ts';
import type { ChannelDescription } from '../hal/byte-channel.ts';
import { type PortSeen, type PortSnapshot, PortWatcher } from '../hal/watcher.ts';
import { openKitAt, withReason } from './kit-address.ts';

/** What the house tells while kits come and go. */
export interface KitHouseEvents {
  /** A port is being opened and asked. */
  readonly opening: (description: ChannelDescription) => void;
  /** Nothing came of it; undefined = there is nothing there (yet). */
  readonly notOpened: (description: ChannelDescription, trouble: SignetError | undefined) => void;
  readonly health: () => void;
}

/** What does not answer as a kit is asked again after this time, then after twice as long, and so on. */
const firstRetryMs = 2_000;
/** The same for a port that is listed and not there: its plug is between coming out and going in. */
const goneRetryMs = 250;
const longestRetryMs = 30_000;

interface Place {
  state: 'opening' | 'open' | 'closed';
  kitId: number | undefined;
  /** ms, rising: not opened again before. */
  retryAt: number;
  /** Openings in a row that came to nothing. */
  failures: number;
  trouble: SignetError | undefined;
}

function newPlace(): Place {
  return { state: 'closed', kitId: undefined, retryAt: 0, failures: 0, trouble: undefined };
}

/** Real kits: every port that may be one is opened and given to the registry, and opened again when it was gone. */
export class KitHouse {
  readonly #registry: KitRegistry;
  readonly #events: KitHouseEvents;
  readonly #watcher: PortWatcher;
  readonly #places = new Map<string, Place>();
  readonly #opening = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(registry: KitRegistry, byHand: readonly string[], events: KitHouseEvents) {
    this.#registry = registry;
    this.#events = events;
    this.#watcher = new PortWatcher({ byHand });
  }

  get snapshot(): PortSnapshot {
    return this.#watcher.snapshot;
  }

  /** Why the port at a path is not in use although it is taken. */
  troubleOf(path: string): SignetError | undefined {
    return this.#places.get(path)?.trouble;
  }

  /** Resolves when everything that was plugged in has been asked once. */
  async start(): Promise<void> {
    this.#watcher.onChange(() => {
      this.#events.health();
      this.#look();
    });
    await this.#watcher.start();
    this.#look();
    await Promise.all(this.#opening);
    this.#tick();
  }

  async setByHand(paths: readonly string[]): Promise<void> {
    await this.#watcher.setByHand(paths);
    this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#watcher.stop();
    await Promise.all(this.#opening);
    for (const { kitId } of this.#places.values()) if (kitId !== undefined) await this.#registry.remove(kitId);
  }

  #tick(): void {
    this.#timer = setTimeout(() => {
      this.#look();
      this.#tick();
    }, firstRetryMs);
    this.#timer.unref();
  }

  #look(): void {
    if (this.#stopped) return;
    const { ports } = this.#watcher.snapshot;
    for (const port of ports) {
      if (port.taken) this.#consider(port);
      else if (port.denied === true) this.#deny(port);
    }
    for (const [path, place] of this.#places) {
      if (ports.some(({ taken, denied, description }) => (taken || denied === true) && description.path === path))
        continue;
      if (place.state === 'open' && place.kitId !== undefined) void this.#registry.remove(place.kitId);
      if (place.state !== 'opening') this.#places.delete(path);
    }
  }

  #consider({ description }: PortSeen): void {
    const known = this.#places.get(description.path);
    if (known?.state === 'opening') return;
    if (known?.state === 'open') {
      if (known.kitId !== undefined && this.#registry.kit(known.kitId) !== undefined) return;
      known.state = 'closed';
      known.retryAt = 0;
    }
    if (known !== undefined && performance.now() < known.retryAt) return;
    const place = known ?? newPlace();
    place.state = 'opening';
    this.#places.set(description.path, place);
    if (place.trouble === undefined) this.#events.opening(description);
    const opening = this.#open(description, place).finally(() => this.#opening.delete(opening));
    this.#opening.add(opening);
  }

  /** A port that would be asked if this user might open it: told once, and left alone while it is so. */
  #deny({ description, reason }: PortSeen): void {
    const known = this.#places.get(description.path);
    if (known !== undefined && (known.state !== 'closed' || known.trouble?.code === 'PORT_DENIED')) return;
    const trouble = withReason('PORT_DENIED', reason);
    this.#places.set(description.path, { ...newPlace(), trouble });
    this.#events.notOpened(description, trouble);
  }

  async #open(description: ChannelDescription, place: Place): Promise<void> {
    const failed = (trouble: SignetError | undefined): void => {
      place.state = 'closed';
      place.trouble = trouble;
      const retryMs = Math.min(
        (trouble === undefined ? goneRetryMs : firstRetryMs) * 2 ** place.failures,
        longestRetryMs,
      );
      place.retryAt = performance.now() + retryMs;
      place.failures += 1;
      // A little later, so that it is time for certain.
      setTimeout(() => this.#look(), retryMs + 5).unref();
      this.#events.notOpened(description, trouble);
    };
    try {
      const kit = await openKitAt(description);
      if (!kit.ok) return failed(kit.failure.gone ? undefined : kit.failure.error);
      if (this.#stopped) {
        await kit.value.close();
        return;
      }
      const adopted = await this.#registry.adopt(kit.value);
      place.state = 'open';
      place.kitId = adopted.id;
      place.failures = 0;
      place.trouble = undefined;
    } catch (thrown) {
      failed(asSignetError(thrown));
    }
  }
}
