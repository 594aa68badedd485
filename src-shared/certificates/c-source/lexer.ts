import { utf8 } from '../../base/bytes.ts';
import { type Position, refuseAt } from './fault.ts';

/** A word of C; `bytes` is the content of strings and characters. */
export interface Token extends Position {
  readonly kind: 'identifier' | 'number' | 'string' | 'character' | 'punctuator' | 'stray' | 'end';
  /** As written; for a 'stray' token the sentence that refuses it, unless it stands in text that does not count. */
  readonly text: string;
  readonly bytes?: Uint8Array;
  /** First token of its line: where a directive may begin. */
  readonly startsLine: boolean;
  /** True when nothing separates it from the token before: tells `#define F(x)` from `#define F (x)`. */
  readonly glued: boolean;
}

const punctuators = [
  '<<=',
  '>>=',
  '...',
  '<<',
  '>>',
  '<=',
  '>=',
  '==',
  '!=',
  '&&',
  '||',
  '->',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '##',
] as const;
const singlePunctuators = '{}[]()<>;:,.?~!%^&*-+=|/#';

const identifierStart = /[A-Za-z_]/;
const identifierPart = /[A-Za-z0-9_]/;
const numberPart = /[A-Za-z0-9_.]/;
const digit = /[0-9]/;

/** A token in words, for messages. */
export function describe(token: Token): string {
  return token.kind === 'end' ? 'the end of the file' : `'${token.text}'`;
}

/** All tokens of a source text, comments and line splices gone, an 'end' token last. */
export function tokenize(source: string): readonly Token[] {
  return new Lexer(source).all();
}

class Lexer {
  readonly #source: string;
  #at = 0;
  #line = 1;
  #column = 1;
  #startsLine = true;
  #glued = false;

  constructor(source: string) {
    this.#source = source.startsWith('\ufeff') ? source.slice(1) : source;
  }

  all(): readonly Token[] {
    const tokens: Token[] = [];
    for (;;) {
      this.#skipSpace();
      const token = this.#token();
      tokens.push(token);
      if (token.kind === 'end') return tokens;
      this.#startsLine = false;
      this.#glued = true;
    }
  }

  get #position(): Position {
    return { line: this.#line, column: this.#column };
  }

