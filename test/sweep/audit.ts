import { createECDH, createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ChipInspection } from '../../src-main/simulator/chip/index.ts';

/**
 * Reconciles what was kept with what happened, by reading files and chips on its own: none of the code under test is asked.
 * Every complaint is one sentence; none = the books balance.
 */
export interface Books {
  readonly complaints: readonly string[];
  readonly rows: readonly Row[];
  readonly certificates: readonly ArchivedRow[];
  /** Rows SIGNED and FAILED that name an attempt. */
  readonly attempts: number;
  readonly pendingIntents: number;
}

export type Row = Readonly<Record<string, string>>;

export interface ArchivedRow {
  readonly serialNumber: string;
  readonly publicKey: string;
  readonly certificateSerial: string;
  readonly device: Uint8Array;
  readonly signer: Uint8Array;
  readonly compressed: Uint8Array;
  readonly signerCompressed: Uint8Array;
}

export interface BooksOptions {
  /** X‖Y of the root that all chains must end in. */
  readonly rootPublicKey: Uint8Array;
  /** Certificates allowed beyond the first, by serial number: recorded reworks. */
  readonly reworks?: ReadonlyMap<string, number>;
  /** Signatures that the signers themselves counted. */
  readonly signatures?: number;
  /** Whether an interrupted request may still be waiting to be asked for again. */
  readonly mayHavePending?: boolean;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex').toUpperCase();

/** Audits a data folder, of a running server or a dead one. */
export function auditBooks(folder: string, options: BooksOptions): Books {
  const complaints: string[] = [];
  const rows = readLog(join(folder, 'logs'), complaints);
  const store = new DatabaseSync(join(folder, 'signet.db'));
  let certificates: readonly ArchivedRow[];
  let pendingIntents: number;
  let reworksUsed: number;
  try {
    certificates = store.prepare('SELECT * FROM certificates ORDER BY id').all().map(archivedRow);
    pendingIntents = Number(store.prepare('SELECT count(*) AS n FROM intents').get()?.['n']);
    reworksUsed = Number(store.prepare("SELECT count(*) AS n FROM reworks WHERE used_for <> ''").get()?.['n']);
  } finally {
    store.close();
  }
  if (pendingIntents > 0 && options.mayHavePending !== true) complaints.push(`${pendingIntents} intents are pending`);
  const issued = new Map<string, number>();
  const signers = new Map<string, X509Certificate>();
  const root = keyOf(options.rootPublicKey);
  for (const entry of certificates) {
    issued.set(entry.serialNumber, (issued.get(entry.serialNumber) ?? 0) + 1);
    const device = new X509Certificate(entry.device);
    let signer = signers.get(hex(entry.signer));
    if (signer === undefined) {
      signer = new X509Certificate(entry.signer);
      if (!signer.verify(root)) complaints.push(`the signer certificate of ${entry.serialNumber} is not the root's`);
      signers.set(hex(entry.signer), signer);
    }
    if (!device.verify(signer.publicKey)) complaints.push(`the certificate of ${entry.serialNumber} does not verify`);
    if (pointOf(device) !== entry.publicKey)
      complaints.push(`the certificate of ${entry.serialNumber} has another key`);
    const base = join(folder, 'certs', entry.serialNumber, `device-${entry.certificateSerial}`);
    if (!existsSync(`${base}.der`) || sha256(readFileSync(`${base}.der`)) !== sha256(entry.device))
      complaints.push(`the archive file ${base}.der is not the certificate of the index`);
    if (
      !existsSync(`${base}.pem`) ||
      sha256(new X509Certificate(readFileSync(`${base}.pem`)).raw) !== sha256(entry.device)
    )
      complaints.push(`the archive file ${base}.pem is not the certificate of the index`);
    const signed = rows.filter(
      (row) =>
        row['result'] === 'SIGNED' &&
        row['device_sn'] === entry.serialNumber &&
        row['cert_serial'] === entry.certificateSerial,
    );
    if (signed.length !== 1)
      complaints.push(`${entry.serialNumber} has ${signed.length} SIGNED rows for one certificate`);
    if (signed.some((row) => row['cert_sha256'] !== sha256(entry.device)))
      complaints.push(`the SIGNED row of ${entry.serialNumber} means another certificate`);
  }
  for (const [serialNumber, count] of issued) {
    const allowed = 1 + (options.reworks?.get(serialNumber) ?? 0);
    if (count > allowed) complaints.push(`${serialNumber} has ${count} certificates, ${allowed} allowed`);
  }
  const extra = [...issued.values()].reduce((sum, count) => sum + count - 1, 0);
  if (extra > reworksUsed) complaints.push(`${extra} second certificates, but ${reworksUsed} reworks used`);
  const signedRows = rows.filter((row) => row['result'] === 'SIGNED').length;
  if (signedRows !== certificates.length)
    complaints.push(`${signedRows} SIGNED rows, ${certificates.length} certificates in the archive`);
  const attempts = auditAttempts(rows, complaints);
  if (options.signatures !== undefined) {
    if (attempts < options.signatures)
      complaints.push(`the signers made ${options.signatures} signatures, the log accounts for ${attempts} attempts`);
    if (signedRows > options.signatures)
      complaints.push(`${signedRows} SIGNED rows, but the signers made ${options.signatures} signatures`);
  }
  return { complaints, rows, certificates, attempts, pendingIntents };
}

/** Every attempt has one row; those of one intent count from 1 without a gap; at most one became the certificate. */
function auditAttempts(rows: readonly Row[], complaints: string[]): number {
  const byIntent = new Map<string, { readonly numbers: number[]; signed: number }>();
  let count = 0;
  for (const row of rows) {
    if (row['result'] !== 'SIGNED' && row['result'] !== 'FAILED') continue;
    const name = /^attempt ([0-9A-F]+)\.(\d+)$/.exec(row['note'] ?? '');
    if (name === null) {
      complaints.push(`row ${row['seq']} (${row['result']}) names no attempt`);
      continue;
    }
    count += 1;
    const intent = byIntent.get(name[1] ?? '') ?? { numbers: [], signed: 0 };
    intent.numbers.push(Number(name[2]));
    if (row['result'] === 'SIGNED') intent.signed += 1;
    byIntent.set(name[1] ?? '', intent);
  }
  for (const [id, { numbers, signed }] of byIntent) {
    const sorted = [...numbers].sort((a, b) => a - b);
    if (sorted.some((number, i) => number !== i + 1))
      complaints.push(`the attempts of intent ${id} are ${sorted.join(', ')}`);
    if (signed > 1) complaints.push(`intent ${id} has ${signed} SIGNED rows`);
  }
  return count;
}

/** Rows of all log files in order, the hash chain recomputed. */
function readLog(folder: string, complaints: string[]): readonly Row[] {
  const number = (name: string): number => Number(/-(\d+)\.tsv$/.exec(name)?.[1]);
  const names = readdirSync(folder)
    .filter((name) => /^signing-.*\.tsv$/.test(name))
    .sort((a, b) => number(a) - number(b));
  const rows: Row[] = [];
  let previous = '0'.repeat(64);
  for (const name of names) {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    if (lines.pop() !== '') complaints.push(`${name} is cut off in its last line`);
    const columns = (lines.shift() ?? '').split('\t');
    for (const line of lines) {
      const fields = line.split('\t');
      const row = Object.fromEntries(columns.map((column, i) => [column, fields[i] ?? '']));
      if (fields.length !== columns.length) complaints.push(`${name}: a row has ${fields.length} fields`);
      if (sha256(line.slice(0, line.lastIndexOf('\t') + 1)) !== row['row_hash'])
        complaints.push(`${name}: the hash of row ${row['seq']} is wrong`);
      if (row['prev_hash'] !== previous) complaints.push(`${name}: row ${row['seq']} breaks the chain`);
      if (row['seq'] !== String(rows.length + 1)) complaints.push(`${name}: row ${row['seq']} is out of order`);
      previous = row['row_hash'] ?? '';
      rows.push(row);
    }
  }
  return rows;
}

function archivedRow(row: Record<string, unknown>): ArchivedRow {
  const text = (column: string): string => String(row[column]);
  const bytes = (column: string): Uint8Array => {
    const value = row[column];
    return value instanceof Uint8Array ? value : new Uint8Array(0);
  };
  return {
    serialNumber: text('serial_number'),
    publicKey: text('public_key'),
    certificateSerial: text('certificate_serial'),
    device: bytes('device_der'),
    signer: bytes('signer_der'),
    compressed: bytes('compressed'),
    signerCompressed: bytes('signer_compressed'),
  };
}

function keyOf(point: Uint8Array): ReturnType<typeof createPublicKey> {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  return createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: text(point.subarray(0, 32)), y: text(point.subarray(32)) },
  });
}

