import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../../src-main/records/index.ts';
import { signingLogColumns } from '../../src-shared/model/signing-log-row.ts';

/**
 * A data folder as years of work leave it: `rows` rows of the signing log, and certificates with files for the newest. The log
 * file before the head is not read at a start, so it is only as long as it would be.
 */
export function makeLargeStore(folder: string, rows: number, certificates: number): void {
  mkdirSync(join(folder, 'logs'), { recursive: true });
  openStore(join(folder, 'signet.db')).close();
  const database = new DatabaseSync(join(folder, 'signet.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;');
  const fixed: Readonly<Record<string, string>> = {
    result: "'SIGNED'",
    time_utc: "strftime('%Y-%m-%dT%H:%M:%fZ', 1600000000 + n * 60, 'unixepoch')",
    device_sn: "printf('0123%012XEE', n)",
    cert_serial: "printf('40%030X', n)",
    note: "printf('attempt %032X.1', n)",
    batch: "printf('batch %d', n / 1000)",
    station: "printf('Linie %d', n % 16)",
    prev_hash: "printf('%064X', n - 1)",
    row_hash: "printf('%064X', n)",
  };
  const columns = signingLogColumns.filter((column) => column !== 'seq');
  const file = 'signing-20200101T000000Z-0001.tsv';
  database.exec(`
    BEGIN;
    INSERT INTO log_rows (seq, ${columns.join(', ')}, file)
      WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${rows})
      SELECT n, ${columns.map((column) => fixed[column] ?? "''").join(', ')}, '${file}' FROM c;
    INSERT INTO certificates (serial_number, public_key, definition_digest, ca_public_key, signer_sn, certificate_serial,
        not_before, not_after, issued_at, device_der, signer_der, compressed, signer_compressed)
      WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${certificates})
      SELECT printf('0123%012XEE', n), printf('%0128X', n), 'D', 'C', printf('0123%012XEE', 9000000 + n % 4),
        printf('40%030X', n), '', '', strftime('%Y-%m-%dT%H:%M:%fZ', 1600000000 + n * 60, 'unixepoch'),
        zeroblob(470), zeroblob(480), zeroblob(72), zeroblob(72) FROM c;
    COMMIT;`);
  for (let n = certificates; n > Math.max(0, certificates - 10_000); n -= 1) {
    const name = n.toString(16).toUpperCase();
    const device = join(folder, 'certs', `0123${name.padStart(12, '0')}EE`);
    mkdirSync(device, { recursive: true });
    for (const kind of ['der', 'pem']) writeFileSync(join(device, `device-40${name.padStart(30, '0')}.${kind}`), '');
  }
  const offset = rows * 600;
  const head = { sequence: rows, rowHash: rows.toString(16).toUpperCase().padStart(64, '0'), file, offset };
  database
    .prepare("INSERT OR REPLACE INTO facts (name, value) VALUES ('signing-log-head', ?)")
    .run(JSON.stringify(head));
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  const log = openSync(join(folder, 'logs', file), 'w');
  ftruncateSync(log, offset);
  closeSync(log);
}
