import { createHash } from 'node:crypto';
import { toHex } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import { issuerMatches } from './issuer.ts';
import { attemptsLeft, clearFailures, countFailure, type DelayBook, delayLeft } from './password-delay.ts';
import type {
  SignerAbilities,
  SignerIdentity,
  SignerModule,
  SignerState,
  SignFailure,
  UnlockFailure,
} from './signer-module.ts';
import { verifyP256Message } from './verify.ts';

/** Where the key of a signer that is no stick is kept: an encrypted file, or a token. One call at a time. */
export interface KeyHolder {
  /** Whether Signet changes its password; a token's PIN is changed by the token's own tools. */
  readonly changesPassword: boolean;
  /** Opens the key; the secrets stay the caller's. */
  open(passwords: readonly Secret[]): Promise<Result<undefined, KeyFailure>>;
  /** R‖S over a digest of 32 bytes. */
  sign(digest: Uint8Array): Promise<Result<Uint8Array, KeyFailure>>;
  /** Forgets the key; a failure does not matter. */
  close(): Promise<void>;
}

export type KeyFailure =
  | { readonly kind: 'wrong-password' }
  /** It will not work until a person has done something about it; after this the module is in FAULT. */
  | { readonly kind: 'broken'; readonly reason: Reason }
  /** Gone: a token pulled out. */
  | { readonly kind: 'removed' }
  /** This one time it did not work. */
  | { readonly kind: 'failed'; readonly reason: Reason };

export interface HostSignerOptions {
  readonly trustsRoot: (publicKey: Uint8Array) => boolean;
  readonly now: () => Date;
  readonly delays: DelayBook;
}

const faultsBeforeGivingUp = 3;

/**
 * A signer module whose key is not in a stick: the same states, rules and delays (signer-and-server.md 6), with the key's keeper
 * behind a seam. It hashes the TBS itself, refuses another issuer's, and verifies every signature before it leaves.
 */
export class HostSigner implements SignerModule {
  readonly can: SignerAbilities;
  readonly #holder: KeyHolder;
  readonly #options: HostSignerOptions;
  #identity: SignerIdentity;
  #state: SignerState;
  #reason: Reason | undefined;
  #signatures = 0;
  #faults = 0;
  #tail: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  /** Judges the identity like a probe: an untrusted root or a certificate out of its time is a FAULT. */
  constructor(identity: SignerIdentity, holder: KeyHolder, options: HostSignerOptions) {
    this.#identity = identity;
    this.can = { label: false, password: holder.changesPassword };
    this.#holder = holder;
    this.#options = options;
    this.#reason = faultOf(identity, options);
    this.#state = this.#reason === undefined ? 'PASSWORD_REQUIRED' : 'FAULT';
  }

  get identity(): SignerIdentity {
    return this.#identity;
  }

  get state(): SignerState {
    return this.#state === 'PASSWORD_REQUIRED' && this.#delayMs > 0 ? 'LOCKED_OUT' : this.#state;
  }

  get reason(): Reason | undefined {
    return this.#reason;
  }

