/**
 * Cuts a byte stream into lines: any split, NULs anywhere ignored (hosts send C strings with their 00, HID pads with it),
 * leading characters that do not print skipped, lines beyond the limit swallowed to their end and reported
 * (kit-protocol.md 1). Holds at most `limit` characters.
 */
export class LineInput {
  readonly #limit: number;
  readonly #endsAtCr: boolean;
  #held = '';
  #overlong = false;

  constructor(limit: number, endsAtCr = false) {
    this.#limit = limit;
    this.#endsAtCr = endsAtCr;
  }

  /** The lines that end within `bytes`, without their line feed. */
  push(bytes: Uint8Array): readonly InputLine[] {
    const lines: InputLine[] = [];
    for (const byte of bytes) {
      if (byte === LINE_FEED || (byte === CARRIAGE_RETURN && this.#endsAtCr)) {
        lines.push(this.#overlong ? { kind: 'overlong' } : { kind: 'line', text: this.#held });
        this.reset();
      } else if (byte !== 0 && (this.#held !== '' || prints(byte))) {
        if (this.#held.length < this.#limit) this.#held += String.fromCharCode(byte);
        else this.#overlong = true;
      }
    }
    return lines;
  }

  /** Forgets an unfinished line. */
  reset(): void {
    this.#held = '';
    this.#overlong = false;
  }
}

export type InputLine = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'overlong' };

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

function prints(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}
