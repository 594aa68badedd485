import { SimulatorError } from './errors.ts';
import { unhex } from './octets.ts';

/**
 * Reads JSON that came from outside, field by field; every complaint names the place ("faults[3].at.packet").
 * Unknown fields are errors: a misspelt fault that silently does nothing would make a test worthless.
 */
export class JsonReader {
  readonly #value: unknown;
  readonly path: string;

  private constructor(value: unknown, path: string) {
    this.#value = value;
    this.path = path;
  }

  /** Parses `text`; `name` is what a person calls it ("faults.json"). */
  static parse(text: string, name: string): JsonReader {
    try {
      return new JsonReader(JSON.parse(text), name);
    } catch (error) {
      throw new SimulatorError(
        'input',
        `${name} is not JSON: ${error instanceof Error ? error.message : error}`,
        error,
      );
    }
  }

  static of(value: unknown, name: string): JsonReader {
    return new JsonReader(value, name);
  }

  /** The raw value, for a parser of its own. */
  get raw(): unknown {
    return this.#value;
  }

  fail(problem: string): never {
    throw new SimulatorError('input', `${this.path}: ${problem}`);
  }

  has(field: string): boolean {
    return Object.hasOwn(this.#object(), field);
  }

  field(field: string): JsonReader {
    const object = this.#object();
    if (!Object.hasOwn(object, field)) this.fail(`"${field}" is missing`);
    return new JsonReader(object[field], `${this.path}.${field}`);
  }

  optional<T>(field: string, read: (reader: JsonReader) => T): T | undefined {
    return this.has(field) ? read(this.field(field)) : undefined;
  }

  /** Complains about every field that is not in `known`. */
  only(...known: readonly string[]): void {
    for (const name of Object.keys(this.#object())) {
      if (!known.includes(name)) this.fail(`"${name}" is not known here (known: ${known.join(', ')})`);
    }
  }

  items(): readonly JsonReader[] {
    if (!Array.isArray(this.#value)) return this.fail('must be a list');
    return this.#value.map((item: unknown, i) => new JsonReader(item, `${this.path}[${i}]`));
  }

  string(): string {
    if (typeof this.#value !== 'string') return this.fail('must be a text');
    return this.#value;
  }

  boolean(): boolean {
    if (typeof this.#value !== 'boolean') return this.fail('must be true or false');
    return this.#value;
  }

  /** A number with `least <= n <= most`. */
  number(least: number, most: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.fail('must be a number');
    if (value < least || value > most) return this.fail(`must be between ${least} and ${most}, not ${value}`);
    return value;
  }

  /** As `number`, whole. */
  integer(least: number, most: number): number {
    const value = this.number(least, most);
    if (!Number.isInteger(value)) this.fail('must be a whole number');
    return value;
  }

  oneOf<T extends string>(...words: readonly T[]): T {
    const value = this.string();
    const word = words.find((candidate) => candidate === value);
    return word ?? this.fail(`must be one of ${words.join(', ')}, not "${value}"`);
  }

  /** Bytes written as hex; exactly `length` of them where given. */
  hex(length?: number): Uint8Array {
    const bytes = unhex(this.string());
    if (bytes === undefined) return this.fail('must be hex digits, two a byte');
    if (length !== undefined && bytes.length !== length)
      return this.fail(`must be ${length} bytes, not ${bytes.length}`);
    return bytes;
  }

  /** A hex number of `digits` digits, "40" or "0014". */
  hexNumber(digits: number): number {
    const text = this.string();
    if (!new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(text)) this.fail(`must be ${digits} hex digits, not "${text}"`);
    return Number.parseInt(text, 16);
  }

  #object(): Record<string, unknown> {
    if (!isObject(this.#value)) return this.fail('must be an object');
    return this.#value;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
