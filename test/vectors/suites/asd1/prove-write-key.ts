import {
  CHECK_MAC_SLOT_AND_TEMP_KEY,
  checkMac,
  checkMacResponse,
  nonceDigest,
} from '../../../../src-shared/atecc/index.ts';
import { bytesOf, compareAll } from '../../fields.ts';
import type { Judge } from '../../judge.ts';

/** Slot of a signer module's write key (signer-and-server.md 6.1). */
const WRITE_KEY_SLOT = 5;

/** asd1.json prove-write-key: the CheckMac that proves slot 5 (signer-and-server.md 6.5 step 9 e). */
export const judge: Judge = ({ in: given, out }) => {
  const otherData = bytesOf(given, 'other_data');
  const tempKey = nonceDigest(bytesOf(given, 'rand_out'), bytesOf(given, 'num_in'));
  const response = checkMacResponse(bytesOf(given, 'k5'), tempKey, otherData, bytesOf(given, 'sn'));
  const input = { challenge: new Uint8Array(32), response, otherData };
  return compareAll(out, {
    temp_key: tempKey,
    response,
    checkmac_packet: checkMac(CHECK_MAC_SLOT_AND_TEMP_KEY, WRITE_KEY_SLOT, input).packet,
  });
};
