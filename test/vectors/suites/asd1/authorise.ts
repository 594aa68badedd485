import {
  CHECK_MAC_SLOT_AND_TEMP_KEY,
  checkMac,
  checkMacResponse,
  infoState,
  nonceDigest,
  noncePassThrough,
  nonceRandom,
  signExternal,
} from '../../../../src-shared/atecc/index.ts';
import { bytesOf, compareAll } from '../../fields.ts';
import type { Judge } from '../../judge.ts';

/** Slots of a signer module: password key and signing key (signer-and-server.md 6.1). */
const PASSWORD_SLOT = 4;
const SIGNING_SLOT = 3;

/** asd1.json authorise: the packets of one signature of a signer module (signer-and-server.md 6.6). */
export const judge: Judge = ({ in: given, out }) => {
  const numIn = bytesOf(given, 'num_in');
  const otherData = bytesOf(given, 'other_data');
  const tempKey = nonceDigest(bytesOf(given, 'rand_out'), numIn);
  const response = checkMacResponse(bytesOf(given, 'k4'), tempKey, otherData, bytesOf(given, 'sn'));
  const challenge = new Uint8Array(32);
  return compareAll(out, {
    temp_key: tempKey,
    response,
    nonce_packet: nonceRandom(numIn).packet,
    checkmac_packet: checkMac(CHECK_MAC_SLOT_AND_TEMP_KEY, PASSWORD_SLOT, { challenge, response, otherData }).packet,
    state_packet: infoState().packet,
    digest_packet: noncePassThrough(bytesOf(given, 'tbs_sha256')).packet,
    sign_packet: signExternal(SIGNING_SLOT).packet,
  });
};
