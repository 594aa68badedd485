import type { MemoryAddress } from '../../../src-shared/atecc/address.ts';
import type { CommandName } from '../../../src-shared/atecc/command.ts';
import { privWritePlain } from '../../../src-shared/atecc/commands/index.ts';
import {
  type EncryptionKey,
  readBlockEncrypted,
  writeBlockEncrypted,
  writePrivateKeyEncrypted,
} from '../../../src-shared/atecc/procedures.ts';
import { ok, type Result } from '../../../src-shared/base/result.ts';
import type { Secret } from '../../../src-shared/base/secret.ts';
import type { DeviceFailure } from '../failures.ts';
import type { ChipSession, SequencePlan } from '../sequence.ts';
import { ask, follow } from '../steps.ts';
import { onThisBoard } from './look.ts';

/** The key that encrypts, and the host's generator for its nonces. */
export interface CipherKey {
  /** Slot of the key: WriteKey of the target for writes (any slot before data lock), ReadKey for reads. */
  readonly slot: number;
  /** 32 bytes. */
  readonly key: Secret;
  /** Gives that many random bytes. */
  readonly random: (count: number) => Uint8Array;
}

/** 32 bytes to be written encrypted. */
export interface SecretBlock {
  readonly address: MemoryAddress;
  readonly plain: Secret;
}

/**
 * SN, Nonce, GenDig, then the access: consecutive, never one step alone (provisioning-recipes.md 8). TempKey survives idle, so a
 * kit's own wrapping does no harm.
 */
function sessionPlan(last: CommandName, serialNumber: Uint8Array): SequencePlan {
  return {
    commands: ['Read', 'Nonce', 'GenDig', last],
    end: 'idle',
    expectSerial: serialNumber,
  };
}

/** Writes 32-byte blocks encrypted under another slot's key, each with its own nonce (provisioning-recipes.md 8). */
export function encryptedWrite(
  session: ChipSession,
  serialNumber: Uint8Array,
  cipher: CipherKey,
  blocks: readonly SecretBlock[],
): Promise<Result<undefined, DeviceFailure>> {
  return onThisBoard(session, serialNumber, async () => {
    for (const { address, plain } of blocks) {
      const written = await withCopies([cipher.key, plain], ([key, bytes]) =>
        session.sequence(sessionPlan('Write', serialNumber), () =>
          follow(writeBlockEncrypted(address, bytes, encryptionKey(cipher, key)), { redoable: true, secret: true }),
        ),
      );
      if (!written.ok) return written;
    }
    return ok(undefined);
  });
}

/** Reads one 32-byte block that the chip gives out encrypted only. */
export function encryptedRead(
  session: ChipSession,
  serialNumber: Uint8Array,
  cipher: CipherKey,
  address: MemoryAddress,
): Promise<Result<Uint8Array, DeviceFailure>> {
  return onThisBoard(session, serialNumber, () =>
    withCopies([cipher.key], ([key]) =>
      session.sequence(sessionPlan('Read', serialNumber), () =>
        follow(readBlockEncrypted(address, encryptionKey(cipher, key))),
      ),
    ),
  );
}

/**
 * Puts a private key (32 bytes, big-endian) into a slot: in clear without a cipher key (before data lock only), else encrypted
 * (atecc-device.md 7.15). IRREVERSIBLE for the key that was there. Writing the same key again does no harm, so a lost answer
 * redoes the sequence.
 */
export function privWrite(
  session: ChipSession,
  serialNumber: Uint8Array,
  slot: number,
  privateKey: Secret,
  cipher?: CipherKey,
): Promise<Result<undefined, DeviceFailure>> {
  const options = { redoable: true, secret: true } as const;
  return onThisBoard(session, serialNumber, () =>
    cipher === undefined
      ? withCopies([privateKey], ([bytes]) =>
          session.sequence({ commands: ['PrivWrite'], end: 'idle', expectSerial: serialNumber }, () =>
            ask(privWritePlain(slot, bytes), options),
          ),
        )
      : withCopies([privateKey, cipher.key], ([bytes, key]) =>
          session.sequence(sessionPlan('PrivWrite', serialNumber), () =>
            follow(writePrivateKeyEncrypted(slot, bytes, encryptionKey(cipher, key)), options),
          ),
        ),
  );
}

/** Made anew for every attempt: a nonce is used once. */
function encryptionKey(cipher: CipherKey, key: Uint8Array): EncryptionKey {
  return { key, keySlot: cipher.slot, numIn: cipher.random(20) };
}

/** Lends copies of secrets for the length of an asynchronous piece of work and zeroes them afterwards. */
export async function withCopies<const S extends readonly Secret[], T>(
  secrets: S,
  work: (copies: { readonly [K in keyof S]: Uint8Array }) => Promise<T>,
): Promise<T>;
export async function withCopies<T>(
  secrets: readonly Secret[],
  work: (copies: readonly Uint8Array[]) => Promise<T>,
): Promise<T> {
  const copies = secrets.map((secret) => secret.use((bytes) => bytes.slice()));
  try {
    return await work(copies);
  } finally {
    for (const copy of copies) copy.fill(0);
  }
}
