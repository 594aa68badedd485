import type { SignetError } from '../../src-shared/base/error.ts';

/** Why there is no line, as the start page shows it: the error's name, and the path or the sentence that goes with it. */
export interface StartProblem {
  readonly problem: string;
  readonly detail: string;
}

/** Of the error that ended the opening of a line. */
export function problemOf(error: SignetError): StartProblem {
  const { path } = error.details;
  return { problem: error.code, detail: typeof path === 'string' ? path : error.message };
}

/** The same as a fragment of the page's address. */
export function problemFragment(error: SignetError): string {
  return new URLSearchParams({ ...problemOf(error) }).toString();
}
