import { byteAt } from '../../base/bytes.ts';
import { type Position, refuseAt, sourceLimits } from './fault.ts';
import { describe, type Token } from './lexer.ts';

/** An integer of C with its type: 32 or 64 bits, signed or unsigned (int and long of the common 64-bit machines). */
export interface CInteger {
  readonly value: bigint;
  readonly bits: 32 | 64;
  readonly unsigned: boolean;
}

/** Where an expression is read from: preprocessor.ts makes one of a file. */
export interface TokenSource {
  /** The token `distance` ahead without taking it; the 'end' token at the end. */
  peek(distance?: number): Token;
  next(): Token;
  /** Takes the next token when it is this punctuator. */
  accept(text: string): boolean;
  /** Takes this punctuator or refuses. */
  expect(text: string, where: string): Token;
  /** Whether the token `distance` ahead is this punctuator. */
  at(text: string, distance?: number): boolean;
}

/** What names mean in an expression; undefined = nothing is known of the name. */
export interface ExpressionScope {
  valueOf(name: string): bigint | undefined;
  /** Bytes of an array, of one element of it (`element` true), or of a type. */
  sizeOf(name: string, element: boolean): number | undefined;
}

/** Integer types that a cast may name, with bits and sign; 1 bit means bool. */
const integerTypes: Readonly<Record<string, readonly [bits: number, unsigned: boolean]>> = {
  uint8_t: [8, true],
  uint16_t: [16, true],
  uint32_t: [32, true],
  uint64_t: [64, true],
  int8_t: [8, false],
  int16_t: [16, false],
  int32_t: [32, false],
  int64_t: [64, false],
  size_t: [64, true],
  bool: [1, true],
  _Bool: [1, true],
  atcacert_cert_type_t: [32, true],
  atcacert_cert_sn_src_t: [32, true],
  atcacert_device_zone_t: [32, true],
  atcacert_date_format_t: [32, true],
  atcacert_transform_t: [32, true],
  atcacert_std_cert_element_t: [32, true],
};

const typeWords: readonly string[] = ['unsigned', 'signed', 'char', 'short', 'int', 'long', 'const', 'volatile'];

/** Binding strength of the binary operators, as in C. */
const strengths: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

/**
 * Reads an integer constant expression and computes it with the types and the wrap-around of C. Refuses what C leaves
 * undefined (signed overflow, division by zero, shifts beyond the width), more than `sourceLimits.expressionTokens`
 * tokens, and parentheses deeper than `sourceLimits.nesting`.
 */
export function evaluate(tokens: TokenSource, scope: ExpressionScope): CInteger {
  return new Evaluator(tokens, scope).conditional(0);
}

/** Whether a word begins the name of an integer type. */
export function isTypeWord(word: string): boolean {
  return typeWords.includes(word) || Object.hasOwn(integerTypes, word);
}

class Evaluator {
  readonly #tokens: TokenSource;
  readonly #scope: ExpressionScope;
  #budget: number = sourceLimits.expressionTokens;

  constructor(tokens: TokenSource, scope: ExpressionScope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  conditional(depth: number): CInteger {
    const condition = this.#binary(1, depth);
    if (!this.#tokens.at('?')) return condition;
    const at = this.#take();
    this.#checkDepth(at, depth + 1);
    const yes = this.conditional(depth + 1);
    this.#tokens.expect(':', 'in a conditional expression');
    const no = this.conditional(depth + 1);
    const [a, b] = balanced(yes, no);
    return condition.value !== 0n ? a : b;
  }

  #binary(weakest: number, depth: number): CInteger {
    let left = this.#unary(depth);
    for (;;) {
      const operator = this.#tokens.peek();
      const strength = operator.kind === 'punctuator' ? strengths[operator.text] : undefined;
      if (strength === undefined || strength < weakest) return left;
      this.#take();
      const right = this.#binary(strength + 1, depth);
      left = combine(operator, left, right);
    }
  }

  /** Prefix operators and casts in a loop, not by recursion: a long row of them must not grow the stack. */
  #unary(depth: number): CInteger {
    const prefixes: ((operand: CInteger) => CInteger)[] = [];
    for (;;) {
      const token = this.#tokens.peek();
      if (token.kind === 'punctuator' && ['+', '-', '~', '!'].includes(token.text)) {
        this.#take();
        prefixes.push((operand) => applyPrefix(token, operand));
      } else if (this.#tokens.at('(') && this.#isTypeAt(1)) {
        this.#take();
        const [bits, unsigned] = this.#typeName();
        this.#tokens.expect(')', 'behind the type of a cast');
        prefixes.push((operand) => converted(operand.value, bits, unsigned));
      } else {
        break;
      }
    }
    return prefixes.reduceRight((operand, prefix) => prefix(operand), this.#primary(depth));
  }

  #primary(depth: number): CInteger {
    const token = this.#take();
    if (token.kind === 'number') return literal(token);
    if (token.kind === 'character') return characterValue(token);
    if (token.kind === 'punctuator' && token.text === '(') {
      this.#checkDepth(token, depth + 1);
      const inner = this.conditional(depth + 1);
      this.#tokens.expect(')', 'in an expression');
      return inner;
    }
    if (token.kind !== 'identifier') return refuseAt(token, `an integer expected, not ${describe(token)}`);
    if (token.text === 'sizeof') return this.#sizeof(token);
    const value = this.#scope.valueOf(token.text);
    if (value === undefined) return refuseAt(token, `'${token.text}' is not known as a number`);
    return typed(value);
  }

