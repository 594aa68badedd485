import type {
  ArchivedCertificate,
  CertificateArchive,
  IntentJournal,
  LogReference,
  PolicyBook,
  SigningIntent,
  SigningLog,
} from '../../src-main/signing/ports.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { SigningLogEntry } from '../../src-shared/model/signing-log-row.ts';

/** Where a durable operation goes wrong: nothing happened, or it happened and nobody was told. */
export type Mishap = 'before' | 'after';

/**
 * Records in memory whose n-th durable operation fails, as a disk does; what they hold survives a service, as files survive a
 * process.
 */
export class MemoryRecords {
  readonly certificates: ArchivedCertificate[] = [];
  readonly rows: (SigningLogEntry & { readonly sequence: number })[] = [];
  readonly journal = new Map<string, SigningIntent>();
  readonly reworks = new Map<string, { readonly id: string; usedFor: string }>();
  readonly batches = new Map<string, { open: boolean; quota: number | undefined; issued: number }>();
  /** Names of the durable operations that were asked for, in order. */
  readonly operations: string[] = [];
  #failing: { readonly at: number; readonly mishap: Mishap } | undefined;
  alarm = '';
  acceptedAfter = 0;
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** The n-th durable operation from now on (counted from 0) fails once. */
  failAt(operation: number, mishap: Mishap): void {
    this.#failing = { at: this.operations.length + operation, mishap };
  }

  readonly archive: CertificateArchive = {
    bySerialNumber: (serialNumber) => this.certificates.filter((entry) => entry.serialNumber === serialNumber),
    hasCertificateSerial: (ca, serial) =>
      this.certificates.some((entry) => entry.caPublicKey === ca && entry.certificateSerial === serial),
    store: (entry) => this.#durable('archive', () => this.certificates.push(entry)),
  };

  readonly log: SigningLog = this.#makeLog();

  readonly intents: IntentJournal = {
    open: (intent) => this.#durable('intent', () => this.journal.set(intent.id, intent)),
    attempt: (id, attempt) =>
      this.#durable('attempt', () => {
        const intent = this.journal.get(id);
        if (intent !== undefined) this.journal.set(id, { ...intent, attempts: attempt });
      }),
    clear: (id) => this.#durable('clear', () => this.journal.delete(id)),
    pending: () => [...this.journal.values()],
  };

  readonly policyBook: PolicyBook = {
    reworkFor: (serialNumber) => {
      const rework = this.reworks.get(serialNumber);
      return rework?.usedFor === '' ? { id: rework.id } : undefined;
    },
    consumeRework: (id, serial) =>
      this.#durable('rework', () => {
        for (const rework of this.reworks.values())
          if (rework.id === id && rework.usedFor === '') rework.usedFor = serial;
      }),
    batchOpen: (batch) => this.batches.get(batch)?.open ?? true,
    remaining: (batch) => {
      const known = this.batches.get(batch);
      return known?.quota === undefined ? undefined : Math.max(0, known.quota - known.issued);
    },
    count: (batch) =>
      this.#durable('count', () => {
        const known = this.batches.get(batch);
        if (known !== undefined) known.issued += 1;
      }),
  };

  #makeLog(): SigningLog {
    const reference = (sequence: number): LogReference => ({ sequence, rowHash: toHex(Uint8Array.of(sequence)) });
    const times: string[] = [];
    const records = this;
    return {
      append: async (entry) => {
        await this.#durable(`row ${entry.result}`, () => {
          this.rows.push({ ...entry, sequence: this.rows.length + 1 });
          times.push(entry.result === 'SIGNED' ? this.#now().toISOString() : '');
        });
        return reference(this.rows.length);
      },
      get head() {
        return reference(records.rows.length);
      },
      get newestTime() {
        return times.slice(records.acceptedAfter).reduce((newest, time) => (time > newest ? time : newest), '');
      },
      acceptClock: async () => {
        this.acceptedAfter = this.rows.length;
      },
      newestFor: (serialNumber) => {
        const row = this.rows.findLast(
          ({ device_sn, result }) => device_sn === serialNumber && (result === 'SIGNED' || result === 'REISSUED'),
        );
        return row === undefined ? undefined : reference(row.sequence);
      },
      rowOfAttempt: (serialNumber, note) => {
        const row = this.rows.find((each) => each.device_sn === serialNumber && each.note === note);
        return row === undefined ? undefined : reference(row.sequence);
      },
      get alarm() {
        return records.alarm;
      },
    };
  }

  async #durable(name: string, effect: () => unknown): Promise<void> {
    const failing = this.#failing?.at === this.operations.length ? this.#failing.mishap : undefined;
    this.operations.push(name);
    await Promise.resolve();
    if (failing !== 'before') effect();
    if (failing === undefined) return;
    this.#failing = undefined;
    throw new SignetError('STORAGE_FAILED', `The disk failed at ${name}.`);
  }
}
