import { usbIdentity } from '../../src-shared/kit/usb-identities.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import type { ChannelDescription } from './byte-channel.ts';

/**
 * What a stick is that is shown and never used: root and signer stick of the 2016 AWS kit, whose own firmware signs for anybody
 * (signer-and-server.md 1.4). Undefined for every other port. They are known by their USB identity, before anything is asked.
 */
export function foreignStick({ vendorId, productId }: ChannelDescription): Reason | undefined {
  if (vendorId === undefined || productId === undefined) return undefined;
  const identity = usbIdentity(vendorId, productId, 'hid');
  return identity?.kind === 'aws-stick' ? reason('signer-aws-stick', { name: identity.name }) : undefined;
}
