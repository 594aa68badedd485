import { setTimeout as pause } from 'node:timers/promises';
import { ProvisioningServer } from '../../src-main/server/server.ts';
import type { SignerIdentity } from '../../src-main/signing/signer-module.ts';
import { createSignerStick } from '../../src-main/simulator/open-board.ts';
import type { Pace } from '../../src-main/simulator/pace.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { openServerSide, systemRandomBytes } from '../provisioning/server-side.ts';
import { softwareSigner } from '../provisioning/software-signer.ts';
import { madeStick, openFactory, thePassword } from '../signing/factory.ts';
import { password } from '../signing/rig.ts';
import { type ServerSaid, type ServerTold, serverJobSchema, serverToldSchema } from './server-protocol.ts';

/** The server of the bench in a process of its own: what it costs is its own, and memory is that of nobody else. */
const job = serverJobSchema.parse(JSON.parse(process.argv[2] ?? ''));
const say = (said: ServerSaid): void => {
  process.send?.(said);
};
const now = (): Date => new Date();

/** HID reports and bits of the bus take their time; the kit looks for answers at the very moment they are there. */
const stickPace: Pace = { line: { kind: 'hid' }, bus: true, kitPolling: false };

interface Opened {
  readonly port: number;
  readonly identity: SignerIdentity;
  workMs(): number;
  close(): Promise<void>;
}

const loopback = { host: '127.0.0.1', port: 0, allow: [], stationKeys: false, insecure: false };

async function withSoftwareSigner(): Promise<Opened> {
  const signer = softwareSigner();
  const side = await openServerSide({ folder: job.folder, modules: [signer.module], now });
  const { port } = await side.server.listen(loopback);
  return { port, identity: signer.identity, workMs: () => 0, close: () => side.close() };
}

async function withSticks(): Promise<Opened> {
  const sticks = [];
  for (let i = 0; i < job.sticks; i += 1) sticks.push(await madeStick(`bench ${i}`, { signerId: 0x0200 + i }));
  const [first] = sticks;
  if (first === undefined) throw new Error('no sticks');
  const factory = await openFactory({ root: first.root, now, monotonic: () => performance.now() });
  let workMs = 0;
  for (const { state, made } of sticks) {
    let began = 0;
    const board = createSignerStick(state, {
      timing: 'real',
      pace: stickPace,
      trace: ({ kind }) => {
        if (kind === 'line-in') began = performance.now();
        if (kind === 'line-out') workMs += performance.now() - began;
      },
    });
    await factory.plug(board);
    const unlocked = await factory.manager.unlock(toHex(made.identity.serialNumber), [password(thePassword)]);
    if (!unlocked.ok) throw new Error(unlocked.failure.kind);
  }
  const server = new ProvisioningServer({
    service: factory.service,
    reports: { take: async () => undefined },
    stations: { keyOf: () => undefined },
    activity: factory.records.activity,
    serverName: 'bench',
    softwareVersion: '0',
    now,
    random: systemRandomBytes,
  });
  const { port } = await server.listen(loopback);
  return {
    port,
    identity: first.made.identity,
    workMs: () => workMs,
    async close() {
      await server.stop();
      await factory.close();
    },
  };
}

const opened = await (job.sticks === 0 ? withSoftwareSigner() : withSticks());
const { identity } = opened;

process.on('message', (message: unknown) => {
  void answer(serverToldSchema.parse(message));
});

async function answer(told: ServerTold): Promise<void> {
  if (told === 'close') {
    await opened.close();
    say({ kind: 'closed' });
    process.disconnect();
    return;
  }
  if (told === 'work') return say({ kind: 'work', ms: opened.workMs() });
  // More than once, with pauses: what finalizers set free is collected by the next one, and pages go back to the system meanwhile.
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc?.();
    await pause(200);
  }
  const { heapUsed, rss } = process.memoryUsage();
  say({ kind: 'figures', heapBytes: heapUsed, rssBytes: rss });
}

say({
  kind: 'ready',
  port: opened.port,
  chainId: identity.chainId,
  deviceTemplateId: identity.deviceTemplateId,
  signerTemplateId: identity.signerTemplateId,
  rootPublicKey: toHex(identity.rootPublicKey),
});
