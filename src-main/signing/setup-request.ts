import { SignetError } from '../../src-shared/base/error.ts';
import type { ErrorName } from '../../src-shared/base/error-codes.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import type { DefinitionPair, ProfileName, ProfileParameters } from '../../src-shared/certificates/index.ts';
import { inEnglish, type Reason, reason, reasonDetails } from '../../src-shared/model/reasons.ts';
import { type DeviceFailure, failureToError, type KitLease, reasonOfFailure } from '../device/index.ts';
import type { KdfParameters } from './asd1/password.ts';
import type { CeremonyRecord, Software } from './ceremony.ts';
import type { DefinitionFiles } from './definitions.ts';
import type { RootAuthority, RootSerialPolicy } from './root.ts';
import type { OutputFile } from './setup-files.ts';
import type { SetUpProgress } from './setup-steps.ts';
import type { SignerIdentity, SignFailure } from './signer-module.ts';

/** A signer module to be made. */
export interface SignerSetUp {
  readonly kind: 'signer';
  /** Signs the module's certificate. */
  readonly root: RootAuthority;
  /** 0..0xFFFF; four hex digits of it stand in the signer's common name. */
  readonly signerId: number;
  /** Names, ids and years; `organization` and `rootCommonName` must be the root's. */
  readonly parameters: ProfileParameters;
  /** A standard profile, or definitions of one's own. */
  readonly definitions: { readonly profile: ProfileName } | { readonly custom: DefinitionPair };
  /** Free text in slot 9, at most 72 bytes of UTF-8. */
  readonly label: string;
  /** The certinfo asks for this very module instead of any of its kind. */
  readonly requireThisSigner?: boolean;
}

/** A root module to be made: its key certifies itself. */
export interface RootSetUp {
  readonly kind: 'root';
  readonly organization: string;
  readonly commonName: string;
  readonly chainId: number;
  /** 0 = never expires, else 1..127 */
  readonly years: number;
  readonly serialPolicy: RootSerialPolicy;
  readonly label: string;
}

/** What must survive the program while a set-up is under way: that it was begun here, and which key it made. No secret. */
export interface SetUpNotes {
  setUpNote(serialNumber: string): SetUpNote | undefined;
  /** Keeps or, with undefined, removes the note; resolves when that is on the disk. */
  setSetUpNote(serialNumber: string, note: SetUpNote | undefined): Promise<void>;
}

export interface SetUpNote {
  /** ISO time */
  readonly begunAt: string;
  /** X‖Y in hex; empty before the key was made. */
  readonly publicKey: string;
}

export interface SetUpOptions {
  /** The kit with the stick, owned by the caller. */
  readonly lease: KitLease;
  /** None, one, or those of two persons in the order A, B; UTF-8 of the NFC form. They stay the caller's, to wipe. */
  readonly passwords: readonly Secret[];
  /** Code points; 12 when absent. */
  readonly minimumPasswordCharacters?: number;
  readonly now: () => Date;
  /** ms, rising: measures how long the key signs for anybody. */
  readonly monotonic: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly notes: SetUpNotes;
  /** Where custom definitions are kept; needed for those only. */
  readonly definitionFiles?: DefinitionFiles;
  readonly progress?: (progress: SetUpProgress) => void;
  /** Who is present, for the ceremony record. */
  readonly persons: readonly string[];
  readonly software: Software;
  /** Parameters of the password's key; those of new modules when absent. */
  readonly kdf?: KdfParameters;
  /** Who takes it upon himself to finish a stick whose set-up was not begun here: its key may be known to somebody. */
  readonly acceptUnknownKeyBy?: string;
}

export interface SetUpOutcome {
  readonly identity: SignerIdentity;
  readonly files: readonly OutputFile[];
  readonly ceremony: CeremonyRecord;
}

