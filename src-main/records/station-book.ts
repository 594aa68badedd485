import type { z } from 'zod';
import { SignetError } from '../../src-shared/base/error.ts';
import { type Store, text } from './store.ts';

/** Something that somebody did and that is no run: releases, reworks, exports, settings … */
export interface Act {
  readonly time: string;
  readonly who: string;
  readonly role: string;
  readonly auth: 'claimed' | 'authenticated';
  /** `plan.release`, `records.rework` …: the name of the call. */
  readonly act: string;
  /** What it was done to: a serial number, a plan, a file. */
  readonly subject: string;
  readonly detail: string;
}

export interface SetAside {
  readonly serialNumber: string;
  readonly reason: string;
  /** Name of the error that led to it; may be empty. */
  readonly code: string;
  readonly who: string;
  readonly createdAt: string;
}

/** A rework as a unit's page shows it. */
export interface ReworkRow {
  readonly reason: string;
  readonly who: string;
  readonly createdAt: string;
  /** Serial number of the certificate that it allowed; empty = not used yet. */
  readonly usedFor: string;
}

/** What a station with screens keeps besides runs and certificates. */
export interface StationBook {
  /** A fact by name, checked against its schema; undefined when there is none or it has another shape. */
  fact<T>(name: string, schema: z.ZodType<T>): T | undefined;
  setFact(name: string, value: unknown): Promise<void>;
  record(act: Act): Promise<void>;
  actsOn(subject: string): readonly Act[];
  setAside(entry: SetAside): Promise<void>;
  /** The newest set-aside of this chip that nobody lifted. */
  setAsideOf(serialNumber: string): SetAside | undefined;
  liftSetAside(serialNumber: string, who: string, at: string): Promise<void>;
  reworksOf(serialNumber: string): readonly ReworkRow[];
  /** What is known of a run under way, as JSON; replaced at every stage. */
  /** `relaxed`: see the store. */
  saveDraft(runId: string, draft: unknown, options?: { readonly relaxed?: boolean }): Promise<void>;
  drafts(): readonly { readonly runId: string; readonly draft: unknown }[];
  dropDraft(runId: string): Promise<void>;
}

/** The station's own notes in the store. */
export function openStationBook(store: Store): StationBook {
  return {
    fact(name, schema) {
      const row = store.get('SELECT value FROM facts WHERE name = ?', name);
      if (row === undefined) return undefined;
      const parsed = schema.safeParse(json(text(row, 'value')));
      return parsed.success ? parsed.data : undefined;
    },
    setFact: (name, value) =>
      store.write((database) => {
        database.prepare('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)').run(name, JSON.stringify(value));
      }),
    record: (act) =>
      store.write((database) => {
        database
          .prepare('INSERT INTO acts (time, who, role, auth, act, subject, detail) VALUES (?, ?, ?, ?, ?, ?, ?)')
          .run(act.time, act.who, act.role, act.auth, act.act, act.subject, act.detail);
      }),
    actsOn: (subject) => store.all('SELECT * FROM acts WHERE subject = ? ORDER BY id', subject).map(actOf),
    setAside: (entry) =>
      store.write((database) => {
        database
          .prepare('INSERT INTO set_asides (serial_number, reason, code, who, created_at) VALUES (?, ?, ?, ?, ?)')
          .run(entry.serialNumber, entry.reason, entry.code, entry.who, entry.createdAt);
      }),
    setAsideOf(serialNumber) {
      const row = store.get(
        'SELECT * FROM set_asides WHERE serial_number = ? AND lifted_at IS NULL ORDER BY id DESC LIMIT 1',
        serialNumber,
      );
      if (row === undefined) return undefined;
      return {
        serialNumber,
        reason: text(row, 'reason'),
        code: text(row, 'code'),
        who: text(row, 'who'),
        createdAt: text(row, 'created_at'),
      };
    },
    liftSetAside: (serialNumber, who, at) =>
      store.write((database) => {
        database
          .prepare('UPDATE set_asides SET lifted_at = ?, lifted_by = ? WHERE serial_number = ? AND lifted_at IS NULL')
          .run(at, who, serialNumber);
      }),
    reworksOf: (serialNumber) =>
      store.all('SELECT * FROM reworks WHERE serial_number = ? ORDER BY created_at', serialNumber).map((row) => ({
        reason: text(row, 'reason'),
        who: text(row, 'who'),
        createdAt: text(row, 'created_at'),
        usedFor: text(row, 'used_for'),
      })),
    saveDraft(runId, draft, { relaxed = false } = {}) {
      const json = JSON.stringify(draft);
      return store.write(
        (database) => {
          database.prepare('INSERT OR REPLACE INTO run_drafts (run_id, draft) VALUES (?, ?)').run(runId, json);
        },
        { relaxed },
      );
    },
    drafts: () =>
      store.all('SELECT run_id, draft FROM run_drafts ORDER BY rowid').map((row) => ({
        runId: text(row, 'run_id'),
        draft: json(text(row, 'draft')),
      })),
    dropDraft: (runId) =>
      store.write((database) => {
        database.prepare('DELETE FROM run_drafts WHERE run_id = ?').run(runId);
      }),
  };
}

function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (thrown) {
    throw new SignetError('STORE_DAMAGED', 'The record store holds a text that is no JSON.', {}, thrown);
  }
}

function actOf(row: Record<string, unknown>): Act {
  return {
    time: text(row, 'time'),
    who: text(row, 'who'),
    role: text(row, 'role'),
    auth: text(row, 'auth') === 'authenticated' ? 'authenticated' : 'claimed',
    act: text(row, 'act'),
    subject: text(row, 'subject'),
    detail: text(row, 'detail'),
  };
}
