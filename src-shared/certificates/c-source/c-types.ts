import { byteAt } from '../../base/bytes.ts';
import { type ExpressionScope, evaluate, isTypeWord, type TokenSource } from './expression.ts';
import { type Position, refuseAt, sourceLimits } from './fault.ts';
import { describe } from './lexer.ts';

/** The kinds of objects that the subset knows. */
export type CType =
  | { readonly kind: 'integer' }
  /** An array of bytes; `length` undefined when the initialiser decides. */
  | { readonly kind: 'bytes'; readonly length: number | undefined }
  | { readonly kind: 'array'; readonly of: CType; readonly length: number | undefined }
  | { readonly kind: 'struct'; readonly name: string; readonly members: readonly (readonly [string, CType])[] }
  | { readonly kind: 'pointer' };

/** An initialised object; what was not initialised is undefined and counts as zero or NULL. */
export type CValue =
  | { readonly kind: 'integer'; readonly at: Position; readonly value: bigint }
  | { readonly kind: 'bytes'; readonly at: Position; readonly bytes: Uint8Array }
  | { readonly kind: 'array'; readonly at: Position; readonly items: readonly (CValue | undefined)[] }
  | { readonly kind: 'struct'; readonly at: Position; readonly members: ReadonlyMap<string, CValue> }
  /** `target` is the name it points to; undefined = NULL. */
  | { readonly kind: 'pointer'; readonly at: Position; readonly target: string | undefined };

export const integerType: CType = { kind: 'integer' };
export const pointerType: CType = { kind: 'pointer' };

/**
 * Reads one initialiser of a type as C does: braces, designators (`.member =`, `[index] =`, chained), positional values,
 * both mixed, inner braces left out, trailing commas.
 */
export function parseInitializer(tokens: TokenSource, type: CType, scope: ExpressionScope): CValue {
  return new InitializerParser(tokens, scope).value(type, 0);
}

/** Values of an aggregate while it is being filled, by index of member or element. */
type Slots = Map<number, CValue>;

class InitializerParser {
  readonly #tokens: TokenSource;
  readonly #scope: ExpressionScope;

