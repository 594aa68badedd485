import { z } from 'zod';

/** What a thread is to do. */
export const jobSchema = z.object({
  /** Place in the list of targets. */
  target: z.int(),
  seed: z.int(),
  first: z.int(),
  count: z.int(),
  /** One 32-bit number: the input it is at. */
  progress: z.instanceof(SharedArrayBuffer),
});

/** What a thread says. */
export const toldSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('finding'), index: z.int(), what: z.string() }),
  z.object({ kind: z.literal('done'), grownBytes: z.number(), slowestMs: z.number(), seconds: z.number() }),
]);

export type Told = z.infer<typeof toldSchema>;
