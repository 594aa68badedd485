import {
  type AuthorisingKey,
  type BlockWrite,
  factsOfConfig,
  generateKey,
  lockConfig,
  lockData,
  lockSlots,
  writeBlocks,
  writeConfig,
} from '../../src-main/device/index.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import { asd1Image, asd1LockedSlots } from '../../src-main/signing/asd1/layout.ts';
import { seededRandom } from '../../src-main/simulator/chip/random-source.ts';
import { otpAddress, slotBlocks, slotSize } from '../../src-shared/atecc/address.ts';
import { lockCrcOf } from '../../src-shared/atecc/lock-crc.ts';
import { padPublicKey } from '../../src-shared/atecc/public-key.ts';
import { concat, padRight } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { type Bench, type BenchOptions, must, openBench, SERIAL } from './bench.ts';

/** A chip set up like a signer module (layout ASD1), with these keys: what the authorisation procedures need. */

export const K4 = Uint8Array.from({ length: 32 }, (_, i) => 0x40 + i);
export const K5 = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i);
export const DIGEST = Uint8Array.from({ length: 32 }, (_, i) => 0xc0 ^ i);

export interface ModuleBench extends Bench {
  readonly publicKey: Uint8Array;
  /** Facts of the module's chip: it has the long watchdog. */
  readonly module: Bench['session'];
}

const random = seededRandom('host');
export const hostRandom = (count: number): Uint8Array => random.bytes(count);

export function keyOf(slot: number, key: Uint8Array): AuthorisingKey {
  return { slot, key: new Secret(key.slice()), serialNumber: SERIAL, random: hostRandom };
}

export async function openModule(options: BenchOptions = {}, image = asd1Image): Promise<ModuleBench> {
  const bench = await openBench({ dialect: 'legacy', ...options });
  const { session } = bench;
  const target = { serialNumber: SERIAL, part: 'ATECC508A', image } as const;
  const readBack = must(await writeConfig(session, target));
  must(await lockConfig(session, target, readBack));
  const { publicKey } = must(await generateKey(session, 3, SERIAL));
  const content = (slot: number): Uint8Array => {
    if (slot === 4) return padRight(K4, 36);
    if (slot === 5) return padRight(K5, 36);
    return slot === 11 ? padPublicKey(publicKey) : new Uint8Array(slotSize(slot));
  };
  const slots = Array.from({ length: 16 }, (_, slot) => slot).filter((slot) => slot !== 3);
  const otp = new Uint8Array(64).fill(0xff);
  const blocks: BlockWrite[] = slots.flatMap((slot) =>
    slotBlocks(slot).map((address, i) => ({
      address,
      bytes: padRight(content(slot).slice(32 * i, 32 * i + 32), 32),
      secret: slot === 4 || slot === 5,
    })),
  );
  blocks.push(...[0, 1].map((block) => ({ address: otpAddress(block), bytes: otp.slice(0, 32) })));
  must(await writeBlocks(session, SERIAL, blocks));
  const crc = lockCrcOf([concat(...slots.map(content)), otp]);
  must(await lockData(session, SERIAL, { policy: 'fill+crc', crc, blocks }));
  must(await lockSlots(session, SERIAL, asd1LockedSlots, image));
  bench.events.length = 0;
  bench.trace.length = 0;
  return { ...bench, publicKey, module: session.withFacts(factsOfConfig('ATECC508A', image)) };
}

/** The stick is plugged in again: a new kit of the same registry, and the way to its chip. */
export async function replug(bench: ModuleBench): Promise<ModuleBench['session']> {
  const transport = must(await openKit(bench.board.connect()));
  const entry = await bench.registry.adopt(transport);
  const lease = must(bench.registry.take(entry.id, { role: 'signer-module', name: 'test' }));
  return lease.chip();
}
