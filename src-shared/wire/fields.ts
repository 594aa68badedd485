import { concat, parseUtf8, readU16be, readU32be, u16be, u32be, utf8 } from '../base/bytes.ts';
import { BodyFault, tagName } from './fault.ts';
import { FIRST_CRITICAL_TAG, type Tlv } from './tlv.ts';

/** One certificate-write item: exactly one 32-byte block of a chip (signer-and-server.md 7.3, tag 0220). */
export interface WriteItem {
  /** 0 config, 1 OTP, 2 data */
  readonly zone: number;
  readonly slot: number;
  /** Byte offset in the slot, a multiple of 32. */
  readonly offset: number;
  /** 32 bytes */
  readonly data: Uint8Array;
}

/** Where the row of a request stands in the signing log (tag 0232). */
export interface LogReference {
  readonly sequence: number;
  /** 32 bytes */
  readonly rowHash: Uint8Array;
}

/** A text of a body is at most this many bytes of UTF-8 unless the field says otherwise (7.2). */
export const MAX_TEXT = 64;

/**
 * Reads the fields of one body. Every method takes a tag and its shape; what is wrong leaves as BodyFault
 * (BAD_FIELD, MISSING_FIELD, MALFORMED). `finish` refuses what must not be ignored.
 */
export class FieldReader {
  readonly #values = new Map<number, Uint8Array[]>();
  readonly #known = new Set<number>();

  constructor(tlvs: readonly Tlv[]) {
    for (const { tag, value } of tlvs) {
      const values = this.#values.get(tag);
      if (values === undefined) this.#values.set(tag, [value]);
      else values.push(value);
    }
  }

  /** Exactly `length` bytes, if the field is there. */
  optionalBytes(tag: number, length: number): Uint8Array | undefined {
    const value = this.#one(tag);
    if (value !== undefined && value.length !== length) {
      throw new BodyFault('BAD_FIELD', `Field ${tagName(tag)} has ${value.length} bytes instead of ${length}.`);
    }
    return value;
  }

  bytes(tag: number, length: number): Uint8Array {
    return required(tag, this.optionalBytes(tag, length));
  }

  /** Between 1 and `maximum` bytes. */
  optionalVariable(tag: number, maximum: number): Uint8Array | undefined {
    const value = this.#one(tag);
    if (value !== undefined && (value.length === 0 || value.length > maximum)) {
      throw new BodyFault('BAD_FIELD', `Field ${tagName(tag)} has ${value.length} bytes; 1 to ${maximum} are taken.`);
    }
    return value;
  }

  variable(tag: number, maximum: number): Uint8Array {
    return required(tag, this.optionalVariable(tag, maximum));
  }

  /** UTF-8 without control characters (logs are lines and columns), at most `maximum` bytes. */
  optionalText(tag: number, maximum: number = MAX_TEXT): string | undefined {
    const value = this.#one(tag);
    if (value === undefined) return undefined;
    const text = value.length > maximum ? undefined : parseUtf8(value);
    if (text === undefined || hasControlCharacter(text)) {
      throw new BodyFault('BAD_FIELD', `Field ${tagName(tag)} is not a text of at most ${maximum} bytes.`);
    }
    return text;
  }

  text(tag: number, maximum: number = MAX_TEXT): string {
    return required(tag, this.optionalText(tag, maximum));
  }

  /** Unsigned number of 1, 2 or 4 bytes. */
  optionalUnsigned(tag: number, width: 1 | 2 | 4): number | undefined {
    const value = this.optionalBytes(tag, width);
    if (value === undefined) return undefined;
    return width === 1 ? (value[0] ?? 0) : width === 2 ? readU16be(value, 0) : readU32be(value, 0);
  }

  unsigned(tag: number, width: 1 | 2 | 4): number {
    return required(tag, this.optionalUnsigned(tag, width));
  }

  /** Unsigned number of 8 bytes that JavaScript can count (below 2^53): ms since 1970, sequence numbers. */
  optionalUnsigned64(tag: number): number | undefined {
    const value = this.optionalBytes(tag, 8);
    return value === undefined ? undefined : readU64(tag, value, 0);
  }

  unsigned64(tag: number): number {
    return required(tag, this.optionalUnsigned64(tag));
  }

  /** A number that stands for one of the names, counted from 0. */
  choice<T extends string>(tag: number, names: readonly T[]): T {
    const name = names[this.unsigned(tag, 1)];
    if (name === undefined) throw new BodyFault('BAD_FIELD', `Field ${tagName(tag)} holds an unknown value.`);
    return name;
  }

  optionalLogReference(tag: number): LogReference | undefined {
    const value = this.optionalBytes(tag, 40);
    return value === undefined ? undefined : { sequence: readU64(tag, value, 0), rowHash: value.slice(8) };
  }

  logReference(tag: number): LogReference {
    return required(tag, this.optionalLogReference(tag));
  }

