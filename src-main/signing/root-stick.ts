import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { isStoredSource } from '../../src-shared/certificates/index.ts';
import { inEnglish, type Reason, reason, reasonDetails } from '../../src-shared/model/reasons.ts';
import type { KitLease } from '../device/index.ts';
import { ChipSigner } from './chip-signer.ts';
import { definitionSource } from './definitions.ts';
import type { DelayBook } from './password-delay.ts';
import type { RootAuthority, RootFacts } from './root.ts';
import type { SetUpNotes } from './setup-request.ts';
import type { SignerIdentity, SignFailure, UnlockFailure } from './signer-module.ts';

export interface RootStickOptions {
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
  readonly delays: DelayBook;
  readonly setUpNotes: Pick<SetUpNotes, 'setUpNote'>;
}

/** Why a stick is not opened as a root. */
export type RootStickFailure =
  | { readonly kind: 'not-a-root'; readonly reason: Reason }
  | { readonly kind: 'unlock'; readonly failure: UnlockFailure };

/** A root stick with its facts, locked: what it is can be shown before anybody types a password. */
class RootStick implements RootAuthority {
  readonly kind = 'chip';
  readonly identity: SignerIdentity;
  readonly facts: RootFacts;
  readonly #module: ChipSigner;

  constructor(module: ChipSigner, identity: SignerIdentity, organization: string) {
    this.#module = module;
    this.identity = identity;
    this.facts = {
      organization,
      commonName: identity.name,
      publicKey: identity.publicKey,
      certificate: identity.certificate,
      // A stored serial number has no place beside slot 13 of a signer module.
      compressedCertificate: isStoredSource(identity.signerDefinition.snSource)
        ? undefined
        : identity.compressedCertificate,
      notBefore: identity.notBefore,
      notAfter: identity.notAfter,
    };
  }

  /** Proves the password or passwords (none for a root without); they stay the caller's. */
  unlock(passwords: readonly Secret[]): Promise<Result<undefined, UnlockFailure>> {
    return this.#module.unlock(passwords);
  }

  signSigner(tbs: Uint8Array): Promise<Result<Uint8Array, SignFailure>> {
    return this.#module.sign(tbs, () => Promise.resolve());
  }

  async close(): Promise<void> {
    await this.#module.lock();
  }
}

/** Probes a stick as a root, in the caller's lease. It trusts itself: whether its signers are trusted is each station's decision. */
export async function probeRootStick(
  lease: KitLease,
  options: RootStickOptions,
): Promise<Result<RootStick, RootStickFailure>> {
  const module = new ChipSigner(lease, {
    ...options,
    definitions: definitionSource(),
    trustsRoot: () => true,
    admit: async (identity) =>
      options.setUpNotes.setUpNote(toHex(identity.serialNumber)) === undefined
        ? undefined
        : reason('signer-unfinished'),
  });
  await module.probe();
  const { identity, record } = module;
  if (identity === undefined || record === undefined || module.state === 'FAULT') {
    return fail({ kind: 'not-a-root', reason: module.reason ?? reason('signer-no-module') });
  }
  if (!identity.isRoot)
    return fail({ kind: 'not-a-root', reason: reason('signer-is-no-root', { name: identity.name }) });
  return ok(new RootStick(module, identity, record.organisation));
}

/** The same in the words of the error list. */
export function rootStickFailureAsError(failure: RootStickFailure): SignetError {
  if (failure.kind === 'not-a-root')
    return new SignetError('SIGNER_FAULT', `The stick is no usable root: ${inEnglish(failure.reason)}.`, {
      kind: 'root-stick',
      ...reasonDetails(failure.reason),
    });
  switch (failure.failure.kind) {
    case 'wrong-password':
      return new SignetError('PASSWORD_WRONG', 'The password of the root is wrong.');
    case 'locked-out':
      return new SignetError('PASSWORD_DELAY', 'The root waits after too many wrong passwords.');
    case 'passwords-needed':
      return new SignetError('PASSWORD_WRONG', `The root wants ${failure.failure.count} passwords.`);
    case 'kit-unsuitable':
      return new SignetError('SIGNER_KIT_UNSUITABLE', 'Authorisation does not survive the idling of this stick.');
    case 'removed':
      return new SignetError('SIGNER_REMOVED', 'The root was removed.');
    case 'fault':
      return new SignetError('SIGNER_FAULT', `The root does not work: ${inEnglish(failure.failure.reason)}.`, {
        kind: 'root-stick',
        ...reasonDetails(failure.failure.reason),
      });
  }
}
