import {
  type ChipSession,
  challengeSignature,
  configMatches,
  type DeviceFailure,
  type ExpectedContent,
  generateKey,
  lockConfig,
  lockData,
  lockSlots,
  lockStateOf,
  publicKey,
  readCertificates,
  readConfig,
  writeBlocks,
  writeConfig,
} from '../../src-main/device/index.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { ok, type Result } from '../../src-shared/base/result.ts';
import { dataLock, fill, SERIAL, target } from './bench.ts';

export interface Provisioned {
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
  readonly certificates: ReadonlyMap<number, Uint8Array>;
}

export const CHALLENGE = Uint8Array.from({ length: 32 }, (_, i) => i);

/** The clear content that is compared after the data lock. */
export function clearContent(): readonly ExpectedContent[] {
  return [10, 11, 12].map((slot) => ({ zone: 'data', slot, bytes: new Uint8Array(72).fill(0x10 + slot) }));
}

/** Everything that the device room does to a chip in a run, resumable: what is done already is skipped. */
export async function provision(session: ChipSession, part: Part): Promise<Result<Provisioned, DeviceFailure>> {
  const wanted = target(part);
  const found = await readConfig(session);
  if (!found.ok) return found;
  const state = lockStateOf(found.value);
  if (!state.configLocked) {
    const written = await writeConfig(session, wanted);
    if (!written.ok) return written;
    const locked = await lockConfig(session, wanted, written.value);
    if (!locked.ok) return locked;
  } else if (!configMatches(wanted, found.value)) throw new Error('foreign configuration');
  const config = await readConfig(session);
  if (!config.ok) return config;
  let key: Uint8Array;
  if (state.dataLocked) {
    const known = await publicKey(session, 0, SERIAL);
    if (!known.ok) return known;
    key = known.value;
  } else {
    const made = await generateKey(session, 0, SERIAL);
    if (!made.ok) return made;
    key = made.value.publicKey;
    const written = await writeBlocks(session, SERIAL, fill(part).blocks);
    if (!written.ok) return written;
    const locked = await lockData(session, SERIAL, dataLock(part), clearContent());
    if (!locked.ok) return locked;
  }
  const slots = await lockSlots(session, SERIAL, part === 'ATECC508A' ? [10, 11, 12] : [10, 12], config.value);
  if (!slots.ok) return slots;
  const certificates = await readCertificates(session, [10, 11, 12]);
  if (!certificates.ok) return certificates;
  const signature = await challengeSignature(session, { slot: 0, part, challenge: CHALLENGE });
  if (!signature.ok) return signature;
  return ok({ publicKey: key, signature: signature.value, certificates: certificates.value });
}
