import { DatabaseSync } from 'node:sqlite';
import type { Reason } from '../../src-shared/model/reasons.ts';
import { signingLogColumns } from '../../src-shared/model/signing-log-row.ts';
import { type ArchiveFilter, archiveSource } from './archive-filter.ts';
import { type Exported, type ExportQuestion, exportRows } from './export.ts';
import { conditionsOf, filterKey, type LogFilter } from './log-filter.ts';
import {
  type ArchivePage,
  archivePage,
  type Charts,
  type ChartsQuestion,
  charts,
  signaturesBySigner,
} from './reports.ts';
import { type RowPage, RowPages } from './row-pages.ts';
import { verifySigningLog } from './signing-log.ts';

/** Everything that Records asks, with its answer. */
export interface Questions {
  readonly logAt: {
    readonly in: { filter: LogFilter; position: number; limit: number; descending: boolean };
    readonly out: RowPage;
  };
  readonly log: {
    readonly in: { filter: LogFilter; before: number | null; limit: number };
    readonly out: { rows: Record<string, string>[]; more: boolean };
  };
  readonly archive: {
    readonly in: { filter: ArchiveFilter; position: number; limit: number };
    readonly out: ArchivePage;
  };
  readonly charts: { readonly in: ChartsQuestion; readonly out: Charts };
  /** Signatures given out by each signer, by its serial number. */
  readonly signed: { readonly in: Record<string, never>; readonly out: Record<string, number> };
  /** Reads every file of a log folder. */
  readonly verifyLog: {
    readonly in: { folder: string };
    readonly out: { rows: number; files: number; complaints: Reason[] };
  };
  readonly export: { readonly in: ExportQuestion; readonly out: Exported };
}

export type QuestionName = keyof Questions;

/** Answers questions over a connection of its own that cannot write. */
export class QueryDesk {
  readonly #database: DatabaseSync;
  readonly #pages: RowPages<LogFilter>;
  readonly #archive: RowPages<ArchiveFilter>;
  /** The lists that were asked for last are those on the screen. */
  #archiveFirst = false;

  constructor(path: string, now: () => number) {
    this.#database = new DatabaseSync(path, { readOnly: true });
    // Wide rows are read again and again while a list is being filtered.
    this.#database.exec('PRAGMA cache_size = -65536; PRAGMA mmap_size = 1073741824; PRAGMA busy_timeout = 2000;');
    this.#pages = new RowPages(
      this.#database,
      { table: 'log_rows', key: 'seq', columns: signingLogColumns, conditionsOf, filterKey },
      now,
    );
    this.#archive = new RowPages(this.#database, archiveSource, now);
  }

  answer<N extends QuestionName>(name: N, input: Questions[N]['in']): Questions[N]['out'] {
    const answers: { [K in QuestionName]: (input: Questions[K]['in']) => Questions[K]['out'] } = {
      logAt: ({ filter, position, limit, descending }) => {
        this.#archiveFirst = false;
        return this.#pages.page(filter, position, limit, descending);
      },
      log: ({ filter, before, limit }) => this.#pages.before(filter, before, limit),
      archive: ({ filter, position, limit }) => {
        this.#archiveFirst = true;
        return archivePage(this.#database, this.#archive, filter, position, limit);
      },
      charts: (question) => charts(this.#database, question),
      signed: () => signaturesBySigner(this.#database),
      verifyLog: ({ folder }) => {
        const { rows, files, complaints } = verifySigningLog(folder);
        return { rows, files, complaints: complaints.slice(0, 100) };
      },
      export: (question) => exportRows(this.#database, this.#pages, question),
    };
    return answers[name](input);
  }

  /** Goes on with unfinished lists; true while there is more to do. */
  work(budgetMs: number): boolean {
    const pages = this.#archiveFirst ? [this.#archive, this.#pages] : [this.#pages, this.#archive];
    return pages.some((lists) => lists.work(budgetMs));
  }

  close(): void {
    this.#database.close();
  }
}
