import { createHash } from 'node:crypto';
import { toHex } from '../../src-shared/base/bytes.ts';
import { type ErrorName, errorCodes } from '../../src-shared/base/error-codes.ts';
import { tbsOfCertificate } from './issuer.ts';
import type {
  ArchivedCertificate,
  CertificateArchive,
  IntentJournal,
  LogReference,
  PolicyBook,
  SigningIntent,
  SigningLog,
} from './ports.ts';

/**
 * Every attempt to sign has exactly one row: SIGNED for the one that became the certificate, FAILED for every other
 * (signer-and-server.md 7.5). The row carries the attempt's name in its note, so a recovery that is itself cut off
 * and done again writes no second row. What broke off in between (a crash, a disk that refused) is accounted for at the next
 * start, or before the next request of the same chip, by what the archive then says.
 */
export class AttemptBook {
  readonly #intents: IntentJournal;
  readonly #log: SigningLog;
  readonly #archive: CertificateArchive;
  readonly #policyBook: PolicyBook;
  /** Intents in the journal that are not done, by serial number; their newest state. */
  readonly #open = new Map<string, SigningIntent[]>();
  /** Chips whose journal refused something: what it holds of them is read anew. */
  readonly #doubtful = new Set<string>();
  /** Rows of this process by attempt name: the log's own index may lag behind its file. */
  readonly #rows = new Map<string, LogReference>();

  constructor(ports: {
    readonly intents: IntentJournal;
    readonly log: SigningLog;
    readonly archive: CertificateArchive;
    readonly policyBook: PolicyBook;
  }) {
    this.#intents = ports.intents;
    this.#log = ports.log;
    this.#archive = ports.archive;
    this.#policyBook = ports.policyBook;
  }

  /** Accounts for every intent a crash left; gives a line for the activity log per intent that got a row. */
  async recover(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (const intent of this.#intents.pending()) this.#keep(intent);
    for (const serialNumber of [...this.#open.keys()]) lines.push(...(await this.settle(serialNumber)));
    return lines;
  }

  /**
   * Accounts for everything of a chip that broke off; to be awaited before a request of the chip is looked at, alone for this chip.
   * Gives a line per intent that got a row.
   */
  async settle(serialNumber: string): Promise<readonly string[]> {
    if (this.#doubtful.has(serialNumber)) {
      const pending = this.#intents.pending().filter((intent) => intent.serialNumber === serialNumber);
      this.#open.delete(serialNumber);
      for (const intent of pending) this.#keep(intent);
      this.#doubtful.delete(serialNumber);
    }
    const lines: string[] = [];
    for (const intent of [...(this.#open.get(serialNumber) ?? [])]) {
      const archived = this.#archivedBy(intent);
      if (archived === undefined) {
        const rows = await this.#fail(intent, intent.attempts, 'INTERRUPTED');
        if (rows > 0) {
          lines.push(
            `Recovered: a request of ${serialNumber} broke off before its certificate was archived; it will be signed again when asked.`,
          );
        }
        continue;
      }
      await this.signed(intent, archived, '');
      await this.close(intent, archived.certificateSerial);
      lines.push(
        `Recovered: the certificate of ${serialNumber} was archived before something broke off; its row is written now.`,
      );
    }
    return lines;
  }

  /** The intent whose certificate an equal request must get, not a new one. Only after `settle`. */
  reusable(wanted: Pick<SigningIntent, 'serialNumber' | 'publicKey'>): SigningIntent | undefined {
    return this.#open.get(wanted.serialNumber)?.findLast((intent) => intent.publicKey === wanted.publicKey);
  }

  /** Makes an intent durable, or the next attempt of one that is there already; older ones of the chip are given up. */
  async open(intent: SigningIntent, reuse: SigningIntent | undefined): Promise<SigningIntent> {
    const opened = reuse === undefined ? intent : { ...intent, id: reuse.id, attempts: reuse.attempts };
    if (reuse === undefined) {
      await this.#journal(intent, () => this.#intents.open(intent));
      this.#keep(opened);
    }
    for (const other of [...(this.#open.get(intent.serialNumber) ?? [])]) {
      if (other.id === opened.id) continue;
      await this.#journal(other, () => this.#intents.clear(other.id));
      this.#forget(other);
    }
    return reuse === undefined ? opened : this.further(opened);
  }

  /** A further attempt is about to start: durable first. */
  async further(intent: SigningIntent): Promise<SigningIntent> {
    const next = { ...intent, attempts: intent.attempts + 1 };
    await this.#journal(intent, () => this.#intents.attempt(intent.id, next.attempts));
    this.#keep(next);
    return next;
  }

  /** All attempts so far failed: rows; the TBS stays for the next equal request. */
  async failed(intent: SigningIntent, code: ErrorName): Promise<void> {
    this.#keep(intent);
    await this.#fail(intent, intent.attempts, code);
  }

  /** The row of the certificate, and FAILED rows of the attempts before it that have none yet. */
  async signed(intent: SigningIntent, entry: ArchivedCertificate, durationMs: string): Promise<LogReference> {
    const name = attemptName(intent, intent.attempts);
    const there = this.#rowOf(intent, name);
    if (there !== undefined) return there;
    const [, row] = await Promise.all([
      this.#fail(intent, intent.attempts - 1, 'SIGN_FAILED'),
      this.#append(name, {
        ...intent.row,
        cert_serial: entry.certificateSerial,
        signature: toHex(entry.compressedCertificate.slice(0, 64)),
        cert_sha256: createHash('sha256').update(entry.deviceCertificate).digest('hex').toUpperCase(),
        duration_ms: durationMs,
        note: name,
        result: 'SIGNED',
      }),
    ]);
    return row;
  }

  /** Archived and logged: the permission is used, the batch counted, the intent cleared. */
  async close(intent: SigningIntent, certificateSerial: string): Promise<void> {
    await this.#journal(intent, async () => {
      if (intent.reworkId !== '') await this.#policyBook.consumeRework(intent.reworkId, certificateSerial);
      // Asked for in one turn, so that a store makes them durable together: neither is done twice after a crash.
      await Promise.all([this.#intents.clear(intent.id), this.#policyBook.count(intent.row.batch ?? '')]);
    });
    this.#forget(intent);
  }

  /** A durable change of the journal; when it is refused, nobody knows whether it took place. */
  async #journal(intent: SigningIntent, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (thrown) {
      this.#doubtful.add(intent.serialNumber);
      throw thrown;
    }
  }

  #archivedBy(intent: SigningIntent): ArchivedCertificate | undefined {
    return this.#archive.bySerialNumber(intent.serialNumber).find((entry) => {
      const tbs = tbsOfCertificate(entry.deviceCertificate);
      return tbs !== undefined && toHex(tbs) === intent.tbs;
    });
  }

