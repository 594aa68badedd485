import { slotBlocks } from '../../src-shared/atecc/address.ts';
import { sliceExact, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { ErrorName } from '../../src-shared/base/error-codes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { inEnglish, type Reason, reason, reasonDetails } from '../../src-shared/model/reasons.ts';
import {
  type ChipSession,
  changeKey,
  configMatches,
  DEFAULT_ADDRESS,
  type DeviceFailure,
  factsOfConfig,
  failureToError,
  isTakenAway,
  type KitLease,
  proveKey,
  readConfig,
  readSlots,
  reasonOfFailure,
  verifyContent,
  writeBlocks,
} from '../device/index.ts';
import { asd1Image, asd1Slots } from './asd1/layout.ts';
import { kdfAccepted, type ModuleKeys, moduleKeys, passwordsFault, wipeKeys } from './asd1/password.ts';
import { type Asd1Record, decodeRecord } from './asd1/record.ts';
import { clearFailures, countFailure, type DelayBook, delayLeft } from './password-delay.ts';

/** That a password change was begun for a module and not seen to end. Holds no secret. */
export interface PasswordChangeBook {
  passwordChangeBegun(signer: string): boolean;
  /** Keeps or, with undefined, removes the note; resolves when that is on the disk. */
  setPasswordChange(signer: string, begunAt: string | undefined): Promise<void>;
}

export interface PasswordChange {
  /** None for a module without password, one, or those of two persons. They stay the caller's, like the new ones. */
  readonly oldPasswords: readonly Secret[];
  /** One, or two for a module of two persons. */
  readonly newPasswords: readonly Secret[];
}

export interface PasswordChangeOptions {
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
  readonly book: PasswordChangeBook;
  readonly delays: DelayBook;
  readonly minimumPasswordCharacters?: number;
}

export type PasswordChangeFailure =
  | { readonly kind: 'password-policy'; readonly reason: Reason }
  | { readonly kind: 'passwords-needed'; readonly oldCount: number; readonly newCount: number }
  /**
   * Neither the old password is right, nor does the new one finish an interrupted change. `changeBegun`: one was begun here, so
   * the password that was to be the new one may count already.
   */
  | { readonly kind: 'wrong-password'; readonly changeBegun: boolean; readonly delayMs: number }
  | { readonly kind: 'locked-out'; readonly delayMs: number }
  | { readonly kind: 'not-a-module'; readonly reason: Reason }
  /** Broke off; the same old and new password finish it, in whatever state the stick is. */
  | { readonly kind: 'device'; readonly failure: DeviceFailure };

/** What a change found and did. */
export interface PasswordChanged {
  /** An interrupted change was finished. */
  readonly recovered: boolean;
}

/**
 * Changes the password of a module, or sets its first one (signer-and-server.md 6.8): slot 5 under slot 4, proven, then slot 4
 * under slot 5, proven. Whatever interrupts it, one of the two slots holds a key that is known: the same call with the same
 * passwords finishes it.
 */
export async function changePassword(
  lease: KitLease,
  change: PasswordChange,
  options: PasswordChangeOptions,
): Promise<Result<PasswordChanged, PasswordChangeFailure>> {
  const read = await readModule(lease);
  if (!read.ok) return read;
  const { session, serialNumber, record } = read.value;
  const newCount = record.passwordScheme === 'two-persons' ? 2 : 1;
  const oldMayBe = record.passwordScheme === 'two-persons' ? [2] : record.passwordSet ? [1] : [0, 1];
  const { oldPasswords, newPasswords } = change;
  if (!oldMayBe.includes(oldPasswords.length) || newPasswords.length !== newCount) {
    return fail({ kind: 'passwords-needed', oldCount: oldMayBe[0] ?? 1, newCount });
  }
  const why = passwordsFault(newPasswords, options.minimumPasswordCharacters);
  if (why !== undefined) return fail({ kind: 'password-policy', reason: why });
  const signer = toHex(serialNumber);
  const delayMs = delayLeft(options.delays, signer, options.now().getTime());
  if (delayMs > 0) return fail({ kind: 'locked-out', delayMs });
  const before = await moduleKeys(oldPasswords, serialNumber, record);
  const after = await moduleKeys(newPasswords, serialNumber, record);
  try {
    const done = await new Change(session, serialNumber, before, after, options).run();
    if (done.ok) {
      await clearFailures(options.delays, signer);
      return done;
    }
    if (done.failure.kind !== 'wrong-password') return done;
    const delay = await countFailure(options.delays, signer, options.now().getTime());
    return fail({ ...done.failure, delayMs: delay });
  } finally {
    wipeKeys(before);
    wipeKeys(after);
  }
}

class Change {
  readonly #session: ChipSession;
  readonly #serialNumber: Uint8Array;
  readonly #signer: string;
  readonly #before: ModuleKeys;
  readonly #after: ModuleKeys;
  readonly #options: PasswordChangeOptions;

  constructor(
    session: ChipSession,
    serialNumber: Uint8Array,
    before: ModuleKeys,
    after: ModuleKeys,
    options: PasswordChangeOptions,
  ) {
    this.#session = session;
    this.#serialNumber = serialNumber;
    this.#signer = toHex(serialNumber);
    this.#before = before;
    this.#after = after;
    this.#options = options;
  }

  async run(): Promise<Result<PasswordChanged, PasswordChangeFailure>> {
    const { book } = this.#options;
    const begun = book.passwordChangeBegun(this.#signer);
    // After an interruption the new key is asked first: it may have been the last proof whose answer was lost.
    if (begun) {
      const finished = await this.#proves(asd1Slots.passwordKey, this.#after.k4);
      if (!finished.ok) return finished;
      if (finished.value) return this.#end(true);
    }
    const known = await this.#proves(asd1Slots.passwordKey, this.#before.k4);
    if (!known.ok) return known;
    if (known.value) {
      await book.setPasswordChange(this.#signer, this.#options.now().toISOString());
      const first = await this.#write(asd1Slots.writeKey, this.#after.k5, asd1Slots.passwordKey, this.#before.k4);
      if (!first.ok) return this.#broken(first.failure);
      const second = await this.#write(asd1Slots.passwordKey, this.#after.k4, asd1Slots.writeKey, this.#after.k5);
      return second.ok ? this.#end(begun) : this.#broken(second.failure);
    }
    // Slot 4 was torn in the second step, here or on another station: then slot 5 already holds the new write key.
    const torn = await this.#write(asd1Slots.passwordKey, this.#after.k4, asd1Slots.writeKey, this.#after.k5);
    if (torn.ok) return this.#end(true);
    return torn.failure.kind === 'authorisation-refused' || torn.failure.kind === 'status'
      ? fail({ kind: 'wrong-password', changeBegun: begun, delayMs: 0 })
      : this.#broken(torn.failure);
  }

  async #proves(slot: number, key: Secret): Promise<Result<boolean, PasswordChangeFailure>> {
    const { random } = this.#options;
    const proven = await proveKey(this.#session, { slot, key, serialNumber: this.#serialNumber, random });
    return proven.ok ? proven : this.#broken(proven.failure);
  }

  #write(slot: number, key: Secret, under: number, underKey: Secret): Promise<Result<undefined, DeviceFailure>> {
    return changeKey(this.#session, {
      target: { slot, key },
      under: { slot: under, key: underKey },
      serialNumber: this.#serialNumber,
      random: this.#options.random,
    });
  }

  async #end(recovered: boolean): Promise<Result<PasswordChanged, PasswordChangeFailure>> {
    await this.#options.book.setPasswordChange(this.#signer, undefined);
    return ok({ recovered });
  }

  #broken(failure: DeviceFailure): Result<never, PasswordChangeFailure> {
    return fail({ kind: 'device', failure });
  }
}

