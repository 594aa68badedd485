import { hostname } from 'node:os';
import { asSignetError, type SignetError } from '../../src-shared/base/error.ts';
import type { Records } from '../records/index.ts';
import { ProvisioningServer } from '../server/server.ts';
import type { SignerManager } from '../signing/signer-manager.ts';
import { defaultPolicy, SigningService } from '../signing/signing-service.ts';
import { reportSink } from './server-reports.ts';
import type { Settings } from './settings-file.ts';
import { softwareVersion } from './version.ts';

/** How long a request of this station waits for somebody to type a password, ms. */
const passwordWaitMs = 60_000;

/**
 * The signing service of this station: reached in memory by its own runs, and over TCP by others while the settings say so. The two
 * are separate listeners over one service, so that switching the network on and off disturbs no run.
 */
export class OwnServer {
  readonly service: SigningService;
  readonly local: ProvisioningServer;
  readonly #records: Records;
  readonly #random: (length: number) => Uint8Array;
  readonly #now: () => Date;
  readonly #changed: () => void;
  #network: ProvisioningServer | undefined;
  #bound: { readonly host: string; readonly port: number } | undefined;
  #problem: SignetError | undefined;

  constructor(options: {
    readonly records: Records;
    readonly manager: SignerManager;
    readonly now: () => Date;
    readonly random: (length: number) => Uint8Array;
    readonly changed: () => void;
  }) {
    const { records } = options;
    this.#records = records;
    this.#random = options.random;
    this.#now = options.now;
    this.#changed = options.changed;
    this.service = new SigningService({
      pool: options.manager,
      archive: records.archive,
      log: records.signingLog,
      intents: records.intents,
      policyBook: records.policy,
      activity: records.activity.of('server'),
      policy: { ...defaultPolicy, passwordWaitMs },
      now: options.now,
      monotonic: () => performance.now(),
      random: options.random,
    });
    this.local = this.#server();
  }

  /** Where others reach it; undefined while nobody can. */
  get bound(): { readonly host: string; readonly port: number } | undefined {
    return this.#bound;
  }

  /** Why it does not listen although it should. */
  get problem(): SignetError | undefined {
    return this.#problem;
  }

  /** Clients over the network. */
  get clients(): ProvisioningServer['clients'] {
    return this.#network?.clients ?? [];
  }

  /** Requests that wait or are being signed, of own runs and others. */
  get queued(): number {
    return this.local.queued + (this.#network?.queued ?? 0);
  }

  async start(): Promise<void> {
    await this.service.start();
  }

  /** Listens, or stops listening, as the settings say. Never throws: what is wrong is `problem`. */
  async apply(settings: Settings['server']): Promise<void> {
    const { policy } = this.#records;
    const activity = this.#records.activity.of('server');
    const old = this.#network;
    this.#network = undefined;
    this.#bound = undefined;
    this.#problem = undefined;
    if (old !== undefined) {
      await old.stop();
      activity.info('Server stopped listening.');
    }
    if (settings.mode === 'own' && settings.listen) {
      const network = this.#server();
      try {
        this.#bound = await network.listen({
          host: settings.address,
          port: settings.port,
          allow: settings.allow,
          stationKeys: policy.stations().some((station) => !station.withdrawn),
          insecure: false,
        });
        this.#network = network;
        network.onChange(this.#changed);
        activity.info(`Server listening on ${this.#bound.host}:${this.#bound.port}.`);
      } catch (thrown) {
        this.#problem = asSignetError(thrown);
        activity.error(this.#problem.message);
      }
    }
    this.#changed();
  }

  async stop(): Promise<void> {
    await this.#network?.stop();
    await this.local.stop();
  }

  #server(): ProvisioningServer {
    const { policy } = this.#records;
    const activity = this.#records.activity.of('server');
    return new ProvisioningServer({
      service: this.service,
      reports: reportSink(this.#records),
      stations: { keyOf: (name) => policy.stationKey(name) },
      activity,
      serverName: hostname(),
      softwareVersion,
      now: this.#now,
      random: this.#random,
    });
  }
}
