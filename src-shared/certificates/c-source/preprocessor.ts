import { type ExpressionScope, evaluate, type TokenSource } from './expression.ts';
import { type Position, refuseAt, sourceLimits } from './fault.ts';
import { describe, type Token } from './lexer.ts';

/** A macro of the file; `parameters` is true for the function-like ones, which may be defined but not used. */
interface Macro {
  readonly name: string;
  readonly body: readonly Token[];
  readonly parameters: boolean;
}

/** One level of #if. */
interface Condition {
  readonly at: Position;
  /** The branch that is being read counts. */
  active: boolean;
  /** Some branch of this #if has counted already. */
  taken: boolean;
  /** The surrounding text counts. */
  readonly outer: boolean;
  sawElse: boolean;
}

/**
 * Switches of cryptoauthlib that definition files ask for: compressed certificates are on, the integration with TLS
 * stacks is off (signer-and-server.md 3.3).
 */
const librarySwitches: Readonly<Record<string, string>> = {
  ATCACERT_EN: '1',
  ATCACERT_COMPCERT_EN: '1',
  ATCACERT_FULLSTOREDCERT_EN: '1',
  ATCACERT_INTEGRATION_EN: '0',
};

/** Other feature switches of the library (`ATCA_TNGTLS_SUPPORT` …) count as on where the file asks for them. */
const featureSwitch = /^ATCA\w*_(?:SUPPORT|EN)$/;

/**
 * The token stream as the compiler would see it: directives carried out, switched-off parts gone, object-like macros
 * expanded where they are used. Expansion is lazy and counted, so no chain of macros can grow beyond
 * `sourceLimits.expandedTokens`. Look-ahead of any length.
 */
export class TokenStream implements TokenSource {
  readonly #tokens: readonly Token[];
  #at = 0;
  readonly #macros: Map<string, Macro>;
  readonly #conditions: Condition[] = [];
  /** Macro bodies being read, innermost last, each token carrying the place where the outermost macro was used. */
  readonly #expansions: { readonly macro: Macro; index: number; readonly use: Token }[] = [];
  readonly #ahead: Token[] = [];
  #budget: number;

  constructor(
    tokens: readonly Token[],
    macros: Map<string, Macro> = new Map(),
    budget: number = sourceLimits.expandedTokens,
  ) {
    this.#tokens = tokens;
    this.#macros = macros;
    this.#budget = budget;
  }

  /** The token `distance` ahead without taking it. */
  peek(distance = 0): Token {
    while (this.#ahead.length <= distance) {
      const token = this.#expanded();
      this.#ahead.push(token);
      if (token.kind === 'end') break;
    }
    return this.#ahead[distance] ?? this.#ahead[this.#ahead.length - 1] ?? endOf(this.#tokens);
  }

