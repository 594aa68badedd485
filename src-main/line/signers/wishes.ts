import { SignetError } from '../../../src-shared/base/error.ts';
import type { Secret } from '../../../src-shared/base/secret.ts';
import { secretsOf } from '../signer-desk.ts';

/** Passwords that are needed now. Of two, each is one person's: they are asked one after the other, never both of one person. */
export interface PasswordAsk {
  /** Which of the passwords of a call: of the root, the one that counts now, the one that shall count. */
  readonly purpose: 'root' | 'current' | 'new';
  /** Whose: "signer 0123…EE, Example Signer". */
  readonly subject: string;
  /** How many persons; 'chosen' = as many as the caller was told to make it for. */
  readonly count: 1 | 2 | 'chosen';
}

/** What cannot be undone, said before it is done. */
export interface Irreversible {
  readonly subject: string;
  /** What a person types to go on: the last four characters of what it happens to. */
  readonly token: string;
  readonly steps: readonly string[];
}

/** What work on signers asks of whoever started it. */
export interface Wishes {
  /** In the order A, B. Throws what ends the work. */
  passwords(ask: PasswordAsk): Promise<readonly string[]>;
  /** Resolves when it shall be done; throws what ends the work. */
  confirm(what: Irreversible): Promise<void>;
  /** How far it is. */
  step(name: string, status: 'start' | 'done' | 'skipped', irreversible: boolean): void;
  /** Who is present, for the record. */
  readonly persons: readonly string[];
}

/** Lends passwords as secrets to `work` and wipes them afterwards. */
export async function withPasswords<T>(
  wishes: Wishes,
  ask: PasswordAsk,
  work: (secrets: readonly Secret[]) => Promise<T>,
): Promise<T> {
  const secrets = secretsOf(await wishes.passwords(ask));
  try {
    return await work(secrets);
  } finally {
    for (const secret of secrets) secret.wipe();
  }
}

/** OPTION_INVALID with a sentence. */
export function invalid(sentence: string): SignetError {
  return new SignetError('OPTION_INVALID', sentence);
}
