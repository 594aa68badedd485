import { duplexPair } from 'node:stream';
import { ok } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { workingReasons } from '../../src-shared/wire/messages.ts';
import { RequestClient } from '../provisioning/request-client.ts';
import { StreamChannel, tcpOpener } from '../provisioning/stream-channel.ts';
import type { ActivityVoice, RunStore } from '../records/index.ts';
import type { ProvisioningServer } from '../server/server.ts';
import { reportRun } from './report-spool.ts';
import { softwareVersion } from './version.ts';

/** How the station's runs reach the server that signs for them. */
export interface ServerLink {
  /** A client for one site; its connection is kept over many boards. */
  client(site: string, onWait: (reason: string) => void): RequestClient;
  readonly remote: boolean;
  /** False while a remote server does not answer. */
  readonly reachable: boolean;
  /** Reports that the server does not have yet. */
  readonly waitingReports: number;
  /** A run ended: its report can go. */
  ended(): void;
  close(): void;
}

/** What a stage shows while its request waits: words of the contract's stage note. */
const waitWords: ReadonlyMap<number, string> = new Map([
  [workingReasons.QUEUED, 'queued'],
  [workingReasons.WAITS_FOR_PASSWORD, 'password'],
  [workingReasons.WAITS_FOR_SIGNER, 'signer'],
  [workingReasons.SIGNING, 'signing'],
]);

/** The station's own server, joined in memory: it does not open TCP to itself. */
export function ownLink(server: ProvisioningServer, station: () => string): ServerLink {
  const channels = new Map<string, StreamChannel>();
  return {
    remote: false,
    reachable: true,
    waitingReports: 0,
    client(site, onWait) {
      let channel = channels.get(site);
      if (channel === undefined) {
        channel = new StreamChannel(
          async () => {
            const [ours, theirs] = duplexPair();
            server.accept(theirs, { address: 'local', authRequired: false });
            return ok(ours);
          },
          { keepOpen: true },
        );
        channels.set(site, channel);
      }
      return new RequestClient(channel, { station: station(), site, software: softwareVersion }, ({ reason }) =>
        onWait(waitWords.get(reason) ?? ''),
      );
    },
    ended: () => undefined,
    close() {
      for (const channel of channels.values()) channel.close();
    },
  };
}

const pollMs = 5_000;
const reportsAtOnce = 20;

/**
 * A server elsewhere: asked every few seconds whether it is there, given the reports that are still to be told, in the order in which
 * the runs ended (signer-and-server.md 7.9). Reports stay on the disk until the server says that it has them.
 */
export function remoteLink(options: {
  readonly host: string;
  readonly port: number;
  readonly station: () => string;
  readonly key: () => Secret | undefined;
  readonly runs: RunStore;
  readonly activity: ActivityVoice;
  readonly changed: () => void;
}): ServerLink {
  const { host, port, runs, activity } = options;
  const channels = new Map<string, StreamChannel>();
  let reachable = true;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | undefined;
  let again = false;
  let refused = '';

  const identity = (site: string) => {
    const key = options.key();
    return {
      station: options.station(),
      site,
      software: softwareVersion,
      ...(key === undefined ? {} : { key }),
    };
  };
  const become = (now: boolean, why: string): void => {
    if (now === reachable) return;
    reachable = now;
    if (now) activity.info(`The signing server ${host}:${port} is there again.`);
    else activity.warning(`The signing server ${host}:${port} cannot be reached: ${why}.`);
    options.changed();
  };

  /** One look: is it there, and does it take reports? */
  const look = async (): Promise<void> => {
    const channel = new StreamChannel(tcpOpener(host, port), { keepOpen: true });
    try {
      const client = new RequestClient(channel, identity('reports'));
      const opened = await client.open();
      if (!opened.ok) {
        // A server that answers with an error is there; what it refuses shows in the runs.
        become(opened.failure.kind === 'error', opened.failure.message);
        return;
      }
      become(true, '');
      for (const record of runs.reports(reportsAtOnce)) {
        const taken = await reportRun(client, record);
        if (!taken.ok) {
          if (taken.failure.kind === 'error' && refused !== record.runId) {
            refused = record.runId;
            activity.warning(`The server did not take the report of ${record.serialNumber}: ${taken.failure.message}.`);
          }
          return;
        }
        await runs.reportTaken(record.runId);
        again = true;
      }
      options.changed();
    } finally {
      channel.close();
    }
  };

  const run = (): void => {
    clearTimeout(timer);
    if (closed) return;
    if (round !== undefined) {
      again = true;
      return;
    }
    again = false;
    round = look()
      .catch((thrown: unknown) => activity.warning(`Reports could not be sent: ${String(thrown)}`))
      .finally(() => {
        round = undefined;
        if (closed) return;
        timer = setTimeout(run, again ? 0 : pollMs);
        timer.unref();
      });
  };
  run();

  return {
    remote: true,
    get reachable() {
      return reachable;
    },
    get waitingReports() {
      return runs.reports(1000).length;
    },
    client(site, onWait) {
      let channel = channels.get(site);
      if (channel === undefined) {
        channel = new StreamChannel(tcpOpener(host, port), { keepOpen: true });
        channels.set(site, channel);
      }
      return new RequestClient(channel, identity(site), ({ reason }) => onWait(waitWords.get(reason) ?? ''));
    },
    ended: run,
    close() {
      closed = true;
      clearTimeout(timer);
      for (const channel of channels.values()) channel.close();
    },
  };
}
