import type { Part } from '../command.ts';
import { hex8 } from './bits.ts';
import type { ConfigZone, CounterField } from './model.ts';
import { isSlotLocked } from './model.ts';
import { type Slot, type SlotUse, slotUse } from './slot.ts';

/** Short English words for what a slot is and allows; the structured facts are in `slotUse`. */
export interface SlotWords {
  readonly kind: string;
  readonly use: string;
  readonly write: string;
  readonly flags: string;
}

/** "private key P-256", "sign external, ECDH", "GenKey", "lockable, needs random nonce" for one slot. */
export function slotWords(slot: Slot, part: Part): SlotWords {
  const use = slotUse(slot);
  return {
    kind: kindWords(slot, use),
    use: purposeWords(slot, use),
    write: writeWords(slot, use),
    flags: flagWords(slot, part),
  };
}

function kindWords(slot: Slot, use: SlotUse): string {
  const { keyType } = slot.keyConfig;
  switch (use.kind) {
    case 'private-key':
      return keyType === 4 ? 'private key P-256' : `private key, key type ${keyType}`;
    case 'public-key':
      return use.needsValidation ? 'public key P-256, must be validated' : 'public key P-256';
    case 'aes-key':
      return 'AES key';
    case 'data':
      return 'data or SHA key';
    case 'reserved-type':
      return `key type ${keyType} (reserved)`;
  }
}

function purposeWords(slot: Slot, use: SlotUse): string {
  if (use.kind === 'private-key') {
    const uses = [
      use.signExternal ? 'sign external' : '',
      use.signInternal ? 'sign internal' : '',
      use.ecdh === 'to-host' ? 'ECDH' : use.ecdh === 'to-slot' ? `ECDH into slot ${slot.number | 1}` : '',
    ].filter((word) => word !== '');
    return `${uses.length === 0 ? 'no use' : uses.join(', ')}; public key ${use.publicKeyReadable ? 'readable' : 'hidden'}`;
  }
  switch (use.read) {
    case 'clear':
      return 'read in clear';
    case 'encrypted':
      return `secret, read encrypted under slot ${slot.slotConfig.readKey}`;
    case 'never':
      return 'secret, never read';
    case 'prohibited':
      return 'prohibited: read encrypted but not secret';
  }
}

function writeWords(slot: Slot, use: SlotUse): string {
  const { writeKey } = slot.slotConfig;
  if (use.kind === 'private-key') {
    const ways = [
      use.genKeyAfterLock ? 'GenKey' : '',
      use.privWriteAfterLock ? `PrivWrite under slot ${writeKey}` : '',
    ];
    return ways.filter((word) => word !== '').join(', ') || 'never';
  }
  const write = {
    always: 'always',
    'pub-invalid': 'while not validated',
    never: 'never',
    encrypted: `encrypted under slot ${writeKey}`,
  }[use.write];
  if (use.derive === undefined) return write;
  const derive = use.derive.source === 'roll' ? 'DeriveKey from itself' : `DeriveKey from slot ${writeKey}`;
  return `${write}; ${derive}${use.derive.macRequired ? ' with MAC' : ''}`;
}

function flagWords(slot: Slot, part: Part): string {
  const { slotConfig, keyConfig } = slot;
  const words = [
    keyConfig.lockable ? 'lockable' : '',
    keyConfig.reqRandom ? 'random nonce required' : '',
    keyConfig.reqAuth ? `authorised by slot ${keyConfig.authKey}` : '',
    slotConfig.noMac ? 'no MAC' : '',
    slotConfig.limitedUse ? 'limited use' : '',
    keyConfig.latch ? (part === 'ATECC508A' ? 'intrusion latch' : 'persistent latch') : '',
    keyConfig.private && !slotConfig.isSecret ? 'not secret' : '',
    keyConfig.reserved13 ? 'reserved bit 13' : '',
    keyConfig.x509Id === 0 ? '' : `X.509 format ${keyConfig.x509Id}`,
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** "0", "88", or that the bytes are no count. */
export function counterWords(counter: CounterField): string {
  return counter.kind === 'count' ? `count ${counter.value}` : 'not a count';
}

/** Lock byte: 55 open, 00 locked, anything else as it is. */
export function lockWords(value: number): string {
  if (value === 0x55) return 'open';
  return value === 0 ? 'locked' : `${hex8(value)} is neither 55 nor 00`;
}

/** "no slot locked" or the locked ones. */
export function slotLockWords(config: ConfigZone): string {
  const locked = config.slots.filter((slot) => isSlotLocked(config, slot.number)).map((slot) => slot.number);
  return locked.length === 0 ? 'no slot locked' : `locked: ${locked.join(', ')}`;
}
