import { type ErrorName, errorCodes } from './error-codes.ts';

/** What a SignetError may carry besides its sentence: plain facts for the log, never a secret. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The one error class. Thrown for everything that is not a listed failure value: bad input, broken storage, wrong use.
 * The message says in one sentence what is wrong for the person in front of it; the code says which rule.
 */
export class SignetError extends Error {
  override readonly name = 'SignetError';
  readonly code: ErrorName;
  readonly details: ErrorDetails;

  constructor(code: ErrorName, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** The stable number of the code. */
  get number(): number {
    return errorCodes[this.code];
  }
}

/** Any thrown value as a SignetError; unknown ones become INTERNAL and keep their message and cause. */
export function asSignetError(thrown: unknown): SignetError {
  if (thrown instanceof SignetError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SignetError('INTERNAL', message, {}, thrown);
}
