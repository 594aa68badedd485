/** Public keys in certificates are those of the chips: one piece of code pads, unpads and names them (atecc/public-key.ts). */
export { padPublicKey, publicKeyId as keyId, unpadPublicKey } from '../atecc/public-key.ts';
