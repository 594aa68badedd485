import { dataAddress } from '../../../src-shared/atecc/address.ts';
import type { CommandName } from '../../../src-shared/atecc/command.ts';
import {
  CHECK_MAC_SLOT_AND_TEMP_KEY,
  checkMac,
  infoState,
  noncePassThrough,
  nonceRandom,
  signExternal,
} from '../../../src-shared/atecc/commands/index.ts';
import { checkMacResponse, nonceDigest } from '../../../src-shared/atecc/host/digests.ts';
import { chipStatus } from '../../../src-shared/atecc/status.ts';
import { fail, ok, type Result } from '../../../src-shared/base/result.ts';
import type { Secret } from '../../../src-shared/base/secret.ts';
import type { DeviceFailure } from '../failures.ts';
import type { ChipSession, SequencePlan } from '../sequence.ts';
import { ask, askStatus, idleWake, type Steps, stop } from '../steps.ts';
import { putToSleep } from './extra.ts';
import { encryptedWrite, withCopies } from './secrets.ts';

/** A key that authorises, its slot, and what a proof needs. */
export interface AuthorisingKey {
  readonly slot: number;
  /** 32 bytes: the key in the slot. */
  readonly key: Secret;
  /** 9 bytes of the chip: SN[8] and SN[0:1] go into the response. */
  readonly serialNumber: Uint8Array;
  /** Gives that many random bytes. */
  readonly random: (count: number) => Uint8Array;
}

const AUTHORISE: readonly CommandName[] = ['Nonce', 'CheckMac'];

/** Random Nonce and CheckMac mode 01 with random OtherData: true when the chip accepts (signer-and-server.md 6.6, steps 2 and 3). */
function* proofSteps(auth: AuthorisingKey, key: Uint8Array): Steps<boolean> {
  const numIn = auth.random(20);
  const randOut = yield* ask(nonceRandom(numIn));
  const otherData = auth.random(13);
  const response = checkMacResponse(key, nonceDigest(randOut, numIn), otherData, auth.serialNumber);
  const command = checkMac(CHECK_MAC_SLOT_AND_TEMP_KEY, auth.slot, {
    challenge: new Uint8Array(32),
    response,
    otherData,
  });
  const proof = yield* askStatus(command, [chipStatus.miscompare], { secret: true });
  return proof.ok;
}

/** As proofSteps, ending the sequence when the chip does not accept. */
function* authoriseSteps(auth: AuthorisingKey, key: Uint8Array): Steps<undefined> {
  if (yield* proofSteps(auth, key)) return undefined;
  return yield* stop({ kind: 'authorisation-refused', slot: auth.slot });
}

export interface SigningRequest {
  /** Slot of the key that needs the authorisation. */
  readonly slot: number;
  /** 32 bytes. */
  readonly digest: Uint8Array;
  /** Awaited before every attempt (1, 2, 3); a rejection stops with nothing done in this attempt. */
  readonly beforeAttempt?: (attempt: number) => Promise<void>;
}

/**
 * One signature R ‖ S (64 bytes) with a key that needs authorisation, as one guarded sequence in one wake window
 * (signer-and-server.md 6.6, steps 0 to 7): Nonce, CheckMac, Nonce 03, Sign. Idle afterwards; sleep only when it broke off with
 * an authorisation left over. The whole is begun again at most twice on communication errors, 0F and EE; never on 01. On a
 * kit that idles after every command a repetition first asks whether the authorisation is still there:
 * `auth-lost-over-idle` when it is not. `authorisation-refused` = wrong key.
 */
export function authorisedSign(
  session: ChipSession,
  auth: AuthorisingKey,
  request: SigningRequest,
): Promise<Result<Uint8Array, DeviceFailure>> {
  const alwaysWraps = session.kit.dialect !== 'legacy';
  let attempt = 0;
  return withCopies([auth.key], ([key]) =>
    session.sequence(
      {
        commands: [...AUTHORISE, 'Info', 'Nonce', 'Sign'],
        end: 'idle',
        window: 'single',
        sleepIfBrokenAfter: 'CheckMac',
        redoOn: [chipStatus.executionError],
        ...(request.beforeAttempt === undefined ? {} : { beforeAttempt: request.beforeAttempt }),
      },
      function* signing() {
        attempt += 1;
        yield* authoriseSteps(auth, key);
        if (alwaysWraps && attempt > 1 && !(yield* ask(infoState())).authorised) {
          return yield* stop({ kind: 'auth-lost-over-idle' });
        }
        yield* ask(noncePassThrough(request.digest));
        return yield* ask(signExternal(request.slot));
      },
    ),
  );
}

/**
 * Whether the host's key is the one in the slot: CheckMac, then Sleep, because the authorisation is left over. false = refused
 * (01), which changes nothing.
 */
export function proveKey(session: ChipSession, auth: AuthorisingKey): Promise<Result<boolean, DeviceFailure>> {
  return withCopies([auth.key], ([key]) =>
    session.sequence({ commands: AUTHORISE, end: 'sleep', sleepIfBrokenAfter: 'CheckMac' }, () =>
      proofSteps(auth, key),
    ),
  );
}

/**
 * Measures whether AuthValid survives idle behind this kit (the CONFLICT of atecc-device.md 1): authorise, idle, wake, Info 02;
 * then Sleep. `authorisation-refused` when the key is wrong.
 */
export function authSurvivesIdle(session: ChipSession, auth: AuthorisingKey): Promise<Result<boolean, DeviceFailure>> {
  return withCopies([auth.key], ([key]) =>
    session.sequence(
      { commands: [...AUTHORISE, 'Info'], end: 'sleep', window: 'single', sleepIfBrokenAfter: 'CheckMac' },
      function* measuring() {
        yield* authoriseSteps(auth, key);
        yield* idleWake();
        const state = yield* ask(infoState());
        return state.authorised && state.authKeyId === auth.slot;
      },
    ),
  );
}

