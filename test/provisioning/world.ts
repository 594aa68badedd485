import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { type KitLease, KitRegistry } from '../../src-main/device/index.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import type { RunCallbacks, RunJournal } from '../../src-main/provisioning/ports.ts';
import { type PreparedEntry, prepareEntry } from '../../src-main/provisioning/prepared-entry.ts';
import { RequestClient } from '../../src-main/provisioning/request-client.ts';
import { type RunResult, runProvisioning } from '../../src-main/provisioning/run.ts';
import type { RunAction, RunOptions } from '../../src-main/provisioning/run-options.ts';
import { StreamChannel } from '../../src-main/provisioning/stream-channel.ts';
import { openRecords, type Records } from '../../src-main/records/index.ts';
import { ProvisioningServer } from '../../src-main/server/server.ts';
import { issuerMatches } from '../../src-main/signing/issuer.ts';
import type { SignerPool } from '../../src-main/signing/pool.ts';
import type { SignerIdentity, SignerModule } from '../../src-main/signing/signer-module.ts';
import { defaultPolicy, type IssueStep, SigningService } from '../../src-main/signing/signing-service.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { ok } from '../../src-shared/base/result.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  certInfoOfPair,
  definitionDigest,
  finishCertificate,
  prepareCertificate,
  profileDefaults,
  profileDefinitions,
  publicKeyOf,
  signDigest,
  writeCertInfo,
} from '../../src-shared/certificates/index.ts';
import { type PlanEntry, planEntrySchema } from '../../src-shared/model/plan.ts';

/** A whole small factory in memory and a temporary folder: software CA, records, server, and any simulated board. */
export interface World {
  readonly folder: string;
  readonly records: Records;
  readonly service: SigningService;
  readonly server: ProvisioningServer;
  readonly certinfo: string;
  readonly identity: SignerIdentity;
  readonly entry: PlanEntry;
  run(board: Board, options?: RunSetting): Promise<RunResult>;
  lines: string[];
  close(): Promise<void>;
}

export interface RunSetting {
  readonly action?: RunAction;
  readonly entry?: Partial<PlanEntry>;
  readonly callbacks?: Partial<RunCallbacks>;
  readonly journal?: RunJournal;
  readonly rework?: boolean;
  readonly more?: Partial<RunOptions>;
}

const dayOfTest = new Date(Date.UTC(2026, 10, 22, 12, 34, 56));
const date = { year: 2025, month: 12, day: 17, hour: 23, minute: 0, second: 0 };

function softwareSigner(): {
  readonly module: SignerModule;
  readonly identity: SignerIdentity;
  readonly certinfo: string;
} {
  const rootKey = new Secret(createHash('sha256').update('test root').digest());
  const key = new Secret(createHash('sha256').update('test signer').digest());
  const parameters = profileDefaults('atmel-2015');
  const definitions = profileDefinitions('atmel-2015', parameters);
  if (!definitions.ok) throw new Error(definitions.failure);
  const pair = definitions.value;
  const rootPublicKey = publicKeyOf(rootKey);
  const publicKey = publicKeyOf(key);
  const prepared = prepareCertificate({
    definition: pair.signer,
    publicKey,
    caPublicKey: rootPublicKey,
    asked: date,
    signerId: Uint8Array.of(0x00, 0x34),
  });
  if (!prepared.ok) throw new Error(prepared.failure.reason);
  const finished = finishCertificate(prepared.value, signDigest(rootKey, prepared.value.digest));
  if (!finished.ok) throw new Error(finished.failure.reason);
  const deviceDigest = definitionDigest(pair.device);
  const signerDigest = definitionDigest(pair.signer);
  if (!deviceDigest.ok || !signerDigest.ok) throw new Error('no digest');
  const identity: SignerIdentity = {
    kind: 'file',
    serialNumber: fromHex('01231E6CD82CA571EE'),
    name: parameters.signerCommonNamePrefix,
    label: '',
    signerId: Uint8Array.of(0x00, 0x34),
    chainId: pair.device.chainId,
    signerTemplateId: pair.signer.templateId,
    deviceTemplateId: pair.device.templateId,
    publicKey,
    rootPublicKey,
    certificate: finished.value.certificate,
    compressedCertificate: finished.value.compressed,
    rootCertificate: undefined,
    notBefore: new Date(Date.UTC(2025, 11, 17, 23)),
    notAfter: new Date(Date.UTC(9999, 11, 31, 23, 59, 59)),
    deviceDefinition: pair.device,
    signerDefinition: pair.signer,
    deviceDefinitionDigest: deviceDigest.value,
    signerDefinitionDigest: signerDigest.value,
    isRoot: false,
    passwordScheme: 'open',
  };
  let signatures = 0;
  const module: SignerModule = {
    identity,
    state: 'READY',
    reason: '',
    unlock: async () => ok(undefined),
    lock: async () => undefined,
    async sign(tbs, beforeAttempt) {
      await beforeAttempt(1);
      if (!issuerMatches(tbs, identity.certificate)) return { ok: false, failure: { kind: 'foreign-issuer' } };
      signatures += 1;
      return ok(signDigest(key, createHash('sha256').update(tbs).digest()));
    },
    get signaturesThisSession() {
      return signatures;
    },
    onChange: () => () => undefined,
  };
  const info = certInfoOfPair(pair, rootPublicKey, { name: identity.name });
  if (!info.ok) throw new Error(String(info.failure));
  return {
    module,
    identity,
    certinfo: writeCertInfo(info.value, { generator: 'test', created: date }),
  };
}

