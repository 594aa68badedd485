import {
  libraryStatus,
  padPublicKey,
  publicKeyId,
  readPublicKey,
  unpadPublicKey,
  writePublicKey,
} from '../../../src-shared/atecc/index.ts';
import { signatureBitString, signatureFromBitString } from '../../../src-shared/certificates/index.ts';
import { bytesOf, compareAll, integerOf, kindOf } from '../fields.ts';
import { type Judge, type VectorCase, type Verdict, wrong } from '../judge.ts';
import { answerFromMemory, record, succeed } from './packets/drive.ts';

const { ATCA_SUCCESS: success, ATCA_BAD_PARAM: refused } = libraryStatus;

/** public-key-format.json: padded form, the packets that store and fetch it, key id, signature as BIT STRING and back. */
export const judge: Judge = (testCase) => {
  const { in: given, out } = testCase;
  switch (kindOf(testCase)) {
    case 'add_padding':
      return compareAll(out, { slot_bytes: padPublicKey(bytesOf(given, 'public_key')) });
    case 'remove_padding':
      return compareAll(out, { public_key: unpadPublicKey(bytesOf(given, 'slot_bytes')) });
    case 'key_id':
      return compareAll(out, { status: success, key_id: publicKeyId(bytesOf(given, 'public_key')) });
    case 'signature_der':
      return judgeSignature(testCase);
    case 'write_pubkey': {
      const { packets, result } = record(
        writePublicKey(integerOf(given, 'slot'), bytesOf(given, 'public_key')),
        succeed,
      );
      return compareAll(out, { status: result.ok ? success : refused, packets });
    }
    case 'read_pubkey': {
      const { packets, result } = record(
        readPublicKey(integerOf(given, 'slot')),
        answerFromMemory(bytesOf(given, 'slot_memory')),
      );
      if (!result.ok) return compareAll(out, { status: refused, packets });
      return compareAll(out, { status: success, public_key: result.value, packets });
    }
    default:
      return wrong(`kind ${kindOf(testCase)}`);
  }
};

function judgeSignature({ in: given, out }: VectorCase): Verdict {
  const bitString = signatureBitString(bytesOf(given, 'raw'));
  const decoded = signatureFromBitString(bitString);
  return compareAll(out, {
    status: success,
    bit_string: bitString,
    decode_status: decoded.ok ? success : libraryStatus.ATCACERT_E_DECODING_ERROR,
    decoded: decoded.ok ? decoded.value : null,
  });
}
