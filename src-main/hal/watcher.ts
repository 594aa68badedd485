import { type UsbIdentity, usbIdentity } from '../../src-shared/kit/usb-identities.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import type { ChannelDescription } from './byte-channel.ts';
import { foreignStick } from './foreign-stick.ts';
import { kindOfPath } from './open-channel.ts';
import { type ChannelOpenFailure, reasonOf, reasonOfOpenFailure } from './open-failure.ts';
import { deviceFileFailure } from './permissions.ts';
import { type HealthItem, listPorts, type PortSources } from './port-list.ts';

/** A port that was seen, and whether it may be asked if it is a kit. */
export interface PortSeen {
  readonly description: ChannelDescription;
  /** Row of the table of USB identities; what it lets one expect, not what it proves. */
  readonly identity: UsbIdentity | undefined;
  /** Only ports that are taken are ever opened: a port that is no kit is left untouched. */
  readonly taken: boolean;
  /** Why it was taken or not. */
  readonly reason: Reason;
  /** It would be taken, but this user may not open it: its file was asked, nothing was opened. */
  readonly denied?: boolean;
}

/** What the watcher knows at one moment. */
export interface PortSnapshot {
  readonly ports: readonly PortSeen[];
  readonly health: readonly HealthItem[];
}

/** Hot-plug events of the machine. `start` rejects where there are none. */
export interface HotPlug {
  start(changed: () => void): Promise<void>;
  stop(): Promise<void>;
}

/** How the watcher works. Times in ms. */
export interface WatcherOptions {
  /** Polling behind the events; 2000. */
  readonly pollMs?: number;
  /** Ports that a person named: paths or connectors. They are taken whatever they are; `tcp:` ones are always there. */
  readonly byHand?: readonly string[];
  readonly sources?: PortSources;
  readonly hotPlug?: HotPlug;
}

/**
 * After a plug event the system still has to make the port's file: looked soon, and again when nothing more has happened for so long.
 * However many events come at once (a hub), it is not looked more often than that.
 */
const LOOK_SOON_MS = 100;
const LOOK_AGAIN_MS = [500, 1500];

/**
 * Watches what is plugged in. It only lists: whether a port is a kit is found out by asking it, and that is the
 * business of whoever owns kits.
 */
export class PortWatcher {
  readonly #options: WatcherOptions;
  readonly #hotPlug: HotPlug;
  readonly #listeners = new Set<(snapshot: PortSnapshot) => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** The looks that follow the last plug event. */
  readonly #again: NodeJS.Timeout[] = [];
  #soon: NodeJS.Timeout | undefined;
  #byHand: readonly string[];
  #snapshot: PortSnapshot = { ports: [], health: [] };
  #hotPlugHealth: readonly HealthItem[] = [];
  #scanning: Promise<PortSnapshot> | undefined;
  #scanAgain = false;
  #stopped = false;

  constructor(options: WatcherOptions = {}) {
    this.#options = options;
    this.#hotPlug = options.hotPlug ?? usbHotPlug();
    this.#byHand = options.byHand ?? [];
  }

