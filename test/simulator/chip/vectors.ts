import { readFileSync } from 'node:fs';
import { fromHex } from './bench.ts';

/** A case of a vector file, with fields read one at a time so that a missing one fails the test. */
export class Case {
  readonly name: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(name: string, fields: unknown) {
    if (typeof fields !== 'object' || fields === null) throw new Error(`${name} is no object`);
    this.name = name;
    this.#fields = Object.fromEntries(Object.entries(fields));
  }

  has(field: string): boolean {
    return this.#fields[field] !== undefined && this.#fields[field] !== null;
  }

  text(field: string): string {
    const value = this.#fields[field];
    if (typeof value !== 'string') throw new Error(`${this.name}: ${field} is no text`);
    return value;
  }

  bytes(field: string): Uint8Array {
    return fromHex(this.text(field));
  }

  number(field: string): number {
    const value = this.#fields[field];
    if (typeof value !== 'number') throw new Error(`${this.name}: ${field} is no number`);
    return value;
  }

  flag(field: string): boolean {
    return this.#fields[field] === true || this.#fields[field] === 1;
  }

  list(field: string): readonly string[] {
    const value = this.#fields[field];
    if (!Array.isArray(value)) throw new Error(`${this.name}: ${field} is no list`);
    return value.map((item: unknown) => String(item));
  }

  inner(field: string): Case {
    return new Case(`${this.name}.${field}`, this.#fields[field]);
  }
}

/** One vector: kind or function, what went in, what came out. */
export interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly given: Case;
  readonly out: Case;
}

/** All cases of a file of test/vectors. */
export function vectors(file: string): readonly Vector[] {
  const parsed: unknown = JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), 'utf8'));
  const cases: unknown = typeof parsed === 'object' && parsed !== null && 'cases' in parsed ? parsed.cases : undefined;
  if (!Array.isArray(cases)) throw new Error(`${file} has no cases`);
  return cases.map((raw: unknown) => {
    const whole = new Case(file, raw);
    const name = whole.text('name');
    const kind = whole.has('kind') ? whole.text('kind') : whole.text('function');
    return { name, kind, given: whole.inner('in'), out: whole.inner('out') };
  });
}
