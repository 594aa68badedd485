import { z } from 'zod';
import { stageNames } from './stages.ts';

/**
 * What is kept of one run: one attempt to provision one chip. Never a secret. As JSON at most 32 KiB (ATPR tag 0264).
 * FAIL is the board's, FAULT the station's trouble: they are never counted together.
 */
const stageRecordSchema = z.strictObject({
  stage: z.enum(stageNames),
  status: z.enum(['SKIPPED', 'DONE', 'ERROR']),
  /** ms since the run's start */
  startMs: z.number().min(0),
  durationMs: z.number().min(0),
  /** Why it was skipped, or what was found. */
  note: z.string().max(500).optional(),
});

const outcomeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('PASS') }),
  z.strictObject({
    kind: z.enum(['FAIL', 'FAULT', 'INTERRUPTED']),
    /** Name in base/error-codes.ts */
    code: z.string().max(40),
    number: z.int().min(0),
    /** 0 = the check before stage 1 */
    stage: z.int().min(0).max(10),
    sentence: z.string().max(500),
    detail: z.string().max(2000).optional(),
    /** What may be done with this board now. */
    next: z.enum(['retry', 'resume', 'validate', 'set-aside', 'scrap', 'none']),
  }),
]);

export const runRecordSchema = z.strictObject({
  format: z.literal(1),
  /** 16 random bytes, hex; the same id is stored once. */
  runId: z.string().regex(/^[0-9A-F]{32}$/),
  /** Joins the runs of the chips of one board. */
  boardId: z.string().regex(/^[0-9A-F]{32}$/),
  software: z.string(),
  station: z.string(),
  site: z.string(),
  operator: z.string(),
  operatorAuth: z.enum(['claimed', 'authenticated']),
  batch: z.string(),
  unitLabel: z.string(),
  kind: z.enum(['provision', 'validate']),
  plan: z.strictObject({ name: z.string(), version: z.int(), digest: z.string(), entry: z.string() }),
  kit: z.strictObject({ name: z.string(), dialect: z.string(), path: z.string() }),
  part: z.string(),
  serialNumber: z.string(),
  startedAt: z.iso.datetime({ precision: 3 }),
  endedAt: z.iso.datetime({ precision: 3 }),
  outcome: outcomeSchema,
  /** State of the chip when the run found it, in the words of the README's table of states. */
  foundState: z.string(),
  stages: z.array(stageRecordSchema).max(10),
  dataLock: z.enum(['fill+crc', 'no-crc']),
  lockedSlots: z.array(z.int()),
  configZone: z.string(),
  publicKey: z.string(),
  certificateSerial: z.string(),
  signerSerialNumber: z.string(),
  reissued: z.boolean(),
  logReference: z.strictObject({ sequence: z.int(), rowHash: z.string() }).optional(),
  /** What was written in stage 7, by zone, slot and source kind: never the bytes. */
  dataWritten: z.array(z.string().max(200)).max(64),
});

export type StageRecord = z.infer<typeof stageRecordSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;
export type RunRecord = z.infer<typeof runRecordSchema>;
