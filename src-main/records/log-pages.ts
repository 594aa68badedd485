import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type Condition, conditionsOf, filterKey, type LogFilter } from './log-filter.ts';

/** Rows at positions of a filtered list. */
export interface LogPage {
  /** Rows that fit; an estimate while `exact` is false. */
  readonly total: number;
  /** False while matches are still being looked for: ask again. */
  readonly exact: boolean;
  readonly position: number;
  readonly rows: readonly Record<string, string>[];
}

/** Looked through at once: some 5 ms, which is what an answer may be later than its time. */
const chunkRows = 5_000;
const fewRows = 20_000;
const keptLists = 6;

/**
 * A list of a million rows by position, for a scroll bar: which sequence numbers fit a filter, newest first, found piece by piece
 * so that no answer waits for the whole. Owns its connection; lives where it may take its time (a worker).
 */
export class LogPages {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #lists = new Map<string, MatchList>();
  readonly #columns: string;

  constructor(database: DatabaseSync, columns: readonly string[], now: () => number) {
    this.#database = database;
    this.#now = now;
    this.#columns = columns.join(', ');
  }

  /** The rows at `position` (0 = newest, or oldest when ascending). Takes about `budgetMs` at most when the list is long. */
  page(filter: LogFilter, position: number, limit: number, descending: boolean, budgetMs = 30): LogPage {
    const list = this.#list(filter);
    list.grow();
    // The oldest is known only when all are known.
    const needed = descending ? position + limit : Number.POSITIVE_INFINITY;
    list.advance(needed, descending ? this.#now() + budgetMs : Number.POSITIVE_INFINITY);
    const sequences = list.slice(position, limit, descending);
    return { total: list.total, exact: list.complete, position, rows: this.#rows(sequences) };
  }

  /** Rows before a sequence number, newest first. */
  before(filter: LogFilter, sequence: number | null, limit: number): { rows: Record<string, string>[]; more: boolean } {
    const conditions = conditionsOf(filter);
    const { sql, values } = where([
      ...conditions,
      ...(sequence === null ? [] : [{ sql: 'seq < ?', values: [sequence], index: undefined, order: undefined }]),
    ]);
    const rows = this.#database
      .prepare(`SELECT ${this.#columns} FROM log_rows${sql} ORDER BY seq DESC LIMIT ?`)
      .all(...values, limit + 1)
      .map(texts);
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  }

  /** Every row of a filter, newest first, in pieces. */
  *all(filter: LogFilter): Generator<Record<string, string>> {
    const list = this.#list(filter);
    list.grow();
    list.advance(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    for (let at = 0; at < list.total; at += 500) yield* this.#rows(list.slice(at, 500, true));
  }

  /**
   * Goes on looking for matches of unfinished lists, the one asked for last before all others: it is the one on the screen. True while
   * there is more to do. A question that comes meanwhile waits for the piece in hand: 0 ms is one piece.
   */
  work(budgetMs: number): boolean {
    const until = this.#now() + budgetMs;
    const unfinished = [...this.#lists.values()].filter((list) => !list.complete).reverse();
    for (const list of unfinished) {
      list.advance(Number.POSITIVE_INFINITY, until);
      if (this.#now() >= until) break;
    }
    return unfinished.some((list) => !list.complete);
  }

  #list(filter: LogFilter): MatchList {
    const key = filterKey(filter);
    const known = this.#lists.get(key);
    if (known !== undefined) {
      this.#lists.delete(key);
      this.#lists.set(key, known);
      return known;
    }
    const conditions = conditionsOf(filter);
    const list = newList(this.#database, conditions, this.#now);
    this.#lists.set(key, list);
    for (const oldest of this.#lists.keys()) {
      if (this.#lists.size <= keptLists) break;
      this.#lists.delete(oldest);
    }
    return list;
  }

  #rows(sequences: readonly number[]): Record<string, string>[] {
    if (sequences.length === 0) return [];
    const marks = sequences.map(() => '?').join(', ');
    const found = new Map(
      this.#database
        .prepare(`SELECT ${this.#columns} FROM log_rows WHERE seq IN (${marks})`)
        .all(...sequences)
        .map((row) => [Number(row['seq']), texts(row)] as const),
    );
    return sequences.flatMap((sequence) => {
      const row = found.get(sequence);
      return row === undefined ? [] : [row];
    });
  }
}

function newList(database: DatabaseSync, conditions: readonly Condition[], now: () => number): MatchList {
  const [only] = conditions;
  if (only === undefined) return new WholeLog(database);
  if (conditions.length === 1 && only.order !== undefined) return new IndexedLog(database, only, only.order);
  return new FilteredLog(database, conditions, now);
}

interface MatchList {
  readonly total: number;
  readonly complete: boolean;
  /** Takes rows that came since. */
  grow(): void;
  /** Looks on until so many are known, or the time is over. */
  advance(needed: number, until: number): void;
  slice(position: number, limit: number, descending: boolean): readonly number[];
}

/** No filter: rows are numbered without gaps, so a position is a sequence number. */
class WholeLog implements MatchList {
  readonly #database: DatabaseSync;
  readonly complete = true;
  #first = 1;
  #last = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const row = database.prepare('SELECT min(seq) AS first FROM log_rows').get();
    this.#first = typeof row?.['first'] === 'number' ? row['first'] : 1;
  }

  get total(): number {
    return Math.max(0, this.#last - this.#first + 1);
  }

  grow(): void {
    this.#last = newest(this.#database);
  }

  advance(): void {
    // Nothing has to be looked for.
  }

  slice(position: number, limit: number, descending: boolean): readonly number[] {
    const count = Math.max(0, Math.min(limit, this.total - position));
    return Array.from({ length: count }, (_, i) =>
      descending ? this.#last - position - i : this.#first + position + i,
    );
  }
}

/** One condition whose index has its rows in the order of the log: counted and paged by the index alone. */
class IndexedLog implements MatchList {
  readonly #database: DatabaseSync;
  readonly #condition: Condition;
  readonly #order: readonly string[];
  readonly complete = true;
  #newest = -1;
  #total = 0;

  constructor(database: DatabaseSync, condition: Condition, order: readonly string[]) {
    this.#database = database;
    this.#condition = condition;
    this.#order = order;
  }

  get total(): number {
    return this.#total;
  }

  grow(): void {
    const last = newest(this.#database);
    if (last === this.#newest) return;
    this.#newest = last;
    const { sql, values, index } = this.#condition;
    this.#total =
      numbers(this.#database, `SELECT count(*) FROM log_rows INDEXED BY ${index} WHERE ${sql}`, values)[0] ?? 0;
  }

  advance(): void {
    // Nothing has to be looked for.
  }

  slice(position: number, limit: number, descending: boolean): readonly number[] {
    const { sql, values, index } = this.#condition;
    const order = this.#order.map((column) => (descending ? `${column} DESC` : column)).join(', ');
    return numbers(
      this.#database,
      `SELECT seq FROM log_rows INDEXED BY ${index} WHERE ${sql} ORDER BY ${order} LIMIT ? OFFSET ?`,
      [...values, limit, position],
    );
  }
}

/** The matches of a filter: `#found` newest first down to where the search is, `#newer` those that came since, oldest first. */
class FilteredLog implements MatchList {
  readonly #database: DatabaseSync;
  readonly #conditions: readonly Condition[];
  readonly #now: () => number;
  readonly #from: number;
  readonly #found: number[] = [];
  readonly #newer: number[] = [];
  #newest: number;
  /** Rows below this number have not been looked at; 1 = all were. */
  #looked: number;

  constructor(database: DatabaseSync, conditions: readonly Condition[], now: () => number) {
    this.#database = database;
    this.#conditions = conditions;
    this.#now = now;
    this.#newest = newest(database);
    this.#from = this.#newest;
    this.#looked = this.#newest + 1;
    const rarest = this.#rarest();
    if (rarest !== undefined) {
      const { sql, values } = where(conditions);
      const rows = this.#numbers(`SELECT seq FROM log_rows INDEXED BY ${rarest.index}${sql}`, values);
      this.#found.push(...rows.sort((a, b) => b - a));
      this.#looked = 1;
    }
  }

  get complete(): boolean {
    return this.#looked <= 1;
  }

  get total(): number {
    const known = this.#found.length + this.#newer.length;
    if (this.complete) return known;
    const share = (this.#from - this.#looked + 1) / Math.max(1, this.#from);
    return share <= 0 ? known : Math.max(known, Math.round(this.#found.length / share) + this.#newer.length);
  }

  grow(): void {
    const last = newest(this.#database);
    if (last <= this.#newest) return;
    const { sql, values } = where([
      ...this.#conditions,
      { sql: 'seq > ? AND seq <= ?', values: [this.#newest, last], index: undefined, order: undefined },
    ]);
    this.#newer.push(...this.#numbers(`SELECT seq FROM log_rows NOT INDEXED${sql} ORDER BY seq`, values));
    this.#newest = last;
  }

  advance(needed: number, until: number): void {
    while (!this.complete && this.#found.length + this.#newer.length < needed) {
      this.#step();
      if (this.#now() >= until) return;
    }
  }

  slice(position: number, limit: number, descending: boolean): readonly number[] {
    const known = this.#found.length + this.#newer.length;
    const count = Math.max(0, Math.min(limit, known - position));
    return Array.from({ length: count }, (_, i) => this.#at(descending ? position + i : known - 1 - position - i));
  }

  /** By position, newest = 0. */
  #at(position: number): number {
    const value =
      position < this.#newer.length
        ? this.#newer[this.#newer.length - 1 - position]
        : this.#found[position - this.#newer.length];
    if (value === undefined) throw new RangeError(`no match ${position}`);
    return value;
  }

  #step(): void {
    const low = Math.max(1, this.#looked - chunkRows);
    const { sql, values } = where([
      { sql: 'seq >= ? AND seq < ?', values: [low, this.#looked], index: undefined, order: undefined },
      ...this.#conditions,
    ]);
    for (const row of this.#numbers(`SELECT seq FROM log_rows NOT INDEXED${sql} ORDER BY seq DESC`, values))
      this.#found.push(row);
    this.#looked = low;
  }

  /** The condition with the fewest rows, when they are few enough to be taken at once. */
  #rarest(): Condition | undefined {
    let best: Condition | undefined;
    let fewest = fewRows + 1;
    for (const condition of this.#conditions) {
      if (condition.index === undefined) continue;
      const [count = fewRows + 1] = this.#numbers(
        `SELECT count(*) FROM (SELECT 1 FROM log_rows INDEXED BY ${condition.index} WHERE ${condition.sql} LIMIT ${fewest})`,
        condition.values,
      );
      if (count < fewest) {
        fewest = count;
        best = condition;
      }
    }
    return best;
  }

  #numbers(sql: string, values: readonly SQLInputValue[]): number[] {
    return numbers(this.#database, sql, values);
  }
}

/** First column of every row. */
function numbers(database: DatabaseSync, sql: string, values: readonly SQLInputValue[]): number[] {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  const rows: readonly unknown[] = statement.all(...values);
  return rows.map((row) => (Array.isArray(row) ? Number(row[0]) : 0));
}

function newest(database: DatabaseSync): number {
  const row = database.prepare('SELECT max(seq) AS last FROM log_rows').get();
  return typeof row?.['last'] === 'number' ? row['last'] : 0;
}

function where(conditions: readonly Condition[]): { readonly sql: string; readonly values: readonly SQLInputValue[] } {
  if (conditions.length === 0) return { sql: '', values: [] };
  return {
    sql: ` WHERE ${conditions.map((condition) => condition.sql).join(' AND ')}`,
    values: conditions.flatMap((condition) => condition.values),
  };
}

function texts(row: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, String(value)]));
}
