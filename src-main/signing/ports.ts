import type { SigningLogEntry } from '../../src-shared/model/signing-log-row.ts';

/**
 * What SigningService needs of durable records. Every promise resolves only after the bytes are on the disk (fsync);
 * every one may reject with SignetError STORAGE_FAILED, and then nothing is signed and nothing handed out.
 */

/** An issue in progress: written before the signature, cleared after the log row (signer-and-server.md 7.5). */
export interface SigningIntent {
  /** Hex, unique: made by the service. */
  readonly id: string;
  readonly serialNumber: string;
  readonly publicKey: string;
  readonly definitionDigest: string;
  readonly caPublicKey: string;
  readonly signerSerialNumber: string;
  /** The whole TBS, hex: signed again as it is after a crash. */
  readonly tbs: string;
  readonly createdAt: string;
  /** 1, 2, 3: how many times the signing sequence was begun. */
  readonly attempts: number;
  /** The recorded permission under which a second key of this chip is certified; empty = none. */
  readonly reworkId: string;
  /** Columns of the log row that will be written, as far as they are known. */
  readonly row: Omit<SigningLogEntry, 'result'>;
}

export interface IntentJournal {
  open(intent: SigningIntent): Promise<void>;
  /** A further attempt is about to start. */
  attempt(id: string, attempt: number): Promise<void>;
  clear(id: string): Promise<void>;
  /** Intents that a crash left behind, oldest first. */
  pending(): readonly SigningIntent[];
}

export interface ArchivedCertificate {
  readonly serialNumber: string;
  readonly publicKey: string;
  readonly definitionDigest: string;
  readonly caPublicKey: string;
  readonly signerSerialNumber: string;
  /** DER */
  readonly deviceCertificate: Uint8Array;
  readonly signerCertificate: Uint8Array;
  readonly compressedCertificate: Uint8Array;
  readonly signerCompressedCertificate: Uint8Array;
  /** Value octets, hex */
  readonly certificateSerial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly issuedAt: string;
}

export interface CertificateArchive {
  /** All certificates ever issued for a chip, newest last. */
  bySerialNumber(serialNumber: string): readonly ArchivedCertificate[];
  /** Whether any certificate of this CA carries this serial (sources 0 and hash collisions). */
  hasCertificateSerial(caPublicKey: string, certificateSerial: string): boolean;
  store(certificate: ArchivedCertificate): Promise<void>;
}

export interface LogReference {
  readonly sequence: number;
  /** Upper-case hex */
  readonly rowHash: string;
}

export interface SigningLog {
  append(entry: SigningLogEntry): Promise<LogReference>;
  readonly head: LogReference;
  /** Latest time of a SIGNED row since the clock was last accepted by hand; empty when there is none. */
  readonly newestTime: string;
  /** Somebody vouches for the clock: rows up to now no longer speak against it, also after a restart. */
  acceptClock(): Promise<void>;
  /** Newest row for a serial number with one of SIGNED, REISSUED. */
  newestFor(serialNumber: string): LogReference | undefined;
  /** The row of one attempt of one intent, by the note it was given: so that no attempt gets two rows. */
  rowOfAttempt(serialNumber: string, note: string): LogReference | undefined;
  /** Why the chain is not whole; empty when it is. */
  readonly alarm: string;
}

/** What supervisors allowed, and the rules that change while the server runs. */
export interface PolicyBook {
  /** Unused recorded permission to certify this chip under another key; `consume` marks it used together with the new certificate. */
  reworkFor(serialNumber: string): { readonly id: string } | undefined;
  consumeRework(id: string, certificateSerial: string): Promise<void>;
  batchOpen(batch: string): boolean;
  /** Certificates still allowed for this batch; undefined = no limit. */
  remaining(batch: string): number | undefined;
  /** Counts one new certificate for the batch. */
  count(batch: string): Promise<void>;
}

/** A line for the activity log. */
export interface Activity {
  info(text: string): void;
  warning(text: string): void;
  error(text: string): void;
}
