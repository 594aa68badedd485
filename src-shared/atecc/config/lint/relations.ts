import type { ConfigZone } from '../model.ts';
import { slotConfigOffset } from '../model.ts';
import { slotUse } from '../slot.ts';
import { keyConfigBytes } from './subject.ts';

/** Why a slot depends on the key in another one. */
export type Reliance = 'read' | 'write' | 'private-write' | 'derive' | 'authorise' | 'validate' | 'io-protection';

/** One slot's dependence on a key in another slot (or in itself). */
export interface KeyReliance {
  readonly reliance: Reliance;
  /** Slot that depends; undefined for the whole chip (IO protection). */
  readonly slot: number | undefined;
  /** Slot whose key it depends on. */
  readonly parent: number;
  /** Bytes of the image that say so. */
  readonly bytes: readonly number[];
}

/** Every dependence of one slot on the key of another that an image sets up. */
export function keyReliances(config: ConfigZone): readonly KeyReliance[] {
  const found: KeyReliance[] = [];
  for (const slot of config.slots) {
    const use = slotUse(slot);
    const { slotConfig, keyConfig, number } = slot;
    const low = slotConfigOffset(number);
    const rely = (reliance: Reliance, parent: number, bytes: readonly number[]): void => {
      found.push({ reliance, slot: number, parent, bytes });
    };
    if (use.kind === 'private-key') {
      if (use.privWriteAfterLock) rely('private-write', slotConfig.writeKey, [low + 1]);
    } else {
      if (use.read === 'encrypted') rely('read', slotConfig.readKey, [low]);
      if (use.write === 'encrypted') rely('write', slotConfig.writeKey, [low + 1]);
      if (use.derive?.source === 'parent') rely('derive', slotConfig.writeKey, [low + 1]);
      if (use.needsValidation) rely('validate', slotConfig.readKey, [low]);
    }
    if (keyConfig.reqAuth) rely('authorise', keyConfig.authKey, keyConfigBytes(number));
  }
  if (config.part === 'ATECC608') {
    const { ioProtectionKey, ecdhProtection, kdfProtection, ioKeySlot } = config.chipOptions;
    if (ioProtectionKey || ecdhProtection !== 0 || kdfProtection !== 0) {
      found.push({ reliance: 'io-protection', slot: undefined, parent: ioKeySlot, bytes: [90, 91] });
    }
  }
  return found;
}
