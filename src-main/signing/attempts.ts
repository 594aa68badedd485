import { createHash } from 'node:crypto';
import { toHex } from '../../src-shared/base/bytes.ts';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import type {
  ArchivedCertificate,
  CertificateArchive,
  IntentJournal,
  LogReference,
  SigningIntent,
  SigningLog,
} from './ports.ts';
import type { Refusal } from './request.ts';

/**
 * Every attempt to sign has exactly one row: SIGNED for the one that became the certificate, FAILED for every other
 * (signer-and-server.md 7.5). The row carries the attempt's name in its note, so a recovery that is itself cut off
 * and done again writes no second row.
 */
export class AttemptBook {
  readonly #intents: IntentJournal;
  readonly #log: SigningLog;
  readonly #archive: CertificateArchive;
  /** Intents whose TBS is signed again at the next equal request; by serial number. */
  readonly #left = new Map<string, SigningIntent>();

  constructor(intents: IntentJournal, log: SigningLog, archive: CertificateArchive) {
    this.#intents = intents;
    this.#log = log;
    this.#archive = archive;
  }

  /** Accounts for every intent a crash left; gives a line per intent for the activity log. */
  async recover(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (const intent of this.#intents.pending()) {
      const archived = this.#archivedBy(intent);
      if (archived !== undefined) {
        await this.#fail(intent, intent.attempts - 1, errorCodes.INTERNAL);
        if (!this.#has(intent, intent.attempts))
          await this.signed(intent, archived, archived.compressedCertificate.slice(0, 64), '');
        await this.#intents.clear(intent.id);
        lines.push(
          `Recovered: the certificate of ${intent.serialNumber} was archived before the stop; its row was written now.`,
        );
        continue;
      }
      await this.#fail(intent, intent.attempts, errorCodes.INTERNAL);
      this.#left.set(intent.serialNumber, intent);
      lines.push(
        `Recovered: a request of ${intent.serialNumber} was cut off before its certificate was archived; it will be signed again when asked.`,
      );
    }
    return lines;
  }

  /** The intent whose certificate an equal request must get, not a new one. */
  reusable(serialNumber: string, publicKey: string): SigningIntent | undefined {
    const intent = this.#left.get(serialNumber);
    return intent?.publicKey === publicKey ? intent : undefined;
  }

  /** Makes the intent durable and gives the number of its first attempt. */
  async open(intent: SigningIntent, reuse: SigningIntent | undefined): Promise<number> {
    if (reuse === undefined) {
      await this.#intents.open(intent);
      return 1;
    }
    const attempt = reuse.attempts + 1;
    await this.#intents.attempt(reuse.id, attempt);
    return attempt;
  }

  /** The attempts failed: rows, and the TBS kept for the next equal request. */
  async failed(intent: SigningIntent, answer: Refusal): Promise<void> {
    await this.#fail(intent, intent.attempts, errorCodes[answer.code]);
    this.#left.set(intent.serialNumber, intent);
  }

  /** Rows for an intent that is given up, and the intent cleared. */
  async settle(intent: SigningIntent, drop: boolean): Promise<void> {
    await this.#fail(intent, intent.attempts, errorCodes.INTERNAL);
    if (!drop) return;
    this.#left.delete(intent.serialNumber);
    await this.#intents.clear(intent.id);
  }

  /** The row of the certificate, and FAILED rows of the attempts before it that have none yet. */
  async signed(
    intent: SigningIntent,
    entry: ArchivedCertificate,
    signature: Uint8Array,
    durationMs: string,
  ): Promise<LogReference> {
    const earlier = this.#fail(intent, intent.attempts - 1, errorCodes.SIGN_FAILED);
    const row = this.#log.append({
      ...intent.row,
      cert_serial: entry.certificateSerial,
      signature: toHex(signature),
      cert_sha256: sha256Hex(entry.deviceCertificate),
      duration_ms: durationMs,
      note: attemptName(intent, intent.attempts),
      result: 'SIGNED',
    });
    await earlier;
    const reference = await row;
    this.#left.delete(intent.serialNumber);
    return reference;
  }

  #archivedBy(intent: SigningIntent): ArchivedCertificate | undefined {
    return this.#archive
      .bySerialNumber(intent.serialNumber)
      .find(
        (entry) =>
          entry.publicKey === intent.publicKey &&
          entry.definitionDigest === intent.definitionDigest &&
          entry.caPublicKey === intent.caPublicKey,
      );
  }

  #has(intent: SigningIntent, attempt: number): boolean {
    return this.#log.rowOfAttempt(intent.serialNumber, attemptName(intent, attempt)) !== undefined;
  }

  async #fail(intent: SigningIntent, upTo: number, code: number): Promise<void> {
    const rows: Promise<LogReference>[] = [];
    for (let attempt = 1; attempt <= upTo; attempt += 1) {
      if (this.#has(intent, attempt)) continue;
      rows.push(
        this.#log.append({
          ...intent.row,
          error_code: String(code),
          note: attemptName(intent, attempt),
          result: 'FAILED',
        }),
      );
    }
    await Promise.all(rows);
  }
}

/** "attempt <intent>.<n>" */
function attemptName(intent: SigningIntent, attempt: number): string {
  return `attempt ${intent.id}.${attempt}`;
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').toUpperCase();
}