  #keep(intent: SigningIntent): void {
    const others = (this.#open.get(intent.serialNumber) ?? []).filter(({ id }) => id !== intent.id);
    this.#open.set(intent.serialNumber, [...others, intent]);
  }

  #forget(intent: SigningIntent): void {
    const left = (this.#open.get(intent.serialNumber) ?? []).filter(({ id }) => id !== intent.id);
    if (left.length === 0) this.#open.delete(intent.serialNumber);
    else this.#open.set(intent.serialNumber, left);
    for (let attempt = 1; attempt <= intent.attempts; attempt += 1) this.#rows.delete(attemptName(intent, attempt));
  }

  /** FAILED rows for the attempts 1..upTo that have none; gives how many were written. */
  async #fail(intent: SigningIntent, upTo: number, code: ErrorName): Promise<number> {
    const rows: Promise<LogReference>[] = [];
    for (let attempt = 1; attempt <= upTo; attempt += 1) {
      const name = attemptName(intent, attempt);
      if (this.#rowOf(intent, name) !== undefined) continue;
      rows.push(
        this.#append(name, {
          ...intent.row,
          error_code: String(errorCodes[code]),
          note: name,
          result: 'FAILED',
        }),
      );
    }
    await Promise.all(rows);
    return rows.length;
  }

  #rowOf(intent: SigningIntent, name: string): LogReference | undefined {
    return this.#rows.get(name) ?? this.#log.rowOfAttempt(intent.serialNumber, name);
  }

  async #append(name: string, entry: Parameters<SigningLog['append']>[0]): Promise<LogReference> {
    const reference = await this.#log.append(entry);
    this.#rows.set(name, reference);
    return reference;
  }
}

/** "attempt <intent>.<n>" */
function attemptName(intent: SigningIntent, attempt: number): string {
  return `attempt ${intent.id}.${attempt}`;
}