  #sizeof(at: Token): CInteger {
    const bracketed = this.#tokens.accept('(');
    let size: number | undefined;
    if (bracketed && this.#isTypeAt(0)) {
      const [bits] = this.#typeName();
      size = bits === 1 ? 1 : bits / 8;
    } else {
      const name = this.#take();
      if (name.kind !== 'identifier') refuseAt(name, "a name expected behind 'sizeof'");
      const element = this.#tokens.accept('[');
      if (element) {
        this.#take();
        this.#tokens.expect(']', 'behind the index');
      }
      size = this.#scope.sizeOf(name.text, element);
      if (size === undefined) refuseAt(name, `the size of '${name.text}' is not known here`);
    }
    if (bracketed) this.#tokens.expect(')', "behind 'sizeof'");
    if (size === undefined) return refuseAt(at, 'the size is not known here');
    return { value: BigInt(size), bits: 64, unsigned: true };
  }

  #isTypeAt(distance: number): boolean {
    const token = this.#tokens.peek(distance);
    return token.kind === 'identifier' && isTypeWord(token.text);
  }

  #typeName(): readonly [bits: number, unsigned: boolean] {
    const words: string[] = [];
    const at = this.#tokens.peek();
    while (this.#isTypeAt(0)) words.push(this.#take().text);
    const named = words.map((word) => integerTypes[word]).find((type) => type !== undefined);
    if (named !== undefined) return named;
    const unsigned = words.includes('unsigned');
    if (words.includes('char')) return [8, unsigned];
    if (words.includes('short')) return [16, unsigned];
    if (words.includes('long')) return [64, unsigned];
    if (words.includes('int') || unsigned || words.includes('signed')) return [32, unsigned];
    return refuseAt(at, 'an integer type expected');
  }

  #take(): Token {
    const token = this.#tokens.next();
    this.#budget -= 1;
    if (this.#budget < 0) refuseAt(token, `an expression of more than ${sourceLimits.expressionTokens} tokens`);
    return token;
  }

  #checkDepth(at: Position, depth: number): void {
    if (depth > sourceLimits.nesting) refuseAt(at, `an expression nested deeper than ${sourceLimits.nesting}`);
  }
}

/** A value with the smallest of int, unsigned, long, unsigned long that holds it. */
function typed(value: bigint): CInteger {
  if (fits(value, 32, false)) return { value, bits: 32, unsigned: false };
  if (fits(value, 64, false)) return { value, bits: 64, unsigned: false };
  return { value: BigInt.asUintN(64, value), bits: 64, unsigned: true };
}

function fits(value: bigint, bits: number, unsigned: boolean): boolean {
  return (unsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value)) === value;
}

/** Conversion to a type; types narrower than int become int afterwards. */
function converted(value: bigint, bits: number, unsigned: boolean): CInteger {
  const wrapped =
    bits === 1 ? (value === 0n ? 0n : 1n) : unsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  return { value: wrapped, bits: bits === 64 ? 64 : 32, unsigned: bits >= 32 && unsigned };
}

/** Both operands in their common type. */
function balanced(a: CInteger, b: CInteger): readonly [CInteger, CInteger] {
  const bits = a.bits === 64 || b.bits === 64 ? 64 : 32;
  const unsigned = (a.unsigned && a.bits === bits) || (b.unsigned && b.bits === bits);
  return [converted(a.value, bits, unsigned), converted(b.value, bits, unsigned)];
}

