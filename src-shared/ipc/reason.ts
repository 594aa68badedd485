import { z } from 'zod';
import { isReasonCode, type ReasonCode } from '../model/reasons.ts';

export const factsSchema = z.record(z.string(), z.union([z.string(), z.number()]));

/** A reason as it crosses the contract: a code for which every screen has words, and its facts. */
export const reasonSchema = z.strictObject({
  code: z.custom<ReasonCode>((value) => typeof value === 'string' && isReasonCode(value)),
  facts: factsSchema,
});
