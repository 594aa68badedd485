import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { issuerMatches } from '../../src-main/signing/issuer.ts';
import type { SignerIdentity, SignerModule, SignerState, SignFailure } from '../../src-main/signing/signer-module.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  type CertificateDate,
  certInfoOfPair,
  definitionDigest,
  finishCertificate,
  prepareCertificate,
  profileDefaults,
  profileDefinitions,
  publicKeyOf,
  signDigest,
  writeCertInfo,
} from '../../src-shared/certificates/index.ts';

/** A CA whose keys are in the memory of the test: real certificates, no stick. Counts what it signs. */
export interface SoftwareSigner {
  readonly module: SignerModule;
  readonly identity: SignerIdentity;
  /** Text of the certinfo for devices of this signer. */
  readonly certinfo: string;
  /** Signatures made, whatever became of them. */
  readonly signatures: number;
  setState(state: SignerState): void;
}

export interface SoftwareSignerOptions {
  /** Serial number, 9 bytes hex. */
  readonly serialNumber?: string;
  /** 2 bytes hex */
  readonly signerId?: string;
  readonly root?: string;
  readonly notBefore?: CertificateDate;
  /** Called around every signature; a returned failure is the module's answer. `before` = nothing signed yet. */
  readonly meddle?: (when: 'before' | 'after', tbs: Uint8Array) => Promise<SignFailure | undefined>;
  /** What becomes of a signature on its way to the host. */
  readonly spoil?: (signature: Uint8Array) => Uint8Array;
}

const defaultNotBefore: CertificateDate = { year: 2025, month: 12, day: 17, hour: 23, minute: 0, second: 0 };

function privateKeyObject(key: Secret): KeyObject {
  const point = publicKeyOf(key);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  return key.use((d) =>
    createPrivateKey({
      format: 'jwk',
      key: { kty: 'EC', crv: 'P-256', d: text(d), x: text(point.subarray(0, 32)), y: text(point.subarray(32)) },
    }),
  );
}

function value<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

/** A signer under a root; equal options give equal keys. */
export function softwareSigner(options: SoftwareSignerOptions = {}): SoftwareSigner {
  const serialNumber = options.serialNumber ?? '01231E6CD82CA571EE';
  const rootKey = new Secret(
    createHash('sha256')
      .update(options.root ?? 'test root')
      .digest(),
  );
  const key = new Secret(createHash('sha256').update(`test signer ${serialNumber}`).digest());
  const keyObject = privateKeyObject(key);
  const signerId = fromHex(options.signerId ?? '0034');
  const notBefore = options.notBefore ?? defaultNotBefore;
  const parameters = profileDefaults('atmel-2015');
  const pair = value(profileDefinitions('atmel-2015', parameters));
  const rootPublicKey = publicKeyOf(rootKey);
  const publicKey = publicKeyOf(key);
  const prepared = value(
    prepareCertificate({
      definition: pair.signer,
      publicKey,
      caPublicKey: rootPublicKey,
      asked: notBefore,
      signerId,
    }),
  );
  const finished = value(finishCertificate(prepared, signDigest(rootKey, prepared.digest)));
  const identity: SignerIdentity = {
    kind: 'file',
    serialNumber: fromHex(serialNumber),
    name: parameters.signerCommonNamePrefix,
    label: '',
    signerId,
    chainId: pair.device.chainId,
    signerTemplateId: pair.signer.templateId,
    deviceTemplateId: pair.device.templateId,
    publicKey,
    rootPublicKey,
    certificate: finished.certificate,
    compressedCertificate: finished.compressed,
    rootCertificate: undefined,
    notBefore: new Date(Date.UTC(notBefore.year, notBefore.month - 1, notBefore.day, notBefore.hour)),
    notAfter: new Date(Date.UTC(9999, 11, 31, 23, 59, 59)),
    deviceDefinition: pair.device,
    signerDefinition: pair.signer,
    deviceDefinitionDigest: value(definitionDigest(pair.device)),
    signerDefinitionDigest: value(definitionDigest(pair.signer)),
    isRoot: false,
    passwordScheme: 'open',
  };
  let signatures = 0;
  let state: SignerState = 'READY';
  const listeners = new Set<() => void>();
  const module: SignerModule = {
    identity,
    can: { label: false, password: false },
    get state() {
      return state;
    },
    reason: undefined,
    unlock: async () => ok(undefined),
    lock: async () => undefined,
    async sign(tbs, beforeAttempt) {
      await beforeAttempt(1);
      if (state !== 'READY') return fail({ kind: 'removed' });
      if (!issuerMatches(tbs, identity.certificate)) return fail({ kind: 'foreign-issuer' });
      const early = await options.meddle?.('before', tbs);
      if (early !== undefined) return fail(early);
      signatures += 1;
      const signature = new Uint8Array(sign('sha256', tbs, { key: keyObject, dsaEncoding: 'ieee-p1363' }));
      const late = await options.meddle?.('after', tbs);
      if (late !== undefined) return fail(late);
      return ok(options.spoil?.(signature) ?? signature);
    },
    get signaturesThisSession() {
      return signatures;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const info = value(certInfoOfPair(pair, rootPublicKey, { name: identity.name }));
  return {
    module,
    identity,
    certinfo: writeCertInfo(info, { generator: 'test', created: notBefore }),
    get signatures() {
      return signatures;
    },
    setState(next) {
      state = next;
      for (const listener of listeners) listener();
    },
  };
}
