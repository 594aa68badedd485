import type { Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import type { CertificateDefinition } from '../../src-shared/certificates/index.ts';
import type { Reason } from '../../src-shared/model/reasons.ts';

/**
 * What signs: a chip on a stick, a key file, a PKCS#11 token. The module hashes the TBS itself, refuses one whose issuer is
 * not its own subject, and (a chip) is unable to sign before the password is proven (signer-and-server.md 6).
 */
export interface SignerModule {
  /** Undefined until the probe has read it (ABSENT, PROBING, UNSUPPORTED, some FAULTs). */
  readonly identity: SignerIdentity | undefined;
  readonly state: SignerState;
  /** Why it is in FAULT, UNSUPPORTED, UNCONFIGURED or FOREIGN, or asks for its password again; undefined otherwise. */
  readonly reason: Reason | undefined;
  /** It is in FAULT because authorisation does not survive its kit's own idling. */
  readonly kitUnsuitable?: boolean;
  /** Proves the password (or passwords, of a two-person module, in the order A, B); keys stay in RAM until lock, unplug or stop. */
  unlock(passwords: readonly Secret[]): Promise<Result<undefined, UnlockFailure>>;
  /** Forgets the keys, puts a chip to sleep. */
  lock(): Promise<void>;
  /**
   * Signs SHA-256(tbs): 64 bytes R‖S, verified with the module's public key before it is returned.
   * `beforeAttempt` is awaited before every attempt (1, 2, 3): a rejection stops signing with nothing done.
   */
  sign(tbs: Uint8Array, beforeAttempt: (attempt: number) => Promise<void>): Promise<Result<Uint8Array, SignFailure>>;
  /** What may be changed on it here. */
  readonly can: SignerAbilities;
  /** Signatures made since the module was plugged in: the pool chooses the least used. */
  readonly signaturesThisSession: number;
  onChange(listener: () => void): () => void;
}

/** What a signer lets be changed besides its state; it differs by where the key is kept. */
export interface SignerAbilities {
  /** It has a place for a free label. */
  readonly label: boolean;
  /** Its password is changed here, not by tools of its own. */
  readonly password: boolean;
}

/** signer-and-server.md 6.2; LOCKED_OUT = password delay running. */
export type SignerState =
  | 'ABSENT'
  | 'PROBING'
  | 'UNSUPPORTED'
  | 'UNCONFIGURED'
  | 'FOREIGN'
  | 'PASSWORD_REQUIRED'
  | 'READY'
  | 'LOCKED_OUT'
  | 'FAULT';

export interface SignerIdentity {
  readonly kind: 'chip' | 'file' | 'pkcs11';
  /** 9 bytes; for a key file and a token a made-up number of the same shape, fixed at its creation. */
  readonly serialNumber: Uint8Array;
  /** As in the note's log: common name without the signer id. */
  readonly name: string;
  readonly label: string;
  /** 2 bytes */
  readonly signerId: Uint8Array;
  readonly chainId: number;
  readonly signerTemplateId: number;
  readonly deviceTemplateId: number;
  /** 64 bytes X‖Y */
  readonly publicKey: Uint8Array;
  /** 64 bytes X‖Y of the root */
  readonly rootPublicKey: Uint8Array;
  readonly certificate: Uint8Array;
  readonly compressedCertificate: Uint8Array;
  readonly rootCertificate: Uint8Array | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly deviceDefinition: CertificateDefinition;
  readonly signerDefinition: CertificateDefinition;
  /** SHA-256 of the canonical layouts (signer-and-server.md 3.6) */
  readonly deviceDefinitionDigest: Uint8Array;
  readonly signerDefinitionDigest: Uint8Array;
  readonly isRoot: boolean;
  readonly passwordScheme: 'open' | 'one' | 'two-persons';
}

export type UnlockFailure =
  | { readonly kind: 'wrong-password'; readonly attemptsLeft: number; readonly delayMs: number }
  | { readonly kind: 'locked-out'; readonly delayMs: number }
  | { readonly kind: 'passwords-needed'; readonly count: number }
  | { readonly kind: 'kit-unsuitable' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'fault'; readonly reason: Reason };

export type SignFailure =
  /** The password was not proven. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'removed' }
  /** The TBS names another issuer than this module. */
  | { readonly kind: 'foreign-issuer' }
  /** The chip refused although the proof was given. */
  | { readonly kind: 'refused'; readonly status: number }
  /** The signature does not verify with the module's public key. */
  | { readonly kind: 'wrong-signature' }
  /** Authorisation does not survive the kit's own idling. */
  | { readonly kind: 'kit-unsuitable' }
  | { readonly kind: 'fault'; readonly reason: Reason };