const literalPattern =
  /^(?:0[xX]([0-9a-fA-F]{1,16})|0[bB]([01]{1,64})|(0[0-7]{0,22})|([1-9][0-9]{0,19}))([uUlL]{0,3})$/;
const suffixPattern = /^(?:[uU]?(?:l{0,2}|L{0,2})|(?:l{1,2}|L{1,2})[uU])$/;

function literal(token: Token): CInteger {
  const match = literalPattern.exec(token.text);
  const [, hex, binary, octal, decimal, suffix = ''] = match ?? [];
  if (match === null || !suffixPattern.test(suffix)) return refuseAt(token, `'${token.text}' is not an integer`);
  const value =
    hex !== undefined
      ? BigInt(`0x${hex}`)
      : binary !== undefined
        ? BigInt(`0b${binary}`)
        : octal !== undefined
          ? BigInt(`0o${octal}`)
          : BigInt(decimal ?? '0');
  const unsignedSuffix = /[uU]/.test(suffix);
  const longSuffix = /[lL]/.test(suffix);
  const candidates: readonly (readonly [32 | 64, boolean])[] = [
    [32, false],
    [32, true],
    [64, false],
    [64, true],
  ];
  for (const [bits, unsigned] of candidates) {
    if (longSuffix && bits === 32) continue;
    if (unsignedSuffix && !unsigned) continue;
    if (unsigned && !unsignedSuffix && decimal !== undefined) continue;
    if (fits(value, bits, unsigned)) return { value, bits, unsigned };
  }
  return refuseAt(token, `'${token.text}' does not fit 64 bits`);
}

function characterValue(token: Token): CInteger {
  const content = token.bytes ?? new Uint8Array(0);
  if (content.length !== 1 || byteAt(content, 0) > 127) {
    return refuseAt(token, `${token.text} is not a character of ASCII`);
  }
  return { value: BigInt(byteAt(content, 0)), bits: 32, unsigned: false };
}

function applyPrefix(operator: Token, operand: CInteger): CInteger {
  switch (operator.text) {
    case '!':
      return { value: operand.value === 0n ? 1n : 0n, bits: 32, unsigned: false };
    case '~':
      return wrapped(operator, ~operand.value, operand);
    case '-':
      return wrapped(operator, -operand.value, operand);
    default:
      return operand;
  }
}

function combine(operator: Token, left: CInteger, right: CInteger): CInteger {
  const [a, b] = balanced(left, right);
  const truth = (holds: boolean): CInteger => ({ value: holds ? 1n : 0n, bits: 32, unsigned: false });
  switch (operator.text) {
    case '||':
      return truth(left.value !== 0n || right.value !== 0n);
    case '&&':
      return truth(left.value !== 0n && right.value !== 0n);
    case '|':
      return wrapped(operator, a.value | b.value, a);
    case '^':
      return wrapped(operator, a.value ^ b.value, a);
    case '&':
      return wrapped(operator, a.value & b.value, a);
    case '==':
      return truth(a.value === b.value);
    case '!=':
      return truth(a.value !== b.value);
    case '<':
      return truth(a.value < b.value);
    case '>':
      return truth(a.value > b.value);
    case '<=':
      return truth(a.value <= b.value);
    case '>=':
      return truth(a.value >= b.value);
    case '<<':
    case '>>':
      return shifted(operator, left, right);
    case '+':
      return wrapped(operator, a.value + b.value, a);
    case '-':
      return wrapped(operator, a.value - b.value, a);
    case '*':
      return wrapped(operator, a.value * b.value, a);
    default:
      if (b.value === 0n) return refuseAt(operator, 'a division by zero');
      return wrapped(operator, operator.text === '/' ? a.value / b.value : a.value % b.value, a);
  }
}

function shifted(operator: Token, left: CInteger, right: CInteger): CInteger {
  if (right.value < 0n || right.value >= BigInt(left.bits)) return refuseAt(operator, 'a shift beyond the width');
  if (left.value < 0n) return refuseAt(operator, 'a shift of a negative number');
  return wrapped(operator, operator.text === '<<' ? left.value << right.value : left.value >> right.value, left);
}

/** Unsigned results wrap; signed ones must fit. */
function wrapped(at: Position, value: bigint, type: CInteger): CInteger {
  if (type.unsigned) return { ...type, value: BigInt.asUintN(type.bits, value) };
  if (!fits(value, type.bits, false)) return refuseAt(at, `the result does not fit ${type.bits} bits`);
  return { ...type, value };
}
