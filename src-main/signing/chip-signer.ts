import { createHash } from 'node:crypto';
import { toHex } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import {
  authorisedSign,
  authSurvivesIdle,
  changeKey,
  DEFAULT_ADDRESS,
  type DeviceFailure,
  type KitLease,
  proveKey,
  putToSleep,
  reasonOfFailure,
} from '../device/index.ts';
import { foreignStick } from '../hal/foreign-stick.ts';
import { asd1Slots } from './asd1/layout.ts';
import { type ModuleKeys, moduleKeys, wipeKeys } from './asd1/password.ts';
import type { Asd1Record } from './asd1/record.ts';
import type { PasswordChangeBook } from './change-password.ts';
import { issuerMatches } from './issuer.ts';
import { attemptsLeft, clearFailures, countFailure, type DelayBook, delayLeft } from './password-delay.ts';
import type { SignerIdentity, SignerModule, SignerState, SignFailure, UnlockFailure } from './signer-module.ts';
import { type ProbeOptions, type ProbeOutcome, probeSigner } from './signer-probe.ts';
import { verifyP256Message } from './verify.ts';

export interface ChipSignerOptions extends ProbeOptions {
  readonly delays: DelayBook;
  readonly random: (length: number) => Uint8Array;
  /** Password changes that broke off: their end is found when the password is typed. */
  readonly passwordChanges?: PasswordChangeBook;
  /** Why a module that is in order is not used here all the same; undefined = it is. */
  readonly admit?: (identity: SignerIdentity) => Promise<Reason | undefined>;
}

/** Faults in a row after which the keys are forgotten and the module is set aside until it is plugged in again. */
const faultsBeforeGivingUp = 3;
/** How often a stick that answers badly is looked at when it comes. */
const looksAtMost = 3;

/**
 * A signer stick: the chip refuses to sign until the password's key is proven, once for every signature
 * (signer-and-server.md 6.6, 6.7). Keys live here in RAM only and are wiped on lock, unplug, stop and repeated faults.
 */