  /** All copies of a repeated field, at least one. */
  writeItems(tag: number): readonly WriteItem[] {
    this.#known.add(tag);
    const values = required(tag, this.#values.get(tag));
    return values.map((value) => {
      if (value.length !== 36) {
        throw new BodyFault('BAD_FIELD', `Field ${tagName(tag)} has ${value.length} bytes instead of 36.`);
      }
      return { zone: value[0] ?? 0, slot: value[1] ?? 0, offset: readU16be(value, 2), data: value.slice(4) };
    });
  }

  /** To be called last: refuses unknown tags from 8000 up and second copies of any tag that is not marked "repeated". */
  finish(repeated: ReadonlySet<number>): void {
    for (const [tag, values] of this.#values) {
      if (values.length > 1 && !repeated.has(tag)) {
        throw new BodyFault('MALFORMED', `Field ${tagName(tag)} stands ${values.length} times in the body.`);
      }
      if (tag >= FIRST_CRITICAL_TAG && !this.#known.has(tag)) {
        throw new BodyFault('BAD_FIELD', `Field ${tagName(tag)} is not known and must not be ignored.`);
      }
    }
  }

  #one(tag: number): Uint8Array | undefined {
    this.#known.add(tag);
    return this.#values.get(tag)?.[0];
  }
}

/** Collects the fields of a body; absent values are left out. Wrong lengths and numbers are the caller's mistake: RangeError. */
export class FieldWriter {
  readonly #tlvs: Tlv[] = [];

  bytes(tag: number, value: Uint8Array | undefined, length: number): this {
    if (value === undefined) return this;
    if (value.length !== length) {
      throw new RangeError(`field ${tagName(tag)}: ${value.length} bytes instead of ${length}`);
    }
    return this.#add(tag, value);
  }

  variable(tag: number, value: Uint8Array | undefined, maximum: number): this {
    if (value === undefined) return this;
    if (value.length === 0 || value.length > maximum) {
      throw new RangeError(`field ${tagName(tag)}: ${value.length} bytes, 1 to ${maximum} are possible`);
    }
    return this.#add(tag, value);
  }

  text(tag: number, value: string | undefined, maximum: number = MAX_TEXT): this {
    if (value === undefined) return this;
    const bytes = utf8(value);
    if (bytes.length > maximum) throw new RangeError(`field ${tagName(tag)}: a text of ${bytes.length} bytes`);
    if (hasControlCharacter(value)) throw new RangeError(`field ${tagName(tag)}: control characters in a text`);
    return this.#add(tag, bytes);
  }

  unsigned(tag: number, value: number | undefined, width: 1 | 2 | 4): this {
    if (value === undefined) return this;
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * width)) {
      throw new RangeError(`field ${tagName(tag)}: ${value} does not fit ${width} bytes`);
    }
    return this.#add(tag, width === 1 ? Uint8Array.of(value) : width === 2 ? u16be(value) : u32be(value));
  }

  unsigned64(tag: number, value: number | undefined): this {
    return value === undefined ? this : this.#add(tag, u64(tag, value));
  }

  choice<T extends string>(tag: number, value: T, names: readonly T[]): this {
    return this.unsigned(tag, names.indexOf(value), 1);
  }

  logReference(tag: number, value: LogReference | undefined): this {
    if (value === undefined) return this;
    if (value.rowHash.length !== 32) throw new RangeError(`field ${tagName(tag)}: a row hash has 32 bytes`);
    return this.#add(tag, concat(u64(tag, value.sequence), value.rowHash));
  }

  writeItems(tag: number, items: readonly WriteItem[]): this {
    for (const item of items) {
      if (item.data.length !== 32) throw new RangeError(`field ${tagName(tag)}: a block has 32 bytes`);
      this.#add(tag, concat([item.zone, item.slot], u16be(item.offset), item.data));
    }
    return this;
  }

  /** The fields, tags ascending; copies of a repeated tag keep their order (7.1). */
  get tlvs(): readonly Tlv[] {
    return this.#tlvs.toSorted((a, b) => a.tag - b.tag);
  }

  #add(tag: number, value: Uint8Array): this {
    this.#tlvs.push({ tag, value });
    return this;
  }
}

function required<T>(tag: number, value: T | undefined): T {
  if (value === undefined) throw new BodyFault('MISSING_FIELD', `Field ${tagName(tag)} is missing.`);
  return value;
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function readU64(tag: number, bytes: Uint8Array, offset: number): number {
  const number = readU32be(bytes, offset) * 2 ** 32 + readU32be(bytes, offset + 4);
  if (!Number.isSafeInteger(number))
    throw new BodyFault('BAD_FIELD', `Field ${tagName(tag)} holds too large a number.`);
  return number;
}

function u64(tag: number, value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`field ${tagName(tag)}: ${value} is no u64`);
  return concat(u32be(Math.floor(value / 2 ** 32)), u32be(value % 2 ** 32));
}
