import { z } from 'zod';
import { planOptionsSchema } from '../model/plan.ts';
import { runRecordSchema } from '../model/run-record.ts';
import { stageNames } from '../model/stages.ts';
import {
  bandKinds,
  blockedReasons,
  boardKinds,
  healthIds,
  personRoles,
  signerStates,
  siteActions,
  siteStates,
  verdictKinds,
} from './lists.ts';
import { reasonSchema } from './reason.ts';

/**
 * What a screen sees of the running station. The core sends it whole once (`snapshot`) and then slice by slice, each with a
 * sequence number, so that a reload or a slow screen loses nothing. JSON-safe values only; bytes are upper-case hex.
 * Nothing is here that no screen shows.
 */

export const roleSchema = z.enum(personRoles);

const bandSchema = z.strictObject({
  kind: z.enum(bandKinds),
  /** Facts of the sentence: address, reason. */
  facts: z.record(z.string(), z.string()),
});

const stationSchema = z.strictObject({
  name: z.string(),
  batch: z.string(),
  /** `unset` = first start: nothing configured yet. */
  mode: z.enum(['unset', 'simulated', 'real']),
  server: z.strictObject({
    mode: z.enum(['own', 'remote']),
    status: z.enum(['off', 'listening', 'connected', 'unreachable']),
    address: z.string(),
    clients: z.int(),
  }),
  signersReady: z.int(),
  signersTotal: z.int(),
  /** Absent while nobody signed on. */
  person: z.strictObject({ name: z.string(), role: roleSchema, auth: z.enum(['claimed', 'authenticated']) }).nullable(),
  /** False on a fresh station: everything is allowed and says so. */
  peopleConfigured: z.boolean(),
  bands: z.array(bandSchema),
  plan: z
    .strictObject({
      name: z.string(),
      version: z.int(),
      digest: z.string(),
      firstArticle: z.enum(['not-needed', 'wanted', 'made', 'accepted']),
      /** How the line behaves while this plan runs. */
      options: planOptionsSchema,
      /** The plan locks slots: stage 9 is final too. */
      locksSlots: z.boolean(),
      /** Usual ms of the ten stages: medians of recent runs; null while there are none. */
      usualMs: z.array(z.number().min(0)).length(10).nullable(),
    })
    .nullable(),
  /** Why no further board may be started: failures in a row, yield. */
  stopped: z.strictObject({ reason: z.enum(['failures-in-a-row', 'yield']), count: z.int() }).nullable(),
  /** More signers that would help while sites wait for them; 0 = they keep up. */
  signersShort: z.int(),
  language: z.enum(['en', 'de']),
  theme: z.enum(['system', 'light', 'dark']),
  /** Per cent, 100..200. */
  textScale: z.int().min(100).max(200),
  sound: z.strictObject({ on: z.boolean(), volume: z.int().min(0).max(100) }),
  software: z.string(),
});

const choiceSchema = z.strictObject({
  action: z.enum(siteActions),
  /** Not possible now, and why. */
  blocked: z.enum(blockedReasons).nullable(),
  /** Role it needs, when it needs one. */
  role: roleSchema.nullable(),
});

const stageViewSchema = z.strictObject({
  stage: z.enum(stageNames),
  status: z.enum(['todo', 'running', 'done', 'skipped', 'error', 'earlier']),
  durationMs: z.number().nullable(),
  note: z.string(),
});

const verdictSchema = z.strictObject({
  /** FAIL is the board's, FAULT the station's trouble. */
  kind: z.enum(verdictKinds),
  /** When it fell, ISO 8601. */
  at: z.string(),
  serialNumbers: z.array(z.string()),
  durationMs: z.number(),
  /** `6-07`: stage and number; empty for PASS. */
  code: z.string(),
  errorName: z.string(),
  /** The particulars as the run's record has them, in English; of a board set aside what a person wrote. */
  detail: z.string(),
  /** What `detail` says, for a screen in another language; absent when a person wrote it. */
  told: reasonSchema.optional(),
  next: z.enum(['remove', 'retry', 'resume', 'set-aside', 'scrap', 'none']),
  runId: z.string(),
});

const chipViewSchema = z.strictObject({
  serialNumber: z.string(),
  part: z.string(),
  address: z.int(),
  /** One of `chipStates`, or a newer core's words. */
  state: z.string(),
  entry: z.string(),
});

