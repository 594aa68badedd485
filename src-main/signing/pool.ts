import { toHex } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { inEnglish } from '../../src-shared/model/reasons.ts';
import { matchSigner } from './checks.ts';
import { type Refusal, refusal, type SignerSelection, type WaitReason } from './request.ts';
import type { SignerIdentity, SignerModule } from './signer-module.ts';

/** All modules that are plugged in, of every kind and state. */
export interface SignerPool {
  modules(): readonly SignerModule[];
  /** What is known of a signer that need not be here now, for re-issue: by its serial number and the device definition's digest (hex). */
  definitionsFor(signerSerialNumber: string, definitionDigest: string): ReissueIdentity | undefined;
  onChange(listener: () => void): () => void;
}

/** What a re-issue needs of the signer that signed once. */
export type ReissueIdentity = Pick<
  SignerIdentity,
  'serialNumber' | 'name' | 'signerId' | 'publicKey' | 'deviceDefinition' | 'signerDefinition'
>;

export interface ChosenSigner {
  readonly module: SignerModule;
  readonly identity: SignerIdentity;
  /** To be called when the request is done with the module. */
  readonly release: () => void;
}

export interface NoSigner {
  readonly refusal: Refusal;
  /** Per module, for the server's own log. */
  readonly reasons: readonly string[];
}

const inFlight = new WeakMap<SignerModule, number>();

function take(module: SignerModule, identity: SignerIdentity): ChosenSigner {
  inFlight.set(module, (inFlight.get(module) ?? 0) + 1);
  let released = false;
  return {
    module,
    identity,
    release: () => {
      if (released) return;
      released = true;
      inFlight.set(module, (inFlight.get(module) ?? 1) - 1);
    },
  };
}

/**
 * READY modules before those that wait for a password; among several READY ones the least busy, then the least used
 * (signer-and-server.md 8). When only a password is missing it waits up to `passwordWaitMs`.
 */
export async function chooseSigner(
  pool: SignerPool,
  selection: SignerSelection,
  options: {
    readonly preferred: string | undefined;
    readonly passwordWaitMs: number;
    readonly waiting: (reason: WaitReason) => void;
    readonly signal?: AbortSignal;
  },
): Promise<Result<ChosenSigner, NoSigner>> {
  const first = tryChoose(pool, selection, options.preferred);
  if (first.ok || first.failure.refusal.code !== 'SIGNER_LOCKED' || options.passwordWaitMs <= 0) return first;
  options.waiting('password');
  return new Promise((resolve) => {
    const finish = (answer: Result<ChosenSigner, NoSigner>): void => {
      clearTimeout(timer);
      unsubscribe();
      options.signal?.removeEventListener('abort', giveUp);
      resolve(answer);
    };
    const giveUp = (): void => finish(first);
    const timer = setTimeout(giveUp, options.passwordWaitMs);
    const unsubscribe = pool.onChange(() => {
      const answer = tryChoose(pool, selection, options.preferred);
      if (answer.ok || answer.failure.refusal.code !== 'SIGNER_LOCKED') finish(answer);
    });
    options.signal?.addEventListener('abort', giveUp);
  });
}

function tryChoose(
  pool: SignerPool,
  selection: SignerSelection,
  preferred: string | undefined,
): Result<ChosenSigner, NoSigner> {
  const fitting: { module: SignerModule; identity: SignerIdentity }[] = [];
  const reasons: string[] = [];
  let otherDefinition = false;
  for (const module of pool.modules()) {
    const { identity } = module;
    if (identity === undefined) {
      reasons.push(
        `a module in state ${module.state}${module.reason === undefined ? '' : ` (${inEnglish(module.reason)})`}`,
      );
      continue;
    }
    const fit = matchSigner(identity, selection);
    if (fit === 'fits') fitting.push({ module, identity });
    else
      reasons.push(
        `${toHex(identity.serialNumber)}: ${fit === 'definition' ? 'another device definition' : 'another kind'}`,
      );
    otherDefinition ||= fit === 'definition';
  }
  const ready = fitting.filter(({ module }) => module.state === 'READY');
  const best =
    ready.find(({ identity }) => preferred !== undefined && toHex(identity.serialNumber) === preferred) ??
    ready.sort(
      (a, b) =>
        (inFlight.get(a.module) ?? 0) - (inFlight.get(b.module) ?? 0) ||
        a.module.signaturesThisSession - b.module.signaturesThisSession,
    )[0];
  if (best !== undefined) return ok(take(best.module, best.identity));
  const states = new Set(fitting.map(({ module }) => module.state));
  for (const { module, identity } of fitting) {
    reasons.push(
      `${toHex(identity.serialNumber)}: ${module.state}${module.reason === undefined ? '' : ` (${inEnglish(module.reason)})`}`,
    );
  }
  const none = (answer: Refusal): Result<ChosenSigner, NoSigner> => fail({ refusal: answer, reasons });
  if (states.has('PASSWORD_REQUIRED') || states.has('LOCKED_OUT'))
    return none(refusal('SIGNER_LOCKED', 'the signer waits for its password'));
  if (fitting.some(({ module }) => module.state === 'FAULT' && module.kitUnsuitable === true)) {
    return none(refusal('SIGNER_KIT_UNSUITABLE', 'authorisation does not survive on this stick'));
  }
  if (states.has('FAULT')) return none(refusal('SIGNER_FAULT', 'the signer does not work'));
  if (states.has('ABSENT')) return none(refusal('SIGNER_REMOVED', 'the signer was removed'));
  if (pool.modules().some(({ state }) => state === 'PROBING'))
    return none(refusal('BUSY', 'a signer is being looked at'));
  if (otherDefinition) return none(refusal('DEFINITION_MISMATCH', 'the signers have another device definition'));
  return none(noSigner(pool.modules()));
}

/**
 * The answer when no signer fits: CLOCK_SUSPECT when one is there that is not valid now (signer-and-server.md 7.8), for with a wrong
 * clock the right one looks like that, and nobody should look for another stick.
 */
export function noSigner(modules: readonly SignerModule[]): Refusal {
  return modules.some(({ state, reason }) => state === 'FAULT' && reason?.code === 'signer-not-valid-now')
    ? refusal('CLOCK_SUSPECT', 'the signer that is there is not valid at the time of this clock')
    : refusal('NO_MATCHING_SIGNER', 'no signer of this kind is there');
}
