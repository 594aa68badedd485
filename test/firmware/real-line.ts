import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClient, type ProvisionClient } from '../../src-main/line/client.ts';
import { planFromOptions } from '../../src-main/line/plan-from-options.ts';
import type { ProvisionEvent } from '../../src-main/line/provision-client.ts';
import { type RunningServer, startServing } from '../../src-main/line/serve.ts';
import { startSimulatedBoard } from '../../src-main/line/simulate.ts';
import { createSimulatedSigner } from '../../src-main/line/simulate-signer.ts';
import { type Plan, type PlanEntry, planSchema } from '../../src-shared/model/plan.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';

/**
 * Everything above the boards as it runs in a factory: a signer stick that was set up through the Kit Protocol, the
 * provisioning server with its records on the disk, and headless clients.
 */
export interface RealLine {
  readonly folder: string;
  readonly certinfo: string;
  readonly server: RunningServer;
  /** The headless client at a port, with the plan of the certinfo or another one. */
  client(port: string, plan?: Plan): ProvisionClient;
  /** The plan that the certinfo makes, to be changed. */
  plan(change?: Partial<PlanEntry>): Plan;
  /** What the server knows of a chip's runs, newest first or last. */
  records(serialNumber: string): readonly RunRecord[];
  /** The options of `signet provision` for this line. */
  options(port: string): readonly string[];
  close(): Promise<void>;
}

/** `realTime`: the signer's chip takes its typical times. */
export async function openRealLine(realTime = false): Promise<RealLine> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-real-line-'));
  const closers: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const out = join(folder, 'signer-files');
    const stateFile = join(folder, 'signer.json');
    await createSimulatedSigner({
      stateFile,
      folder: out,
      name: 'Example ATECC508A Signer',
      organisation: 'Example Organization',
      chainId: 0,
      password: undefined,
      step: () => undefined,
    });
    const place = { host: '127.0.0.1', port: 0 };
    const stick = await startSimulatedBoard({
      ...place,
      stateFile,
      part: '508',
      dialect: 'legacy',
      stick: true,
      realTime,
    });
    closers.push(() => stick.close());
    const server = await startServing({
      ...place,
      allow: [],
      insecure: false,
      signers: [`tcp:127.0.0.1:${stick.port}`],
      dataFolder: join(folder, 'data'),
      roots: [join(out, 'root_certificate.pem')],
    });
    closers.push(() => server.stop());
    const certinfo = join(out, 'atcaprov_cert_info_0.c');
    const runs = join(folder, 'runs');
    const plan = (change: Partial<PlanEntry> = {}): Plan => {
      const made = planFromOptions({ certinfo, validate: true });
      return planSchema.parse({ ...made, entries: made.entries.map((entry) => ({ ...entry, ...change })) });
    };
    let plans = 0;
    const planFile = (wanted: Plan): string => {
      plans += 1;
      const path = join(folder, `plan-${plans}.json`);
      writeFileSync(path, JSON.stringify(wanted));
      return path;
    };
    return {
      folder,
      certinfo,
      server,
      plan,
      records: (serialNumber) => server.records.runs.bySerialNumber(serialNumber),
      client: (port, wanted) =>
        openClient({
          ...(wanted === undefined ? {} : { plan: planFile(wanted) }),
          certinfo,
          validate: true,
          host: '127.0.0.1',
          port: String(server.port),
          board: port,
          station: 'test',
          operator: '',
          batch: '',
          runs,
        }),
      options: (port) => [
        ...['--certinfo', certinfo, '--host', '127.0.0.1', '--port', String(server.port)],
        ...['--board', port, '--runs', runs],
      ],
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** What one board came to, with what was said meanwhile. */
export interface Provisioned {
  readonly record: RunRecord;
  readonly events: readonly ProvisionEvent[];
}

/** Waits for the board at the client's port and provisions it once. Throws when none comes within 50 s. */
export async function provisionOnce(client: ProvisionClient): Promise<Provisioned> {
  await client.connect();
  const { signal } = new AbortController();
  const chips = await client.waitForBoard({ previous: [], onEmpty: () => undefined, signal, longestMs: 50_000 });
  if (chips === undefined) throw new Error('no board');
  const events: ProvisionEvent[] = [];
  const [record] = await client.provision(chips, (event) => events.push(event), signal, '');
  if (record === undefined) throw new Error('no record');
  return { record, events };
}