/** A finished module behind a kit, as far as its password is concerned. */
interface FoundModule {
  readonly session: ChipSession;
  readonly serialNumber: Uint8Array;
  readonly record: Asd1Record;
}

async function readModule(lease: KitLease): Promise<Result<FoundModule, PasswordChangeFailure>> {
  const broken = (failure: DeviceFailure): Result<never, PasswordChangeFailure> => fail({ kind: 'device', failure });
  const not = (why: Reason): Result<never, PasswordChangeFailure> => fail({ kind: 'not-a-module', reason: why });
  const looked = await lease.look();
  if (!looked.ok) return broken(looked.failure);
  const chip = looked.value.find(({ address }) => address === DEFAULT_ADDRESS);
  if (chip?.part !== 'ATECC508A') return not(reason('signer-no-chip'));
  const session = lease.chip(chip.address).withFacts(factsOfConfig(chip.part, asd1Image));
  const config = await readConfig(session);
  if (!config.ok) return broken(config.failure);
  if (!chip.dataLocked || !configMatches({ image: asd1Image, part: chip.part }, config.value)) {
    return not(reason('signer-not-finished'));
  }
  const slots = await readSlots(session, [asd1Slots.record]);
  if (!slots.ok) return broken(slots.failure);
  const record = decodeRecord(slots.value.get(asd1Slots.record) ?? new Uint8Array(0));
  if (!record.ok) return not(reason('signer-no-usable-record'));
  if (!kdfAccepted(record.value.kdf)) return not(reason('signer-kdf'));
  return ok({ session, serialNumber: chip.serialNumber, record: record.value });
}