export class ChipSigner implements SignerModule {
  readonly can = { label: true, password: true };
  readonly #lease: KitLease;
  readonly #options: ChipSignerOptions;
  #state: SignerState = 'PROBING';
  #reason: Reason | undefined;
  #identity: SignerIdentity | undefined;
  #record: Asd1Record | undefined;
  #keys: ModuleKeys | undefined;
  #signatures = 0;
  #faults = 0;
  #unsuitable = false;
  /** One thing at a time on the stick. */
  #tail: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  constructor(lease: KitLease, options: ChipSignerOptions) {
    this.#lease = lease;
    this.#options = options;
  }

  get identity(): SignerIdentity | undefined {
    return this.#identity;
  }

  get state(): SignerState {
    if (this.#state === 'PASSWORD_REQUIRED' && this.delayMs > 0) return 'LOCKED_OUT';
    return this.#state;
  }

  get reason(): Reason | undefined {
    return this.#reason;
  }

  get kitUnsuitable(): boolean {
    return this.#unsuitable;
  }

  get signaturesThisSession(): number {
    return this.#signatures;
  }

  /** ms of the password delay that are left. */
  get delayMs(): number {
    if (this.#identity === undefined) return 0;
    return delayLeft(this.#options.delays, toHex(this.#identity.serialNumber), this.#options.now().getTime());
  }

  /** Tries left before the next delay. */
  get attemptsLeft(): number {
    return this.#identity === undefined ? 0 : attemptsLeft(this.#options.delays, toHex(this.#identity.serialNumber));
  }

  /** The record, for set-up and password change. */
  get record(): Asd1Record | undefined {
    return this.#record;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads and verifies everything; a module without a password is authorised at once. */
  async probe(): Promise<void> {
    await this.#exclusive(async () => {
      const foreign = foreignStick(this.#lease.transport.description);
      if (foreign !== undefined) return this.#become('FOREIGN', foreign);
      const outcome = await this.#lookRepeatedly();
      if (outcome === undefined) return this.#become('UNSUPPORTED', reason('signer-no-chip'));
      if (!outcome.ok) return this.#failed(outcome.failure);
      switch (outcome.value.kind) {
        case 'unsupported':
          return this.#become('UNSUPPORTED', outcome.value.reason);
        case 'unconfigured':
          return this.#become('UNCONFIGURED', outcome.value.reason);
        case 'foreign':
          return this.#become('FOREIGN', outcome.value.reason);
        case 'fault':
          return this.#become('FAULT', outcome.value.reason);
        case 'module': {
          const { identity, record } = outcome.value;
          this.#identity = identity;
          this.#record = record;
          const refused = await this.#options.admit?.(identity);
          if (refused !== undefined) return this.#become('FAULT', refused);
          return this.#become('PASSWORD_REQUIRED', undefined);
        }
      }
    });
    // A root is opened on purpose only.
    if (this.#state === 'PASSWORD_REQUIRED' && this.#identity?.passwordScheme === 'open' && !this.#identity.isRoot) {
      await this.unlock([]);
    }
  }

  /** What the stick is; a bad moment of the line is given two more. Undefined = no chip answers at all. */
  async #lookRepeatedly(): Promise<Result<ProbeOutcome, DeviceFailure> | undefined> {
    for (let look = 1; ; look += 1) {
      const { chips } = this.#lease.entry;
      const chip = chips.find(({ address }) => address === DEFAULT_ADDRESS) ?? chips[0];
      const outcome =
        chip === undefined ? undefined : await probeSigner(this.#lease.chip(chip.address), chip, this.#options);
      if (outcome?.ok === true || look === looksAtMost || this.#lost()) return outcome;
      await this.#lease.look();
    }
  }

  async unlock(passwords: readonly Secret[]): Promise<Result<undefined, UnlockFailure>> {
    const identity = this.#identity;
    const record = this.#record;
    if (this.#state === 'ABSENT') return fail({ kind: 'removed' });
    if (identity === undefined || record === undefined) return fail({ kind: 'fault', reason: this.#why });
    if (this.#state === 'READY') return ok(undefined);
    // Set aside for a reason that a password does not cure.
    if (this.#state !== 'PASSWORD_REQUIRED') return fail({ kind: 'fault', reason: this.#why });
    const needed = identity.passwordScheme === 'two-persons' ? 2 : identity.passwordScheme === 'one' ? 1 : 0;
    if (passwords.length !== needed) return fail({ kind: 'passwords-needed', count: needed });
    return this.#exclusive(async () => {
      const delay = this.delayMs;
      if (delay > 0) return fail<UnlockFailure>({ kind: 'locked-out', delayMs: delay });
      return this.#proveAndKeep(await moduleKeys(passwords, identity.serialNumber, record));
    });
  }

  async lock(): Promise<void> {
    this.#forgetKeys();
    await this.#exclusive(async () => {
      if (this.#identity === undefined || !this.#lease.valid) return;
      if (this.#state === 'READY') this.#become('PASSWORD_REQUIRED', undefined);
      // Sleep takes an authorisation that may be left over; a stick that is gone has lost it anyway.
      await putToSleep(this.#lease.chip());
    });
  }

  /** The stick is gone: nothing is kept. */
  removed(): void {
    this.#forgetKeys();
    this.#become('ABSENT', reason('signer-unplugged'));
  }

  sign(tbs: Uint8Array, beforeAttempt: (attempt: number) => Promise<void>): Promise<Result<Uint8Array, SignFailure>> {
    return this.#exclusive(async (): Promise<Result<Uint8Array, SignFailure>> => {
      const identity = this.#identity;
      const keys = this.#keys;
      if (this.#state === 'ABSENT') return fail({ kind: 'removed' });
      if (identity === undefined || keys === undefined || this.#state !== 'READY') return fail({ kind: 'locked' });
      if (!issuerMatches(tbs, identity.certificate)) return fail({ kind: 'foreign-issuer' });
      const digest = new Uint8Array(createHash('sha256').update(tbs).digest());
      const signed = await authorisedSign(
        this.#lease.chip(),
        {
          slot: asd1Slots.passwordKey,
          key: keys.k4,
          serialNumber: identity.serialNumber,
          random: this.#options.random,
        },
        { slot: asd1Slots.signingKey, digest, beforeAttempt },
      );
      if (!signed.ok) return fail(this.#signFailure(signed.failure));
      if (!verifyP256Message(identity.publicKey, tbs, signed.value)) {
        this.#countFault(reason('signer-wrong-signature'));
        return fail({ kind: 'wrong-signature' });
      }
      this.#faults = 0;
      this.#signatures += 1;
      return ok(signed.value);
    });
  }

  /** Proves K4 to the chip; keeps the keys when it accepts, wipes them when not. */
  async #proveAndKeep(keys: ModuleKeys): Promise<Result<undefined, UnlockFailure>> {
    const identity = this.#identity;
    if (identity === undefined || this.#state === 'ABSENT') {
      wipeKeys(keys);
      return fail({ kind: 'removed' });
    }
    const { delays, random, now } = this.#options;
    const signer = toHex(identity.serialNumber);
    const session = this.#lease.chip();
    const auth = { slot: asd1Slots.passwordKey, key: keys.k4, serialNumber: identity.serialNumber, random };
    const wraps = this.#lease.transport.kit.dialect !== 'legacy';
    const proven = wraps ? await authSurvivesIdle(session, auth) : await proveKey(session, auth);
    const refused = proven.ok ? !wraps && !proven.value : proven.failure.kind === 'authorisation-refused';
    const changing = this.#options.passwordChanges?.passwordChangeBegun(signer) === true;
    if (refused && !(changing && (await this.#finishChange(keys)))) {
      wipeKeys(keys);
      if (identity.passwordScheme === 'open') {
        // The record is locked and still says "open": a password was set later (signer-and-server.md 6.8).
        this.#identity = { ...identity, passwordScheme: 'one' };
        this.#become('PASSWORD_REQUIRED', undefined);
        return fail({ kind: 'passwords-needed', count: 1 });
      }
      const delayMs = await countFailure(delays, signer, now().getTime());
      this.#changed();
      return fail({ kind: 'wrong-password', attemptsLeft: attemptsLeft(delays, signer), delayMs });
    }
    if (!refused && !proven.ok) {
      wipeKeys(keys);
      this.#failed(proven.failure);
      return this.#lost() ? fail({ kind: 'removed' }) : fail({ kind: 'fault', reason: this.#why });
    }
    if (wraps && proven.ok && !proven.value) {
      wipeKeys(keys);
      this.#setUnsuitable();
      return fail({ kind: 'kit-unsuitable' });
    }
    if (changing && !refused) await this.#closeChange(keys);
    await clearFailures(delays, signer);
    if (this.#lost()) {
      wipeKeys(keys);
      return fail({ kind: 'removed' });
    }
    this.#forgetKeys();
    this.#keys = keys;
    this.#faults = 0;
    this.#become('READY', undefined);
    return ok(undefined);
  }

  /**
   * A password change broke off and this password was refused: if it is the new one, slot 5 holds its key already and slot 4, torn or
   * still the old one, gets its own now (signer-and-server.md 6.8, recovery). true = it did, and the key is proven.
   */
  async #finishChange(keys: ModuleKeys): Promise<boolean> {
    const identity = this.#identity;
    if (identity === undefined) return false;
    const { serialNumber } = identity;
    const written = await changeKey(this.#lease.chip(), {
      target: { slot: asd1Slots.passwordKey, key: keys.k4 },
      under: { slot: asd1Slots.writeKey, key: keys.k5 },
      serialNumber,
      random: this.#options.random,
    });
    if (!written.ok) return false;
    await this.#options.passwordChanges?.setPasswordChange(toHex(serialNumber), undefined);
    return true;
  }

  /** A change broke off, and this password is accepted: when it is the key of both slots, nothing is left to be finished. */
  async #closeChange(keys: ModuleKeys): Promise<void> {
    const identity = this.#identity;
    if (identity === undefined) return;
    const { serialNumber } = identity;
    const { random, passwordChanges } = this.#options;
    const both = await proveKey(this.#lease.chip(), { slot: asd1Slots.writeKey, key: keys.k5, serialNumber, random });
    if (both.ok && both.value) await passwordChanges?.setPasswordChange(toHex(serialNumber), undefined);
  }

  #signFailure(failure: DeviceFailure): SignFailure {
    const why = reasonOfFailure(failure);
    switch (failure.kind) {
      case 'auth-lost-over-idle':
        this.#forgetKeys();
        this.#setUnsuitable();
        return { kind: 'kit-unsuitable' };
      case 'authorisation-refused':
        this.#forgetKeys();
        this.#become('PASSWORD_REQUIRED', reason('signer-password-changed'));
        return { kind: 'locked' };
      case 'status':
        this.#countFault(why);
        return { kind: 'refused', status: failure.status };
      case 'board-changed':
      case 'no-chip':
        // The kit is still there: it is left alone until it is plugged in anew or looked at on purpose.
        this.#forgetKeys();
        this.#become('FAULT', reason('signer-chip-silent'));
        return { kind: 'removed' };
      case 'not-owner':
        this.removed();
        return { kind: 'removed' };
      case 'kit':
        if (failure.failure.kind === 'closed' || this.#lost()) {
          this.removed();
          return { kind: 'removed' };
        }
        this.#countFault(why);
        return { kind: 'fault', reason: why };
      default:
        this.#countFault(why);
        return { kind: 'fault', reason: why };
    }
  }

  #setUnsuitable(): void {
    this.#unsuitable = true;
    this.#become('FAULT', reason('signer-kit-idles'));
  }

  #countFault(why: Reason): void {
    this.#faults += 1;
    if (this.#faults < faultsBeforeGivingUp) return;
    this.#forgetKeys();
    this.#become('FAULT', why);
  }

  #failed(failure: DeviceFailure): void {
    if (this.#lost() || failure.kind === 'not-owner') this.removed();
    else this.#become('FAULT', reasonOfFailure(failure));
  }

  #lost(): boolean {
    return !this.#lease.valid || this.#lease.transport.closed;
  }

  #forgetKeys(): void {
    if (this.#keys !== undefined) wipeKeys(this.#keys);
    this.#keys = undefined;
  }

  /** Why it cannot be opened; of a module that was never probed its state says no more. */
  get #why(): Reason {
    return this.#reason ?? reason('signer-no-module');
  }

  #become(state: SignerState, why: Reason | undefined): void {
    // Gone is gone: what was under way when the stick was pulled does not bring it back.
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
