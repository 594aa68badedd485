import { fromLatin1 } from '../octets.ts';
import type { SeededRandom } from '../random.ts';
import type { LineAction, Strike } from './fault.ts';

/** What is left of a reply after the line's faults. */
export interface SpoiltReply {
  /** Handed to the host one by one. */
  readonly pieces: readonly Uint8Array[];
  readonly delayMs: number;
}

/**
 * Applies the faults of one line to its reply, in the order of the file. `request` is the line as it came, `reply` every
 * character the kit sends back.
 */
export function spoilReply(
  request: string,
  reply: string,
  strikes: readonly Strike[],
  random: SeededRandom,
): SpoiltReply {
  let bytes = fromLatin1(reply);
  let delayMs = 0;
  let split = false;
  for (const { action } of strikes) {
    if (action.do === 'delay-reply') delayMs += action.ms;
    else if (action.do === 'rewrite-reply' && action.as === 'split') split = true;
    else bytes = spoil(bytes, request, action, random);
  }
  if (bytes.length === 0) return { pieces: [], delayMs };
  return { pieces: split ? Array.from(bytes, (byte) => Uint8Array.of(byte)) : [bytes], delayMs };
}

function spoil(
  bytes: Uint8Array,
  request: string,
  action: Strike['action'],
  random: SeededRandom,
): Uint8Array<ArrayBuffer> {
  switch (action.do) {
    case 'drop-reply':
      return new Uint8Array();
    case 'corrupt-reply': {
      const copy = bytes.slice();
      const at = action.byte ?? random.below(Math.max(1, copy.length - 1));
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ action.xor;
      return copy;
    }
    case 'truncate-reply':
      return joined(bytes.slice(0, action.characters), action.lineFeed ? LINE_FEED : NOTHING);
    case 'duplicate-reply':
      return joined(bytes, bytes);
    case 'garbage':
      if (action.where === 'instead') return action.bytes.slice();
      return action.where === 'before' ? joined(action.bytes, bytes) : joined(bytes, action.bytes);
    case 'echo':
      return joined(fromLatin1(`${request}\n`), bytes);
    case 'rewrite-reply':
      return rewritten(bytes, action);
    default:
      return bytes.slice();
  }
}

function rewritten(bytes: Uint8Array, action: Extract<LineAction, { do: 'rewrite-reply' }>): Uint8Array<ArrayBuffer> {
  if (action.as === 'nul-padded') return joined(NULS, bytes, NULS);
  if (action.as === 'lower-case') {
    return bytes.slice().map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
  }
  const out: number[] = [];
  for (const byte of bytes) {
    if (byte === 0x0a) out.push(0x0d);
    out.push(byte);
  }
  return Uint8Array.from(out);
}

const NOTHING = new Uint8Array();
const LINE_FEED = Uint8Array.of(0x0a);
const NULS = new Uint8Array(3);

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
