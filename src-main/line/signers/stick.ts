import { SignetError } from '../../../src-shared/base/error.ts';
import { inEnglish } from '../../../src-shared/model/reasons.ts';
import { type KitEntry, type KitLease, KitRegistry, takeFailureAsError } from '../../device/index.ts';
import { foreignStick } from '../../hal/foreign-stick.ts';
import { listKits } from '../find-kit.ts';
import { openKitAt } from '../kit-address.ts';

/** A stick that this program has to itself until it is closed. */
export interface StickInHand {
  readonly place: string;
  readonly entry: KitEntry;
  readonly lease: KitLease;
  close(): Promise<void>;
}

/** Opens the stick at a place and takes it. Throws SignetError: nothing there, in use by another program, no kit. */
export async function takeStick(place: string, purpose: string): Promise<StickInHand> {
  const opened = await openKitAt(place);
  if (!opened.ok) throw opened.failure.error;
  const foreign = foreignStick(opened.value.description);
  if (foreign !== undefined) {
    await opened.value.close();
    throw new SignetError('SIGNER_FAULT', `The stick at ${place} is not used: ${inEnglish(foreign)}.`, { place });
  }
  const registry = new KitRegistry({ now: () => performance.now() });
  const { id } = await registry.adopt(opened.value);
  const lease = registry.take(id, { role: 'set-up', name: purpose });
  if (!lease.ok) {
    await registry.remove(id);
    if (lease.failure.kind === 'unknown-kit')
      throw new SignetError('KIT_LOST', `The stick at ${place} went away.`, { place });
    throw takeFailureAsError(lease.failure);
  }
  return {
    place,
    lease: lease.value,
    get entry() {
      return lease.value.entry;
    },
    async close() {
      lease.value.release();
      await registry.remove(id);
    },
  };
}

/** HID sticks that are plugged in, with why one of them is not used. */
export async function sticksPluggedIn(): Promise<readonly { readonly place: string; readonly foreign: string }[]> {
  const { ports } = await listKits();
  return ports
    .filter(
      ({ description, taken }) => description.kind === 'hid' && (taken || foreignStick(description) !== undefined),
    )
    .map(({ description }) => ({ place: description.path, foreign: inEnglish(foreignStick(description)) }));
}

/** The place of the one stick that can be meant when none is named. Throws OPTION_INVALID. */
export async function theOnlyStick(): Promise<string> {
  const sticks = (await sticksPluggedIn()).filter(({ foreign }) => foreign === '');
  const [only] = sticks;
  if (only !== undefined && sticks.length === 1) return only.place;
  throw new SignetError(
    'OPTION_INVALID',
    only === undefined
      ? 'No stick is plugged in; name its place by --signer.'
      : `There are ${sticks.length} sticks (${sticks.map(({ place }) => place).join(', ')}); name one by --signer.`,
  );
}
