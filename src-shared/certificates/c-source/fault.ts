import { fail, ok, type Result } from '../../base/result.ts';

/** A place in a source file; both count from 1, a tab is one column. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Why a source file was refused, and where. */
export interface CSourceFault extends Position {
  readonly reason: string;
}

/** "12:5: reason", the form that editors turn into a link. */
export function faultText(fault: CSourceFault): string {
  return `${fault.line}:${fault.column}: ${fault.reason}`;
}

/** What a source file may cost (signer-and-server.md 3.3). */
export const sourceLimits = {
  /** UTF-8 bytes of a file. */
  fileBytes: 1 << 20,
  /** Levels of braces, of parentheses, of #if, and of macros within macros, each on its own. */
  nesting: 16,
  /** Elements of an array. */
  arrayElements: 64 * 1024,
  /** Tokens of one expression after macro expansion. */
  expressionTokens: 4096,
  /** Tokens of the whole file after macro expansion: the file itself has fewer, so only macros can reach it. */
  expandedTokens: 2 << 20,
} as const;

/** Carries a fault out of the parser; never leaves this folder. */
class SourceSignal extends Error {
  readonly fault: CSourceFault;

  constructor(fault: CSourceFault) {
    super(faultText(fault));
    this.fault = fault;
  }
}

/** Ends the parsing with a fault at a place. */
export function refuseAt(at: Position, reason: string): never {
  throw new SourceSignal({ line: at.line, column: at.column, reason });
}

/** Runs the parser and turns `refuseAt` into a value. */
export function attemptSource<T>(work: () => T): Result<T, CSourceFault> {
  try {
    return ok(work());
  } catch (thrown) {
    if (thrown instanceof SourceSignal) return fail(thrown.fault);
    throw thrown;
  }
}
