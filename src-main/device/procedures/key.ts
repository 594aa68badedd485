import type { Part } from '../../../src-shared/atecc/command.ts';
import {
  genKeyCreate,
  genKeyPublic,
  noncePassThrough,
  random,
  signExternal,
} from '../../../src-shared/atecc/commands/index.ts';
import { digestTarget } from '../../../src-shared/atecc/procedures.ts';
import { chipStatus } from '../../../src-shared/atecc/status.ts';
import { equalBytes, toHex } from '../../../src-shared/base/bytes.ts';
import { SignetError } from '../../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../../src-shared/base/result.ts';
import type { DeviceFailure } from '../failures.ts';
import { type ChipSession, expectSerial } from '../sequence.ts';
import { ask, askAll } from '../steps.ts';
import { doubtOr, guard, onThisBoard } from './look.ts';

/** A key that the chip made. */
export interface GeneratedKey {
  /** X ‖ Y, 64 bytes: what GenKey public says, which is the key in force. */
  readonly publicKey: Uint8Array;
  /** How often GenKey create was sent; more than 1 after a lost answer. */
  readonly creations: number;
  /** The kit repeated the create by itself: its answer named another key than the one now in force. */
  readonly repeatedByKit: boolean;
}

/**
 * Public key X ‖ Y (64 bytes) of the private key in a slot. `no-key` when the slot holds none that is whole: never made, or torn by
 * a cut in GenKey (provisioning-recipes.md 0).
 */
export async function publicKey(
  session: ChipSession,
  slot: number,
  serialNumber?: Uint8Array,
): Promise<Result<Uint8Array, DeviceFailure>> {
  const key = await session.run(genKeyPublic(slot), guard(serialNumber));
  if (!key.ok && key.failure.kind === 'status' && key.failure.status === chipStatus.executionError) {
    return fail({ kind: 'no-key', slot });
  }
  return key;
}

/**
 * Makes a new private key in a slot and gives the public key that is then in force (provisioning-recipes.md 2): serial number,
 * GenKey create, GenKey public and the serial number again, one sequence: a certificate will join this key to this number. IRREVERSIBLE: an earlier key is gone. A lost answer is followed by a look at the
 * key; if the create itself is in doubt it is then sent once more, because the key in the slot may be an old one that
 * somebody knows. When that answer is lost too, the key is taken if it is seen to have changed.
 */
export function generateKey(
  session: ChipSession,
  slot: number,
  serialNumber: Uint8Array,
): Promise<Result<GeneratedKey, DeviceFailure>> {
  return onThisBoard(session, serialNumber, () => createKey(session, slot, serialNumber));
}

async function createKey(
  session: ChipSession,
  slot: number,
  serialNumber: Uint8Array,
): Promise<Result<GeneratedKey, DeviceFailure>> {
  let before: Uint8Array | undefined;
  for (let creations = 1; ; creations += 1) {
    const answers: { created?: Uint8Array } = {};
    const made = await session.sequence(
      { commands: ['GenKey', 'GenKey', 'Read'], end: 'idle', expectSerial: serialNumber },
      function* making() {
        answers.created = yield* ask(genKeyCreate(slot));
        const key = yield* ask(genKeyPublic(slot));
        yield* expectSerial(serialNumber);
        return key;
      },
    );
    const { created } = answers;
    if (made.ok) return ok(generated(made.value, created, creations));
    if (made.failure.kind !== 'uncertain') return made;
    const look = await publicKey(session, slot, serialNumber);
    if (!look.ok && look.failure.kind !== 'no-key') return doubtOr(made.failure, look.failure);
    const now = look.ok ? look.value : undefined;
    if (created !== undefined && now !== undefined) return ok(generated(now, created, creations));
    if (creations === 2) {
      if (now !== undefined && before !== undefined && !equalBytes(now, before)) {
        return ok(generated(now, undefined, creations));
      }
      const readBack = now === undefined ? 'no valid key' : `public key ${toHex(now)}, unchanged`;
      return fail({ ...made.failure, readBack });
    }
    before = now;
  }
}

function generated(publicKey: Uint8Array, created: Uint8Array | undefined, creations: number): GeneratedKey {
  return { publicKey, creations, repeatedByKit: created !== undefined && !equalBytes(created, publicKey) };
}

/** What a challenge is answered with. */
export interface Challenge {
  readonly slot: number;
  readonly part: Part;
  /** 32 bytes, taken as the digest itself. */
  readonly challenge: Uint8Array;
}

/**
 * Signature R ‖ S (64 bytes) over a challenge: Random, Nonce pass-through, Sign; on a 608 by way of MsgDigBuf
 * (provisioning-recipes.md 7, step 4). Any trouble redoes all of it.
 */
export function challengeSignature(
  session: ChipSession,
  { slot, part, challenge }: Challenge,
): Promise<Result<Uint8Array, DeviceFailure>> {
  const target = digestTarget(part);
  return session.sequence({ commands: ['Random', 'Nonce', 'Sign'], end: 'idle' }, function* signing() {
    const answers = yield* askAll<Uint8Array | undefined>([
      { command: random() },
      { command: noncePassThrough(challenge, target) },
      { command: signExternal(slot, target) },
    ]);
    const signature = answers[2];
    if (signature === undefined) throw new SignetError('INTERNAL', 'Sign was answered without a signature');
    return signature;
  });
}
