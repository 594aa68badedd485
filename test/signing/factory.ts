import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitRegistry } from '../../src-main/device/index.ts';
import { type DurableFiles, openRecords, type Records } from '../../src-main/records/index.ts';
import { parseRow } from '../../src-main/records/signing-log-format.ts';
import { definitionSource } from '../../src-main/signing/definitions.ts';
import { prepareIssue } from '../../src-main/signing/issue-prepare.ts';
import type { CertificateRequest, Requester, SignerSelection } from '../../src-main/signing/request.ts';
import type { RootAuthority } from '../../src-main/signing/root.ts';
import { setUpModule } from '../../src-main/signing/setup.ts';
import type { SetUpOptions, SetUpOutcome, SignerSetUp } from '../../src-main/signing/setup-request.ts';
import { SignerManager, type SignerManagerOptions } from '../../src-main/signing/signer-manager.ts';
import type { SignerIdentity } from '../../src-main/signing/signer-module.ts';
import {
  defaultPolicy,
  type IssueStep,
  type SigningPolicy,
  SigningService,
} from '../../src-main/signing/signing-service.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import type { BoardState } from '../../src-main/simulator/board-state.ts';
import { chipsOf, createSignerStick } from '../../src-main/simulator/open-board.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { equalBytes, toHex } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { publicKeyOf, signDigest } from '../../src-shared/certificates/index.ts';
import type { SigningLogRow } from '../../src-shared/model/signing-log-row.ts';
import {
  MemoryDelays,
  now,
  password,
  plugIn,
  seeded,
  setUpOptions,
  signerRequest,
  takeForSetUp,
  testRoot,
} from './rig.ts';

/** A factory in a temporary folder: a finished stick, records on disk, a manager and a service. */

export const thePassword = 'correct horse battery';

export const requester: Requester = {
  address: 'local',
  station: 'Linie 3',
  stationAuth: 'claimed',
  operator: 'op',
  operatorAuth: 'claimed',
  batch: '',
  unitLabel: '',
};

export interface Device {
  readonly serialNumber: string;
  readonly configZone: Uint8Array;
  readonly key: Secret;
  readonly publicKey: Uint8Array;
}

/** The n-th product: its configured, locked chip as a server sees it. `keyNumber` makes another key for the same chip. */
export function device(n: number, keyNumber = 0): Device {
  const key = new Secret(seeded(`device ${n} ${keyNumber}`)(32));
  const serial = Uint8Array.of(0x01, 0x23, n >> 8, n & 0xff, 0x11, 0x22, 0x33, 0x44, 0xee);
  const configZone = defaultImage('ATECC508A');
  configZone.set(serial.subarray(0, 4), 0);
  configZone.set([0, 0, 0x50, 0], 4);
  configZone.set(serial.subarray(4), 8);
  configZone[86] = 0x55;
  configZone[87] = 0;
  return { serialNumber: toHex(serial), configZone, key, publicKey: publicKeyOf(key) };
}

export function proofOf(product: Device, digest: Uint8Array): NonNullable<CertificateRequest['proof']> {
  return { digest, signature: signDigest(product.key, digest) };
}

export function requestFor(
  product: Device,
  root: RootAuthority,
  more: Partial<CertificateRequest> & { readonly select?: Partial<SignerSelection> } = {},
): CertificateRequest {
  const { select, ...rest } = more;
  return {
    configZone: product.configZone,
    publicKey: product.publicKey,
    selection: { caPublicKey: root.facts.publicKey, ...select },
    requester,
    ...rest,
  };
}

/** A signer stick made once and copied for every test that wants one. */
export interface MadeStick {
  readonly state: BoardState;
  readonly root: ReturnType<typeof testRoot>;
  readonly made: SetUpOutcome;
}

const sticks = new Map<string, Promise<MadeStick>>();

export function madeStick(
  name = 'plain',
  request: Partial<SignerSetUp> = {},
  options: Partial<SetUpOptions> = {},
): Promise<MadeStick> {
  const there = sticks.get(name);
  if (there !== undefined) return there;
  const making = (async (): Promise<MadeStick> => {
    const board = createSignerStick();
    const root = testRoot();
    const lease = await takeForSetUp(board);
    const result = await setUpModule(signerRequest(root, 'atmel-2015', request), {
      ...setUpOptions(lease),
      random: seeded(`set-up ${name}`),
      ...options,
    });
    if (!result.ok) throw new Error(JSON.stringify(result.failure));
    return { state: board.state(), root, made: result.value };
  })();
  sticks.set(name, making);
  return making;
}

export interface Factory {
  readonly folder: string;
  readonly registry: KitRegistry;
  readonly manager: SignerManager;
  readonly lines: string[];
  records: Records;
  service: SigningService;
  /** Plugs a board in and waits until it is probed. */
  plug(board: Board): Promise<void>;
  /** Stops without any order, as a crash does, and starts again on the same folder. */
  restart(options?: RestartOptions): Promise<void>;
  close(): Promise<void>;
}

