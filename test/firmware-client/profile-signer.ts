import { sha256 } from '@noble/hashes/sha2.js';
import type { SignerIdentity, SignerModule } from '../../src-main/signing/signer-module.ts';
import { fromHex, utf8 } from '../../src-shared/base/bytes.ts';
import { ok, type Result } from '../../src-shared/base/result.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  certInfoOfPair,
  definitionDigest,
  finishCertificate,
  type ProfileName,
  prepareCertificate,
  profileDefaults,
  profileDefinitions,
  publicKeyOf,
  signDigest,
  writeCertInfo,
} from '../../src-shared/certificates/index.ts';
import type { SoftwareSigner } from '../provisioning/software-signer.ts';

const NOT_BEFORE = { year: 2025, month: 12, day: 17, hour: 23, minute: 0, second: 0 };

function value<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

/** A software signer whose certificates are laid out as one of the profiles; always ready. */
export function profileSigner(profile: ProfileName): SoftwareSigner {
  const [rootKey, key] = ['root', 'signer'].map((who) => new Secret(sha256(utf8(`${profile} ${who}`))));
  if (rootKey === undefined || key === undefined) throw new Error('two keys');
  // A device's certificate must not outlive its signer's, which was issued a year before.
  const defaults = profileDefaults(profile);
  const parameters = { ...defaults, deviceExpireYears: defaults.deviceExpireYears - 2 };
  const pair = value(profileDefinitions(profile, parameters));
  const signerId = fromHex('5A0C');
  const stored = sha256(utf8(profile)).slice(0, 16);
  stored[0] = ((stored[0] ?? 0) & 0x3f) | 0x40;
  const prepared = value(
    prepareCertificate({
      definition: pair.signer,
      publicKey: publicKeyOf(key),
      caPublicKey: publicKeyOf(rootKey),
      asked: NOT_BEFORE,
      signerId,
      ...(pair.signer.serialNumberLocation.count > 0 ? { storedSerialNumber: stored } : {}),
    }),
  );
  const finished = value(finishCertificate(prepared, signDigest(rootKey, prepared.digest)));
  const identity: SignerIdentity = {
    kind: 'file',
    serialNumber: fromHex('0123AA55AA55AA55EE'),
    name: parameters.signerCommonNamePrefix,
    label: '',
    signerId,
    chainId: pair.device.chainId,
    signerTemplateId: pair.signer.templateId,
    deviceTemplateId: pair.device.templateId,
    publicKey: publicKeyOf(key),
    rootPublicKey: publicKeyOf(rootKey),
    certificate: finished.certificate,
    compressedCertificate: finished.compressed,
    rootCertificate: undefined,
    notBefore: new Date(Date.UTC(2025, 11, 17, 23)),
    notAfter: new Date(Date.UTC(prepared.notAfter.year, prepared.notAfter.month - 1, prepared.notAfter.day)),
    deviceDefinition: pair.device,
    signerDefinition: pair.signer,
    deviceDefinitionDigest: value(definitionDigest(pair.device)),
    signerDefinitionDigest: value(definitionDigest(pair.signer)),
    isRoot: false,
    passwordScheme: 'open',
  };
  let signatures = 0;
  const module: SignerModule = {
    identity,
    state: 'READY',
    reason: undefined,
    can: { label: false, password: false },
    unlock: async () => ok(undefined),
    lock: async () => undefined,
    async sign(tbs, beforeAttempt) {
      await beforeAttempt(1);
      signatures += 1;
      return ok(signDigest(key, sha256(tbs)));
    },
    get signaturesThisSession() {
      return signatures;
    },
    onChange: () => () => undefined,
  };
  const info = value(certInfoOfPair(pair, identity.rootPublicKey, { name: identity.name }));
  return {
    module,
    identity,
    certinfo: writeCertInfo(info, { generator: 'test', created: NOT_BEFORE }),
    get signatures() {
      return signatures;
    },
    setState: () => undefined,
  };
}
