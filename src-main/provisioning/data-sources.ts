import { createHash, hkdfSync } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import Papa from 'papaparse';
import { parseHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import type { DataSource, DataWrite } from '../../src-shared/model/plan.ts';
import { englishSentence, type Reason, reason, reasonDetails } from '../../src-shared/model/reasons.ts';

/**
 * Where the bytes of stage 7 come from (architecture: DataSource). A plan holds references and check values, never a secret; a
 * master secret comes from an owner-only file or a prompt and lives in RAM.
 */
export interface DataContext {
  /** 9 bytes */
  readonly serialNumber: Uint8Array;
  readonly unitLabel: string;
  readonly random: (length: number) => Uint8Array;
  /** Asked once per name and plan; undefined when nobody is there to ask. */
  readonly askSecret?: (name: string) => Promise<Secret | undefined>;
}

/** Bytes of one write, and where they go. */
export interface ResolvedWrite {
  readonly write: DataWrite;
  readonly bytes: Uint8Array;
  /** Random bytes that the plan wants kept: handed to this sink before the data zone is locked. */
  readonly sink: string | undefined;
}

const longestFile = 1 << 20;
const longestCsv = 64 << 20;

/** All writes of a plan entry for one chip. Throws DATA_SOURCE naming the write, FILE_* never: what is missing is the plan's data. */
export async function resolveDataWrites(
  writes: readonly DataWrite[],
  context: DataContext,
): Promise<readonly ResolvedWrite[]> {
  const resolved: ResolvedWrite[] = [];
  for (const write of writes) {
    const place = write.zone === 'otp' ? 'OTP' : write.slot;
    const bytes = await bytesOf(write.source, context, place);
    resolved.push({ write, bytes, sink: write.source.kind === 'random' ? write.source.sink : undefined });
  }
  return resolved;
}

/** Where the bytes go: a slot's number, or OTP. */
type Place = number | 'OTP';

function unavailable(why: Reason, cause?: unknown): SignetError {
  return new SignetError('DATA_SOURCE', englishSentence(why), reasonDetails(why), cause);
}

async function bytesOf(source: DataSource, context: DataContext, place: Place): Promise<Uint8Array> {
  switch (source.kind) {
    case 'bytes': {
      const bytes = parseHex(source.hex);
      if (bytes === undefined) throw unavailable(reason('data-no-hex', { place }));
      return bytes;
    }
    case 'file': {
      const bytes = await load(source.path, longestFile, place);
      const digest = createHash('sha256').update(bytes).digest('hex').toUpperCase();
      if (digest !== source.sha256) throw unavailable(reason('data-other-file', { place, path: source.path, digest }));
      return bytes;
    }
    case 'csv':
      return fromCsv(source, context, place);
    case 'random':
      return context.random(source.length);
    case 'diversified': {
      const master = await masterSecret(source, context, place);
      try {
        const info = utf8(source.info);
        return master.use((key) => new Uint8Array(hkdfSync('sha256', key, context.serialNumber, info, source.length)));
      } finally {
        if (source.secret.from === 'file') master.wipe();
      }
    }
  }
}

async function load(path: string, limit: number, place: Place): Promise<Uint8Array> {
  const failed = (thrown: unknown): never => {
    const quote = thrown instanceof Error ? thrown.message : String(thrown);
    throw unavailable(reason('data-unreadable', { place, quote }), thrown);
  };
  const { size } = await stat(path).catch(failed);
  if (size > limit) throw unavailable(reason('data-file-long', { place, path, most: limit }));
  return new Uint8Array(await readFile(path).catch(failed));
}

async function fromCsv(
  source: Extract<DataSource, { kind: 'csv' }>,
  context: DataContext,
  place: Place,
): Promise<Uint8Array> {
  const text = new TextDecoder().decode(await load(source.path, longestCsv, place));
  const { data, meta } = Papa.parse<Record<string, string>>(text, {
    header: true,
    skipEmptyLines: true,
    transformHeader: (name) => name.trim(),
  });
  const { path } = source;
  for (const column of [source.keyColumn, source.column]) {
    if (!(meta.fields ?? []).includes(column)) throw unavailable(reason('data-no-column', { place, path, column }));
  }
  const key = source.key === 'serial' ? toHex(context.serialNumber) : context.unitLabel;
  if (key === '') throw unavailable(reason('data-no-label', { place }));
  const rows = data.filter((row) => (row[source.keyColumn] ?? '').trim().toUpperCase() === key.toUpperCase());
  if (rows.length === 0) throw unavailable(reason('data-no-row', { place, path, key }));
  if (rows.length > 1) throw unavailable(reason('data-many-rows', { place, path, rows: rows.length, key }));
  const bytes = parseHex((rows[0]?.[source.column] ?? '').replace(/\s+/g, ''));
  if (bytes === undefined || bytes.length === 0)
    throw unavailable(reason('data-column-no-hex', { place, column: source.column, key }));
  return bytes;
}

/** First 8 bytes of SHA-256("signet-check" ‖ secret), upper-case hex. */
function checkValueOf(secret: Secret): string {
  return secret.use((bytes) =>
    createHash('sha256').update('signet-check').update(bytes).digest('hex').slice(0, 16).toUpperCase(),
  );
}

async function masterSecret(
  source: Extract<DataSource, { kind: 'diversified' }>,
  context: DataContext,
  place: Place,
): Promise<Secret> {
  const secret =
    source.secret.from === 'file'
      ? await secretFile(source.secret.path, place)
      : await context.askSecret?.(source.secret.name);
  if (secret === undefined) throw unavailable(reason('data-no-secret', { place }));
  if (checkValueOf(secret) !== source.checkValue) {
    throw unavailable(reason('data-other-secret', { place }));
  }
  return secret;
}

/** A secret file is 16 to 64 bytes, raw or as hex text, readable by its owner alone. */
async function secretFile(path: string, place: Place): Promise<Secret> {
  const bytes = await load(path, 4096, place);
  if (process.platform !== 'win32') {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) throw unavailable(reason('data-secret-open', { place, path }));
  }
  const text = /^[0-9a-fA-F\s]+$/.test(Buffer.from(bytes).toString('latin1'))
    ? parseHex(Buffer.from(bytes).toString('latin1').replace(/\s+/g, ''))
    : undefined;
  const secret = text ?? bytes;
  if (secret.length < 16 || secret.length > 64) throw unavailable(reason('data-secret-length', { place, path }));
  return new Secret(secret);
}