/** One half of a password change. */
export interface KeyChange {
  /** The slot that is written; `key` is its new key. */
  readonly target: { readonly slot: number; readonly key: Secret };
  /** The other slot, whose key encrypts the write. */
  readonly under: { readonly slot: number; readonly key: Secret };
  readonly serialNumber: Uint8Array;
  readonly random: (count: number) => Uint8Array;
}

/**
 * Writes a new 32-byte key into a slot, encrypted under another slot's key, and proves it (signer-and-server.md 6.8, (a) or (b)).
 * Whatever becomes of the write, the proof decides: proven is done. `authorisation-refused` (target slot) = it did not
 * take, because the key of the other slot is not the given one. Ends in Sleep.
 */
export async function changeKey(session: ChipSession, change: KeyChange): Promise<Result<undefined, DeviceFailure>> {
  const { target, under, serialNumber, random } = change;
  const written = await encryptedWrite(session, serialNumber, { slot: under.slot, key: under.key, random }, [
    { address: dataAddress(target.slot, 0), plain: target.key },
  ]);
  if (!written.ok && (written.failure.kind === 'board-changed' || written.failure.kind === 'kit')) return written;
  const proven = await proveKey(session, { slot: target.slot, key: target.key, serialNumber, random });
  if (!proven.ok) return written.ok ? proven : written;
  if (proven.value) return ok(undefined);
  return written.ok ? fail({ kind: 'authorisation-refused', slot: target.slot }) : written;
}

/** What the test of a new module needs. */
export interface AuthorisationTest {
  /** The authorising key, and the other key whose proof ends the test (step e). */
  readonly auth: AuthorisingKey;
  readonly other: AuthorisingKey;
  /** Slot of the key that must sign only after a proof. */
  readonly signSlot: number;
  /** 32 bytes to be signed. */
  readonly digest: Uint8Array;
  /** Whether a signature R ‖ S over the digest is the module's. */
  readonly verify: (signature: Uint8Array) => boolean;
}

const TEST_COMMANDS: readonly CommandName[] = [
  ...(['Nonce', 'Info', 'Sign'] as const),
  ...(['Nonce', 'CheckMac', 'Nonce', 'Sign'] as const),
  ...(['Nonce', 'Sign'] as const),
  ...(['Nonce', 'CheckMac', 'Nonce', 'Sign'] as const),
  ...(['Nonce', 'CheckMac'] as const),
];

/**
 * The negative and positive test of signer-and-server.md 6.5 step 9, (a) to (e), from Sleep and in one wake window: no signature
 * without proof, one after it, none more for the same proof, none after a wrong one, and the write key proves too.
 * `authorisation-test` names the first step that is not as stated. Behind a kit that always wraps it is only worth anything when
 * `authSurvivesIdle`.
 */
export async function testAuthorisation(
  session: ChipSession,
  test: AuthorisationTest,
): Promise<Result<undefined, DeviceFailure>> {
  const asleep = await putToSleep(session);
  if (!asleep.ok) return asleep;
  const plan: SequencePlan = {
    commands: TEST_COMMANDS,
    end: 'sleep',
    window: 'single',
    sleepIfBrokenAfter: 'CheckMac',
  };
  return withCopies([test.auth.key, test.other.key], ([key, otherKey]) =>
    session.sequence(plan, () => testSteps(test, key, otherKey)),
  );
}

function* testSteps(test: AuthorisationTest, key: Uint8Array, otherKey: Uint8Array): Steps<undefined> {
  const { auth, other, signSlot, digest, verify } = test;
  // (a) A bare Sign without valid TempKey answers 0F on any chip: that TempKey is there is what makes the refusal a proof.
  yield* ask(noncePassThrough(digest));
  const state = yield* ask(infoState());
  if (!state.tempKey.valid) return yield* wrong('a', 'TempKey is not valid after Nonce');
  if (state.authorised) return yield* wrong('a', 'an authorisation is there without any proof');
  if (yield* signs(signSlot)) return yield* wrong('a', 'the key signs without a proof');
  // (b)
  if (!(yield* proofSteps(auth, key))) return yield* wrong('b', `the key of slot ${auth.slot} is refused`);
  yield* ask(noncePassThrough(digest));
  const signature = yield* signs(signSlot);
  if (signature === undefined) return yield* wrong('b', 'the key does not sign after a proof');
  if (!verify(signature)) return yield* wrong('b', 'the signature does not verify');
  // (c)
  yield* ask(noncePassThrough(digest));
  if (yield* signs(signSlot)) return yield* wrong('c', 'one proof lets the key sign twice');
  // (d)
  const inverted = key.map((byte) => byte ^ 0xff);
  if (yield* proofSteps(auth, inverted)) return yield* wrong('d', 'a wrong key is accepted');
  yield* ask(noncePassThrough(digest));
  if (yield* signs(signSlot)) return yield* wrong('d', 'the key signs after a wrong proof');
  // (e)
  if (!(yield* proofSteps(other, otherKey))) return yield* wrong('e', `the key of slot ${other.slot} is refused`);
  return undefined;
}

/** The signature, or undefined for the refusal 0F. */
function* signs(slot: number): Steps<Uint8Array | undefined> {
  const signature = yield* askStatus(signExternal(slot), [chipStatus.executionError]);
  return signature.ok ? signature.value : undefined;
}

function* wrong(step: 'a' | 'b' | 'c' | 'd' | 'e', found: string): Steps<never> {
  return yield* stop({ kind: 'authorisation-test', step, found });
}
