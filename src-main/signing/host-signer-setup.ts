import { concat } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { verifyDigest } from '../../src-shared/certificates/index.ts';
import { newModuleKdf } from './asd1/password.ts';
import { type CeremonyRecord, ceremonyRecord, type Software } from './ceremony.ts';
import { finishModuleCertificate, makeBlueprint, prepareModuleCertificate } from './setup-blueprint.ts';
import { type OutputFile, signerFiles } from './setup-files.ts';
import type { SetUpFailure, SignerSetUp } from './setup-request.ts';
import type { SignerIdentity } from './signer-module.ts';
import { momentOf } from './times.ts';

/** What the making of a signer that is no stick needs besides the request. */
export interface HostSetUpOptions {
  readonly kind: 'file' | 'pkcs11';
  /** X‖Y of the key that was made. */
  readonly publicKey: Uint8Array;
  readonly passwords: 1 | 2;
  readonly now: Date;
  readonly random: (length: number) => Uint8Array;
  readonly persons: readonly string[];
  readonly software: Software;
  readonly remarks: readonly string[];
}

export interface HostSetUp {
  readonly identity: SignerIdentity;
  readonly files: readonly OutputFile[];
  readonly ceremony: CeremonyRecord;
}

/** Certifies a key that is in a file or token, under a serial number of the shape of a chip's that nobody has. */
export async function certifyHostKey(
  request: SignerSetUp,
  options: HostSetUpOptions,
): Promise<Result<HostSetUp, SetUpFailure>> {
  const { root } = request;
  const blueprint = makeBlueprint(request, {
    passwords: options.passwords,
    kdf: newModuleKdf,
    salt: new Uint8Array(16),
    now: options.now,
    random: options.random,
  });
  if (!blueprint.ok) return fail({ kind: 'parameters', reason: blueprint.failure });
  const { record, definitions } = blueprint.value;
  const prepared = prepareModuleCertificate(blueprint.value, options.publicKey);
  if (!prepared.ok) return fail({ kind: 'parameters', reason: prepared.failure });
  const signed = await root.signSigner(prepared.value.tbs);
  if (!signed.ok) return fail({ kind: 'root', failure: signed.failure });
  if (!verifyDigest(root.facts.publicKey, prepared.value.digest, signed.value)) {
    return fail({ kind: 'root', failure: { kind: 'wrong-signature' } });
  }
  const finished = finishModuleCertificate(prepared.value, signed.value);
  if (!finished.ok) return fail({ kind: 'parameters', reason: finished.failure });
  const identity: SignerIdentity = {
    kind: options.kind,
    serialNumber: concat([0x01, 0x23], options.random(6), [0xee]),
    name: record.signerName,
    label: request.label,
    signerId: Uint8Array.of(record.signerId >> 8, record.signerId & 0xff),
    chainId: record.chainId,
    signerTemplateId: record.signerTemplateId,
    deviceTemplateId: record.deviceTemplateId,
    publicKey: options.publicKey,
    rootPublicKey: root.facts.publicKey,
    certificate: finished.value.certificate,
    compressedCertificate: finished.value.compressed,
    rootCertificate: root.facts.certificate,
    notBefore: momentOf(prepared.value.notBefore),
    notAfter: momentOf(prepared.value.notAfter),
    deviceDefinition: definitions.device,
    signerDefinition: definitions.signer,
    deviceDefinitionDigest: record.deviceDefinitionDigest,
    signerDefinitionDigest: record.signerDefinitionDigest,
    isRoot: false,
    passwordScheme: options.passwords === 2 ? 'two-persons' : 'one',
  };
  return ok({
    identity,
    files: signerFiles(identity, {
      rootCertificate: root.facts.certificate,
      generator: `${options.software.name} ${options.software.version}`,
      created: options.now,
      requireThisSigner: request.requireThisSigner ?? false,
    }),
    ceremony: ceremonyRecord(identity, {
      begunAt: options.now.toISOString(),
      finishedAt: options.now.toISOString(),
      persons: options.persons,
      software: options.software,
      openWindowMs: undefined,
      remarks: options.remarks,
    }),
  });
}
