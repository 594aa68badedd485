import { z } from 'zod';
import { verdictKinds } from '../../src-shared/ipc/lists.ts';
import type { ShiftView } from '../../src-shared/ipc/state.ts';

/** The counter of a shift, as it is kept over restarts. */
export const shiftSchema = z.strictObject({
  since: z.string(),
  done: z.int(),
  passed: z.int(),
  failed: z.int(),
  /** Unix ms of the boards of the last hour. */
  times: z.array(z.number()),
  last: z.array(z.strictObject({ kind: z.enum(verdictKinds), serialNumber: z.string() })),
  /** Serial numbers of the boards that count as failed: their next verdict is not another board's. */
  failedBoards: z.array(z.string()).default([]),
});
export type Shift = z.infer<typeof shiftSchema>;

/** A counter that begins now. */
export function newShift(now: Date): Shift {
  return { since: now.toISOString(), done: 0, passed: 0, failed: 0, times: [], last: [], failedBoards: [] };
}

const hour = 3_600_000;
const shown = 10;
/** More boards than one shift leaves behind. */
const rememberedBoards = 500;

/**
 * One more verdict. A fault is the station's trouble: it stands among the last ones and counts nowhere. A board that failed and is
 * tried again is still one board: it passed, or failed as before.
 */
export function countVerdict(
  shift: Shift,
  verdict: { readonly kind: (typeof verdictKinds)[number]; readonly serialNumber: string },
  now: Date,
): Shift {
  const last = [...shift.last, { kind: verdict.kind, serialNumber: verdict.serialNumber }].slice(-shown);
  if (verdict.kind !== 'PASS' && verdict.kind !== 'FAIL') return { ...shift, last };
  const others = shift.failedBoards.filter((board) => board !== verdict.serialNumber);
  const failedBoards = verdict.kind === 'PASS' ? others : [...others, verdict.serialNumber].slice(-rememberedBoards);
  if (others.length < shift.failedBoards.length) {
    const mended = verdict.kind === 'PASS' ? 1 : 0;
    return { ...shift, passed: shift.passed + mended, failed: shift.failed - mended, last, failedBoards };
  }
  const at = now.getTime();
  return {
    ...shift,
    done: shift.done + 1,
    passed: shift.passed + (verdict.kind === 'PASS' ? 1 : 0),
    failed: shift.failed + (verdict.kind === 'FAIL' ? 1 : 0),
    times: [...shift.times.filter((time) => time > at - hour), at],
    last,
    failedBoards,
  };
}

/** Boards per hour: of the last hour, or of the time since the first board when that is shorter; 0 before the second one. */
export function perHour(shift: Shift, now: Date): number {
  const at = now.getTime();
  const recent = shift.times.filter((time) => time > at - hour && time <= at);
  if (shift.done > recent.length) return recent.length;
  const first = recent[0];
  if (first === undefined || recent.length < 2) return 0;
  return Math.round(((recent.length - 1) * hour) / Math.max(at - first, 1000));
}

/** The counter as screens show it; `quota` = boards of the production order, null without one. */
export function shiftView(shift: Shift, quota: number | null, now: Date): ShiftView {
  return {
    done: shift.done,
    passed: shift.passed,
    failed: shift.failed,
    perHour: perHour(shift, now),
    quota,
    last: shift.last.map((verdict) => ({ ...verdict })),
  };
}
