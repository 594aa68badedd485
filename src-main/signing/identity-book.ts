import type { ReissueIdentity } from './pool.ts';

/**
 * Remembers signers that were seen, so that an archived certificate can be handed out again when its signer is not plugged in
 * (signer-and-server.md 7.3: re-issue ignores the signer's state). Nothing secret.
 */
export interface SignerIdentityBook {
  /** Resolves when it is on the disk; the same identity again costs nothing. */
  remember(identity: ReissueIdentity & { readonly deviceDefinitionDigest: Uint8Array }): Promise<void>;
  /** By serial number (18 hex digits) and digest of the device definition (64 hex digits), upper case. */
  identity(serialNumber: string, definitionDigest: string): ReissueIdentity | undefined;
}