  /** Takes the next token; the 'end' token stays. */
  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#ahead.shift();
    return token;
  }

  /** Takes the next token when it is this punctuator. */
  accept(text: string): boolean {
    const token = this.peek();
    if (token.kind !== 'punctuator' || token.text !== text) return false;
    this.next();
    return true;
  }

  /** Takes this punctuator or refuses. */
  expect(text: string, where: string): Token {
    const token = this.peek();
    if (token.kind === 'punctuator' && token.text === text) return this.next();
    return refuseAt(token, `'${text}' expected ${where}, not ${describe(token)}`);
  }

  /** Whether the next token is this punctuator. */
  at(text: string, distance = 0): boolean {
    const token = this.peek(distance);
    return token.kind === 'punctuator' && token.text === text;
  }

  #expanded(): Token {
    for (;;) {
      this.#budget -= 1;
      const token = this.#raw();
      if (this.#budget < 0) refuseAt(token, 'the macros of this file expand to too much');
      if (token.kind === 'stray') refuseAt(token, token.text);
      if (token.kind !== 'identifier') return token;
      const macro = this.#macroFor(token);
      if (macro === undefined) return token;
      if (macro.parameters) refuseAt(token, `the macro ${macro.name} has parameters, which is outside the subset`);
      if (this.#expansions.some((expansion) => expansion.macro === macro)) {
        refuseAt(token, `the macro ${macro.name} refers to itself`);
      }
      if (this.#expansions.length >= sourceLimits.nesting) refuseAt(token, 'macros are nested too deeply');
      this.#expansions.push({ macro, index: 0, use: this.#expansions[0]?.use ?? token });
    }
  }

  /** A macro by name; a function-like one counts only with a parenthesis behind it. */
  #macroFor(token: Token): Macro | undefined {
    const macro = this.#macros.get(token.text) ?? switchMacro(token.text);
    if (macro?.parameters !== true) return macro;
    const expansion = this.#expansions[this.#expansions.length - 1];
    const following = expansion === undefined ? this.#tokens[this.#at] : expansion.macro.body[expansion.index];
    return following?.text === '(' ? macro : undefined;
  }

  /** The next token of the innermost macro body, or of the file with directives carried out. */
  #raw(): Token {
    for (;;) {
      const expansion = this.#expansions[this.#expansions.length - 1];
      if (expansion === undefined) return this.#fromFile();
      const token = expansion.macro.body[expansion.index];
      if (token !== undefined) {
        expansion.index += 1;
        return { ...token, line: expansion.use.line, column: expansion.use.column };
      }
      this.#expansions.pop();
    }
  }

  #fromFile(): Token {
    for (;;) {
      const token = this.#tokens[this.#at] ?? endOf(this.#tokens);
      if (token.kind === 'end') {
        const open = this.#conditions[this.#conditions.length - 1];
        if (open !== undefined) refuseAt(open.at, 'the #if has no #endif');
        return token;
      }
      if (token.startsLine && token.text === '#' && token.kind === 'punctuator') {
        this.#directive();
        continue;
      }
      this.#at += 1;
      if (this.#active) return token;
    }
  }

  get #active(): boolean {
    return this.#conditions[this.#conditions.length - 1]?.active ?? true;
  }

  /** Takes the line of a directive and carries it out. */
  #directive(): void {
    const hash = this.#tokens[this.#at] ?? endOf(this.#tokens);
    this.#at += 1;
    const line: Token[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.kind === 'end' || token.startsLine) break;
      line.push(token);
      this.#at += 1;
    }
    const [name, ...rest] = line;
    if (name === undefined) return;
    if (name.kind !== 'identifier') refuseAt(name, 'a directive expected');
    switch (name.text) {
      case 'if':
        this.#if(name, () => this.#condition(name, rest));
        break;
      case 'ifdef':
        this.#if(name, () => this.#isDefined(nameIn(name, rest)));
        break;
      case 'ifndef':
        this.#if(name, () => !this.#isDefined(nameIn(name, rest)));
        break;
      case 'elif':
        this.#elif(name, rest);
        break;
      case 'else':
        this.#else(name);
        break;
      case 'endif':
        if (this.#conditions.pop() === undefined) refuseAt(name, '#endif without #if');
        break;
      default:
        if (this.#active) this.#plainDirective(hash, name, rest);
    }
  }

  #plainDirective(hash: Token, name: Token, rest: readonly Token[]): void {
    switch (name.text) {
      case 'include':
      case 'pragma':
      case 'warning':
        break;
      case 'define':
        this.#define(name, rest);
        break;
      case 'undef': {
        const undefinedName = nameIn(name, rest);
        if (this.#macros.has(undefinedName.text))
          refuseAt(hash, '#undef of a macro of this file is outside the subset');
        break;
      }
      case 'error':
        refuseAt(hash, `the file stops itself: #error ${rest.map((token) => token.text).join(' ')}`);
        break;
      default:
        refuseAt(name, `#${name.text} is outside the subset`);
    }
  }

  #define(directive: Token, rest: readonly Token[]): void {
    const name = nameIn(directive, rest);
    if (name.text === 'defined') refuseAt(name, "'defined' cannot be a macro");
    const parameters = rest[1]?.text === '(' && rest[1].glued;
    const body = parameters ? [] : rest.slice(1);
    const macro: Macro = { name: name.text, body, parameters };
    const before = this.#macros.get(name.text);
    const words = (tokens: readonly Token[]): string => tokens.map((token) => token.text).join(' ');
    if (before !== undefined && (before.parameters || parameters || words(before.body) !== words(body))) {
      refuseAt(name, `the macro ${name.text} has another definition already`);
    }
    this.#macros.set(name.text, macro);
  }

  #if(name: Token, condition: () => boolean): void {
    if (this.#conditions.length >= sourceLimits.nesting) refuseAt(name, '#if is nested too deeply');
    const outer = this.#active;
    const active = outer && condition();
    this.#conditions.push({ at: name, active, taken: active, outer, sawElse: false });
  }

  #elif(name: Token, rest: readonly Token[]): void {
    const condition = this.#open(name);
    if (condition.sawElse) refuseAt(name, '#elif behind #else');
    condition.active = condition.outer && !condition.taken && this.#condition(name, rest);
    condition.taken ||= condition.active;
  }

  #else(name: Token): void {
    const condition = this.#open(name);
    if (condition.sawElse) refuseAt(name, 'a second #else');
    condition.sawElse = true;
    condition.active = condition.outer && !condition.taken;
    condition.taken = true;
  }

  #open(name: Token): Condition {
    return this.#conditions[this.#conditions.length - 1] ?? refuseAt(name, `#${name.text} without #if`);
  }

  #isDefined(name: Token): boolean {
    return this.#macros.has(name.text) || switchMacro(name.text) !== undefined;
  }

  /** The value of an #if line: `defined` first, then the macros so far, what is left of names counts as 0. */
  #condition(directive: Token, line: readonly Token[]): boolean {
    if (line.length === 0) refuseAt(directive, `#${directive.text} without a condition`);
    const replaced = this.#withoutDefined(line);
    const end: Token = { ...endOf(this.#tokens), line: directive.line, column: directive.column };
    const inner = new TokenStream([...replaced, end], this.#macros, sourceLimits.expressionTokens);
    const zeroNames: ExpressionScope = { valueOf: () => 0n, sizeOf: () => undefined };
    const { value } = evaluate(inner, zeroNames);
    const rest = inner.peek();
    if (rest.kind !== 'end') refuseAt(rest, `${describe(rest)} behind the condition`);
    return value !== 0n;
  }

  #withoutDefined(line: readonly Token[]): readonly Token[] {
    const replaced: Token[] = [];
    for (let i = 0; i < line.length; i += 1) {
      const token = line[i];
      if (token === undefined) break;
      if (token.text !== 'defined') {
        replaced.push({ ...token, startsLine: false });
        continue;
      }
      const bracketed = line[i + 1]?.text === '(';
      const name = line[i + (bracketed ? 2 : 1)];
      if (name?.kind !== 'identifier' || (bracketed && line[i + 3]?.text !== ')')) {
        refuseAt(token, "a name expected behind 'defined'");
      }
      replaced.push({ ...token, kind: 'number', text: this.#isDefined(name) ? '1' : '0', startsLine: false });
      i += bracketed ? 3 : 1;
    }
    return replaced;
  }
}

function nameIn(directive: Token, rest: readonly Token[]): Token {
  const [name] = rest;
  return name?.kind === 'identifier' ? name : refuseAt(name ?? directive, `a name expected behind #${directive.text}`);
}

function endOf(tokens: readonly Token[]): Token {
  return tokens[tokens.length - 1] ?? { kind: 'end', text: '', line: 1, column: 1, startsLine: true, glued: false };
}

function switchMacro(name: string): Macro | undefined {
  const value = librarySwitches[name] ?? (featureSwitch.test(name) ? '1' : undefined);
  if (value === undefined) return undefined;
  const body: Token = { kind: 'number', text: value, line: 1, column: 1, startsLine: false, glued: false };
  return { name, body: [body], parameters: false };
}