  get signaturesThisSession(): number {
    return this.#signatures;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  unlock(passwords: readonly Secret[]): Promise<Result<undefined, UnlockFailure>> {
    return this.#exclusive(async (): Promise<Result<undefined, UnlockFailure>> => {
      if (this.#state === 'ABSENT') return fail({ kind: 'removed' });
      if (this.#state === 'READY') return ok(undefined);
      if (this.#state !== 'PASSWORD_REQUIRED')
        return fail({ kind: 'fault', reason: this.#reason ?? reason('signer-no-module') });
      const count = this.#identity.passwordScheme === 'two-persons' ? 2 : 1;
      if (passwords.length !== count) return fail({ kind: 'passwords-needed', count });
      const delayMs = this.#delayMs;
      if (delayMs > 0) return fail({ kind: 'locked-out', delayMs });
      const opened = await this.#holder.open(passwords);
      if (opened.ok) {
        await clearFailures(this.#options.delays, this.#name);
        this.#faults = 0;
        this.#become('READY', undefined);
        return opened;
      }
      switch (opened.failure.kind) {
        case 'wrong-password': {
          const delay = await countFailure(this.#options.delays, this.#name, this.#options.now().getTime());
          this.#changed();
          return fail({
            kind: 'wrong-password',
            attemptsLeft: attemptsLeft(this.#options.delays, this.#name),
            delayMs: delay,
          });
        }
        case 'removed':
          this.#become('ABSENT', reason('signer-removed'));
          return fail({ kind: 'removed' });
        case 'broken':
          this.#become('FAULT', opened.failure.reason);
          return fail({ kind: 'fault', reason: opened.failure.reason });
        case 'failed':
          return fail({ kind: 'fault', reason: opened.failure.reason });
      }
    });
  }

  async lock(): Promise<void> {
    await this.#exclusive(async () => {
      await this.#holder.close();
      if (this.#state === 'READY') this.#become('PASSWORD_REQUIRED', undefined);
    });
  }

  /** The file or token is taken away: nothing is kept. */
  async removed(): Promise<void> {
    await this.#exclusive(async () => {
      await this.#holder.close();
      this.#become('ABSENT', reason('signer-removed'));
    });
  }

  sign(tbs: Uint8Array, beforeAttempt: (attempt: number) => Promise<void>): Promise<Result<Uint8Array, SignFailure>> {
    return this.#exclusive(async (): Promise<Result<Uint8Array, SignFailure>> => {
      if (this.#state === 'ABSENT') return fail({ kind: 'removed' });
      if (this.#state !== 'READY') return fail({ kind: 'locked' });
      if (!issuerMatches(tbs, this.#identity.certificate)) return fail({ kind: 'foreign-issuer' });
      await beforeAttempt(1);
      const digest = new Uint8Array(createHash('sha256').update(tbs).digest());
      const signed = await this.#holder.sign(digest);
      if (!signed.ok) return fail(await this.#signFailure(signed.failure));
      if (!verifyP256Message(this.#identity.publicKey, tbs, signed.value)) {
        await this.#countFault(reason('signer-wrong-signature'));
        return fail({ kind: 'wrong-signature' });
      }
      this.#faults = 0;
      this.#signatures += 1;
      return ok(signed.value);
    });
  }

  async #signFailure(failure: KeyFailure): Promise<SignFailure> {
    switch (failure.kind) {
      case 'removed':
        await this.#holder.close();
        this.#become('ABSENT', reason('signer-removed'));
        return { kind: 'removed' };
      case 'wrong-password':
        await this.#holder.close();
        this.#become('PASSWORD_REQUIRED', reason('signer-password-changed'));
        return { kind: 'locked' };
      case 'broken':
        await this.#holder.close();
        this.#become('FAULT', failure.reason);
        return { kind: 'fault', reason: failure.reason };
      case 'failed':
        await this.#countFault(failure.reason);
        return { kind: 'fault', reason: failure.reason };
    }
  }

  async #countFault(why: Reason): Promise<void> {
    this.#faults += 1;
    if (this.#faults < faultsBeforeGivingUp) return;
    await this.#holder.close();
    this.#become('FAULT', why);
  }

  get #name(): string {
    return toHex(this.#identity.serialNumber);
  }

  get #delayMs(): number {
    return delayLeft(this.#options.delays, this.#name, this.#options.now().getTime());
  }

  #become(state: SignerState, why: Reason | undefined): void {
    if (this.#state === 'ABSENT') return;
    this.#state = state;
    this.#reason = why;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#tail.then(work, work);
    this.#tail = mine.catch(() => undefined);
    return mine;
  }
}

function faultOf(identity: SignerIdentity, options: HostSignerOptions): Reason | undefined {
  if (!options.trustsRoot(identity.rootPublicKey)) return reason('signer-root-unknown');
  const now = options.now();
  return now < identity.notBefore || now > identity.notAfter ? reason('signer-not-valid-now') : undefined;
}
