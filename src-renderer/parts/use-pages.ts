import { useCallback, useEffect, useRef, useState } from 'react';
import type { Result } from '../../src-shared/base/result.ts';
import type { WireError } from '../../src-shared/ipc/contract.ts';

/** Rows of one call, at positions of a list of `total`. */
export interface Page<T> {
  readonly total: number;
  /** False while the total is an estimate and rows may be missing: it is asked for again. */
  readonly exact: boolean;
  readonly rows: readonly T[];
}

export type FetchPage<T> = (
  position: number,
  limit: number,
  signal: AbortSignal,
) => Promise<Result<Page<T>, WireError>>;

export const pageSize = 200;
/** Pages that are kept: what a hand scrolls back to at once. */
const keptPages = 60;
const askAgainMs = 250;

/** Pages that hold the rows `first`..`last` (inclusive). */
export function pagesFor(first: number, last: number): readonly number[] {
  const from = Math.floor(Math.max(0, first) / pageSize);
  const to = Math.floor(Math.max(0, last) / pageSize);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

export interface Pages<T> {
  readonly total: number;
  readonly exact: boolean;
  readonly loading: boolean;
  readonly error: WireError | null;
  row(index: number): T | undefined;
  /** Says which rows are seen; what is missing is fetched. */
  need(first: number, last: number): void;
  /** Fetches again what is seen; the rows shown stay until then. */
  refresh(): void;
}

/**
 * A list of any length read page by page by position. A new `key` (another filter) starts over; answers to older questions
 * are dropped and their calls cancelled.
 */
export function usePages<T>(key: string, fetch: FetchPage<T>): Pages<T> {
  const [state, setState] = useState<{ total: number; exact: boolean; loading: boolean; error: WireError | null }>({
    total: 0,
    exact: true,
    loading: true,
    error: null,
  });
  const [, setTurn] = useState(0);
  const latest = useRef(fetch);
  latest.current = fetch;
  const pages = useRef(new Map<number, readonly T[]>());
  const open = useRef(new Set<number>());
  const seen = useRef<readonly number[]>([0]);
  const abort = useRef(new AbortController());

  const load = useCallback(async (page: number, again: boolean): Promise<void> => {
    if (open.current.has(page) || (!again && pages.current.has(page))) return;
    const { signal } = abort.current;
    open.current.add(page);
    const answer = await latest.current(page * pageSize, pageSize, signal);
    if (signal.aborted) return;
    open.current.delete(page);
    if (!answer.ok) {
      setState((old) => ({ ...old, loading: false, error: answer.failure }));
      return;
    }
    const { rows, total, exact } = answer.value;
    pages.current.delete(page);
    pages.current.set(page, rows);
    for (const oldest of pages.current.keys()) {
      if (pages.current.size <= keptPages) break;
      if (!seen.current.includes(oldest)) pages.current.delete(oldest);
    }
    setState({ total, exact, loading: false, error: null });
    setTurn((turn) => turn + 1);
    if (!exact) {
      setTimeout(() => {
        if (!signal.aborted && seen.current.includes(page)) void load(page, true);
      }, askAgainMs);
    }
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another key is another list
  useEffect(() => {
    abort.current.abort();
    abort.current = new AbortController();
    pages.current.clear();
    open.current.clear();
    seen.current = [0];
    setState((old) => ({ ...old, loading: true, error: null }));
    void load(0, true);
    return () => abort.current.abort();
  }, [key, load]);

  const need = useCallback(
    (first: number, last: number) => {
      seen.current = pagesFor(first, last);
      for (const page of seen.current) void load(page, false);
    },
    [load],
  );

  const refresh = useCallback(() => {
    const kept = seen.current;
    for (const page of [...pages.current.keys()]) if (!kept.includes(page)) pages.current.delete(page);
    for (const page of kept) void load(page, true);
  }, [load]);

  const row = useCallback((index: number): T | undefined => {
    return pages.current.get(Math.floor(index / pageSize))?.[index % pageSize];
  }, []);

  return { ...state, row, need, refresh };
}
