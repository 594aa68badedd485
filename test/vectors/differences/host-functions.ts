/** host-crypto: where the library's host functions and the reference pages part. */
import { afterNonce, libraryStatus, openWith, sealPrivateKeyWith, sealWith } from '../../../src-shared/atecc/index.ts';
import { equalBytes, toHex } from '../../../src-shared/base/bytes.ts';
import { bytesOf, compareAll, type Fields, integerOf, isFields, objectOf } from '../fields.ts';
import { type Judge, passed, type VectorCase, wrong } from '../judge.ts';
import { shown, tempKeyOf } from '../suites/host-crypto.ts';

/** A pass-through Nonce of 64 bytes into TempKey: mode 23. */
export function isNonceOf64Bytes(testCase: VectorCase): boolean {
  return testCase.function === 'atcah_nonce' && testCase.in['mode'] === 0x23;
}

/** Ours: TempKey holds all 64 bytes; everything else is as the library says. */
export const nonceOf64Bytes: Judge = ({ in: given, out }) => {
  const input = bytesOf(given, 'num_in');
  const { result, tempKey } = afterNonce(tempKeyOf(given), {
    mode: integerOf(given, 'mode'),
    param2: integerOf(given, 'zero'),
    input,
    keepGenKeyData: true,
  });
  if (!result.ok) return wrong('ours: refused');
  if (!equalBytes(tempKey.value, input)) return wrong('ours: TempKey is not the 64 bytes');
  const theirs = objectOf(out, 'temp_key');
  const firstHalf = toHex(input.subarray(0, 32)).toLowerCase();
  if (!String(theirs['value']).toLowerCase().startsWith(firstHalf)) return wrong('theirs: not even the first 32 bytes');
  return compareAll(
    { ...out, temp_key: { ...theirs, value: undefined } },
    { status: libraryStatus.ATCA_SUCCESS, temp_key: { ...shown(tempKey), value: undefined } },
  );
};

const sealing = new Set(['atcah_write_auth_mac', 'atcah_privwrite_auth_mac', 'atcah_decrypt']);

/** An otherwise good TempKey from a slot with NoMac, for an encrypted write or read; the library refuses it. */
export function isSessionFromNoMacSlot(testCase: VectorCase): boolean {
  const tempKey = testCase.in['temp_key'];
  if (!sealing.has(testCase.function ?? '') || !isFields(tempKey)) return false;
  const fits = tempKey['valid'] === 1 && (testCase.function !== 'atcah_decrypt' || fitsRead(tempKey));
  return fits && tempKey['no_mac_flag'] === 1 && testCase.out['status'] === libraryStatus.ATCA_EXECUTION_ERROR;
}

function fitsRead(tempKey: Fields): boolean {
  return tempKey['gen_dig_data'] === 1 && tempKey['source_flag'] === 0;
}

/** Ours: what the same TempKey without the flag gives. */
export const sessionFromNoMacSlot: Judge = (testCase) => {
  const flagged = tempKeyOf(testCase.in);
  const ours = seal(testCase, flagged);
  const plain = seal(testCase, { ...flagged, noMac: false });
  return ours !== undefined && ours === plain ? passed : wrong('ours: the flag makes a difference');
};

/** Hex of what the function gives with this TempKey; undefined when it refuses. */
function seal(testCase: VectorCase, tempKey: ReturnType<typeof tempKeyOf>): string | undefined {
  const { in: given } = testCase;
  if (testCase.function === 'atcah_decrypt') {
    const { result } = openWith(tempKey, bytesOf(given, 'crypto_data'));
    return result.ok ? toHex(result.value) : undefined;
  }
  const sealWithTempKey = testCase.function === 'atcah_write_auth_mac' ? sealWith : sealPrivateKeyWith;
  const { result } = sealWithTempKey(
    tempKey,
    integerOf(given, 'zone'),
    integerOf(given, 'key_id'),
    bytesOf(given, 'sn'),
    bytesOf(given, 'input_data'),
  );
  return result.ok ? toHex(result.value.cipher) + toHex(result.value.mac) : undefined;
}
