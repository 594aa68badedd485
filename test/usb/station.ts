import { randomBytes } from 'node:crypto';
import { duplexPair } from 'node:stream';
import type { KitEntry, KitLease } from '../../src-main/device/index.ts';
import { KitHouse } from '../../src-main/line/kit-house.ts';
import { type PreparedEntry, prepareEntry } from '../../src-main/provisioning/prepared-entry.ts';
import type { RunResult } from '../../src-main/provisioning/run.ts';
import type { RunAction } from '../../src-main/provisioning/run-options.ts';
import { StreamChannel } from '../../src-main/provisioning/stream-channel.ts';
import { ProvisioningServer } from '../../src-main/server/server.ts';
import type { RootAuthority } from '../../src-main/signing/root.ts';
import type { SignerIdentity } from '../../src-main/signing/signer-module.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { ok } from '../../src-shared/base/result.ts';
import { certInfoOfPair, writeCertInfo } from '../../src-shared/certificates/index.ts';
import { type PlanEntry, planEntrySchema } from '../../src-shared/model/plan.ts';
import type { StageName, StageStatus } from '../../src-shared/model/stages.ts';
import { runBoard } from '../interop/run-board.ts';
import { type Factory, openFactory } from '../signing/factory.ts';
import { until } from './until.ts';

/** The application's own core: watcher, registry, signer manager, signing service, server and runs. */
export interface Station {
  readonly signing: Factory;
  readonly house: KitHouse;
  /** Kits that are there now. */
  kits(): readonly KitEntry[];
  /** Waits for the kit that carries this chip (serial number in hex). */
  kitWith(serialNumber: string): Promise<KitEntry>;
  /** Looks again at the board behind the kit that carried this chip. */
  look(serialNumber: string): Promise<void>;
  /** Waits until no kit carries this chip. */
  gone(serialNumber: string): Promise<void>;
  /** Takes certinfo and definitions of a signer as the plan of all runs from now on. */
  planFor(signer: SignerIdentity, dataLock: PlanEntry['dataLock']): void;
  /** One run on the board with this chip. */
  run(
    serialNumber: string,
    action?: RunAction,
    onStage?: (stage: StageName, status: StageStatus) => void,
  ): Promise<RunResult>;
  stop(): Promise<void>;
}

export async function openStation(root: RootAuthority): Promise<Station> {
  const begin = Date.UTC(2026, 10, 22, 9);
  const now = (): Date => new Date(begin + performance.now());
  const signing = await openFactory({ root, now, monotonic: () => performance.now() });
  const { registry } = signing;
  const house = new KitHouse(registry, [], {
    opening: () => undefined,
    notOpened: () => undefined,
    health: () => undefined,
  });
  const server = new ProvisioningServer({
    service: signing.service,
    reports: { take: async () => undefined },
    stations: { keyOf: (name) => signing.records.policy.stationKey(name) },
    activity: signing.records.activity,
    serverName: 'bench',
    softwareVersion: '0',
    now,
    random: (length) => new Uint8Array(randomBytes(length)),
  });
  const channels: StreamChannel[] = [];
  const openChannel = (): StreamChannel => {
    const channel = new StreamChannel(
      async () => {
        const [ours, theirs] = duplexPair();
        server.accept(theirs, { address: 'local', authRequired: false });
        return ok(ours);
      },
      { keepOpen: false },
    );
    channels.push(channel);
    return channel;
  };
  let prepared: PreparedEntry | undefined;
  const kitNow = (serialNumber: string): KitEntry | undefined =>
    registry.kits().find((kit) => kit.chips.some((chip) => toHex(chip.serialNumber) === serialNumber));

  const station: Station = {
    signing,
    house,
    kits: () => registry.kits(),
    async kitWith(serialNumber) {
      await until(`chip ${serialNumber} is seen`, () => kitNow(serialNumber) !== undefined);
      const kit = kitNow(serialNumber);
      if (kit === undefined) throw new Error(`chip ${serialNumber} came and went`);
      return kit;
    },
    async look(serialNumber) {
      const kit = await station.kitWith(serialNumber);
      await registry.lookWhileFree(kit.id);
    },
    gone: (serialNumber) => until(`chip ${serialNumber} is gone`, () => kitNow(serialNumber) === undefined),
    planFor(signer, dataLock) {
      const pair = { device: signer.deviceDefinition, signer: signer.signerDefinition };
      const info = certInfoOfPair(pair, signer.rootPublicKey, { name: signer.name });
      if (!info.ok) throw new Error(String(info.failure));
      const date = { year: 2026, month: 11, day: 22, hour: 9, minute: 0, second: 0 };
      prepared = prepareEntry(
        planEntrySchema.parse({
          images: { ATECC508A: toHex(defaultImage('ATECC508A')), ATECC608: toHex(defaultImage('ATECC608')) },
          certinfo: writeCertInfo(info.value, { generator: 'bench', created: date }),
          dataLock,
        }),
      );
    },
    async run(serialNumber, action = 'provision', onStage) {
      if (prepared === undefined) throw new Error('no plan yet');
      const kit = await station.kitWith(serialNumber);
      const taken = registry.take(kit.id, { role: 'site', name: `site at ${kit.channel.path}` });
      if (!taken.ok) throw new Error(`not to be had: ${JSON.stringify(taken.failure)}`);
      const lease: KitLease = taken.value;
      const channel = openChannel();
      try {
        // What the last run left is not what was seen when the board was plugged in.
        await lease.look();
        return await runBoard({
          lease,
          prepared,
          channel,
          records: signing.records,
          station: 'bench',
          site: kit.channel.connector,
          action,
          ...(onStage === undefined ? {} : { onStage }),
        });
      } finally {
        channel.close();
        lease.release();
      }
    },
    async stop() {
      for (const channel of channels) channel.close();
      await house.stop();
      await server.stop();
      await signing.close();
    },
  };
  return station;
}
