import { at, join, le32, readLe32, zeros } from './bytes.ts';

/**
 * SHA-256 as the SHA command needs it: a context that can be read out and written back (608 modes 06 and 07), which
 * node's hash objects do not allow. All other digests of the chip are node's.
 */

const roundConstants = primes(64).map((prime) => fraction(Math.cbrt(prime)));
const startState = primes(8).map((prime) => fraction(Math.sqrt(prime)));

function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

function fraction(value: number): number {
  return Math.floor((value % 1) * 0x1_0000_0000) >>> 0;
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** A SHA-256 computation in progress. */
export class Sha256 {
  #state: number[] = [...startState];
  #pending: Uint8Array = new Uint8Array(0);
  #length = 0;

  update(data: Uint8Array): this {
    this.#length += data.length;
    let rest = join(this.#pending, data);
    while (rest.length >= 64) {
      this.#compress(rest.subarray(0, 64));
      rest = rest.subarray(64);
    }
    this.#pending = rest.slice();
    return this;
  }

  /** The digest of everything absorbed; the context goes on as if it had not been asked. */
  digest(): Uint8Array {
    const copy = this.clone();
    const bits = copy.#length * 8;
    const padding = (119 - (copy.#length % 64)) % 64;
    const high = Math.floor(bits / 0x1_0000_0000);
    copy.update(join([0x80], zeros(padding), le32(high).reverse(), le32(bits % 0x1_0000_0000).reverse()));
    return join(...copy.#state.map((word) => le32(word).reverse()));
  }

  clone(): Sha256 {
    const copy = new Sha256();
    copy.#state = [...this.#state];
    copy.#pending = this.#pending.slice();
    copy.#length = this.#length;
    return copy;
  }

  /** Length LE32, state words, pending bytes. The layout on silicon is not published; only giving it back matters. */
  export(): Uint8Array {
    return join(le32(this.#length), ...this.#state.map((word) => le32(word).reverse()), this.#pending);
  }

  /** A context from `export`; undefined when the bytes cannot be one. */
  static restore(bytes: Uint8Array): Sha256 | undefined {
    const length = readLe32(bytes, 0);
    if (bytes.length !== 36 + (length % 64)) return undefined;
    const context = new Sha256();
    context.#length = length;
    context.#state = context.#state.map((_, i) => readLe32(bytes.slice(4 + 4 * i, 8 + 4 * i).reverse(), 0));
    context.#pending = bytes.slice(36);
    return context;
  }

  #compress(block: Uint8Array): void {
    const w: number[] = [];
    for (let i = 0; i < 16; i += 1) {
      w.push(
        (at(block, 4 * i) << 24) | (at(block, 4 * i + 1) << 16) | (at(block, 4 * i + 2) << 8) | at(block, 4 * i + 3),
      );
    }
    const word = (i: number): number => w[i] ?? 0;
    for (let i = 16; i < 64; i += 1) {
      const s0 = rotate(word(i - 15), 7) ^ rotate(word(i - 15), 18) ^ (word(i - 15) >>> 3);
      const s1 = rotate(word(i - 2), 17) ^ rotate(word(i - 2), 19) ^ (word(i - 2) >>> 10);
      w.push((word(i - 16) + s0 + word(i - 7) + s1) | 0);
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = this.#state;
    for (let i = 0; i < 64; i += 1) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (roundConstants[i] ?? 0) + word(i)) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    this.#state = [a, b, c, d, e, f, g, h].map((value, i) => ((this.#state[i] ?? 0) + value) >>> 0);
  }
}

/** HMAC-SHA-256 in progress, built on the same context. */
export class HmacSha256 {
  readonly #outer: Sha256;
  readonly #inner: Sha256;

  /** `key` is at most 64 bytes. */
  constructor(key: Uint8Array) {
    const padded = new Uint8Array(64);
    padded.set(key);
    this.#inner = new Sha256().update(padded.map((byte) => byte ^ 0x36));
    this.#outer = new Sha256().update(padded.map((byte) => byte ^ 0x5c));
  }

  update(data: Uint8Array): this {
    this.#inner.update(data);
    return this;
  }

  digest(): Uint8Array {
    return this.#outer.clone().update(this.#inner.digest()).digest();
  }
}
