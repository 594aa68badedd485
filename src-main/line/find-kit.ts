import { toHex } from '../../src-shared/base/bytes.ts';
import { englishSentence } from '../../src-shared/model/reasons.ts';
import { describeFailure, type KitClass, KitRegistry } from '../device/index.ts';
import { listPorts } from '../hal/port-list.ts';
import { judgeByHand, judgePort, type PortSeen } from '../hal/watcher.ts';
import { openKitAt } from './kit-address.ts';

export type { PortSeen };

/** Every port of this computer, and those named by hand, with what is thought of it (`signet kits`). */
export async function listKits(
  byHand: readonly string[] = [],
): Promise<{ readonly ports: readonly PortSeen[]; readonly health: readonly string[] }> {
  const { ports, health } = await listPorts();
  const seen = await Promise.all(ports.map((port) => judgePort(port, byHand)));
  const known = (path: string): boolean => ports.some((port) => port.path === path || port.connector === path);
  const named = await Promise.all(byHand.filter((path) => !known(path)).map((path) => judgeByHand(path)));
  return { ports: [...seen, ...named], health: health.map((item) => englishSentence(item.reason)) };
}

/**
 * One sentence of what answers at a path: the kit, what it may be used for, and its chips, by what they say themselves; or why
 * nothing does. Opens the port and lets go of it again; nothing is changed in any chip.
 */
export async function askKit(path: string): Promise<string> {
  const opened = await openKitAt(path);
  if (!opened.ok) return opened.failure.error.message;
  const registry = new KitRegistry({ now: () => performance.now() });
  const { id, identity, kitClass, chips, trouble } = await registry.adopt(opened.value);
  await registry.remove(id);
  const name = identity.name === '' ? 'A kit that gives no name' : `${identity.name} ${identity.version}`;
  const use = kitClass === 'plain' ? '' : `, ${neverSites[kitClass]}`;
  const behind = chips.map((chip) => {
    const state = chip.configLocked ? (chip.dataLocked ? 'locked' : 'configured') : 'not configured';
    return `${chip.part} ${toHex(chip.serialNumber)} at ${toHex(Uint8Array.of(chip.address))} (${state})`;
  });
  const silent = trouble === undefined ? 'no secure element answers behind it' : describeFailure(trouble);
  return `${name} (${identity.dialect})${use}: ${behind.length === 0 ? silent : behind.join(', ')}.`;
}

const neverSites: Readonly<Record<Exclude<KitClass, 'plain'>, string>> = {
  signer: 'a signer module',
  root: 'a root module',
  'signer-record': 'a signer module by what its chip holds',
  hid: 'a stick, no place for boards unless it is bound by hand',
};

/** Path of the first serial kit that may be asked; undefined while there is none. Sticks are never boards. */
export async function findKit(): Promise<string | undefined> {
  const { ports } = await listKits();
  return ports.find((port) => port.taken && port.description.kind === 'serial')?.description.path;
}
