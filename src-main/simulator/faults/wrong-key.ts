import { createECDH } from 'node:crypto';
import { withCrc } from '../octets.ts';
import type { SeededRandom } from '../random.ts';

const GEN_KEY = 0x40;
const SIGN = 0x41;
const MAC = 0x08;
const ECDH = 0x43;

/**
 * The answer as if another key stood in the chip: a point of the curve that is not this chip's, a signature that does not
 * verify, another digest; count and CRC are right. Answers of other commands, and status packets, stay as they are.
 */
export function otherKeysAnswer(packet: Uint8Array, answer: Uint8Array, random: SeededRandom): Uint8Array {
  const payload = otherPayload(packet[1], answer.length - 3, random);
  if (payload === undefined) return answer;
  const changed = new Uint8Array(answer.length);
  changed[0] = answer.length;
  changed.set(payload, 1);
  return withCrc(changed);
}

function otherPayload(opcode: number | undefined, length: number, random: SeededRandom): Uint8Array | undefined {
  if (opcode === GEN_KEY && length === 64) return otherPublicKey(random);
  if (opcode === SIGN && length === 64) return scalarBytes(random, 64);
  if ((opcode === MAC || opcode === ECDH) && length === 32) return random.bytes(32);
  return undefined;
}

/** X‖Y of a key that nobody holds. */
function otherPublicKey(random: SeededRandom): Uint8Array {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(scalarBytes(random, 32));
  return Uint8Array.from(pair.getPublicKey().subarray(1));
}

/** Random bytes whose 32-byte halves are surely below the order of the curve and not zero. */
function scalarBytes(random: SeededRandom, length: number): Uint8Array {
  const bytes = random.bytes(length);
  for (let at = 0; at < length; at += 32) {
    bytes[at] = (bytes[at] ?? 0) & 0x7f;
    bytes[at + 31] = (bytes[at + 31] ?? 0) | 1;
  }
  return bytes;
}
