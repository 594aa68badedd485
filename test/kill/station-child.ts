import { z } from 'zod';
import { KitRegistry } from '../../src-main/device/index.ts';
import { openKitAt } from '../../src-main/line/kit-address.ts';
import { prepareEntry } from '../../src-main/provisioning/prepared-entry.ts';
import { RequestClient } from '../../src-main/provisioning/request-client.ts';
import { runProvisioning } from '../../src-main/provisioning/run.ts';
import { StreamChannel, tcpOpener } from '../../src-main/provisioning/stream-channel.ts';
import { appendToSink, openRunStore, openStore } from '../../src-main/records/index.ts';
import { planEntrySchema } from '../../src-shared/model/plan.ts';
import { systemRandomBytes } from '../provisioning/server-side.ts';
import { journalIn } from '../provisioning/world.ts';

/**
 * A station in a process of its own: one run on the board at a TCP port, with the certificates of the server at another. One JSON
 * argument; says `{"runId":…}` when it begins, and the outcome's code as exit text. `killAt`: the process ends by SIGKILL at that notification.
 */
const jobSchema = z.object({
  store: z.string(),
  sink: z.string(),
  board: z.string(),
  serverPort: z.int(),
  entry: planEntrySchema,
  action: z.enum(['provision', 'resume', 'validate', 'accept-key']),
  killAt: z.string().optional(),
});

const job = jobSchema.parse(JSON.parse(process.argv[2] ?? ''));
const store = openStore(job.store);
const runs = openRunStore(store);
const kit = await openKitAt(job.board);
if (!kit.ok) throw kit.failure.error;
const registry = new KitRegistry({ now: () => performance.now() });
const adopted = await registry.adopt(kit.value);
const taken = registry.take(adopted.id, { role: 'site', name: 'site 1' });
if (!taken.ok) throw new Error(JSON.stringify(taken.failure));
const lease = taken.value;
const chip = lease.entry.chips[0];
if (chip === undefined) throw new Error(`no chip: ${JSON.stringify(lease.entry.trouble)}`);
const channel = new StreamChannel(tcpOpener('127.0.0.1', job.serverPort), { keepOpen: true });
const runId = systemRandomBytes(16);
const { record } = await runProvisioning({
  prepared: prepareEntry(job.entry),
  plan: { name: 'test', version: 1, digest: '00'.repeat(32) },
  action: job.action,
  board: {
    open: (address) => lease.chip(address),
    chip,
    kit: { name: lease.transport.kit.name, dialect: lease.transport.kit.dialect, path: job.board },
  },
  client: new RequestClient(channel, { station: 'child', site: 'site 1', software: '0' }),
  callbacks: {
    notify: (stage, status) => {
      if (`${stage} ${status}` === job.killAt) process.kill(process.pid, 'SIGKILL');
    },
    requestError: () => undefined,
  },
  journal: journalIn(runs),
  data: { random: systemRandomBytes },
  requester: {
    station: 'child',
    site: 'site 1',
    software: '0',
    operator: '',
    operatorAuth: 'claimed',
    batch: '',
    unitLabel: '',
  },
  runId,
  boardId: systemRandomBytes(16),
  now: () => new Date(),
  monotonic: () => performance.now(),
  sink: (_, serialNumber, bytes) => appendToSink(job.sink, serialNumber, bytes),
});
const { outcome } = record;
process.stdout.write(
  `${JSON.stringify({ outcome: outcome.kind === 'PASS' ? 'PASS' : outcome.code, found: record.foundState })}\n`,
);
channel.close();
await kit.value.close();
store.close();
