import { randomBytes } from 'node:crypto';
import { duplexPair } from 'node:stream';
import type { OpenStream } from '../../src-main/provisioning/stream-channel.ts';
import { type DurableFiles, openRecords, type Records } from '../../src-main/records/index.ts';
import type { ServerLimits } from '../../src-main/server/ports.ts';
import { ProvisioningServer } from '../../src-main/server/server.ts';
import type { SignerPool } from '../../src-main/signing/pool.ts';
import type { SignerModule } from '../../src-main/signing/signer-module.ts';
import {
  defaultPolicy,
  type IssueStep,
  type SigningPolicy,
  SigningService,
} from '../../src-main/signing/signing-service.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { ok } from '../../src-shared/base/result.ts';

/** Records, signing service and server over one data folder: what the line puts together, without sites and screens. */
export interface ServerSide {
  readonly folder: string;
  readonly records: Records;
  readonly service: SigningService;
  readonly server: ProvisioningServer;
  readonly pool: ChangingPool;
  /** A connection in memory, as the line's own runs have it. */
  readonly open: OpenStream;
  close(): Promise<void>;
}

export interface ServerSideOptions {
  readonly folder: string;
  readonly modules: readonly SignerModule[];
  readonly now: () => Date;
  readonly monotonic?: () => number;
  readonly files?: DurableFiles;
  readonly step?: (name: IssueStep) => void;
  readonly limits?: Partial<ServerLimits>;
  readonly policy?: Partial<SigningPolicy>;
  /** Connections in memory must identify themselves as well. */
  readonly authRequired?: boolean;
}

/** A pool whose modules come and go. */
class ChangingPool implements SignerPool {
  #modules: readonly SignerModule[] = [];
  readonly #known = new Map<string, SignerModule['identity'] & object>();
  readonly #listeners = new Set<() => void>();

  constructor(modules: readonly SignerModule[]) {
    this.set(modules);
  }

  set(modules: readonly SignerModule[]): void {
    this.#modules = modules;
    for (const { identity } of modules)
      if (identity !== undefined) this.#known.set(toHex(identity.serialNumber), identity);
    for (const listener of this.#listeners) listener();
  }

  modules(): readonly SignerModule[] {
    return this.#modules;
  }

  definitionsFor(serialNumber: string): ReturnType<SignerPool['definitionsFor']> {
    return this.#known.get(serialNumber);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export const systemRandomBytes = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** Opens everything on a folder: what a start of the server does. */
export async function openServerSide(options: ServerSideOptions): Promise<ServerSide> {
  const { folder, now } = options;
  const records = await openRecords({ folder, now, ...(options.files === undefined ? {} : { files: options.files }) });
  try {
    const pool = new ChangingPool(options.modules);
    const service = new SigningService({
      pool,
      archive: records.archive,
      log: records.signingLog,
      intents: records.intents,
      policyBook: records.policy,
      activity: records.activity,
      policy: { ...defaultPolicy, ...options.policy },
      now,
      monotonic: options.monotonic ?? (() => performance.now()),
      random: systemRandomBytes,
      ...(options.step === undefined ? {} : { step: options.step }),
    });
    await service.start();
    const server = new ProvisioningServer({
      service,
      reports: { take: async () => undefined },
      stations: { keyOf: (name) => records.policy.stationKey(name) },
      activity: records.activity,
      serverName: 'test',
      softwareVersion: '0',
      now,
      random: systemRandomBytes,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    return {
      folder,
      records,
      service,
      server,
      pool,
      open: async () => {
        const [ours, theirs] = duplexPair();
        server.accept(theirs, { address: 'local', authRequired: options.authRequired === true });
        return ok(ours);
      },
      async close() {
        await server.stop();
        await records.close();
      },
    };
  } catch (thrown) {
    await records.close();
    throw thrown;
  }
}
