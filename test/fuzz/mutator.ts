import { SeededRandom } from '../../src-main/simulator/random.ts';

/** Inputs made of seeds by small harm: the same seed number gives the same input on every machine. */
export interface MutatorOptions {
  readonly corpus: readonly Uint8Array[];
  /** Words that mean something to the target. */
  readonly words: readonly string[];
  /** Longest input, bytes. */
  readonly longest: number;
  /** Usual length of a piece cut out of a longer seed. */
  readonly window: number;
}

const interesting = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x0d, 0x09, 0x20, 0x28, 0x29, 0x2c, 0x30, 0x7b, 0x7d, 0x5c];

/** The `index`-th input of a run with this seed. */
export function inputOf(options: MutatorOptions, seed: number, index: number): Uint8Array {
  const random = new SeededRandom(seed * 1_000_003 + index);
  let bytes = pieceOf(options, random);
  const steps = 1 + random.below(random.chance(0.1) ? 24 : 5);
  for (let i = 0; i < steps; i += 1) bytes = mutated(bytes, options, random);
  return bytes.subarray(0, options.longest);
}

function pieceOf(options: MutatorOptions, random: SeededRandom): Uint8Array {
  const seed = options.corpus[random.below(options.corpus.length)] ?? new Uint8Array(0);
  if (seed.length <= options.window || random.chance(0.02)) return Uint8Array.from(seed);
  const start = random.below(seed.length - options.window);
  return seed.slice(start, start + options.window);
}

function mutated(bytes: Uint8Array, options: MutatorOptions, random: SeededRandom): Uint8Array {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(random.chance(0.2) ? 64 : 8));
  switch (random.below(10)) {
    case 0:
      return changed(bytes, at, (byte) => byte ^ (1 << random.below(8)));
    case 1:
      return changed(bytes, at, () => random.below(256));
    case 2:
      return changed(bytes, at, () => interesting[random.below(interesting.length)] ?? 0);
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(end));
    case 4:
      return joined(bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end));
    case 5:
      return joined(bytes.subarray(0, at), random.bytes(1 + random.below(8)), bytes.subarray(at));
    case 6:
      return joined(bytes.subarray(0, at), wordOf(options, random), bytes.subarray(at));
    case 7:
      return joined(
        bytes.subarray(0, at),
        repeated(bytes.subarray(at, end), 2 + random.below(40)),
        bytes.subarray(end),
      );
    case 8: {
      const other = pieceOf(options, random);
      return joined(bytes.subarray(0, at), other.subarray(random.below(other.length + 1)));
    }
    default:
      return bytes.slice(0, at);
  }
}

function changed(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (at < copy.length) copy[at] = change(copy[at] ?? 0);
  return copy;
}

function wordOf(options: MutatorOptions, random: SeededRandom): Uint8Array {
  return Buffer.from(options.words[random.below(options.words.length)] ?? '', 'latin1');
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
