/**
 * One row of the signing log: the 30 columns of signer-and-server.md 5, as text the way they stand in the file before
 * escaping. Absent value = empty. `seq`, `time_utc`, `prev_hash` and `row_hash` are filled by the log itself.
 */
export const signingLogColumns = [
  'seq',
  'time_utc',
  'result',
  'error_code',
  'signer_sn',
  'signer_name',
  'signer_id',
  'signer_kind',
  'chain_id',
  'device_template_id',
  'device_def_sha256',
  'device_sn',
  'device_public_key',
  'cert_serial',
  'cert_not_before',
  'cert_not_after',
  'tbs_sha256',
  'signature',
  'cert_sha256',
  'client_addr',
  'station',
  'station_auth',
  'operator',
  'operator_auth',
  'batch',
  'unit_label',
  'duration_ms',
  'note',
  'prev_hash',
  'row_hash',
] as const;

export type SigningLogColumn = (typeof signingLogColumns)[number];

export type SigningResult = 'START' | 'SIGNED' | 'REISSUED' | 'REFUSED' | 'FAILED' | 'TORN';

/** What a writer supplies; every other column is the log's own. */
export type SigningLogEntry = { readonly result: SigningResult } & {
  readonly [column in Exclude<SigningLogColumn, 'seq' | 'time_utc' | 'result' | 'prev_hash' | 'row_hash'>]?: string;
};

/** A row as it stands in the log. */
export type SigningLogRow = { readonly [column in SigningLogColumn]: string };
