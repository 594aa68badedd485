import { checkSerialNumber, serialNumberOf } from '../../src-shared/atecc/serial.ts';
import { equalBytes, readU16le, toHex } from '../../src-shared/base/bytes.ts';
import { isPublicKey, keyId, verifyDigest } from '../../src-shared/certificates/index.ts';
import { type CertificateRequest, type Refusal, refusal, type SignerSelection } from './request.ts';
import type { SignerIdentity } from './signer-module.ts';
import { verifyP256Message } from './verify.ts';

/** How strictly the chip's proof of possession is wanted (signer-and-server.md 7.2). */
export type ProofPolicy = 'off' | 'if-offered' | 'required';

/** Checks that need nothing but the request, in the order of 7.2; undefined = passed. */
export function checkRequest(request: CertificateRequest, proofPolicy: ProofPolicy): Refusal | undefined {
  const { configZone, publicKey, selection } = request;
  if (configZone.length !== 128 || publicKey.length !== 64)
    return refusal('BAD_FIELD', 'config zone or public key has the wrong length');
  if (selection.caPublicKey === undefined && selection.caKeyId === undefined) {
    return refusal('MISSING_FIELD', "the signer's CA key or key id is missing");
  }
  const serialNumber = serialNumberOf(configZone);
  if (!checkSerialNumber(serialNumber).plausible) {
    return refusal('DEVICE_SN_INVALID', `${toHex(serialNumber)} is no serial number of this chip family`);
  }
  if (configZone[87] !== 0) return refusal('CONFIG_NOT_LOCKED', 'the configuration zone of the chip is not locked');
  if (!isPublicKey(publicKey)) return refusal('PUBLIC_KEY_INVALID', 'the public key is not a point of the curve');
  if (proofPolicy === 'off') return undefined;
  if (request.proof === undefined) {
    return proofPolicy === 'required' ? refusal('POP_INVALID', 'a proof of possession is required') : undefined;
  }
  const { digest, message, signature } = request.proof;
  const proven =
    message === undefined
      ? verifyDigest(publicKey, digest, signature)
      : verifyP256Message(publicKey, message, signature);
  if (!proven) {
    return refusal('POP_INVALID', 'the proof of possession does not verify');
  }
  return undefined;
}

/**
 * Whether the key slot can hold only a key that the chip made itself: Private, IsSecret, WriteConfig bit 14 (encrypted
 * PrivWrite) clear. It matters after the data lock only; before it LOOKUP answers the question (7.10).
 */
export function checkKeySlot(configZone: Uint8Array, slot: number): Refusal | undefined {
  if (slot > 15) return refusal('CONFIG_UNSAFE', `slot ${slot} is no key slot`);
  const slotConfig = readU16le(configZone, 20 + 2 * slot);
  const keyConfig = readU16le(configZone, 96 + 2 * slot);
  if ((keyConfig & 1) === 0) return refusal('CONFIG_UNSAFE', `slot ${slot} is not configured for a private key`);
  if ((slotConfig & 0x80) === 0) return refusal('CONFIG_UNSAFE', `slot ${slot} is not secret`);
  if ((slotConfig & 0x4000) !== 0) return refusal('CONFIG_UNSAFE', `slot ${slot} accepts a key from outside`);
  return undefined;
}

/** How well a module fits a selection. `definition` = all but the definition digest fits. */
export function matchSigner(identity: SignerIdentity, selection: SignerSelection): 'fits' | 'definition' | 'no' {
  const { caPublicKey, caKeyId } = selection;
  if (identity.isRoot) return 'no';
  if (caPublicKey !== undefined && !equalBytes(identity.rootPublicKey, caPublicKey)) return 'no';
  if (caKeyId !== undefined && !equalBytes(keyId(identity.rootPublicKey), caKeyId)) return 'no';
  if (selection.chainId !== undefined && selection.chainId !== identity.chainId) return 'no';
  if (selection.deviceTemplateId !== undefined && selection.deviceTemplateId !== identity.deviceTemplateId) return 'no';
  if (selection.signerTemplateId !== undefined && selection.signerTemplateId !== identity.signerTemplateId) return 'no';
  if (selection.signerSerialNumber !== undefined && !equalBytes(selection.signerSerialNumber, identity.serialNumber))
    return 'no';
  const { deviceDefinitionDigest } = selection;
  if (deviceDefinitionDigest !== undefined && !equalBytes(deviceDefinitionDigest, identity.deviceDefinitionDigest))
    return 'definition';
  return 'fits';
}
