import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import type { StationView } from '../../src-shared/ipc/state.ts';
import { diskFiles, type Records } from '../records/index.ts';
import type { HealthFacts } from './health.ts';
import type { OwnServer } from './own-server.ts';
import { ownLink, remoteLink, type ServerLink } from './server-link.ts';
import type { Settings } from './settings-file.ts';

/** The signing server of a station's runs: its own or one elsewhere, with the keys that go with either. */
export class ServerDesk {
  readonly #records: Records;
  readonly #server: OwnServer;
  readonly #settings: () => Settings;
  readonly #now: () => Date;
  readonly #changed: () => void;
  #link: ServerLink;

  constructor(options: {
    readonly records: Records;
    readonly server: OwnServer;
    readonly settings: () => Settings;
    readonly now: () => Date;
    readonly changed: () => void;
  }) {
    this.#records = options.records;
    this.#server = options.server;
    this.#settings = options.settings;
    this.#now = options.now;
    this.#changed = options.changed;
    this.#link = this.#newLink();
  }

  get link(): ServerLink {
    return this.#link;
  }

  get view(): StationView['server'] {
    const { server } = this.#settings();
    if (server.mode === 'remote') {
      const status = this.#link.reachable ? 'connected' : 'unreachable';
      return { mode: 'remote', status, address: `${server.remoteHost}:${server.remotePort}`, clients: 0 };
    }
    const { bound } = this.#server;
    return {
      mode: 'own',
      status: bound === undefined ? 'off' : 'listening',
      address: bound === undefined ? '' : `${bound.host}:${bound.port}`,
      clients: this.#server.clients.length,
    };
  }

  get health(): Pick<HealthFacts, 'serverProblem' | 'remote'> {
    const { mode, address, port, remoteHost, remotePort } = this.#settings().server;
    const { problem } = this.#server;
    return {
      serverProblem:
        problem === undefined
          ? undefined
          : { code: problem.code, message: problem.message, place: `${address}:${port}` },
      remote:
        mode === 'own'
          ? undefined
          : {
              address: `${remoteHost}:${remotePort}`,
              reachable: this.#link.reachable,
              waitingReports: this.#link.waitingReports,
            },
    };
  }

  /** The settings have another server; no board is being worked on. */
  async apply(relink: boolean): Promise<void> {
    if (relink) {
      this.#link.close();
      this.#link = this.#newLink();
    }
    await this.#server.apply(this.#settings().server);
  }

  stations(): CallOutput<'server.stations'> {
    return this.#records.policy.stations().map((station) => ({ ...station }));
  }

  /** A new key for a station that may use this server; shown once. */
  async addStation(name: string): Promise<string> {
    const key = new Uint8Array(randomBytes(32));
    const shown = toHex(key);
    await this.#records.policy.addStation(name, key, this.#now().toISOString());
    // Listening beyond this computer may have waited for the first key.
    if (this.#server.problem !== undefined) await this.#server.apply(this.#settings().server);
    return shown;
  }

  async withdrawStation(name: string): Promise<void> {
    await this.#records.policy.withdrawStation(name, this.#now().toISOString());
  }

  /** This station's own key at a remote server, in a file for its owner alone. */
  async setStationKey(key: string): Promise<void> {
    await diskFiles.replace(this.#keyFile, Buffer.from(`${key}\n`));
    if (process.platform !== 'win32') await chmod(this.#keyFile, 0o600);
    this.#link.ended();
  }

  clients(): CallOutput<'server.clients'> {
    return this.#server.clients.map(({ address, station, auth, since, requests }) => ({
      address,
      station,
      auth,
      since: since.toISOString(),
      requests,
    }));
  }

  close(): void {
    this.#link.close();
  }

  #newLink(): ServerLink {
    const { server } = this.#settings();
    const station = (): string => this.#settings().station;
    if (server.mode === 'own') return ownLink(this.#server.local, station);
    return remoteLink({
      host: server.remoteHost,
      port: server.remotePort,
      station,
      key: () => this.#stationKey(),
      runs: this.#records.runs,
      activity: this.#records.activity.of('server'),
      changed: this.#changed,
    });
  }

  get #keyFile(): string {
    return join(this.#records.folder.path, 'station.key');
  }

  #stationKey(): Secret | undefined {
    if (!existsSync(this.#keyFile)) return undefined;
    const text = readFileSync(this.#keyFile, 'utf8').trim();
    return /^[0-9A-Fa-f]{64}$/.test(text) ? new Secret(fromHex(text)) : undefined;
  }
}
