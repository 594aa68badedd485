import { parseUtf8 } from '../../base/bytes.ts';
import { fail, type Result } from '../../base/result.ts';
import type { CertificateDefinition } from '../definition.ts';
import { type CType, type CValue, parseInitializer } from './c-types.ts';
import { type ExpressionScope, evaluate, isTypeWord } from './expression.ts';
import { attemptSource, type CSourceFault, type Position, refuseAt, sourceLimits } from './fault.ts';
import { describe, type Token, tokenize } from './lexer.ts';
import { TokenStream } from './preprocessor.ts';
import {
  type CertInfoMembers,
  certInfoOf,
  certInfoType,
  definitionOf,
  definitionType,
  elementType,
  enumerators,
} from './structures.ts';

/** A definition found in a source file. */
export interface SourceDefinition {
  /** Name of the C variable. */
  readonly name: string;
  readonly definition: CertificateDefinition;
  /** Name of the variable that `ca_cert_def` points to. */
  readonly caDefinition: string | undefined;
  /** Where a member stands, by path (`std_cert_elements[1].offset`); the variable itself for one that is left out. */
  placeOf(path: string): Position;
}

/** A certinfo structure found in a source file; certinfo.ts judges it. */
export interface SourceCertInfo {
  readonly name: string;
  readonly members: CertInfoMembers;
  placeOf(path: string): Position;
}

/** Everything that a source file holds for us. */
export interface CSource {
  readonly definitions: readonly SourceDefinition[];
  readonly certInfos: readonly SourceCertInfo[];
  /** Byte arrays by the name of their variable: templates, CA keys. */
  readonly byteArrays: ReadonlyMap<string, Uint8Array>;
}

/**
 * Parses a C source file of certificate definitions in the subset of signer-and-server.md 3.3. Nothing is executed and
 * nothing is included; every refusal says line and column; limits as in `sourceLimits`.
 */
export function parseCSource(text: string): Result<CSource, CSourceFault> {
  // A text of n characters has at least n bytes, so the cheap check is right for everything it lets through to the exact one.
  if (text.length > sourceLimits.fileBytes || new TextEncoder().encode(text).length > sourceLimits.fileBytes) {
    return fail({ line: 1, column: 1, reason: `the file is larger than ${sourceLimits.fileBytes} bytes` });
  }
  return attemptSource(() => new FileParser(new TokenStream(tokenize(text))).parse());
}

/** The same for the bytes of a file, which must be UTF-8. */
export function parseCSourceBytes(bytes: Uint8Array): Result<CSource, CSourceFault> {
  if (bytes.length > sourceLimits.fileBytes) {
    return fail({ line: 1, column: 1, reason: `the file is larger than ${sourceLimits.fileBytes} bytes` });
  }
  const text = parseUtf8(bytes);
  return text === undefined ? fail({ line: 1, column: 1, reason: 'the file is not UTF-8 text' }) : parseCSource(text);
}

const definitionNames: readonly string[] = ['atcacert_def_t', 'atcacert_def_s'];
const elementNames: readonly string[] = ['atcacert_cert_element_t', 'atcacert_cert_element_s'];
const certInfoNames: readonly string[] = ['atcaprov_cert_info_t', 'atcaprov_cert_info_s'];
const byteNames: readonly string[] = ['uint8_t', 'char', 'int8_t'];
const qualifiers: readonly string[] = ['extern', 'static', 'const', 'volatile', 'register', 'inline', 'struct'];
const attributeWords: readonly string[] = ['__attribute__', '__declspec', '_Alignas', '__align', 'alignas'];
const refusedWords: readonly string[] = ['typedef', 'union', 'enum', 'asm', '__asm__', '_Static_assert', '_Pragma'];

/** Size of one `atcacert_cert_element_t` for sizeof: only the quotient of two sizes is ever of use. */
const elementSize = 48;

class FileParser {
  readonly #tokens: TokenStream;
  readonly #byteArrays = new Map<string, Uint8Array>();
  readonly #elementArrays = new Map<string, CValue>();
  /** Array sizes that a macro of an unseen header gives: the initialiser tells them. */
  readonly #headerSizes = new Map<string, number>();
  readonly #structures: { name: Token; type: CType; value: CValue }[] = [];
  readonly #scope: ExpressionScope;
  #openBlocks = 0;

  constructor(tokens: TokenStream) {
    this.#tokens = tokens;
    this.#scope = {
      valueOf: (name) => enumerators.get(name) ?? toBigInt(this.#headerSizes.get(name)),
      sizeOf: (name, element) => this.#sizeOf(name, element),
    };
  }

