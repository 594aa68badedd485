import { duplexPair } from 'node:stream';
import { selectionOf } from '../../src-main/provisioning/preflight.ts';
import { type PreparedEntry, prepareEntry } from '../../src-main/provisioning/prepared-entry.ts';
import { RequestClient } from '../../src-main/provisioning/request-client.ts';
import type { RunResult } from '../../src-main/provisioning/run.ts';
import type { RunAction } from '../../src-main/provisioning/run-options.ts';
import { StreamChannel } from '../../src-main/provisioning/stream-channel.ts';
import { ok } from '../../src-shared/base/result.ts';
import { type StageName, stageNames, stageNumber } from '../../src-shared/model/stages.ts';
import { proofOfPossessionDigest } from '../../src-shared/wire/index.ts';
import type { CertReply } from '../../src-shared/wire/messages.ts';
import { makeWorld, type World } from '../provisioning/world.ts';
import { runBoard } from './run-board.ts';
import { must, withSignet } from './signet-line.ts';

/** A small factory whose boards hang on serial lines. */
export interface Factory {
  readonly world: World;
  /** One run on whatever is behind the port; the port is free again afterwards. `stopBefore`: the stage before which it is stopped. */
  run(port: string, action?: RunAction, stopBefore?: StageName): Promise<RunResult>;
  /** Certificates for a chip that another client provisions, asked for over the same protocol. `sign` answers the server's challenge. */
  certificates(
    config: Uint8Array,
    publicKey: Uint8Array,
    sign: (digest: Uint8Array) => Promise<Uint8Array>,
  ): Promise<CertReply>;
  close(): Promise<void>;
}

export async function openFactory(): Promise<Factory> {
  const world = await makeWorld();
  const channel = new StreamChannel(
    async () => {
      const [ours, theirs] = duplexPair();
      world.server.accept(theirs, { address: 'local', authRequired: false });
      return ok(ours);
    },
    { keepOpen: true },
  );
  const prepared: PreparedEntry = prepareEntry(world.entry);
  return {
    world,
    run: (port, action = 'provision', stopBefore) =>
      withSignet(port, (_, lease) => {
        const stop = new AbortController();
        return runBoard({
          lease,
          prepared,
          channel,
          records: world.records,
          station: 'interop',
          site: 'site 1',
          action,
          signal: stop.signal,
          onStage: (stage, status) => {
            if (status !== 'START' && stageNames[stageNumber(stage)] === stopBefore) stop.abort();
          },
        });
      }),
    async certificates(config, publicKey, sign) {
      const client = new RequestClient(channel, { station: 'interop', site: 'other client', software: '0' });
      must(await client.open());
      const proofOfPossession = await sign(proofOfPossessionDigest(client.sessionId, config, publicKey));
      const reply = await client.requestCertificates({
        configZone: config,
        publicKey,
        selection: selectionOf(prepared.certInfo),
        proofOfPossession,
      });
      await client.done();
      return must(reply);
    },
    async close() {
      channel.close();
      await world.close();
    },
  };
}
