import { z } from 'zod';
import { SignetError } from '../../src-shared/base/error.ts';
import { type SigningLogColumn, signingLogColumns } from '../../src-shared/model/signing-log-row.ts';
import { type Store, text } from './store.ts';

/**
 * What was about to be signed when the power went: written before every signature, cleared after its log row
 * (signer-and-server.md 7.5, order of effects).
 */
const columns = z.enum(signingLogColumns as unknown as readonly [SigningLogColumn, ...SigningLogColumn[]]);

const intentSchema = z.strictObject({
  id: z.string(),
  serialNumber: z.string(),
  publicKey: z.string(),
  definitionDigest: z.string(),
  caPublicKey: z.string(),
  signerSerialNumber: z.string(),
  tbs: z.string(),
  createdAt: z.string(),
  attempts: z.int(),
  reworkId: z.string().default(''),
  row: z.partialRecord(columns, z.string()),
});

export type StoredIntent = z.infer<typeof intentSchema>;

export interface DurableIntentJournal {
  open(intent: StoredIntent): Promise<void>;
  attempt(id: string, attempt: number): Promise<void>;
  clear(id: string): Promise<void>;
  pending(): readonly StoredIntent[];
}

/** The journal in the store. `ready` is awaited before an attempt is written down: only while what follows it can be kept. */
export function openIntentJournal(store: Store, ready: (serialNumber: string) => Promise<void>): DurableIntentJournal {
  return {
    async open(intent) {
      await ready(intent.serialNumber);
      await store.write((database) => {
        database
          .prepare('INSERT INTO intents (id, created_at, attempts, body) VALUES (?, ?, ?, ?)')
          .run(intent.id, intent.createdAt, intent.attempts, JSON.stringify(intent));
      });
    },
    async attempt(id, attempt) {
      await ready('');
      await store.write((database) => {
        database.prepare('UPDATE intents SET attempts = ? WHERE id = ?').run(attempt, id);
      });
    },
    clear: (id) =>
      store.write(
        (database) => {
          database.prepare('DELETE FROM intents WHERE id = ?').run(id);
        },
        { essential: true },
      ),
    pending: () =>
      store.all('SELECT body, attempts FROM intents ORDER BY created_at, id').map((row) => {
        const parsed = intentSchema.safeParse({ ...JSON.parse(text(row, 'body')), attempts: row['attempts'] });
        if (!parsed.success) throw new SignetError('STORE_DAMAGED', 'An intent in the record store cannot be read.');
        return parsed.data;
      }),
  };
}
