import { createHash } from 'node:crypto';
import { sliceExact, utf8 } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  certificateDate,
  finishCertificate,
  isPrivateKey,
  prepareCertificate,
  publicKeyOf,
  serialSource,
  signDigest,
} from '../../src-shared/certificates/index.ts';
import { issuerMatches } from './issuer.ts';
import { rootDefinition } from './root-definition.ts';
import type { SignFailure } from './signer-module.ts';
import { momentOf } from './times.ts';
import { verifyP256Message } from './verify.ts';

/**
 * What signs signer certificates: a key in a root stick's chip, or in an encrypted file. Open = its password was proven; it signs
 * until it is closed.
 */
export interface RootAuthority {
  readonly kind: 'chip' | 'file' | 'elsewhere';
  readonly facts: RootFacts;
  /** R‖S over SHA-256(tbs), verified; `foreign-issuer` when the TBS names another issuer. */
  signSigner(tbs: Uint8Array): Promise<Result<Uint8Array, SignFailure>>;
  /** Forgets the key. */
  close(): Promise<void>;
}

/** What is known of a root without its password. */
export interface RootFacts {
  readonly organization: string;
  readonly commonName: string;
  /** X‖Y, 64 bytes */
  readonly publicKey: Uint8Array;
  /** Self-signed, DER */
  readonly certificate: Uint8Array;
  /** 72 bytes for slot 13 of signer modules; undefined when the compressed form cannot hold it. */
  readonly compressedCertificate: Uint8Array | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** How a root's serial number is made: a hash of key and date, or 16 random bytes. */
export type RootSerialPolicy = 'key-hash' | 'random';

export interface NewRoot {
  /** 1..48 bytes of UTF-8 each */
  readonly organization: string;
  readonly commonName: string;
  readonly chainId: number;
  /** 0 = never expires, else 1..127 */
  readonly years: number;
  readonly serialPolicy: RootSerialPolicy;
  readonly now: Date;
  readonly random: (length: number) => Uint8Array;
}

/**
 * A root whose key is in this process's memory. The weaker kind: whoever reads the memory has the key. `root-file.ts` keeps one on
 * disk, encrypted.
 */
export class SoftwareRoot implements RootAuthority {
  readonly kind = 'file';
  readonly facts: RootFacts;
  readonly #key: Secret;

  constructor(facts: RootFacts, key: Secret) {
    this.facts = facts;
    this.#key = key;
  }

  signSigner(tbs: Uint8Array): Promise<Result<Uint8Array, SignFailure>> {
    return Promise.resolve(this.#sign(tbs));
  }

  close(): Promise<void> {
    this.#key.wipe();
    return Promise.resolve();
  }

  /** Lends the private key (32 bytes) until `borrower` has settled: to encrypt it. */
  sealed<T>(borrower: (key: Secret) => Promise<T>): Promise<T> {
    return borrower(this.#key);
  }

  #sign(tbs: Uint8Array): Result<Uint8Array, SignFailure> {
    if (this.#key.wiped) return fail({ kind: 'locked' });
    if (!issuerMatches(tbs, this.facts.certificate)) return fail({ kind: 'foreign-issuer' });
    const signature = signDigest(this.#key, sha256(tbs));
    return verifyP256Message(this.facts.publicKey, tbs, signature) ? ok(signature) : fail({ kind: 'wrong-signature' });
  }
}

/** A new root in memory: key, self-signed certificate. Throws OPTION_INVALID for names, years or dates that make none. */
export function softwareRoot(request: NewRoot): SoftwareRoot {
  const key = newPrivateKey(request.random);
  const publicKey = publicKeyOf(key);
  const facts = selfSigned(request, publicKey, (digest) => signDigest(key, digest));
  return new SoftwareRoot(facts, key);
}

/** A random P-256 private key, 32 bytes. */
export function newPrivateKey(random: (length: number) => Uint8Array): Secret {
  for (;;) {
    const bytes = random(32);
    if (isPrivateKey(bytes)) return new Secret(bytes);
  }
}

/** The self-signed certificate of a key that `sign` can sign digests with. */
function selfSigned(request: NewRoot, publicKey: Uint8Array, sign: (digest: Uint8Array) => Uint8Array): RootFacts {
  for (const name of [request.organization, request.commonName]) {
    const length = utf8(name).length;
    if (length < 1 || length > 48 || /\p{Cc}/u.test(name) || !name.isWellFormed()) {
      throw new SignetError('OPTION_INVALID', 'The root cannot be made: names have 1 to 48 bytes of UTF-8.');
    }
  }
  const snSource = request.serialPolicy === 'random' ? serialSource.STORED : serialSource.PUB_KEY_HASH;
  const definition = rootDefinition({
    organization: request.organization,
    commonName: request.commonName,
    chainId: request.chainId,
    issueYear: request.now.getUTCFullYear(),
    expireYears: request.years,
    snSource,
  });
  const prepared = prepareCertificate({
    definition,
    publicKey,
    caPublicKey: publicKey,
    asked: certificateDate(request.now),
    signerId: new Uint8Array(2),
    ...(snSource === serialSource.STORED ? { storedSerialNumber: positiveSerial(request.random(16)) } : {}),
  });
  if (!prepared.ok) throw new SignetError('OPTION_INVALID', `The root cannot be made: ${prepared.failure.reason}.`);
  const finished = finishCertificate(prepared.value, sign(prepared.value.digest));
  if (!finished.ok) throw new SignetError('INTERNAL', finished.failure.reason);
  return {
    organization: request.organization,
    commonName: request.commonName,
    publicKey,
    certificate: finished.value.certificate,
    compressedCertificate: snSource === serialSource.STORED ? undefined : finished.value.compressed,
    notBefore: momentOf(prepared.value.notBefore),
    notAfter: momentOf(prepared.value.notAfter),
  };
}

/** The bytes as a serial number: top bits 01, so that it is positive and of full length. */
export function positiveSerial(random: Uint8Array): Uint8Array {
  const serial = sliceExact(random, 0, random.length);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
