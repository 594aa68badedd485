/** What a USB identity lets one expect; never what it proves: signer, root and plain kit look the same (signer-and-server.md 1.2). */
export type UsbKitKind =
  /** 2015 family or Trust Platform: CK490, CK590, signer and root sticks share one identity. */
  | 'stick'
  /** Root or signer stick of the 2016 AWS kit. */
  | 'aws-stick'
  /** Product board of the 2017 kit, which speaks the Kit Protocol. */
  | 'aws-board'
  /** A board's virtual COM port that may carry the Kit Protocol. */
  | 'com';

/** One row of kit-protocol.md 5. */
export interface UsbIdentity {
  readonly vendorId: number;
  readonly productId: number;
  readonly transport: 'hid' | 'serial';
  readonly kind: UsbKitKind;
  /** What an operator may call it. */
  readonly name: string;
}

/** USB identities of kits (kit-protocol.md 5). */
export const usbIdentities: readonly UsbIdentity[] = [
  {
    vendorId: 0x03eb,
    productId: 0x2312,
    transport: 'hid',
    kind: 'stick',
    name: 'CryptoAuthentication stick or Trust Platform',
  },
  {
    vendorId: 0x03eb,
    productId: 0x2122,
    transport: 'serial',
    kind: 'com',
    name: 'CryptoAuthentication kit, serial build',
  },
  { vendorId: 0x03eb, productId: 0x2013, transport: 'hid', kind: 'stick', name: 'CryptoAuthentication microbase' },
  { vendorId: 0x03eb, productId: 0x2018, transport: 'serial', kind: 'com', name: 'AT90USB kit, serial build' },
  { vendorId: 0x03eb, productId: 0x2404, transport: 'serial', kind: 'com', name: 'SAM D21 or SAM G55 kit (ASF CDC)' },
  { vendorId: 0x03eb, productId: 0x2111, transport: 'serial', kind: 'com', name: 'Xplained board (debugger COM port)' },
  { vendorId: 0x04d8, productId: 0x0f30, transport: 'hid', kind: 'aws-stick', name: 'AWS root stick' },
  { vendorId: 0x04d8, productId: 0x0f31, transport: 'hid', kind: 'aws-stick', name: 'AWS signer stick' },
  { vendorId: 0x04d8, productId: 0x0f32, transport: 'hid', kind: 'aws-board', name: 'AWS zero-touch board' },
  { vendorId: 0x04d8, productId: 0x0f33, transport: 'hid', kind: 'aws-board', name: 'AWS zero-touch board' },
];

/** The row for a USB identity on a transport; undefined when no kit is known by it. */
export function usbIdentity(vendorId: number, productId: number, transport: 'hid' | 'serial'): UsbIdentity | undefined {
  return usbIdentities.find(
    (row) => row.vendorId === vendorId && row.productId === productId && row.transport === transport,
  );
}
