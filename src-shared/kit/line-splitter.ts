/** Lines longer than this are no Kit Protocol: the longest real reply has under 320 characters (kit-protocol.md 2). */
export const MAX_LINE_LENGTH = 1024;

/** How much of an over-long line is kept, so that a person can see what it was. */
const KEPT_OF_OVERLONG = 80;

/** What the splitter hands on: a line without its end, or the head of one that was too long to be a line. */
export type KitLine =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'overlong'; readonly head: string };

const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts a byte stream into lines, whatever way the stream arrives in pieces. LF and CR both end a line, empty lines and
 * NUL bytes vanish (HID padding, `sizeof` strings of other hosts; kit-protocol.md 1), every other byte becomes the
 * character of the same number. Memory is bounded by `maxLength`, however long the other side goes on without a newline.
 */
export class LineSplitter {
  readonly #buffer: Uint8Array;
  #length = 0;
  #overlong = false;

  constructor(maxLength: number = MAX_LINE_LENGTH) {
    this.#buffer = new Uint8Array(maxLength);
  }

  /** The lines that these bytes complete, in order; the rest waits for the next call. */
  push(bytes: Uint8Array): KitLine[] {
    const lines: KitLine[] = [];
    for (const byte of bytes) {
      if (byte === LF || byte === CR) {
        if (this.#overlong) lines.push({ kind: 'overlong', head: this.#take().slice(0, KEPT_OF_OVERLONG) });
        else if (this.#length > 0) lines.push({ kind: 'line', text: this.#take() });
      } else if (byte !== 0) {
        if (this.#length < this.#buffer.length) {
          this.#buffer[this.#length] = byte;
          this.#length += 1;
        } else {
          this.#overlong = true;
        }
      }
    }
    return lines;
  }

  /** Forgets a line that has begun: what comes next starts afresh. */
  reset(): void {
    this.#length = 0;
    this.#overlong = false;
  }

  /** What has come of the line that is not finished, at most 80 characters: for messages about a kit that fell silent. */
  get pending(): string {
    return String.fromCharCode(...this.#buffer.subarray(0, Math.min(this.#length, KEPT_OF_OVERLONG)));
  }

  #take(): string {
    const text = String.fromCharCode(...this.#buffer.subarray(0, this.#length));
    this.reset();
    return text;
  }
}
