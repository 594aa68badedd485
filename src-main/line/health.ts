import { statfsSync } from 'node:fs';
import type { HealthId } from '../../src-shared/ipc/lists.ts';
import type { HealthView } from '../../src-shared/ipc/state.ts';
import { quoted, type Reason, type ReasonCode } from '../../src-shared/model/reasons.ts';
import type { HealthItem } from '../hal/port-list.ts';

/** What the health page is made from. */
export interface HealthFacts {
  readonly folder: string;
  /** Undefined when it cannot be asked. */
  readonly freeBytes: number | undefined;
  /** Why records cannot be written now; undefined when they can. */
  readonly cannotRecord: Reason | undefined;
  /** Why the clock is suspect; undefined when it is not. */
  readonly clock: ReasonCode | undefined;
  /** What is wrong with the signing log; empty when it is whole. */
  readonly logAlarm: string;
  readonly damagedSettings: string;
  readonly ports: readonly HealthItem[];
  /** Ports that may not be opened: path and what to do. */
  readonly denied: readonly { readonly path: string; readonly reason: Reason }[];
  /** Why the own server does not listen; undefined when it does or need not. */
  readonly serverProblem: { readonly code: string; readonly message: string; readonly place: string } | undefined;
  readonly remote:
    | { readonly address: string; readonly reachable: boolean; readonly waitingReports: number }
    | undefined;
}

const megabyte = 1 << 20;
/** Below this the disk is worth a warning, and worth stopping. */
const lowDisk = 500 * megabyte;
export const tooLowDisk = 20 * megabyte;

const portItems: Readonly<Record<HealthItem['item'], HealthId>> = {
  'serial-list': 'serial-ports',
  'hid-driver': 'hid',
  'hot-plug': 'usb-events',
};

/** The health page. Pure. */
export function healthItems(facts: HealthFacts): HealthView {
  const items: HealthView = [];
  const add = (
    id: HealthId,
    level: 'ok' | 'warning' | 'error',
    facts: Record<string, string> = {},
    reason: Reason | null = null,
  ): void => {
    items.push({ id, level, facts, reason });
  };
  const { cannotRecord, clock, freeBytes, logAlarm, damagedSettings, serverProblem, remote } = facts;
  if (cannotRecord === undefined) add('data-folder', 'ok', { path: facts.folder });
  else add('data-folder', 'error', { path: facts.folder }, cannotRecord);
  if (freeBytes !== undefined) {
    const level = freeBytes < tooLowDisk ? 'error' : freeBytes < lowDisk ? 'warning' : 'ok';
    add('disk-space', level, { path: facts.folder, megabytes: String(Math.floor(freeBytes / megabyte)) });
  }
  if (clock === undefined) add('clock', 'ok');
  else add('clock', 'error', {}, { code: clock, facts: {} });
  add('store', cannotRecord === undefined ? 'ok' : 'error', {}, cannotRecord ?? null);
  if (damagedSettings === '') add('settings-file', 'ok');
  else add('settings-file', 'warning', { file: damagedSettings });
  if (logAlarm === '') add('signing-log', 'ok');
  else add('signing-log', 'error', {}, quoted(logAlarm));
  if (serverProblem === undefined) add('server-port', 'ok');
  else
    add(
      'server-port',
      'error',
      { address: serverProblem.place, code: serverProblem.code },
      quoted(serverProblem.message),
    );
  if (remote !== undefined) {
    add('remote-server', remote.reachable ? 'ok' : 'error', { address: remote.address });
    add('run-reports', remote.waitingReports === 0 ? 'ok' : 'warning', { count: String(remote.waitingReports) });
  }
  for (const id of ['serial-ports', 'hid', 'usb-events'] as const) {
    const item = facts.ports.find((each) => portItems[each.item] === id);
    if (item === undefined) add(id, 'ok');
    else add(id, 'warning', {}, item.reason);
  }
  const [denied] = facts.denied;
  if (denied === undefined) add('port-permission', 'ok');
  else add('port-permission', 'error', { path: denied.path, count: String(facts.denied.length) }, denied.reason);
  return items;
}

/** Bytes still free on the disk of a folder; undefined when it cannot be asked. */
export function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