export async function makeWorld(
  options: { readonly step?: (name: IssueStep) => void; readonly folder?: string } = {},
): Promise<World> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'signet-world-'));
  const now = (): Date => new Date(dayOfTest.getTime() + performance.now());
  const records = await openRecords({ folder, now });
  const { module, identity, certinfo } = softwareSigner();
  const pool: SignerPool = {
    modules: () => [module],
    definitionsFor: (serial) => (serial === toHex(identity.serialNumber) ? identity : undefined),
    onChange: () => () => undefined,
  };
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  const service = new SigningService({
    pool,
    archive: records.archive,
    log: records.signingLog,
    intents: records.intents,
    policyBook: records.policy,
    activity: records.activity,
    policy: defaultPolicy,
    now,
    monotonic: () => performance.now(),
    random,
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
    random,
  });
  const entry = planEntrySchema.parse({
    images: { ATECC508A: toHex(defaultImage('ATECC508A')), ATECC608: toHex(defaultImage('ATECC608')) },
    certinfo,
  });
  const channel = new StreamChannel(
    async () => {
      const [ours, theirs] = duplexPair();
      server.accept(theirs, { address: 'local', authRequired: false });
      return ok(ours);
    },
    { keepOpen: true },
  );
  const lines: string[] = [];
  const registry = new KitRegistry({ now: () => performance.now() });
  const leases = new Map<Board, KitLease>();

  const leaseOf = async (board: Board): Promise<KitLease> => {
    const known = leases.get(board);
    if (known?.valid === true) {
      await known.look();
      return known;
    }
    const kit = await openKit(board.connect());
    if (!kit.ok) throw new Error(`no kit: ${JSON.stringify(kit.failure)}`);
    const adopted = await registry.adopt(kit.value);
    const taken = registry.take(adopted.id, { role: 'site', name: 'site 1' });
    if (!taken.ok) throw new Error(JSON.stringify(taken.failure));
    leases.set(board, taken.value);
    return taken.value;
  };

  return {
    folder,
    records,
    service,
    server,
    certinfo,
    identity,
    entry,
    lines,
    async run(board, setting = {}) {
      const lease = await leaseOf(board);
      const chip = lease.entry.chips[0];
      if (chip === undefined) throw new Error(`no chip: ${JSON.stringify(lease.entry.trouble)}`);
      const prepared: PreparedEntry = prepareEntry({ ...entry, ...setting.entry });
      lines.length = 0;
      return runProvisioning({
        prepared,
        plan: { name: 'test', version: 1, digest: '00'.repeat(32) },
        action: setting.action ?? 'provision',
        board: {
          open: (address) => lease.chip(address),
          chip,
          kit: {
            name: lease.transport.kit.name,
            dialect: lease.transport.kit.dialect,
            path: lease.transport.description.path,
          },
        },
        client: new RequestClient(channel, { station: 'test', site: 'site 1', software: '0' }),
        callbacks: {
          notify: (stage, status) => lines.push(`${stage} ${status}`),
          requestError: (code, message) => lines.push(`error ${code} ${message}`),
          ...setting.callbacks,
        },
        journal: setting.journal ?? {
          begin: (run) => records.runs.begin(run),
          stage: (runId, stage, status) => records.runs.stage(runId, stage, status),
          end: (record) => records.runs.end(record),
        },
        data: { random },
        requester: {
          station: 'test',
          site: 'site 1',
          software: '0',
          operator: '',
          operatorAuth: 'claimed',
          batch: '',
          unitLabel: '',
        },
        runId: random(16),
        boardId: random(16),
        now,
        monotonic: () => performance.now(),
        ...(setting.rework === undefined ? {} : { rework: setting.rework }),
        ...setting.more,
      });
    },
    async close() {
      channel.close();
      await server.stop();
      await records.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
