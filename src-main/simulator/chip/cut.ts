import { seededRandom } from './random-source.ts';

/** Power lost around one command (signer-and-server.md 6.10, provisioning-recipes.md 0). */
export interface PowerCut {
  /**
   * before: the chip never saw the command. during: what it was writing is torn as `torn` says.
   * after: everything is done, the answer is lost.
   */
  readonly when: 'before' | 'during' | 'after';
  /** How a write is torn; needed for `during`. A number is a seed that decides everything. */
  readonly torn?: TornPattern | number;
}

/** How one interrupted command leaves the EEPROM. */
export interface TornPattern {
  /** Bit n set = the n-th 4-byte word of the write is new, else old. Words count on over several writes of one command; a lock byte is a word. */
  readonly newWords: number;
  /** What a private-key slot holds afterwards. */
  readonly key: 'old' | 'new' | 'garbage-valid' | 'garbage-invalid';
}

/** Decides word by word. */
export interface Tear {
  /** Whether the next word is the new one. */
  word(): boolean;
  readonly key: TornPattern['key'];
  /** Bytes for garbage. */
  garbage(count: number): Uint8Array;
}

const KEY_FATES = ['garbage-invalid', 'garbage-valid', 'old', 'new'] as const;

/** The tear that a cut asks for; without a pattern it is seed 0's. */
export function tearOf(cut: PowerCut): Tear {
  const { torn = 0 } = cut;
  const source = seededRandom(`torn ${typeof torn === 'number' ? torn : `${torn.newWords} ${torn.key}`}`);
  const draw = (): number => source.bytes(1)[0] ?? 0;
  if (typeof torn === 'number') {
    const key = KEY_FATES[draw() & 3] ?? 'garbage-invalid';
    return { word: () => (draw() & 1) === 1, key, garbage: (count) => source.bytes(count) };
  }
  // By division: a mask of more than 32 words is no 32-bit number.
  let bits = torn.newWords;
  const word = (): boolean => {
    const isNew = bits % 2 === 1;
    bits = Math.floor(bits / 2);
    return isNew;
  };
  return { word, key: torn.key, garbage: (count) => source.bytes(count) };
}
