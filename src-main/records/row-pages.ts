import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Condition } from './log-filter.ts';

/** A table whose rows are numbered in the order they came, and how it is filtered. */
export interface RowSource<F> {
  readonly table: 'log_rows' | 'certificates';
  /** Its integer primary key. */
  readonly key: 'seq' | 'id';
  /** Columns that a page gives. */
  readonly columns: readonly string[];
  /** All of them must hold. */
  conditionsOf(filter: F): readonly Condition[];
  /** One key per filter content, to find its list again. */
  filterKey(filter: F): string;
}

type Table = Pick<RowSource<never>, 'table' | 'key'>;

/** Rows at positions of a filtered list. */
export interface RowPage {
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
 * A list of a million rows by position, for a scroll bar: which row numbers fit a filter, newest first, found piece by piece
 * so that no answer waits for the whole. Owns its connection; lives where it may take its time (a worker).
 */
export class RowPages<F> {
  readonly #database: DatabaseSync;
  readonly #source: RowSource<F>;
  readonly #now: () => number;
  readonly #lists = new Map<string, MatchList>();
  readonly #columns: string;

  constructor(database: DatabaseSync, source: RowSource<F>, now: () => number) {
    this.#database = database;
    this.#source = source;
    this.#now = now;
    this.#columns = source.columns.join(', ');
  }

