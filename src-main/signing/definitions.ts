import { equalBytes, toHex } from '../../src-shared/base/bytes.ts';
import {
  type CertificateDefinition,
  type DefinitionPair,
  decodeDefinition,
  definitionDigest,
  type ProfileParameters,
  regenerateDefinitions,
} from '../../src-shared/certificates/index.ts';
import type { Asd1Record } from './asd1/record.ts';
import { rootDefinition } from './root-definition.ts';

/** Where definitions come from: regenerated from the record's parameters, or files on the host by digest. */
export interface DefinitionSource {
  /** Definitions whose digests are the record's; undefined when no profile and no file yields them. */
  definitionsOf(record: Asd1Record): DefinitionPair | undefined;
}

/** Custom definitions on the host, in the canonical layout, by their SHA-256 (signer-and-server.md 3.6, 6.3). */
export interface DefinitionFiles {
  /** The canonical bytes; undefined when there is none of this digest (upper-case hex). */
  definitionBytes(digest: string): Uint8Array | undefined;
  /** Keeps one; resolves when it is on the disk. */
  keepDefinition(digest: string, bytes: Uint8Array): Promise<void>;
}

/** The parameters of a record in the words of the profiles. */
function parametersOfRecord(record: Asd1Record): ProfileParameters {
  return {
    organization: record.organisation,
    rootCommonName: record.rootCommonName,
    signerCommonNamePrefix: record.signerCommonNamePrefix,
    deviceCommonName: record.deviceCommonName,
    chainId: record.chainId,
    signerTemplateId: record.signerTemplateId,
    deviceTemplateId: record.deviceTemplateId,
    signerSnSource: record.signerSnSource,
    deviceSnSource: record.deviceSnSource,
    signerExpireYears: record.signerExpireYears,
    deviceExpireYears: record.deviceExpireYears,
    devicePrivateKeySlot: record.devicePrivateKeySlot,
  };
}

/** The layout of a root module's own certificate, as its record has it. */
function rootDefinitionOfRecord(record: Asd1Record): CertificateDefinition {
  return rootDefinition({
    organization: record.organisation,
    commonName: record.rootCommonName,
    chainId: record.chainId,
    issueYear: new Date(record.created * 1000).getUTCFullYear(),
    expireYears: record.signerExpireYears,
    snSource: record.signerSnSource,
  });
}

/**
 * Definitions of a record: a root's by its layout, a standard profile's regenerated from the parameters, custom ones from the
 * host's files. Whatever comes must hash to the record's digests, else there is none.
 */
export function definitionSource(files?: DefinitionFiles): DefinitionSource {
  const custom = (digest: Uint8Array): CertificateDefinition | undefined => {
    const bytes = files?.definitionBytes(toHex(digest));
    if (bytes === undefined) return undefined;
    const decoded = decodeDefinition(bytes);
    return decoded.ok && hasDigest(decoded.value, digest) ? decoded.value : undefined;
  };
  return {
    definitionsOf(record) {
      if (record.isRoot) {
        const own = rootDefinitionOfRecord(record);
        return hasDigest(own, record.signerDefinitionDigest) && hasDigest(own, record.deviceDefinitionDigest)
          ? { signer: own, device: own }
          : undefined;
      }
      if (!record.customDefinitions) {
        const standard = regenerateDefinitions(parametersOfRecord(record), {
          signer: record.signerDefinitionDigest,
          device: record.deviceDefinitionDigest,
        });
        if (standard !== undefined) return standard.definitions;
      }
      const signer = custom(record.signerDefinitionDigest);
      const device = custom(record.deviceDefinitionDigest);
      return signer === undefined || device === undefined ? undefined : { signer, device };
    },
  };
}

function hasDigest(definition: CertificateDefinition, digest: Uint8Array): boolean {
  const own = definitionDigest(definition);
  return own.ok && equalBytes(own.value, digest);
}
