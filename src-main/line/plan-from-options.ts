import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defaultImage, fittingParts, parseConfigFile } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { type CertInfoFault, readCertInfo } from '../../src-shared/certificates/index.ts';
import { canonicalPlan, dataWriteSchema, type Plan, planSchema } from '../../src-shared/model/plan.ts';
import { certInfoReason, inEnglish } from '../../src-shared/model/reasons.ts';
import { readBytes, readJson, readText } from './files.ts';

/** What the note's client was told by options, and what ours adds to them. */
export interface PlanOptions {
  readonly certinfo: string;
  readonly config?: string;
  readonly plan?: string;
  readonly lockSlots?: readonly number[];
  readonly data?: string;
  readonly dataLock?: 'fill+crc' | 'no-crc';
  readonly validate: boolean;
  /** Definition files, where the server's are not wanted. */
  readonly deviceDefinition?: string;
  readonly signerDefinition?: string;
}

/** A plan from a plan file, or from the note's options. Throws FILE_* with the place of what is wrong. */
export function planFromOptions(options: PlanOptions): Plan {
  if (options.plan !== undefined) return readPlan(options.plan);
  const images: { ATECC508A?: string; ATECC608?: string } = {};
  if (options.config === undefined) {
    images.ATECC508A = toHex(defaultImage('ATECC508A'));
    images.ATECC608 = toHex(defaultImage('ATECC608'));
  } else {
    const image = parseConfigFile(readBytes(options.config, 'configuration file'), options.config);
    const parts = fittingParts(image);
    // An image that fits no part is kept for the part the note speaks of: pre-flight then says why.
    if (parts.length === 0 || parts.includes('ATECC508A')) images.ATECC508A = toHex(image);
    if (parts.includes('ATECC608')) images.ATECC608 = toHex(image);
  }
  const certinfo = readText(options.certinfo, 'provisioning config file');
  const definition = (path: string | undefined, what: string): string =>
    path === undefined ? '' : readText(path, what);
  const deviceDefinition = definition(options.deviceDefinition, 'device definition');
  const signerDefinition = definition(options.signerDefinition, 'signer definition');
  checkSources([
    { fileName: options.certinfo, text: certinfo },
    { fileName: options.deviceDefinition ?? '', text: deviceDefinition },
    { fileName: options.signerDefinition ?? '', text: signerDefinition },
  ]);
  return {
    format: 1,
    name: 'command line',
    version: 1,
    note: '',
    options: planSchema.shape.options.parse(undefined),
    entries: [
      {
        label: 'chip',
        images,
        certinfo,
        deviceDefinition,
        signerDefinition,
        dataWrites: options.data === undefined ? [] : readDataWrites(options.data),
        dataLock: options.dataLock ?? 'fill+crc',
        lockSlots: [...new Set(options.lockSlots ?? [])].sort((a, b) => a - b),
        validate: options.validate,
        addressChangeKits: [],
      },
    ],
  };
}

/** Reads the C sources here, where their files' names are known, so that a message has file, line and column. */
function checkSources(sources: readonly { readonly fileName: string; readonly text: string }[]): void {
  const there = sources.filter(({ text }, i) => i === 0 || text !== '');
  const read = readCertInfo(there);
  if (!read.ok) throw certInfoError(read.failure, there.map(({ fileName }) => fileName).join(', '));
}

/** Why C sources are no certinfo; `files` = what was read. */
export function certInfoError(failure: CertInfoFault, files: string): SignetError {
  const { fileName } = failure;
  const message = inEnglish(certInfoReason(failure));
  return new SignetError('FILE_INVALID', fileName === undefined ? `${files}: ${message}.` : `${message}.`, {
    file: fileName ?? files,
  });
}

/** A plan file (JSON). */
function readPlan(path: string): Plan {
  return readJson(path, 'plan', planSchema);
}

function readDataWrites(path: string): Plan['entries'][number]['dataWrites'] {
  return readJson(path, 'data file', z.array(dataWriteSchema).max(64));
}

/** SHA-256 of the plan's canonical form, upper-case hex. */
export function planDigest(plan: Plan): string {
  return createHash('sha256').update(canonicalPlan(plan)).digest('hex').toUpperCase();
}
