import { createHash, randomBytes } from 'node:crypto';
import { join, le32 } from './bytes.ts';

/** Where a chip's random numbers come from: RNG output, private keys, signature nonces, output nonces. */
export interface RandomSource {
  /** `count` fresh bytes. */
  bytes(count: number): Uint8Array;
}

/** The machine's generator. */
export function systemRandom(): RandomSource {
  return { bytes: (count) => new Uint8Array(randomBytes(count)) };
}

/** The same bytes for the same seed, for ever: SHA-256 in counter mode. Not for secrets. */
export function seededRandom(seed: string | number): RandomSource {
  const key = createHash('sha256').update(`signet simulator ${seed}`).digest();
  let counter = 0;
  let block = new Uint8Array(0);
  return {
    bytes(count) {
      const out = new Uint8Array(count);
      for (let filled = 0; filled < count; ) {
        if (block.length === 0) {
          block = new Uint8Array(
            createHash('sha256')
              .update(join(key, le32(counter)))
              .digest(),
          );
          counter += 1;
        }
        const part = block.subarray(0, count - filled);
        out.set(part, filled);
        filled += part.length;
        block = block.slice(part.length);
      }
      return out;
    },
  };
}

/** Gives the chunks in order, one for each call of that length, then whatever `then` gives: for worked numbers of the pages. */
export function scriptedRandom(chunks: readonly Uint8Array[], then: RandomSource): RandomSource {
  const queue = [...chunks];
  return {
    bytes(count) {
      if (queue[0]?.length !== count) return then.bytes(count);
      return queue.shift() ?? then.bytes(count);
    },
  };
}
