/**
 * Bytes that must not be shown: a signer's key, a master secret, a station key.
 * Printing, JSON, template strings and inspection yield "[secret]"; `wipe` zeroes the one copy we own.
 * What JavaScript cannot promise (copies made by the engine, by crypto calls) is said in the README.
 */
export class Secret {
  #bytes: Uint8Array | undefined;

  /** Takes ownership of the given array: the caller must not keep another reference. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Lends the bytes for the length of one call; throws RangeError after `wipe`. */
  use<T>(borrower: (bytes: Uint8Array) => T): T {
    if (this.#bytes === undefined) throw new RangeError('the secret was wiped');
    return borrower(this.#bytes);
  }

  /** Zeroes the bytes and forgets them. */
  wipe(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  get wiped(): boolean {
    return this.#bytes === undefined;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}