  parse(): CSource {
    for (;;) {
      const token = this.#tokens.peek();
      if (token.kind === 'end') break;
      if (this.#tokens.accept(';')) continue;
      if (this.#openBlocks > 0 && this.#tokens.accept('}')) {
        this.#openBlocks -= 1;
        continue;
      }
      this.#declaration();
    }
    if (this.#openBlocks > 0) refuseAt(this.#tokens.peek(), '\'}\' of extern "C" is missing');
    return this.#result();
  }

  #result(): CSource {
    const targets = {
      bytes: (name: string) => this.#byteArrays.get(name),
      elements: (name: string) => this.#elementArrays.get(name),
    };
    const definitions: SourceDefinition[] = [];
    const certInfos: SourceCertInfo[] = [];
    for (const { name, type, value } of this.#structures) {
      if (type === definitionType) {
        const { definition, caDefinition, places } = definitionOf(value, targets);
        const placeOf = (path: string): Position => nearest(places, path, name);
        definitions.push({ name: name.text, definition, caDefinition, placeOf });
      } else {
        const { members, places } = certInfoOf(value, targets);
        certInfos.push({ name: name.text, members, placeOf: (path) => nearest(places, path, name) });
      }
    }
    return { definitions, certInfos, byteArrays: this.#byteArrays };
  }

  /** One declaration up to its semicolon, or the opening of an extern "C" block. */
  #declaration(): void {
    const start = this.#tokens.peek();
    if (start.text === 'extern' && this.#tokens.peek(1).kind === 'string') {
      this.#tokens.next();
      this.#tokens.next();
      if (this.#tokens.accept('{')) {
        this.#openBlocks += 1;
        if (this.#openBlocks > sourceLimits.nesting) refuseAt(start, 'blocks are nested too deeply');
      }
      return;
    }
    const words = this.#words();
    for (;;) {
      const pointer = this.#stars();
      const name = this.#declaratorName(words, pointer);
      this.#declarator(words, name, pointer);
      if (!this.#tokens.accept(',')) break;
    }
    this.#tokens.expect(';', 'behind a declaration');
  }

  /** The words before a declarator: storage, qualifiers, attributes, type; the declared name may be the last of them. */
  #words(): Token[] {
    const words: Token[] = [];
    for (;;) {
      const token = this.#tokens.peek();
      if (token.kind !== 'identifier') break;
      if (refusedWords.includes(token.text)) refuseAt(token, `'${token.text}' is outside the subset`);
      this.#tokens.next();
      if (attributeWords.includes(token.text)) {
        if (this.#tokens.at('(')) this.#skipGroup();
        continue;
      }
      words.push(token);
      if (words.length > 32) refuseAt(token, 'too many words in front of a declaration');
    }
    const [first] = words;
    if (first === undefined) {
      const token = this.#tokens.peek();
      refuseAt(token, `a declaration expected, not ${describe(token)}`);
    }
    if (this.#tokens.at('{')) {
      refuseAt(this.#tokens.peek(), 'structure definitions and statements are outside the subset');
    }
    return words;
  }

  #stars(): boolean {
    let pointer = false;
    for (;;) {
      if (this.#tokens.accept('*')) pointer = true;
      else if (pointer && qualifiers.includes(this.#tokens.peek().text)) this.#tokens.next();
      else return pointer;
    }
  }

  #declaratorName(words: Token[], pointer: boolean): Token {
    const next = this.#tokens.peek();
    if (next.kind === 'identifier') return this.#tokens.next();
    const last = pointer || words.length < 2 ? undefined : words.pop();
    return last ?? refuseAt(next, `a name expected, not ${describe(next)}`);
  }

  #declarator(words: readonly Token[], name: Token, pointer: boolean): void {
    if (this.#tokens.at('(')) {
      this.#skipGroup();
      const token = this.#tokens.peek();
      if (token.text === '{') refuseAt(token, 'functions are outside the subset');
      if (this.#tokens.at('=')) refuseAt(token, 'pointers to functions are outside the subset');
      return;
    }
    const brackets = this.#brackets();
    this.#trailingAttributes();
    const type = pointer ? undefined : this.#typeOf(words, brackets);
    if (!this.#tokens.accept('=')) return;
    if (type === undefined) {
      this.#skipValue();
      return;
    }
    const value = parseInitializer(this.#tokens, type, this.#scope);
    this.#keep(name, type, value, brackets?.headerMacro);
  }

  /** `[]`, `[expression]` or `[MACRO]` with a macro of an unseen header; undefined when there is none. */
  #brackets(): { length: number | undefined; headerMacro: string | undefined } | undefined {
    const open = this.#tokens.peek();
    if (!this.#tokens.accept('[')) return undefined;
    let length: number | undefined;
    let headerMacro: string | undefined;
    const inside = this.#tokens.peek();
    if (inside.kind === 'identifier' && this.#tokens.at(']', 1) && this.#scope.valueOf(inside.text) === undefined) {
      headerMacro = this.#tokens.next().text;
    } else if (!this.#tokens.at(']')) {
      const { value } = evaluate(this.#tokens, this.#scope);
      if (value < 1n || value > BigInt(sourceLimits.arrayElements)) {
        refuseAt(inside, `an array of ${value} elements (1..${sourceLimits.arrayElements})`);
      }
      length = Number(value);
    }
    this.#tokens.expect(']', 'behind the size of an array');
    if (this.#tokens.at('[')) refuseAt(open, 'arrays of arrays are outside the subset');
    return { length, headerMacro };
  }

  #trailingAttributes(): void {
    while (this.#tokens.peek().kind === 'identifier') {
      this.#tokens.next();
      if (this.#tokens.at('(')) this.#skipGroup();
    }
  }

  /** The type that the words name; undefined for one that may be skipped; refuses an unknown one. */
  #typeOf(words: readonly Token[], brackets: { length: number | undefined } | undefined): CType | undefined {
    const named = (names: readonly string[]): boolean => words.some((word) => names.includes(word.text));
    const [first] = words;
    if (named(definitionNames) || named(certInfoNames)) {
      if (brackets !== undefined && first !== undefined)
        refuseAt(first, 'arrays of this structure are outside the subset');
      return named(definitionNames) ? definitionType : certInfoType;
    }
    if (named(elementNames)) {
      return brackets === undefined ? elementType : { kind: 'array', of: elementType, length: brackets.length };
    }
    if (named(byteNames)) return brackets === undefined ? undefined : { kind: 'bytes', length: brackets.length };
    if (words.some((word) => isTypeWord(word.text) && !qualifiers.includes(word.text))) return undefined;
    const isExtern = words.some((word) => word.text === 'extern');
    if (isExtern && !this.#tokens.at('=')) return undefined;
    const unknown = words[words.length - 1];
    return refuseAt(unknown ?? this.#tokens.peek(), `the type ${unknown?.text ?? ''} is outside the subset`);
  }

  #keep(name: Token, type: CType, value: CValue, headerMacro: string | undefined): void {
    const known = this.#byteArrays.has(name.text) || this.#elementArrays.has(name.text);
    if (known || this.#structures.some((structure) => structure.name.text === name.text)) {
      refuseAt(name, `'${name.text}' is defined twice`);
    }
    if (value.kind === 'bytes') {
      this.#byteArrays.set(name.text, value.bytes);
      if (headerMacro !== undefined) this.#headerSizes.set(headerMacro, value.bytes.length);
    } else if (value.kind === 'array') {
      this.#elementArrays.set(name.text, value);
      if (headerMacro !== undefined) this.#headerSizes.set(headerMacro, value.items.length);
    } else if (type === definitionType || type === certInfoType) {
      if (this.#structures.length >= 64) refuseAt(name, 'more than 64 definitions in one file');
      this.#structures.push({ name, type, value });
    } else if (type === elementType) {
      this.#elementArrays.set(name.text, { kind: 'array', at: value.at, items: [value] });
    }
  }

  #sizeOf(name: string, element: boolean): number | undefined {
    const bytes = this.#byteArrays.get(name);
    if (bytes !== undefined) return element ? 1 : bytes.length;
    const elements = this.#elementArrays.get(name);
    if (elements?.kind !== 'array') return undefined;
    return element ? elementSize : elements.items.length * elementSize;
  }

  /** Skips `( … )` with everything in it. */
  #skipGroup(): void {
    const open = this.#tokens.expect('(', 'here');
    this.#skipUntil([')'], open);
    this.#tokens.expect(')', 'to close the parenthesis');
  }

  /** Skips an initialiser that is of no interest. */
  #skipValue(): void {
    this.#skipUntil([',', ';'], this.#tokens.peek());
  }

  /** Skips to one of these punctuators outside all brackets. */
  #skipUntil(stops: readonly string[], start: Position): void {
    const closers: string[] = [];
    const partner: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
    for (;;) {
      const token = this.#tokens.peek();
      if (token.kind === 'end') refuseAt(start, 'this is not closed before the end of the file');
      if (token.kind === 'punctuator') {
        if (closers.length === 0 && stops.includes(token.text)) return;
        const closer = partner[token.text];
        if (closer !== undefined) {
          closers.push(closer);
          if (closers.length > sourceLimits.nesting)
            refuseAt(token, `brackets nested deeper than ${sourceLimits.nesting}`);
        } else if ([')', ']', '}'].includes(token.text) && closers.pop() !== token.text) {
          refuseAt(token, `${describe(token)} closes nothing`);
        }
      }
      this.#tokens.next();
    }
  }
}

function toBigInt(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}

/** The place of a member, of what holds it, or of the variable. */
function nearest(places: ReadonlyMap<string, Position>, path: string, name: Position): Position {
  for (let part = path; part !== ''; part = part.slice(0, Math.max(part.lastIndexOf('.'), part.lastIndexOf('['), 0))) {
    const place = places.get(part);
    if (place !== undefined) return { line: place.line, column: place.column };
  }
  return { line: name.line, column: name.column };
}
