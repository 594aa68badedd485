import { createHash } from 'node:crypto';
import { z } from 'zod';
import { equalBytes, fromHex, parseUtf8, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import {
  commonName,
  type DecodedTbs,
  decodeCertificate,
  decodeTbs,
  isPublicKey,
  keyId,
  keyUsageBits,
} from '../../src-shared/certificates/index.ts';
import type { Software } from './ceremony.ts';
import { issuerMatches } from './issuer.ts';
import type { RootAuthority, RootFacts } from './root.ts';
import type { SignFailure } from './signer-module.ts';
import { momentOf } from './times.ts';
import { verifyP256Message } from './verify.ts';

/**
 * A root that is kept elsewhere, on a machine that is in no network: a signer is made up to its certificate, what the root has to sign
 * is carried there as a file, its signature comes back as another. Three files, all public.
 */
const hexText = z.string().regex(/^(?:[0-9A-F]{2})+$/);
const hexOf = (bytes: number) => z.string().regex(new RegExp(`^[0-9A-F]{${2 * bytes}}$`));

/** A root's public facts. */
const factsSchema = z.strictObject({
  format: z.literal('signet-root'),
  version: z.literal(1),
  organization: z.string().min(1).max(48),
  commonName: z.string().min(1).max(48),
  certificate: hexText,
  /** Empty when the compressed form cannot hold it. */
  compressedCertificate: z.union([hexOf(72), z.literal('')]),
});

const requestSchema = z.strictObject({
  format: z.literal('signet-signer-request'),
  version: z.literal(1),
  /** Of the stick, for people. */
  serialNumber: hexOf(9),
  rootPublicKey: hexOf(64),
  tbs: hexText,
});

const answerSchema = z.strictObject({
  format: z.literal('signet-root-signature'),
  version: z.literal(1),
  rootPublicKey: hexOf(64),
  /** SHA-256 of the request's TBS */
  tbsDigest: hexOf(32),
  signature: hexOf(64),
  /** Who, when, with what: for whoever files it. */
  signedAt: z.string(),
  persons: z.array(z.string()),
  software: z.strictObject({ name: z.string(), version: z.string(), digest: z.string() }),
});
export type RootAnswer = z.infer<typeof answerSchema>;

function read<T>(schema: z.ZodType<T>, bytes: Uint8Array): T | undefined {
  try {
    const file = schema.safeParse(JSON.parse(parseUtf8(bytes) ?? ''));
    return file.success ? file.data : undefined;
  } catch {
    return undefined;
  }
}

const fileOf = (value: unknown): Uint8Array => utf8(`${JSON.stringify(value, undefined, 2)}\n`);

/** The file by which a root is known elsewhere. */
export function rootFactsFile(facts: RootFacts): Uint8Array {
  return fileOf({
    format: 'signet-root',
    version: 1,
    organization: facts.organization,
    commonName: facts.commonName,
    certificate: toHex(facts.certificate),
    compressedCertificate: toHex(facts.compressedCertificate ?? new Uint8Array(0)),
  });
}

/** Undefined when the bytes are no such file, or its certificate does not hold. */
export function readRootFacts(bytes: Uint8Array): RootFacts | undefined {
  const file = read(factsSchema, bytes);
  if (file === undefined) return undefined;
  const certificate = fromHex(file.certificate);
  const decoded = decodeCertificate(certificate);
  if (!decoded.ok) return undefined;
  const { publicKey, tbs, signature, subject, notBefore, notAfter } = decoded.value;
  if (publicKey === undefined || signature === undefined || commonName(subject) !== file.commonName) return undefined;
  if (!verifyP256Message(publicKey, tbs, signature)) return undefined;
  return {
    organization: file.organization,
    commonName: file.commonName,
    publicKey,
    certificate,
    compressedCertificate: file.compressedCertificate === '' ? undefined : fromHex(file.compressedCertificate),
    notBefore: momentOf(notBefore),
    notAfter: momentOf(notAfter),
  };
}

/** What a root is asked to sign. */
export interface RootRequest {
  readonly serialNumber: string;
  readonly rootPublicKey: Uint8Array;
  readonly tbs: Uint8Array;
}

/** A request as the file that is carried to the root. */
export function rootRequestFile(request: RootRequest): Uint8Array {
  return fileOf({
    format: 'signet-signer-request',
    version: 1,
    serialNumber: request.serialNumber,
    rootPublicKey: toHex(request.rootPublicKey),
    tbs: toHex(request.tbs),
  });
}

/** The request of a file; undefined when it is none. */
export function readRootRequest(bytes: Uint8Array): RootRequest | undefined {
  const file = read(requestSchema, bytes);
  return file === undefined
    ? undefined
    : { serialNumber: file.serialNumber, rootPublicKey: fromHex(file.rootPublicKey), tbs: fromHex(file.tbs) };
}

/** Why a root must not sign something; the decoded TBS when it may. Checked where the root is, whoever sent it. */
export function judgeRequest(request: RootRequest, root: RootFacts): Result<DecodedTbs, string> {
  if (!equalBytes(request.rootPublicKey, root.publicKey)) return fail('it is meant for another root');
  const decoded = decodeTbs(request.tbs);
  if (!decoded.ok) return fail(`it is no certificate: ${decoded.failure.reason}`);
  const { publicKey, basicConstraints, keyUsage, authorityKeyId, notBefore, notAfter } = decoded.value;
  if (!issuerMatches(request.tbs, root.certificate)) return fail('it names another issuer');
  if (publicKey === undefined || !isPublicKey(publicKey)) return fail('its key is no point of P-256');
  if (equalBytes(publicKey, root.publicKey)) return fail("its key is the root's own");
  if (basicConstraints?.ca !== true) return fail('it is no certificate of a signer');
  if (basicConstraints.pathLength !== 0) return fail('it would allow further authorities below it');
  if (((keyUsage ?? 0) & keyUsageBits.keyCertSign) === 0) return fail('it may not sign certificates');
  if (authorityKeyId !== undefined && !equalBytes(authorityKeyId, keyId(root.publicKey)))
    return fail('its authority key id is not this root');
  if (momentOf(notBefore) < root.notBefore) return fail('it would begin before the root');
  if (momentOf(notAfter) > root.notAfter) return fail('it would outlive the root');
  return ok(decoded.value);
}

/** The root's signature as the file that is carried back. */
export function rootAnswerFile(
  request: RootRequest,
  signature: Uint8Array,
  facts: { readonly signedAt: Date; readonly persons: readonly string[]; readonly software: Software },
): Uint8Array {
  return fileOf({
    format: 'signet-root-signature',
    version: 1,
    rootPublicKey: toHex(request.rootPublicKey),
    tbsDigest: toHex(sha256(request.tbs)),
    signature: toHex(signature),
    signedAt: facts.signedAt.toISOString(),
    persons: facts.persons,
    software: facts.software,
  });
}

/** The signature of a file; undefined when it is none. */
export function readRootAnswer(bytes: Uint8Array): RootAnswer | undefined {
  return read(answerSchema, bytes);
}

/** A root elsewhere, as a set-up sees it: it refuses (`locked`) and remembers what was asked until its answer is there. */
export class RootElsewhere implements RootAuthority {
  readonly kind = 'elsewhere';
  readonly facts: RootFacts;
  readonly #answer: RootAnswer | undefined;
  #wanted: Uint8Array | undefined;

  constructor(facts: RootFacts, answer: RootAnswer | undefined) {
    this.facts = facts;
    this.#answer = answer;
  }

  /** What was asked for and not answered. */
  get wanted(): Uint8Array | undefined {
    return this.#wanted;
  }

  signSigner(tbs: Uint8Array): Promise<Result<Uint8Array, SignFailure>> {
    return Promise.resolve(this.#sign(tbs));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #sign(tbs: Uint8Array): Result<Uint8Array, SignFailure> {
    if (!issuerMatches(tbs, this.facts.certificate)) return fail({ kind: 'foreign-issuer' });
    if (this.#answer === undefined || this.#answer.tbsDigest !== toHex(sha256(tbs))) {
      this.#wanted = tbs;
      return fail({ kind: 'locked' });
    }
    const signature = fromHex(this.#answer.signature);
    return verifyP256Message(this.facts.publicKey, tbs, signature) ? ok(signature) : fail({ kind: 'wrong-signature' });
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
