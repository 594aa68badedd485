import type { ChannelDescription } from '../hal/byte-channel.ts';
import type { KitIdentity } from '../hal/transport.ts';
import type { ChipIdentity } from './identify.ts';

/**
 * What kind of kit this is. Everything but `plain` is never a site for boards unless an engineer bound its connector by
 * hand: a blank signer stick looks exactly like an unprovisioned board (signer-and-server.md 1.2).
 */
export type KitClass =
  /** Says so by its board name. */
  | 'signer'
  | 'root'
  /** A chip behind it carries a signer definition record (ASD1). */
  | 'signer-record'
  /** Any stick on HID: descriptors cannot tell signer, root and plain sticks apart. */
  | 'hid'
  | 'plain';

/** Long names of `b:f(00)`, short names of `b:v()`. */
const signerNames = ['AT88CKECCSIGNER', 'ECCSIGN'];
const rootNames = ['AT88CKECCROOT', 'ECCROOT'];

/** Class of a kit by its name, its chips and its channel, in this order. */
export function classifyKit(
  channel: ChannelDescription,
  kit: KitIdentity,
  chips: readonly Pick<ChipIdentity, 'signerRecord'>[],
): KitClass {
  const name = kit.name.trim().toUpperCase();
  if (signerNames.some((known) => name.startsWith(known))) return 'signer';
  if (rootNames.some((known) => name.startsWith(known))) return 'root';
  if (chips.some((chip) => chip.signerRecord)) return 'signer-record';
  return channel.kind === 'hid' ? 'hid' : 'plain';
}