function pointOf(certificate: X509Certificate): string {
  const { x, y } = certificate.publicKey.export({ format: 'jwk' });
  return hex(Buffer.concat([Buffer.from(x ?? '', 'base64url'), Buffer.from(y ?? '', 'base64url')]));
}

/** What a chip that passed must hold. */
export interface FinishedChip {
  readonly lockedSlots: readonly number[];
  /** Image that was to be written, 128 bytes. */
  readonly image: Uint8Array;
}

/** Whether a chip is what PASS says, by its very EEPROM and the archive. */
export function auditChip(
  chip: ChipInspection,
  wanted: FinishedChip,
  archive: readonly ArchivedRow[],
): readonly string[] {
  const complaints: string[] = [];
  const { config, slots } = chip;
  const serialNumber = hex(Uint8Array.from([...config.slice(0, 4), ...config.slice(8, 13)]));
  if (!chip.configLocked || !chip.dataLocked) complaints.push(`${serialNumber} passed with an open zone`);
  for (const slot of wanted.lockedSlots) {
    const bits = (config[88] ?? 0) | ((config[89] ?? 0) << 8);
    if (((bits >> slot) & 1) === 1) complaints.push(`${serialNumber} passed with slot ${slot} open`);
  }
  for (let i = 20; i < 52; i += 1) {
    if (config[i] !== wanted.image[i]) complaints.push(`${serialNumber}: config byte ${i} is not the image's`);
  }
  const curve = createECDH('prime256v1');
  curve.setPrivateKey((slots[0] ?? new Uint8Array(0)).slice(4, 36));
  const point = hex(new Uint8Array(curve.getPublicKey().subarray(1)));
  const mine = archive.filter((entry) => entry.serialNumber === serialNumber && entry.publicKey === point);
  const certificate = mine[mine.length - 1];
  if (certificate === undefined)
    return [...complaints, `${serialNumber} passed, but no certificate for its key is archived`];
  if (hex((slots[10] ?? new Uint8Array(0)).slice(0, 72)) !== hex(certificate.compressed))
    complaints.push(`slot 10 of ${serialNumber} is not the archived certificate`);
  if (hex((slots[12] ?? new Uint8Array(0)).slice(0, 72)) !== hex(certificate.signerCompressed))
    complaints.push(`slot 12 of ${serialNumber} is not the archived signer certificate`);
  const signerKey = slots[11] ?? new Uint8Array(0);
  const padded = Uint8Array.from([...signerKey.slice(4, 36), ...signerKey.slice(40, 72)]);
  if (hex(padded) !== pointOf(new X509Certificate(certificate.signer)))
    complaints.push(`slot 11 of ${serialNumber} is not the signer's key`);
  return complaints;
}
