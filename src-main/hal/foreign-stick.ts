import { usbIdentity } from '../../src-shared/kit/usb-identities.ts';
import type { ChannelDescription } from './byte-channel.ts';

/**
 * What a stick is that is shown and never used: root and signer stick of the 2016 AWS kit, whose own firmware signs for anybody
 * (signer-and-server.md 1.4). Undefined for every other port. They are known by their USB identity, before anything is asked.
 */
export function foreignStick({ vendorId, productId }: ChannelDescription): string | undefined {
  if (vendorId === undefined || productId === undefined) return undefined;
  const identity = usbIdentity(vendorId, productId, 'hid');
  return identity?.kind === 'aws-stick'
    ? `${identity.name} of 2016: its firmware signs without a password, so it is shown and never asked to sign`
    : undefined;
}
