import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import type { Result } from '../../src-shared/base/result.ts';
import { KitRegistry } from '../device/index.ts';
import { kindOfPath } from '../hal/open-channel.ts';
import { defaultDataFolder, formatActivityLine, openRecords, type Records } from '../records/index.ts';
import { isLoopback } from '../server/allow-list.ts';
import type { ServerLimits } from '../server/ports.ts';
import { ProvisioningServer } from '../server/server.ts';
import { passwordSecret } from '../signing/asd1/password.ts';
import { definitionSource } from '../signing/definitions.ts';
import { delayLeft } from '../signing/password-delay.ts';
import { SignerManager } from '../signing/signer-manager.ts';
import type { UnlockFailure } from '../signing/signer-module.ts';
import { defaultPolicy, type IssueStep, type SigningPolicy, SigningService } from '../signing/signing-service.ts';
import { makeFolder } from './files.ts';
import { HostSigners, isSignerFile } from './host-signers.ts';
import { KitKeeper } from './kit-keeper.ts';
import { reportSink } from './server-reports.ts';
import { openSignerClaims } from './signer-claims.ts';
import { openSignerControl } from './signer-control.ts';
import { openTrustedRoots } from './trusted-roots.ts';
import { softwareVersion } from './version.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly allow: readonly string[];
  readonly insecure: boolean;
  /** Clients on this computer need a station key, too. */
  readonly localKeys?: boolean;
  /** Places of signer modules: `tcp:HOST:PORT`, serial ports, HID paths, key files, descriptions of tokens. */
  readonly signers: readonly string[];
  /** Undefined = the platform's default. */
  readonly dataFolder: string | undefined;
  /** Where data folders claim their signers; nobody is asked when absent. */
  readonly claimsFolder?: string;
  /** Root certificates to trust, copied into the data folder. */
  readonly roots: readonly string[];
  readonly policy?: Partial<SigningPolicy>;
  readonly limits?: Partial<ServerLimits>;
  readonly onLine?: (line: string) => void;
  /** For tests that stop the process between two steps of an issue. */
  readonly step?: (name: IssueStep) => void;
}

/** A signer that waits for a person. */
export interface WaitingSigner {
  readonly serialNumber: string;
  readonly name: string;
  readonly passwords: 1 | 2;
}

export interface RunningServer {
  readonly host: string;
  /** Listens beyond this computer and asks nobody who he is. */
  readonly open: boolean;
  readonly port: number;
  readonly records: Records;
  readonly manager: SignerManager;
  readonly server: ProvisioningServer;
  readonly service: SigningService;
  /** Signers whose password is missing, and can be given now. */
  waiting(): readonly WaitingSigner[];
  onSignersChange(listener: () => void): () => void;
  unlock(serialNumber: string, passwords: readonly string[]): Promise<Result<undefined, UnlockFailure>>;
  /** Requests in flight finish or are refused, logs are closed, keys forgotten, the folder given back. */
  stop(): Promise<void>;
}

/**
 * The provisioning server with its signer modules, as `signet serve` runs it. Throws SignetError; nothing stays open or claimed then.
 */
