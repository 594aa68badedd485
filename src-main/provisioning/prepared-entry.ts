import type { Part } from '../../src-shared/atecc/command.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { type CertInfo, type DefinitionPair, readCertInfo } from '../../src-shared/certificates/index.ts';
import type { PlanEntry } from '../../src-shared/model/plan.ts';
import { certInfoReason, englishSentence, inEnglish, reason, reasonDetails } from '../../src-shared/model/reasons.ts';

/** A plan entry with its texts read: what needs no chip and no server is checked once, when the plan is loaded. */
export interface PreparedEntry {
  readonly entry: PlanEntry;
  readonly certInfo: CertInfo;
  /** From the plan; undefined = the server's, held against the certinfo's digests. */
  readonly definitions: DefinitionPair | undefined;
  readonly images: ReadonlyMap<Part, Uint8Array>;
}

/** Throws FILE_INVALID with file, line and column for a text that cannot be read, PLAN_UNSAFE for a plan without any image. */
export function prepareEntry(entry: PlanEntry): PreparedEntry {
  const sources = [
    { fileName: 'certinfo', text: entry.certinfo },
    ...(entry.deviceDefinition === '' ? [] : [{ fileName: 'device definition', text: entry.deviceDefinition }]),
    ...(entry.signerDefinition === '' ? [] : [{ fileName: 'signer definition', text: entry.signerDefinition }]),
  ];
  const read = readCertInfo(sources);
  if (!read.ok) {
    const why = certInfoReason(read.failure);
    throw new SignetError('FILE_INVALID', inEnglish(why), { file: read.failure.fileName ?? '', ...reasonDetails(why) });
  }
  const images = new Map<Part, Uint8Array>();
  if (entry.images.ATECC508A !== undefined) images.set('ATECC508A', fromHex(entry.images.ATECC508A));
  if (entry.images.ATECC608 !== undefined) images.set('ATECC608', fromHex(entry.images.ATECC608));
  if (images.size === 0) {
    const why = reason('plan-no-images');
    throw new SignetError('PLAN_UNSAFE', englishSentence(why), reasonDetails(why));
  }
  return { entry, certInfo: read.value.certInfo, definitions: read.value.definitions, images };
}
