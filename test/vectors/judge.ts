/**
 * How a vector file is judged: one module per file in `suites/` exports `judge`, which runs our code on `in` and
 * compares with `out`. Everything read from the JSON is parsed by the suite (a folder handed in by VECTORS_DIR is input
 * from outside). A case that a suite cannot judge has failed.
 */
export interface VectorCase {
  readonly name: string;
  readonly kind?: string;
  readonly function?: string;
  readonly in: Readonly<Record<string, unknown>>;
  readonly out: Readonly<Record<string, unknown>>;
}

/** `wrong` says what differed, in one line: "packet: ours 07…, theirs 0B…". */
export type Verdict = { readonly passed: true } | { readonly passed: false; readonly wrong: string };

export type Judge = (testCase: VectorCase) => Verdict | Promise<Verdict>;

export const passed: Verdict = { passed: true };

/** A failed case. */
export function wrong(text: string): Verdict {
  return { passed: false, wrong: text };
}

/** Whether an imported module has a judge. */
export function isJudgeModule(module: unknown): module is { readonly judge: Judge } {
  return typeof module === 'object' && module !== null && 'judge' in module && typeof module.judge === 'function';
}
