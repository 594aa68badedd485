import type { ChannelDescription } from '../../hal/byte-channel.ts';
import type { KitOptions } from './kit.ts';

type UsbIdentity = Required<Pick<ChannelDescription, 'vendorId' | 'productId' | 'manufacturer' | 'product'>>;

/**
 * What USB says of a kit (kit-protocol.md 5). The four legacy names share one identity: descriptors cannot tell a signer
 * from a plain kit (signer-and-server.md 1.2).
 */
export function usbIdentity(kit: KitOptions): UsbIdentity {
  const vendorId = 0x03eb;
  if (kit.dialect === 'legacy') {
    return { vendorId, productId: 0x2312, manufacturer: 'ATMEL', product: 'Crypto Device Demo' };
  }
  // Its UART goes through the debugger of the Xplained Pro.
  if (kit.dialect === 'signet') return { vendorId, productId: 0x2111, manufacturer: 'Atmel Corp.', product: 'EDBG' };
  return { vendorId, productId: 0x2404, manufacturer: 'ATMEL ASF', product: 'Communication Device Class ASF example' };
}
