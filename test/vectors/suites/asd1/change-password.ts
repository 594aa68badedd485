import {
  dataAddress,
  genDigSlot,
  nonceDigest,
  openSession,
  sealBlock,
  writeEncrypted,
} from '../../../../src-shared/atecc/index.ts';
import { bytesOf, compareAll, integerOf } from '../../fields.ts';
import type { Judge } from '../../judge.ts';

/** asd1.json change-password: one encrypted write of a key slot under the other (signer-and-server.md 6.8). */
export const judge: Judge = ({ in: given, out }) => {
  const keySlot = integerOf(given, 'write_key_slot');
  const sn = bytesOf(given, 'sn');
  const inputs = { numIn: bytesOf(given, 'num_in'), randOut: bytesOf(given, 'rand_out') };
  const session = openSession({ key: bytesOf(given, 'write_key'), keySlot, sn, ...inputs });
  const address = dataAddress(integerOf(given, 'target_slot'), 0);
  const sealed = sealBlock(session, address, sn, bytesOf(given, 'new_key'));
  return compareAll(out, {
    nonce_temp_key: nonceDigest(inputs.randOut, inputs.numIn),
    gendig_packet: genDigSlot(keySlot).packet,
    gendig_temp_key: session,
    cipher: sealed.cipher,
    mac: sealed.mac,
    write_packet: writeEncrypted(address, sealed).packet,
  });
};