  /** Looks once, then keeps looking. Never rejects: what this machine cannot do becomes a health item. */
  async start(): Promise<PortSnapshot> {
    try {
      await this.#hotPlug.start(() => {
        this.#plugged();
      });
    } catch (thrown) {
      const facts = { seconds: this.#pollMs / 1000, quote: reasonOf(thrown) };
      this.#hotPlugHealth = [{ item: 'hot-plug', reason: reason('health-hot-plug', facts) }];
    }
    const first = await this.rescan();
    this.#poll();
    return first;
  }

  get snapshot(): PortSnapshot {
    return this.#snapshot;
  }

  /** Calls with every snapshot that differs from the one before; gives a function that ends this. */
  onChange(listener: (snapshot: PortSnapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes the ports named by hand and looks again. */
  async setByHand(paths: readonly string[]): Promise<PortSnapshot> {
    this.#byHand = paths;
    return this.rescan();
  }

  /** Looks now. Calls while it looks share the next look. */
  async rescan(): Promise<PortSnapshot> {
    if (this.#scanning !== undefined) {
      this.#scanAgain = true;
      return this.#scanning;
    }
    this.#scanning = this.#scan();
    try {
      return await this.#scanning;
    } finally {
      this.#scanning = undefined;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#listeners.clear();
    await this.#hotPlug.stop().catch(() => undefined);
  }

  get #pollMs(): number {
    return this.#options.pollMs ?? 2000;
  }

  /** Something was plugged in or pulled. */
  #plugged(): void {
    this.#soon ??= this.#later(LOOK_SOON_MS, () => {
      this.#soon = undefined;
      this.#look();
    });
    for (const timer of this.#again.splice(0)) this.#forget(timer);
    for (const ms of LOOK_AGAIN_MS) {
      const timer = this.#later(ms, () => this.#look());
      if (timer !== undefined) this.#again.push(timer);
    }
  }

  #poll(): void {
    this.#later(this.#pollMs, () => {
      this.#look();
      this.#poll();
    });
  }

  #look(): void {
    this.rescan().catch(() => undefined);
  }

  #later(ms: number, action: () => void): NodeJS.Timeout | undefined {
    if (this.#stopped) return undefined;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopped) action();
    }, ms);
    timer.unref();
    this.#timers.add(timer);
    return timer;
  }

  #forget(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  async #scan(): Promise<PortSnapshot> {
    do {
      this.#scanAgain = false;
      const listed = await listPorts(this.#options.sources);
      const ports: PortSeen[] = [];
      for (const port of listed.ports) ports.push(await judgePort(port, this.#byHand));
      for (const path of this.#byHand) {
        if (!ports.some((port) => isNamed(port.description, [path]))) ports.push(await judgeByHand(path));
      }
      this.#publish({ ports, health: [...listed.health, ...this.#hotPlugHealth] });
    } while (this.#scanAgain && !this.#stopped);
    return this.#snapshot;
  }

  #publish(snapshot: PortSnapshot): void {
    const changed = JSON.stringify(snapshot) !== JSON.stringify(this.#snapshot);
    this.#snapshot = snapshot;
    if (changed && !this.#stopped) for (const listener of this.#listeners) listener(snapshot);
  }
}

/** Whether a port that is plugged in may be asked, and why. */
export async function judgePort(description: ChannelDescription, byHand: readonly string[]): Promise<PortSeen> {
  const { kind, vendorId, productId } = description;
  const transport = kind === 'hid' ? 'hid' : 'serial';
  const onUsb = vendorId !== undefined && productId !== undefined;
  const identity = onUsb ? usbIdentity(vendorId, productId, transport) : undefined;
  const named = isNamed(description, byHand);
  const left = (why: Reason): PortSeen => ({ description, identity, taken: false, reason: why });
  const foreign = foreignStick(description);
  if (foreign !== undefined) return left(foreign);
  if (identity === undefined && !named) {
    if (!onUsb) return left(reason('port-not-usb'));
    const usb = `${hex4(vendorId)}:${hex4(productId)}`;
    return left(reason('port-unknown-usb', { usb }));
  }
  const refused = await deviceFileFailure(description.path, transport);
  if (refused !== undefined) return { ...left(reasonOfOpenFailure(refused)), ...deniedBy(refused) };
  const why = identity === undefined ? reason('port-by-hand') : reason('port-may-be-kit', { name: identity.name });
  return { description, identity, taken: true, reason: why };
}

/** A port that a person named and that no list shows. */
export async function judgeByHand(path: string): Promise<PortSeen> {
  const kind = kindOfPath(path);
  const description: ChannelDescription = { kind: kind ?? 'serial', path, connector: path };
  const seen = (taken: boolean, why: Reason): PortSeen => ({
    description,
    identity: undefined,
    taken,
    reason: why,
  });
  if (path.startsWith('usb:')) return seen(false, reason('port-empty'));
  if (kind === undefined) return seen(false, reason('port-no-path'));
  if (kind === 'tcp') return seen(true, reason('port-by-hand'));
  const refused = await deviceFileFailure(path, kind);
  if (refused === undefined) return seen(true, reason('port-by-hand'));
  return { ...seen(false, reasonOfOpenFailure(refused)), ...deniedBy(refused) };
}

function deniedBy({ kind }: ChannelOpenFailure): Pick<PortSeen, 'denied'> {
  return kind === 'denied' ? { denied: true } : {};
}

function isNamed(description: ChannelDescription, byHand: readonly string[]): boolean {
  return byHand.some((name) => name === description.path || name === description.connector);
}

function hex4(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}

/** USB plug events of this machine. Its own emitter is used, not the package's event target, which throws where nobody can catch. */
function usbHotPlug(): HotPlug {
  let stopEvents: (() => Promise<void>) | undefined;
  return {
    async start(changed) {
      const { Emitter, nativeGetDevices } = await import('usb/index.js');
      await nativeGetDevices();
      const emitter = new Emitter();
      await emitter.addAttach(() => changed());
      await emitter.addDetach(() => changed());
      stopEvents = async () => {
        await emitter.removeAttach();
        await emitter.removeDetach();
      };
    },
    async stop() {
      await stopEvents?.();
      stopEvents = undefined;
    },
  };
}