export interface RestartOptions {
  readonly step?: (name: IssueStep) => void | Promise<void>;
  readonly files?: DurableFiles;
  readonly policy?: Partial<SigningPolicy>;
  readonly now?: () => Date;
  readonly monotonic?: () => number;
}

export interface FactoryOptions extends RestartOptions {
  readonly root: RootAuthority;
  readonly manager?: Partial<SignerManagerOptions>;
}

export async function openFactory(options: FactoryOptions): Promise<Factory> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-signing-'));
  const registry = new KitRegistry({ now: () => performance.now() });
  const lines: string[] = [];
  let clock = options.now ?? now;
  // Log files are named by the second of their start.
  let starts = 0;
  const started = (): Date => new Date(clock().getTime() + 1000 * starts);
  const start = async (again: RestartOptions): Promise<Pick<Factory, 'records' | 'service'>> => {
    clock = again.now ?? clock;
    starts += 1;
    const records = await openRecords({
      folder,
      now: started,
      ...(again.files === undefined ? {} : { files: again.files }),
    });
    records.activity.onLine((line) => lines.push(`${line.level} ${line.text}`));
    const service = new SigningService({
      pool: manager,
      archive: records.archive,
      log: records.signingLog,
      intents: records.intents,
      policyBook: records.policy,
      activity: records.activity,
      policy: { ...defaultPolicy, ...again.policy },
      now: started,
      monotonic: again.monotonic ?? (() => clock().getTime()),
      random: seeded(`service ${starts}`),
      ...(again.step === undefined ? {} : { step: again.step }),
    });
    await service.start();
    return { records, service };
  };
  const current: { records?: Records } = {};
  const manager: SignerManager = new SignerManager({
    registry,
    definitions: definitionSource(),
    trustsRoot: (key) => equalBytes(key, options.root.facts.publicKey),
    now: () => clock(),
    random: seeded('manager'),
    delays: new MemoryDelays(),
    activity: {
      info: (text) => current.records?.activity.info(text),
      warning: (text) => current.records?.activity.warning(text),
      error: (text) => current.records?.activity.error(text),
    },
    identities: {
      remember: async (identity) => current.records?.identities.remember(identity),
      identity: (serialNumber, digest) => current.records?.identities.identity(serialNumber, digest),
    },
    setUpNotes: { setUpNote: (serialNumber) => current.records?.setUpNotes.setUpNote(serialNumber) },
    ...options.manager,
  });
  const first = await start(options);
  current.records = first.records;
  manager.start();
  const factory: Factory = {
    folder,
    registry,
    manager,
    lines,
    ...first,
    async plug(board) {
      await plugIn(board, registry);
      await manager.settled();
    },
    async restart(again = {}) {
      await factory.records.close();
      const next = await start(again);
      current.records = next.records;
      factory.records = next.records;
      factory.service = next.service;
    },
    async close() {
      await manager.stop();
      await factory.records.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return factory;
}

/** A factory with one unlocked stick. */
export async function readyFactory(options: Partial<FactoryOptions> = {}): Promise<{
  readonly factory: Factory;
  readonly board: Board;
  readonly root: ReturnType<typeof testRoot>;
}> {
  const { state, root, made } = await madeStick();
  const factory = await openFactory({ root, ...options });
  const board = createSignerStick(state);
  await factory.plug(board);
  const unlocked = await factory.manager.unlock(toHex(made.identity.serialNumber), [password(thePassword)]);
  if (!unlocked.ok) throw new Error(`not unlocked: ${JSON.stringify(unlocked.failure)}`);
  return { factory, board, root };
}

/** CheckMac + Sign pairs that the chip of a stick has made in its life, its set-up included. */
export function pairsOf(board: Board): number {
  return chipsOf(board).reduce((sum, chip) => sum + chip.counters.authorisedSignPairs, 0);
}

/** Counts those made from now on. */
export function countPairs(board: Board): () => number {
  const before = pairsOf(board);
  return () => pairsOf(board) - before;
}

/** Rows of the signing log as its files have them, START and TORN left out. */
export function rowsOf(factory: Factory): readonly SigningLogRow[] {
  const logs = join(factory.folder, 'logs');
  return readdirSync(logs)
    .filter((name) => name.endsWith('.tsv'))
    .sort()
    .flatMap((name) => readFileSync(join(logs, name), 'utf8').split('\n').slice(1))
    .flatMap((line) => parseRow(line) ?? [])
    .filter(({ result }) => result !== 'START' && result !== 'TORN');
}

/** What a signer would be asked to sign for a device, without asking any service. */
export async function tbsFor(identity: SignerIdentity, root: RootAuthority, n = 1): Promise<Uint8Array> {
  const prepared = prepareIssue(requestFor(device(n), root), {
    identity,
    asked: now(),
    reuse: undefined,
    archive: { bySerialNumber: () => [], hasCertificateSerial: () => false, store: () => Promise.resolve() },
    known: [],
    random: seeded('x'),
  });
  if (!prepared.ok) throw new Error(prepared.failure.message);
  return prepared.value.tbs;
}