export async function startServing(options: ServeOptions): Promise<RunningServer> {
  const now = (): Date => new Date();
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  const folder = options.dataFolder ?? defaultDataFolder(process.env);
  const files = options.signers.filter(isSignerFile);
  const places = options.signers.filter((place) => !isSignerFile(place));
  for (const place of places) {
    if (kindOfPath(place) === undefined)
      throw new SignetError(
        'OPTION_INVALID',
        `"${place}" is no place of a signer module: expected tcp:HOST:PORT, a serial port, a stick or a key file.`,
        { place },
      );
  }
  makeFolder(folder, 'DATA_DIR', 'data folder');
  const records = await openRecords({ folder, now });
  const { activity } = records;
  const unlisten =
    options.onLine === undefined
      ? () => undefined
      : activity.onLine((line) => options.onLine?.(formatActivityLine(line)));
  const registry = new KitRegistry({ now: () => performance.now() });
  const keeper = new KitKeeper(registry, places, activity.of('signers'));
  let server: ProvisioningServer | undefined;
  let manager: SignerManager | undefined;
  const more: { close(): Promise<void> }[] = [];
  try {
    activity.info('Provisioning Server started.');
    const roots = openTrustedRoots(folder, (key) =>
      activity.warning(
        `The root ${key.slice(0, 16)}… is trusted from now on: it is the first one that this data folder has seen.`,
      ),
    );
    for (const path of options.roots) roots.addFile(path);
    const claims =
      options.claimsFolder === undefined
        ? undefined
        : openSignerClaims(folder, options.claimsFolder, (reason) =>
            activity.of('signers').warning(`Nobody will notice a signer that works for two data folders: ${reason}.`),
          );
    manager = new SignerManager({
      registry,
      definitions: definitionSource(records.definitions),
      trustsRoot: (key) => roots.trusts(key),
      now,
      random,
      delays: records.policy,
      activity: activity.of('signers'),
      identities: records.identities,
      setUpNotes: records.setUpNotes,
      passwordChanges: records.policy,
      ...(claims === undefined ? {} : { claims }),
    });
    manager.start();
    const service = new SigningService({
      pool: manager,
      archive: records.archive,
      log: records.signingLog,
      intents: records.intents,
      policyBook: records.policy,
      activity: activity.of('server'),
      policy: { ...defaultPolicy, ...options.policy },
      now,
      monotonic: () => performance.now(),
      random,
      ...(options.step === undefined ? {} : { step: options.step }),
    });
    await service.start();
    server = new ProvisioningServer({
      service,
      reports: reportSink(records),
      stations: { keyOf: (name) => records.policy.stationKey(name) },
      activity: activity.of('server'),
      serverName: hostname(),
      softwareVersion,
      now,
      random,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    activity.info('Server starting...');
    const stationKeys = records.policy.stations().some((station) => !station.withdrawn);
    const bound = await server.listen({
      host: options.host,
      port: options.port,
      allow: options.allow,
      stationKeys,
      insecure: options.insecure,
      localKeys: options.localKeys === true,
    });
    activity.info(`Server listening on ${bound.host}:${bound.port}.`);
    const open = options.insecure && !isLoopback(options.host);
    if (open) activity.warning('THE SERVER IS OPEN TO THE NETWORK: anybody who reaches it can have certificates made.');
    await keeper.start();
    const trustsRoot = (key: Uint8Array): boolean => roots.trusts(key);
    const hosts = new HostSigners({
      manager,
      dataFolder: folder,
      files,
      signer: { trustsRoot, now, delays: records.policy },
      activity: activity.of('signers'),
    });
    more.push({ close: () => hosts.stop() });
    await hosts.start();
    await manager.settled();
    more.push(await openSignerControl({ dataFolder: folder, manager, activity: activity.of('signers') }));
    return handle({ ...bound, open }, records, manager, server, service, keeper, more, unlisten);
  } catch (thrown) {
    unlisten();
    for (const each of more) await each.close();
    await server?.stop();
    await manager?.stop();
    await keeper.stop();
    await records.close();
    throw thrown;
  }
}

/** Changes of the modules, and the end of a password delay: a module that was locked out waits for a person again. */
function signersChange(manager: SignerManager, records: Records, listener: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watchDelays = (): void => {
    clearTimeout(timer);
    const delays = manager
      .list()
      .filter(({ module }) => module.state === 'LOCKED_OUT' && module.identity !== undefined)
      .map(({ module }) =>
        delayLeft(records.policy, toHex(module.identity?.serialNumber ?? new Uint8Array(0)), Date.now()),
      );
    if (delays.length === 0) return;
    timer = setTimeout(
      () => {
        watchDelays();
        listener();
      },
      Math.min(...delays) + 20,
    );
    timer.unref();
  };
  watchDelays();
  const off = manager.onChange(() => {
    watchDelays();
    listener();
  });
  return () => {
    clearTimeout(timer);
    off();
  };
}

function handle(
  bound: Pick<RunningServer, 'host' | 'port' | 'open'>,
  records: Records,
  manager: SignerManager,
  server: ProvisioningServer,
  service: SigningService,
  keeper: KitKeeper,
  more: readonly { close(): Promise<void> }[],
  unlisten: () => void,
): RunningServer {
  let stopping: Promise<void> | undefined;
  return {
    ...bound,
    records,
    manager,
    server,
    service,
    waiting: () =>
      manager
        .list()
        .filter((signer) => signer.waitsForPassword && signer.module.identity !== undefined)
        .map(({ module }) => ({
          serialNumber: toHex(module.identity?.serialNumber ?? new Uint8Array(0)),
          name: module.identity?.name ?? '',
          passwords: module.identity?.passwordScheme === 'two-persons' ? 2 : 1,
        })),
    onSignersChange: (listener) => signersChange(manager, records, listener),
    async unlock(serialNumber, passwords) {
      const secrets = passwords.map((password) => {
        const secret = passwordSecret(password);
        if (secret === undefined) throw new SignetError('PASSWORD_POLICY', 'A password has 1 to 128 bytes.');
        return secret;
      });
      return manager.unlock(serialNumber, secrets);
    },
    stop() {
      stopping ??= (async () => {
        records.activity.info('Server stopping...');
        await server.stop();
        for (const each of more) await each.close();
        await manager.stop();
        await keeper.stop();
        records.activity.info('Provisioning Server stopped.');
        unlisten();
        await records.close();
      })().catch((thrown: unknown) => {
        throw asSignetError(thrown);
      });
      return stopping;
    },
  };
}