  /** The character `ahead` of here, after line splices; empty at the end. */
  #peek(ahead = 0): string {
    let at = this.#at;
    for (let i = 0; ; i += 1) {
      at = this.#behindSplices(at);
      if (i === ahead) return this.#source.charAt(at);
      at += 1;
    }
  }

  #behindSplices(from: number): number {
    let at = from;
    while (this.#source.charAt(at) === '\\') {
      const next = this.#source.charAt(at + 1);
      if (next === '\n') at += 2;
      else if (next === '\r') at += this.#source.charAt(at + 2) === '\n' ? 3 : 2;
      else break;
    }
    return at;
  }

  /** Takes one character and counts lines and columns; CR LF and CR count as LF. */
  #take(): string {
    const target = this.#behindSplices(this.#at);
    while (this.#at < target) {
      if (this.#source.charAt(this.#at) === '\\') this.#line += 1;
      this.#at += 1;
      this.#column = 1;
    }
    const character = this.#source.charAt(this.#at);
    if (character === '') return '';
    this.#at += 1;
    if (character !== '\n' && character !== '\r') {
      this.#column += 1;
      return character;
    }
    if (character === '\r' && this.#source.charAt(this.#at) === '\n') this.#at += 1;
    this.#line += 1;
    this.#column = 1;
    return '\n';
  }

  #skipSpace(): void {
    for (;;) {
      const next = this.#peek();
      if (next === '\n' || next === '\r') {
        this.#take();
        this.#startsLine = true;
      } else if (next === ' ' || next === '\t' || next === '\v' || next === '\f') {
        this.#take();
      } else if (next === '/' && this.#peek(1) === '/') {
        while (!['\n', '\r', ''].includes(this.#peek())) this.#take();
      } else if (next === '/' && this.#peek(1) === '*') {
        this.#skipBlockComment();
      } else {
        return;
      }
      this.#glued = false;
    }
  }

  #skipBlockComment(): void {
    const start = this.#position;
    this.#take();
    this.#take();
    for (;;) {
      const character = this.#take();
      if (character === '') refuseAt(start, 'the comment is not closed');
      if (character === '*' && this.#peek() === '/') {
        this.#take();
        return;
      }
    }
  }

  #token(): Token {
    const next = this.#peek();
    // Skips a splice in front of the token so that its position is its own.
    this.#settle();
    const base = { ...this.#position, startsLine: this.#startsLine, glued: this.#glued };
    if (next === '') return { ...base, kind: 'end', text: '' };
    if (identifierStart.test(next)) return { ...base, kind: 'identifier', text: this.#run(identifierPart) };
    if (digit.test(next) || (next === '.' && digit.test(this.#peek(1)))) {
      return { ...base, kind: 'number', text: this.#run(numberPart) };
    }
    if (next === '"' || next === "'") {
      const quoted = this.#quoted(next);
      if (typeof quoted === 'string') return { ...base, kind: 'stray', text: quoted };
      return { ...base, kind: next === '"' ? 'string' : 'character', ...quoted };
    }
    for (const text of punctuators) {
      if (this.#matches(text)) {
        for (let i = 0; i < text.length; i += 1) this.#take();
        return { ...base, kind: 'punctuator', text };
      }
    }
    if (singlePunctuators.includes(next)) return { ...base, kind: 'punctuator', text: this.#take() };
    this.#take();
    const text = `the character ${JSON.stringify(next)} has no place outside comments and strings`;
    return { ...base, kind: 'stray', text };
  }

  #settle(): void {
    const target = this.#behindSplices(this.#at);
    while (this.#at < target) {
      if (this.#source.charAt(this.#at) === '\\') this.#line += 1;
      this.#at += 1;
      this.#column = 1;
    }
  }

  #matches(text: string): boolean {
    for (let i = 0; i < text.length; i += 1) if (this.#peek(i) !== text.charAt(i)) return false;
    return true;
  }

  #run(part: RegExp): string {
    let text = '';
    while (this.#peek() !== '' && part.test(this.#peek())) text += this.#take();
    return text;
  }

  /** Text and content of a quotation, or the sentence that refuses it. */
  #quoted(quote: string): { text: string; bytes: Uint8Array } | string {
    const bytes: number[] = [];
    let plain = '';
    const flush = (): void => {
      bytes.push(...utf8(plain));
      plain = '';
    };
    let text = this.#take();
    for (;;) {
      if (['', '\n', '\r'].includes(this.#peek())) return 'the quotation is not closed on its line';
      const character = this.#take();
      text += character;
      if (character === quote) break;
      if (character === '\\') {
        flush();
        const byte = this.#escape();
        if (typeof byte === 'string') return byte;
        bytes.push(byte);
      } else {
        plain += character;
        if (plain.length > 1024) flush();
      }
      if (bytes.length > 4096) return 'the quotation is longer than 4096 bytes';
    }
    flush();
    return { text, bytes: Uint8Array.from(bytes) };
  }

  /** The byte of an escape sequence, behind its backslash, or the sentence that refuses it. */
  #escape(): number | string {
    const simple: Readonly<Record<string, number>> = {
      n: 10,
      t: 9,
      r: 13,
      a: 7,
      b: 8,
      f: 12,
      v: 11,
      '\\': 92,
      "'": 39,
      '"': 34,
      '?': 63,
    };
    if (['', '\n', '\r'].includes(this.#peek())) return 'the quotation is not closed on its line';
    const letter = this.#take();
    const byte = simple[letter];
    if (byte !== undefined) return byte;
    if (letter === 'x') {
      const digits = this.#digits(/[0-9a-fA-F]/, 8);
      const value = Number.parseInt(digits, 16);
      return digits !== '' && value <= 255 ? value : 'a hex escape has a value of 0..FF';
    }
    if (/[0-7]/.test(letter)) {
      const value = Number.parseInt(letter + this.#digits(/[0-7]/, 2), 8);
      return value <= 255 ? value : 'an octal escape has a value of 0..377';
    }
    return `the escape \\${letter} is outside the subset`;
  }

  #digits(which: RegExp, max: number): string {
    let text = '';
    while (text.length < max && which.test(this.#peek())) text += this.#take();
    return text;
  }
}
