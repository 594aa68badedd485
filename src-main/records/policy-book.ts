import { number, type Store, text } from './store.ts';

/** What supervisors decided: reworks, batches with their quotas, station keys, password delays and password changes in progress. */
export interface DurablePolicyBook {
  reworkFor(serialNumber: string): { readonly id: string } | undefined;
  consumeRework(id: string, certificateSerial: string): Promise<void>;
  recordRework(rework: {
    readonly id: string;
    readonly serialNumber: string;
    readonly reason: string;
    readonly who: string;
    readonly at: string;
  }): Promise<void>;
  /** Every recorded rework, oldest first; `usedFor` = serial number of the certificate that it allowed, empty while unused. */
  reworks(): readonly {
    readonly serialNumber: string;
    readonly reason: string;
    readonly who: string;
    readonly createdAt: string;
    readonly usedFor: string;
  }[];
  batchOpen(batch: string): boolean;
  /** Every batch that was written down. */
  batches(): readonly {
    readonly name: string;
    readonly open: boolean;
    readonly quota: number | undefined;
    readonly issued: number;
  }[];
  remaining(batch: string): number | undefined;
  count(batch: string): Promise<void>;
  setBatch(batch: { readonly name: string; readonly open: boolean; readonly quota: number | undefined }): Promise<void>;
  stationKey(name: string): Uint8Array | undefined;
  stations(): readonly { readonly name: string; readonly createdAt: string; readonly withdrawn: boolean }[];
  addStation(name: string, key: Uint8Array, at: string): Promise<void>;
  withdrawStation(name: string, at: string): Promise<void>;
  passwordDelay(signer: string): { readonly failures: number; readonly untilMs: number };
  setPasswordDelay(signer: string, failures: number, untilMs: number): Promise<void>;
  passwordChangeBegun(signer: string): boolean;
  setPasswordChange(signer: string, begunAt: string | undefined): Promise<void>;
}

/** The policy book in the store. A batch nobody wrote down is open and without limit. */
export function openPolicyBook(store: Store): DurablePolicyBook {
  return {
    reworkFor: (serialNumber) => {
      const row = store.get(
        "SELECT id FROM reworks WHERE serial_number = ? AND used_for = '' ORDER BY created_at LIMIT 1",
        serialNumber,
      );
      return row === undefined ? undefined : { id: text(row, 'id') };
    },
    consumeRework: (id, certificateSerial) =>
      store.write(
        (database) => {
          database.prepare("UPDATE reworks SET used_for = ? WHERE id = ? AND used_for = ''").run(certificateSerial, id);
        },
        { essential: true },
      ),
    recordRework: (rework) =>
      store.write((database) => {
        database
          .prepare(
            "INSERT INTO reworks (id, serial_number, reason, who, created_at, used_for) VALUES (?, ?, ?, ?, ?, '')",
          )
          .run(rework.id, rework.serialNumber, rework.reason, rework.who, rework.at);
      }),
    reworks: () =>
      store
        .all('SELECT serial_number, reason, who, created_at, used_for FROM reworks ORDER BY created_at')
        .map((row) => ({
          serialNumber: text(row, 'serial_number'),
          reason: text(row, 'reason'),
          who: text(row, 'who'),
          createdAt: text(row, 'created_at'),
          usedFor: text(row, 'used_for'),
        })),
    batches: () =>
      store.all('SELECT name, open, quota, issued FROM batches ORDER BY name').map((row) => ({
        name: text(row, 'name'),
        open: number(row, 'open') === 1,
        quota: row['quota'] === null ? undefined : number(row, 'quota'),
        issued: number(row, 'issued'),
      })),
    batchOpen: (batch) => {
      const row = store.get('SELECT open FROM batches WHERE name = ?', batch);
      return row === undefined || number(row, 'open') === 1;
    },
    remaining: (batch) => {
      const row = store.get('SELECT quota, issued FROM batches WHERE name = ?', batch);
      if (row === undefined || row['quota'] === null) return undefined;
      return Math.max(0, number(row, 'quota') - number(row, 'issued'));
    },
    count: (batch) =>
      store.write(
        (database) => {
          database.prepare('UPDATE batches SET issued = issued + 1 WHERE name = ?').run(batch);
        },
        { essential: true },
      ),
    setBatch: (batch) =>
      store.write((database) => {
        database
          .prepare(
            `INSERT INTO batches (name, open, quota, issued) VALUES (?, ?, ?, 0)
             ON CONFLICT (name) DO UPDATE SET open = excluded.open, quota = excluded.quota`,
          )
          .run(batch.name, batch.open ? 1 : 0, batch.quota ?? null);
      }),
    stationKey: (name) => {
      const row = store.get('SELECT key FROM stations WHERE name = ? AND withdrawn_at IS NULL', name);
      return row?.['key'] instanceof Uint8Array ? row['key'] : undefined;
    },
    stations: () =>
      store.all('SELECT name, created_at, withdrawn_at FROM stations ORDER BY name').map((row) => ({
        name: text(row, 'name'),
        createdAt: text(row, 'created_at'),
        withdrawn: row['withdrawn_at'] !== null,
      })),
    addStation: (name, key, at) =>
      store.write((database) => {
        database
          .prepare('INSERT OR REPLACE INTO stations (name, key, created_at, withdrawn_at) VALUES (?, ?, ?, NULL)')
          .run(name, key, at);
      }),
    withdrawStation: (name, at) =>
      store.write((database) => {
        database.prepare('UPDATE stations SET withdrawn_at = ? WHERE name = ?').run(at, name);
      }),
    passwordDelay: (signer) => {
      const row = store.get('SELECT failures, until_ms FROM password_delays WHERE signer_sn = ?', signer);
      return row === undefined
        ? { failures: 0, untilMs: 0 }
        : { failures: number(row, 'failures'), untilMs: number(row, 'until_ms') };
    },
    setPasswordDelay: (signer, failures, untilMs) =>
      store.write((database) => {
        database
          .prepare('INSERT OR REPLACE INTO password_delays (signer_sn, failures, until_ms) VALUES (?, ?, ?)')
          .run(signer, failures, untilMs);
      }),
    passwordChangeBegun: (signer) =>
      store.get('SELECT 1 AS one FROM password_changes WHERE signer_sn = ?', signer) !== undefined,
    setPasswordChange: (signer, begunAt) =>
      store.write((database) => {
        if (begunAt === undefined) database.prepare('DELETE FROM password_changes WHERE signer_sn = ?').run(signer);
        else
          database
            .prepare('INSERT OR REPLACE INTO password_changes (signer_sn, begun_at) VALUES (?, ?)')
            .run(signer, begunAt);
      }),
  };
}
