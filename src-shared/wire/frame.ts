import { concat, readU16be, readU32be, u16be, u32be } from '../base/bytes.ts';
import type { WireFault } from './fault.ts';

/** Bytes of the header: "ATPR", major, minor, u16 type, u32 transaction, u32 body length; big-endian (signer-and-server.md 7.1). */
export const HEADER_SIZE = 16;

/** Longest body in bytes (signer-and-server.md 7.1, 7.5). */
export const MAX_BODY = 65_536;

/** Version that this code speaks. The same major is compatible; a minor adds tags (7.6). */
const PROTOCOL_MAJOR = 1;
const PROTOCOL_MINOR = 0;

const MAGIC = Uint8Array.of(0x41, 0x54, 0x50, 0x52);

/** One frame. `transaction` is the client's number, echoed by the server. */
export interface Frame {
  readonly type: number;
  readonly transaction: number;
  readonly body: Uint8Array;
}

/** A frame as bytes. RangeError when the body is longer than 65,536 bytes: the caller checks what it may send. */
export function encodeFrame(frame: Frame): Uint8Array {
  if (frame.body.length > MAX_BODY) throw new RangeError(`a body of ${frame.body.length} bytes does not fit a frame`);
  return concat(
    MAGIC,
    [PROTOCOL_MAJOR, PROTOCOL_MINOR],
    u16be(frame.type),
    u32be(frame.transaction),
    u32be(frame.body.length),
    frame.body,
  );
}

/**
 * What the decoder hands on. `broken` comes once and last: a bad header cannot be resynchronised, so the connection is
 * answered with the error and closed (7.5). `transaction` is 0 where the header did not get that far.
 */
export type FrameEvent =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'broken'; readonly fault: WireFault; readonly transaction: number };

/**
 * Frames from a byte stream, whatever way it arrives in pieces. Holds at most one header and one body; a body is given
 * room only as its bytes arrive. A wrong first byte is noticed at once, not after sixteen.
 */
export class FrameDecoder {
  readonly #maxBody: number;
  readonly #header = new Uint8Array(HEADER_SIZE);
  #headerLength = 0;
  #body: Uint8Array = new Uint8Array(0);
  #bodyLength = 0;
  #announced = 0;
  #broken = false;

  /** `maxBody` lets a client refuse more than it can hold; never above 65,536. */
  constructor(maxBody: number = MAX_BODY) {
    this.#maxBody = Math.min(maxBody, MAX_BODY);
  }

  /** Whether a frame has begun and is not complete: the 10 s of 7.5 run while this is true. */
  get started(): boolean {
    return this.#headerLength > 0;
  }

  /** Whether a bad header came; further bytes are ignored. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Bytes that are missing at least: the rest of the header, or of the body that it announced. */
  get missing(): number {
    return this.#headerLength < HEADER_SIZE ? HEADER_SIZE - this.#headerLength : this.#announced - this.#bodyLength;
  }

  /** The frames that these bytes complete, in order, and a last event if the stream is broken. */
  push(bytes: Uint8Array): FrameEvent[] {
    const events: FrameEvent[] = [];
    let at = 0;
    while (at < bytes.length && !this.#broken) {
      const piece = bytes.subarray(at, at + this.missing);
      at += piece.length;
      if (this.#headerLength < HEADER_SIZE) {
        this.#header.set(piece, this.#headerLength);
        this.#headerLength += piece.length;
        const fault = this.#headerFault();
        if (fault !== undefined) {
          this.#broken = true;
          const transaction = this.#headerLength >= 12 ? readU32be(this.#header, 8) : 0;
          events.push({ kind: 'broken', fault, transaction });
          return events;
        }
        if (this.#headerLength < HEADER_SIZE) return events;
        this.#announced = readU32be(this.#header, 12);
      } else {
        this.#append(piece);
      }
      if (this.#bodyLength === this.#announced) events.push({ kind: 'frame', frame: this.#take() });
    }
    return events;
  }

  /** The first thing that is wrong with what is there of the header. */
  #headerFault(): WireFault | undefined {
    for (let i = 0; i < Math.min(this.#headerLength, MAGIC.length); i += 1) {
      if (this.#header[i] !== MAGIC[i]) return { code: 'MALFORMED', message: 'These bytes are not ATPR.' };
    }
    const major = this.#header[4];
    if (this.#headerLength < HEADER_SIZE) return undefined;
    if (major !== PROTOCOL_MAJOR) {
      return { code: 'VERSION', message: `The other side speaks ATPR ${major}, this one ATPR ${PROTOCOL_MAJOR}.` };
    }
    const length = readU32be(this.#header, 12);
    if (length > this.#maxBody) {
      return {
        code: 'TOO_LARGE',
        message: `A body of ${length} bytes is announced; at most ${this.#maxBody} are taken.`,
      };
    }
    return undefined;
  }

  #append(piece: Uint8Array): void {
    const needed = this.#bodyLength + piece.length;
    if (needed > this.#body.length) {
      const grown = new Uint8Array(Math.min(this.#announced, Math.max(needed, 2 * this.#body.length, 512)));
      grown.set(this.#body.subarray(0, this.#bodyLength));
      this.#body = grown;
    }
    this.#body.set(piece, this.#bodyLength);
    this.#bodyLength = needed;
  }

  #take(): Frame {
    const frame = {
      type: readU16be(this.#header, 6),
      transaction: readU32be(this.#header, 8),
      body: this.#body.slice(0, this.#bodyLength),
    };
    this.#headerLength = 0;
    this.#announced = 0;
    this.#bodyLength = 0;
    this.#body = new Uint8Array(0);
    return frame;
  }
}