/** Why a set-up stopped. What was done stays done; the next set-up of the same stick goes on from there where it says so. */
export type SetUpFailure =
  /** Names, years, definitions or passwords; nothing was done to the stick. */
  | { readonly kind: 'parameters'; readonly reason: Reason }
  | { readonly kind: 'password-policy'; readonly reason: Reason }
  | { readonly kind: 'no-chip' }
  /** Not an ATECC508A. */
  | { readonly kind: 'unsupported'; readonly reason: Reason }
  /** Locked with another configuration or other content. */
  | { readonly kind: 'foreign'; readonly reason: Reason }
  | { readonly kind: 'already-a-module'; readonly name: string }
  /** The interrupted set-up was for something else; it can only be finished as what it was begun. */
  | { readonly kind: 'differs'; readonly reason: Reason }
  /** Half made, but not by this installation: its key may be known to somebody. */
  | { readonly kind: 'unknown-origin'; readonly publicKey: string }
  /** The interrupted set-up was begun with another password. */
  | { readonly kind: 'password-wrong' }
  /** Authorisation does not survive the kit's own idling. */
  | { readonly kind: 'kit-unsuitable' }
  /** The test of 6.5 step 9: the chip does not protect its key, or refuses what it must do. */
  | { readonly kind: 'test-failed'; readonly step: string; readonly found: string }
  | { readonly kind: 'root'; readonly failure: SignFailure }
  /** The finished stick is not what it should be: scrap. */
  | { readonly kind: 'wrong-content'; readonly reason: Reason }
  /** Pulled out. */
  | { readonly kind: 'removed' }
  | { readonly kind: 'device'; readonly failure: DeviceFailure };

/** The same in the words of the error list; the details say the kind and, where there is more to be said, the reason. */
export function setUpFailureAsError(failure: SetUpFailure): SignetError {
  const { code, message } = codeAndMessage(failure);
  const why = reasonOf(failure);
  return new SignetError(code, message, { kind: failure.kind, ...(why === undefined ? {} : reasonDetails(why)) });
}

function reasonOf(failure: SetUpFailure): Reason | undefined {
  switch (failure.kind) {
    case 'already-a-module':
      return reason('stick-is-module', { name: failure.name });
    case 'test-failed':
      return reason('stick-unproven', { step: failure.step, quote: failure.found });
    case 'root':
      return rootReason(failure.failure);
    case 'device':
      return reasonOfFailure(failure.failure);
    default:
      return 'reason' in failure ? failure.reason : undefined;
  }
}

function rootReason(failure: SignFailure): Reason | undefined {
  switch (failure.kind) {
    case 'fault':
      return failure.reason;
    case 'removed':
      return reason('signer-unplugged');
    case 'wrong-signature':
      return reason('signer-wrong-signature');
    case 'kit-unsuitable':
      return reason('signer-kit-idles');
    default:
      return undefined;
  }
}

function codeAndMessage(failure: SetUpFailure): { readonly code: ErrorName; readonly message: string } {
  switch (failure.kind) {
    case 'parameters':
      return { code: 'OPTION_INVALID', message: `The module cannot be made: ${inEnglish(failure.reason)}.` };
    case 'password-policy':
      return { code: 'PASSWORD_POLICY', message: `The password is not accepted: ${inEnglish(failure.reason)}.` };
    case 'no-chip':
      return { code: 'NO_CHIP', message: 'No chip answers on this stick.' };
    case 'unsupported':
      return { code: 'WRONG_PART', message: `The stick cannot become a module: ${inEnglish(failure.reason)}.` };
    case 'foreign':
      return { code: 'FOREIGN_CONFIG', message: `The stick is not blank: ${inEnglish(failure.reason)}.` };
    case 'already-a-module':
      return { code: 'ALREADY_PROVISIONED', message: `The stick already is the module "${failure.name}".` };
    case 'differs':
      return {
        code: 'FOREIGN_CONFIG',
        message: `The set-up of this stick was begun for something else: ${inEnglish(failure.reason)}.`,
      };
    case 'unknown-origin':
      return {
        code: 'KEY_OF_UNKNOWN_ORIGIN',
        message: 'The set-up of this stick was not begun here: somebody may know its key.',
      };
    case 'password-wrong':
      return { code: 'PASSWORD_WRONG', message: 'The set-up of this stick was begun with another password.' };
    case 'kit-unsuitable':
      return { code: 'SIGNER_KIT_UNSUITABLE', message: 'Authorisation does not survive the idling of this stick.' };
    case 'test-failed':
      return {
        code: 'SIGNER_FAULT',
        message: `The chip does not protect its key as it must (test ${failure.step}): ${failure.found}.`,
      };
    case 'root':
      return {
        code: failure.failure.kind === 'locked' ? 'SIGNER_LOCKED' : 'SIGN_FAILED',
        message: `The root did not sign: ${failure.failure.kind}.`,
      };
    case 'wrong-content':
      return { code: 'SCRAP', message: `The stick cannot be finished: ${inEnglish(failure.reason)}.` };
    case 'removed':
      return {
        code: 'SIGNER_REMOVED',
        message: 'The stick was pulled out during its set-up; plug it in and begin again: it goes on from there.',
      };
    case 'device':
      return failureToError(failure.failure);
  }
}
