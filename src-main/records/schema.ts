import { signingLogColumns } from '../../src-shared/model/signing-log-row.ts';

/** The store's tables, one step per version; a step never changes once it was released. */
const logColumns = signingLogColumns
  .filter((column) => column !== 'seq')
  .map((column) => `${column} TEXT NOT NULL`)
  .join(', ');

const version1 = `
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE intents (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, attempts INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE certificates (
  id INTEGER PRIMARY KEY, serial_number TEXT NOT NULL, public_key TEXT NOT NULL, definition_digest TEXT NOT NULL,
  ca_public_key TEXT NOT NULL, signer_sn TEXT NOT NULL, certificate_serial TEXT NOT NULL, not_before TEXT NOT NULL,
  not_after TEXT NOT NULL, issued_at TEXT NOT NULL, device_der BLOB NOT NULL, signer_der BLOB NOT NULL,
  compressed BLOB NOT NULL, signer_compressed BLOB NOT NULL) STRICT;
CREATE INDEX certificates_by_serial_number ON certificates (serial_number);
CREATE UNIQUE INDEX certificates_by_certificate_serial ON certificates (ca_public_key, certificate_serial, serial_number, public_key, definition_digest);
CREATE TABLE log_rows (seq INTEGER PRIMARY KEY, ${logColumns}, file TEXT NOT NULL) STRICT;
CREATE INDEX log_rows_by_device ON log_rows (device_sn, seq);
CREATE INDEX log_rows_by_result ON log_rows (result, seq);
CREATE INDEX log_rows_by_time ON log_rows (time_utc);
CREATE INDEX log_rows_by_batch ON log_rows (batch, seq);
CREATE INDEX log_rows_by_station ON log_rows (station, seq);
CREATE TABLE runs (
  run_id TEXT PRIMARY KEY, serial_number TEXT NOT NULL, board_id TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT NOT NULL,
  outcome TEXT NOT NULL, code TEXT NOT NULL, stage INTEGER NOT NULL, station TEXT NOT NULL, site TEXT NOT NULL, operator TEXT NOT NULL,
  batch TEXT NOT NULL, unit_label TEXT NOT NULL, plan_name TEXT NOT NULL, plan_version INTEGER NOT NULL, plan_digest TEXT NOT NULL,
  record TEXT NOT NULL) STRICT;
CREATE INDEX runs_by_serial_number ON runs (serial_number, started_at);
CREATE INDEX runs_by_time ON runs (started_at);
CREATE INDEX runs_by_batch ON runs (batch, started_at);
CREATE TABLE open_runs (
  run_id TEXT PRIMARY KEY, serial_number TEXT NOT NULL, plan_digest TEXT NOT NULL, started_at TEXT NOT NULL,
  stage TEXT NOT NULL, status TEXT NOT NULL) STRICT;
CREATE TABLE reports (run_id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
CREATE TABLE reworks (
  id TEXT PRIMARY KEY, serial_number TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL, created_at TEXT NOT NULL,
  used_for TEXT NOT NULL) STRICT;
CREATE INDEX reworks_by_serial_number ON reworks (serial_number);
CREATE TABLE batches (name TEXT PRIMARY KEY, open INTEGER NOT NULL, quota INTEGER, issued INTEGER NOT NULL) STRICT;
CREATE TABLE password_delays (signer_sn TEXT PRIMARY KEY, failures INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT;
CREATE TABLE password_changes (signer_sn TEXT PRIMARY KEY, begun_at TEXT NOT NULL) STRICT;
CREATE TABLE stations (name TEXT PRIMARY KEY, key BLOB NOT NULL, created_at TEXT NOT NULL, withdrawn_at TEXT) STRICT;
`;

/**
 * What a line with screens keeps besides: people, plan versions (which never change), boards set aside, who did what, what is known
 * of runs that are under way, and the indexes by which Records answers at once.
 */
const version2 = `
CREATE TABLE people (
  name TEXT PRIMARY KEY COLLATE NOCASE, role TEXT NOT NULL, badge TEXT NOT NULL, pin_salt BLOB, pin_hash BLOB, active INTEGER NOT NULL,
  created_at TEXT NOT NULL, failures INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT;
CREATE INDEX people_by_badge ON people (badge);
CREATE TABLE plans (
  name TEXT NOT NULL, version INTEGER NOT NULL, digest TEXT NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL,
  created_by TEXT NOT NULL, released_at TEXT, released_by TEXT, first_article TEXT NOT NULL, PRIMARY KEY (name, version)) STRICT;
CREATE TRIGGER plans_never_change BEFORE UPDATE OF name, version, digest, body, created_at, created_by ON plans
  BEGIN SELECT RAISE(ABORT, 'a plan version never changes'); END;
CREATE TRIGGER plans_never_go BEFORE DELETE ON plans BEGIN SELECT RAISE(ABORT, 'a plan version never goes'); END;
CREATE TABLE set_asides (
  id INTEGER PRIMARY KEY, serial_number TEXT NOT NULL, reason TEXT NOT NULL, code TEXT NOT NULL, who TEXT NOT NULL,
  created_at TEXT NOT NULL, lifted_at TEXT, lifted_by TEXT) STRICT;
CREATE INDEX set_asides_by_serial_number ON set_asides (serial_number);
CREATE TABLE acts (
  id INTEGER PRIMARY KEY, time TEXT NOT NULL, who TEXT NOT NULL, role TEXT NOT NULL, auth TEXT NOT NULL, act TEXT NOT NULL,
  subject TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
CREATE INDEX acts_by_subject ON acts (subject, id);
CREATE TABLE run_drafts (run_id TEXT PRIMARY KEY, draft TEXT NOT NULL) STRICT;
CREATE INDEX log_rows_by_signer ON log_rows (signer_sn, seq);
CREATE INDEX runs_by_plan ON runs (plan_digest, outcome, started_at);
`;

/** Signers that were seen (for re-issue without them), and set-ups under way. */
const version3 = `
CREATE TABLE known_signers (
  serial_number TEXT NOT NULL, definition_digest TEXT NOT NULL, name TEXT NOT NULL, signer_id BLOB NOT NULL, public_key BLOB NOT NULL,
  device_definition BLOB NOT NULL, signer_definition BLOB NOT NULL, PRIMARY KEY (serial_number, definition_digest)) STRICT;
CREATE TABLE set_up_notes (serial_number TEXT PRIMARY KEY, begun_at TEXT NOT NULL, public_key TEXT NOT NULL) STRICT;
`;

export const schema: readonly string[] = [version1, version2, version3];
export const schemaVersion = schema.length;
