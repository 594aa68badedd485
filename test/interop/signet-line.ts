import type { ChipSession, KitLease } from '../../src-main/device/index.ts';
import { KitRegistry } from '../../src-main/device/index.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import { openSerial } from '../../src-main/hal/serial-channel.ts';
import type { Result } from '../../src-shared/base/result.ts';

/** Value of a result that must be one. */
export function must<T, F>(result: Result<T, F>): T {
  if (result.ok) return result.value;
  throw new Error(`failed: ${JSON.stringify(result.failure)}`);
}

/** Lends Signet's own way to the chip behind a serial port: port, kit, registry, owner. Lets go of the port afterwards. */
export async function withSignet<T>(
  port: string,
  work: (session: ChipSession, lease: KitLease) => Promise<T>,
): Promise<T> {
  const channel = must(await openSerial(port));
  const registry = new KitRegistry({ now: () => performance.now() });
  const entry = await registry.adopt(must(await openKit(channel)));
  try {
    const lease = must(registry.take(entry.id, { role: 'site', name: 'site 1' }));
    return await work(lease.chip(), lease);
  } finally {
    await registry.remove(entry.id);
  }
}
