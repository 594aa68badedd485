import { listPorts } from '../hal/port-list.ts';
import { judgePort, type PortSeen } from '../hal/watcher.ts';

/** Every port of this computer with what is thought of it (`signet kits`). */
export async function listKits(
  byHand: readonly string[] = [],
): Promise<{ readonly ports: readonly PortSeen[]; readonly health: readonly string[] }> {
  const { ports, health } = await listPorts();
  const seen = await Promise.all(ports.map((port) => judgePort(port, byHand)));
  return { ports: seen, health: health.map((item) => item.sentence) };
}

/** Path of the first serial kit that may be asked; undefined while there is none. Sticks are never boards. */
export async function findKit(): Promise<string | undefined> {
  const { ports } = await listKits();
  return ports.find((port) => port.taken && port.description.kind === 'serial')?.description.path;
}