/** Writes the free label of a module (slot 9, at most 72 bytes of UTF-8): display only, anyone with the stick can. */
export async function setLabel(lease: KitLease, label: string): Promise<Result<undefined, PasswordChangeFailure>> {
  const bytes = utf8(label);
  if (bytes.length > 72) throw new SignetError('OPTION_INVALID', 'The label is longer than 72 bytes.');
  const read = await readModule(lease);
  if (!read.ok) return read;
  const { session, serialNumber } = read.value;
  const content = new Uint8Array(96);
  content.set(bytes);
  const blocks = slotBlocks(asd1Slots.label).map((address, i) => ({
    address,
    bytes: sliceExact(content, 32 * i, 32),
  }));
  const written = await writeBlocks(session, serialNumber, blocks);
  if (!written.ok) return fail({ kind: 'device', failure: written.failure });
  const content72 = { zone: 'data', slot: asd1Slots.label, bytes: sliceExact(content, 0, 72) } as const;
  const found = await verifyContent(session, [content72]);
  return found.ok ? found : fail({ kind: 'device', failure: found.failure });
}

/** The same in the words of the error list. */
export function passwordChangeFailureAsError(failure: PasswordChangeFailure): SignetError {
  const make = (code: ErrorName, message: string, why?: Reason): SignetError =>
    new SignetError(code, message, { kind: failure.kind, ...(why === undefined ? {} : reasonDetails(why)) });
  switch (failure.kind) {
    case 'password-policy':
      return make('PASSWORD_POLICY', `The new password is not accepted: ${inEnglish(failure.reason)}.`, failure.reason);
    case 'passwords-needed':
      return make('PASSWORD_WRONG', `The module wants ${failure.oldCount} old and ${failure.newCount} new passwords.`);
    case 'wrong-password':
      return make(
        'PASSWORD_WRONG',
        failure.changeBegun
          ? 'The password is wrong. A change was begun and broke off: the new password may count already.'
          : 'The password is wrong.',
      );
    case 'locked-out':
      return make('PASSWORD_DELAY', `Too many wrong passwords; try again in ${Math.ceil(failure.delayMs / 1000)} s.`);
    case 'not-a-module':
      return make('SIGNER_FAULT', `The password cannot be changed: ${inEnglish(failure.reason)}.`, failure.reason);
    case 'device': {
      if (isTakenAway(failure.failure)) return make('SIGNER_REMOVED', 'The module was unplugged.');
      const { code, message } = failureToError(failure.failure);
      return make(code, message, reasonOfFailure(failure.failure));
    }
  }
}
