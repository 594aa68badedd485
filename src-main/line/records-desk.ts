import { randomBytes } from 'node:crypto';
import { equalBytes, fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { certificateDate, verifyChain } from '../../src-shared/certificates/index.ts';
import type { CallOutput, ParsedInput } from '../../src-shared/ipc/contract.ts';
import { activityLevels } from '../../src-shared/ipc/lists.ts';
import { chainReason, reason } from '../../src-shared/model/reasons.ts';
import { signingLogColumns } from '../../src-shared/model/signing-log-row.ts';
import {
  type ArchiveEntry,
  formatActivityLine,
  QueryThread,
  type Records,
  type StationBook,
} from '../records/index.ts';
import { certificateView } from './certificate-view.ts';
import type { Actor } from './people.ts';

/** Rows of a unit's page: more would not be read. */
const mostRows = 500;

/** What QA asks: wide questions in a thread of their own, one unit's page here. */
export class RecordsDesk {
  readonly #records: Records;
  readonly #book: StationBook;
  readonly #queries: QueryThread;
  readonly #now: () => Date;
  readonly #roots: () => readonly { readonly name: string; readonly publicKey: Uint8Array }[];

  constructor(options: {
    readonly records: Records;
    readonly book: StationBook;
    readonly now: () => Date;
    readonly roots: () => readonly { readonly name: string; readonly publicKey: Uint8Array }[];
  }) {
    this.#records = options.records;
    this.#book = options.book;
    this.#now = options.now;
    this.#roots = options.roots;
    this.#queries = new QueryThread(options.records.store.path);
  }

  log({ filter, before, limit }: ParsedInput<'records.log'>): Promise<CallOutput<'records.log'>> {
    return this.#queries.ask('log', { filter, before, limit });
  }

  async logAt({
    filter,
    position,
    limit,
    descending,
  }: ParsedInput<'records.logAt'>): Promise<CallOutput<'records.logAt'>> {
    const page = await this.#queries.ask('logAt', { filter, position, limit, descending });
    return { ...page, rows: [...page.rows] };
  }

  async archive(question: ParsedInput<'records.archive'>): Promise<CallOutput<'records.archive'>> {
    const page = await this.#queries.ask('archive', question);
    return { ...page, rows: [...page.rows] };
  }

  async charts(question: ParsedInput<'records.charts'>): Promise<CallOutput<'records.charts'>> {
    const charts = await this.#queries.ask('charts', question);
    return {
      ...charts,
      perDay: [...charts.perDay],
      failures: [...charts.failures],
      stageTimes: [...charts.stageTimes],
    };
  }

  signed(): Promise<Record<string, number>> {
    return this.#queries.ask('signed', {});
  }

  verifyLog(): Promise<CallOutput<'records.verifyLog'>> {
    return this.#queries.ask('verifyLog', { folder: this.#records.folder.logs });
  }

  /** Everything about one chip, its chain verified now against the trusted roots. */
  async unit(serialNumber: string): Promise<CallOutput<'records.unit'>> {
    const serial = serialNumber.toUpperCase();
    const { store, archive, runs } = this.#records;
    const rows = store
      .all(
        `SELECT ${signingLogColumns.join(', ')} FROM log_rows WHERE device_sn = ? ORDER BY seq DESC LIMIT ?`,
        serial,
        mostRows,
      )
      .map((row) => Object.fromEntries(Object.entries(row).map(([column, value]) => [column, String(value)])));
    return {
      serialNumber: serial,
      runs: [...runs.bySerialNumber(serial)].reverse(),
      rows,
      certificates: await Promise.all(
        [...archive.bySerialNumber(serial)].reverse().map(async (entry) => ({
          device: await certificateView(entry.deviceCertificate),
          signer: await certificateView(entry.signerCertificate),
          chain: this.#chain(entry),
        })),
      ),
      reworks: this.#book.reworksOf(serial).map((rework) => ({ ...rework })),
    };
  }

  async rework(serialNumber: string, reason: string, actor: Actor): Promise<void> {
    const serial = serialNumber.toUpperCase();
    await this.#records.policy.recordRework({
      id: toHex(new Uint8Array(randomBytes(16))),
      serialNumber: serial,
      reason,
      who: actor.name,
      at: this.#now().toISOString(),
    });
    this.#records.activity.of('records').info(`Rework of ${serial} recorded: ${reason}.`);
  }

  async export({
    what,
    format,
    filter,
    level,
    source,
  }: ParsedInput<'records.export'>): Promise<CallOutput<'records.export'>> {
    const stamp = this.#now().toISOString().slice(0, 16).replace(/[-:]/g, '');
    const name = `${what}-${stamp}.${format}`;
    if (what === 'activity') return { name, ...this.#activity(format, filter.text, level, source) };
    if (format === 'log') throw new SignetError('OPTION_INVALID', 'Only the activity log has lines of a log.');
    const exported = await this.#queries.ask('export', { what, format, filter });
    return { name, ...exported };
  }

  async exportUnit(serialNumber: string): Promise<CallOutput<'records.exportUnit'>> {
    const unit = await this.unit(serialNumber);
    return { name: `unit-${serialNumber.toUpperCase()}.json`, content: `${JSON.stringify(unit, undefined, 2)}\n` };
  }

  async close(): Promise<void> {
    await this.#queries.close();
  }

  #activity(
    format: ParsedInput<'records.export'>['format'],
    wanted: string,
    least: ParsedInput<'records.export'>['level'],
    wantedSource: ParsedInput<'records.export'>['source'],
  ): { content: string; rows: number } {
    const text = wanted.trim().toLowerCase();
    const levels = activityLevels.slice(activityLevels.indexOf(least));
    const lines = this.#records.activity.recent().filter(({ level, source, text: words, time }) => {
      const found = words.toLowerCase().includes(text) || time.toISOString().includes(wanted.trim());
      return levels.includes(level) && (wantedSource === null || source === wantedSource) && found;
    });
    const rows = lines.length;
    if (format === 'json') {
      const json = lines.map(({ time, level, source, text }) => ({ time: time.toISOString(), level, source, text }));
      return { content: `${JSON.stringify(json, undefined, 1)}\n`, rows };
    }
    if (format === 'csv' || format === 'tsv') {
      const separator = format === 'csv' ? ',' : '\t';
      const field = (text: string): string =>
        format === 'csv' ? `"${guarded(text).replaceAll('"', '""')}"` : guarded(text).replace(/[\t\r\n]+/g, ' ');
      const body = lines.map(({ time, level, source, text }) =>
        [time.toISOString(), level, source, text].map(field).join(separator),
      );
      return { content: `${[['time', 'level', 'source', 'text'].join(separator), ...body].join('\n')}\n`, rows };
    }
    return { content: `${lines.map(formatActivityLine).join('\n')}\n`, rows };
  }

  #chain(entry: ArchiveEntry): CallOutput<'records.unit'>['certificates'][number]['chain'] {
    const caKey = fromHex(entry.caPublicKey);
    const root = this.#roots().find(({ publicKey }) => equalBytes(publicKey, caKey));
    if (root === undefined)
      return { verified: false, faults: [{ member: null, reason: reason('signer-root-unknown') }], root: '' };
    const verified = verifyChain({
      device: entry.deviceCertificate,
      signer: entry.signerCertificate,
      rootPublicKey: root.publicKey,
      at: certificateDate(this.#now()),
      deviceSn: fromHex(entry.serialNumber),
    });
    if (!verified.ok) {
      const faults = verified.failure.map((failure) => ({ member: failure.member, reason: chainReason(failure) }));
      return { verified: false, faults, root: root.name };
    }
    return { verified: true, faults: [], root: root.name };
  }
}

/** A text that a spreadsheet would take for a formula gets an apostrophe. */
function guarded(text: string): string {
  return /^[=+\-@]/.test(text) ? `'${text}` : text;
}
