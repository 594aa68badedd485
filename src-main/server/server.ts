import { createServer, type Socket, type Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { SignetError } from '../../src-shared/base/error.ts';
import type { SigningService } from '../signing/signing-service.ts';
import { AllowList, isLoopback } from './allow-list.ts';
import { defaultLimits, type ReportSink, type ServerActivity, type ServerLimits, type StationKeys } from './ports.ts';
import { Session, type SessionView } from './session.ts';
import { StrangerBook } from './stranger-book.ts';

export interface ServerOptions {
  readonly service: SigningService;
  readonly reports: ReportSink;
  readonly stations: StationKeys;
  readonly activity: ServerActivity;
  readonly serverName: string;
  readonly softwareVersion: string;
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
  readonly limits?: Partial<ServerLimits>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Addresses and ranges beyond this computer. */
  readonly allow: readonly string[];
  /** Whether stations have keys to identify themselves with. */
  readonly stationKeys: boolean;
  /** Open to everybody, without AUTH; the caller shows the warning for as long as it runs. */
  readonly insecure: boolean;
  /** Clients on this computer must identify themselves, too: for computers that several people use. */
  readonly localKeys?: boolean;
}

/**
 * The provisioning server: accepts any byte stream, and listens on TCP for others (signer-and-server.md 7.5, 7.7).
 */
export class ProvisioningServer {
  readonly #o: ServerOptions;
  readonly #limits: ServerLimits;
  readonly #sessions = new Set<Session>();
  readonly #perAddress = new Map<string, number>();
  #listener: TcpServer | undefined;
  #sockets = 0;
  #queued = 0;
  #stopping = false;
  readonly #listeners = new Set<() => void>();

  readonly #strangers: StrangerBook;

  constructor(options: ServerOptions) {
    this.#o = options;
    this.#strangers = new StrangerBook(options.activity, () => performance.now());
    this.#limits = { ...defaultLimits, ...options.limits };
  }

  /** Connected clients. */
  get clients(): readonly SessionView[] {
    return [...this.#sessions].map((session) => session.view);
  }

  /** Requests that are waiting or being signed. */
  get queued(): number {
    return this.#queued;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes over a byte stream that is no socket: the station's own runs come this way, over an in-memory pair. */
  accept(stream: Duplex, client: { readonly address: string; readonly authRequired: boolean }): Session {
    const session = new Session({
      stream,
      address: client.address,
      authRequired: client.authRequired,
      service: this.#o.service,
      reports: this.#o.reports,
      stations: this.#o.stations,
      activity: this.#o.activity,
      limits: this.#limits,
      serverName: this.#o.serverName,
      softwareVersion: this.#o.softwareVersion,
      now: this.#o.now,
      random: this.#o.random,
      enterQueue: () => this.#enterQueue(),
      queueLength: () => this.#queued,
      warnOfStranger: (address, text) => this.#strangers.tell(address, text),
      onClosed: (closed) => {
        this.#sessions.delete(closed);
        this.#changed();
      },
    });
    this.#sessions.add(session);
    this.#changed();
    return session;
  }

  /**
   * Listens on TCP; gives host and port as bound. Throws NETWORK_OPEN beyond loopback without allow-list and station keys,
   * PORT_IN_USE, OPTION_INVALID.
   */
  async listen(options: ListenOptions): Promise<{ readonly host: string; readonly port: number }> {
    const local = isLoopback(options.host);
    if (!local && !options.insecure && (options.allow.length === 0 || !options.stationKeys)) {
      throw new SignetError(
        'NETWORK_OPEN',
        `Listening on ${options.host} opens the server to the network: it needs --allow with the stations' addresses and a key for each station.`,
        { host: options.host },
      );
    }
    const allowed = new AllowList(options.allow, options.insecure);
    const needsKey = (address: string): boolean =>
      isLoopback(address) ? options.localKeys === true : !options.insecure;
    const listener = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) =>
      this.#connection(socket, allowed, needsKey),
    );
    await new Promise<void>((resolve, reject) => {
      listener.once('error', (error: NodeJS.ErrnoException) => {
        const inUse = error.code === 'EADDRINUSE';
        const place = `${options.host}:${options.port}`;
        reject(
          new SignetError(
            inUse ? 'PORT_IN_USE' : 'OPTION_INVALID',
            inUse
              ? `Another program already listens on ${place}.`
              : `The server cannot listen on ${place}: ${error.message}.`,
            { host: options.host, port: options.port },
            error,
          ),
        );
      });
      listener.listen(options.port, options.host, resolve);
    });
    listener.on('error', (error) => this.#o.activity.warning(`Listening failed: ${error.message}`));
    this.#listener = listener;
    const bound = listener.address();
    if (bound === null || typeof bound === 'string') throw new SignetError('INTERNAL', 'The server has no port.');
    return { host: options.host, port: bound.port };
  }

  /** Refuses new work, lets what is in flight finish (at most `drainMs`), closes everything. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const listener = this.#listener;
    const closed =
      listener === undefined ? Promise.resolve() : new Promise<void>((resolve) => listener.close(() => resolve()));
    this.#listener = undefined;
    for (const session of [...this.#sessions]) session.drain();
    const deadline = performance.now() + this.#limits.drainMs;
    while (this.#sessions.size > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    for (const session of [...this.#sessions]) session.close();
    await closed;
  }

  #connection(socket: Socket, allowed: AllowList, needsKey: (address: string) => boolean): void {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
    const count = this.#perAddress.get(address) ?? 0;
    if (this.#stopping || !allowed.admits(address)) {
      if (!this.#stopping)
        this.#strangers.tell(address, `Connection from ${address} refused: not in the list of allowed addresses.`);
      socket.destroy();
      return;
    }
    if (count >= this.#limits.perAddress) {
      this.#strangers.tell(address, `Connection from ${address} refused: it has ${count} connections already.`);
      socket.destroy();
      return;
    }
    if (this.#sockets >= this.#limits.connections && !this.#giveUpOne()) {
      this.#strangers.tell(address, `Connection from ${address} refused: all ${this.#sockets} places are in use.`);
      socket.destroy();
      return;
    }
    this.#sockets += 1;
    this.#perAddress.set(address, count + 1);
    socket.once('close', () => {
      this.#sockets -= 1;
      const left = (this.#perAddress.get(address) ?? 1) - 1;
      if (left <= 0) this.#perAddress.delete(address);
      else this.#perAddress.set(address, left);
    });
    this.accept(socket, { address, authRequired: needsKey(address) });
  }

  /** Makes a place: the longest silent of those who never said anything, else the longest idle. Not one that is at work. */
  #giveUpOne(): boolean {
    let chosen: Session | undefined;
    for (const session of this.#sessions) {
      if (session.busy || session.view.address === 'local') continue;
      if (
        chosen === undefined ||
        (session.mute && !chosen.mute) ||
        (session.mute === chosen.mute && session.lastActivity < chosen.lastActivity)
      ) {
        chosen = session;
      }
    }
    chosen?.close();
    return chosen !== undefined;
  }

  #enterQueue(): (() => void) | undefined {
    if (this.#stopping || this.#queued >= this.#limits.queuedRequests) return undefined;
    this.#queued += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#queued -= 1;
    };
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