const siteSchema = z.strictObject({
  id: z.string(),
  number: z.int(),
  label: z.string(),
  connector: z.string(),
  bound: z.boolean(),
  state: z.enum(siteStates),
  chips: z.array(chipViewSchema),
  choices: z.array(choiceSchema),
  /** Why a decision or fault is needed; an error name. */
  reason: z.string(),
  detail: z.string(),
  /** What `detail` says, for a screen in another language; absent when a person wrote it. */
  told: reasonSchema.optional(),
  stages: z.array(stageViewSchema),
  /** ms since the run began, at the time of `sequence`; the screen counts on. */
  elapsedMs: z.number().nullable(),
  startedAt: z.string().nullable(),
  /**
   * Which of `chips` (0-based) is being worked on, was worked on last before a verdict, or is the one that a decision or a setting
   * aside is about; null = none more than the others.
   */
  chipIndex: z.int().nullable(),
  verdict: verdictSchema.nullable(),
  /** Verdict of the board before, shown outlined while the next one is connected. */
  previous: verdictSchema.nullable(),
  unitLabel: z.string(),
  /** The run of this chip that was cut off, when the decision is about one: its last stage begun and when. */
  earlier: z.strictObject({ runId: z.string(), at: z.string(), stage: z.int().min(0).max(10) }).nullable(),
});

export const signerViewSchema = z.strictObject({
  serialNumber: z.string(),
  kind: z.enum(['chip', 'file', 'pkcs11']),
  name: z.string(),
  label: z.string(),
  kit: z.string(),
  path: z.string(),
  state: z.enum(signerStates),
  /** Why it is in FAULT, UNSUPPORTED, UNCONFIGURED or FOREIGN, or was locked. */
  reason: reasonSchema.nullable(),
  isRoot: z.boolean(),
  chain: z.array(z.string()),
  signerId: z.string(),
  chainId: z.int(),
  notBefore: z.string(),
  notAfter: z.string(),
  signed: z.int(),
  signedThisSession: z.int(),
  passwordScheme: z.enum(['open', 'one', 'two-persons']),
  attemptsLeft: z.int(),
  delayUntil: z.string().nullable(),
  /** A password change was begun and not finished. */
  changeBegun: z.boolean(),
  /** What may be changed on it here. */
  can: z.strictObject({ label: z.boolean(), password: z.boolean() }),
  /** Boards that wait for this module's password. */
  waitingBoards: z.int(),
});

export const shiftSchema = z.strictObject({
  done: z.int(),
  passed: z.int(),
  failed: z.int(),
  perHour: z.number(),
  /** Boards that the batch wants; null = not said. */
  quota: z.int().nullable(),
  /** newest last, at most 10 */
  last: z.array(z.strictObject({ kind: z.enum(verdictKinds), serialNumber: z.string() })),
});

export const healthSchema = z.array(
  z.strictObject({
    id: z.enum(healthIds),
    level: z.enum(['ok', 'warning', 'error']),
    facts: z.record(z.string(), z.string()),
    reason: reasonSchema.nullable(),
  }),
);

const simulationSchema = z.strictObject({
  running: z.boolean(),
  sites: z.array(
    z.strictObject({
      site: z.string(),
      board: z.enum(boardKinds).nullable(),
      /** A board was pulled out here that may be put in again. */
      pulled: z.boolean(),
    }),
  ),
  part: z.enum(['508', '608']),
  realTime: z.boolean(),
});

export const stateSlices = {
  station: stationSchema,
  sites: z.array(siteSchema),
  signers: z.array(signerViewSchema),
  shift: shiftSchema,
  health: healthSchema,
  simulation: simulationSchema.nullable(),
} as const;

export const stateSchema = z.strictObject(stateSlices);
export { runRecordSchema };

export type Role = z.infer<typeof roleSchema>;
export type Band = z.infer<typeof bandSchema>;
export type StationView = z.infer<typeof stationSchema>;
export type SiteView = z.infer<typeof siteSchema>;
export type StageView = z.infer<typeof stageViewSchema>;
export type VerdictView = z.infer<typeof verdictSchema>;
export type Choice = z.infer<typeof choiceSchema>;
export type SignerView = z.infer<typeof signerViewSchema>;
export type ShiftView = z.infer<typeof shiftSchema>;
export type HealthView = z.infer<typeof healthSchema>;
export type SimulationView = z.infer<typeof simulationSchema>;
export type StateView = z.infer<typeof stateSchema>;
export type SliceName = keyof StateView;