  constructor(tokens: TokenSource, scope: ExpressionScope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  value(type: CType, depth: number): CValue {
    if (this.#tokens.at('{')) return this.#braced(type, depth + 1);
    switch (type.kind) {
      case 'integer':
        return this.#integer();
      case 'pointer':
        return this.#pointer();
      case 'bytes':
        if (this.#tokens.peek().kind === 'string') return this.#string(type.length);
        break;
    }
    const token = this.#tokens.peek();
    return refuseAt(token, `'{' expected, not ${describe(token)}`);
  }

  #braced(type: CType, depth: number): CValue {
    const open = this.#tokens.expect('{', 'before the values');
    if (depth > sourceLimits.nesting) refuseAt(open, `braces nested deeper than ${sourceLimits.nesting}`);
    if (
      type.kind === 'integer' ||
      type.kind === 'pointer' ||
      (type.kind === 'bytes' && this.#tokens.peek().kind === 'string')
    ) {
      const value = this.value(type, depth);
      this.#tokens.accept(',');
      this.#tokens.expect('}', 'behind a single value');
      return value;
    }
    const slots: Slots = new Map();
    let index = 0;
    while (!this.#tokens.at('}')) {
      const designated = this.#designator(type);
      index = designated ?? index;
      const at = this.#tokens.peek();
      const member = this.#memberType(type, index, at);
      if (designated !== undefined && this.#atDesignator()) {
        slots.set(index, this.#chained(member, slots.get(index), depth));
        this.#requireDesignatorNext();
      } else {
        if (designated !== undefined) this.#tokens.expect('=', 'behind a designator');
        slots.set(index, this.#item(member, depth));
      }
      index += 1;
      if (!this.#tokens.accept(',')) break;
    }
    this.#tokens.expect('}', "or ',' between values");
    return assembled(type, slots, open);
  }

  /** One value of a braced list; an aggregate without braces of its own takes as many values as it has places. */
  #item(type: CType, depth: number): CValue {
    const plain = type.kind === 'integer' || type.kind === 'pointer';
    const string = type.kind === 'bytes' && this.#tokens.peek().kind === 'string';
    if (plain || string || this.#tokens.at('{')) return this.value(type, depth);
    const at = this.#tokens.peek();
    const count = placesOf(type);
    if (count === undefined) return refuseAt(at, "'{' expected");
    const slots: Slots = new Map();
    for (let index = 0; index < count; index += 1) {
      slots.set(index, this.#item(this.#memberType(type, index, at), depth));
      if (index + 1 === count || !this.#tokens.at(',') || this.#tokens.at('}', 1) || this.#atDesignator(1)) break;
      this.#tokens.next();
    }
    return assembled(type, slots, at);
  }

  /** `.a.b = x`: a part of a member; what the member had before is kept. */
  #chained(type: CType, before: CValue | undefined, depth: number): CValue {
    const at = this.#tokens.peek();
    if (depth >= sourceLimits.nesting) refuseAt(at, `designators nested deeper than ${sourceLimits.nesting}`);
    const slots = slotsOf(type, before);
    const index = this.#designator(type);
    if (index === undefined) return refuseAt(at, 'a designator expected');
    const member = this.#memberType(type, index, at);
    if (this.#atDesignator()) {
      slots.set(index, this.#chained(member, slots.get(index), depth + 1));
    } else {
      this.#tokens.expect('=', 'behind a designator');
      slots.set(index, this.value(member, depth + 1));
    }
    return assembled(type, slots, before?.at ?? at);
  }

  /** C would go on inside the member that a chained designator has reached; the subset wants it said. */
  #requireDesignatorNext(): void {
    if (!this.#tokens.at(',') || this.#tokens.at('}', 1) || this.#atDesignator(1)) return;
    refuseAt(this.#tokens.peek(1), 'a value without designator behind a chained designator is outside the subset');
  }

  #atDesignator(distance = 0): boolean {
    return this.#tokens.at('.', distance) || this.#tokens.at('[', distance);
  }

  /** The index that a designator names; undefined when there is none. */
  #designator(type: CType): number | undefined {
    if (this.#tokens.accept('.')) {
      const name = this.#tokens.next();
      if (type.kind !== 'struct') return refuseAt(name, 'a member of something that has no members');
      const index = type.members.findIndex(([member]) => member === name.text);
      return index >= 0 ? index : refuseAt(name, `${type.name} has no member ${describe(name)}`);
    }
    const open = this.#tokens.peek();
    if (!this.#tokens.accept('[')) return undefined;
    if (type.kind !== 'array' && type.kind !== 'bytes')
      return refuseAt(open, 'an index into something that is no array');
    const { value } = evaluate(this.#tokens, this.#scope);
    this.#tokens.expect(']', 'behind an index');
    const limit = type.length ?? sourceLimits.arrayElements;
    return value >= 0n && value < BigInt(limit) ? Number(value) : refuseAt(open, `index ${value} is outside the array`);
  }

  #memberType(type: CType, index: number, at: Position): CType {
    switch (type.kind) {
      case 'struct':
        return type.members[index]?.[1] ?? refuseAt(at, `more values than ${type.name} has members`);
      case 'array':
      case 'bytes':
        if (index >= (type.length ?? sourceLimits.arrayElements)) {
          return refuseAt(
            at,
            type.length === undefined
              ? `an array of more than ${sourceLimits.arrayElements}`
              : 'more values than the array has places',
          );
        }
        return type.kind === 'array' ? type.of : integerType;
      default:
        return refuseAt(at, 'a value expected');
    }
  }

  #integer(): CValue {
    const at = this.#tokens.peek();
    return { kind: 'integer', at, value: evaluate(this.#tokens, this.#scope).value };
  }

  #string(length: number | undefined): CValue {
    const at = this.#tokens.peek();
    const parts: number[] = [];
    while (this.#tokens.peek().kind === 'string') {
      const { bytes = new Uint8Array(0) } = this.#tokens.next();
      parts.push(...bytes);
      if (parts.length > sourceLimits.arrayElements) refuseAt(at, 'the text is too long');
    }
    if (length !== undefined && parts.length > length) refuseAt(at, `the text is longer than ${length} bytes`);
    const bytes = new Uint8Array(length ?? parts.length + 1);
    bytes.set(parts);
    return { kind: 'bytes', at, bytes };
  }

  /** NULL, 0, name, &name, &name[0], each with casts to pointers in front. */
  #pointer(): CValue {
    const at = this.#tokens.peek();
    while (this.#tokens.at('(')) this.#pointerCast();
    const addressOf = this.#tokens.accept('&');
    const token = this.#tokens.next();
    if (!addressOf && token.kind === 'number' && token.text === '0') return { kind: 'pointer', at, target: undefined };
    if (token.kind !== 'identifier') return refuseAt(token, `a pointer expected, not ${describe(token)}`);
    if (token.text === 'NULL') return { kind: 'pointer', at, target: undefined };
    if (this.#tokens.accept('[')) {
      const index = this.#tokens.peek();
      if (evaluate(this.#tokens, this.#scope).value !== 0n) refuseAt(index, 'only the first element can be pointed to');
      this.#tokens.expect(']', 'behind an index');
    }
    return { kind: 'pointer', at, target: token.text };
  }

  #pointerCast(): void {
    const open = this.#tokens.expect('(', 'before a cast');
    let stars = 0;
    while (!this.#tokens.at(')')) {
      const token = this.#tokens.next();
      if (token.text === '*') stars += 1;
      else if (
        token.kind !== 'identifier' ||
        (!isTypeWord(token.text) && !/_t$|_s$|^(?:void|struct)$/.test(token.text))
      ) {
        refuseAt(open, 'a cast to a pointer expected');
      }
    }
    this.#tokens.expect(')', 'behind a cast');
    if (stars === 0) refuseAt(open, 'a cast to a pointer expected');
  }
}

/** How many values fill an aggregate without braces; undefined when the initialiser decides. */
function placesOf(type: CType): number | undefined {
  if (type.kind === 'struct') return type.members.length;
  return type.kind === 'array' || type.kind === 'bytes' ? type.length : 1;
}

function slotsOf(type: CType, value: CValue | undefined): Slots {
  const slots: Slots = new Map();
  if (value?.kind === 'struct' && type.kind === 'struct') {
    type.members.forEach(([name], index) => {
      const member = value.members.get(name);
      if (member !== undefined) slots.set(index, member);
    });
  } else if (value?.kind === 'array') {
    value.items.forEach((item, index) => {
      if (item !== undefined) slots.set(index, item);
    });
  } else if (value?.kind === 'bytes') {
    value.bytes.forEach((byte, index) => {
      slots.set(index, { kind: 'integer', at: value.at, value: BigInt(byte) });
    });
  }
  return slots;
}

function assembled(type: CType, slots: Slots, at: Position): CValue {
  let last = -1;
  for (const index of slots.keys()) last = Math.max(last, index);
  switch (type.kind) {
    case 'struct': {
      const members = new Map<string, CValue>();
      type.members.forEach(([name], index) => {
        const value = slots.get(index);
        if (value !== undefined) members.set(name, value);
      });
      return { kind: 'struct', at, members };
    }
    case 'bytes': {
      const bytes = new Uint8Array(type.length ?? last + 1);
      for (const [index, item] of slots) bytes[index] = byteOf(item);
      return { kind: 'bytes', at, bytes };
    }
    case 'array': {
      const length = type.length ?? last + 1;
      return { kind: 'array', at, items: Array.from({ length }, (_, index) => slots.get(index)) };
    }
    default:
      return refuseAt(at, 'a value expected');
  }
}

function byteOf(item: CValue): number {
  if (item.kind !== 'integer') return refuseAt(item.at, 'a number expected');
  if (item.value < 0n || item.value > 255n) return refuseAt(item.at, `${item.value} does not fit a byte`);
  return byteAt(Uint8Array.of(Number(item.value)), 0);
}
