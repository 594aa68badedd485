import { z } from 'zod';

/** What the bench and the server in its own process say to each other. */
export const serverJobSchema = z.object({
  folder: z.string(),
  /** Simulated sticks of real timing; 0 = one software signer without delay. */
  sticks: z.int().min(0),
});

const hex = z.string().regex(/^([0-9A-F]{2})+$/);

export const serverSaidSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ready'),
    port: z.int(),
    chainId: z.int(),
    deviceTemplateId: z.int(),
    signerTemplateId: z.int(),
    rootPublicKey: hex,
  }),
  z.object({ kind: z.literal('figures'), heapBytes: z.number(), rssBytes: z.number() }),
  /** ms from a line's first character to the last of its reply, of all sticks together. */
  z.object({ kind: z.literal('work'), ms: z.number() }),
  z.object({ kind: z.literal('closed') }),
]);
export type ServerSaid = z.infer<typeof serverSaidSchema>;

export const serverToldSchema = z.enum(['figures', 'work', 'close']);
export type ServerTold = z.infer<typeof serverToldSchema>;
