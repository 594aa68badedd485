/** Reading vector files as what they are: input from outside. Every reader throws BadVector, which counts as a failed case. */
import { equalBytes, parseHex, toHex } from '../../src-shared/base/bytes.ts';
import { passed, type VectorCase, type Verdict, wrong } from './judge.ts';

/** A case that is not in the format its suite knows. */
export class BadVector extends Error {
  override readonly name = 'BadVector';
}

export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object with named fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object in a field. */
export function objectOf(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (!isFields(value)) throw new BadVector(`${name} is no object`);
  return value;
}

/** Bytes of a hex string; null and absence are undefined. */
export function optionalBytes(fields: Fields, name: string): Uint8Array | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  const bytes = typeof value === 'string' ? parseHex(value) : undefined;
  if (bytes === undefined) throw new BadVector(`${name} is no hex string`);
  return bytes;
}

/** Bytes of a hex string that must be there. */
export function bytesOf(fields: Fields, name: string): Uint8Array {
  const bytes = optionalBytes(fields, name);
  if (bytes === undefined) throw new BadVector(`${name} is missing`);
  return bytes;
}

/** A list of hex strings. */
export function bytesListOf(fields: Fields, name: string): readonly Uint8Array[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new BadVector(`${name} is no list`);
  return value.map((entry: unknown, index) => bytesOf({ [`${name}[${index}]`]: entry }, `${name}[${index}]`));
}

/** An integer. */
export function integerOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new BadVector(`${name} is no integer`);
  return value;
}

/** An integer, or undefined when the field is absent or null. */
export function optionalInteger(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return value === undefined || value === null ? undefined : integerOf(fields, name);
}

/** A boolean; 0 and 1 count. */
export function booleanOf(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  throw new BadVector(`${name} is no boolean`);
}

/** A string. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new BadVector(`${name} is no text`);
  return value;
}

/** The case's kind, or the empty string. */
export function kindOf(testCase: VectorCase): string {
  return testCase.kind ?? '';
}

/**
 * Our values against those of the case: every field of `out` must be among ours and equal, and every one of ours in `out`.
 * Bytes compare with hex strings in either case, lists and objects field by field.
 */
export function compareAll(out: Fields, ours: Readonly<Record<string, unknown>>): Verdict {
  for (const name of new Set([...Object.keys(out), ...Object.keys(ours)])) {
    if (!Object.hasOwn(ours, name)) return wrong(`${name}: nothing of ours to compare with`);
    if (!Object.hasOwn(out, name)) return wrong(`${name}: ours ${show(ours[name])}, not in the vector`);
    const difference = differ(name, ours[name], out[name]);
    if (difference !== undefined) return wrong(difference);
  }
  return passed;
}

function differ(where: string, ours: unknown, theirs: unknown): string | undefined {
  const unequal = `${where}: ours ${show(ours)}, theirs ${show(theirs)}`;
  if (ours instanceof Uint8Array) {
    const bytes = typeof theirs === 'string' ? parseHex(theirs) : undefined;
    return bytes !== undefined && equalBytes(ours, bytes) ? undefined : unequal;
  }
  if (Array.isArray(ours)) {
    if (!Array.isArray(theirs) || ours.length !== theirs.length) return unequal;
    for (let i = 0; i < ours.length; i += 1) {
      const difference = differ(`${where}[${i}]`, ours[i], theirs[i]);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (isFields(ours)) {
    if (!isFields(theirs)) return unequal;
    for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const difference = differ(`${where}.${name}`, ours[name], theirs[name]);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return ours === theirs ? undefined : unequal;
}

function show(value: unknown): string {
  const text = value instanceof Uint8Array ? toHex(value).toLowerCase() : (JSON.stringify(value) ?? 'nothing');
  return text.length > 90 ? `${text.slice(0, 87)}...` : text;
}