  /** The rows at `position` (0 = newest, or oldest when ascending). Takes about `budgetMs` at most when the list is long. */
  page(filter: F, position: number, limit: number, descending: boolean, budgetMs = 30): RowPage {
    const list = this.#list(filter);
    list.grow();
    // The oldest is known only when all are known.
    const needed = descending ? position + limit : Number.POSITIVE_INFINITY;
    list.advance(needed, descending ? this.#now() + budgetMs : Number.POSITIVE_INFINITY);
    const sequences = list.slice(position, limit, descending);
    return { total: list.total, exact: list.complete, position, rows: this.#rows(sequences) };
  }

  /** Rows before a row number, newest first. */
  before(filter: F, sequence: number | null, limit: number): { rows: Record<string, string>[]; more: boolean } {
    const { table, key } = this.#source;
    const conditions = this.#source.conditionsOf(filter);
    const { sql, values } = where([
      ...conditions,
      ...(sequence === null ? [] : [{ sql: `${key} < ?`, values: [sequence], index: undefined, order: undefined }]),
    ]);
    const rows = this.#database
      .prepare(`SELECT ${this.#columns} FROM ${table}${sql} ORDER BY ${key} DESC LIMIT ?`)
      .all(...values, limit + 1)
      .map(texts);
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  }

  /** Every row of a filter, newest first, in pieces. */
  *all(filter: F): Generator<Record<string, string>> {
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

  #list(filter: F): MatchList {
    const key = this.#source.filterKey(filter);
    const known = this.#lists.get(key);
    if (known !== undefined) {
      this.#lists.delete(key);
      this.#lists.set(key, known);
      return known;
    }
    const list = newList(this.#database, this.#source, this.#source.conditionsOf(filter), this.#now);
    this.#lists.set(key, list);
    for (const oldest of this.#lists.keys()) {
      if (this.#lists.size <= keptLists) break;
      this.#lists.delete(oldest);
    }
    return list;
  }

  #rows(sequences: readonly number[]): Record<string, string>[] {
    if (sequences.length === 0) return [];
    const { table, key } = this.#source;
    const marks = sequences.map(() => '?').join(', ');
    const found = new Map(
      this.#database
        .prepare(`SELECT ${this.#columns} FROM ${table} WHERE ${key} IN (${marks})`)
        .all(...sequences)
        .map((row) => [Number(row[key]), texts(row)] as const),
    );
    return sequences.flatMap((sequence) => {
      const row = found.get(sequence);
      return row === undefined ? [] : [row];
    });
  }
}

function newList(database: DatabaseSync, table: Table, conditions: readonly Condition[], now: () => number): MatchList {
  const [only] = conditions;
  if (only === undefined) return new WholeList(database, table);
  if (conditions.length === 1 && only.order !== undefined) return new IndexedList(database, table, only, only.order);
  return new FilteredList(database, table, conditions, now);
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
class WholeList implements MatchList {
  readonly #database: DatabaseSync;
  readonly #table: Table;
  readonly complete = true;
  #first = 1;
  #last = 0;

  constructor(database: DatabaseSync, table: Table) {
    this.#database = database;
    this.#table = table;
    const row = database.prepare(`SELECT min(${table.key}) AS first FROM ${table.table}`).get();
    this.#first = typeof row?.['first'] === 'number' ? row['first'] : 1;
  }

  get total(): number {
    return Math.max(0, this.#last - this.#first + 1);
  }

  grow(): void {
    this.#last = newest(this.#database, this.#table);
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
class IndexedList implements MatchList {
  readonly #database: DatabaseSync;
  readonly #table: Table;
  readonly #condition: Condition;
  readonly #order: readonly string[];
  readonly complete = true;
  #newest = -1;
  #total = 0;

  constructor(database: DatabaseSync, table: Table, condition: Condition, order: readonly string[]) {
    this.#database = database;
    this.#table = table;
    this.#condition = condition;
    this.#order = order;
  }

  get total(): number {
    return this.#total;
  }

  grow(): void {
    const last = newest(this.#database, this.#table);
    if (last === this.#newest) return;
    this.#newest = last;
    const { sql, values, index } = this.#condition;
    const from = `${this.#table.table} INDEXED BY ${index}`;
    this.#total = numbers(this.#database, `SELECT count(*) FROM ${from} WHERE ${sql}`, values)[0] ?? 0;
  }

  advance(): void {
    // Nothing has to be looked for.
  }

  slice(position: number, limit: number, descending: boolean): readonly number[] {
    const { sql, values, index } = this.#condition;
    const { table, key } = this.#table;
    const order = this.#order.map((column) => (descending ? `${column} DESC` : column)).join(', ');
    return numbers(
      this.#database,
      `SELECT ${key} FROM ${table} INDEXED BY ${index} WHERE ${sql} ORDER BY ${order} LIMIT ? OFFSET ?`,
      [...values, limit, position],
    );
  }
}

/** The matches of a filter: `#found` newest first down to where the search is, `#newer` those that came since, oldest first. */
class FilteredList implements MatchList {
  readonly #database: DatabaseSync;
  readonly #table: Table;
  readonly #conditions: readonly Condition[];
  readonly #now: () => number;
  readonly #from: number;
  readonly #found: number[] = [];
  readonly #newer: number[] = [];
  #newest: number;
  /** Rows below this number have not been looked at; 1 = all were. */
  #looked: number;

  constructor(database: DatabaseSync, table: Table, conditions: readonly Condition[], now: () => number) {
    this.#database = database;
    this.#table = table;
    this.#conditions = conditions;
    this.#now = now;
    this.#newest = newest(database, table);
    this.#from = this.#newest;
    this.#looked = this.#newest + 1;
    const rarest = this.#rarest();
    if (rarest !== undefined) {
      const { sql, values } = where(conditions);
      const rows = this.#numbers(`SELECT ${table.key} FROM ${table.table} INDEXED BY ${rarest.index}${sql}`, values);
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
    const { table, key } = this.#table;
    const last = newest(this.#database, this.#table);
    if (last <= this.#newest) return;
    const { sql, values } = where([
      ...this.#conditions,
      { sql: `${key} > ? AND ${key} <= ?`, values: [this.#newest, last], index: undefined, order: undefined },
    ]);
    this.#newer.push(...this.#numbers(`SELECT ${key} FROM ${table} NOT INDEXED${sql} ORDER BY ${key}`, values));
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
    const { table, key } = this.#table;
    const low = Math.max(1, this.#looked - chunkRows);
    const { sql, values } = where([
      { sql: `${key} >= ? AND ${key} < ?`, values: [low, this.#looked], index: undefined, order: undefined },
      ...this.#conditions,
    ]);
    for (const row of this.#numbers(`SELECT ${key} FROM ${table} NOT INDEXED${sql} ORDER BY ${key} DESC`, values))
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
        `SELECT count(*) FROM (SELECT 1 FROM ${this.#table.table} INDEXED BY ${condition.index} WHERE ${condition.sql} LIMIT ${fewest})`,
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

function newest(database: DatabaseSync, { table, key }: Table): number {
  const row = database.prepare(`SELECT max(${key}) AS last FROM ${table}`).get();
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
