import { randomBytes } from 'node:crypto';
import type { Part } from '../../src-shared/atecc/command.ts';
import {
  configFields,
  configPresets,
  decodeConfig,
  type Finding,
  type FindingLanguage,
  findingWords,
  lintConfig,
  presetImage,
  type SlotUse,
  slotUse,
} from '../../src-shared/atecc/config/index.ts';
import { fromHex, sliceExact, toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import type { Result } from '../../src-shared/base/result.ts';
import {
  type CertInfoFault,
  certificateDate,
  checkCertInfoDefinitions,
  type DefinitionPair,
  type ReadCertInfo,
  readCertInfo,
  sampleCertificate,
} from '../../src-shared/certificates/index.ts';
import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import { packetLines } from '../../src-shared/ipc/dry-run.ts';
import type { DataWrite, Plan, PlanEntry } from '../../src-shared/model/plan.ts';
import { planSchema } from '../../src-shared/model/plan.ts';
import { certInfoReason, reason } from '../../src-shared/model/reasons.ts';
import { registerOffset } from '../../src-shared/model/slot-fields.ts';
import type { ChipIdentity } from '../device/index.ts';
import type { ResolvedWrite } from '../provisioning/data-sources.ts';
import { dryRun } from '../provisioning/dry-run.ts';
import { certificateSlots, lintContext } from '../provisioning/preflight.ts';
import { prepareEntry } from '../provisioning/prepared-entry.ts';
import { certificateView } from './certificate-view.ts';

export interface InspectQuestion {
  readonly plan: Plan;
  readonly entry: number;
  readonly part: Part;
  readonly language: FindingLanguage;
  /** The chip to compare with, and its state in words. */
  readonly chip: { readonly identity: ChipIdentity; readonly state: string } | undefined;
  /** Definitions that signers of this station have, for a plan without its own. */
  readonly definitions: readonly DefinitionPair[];
  readonly now: Date;
}

type Inspection = CallOutput<'plan.inspect'>;

/** Everything that can be seen in a plan entry for one part, in the reader's language, compared with a chip where one is there. */
export async function inspectPlan(question: InspectQuestion): Promise<Inspection> {
  const entry = entryOf(question.plan, question.entry);
  const hex = entry.images[question.part];
  const read = readSources(entry);
  const definitions = definitionsOf(read, question.definitions);
  const { chip, language } = question;
  const shown = chip === undefined ? null : { serialNumber: toHex(chip.identity.serialNumber), state: chip.state };
  const sample =
    definitions === undefined ? undefined : sampleCertificate(definitions.device, certificateDate(question.now));
  const about = {
    chip: shown,
    certinfo: read.ok ? certInfoFacts(read.value) : [],
    sample: sample?.ok === true ? await certificateView(sample.value) : null,
  };
  const error = read.ok ? null : certInfoReason(read.failure);
  if (hex === undefined)
    return {
      ...about,
      rows: [],
      slots: [],
      findings: [],
      error: error ?? reason('plan-no-image', { part: question.part }),
    };
  const image = fromHex(hex);
  return {
    ...about,
    rows: rowsOf(image, question.part, chip?.identity),
    slots: slotsOf(image, question.part),
    findings: findingsOf(entry, image, question.part, read, definitions, chip?.identity).map((finding) =>
      findingView(finding, language),
    ),
    error,
  };
}

/** The packets of a run, none of them sent. */
export async function dryRunPlan(question: InspectQuestion): Promise<CallOutput<'plan.dryRun'>> {
  const prepared = prepareEntry(entryOf(question.plan, question.entry));
  const fitting = definitionsOf(
    { ok: true, value: { certInfo: prepared.certInfo, fingerprint: 'absent', definitions: prepared.definitions } },
    question.definitions,
  );
  const chip = question.chip?.identity;
  const run = await dryRun(prepared, question.part, {
    ...(chip?.part === question.part ? { chip } : {}),
    ...(fitting === undefined ? {} : { definitions: fitting }),
    now: question.now,
    random: (length) => new Uint8Array(randomBytes(length)),
  });
  return {
    packets: run.packets.map(({ stage, packet, typicalMs }) => ({
      stage,
      command: packet.name,
      describe: packet.describe,
      packet: packet.hex,
      irreversible: packet.irreversible,
      typicalMs,
    })),
    findings: run.findings.map((finding) => findingView(finding, question.language)),
    problems: run.problems.map((why) => ({ ...why, facts: { ...why.facts } })),
    totalMs: run.totalMs,
  };
}

/** The same as a file: one packet a line. */
export async function exportDryRun(question: InspectQuestion): Promise<CallOutput<'plan.exportDryRun'>> {
  const { packets } = await dryRunPlan(question);
  return { name: `dry-run-${question.plan.name}.tsv`, content: `${packetLines(packets)}\n` };
}

/** What keeps a plan from being released, in sentences: texts that cannot be read, and the linter's errors; empty = nothing. */
export function planProblems(plan: Plan): readonly string[] {
  const problems: string[] = [];
  for (const entry of plan.entries) {
    try {
      const prepared = prepareEntry(entry);
      for (const [part, image] of prepared.images) {
        const slots = prepared.definitions === undefined ? [10, 11, 12] : certificateSlots(prepared.definitions);
        const findings = lintConfig(
          image,
          part,
          lintContext(prepared, plannedWrites(entry), slots, undefined, undefined),
        );
        for (const finding of findings)
          if (finding.severity === 'error') problems.push(`${entry.label}, ${part}: ${finding.title}`);
      }
    } catch (thrown) {
      problems.push(`${entry.label}: ${asSignetError(thrown).message}`);
    }
  }
  return problems;
}

/** The published images. */
export function planPresets(): CallOutput<'plan.presets'> {
  return configPresets.map(({ id, part, name }) => ({ id, part, title: name, image: toHex(presetImage(id)) }));
}

/** The plan that a new station begins with: default images of both parts and a certinfo. */
export function firstPlan(options: {
  readonly name: string;
  readonly certinfo: string;
  readonly deviceDefinition?: string;
  readonly signerDefinition?: string;
  readonly images: PlanEntry['images'];
  readonly note: string;
}): Plan {
  return planSchema.parse({
    format: 1,
    name: options.name,
    version: 1,
    note: options.note,
    entries: [
      {
        label: 'chip',
        images: options.images,
        certinfo: options.certinfo,
        deviceDefinition: options.deviceDefinition ?? '',
        signerDefinition: options.signerDefinition ?? '',
      },
    ],
  });
}

function entryOf(plan: Plan, index: number): PlanEntry {
  const entry = plan.entries[index];
  if (entry === undefined) throw new SignetError('OPTION_INVALID', `The plan has no entry ${index + 1}.`);
  return entry;
}

type Read = Result<ReadCertInfo, CertInfoFault>;

function readSources(entry: PlanEntry): Read {
  return readCertInfo([
    { fileName: 'certinfo', text: entry.certinfo },
    ...(entry.deviceDefinition === '' ? [] : [{ fileName: 'device definition', text: entry.deviceDefinition }]),
    ...(entry.signerDefinition === '' ? [] : [{ fileName: 'signer definition', text: entry.signerDefinition }]),
  ]);
}

/** The plan's own definitions, or those of a signer that this station has seen and the certinfo names. */
function definitionsOf(read: Read, known: readonly DefinitionPair[]): DefinitionPair | undefined {
  if (!read.ok) return undefined;
  return read.value.definitions ?? known.find((pair) => checkCertInfoDefinitions(read.value.certInfo, pair).ok);
}

function certInfoFacts({ certInfo, fingerprint }: ReadCertInfo): Inspection['certinfo'] {
  const { requiredSignerSn } = certInfo;
  return [
    { label: 'name', value: certInfo.name },
    { label: 'chain id', value: String(certInfo.chainId) },
    { label: 'signer template id', value: String(certInfo.signerTemplateId) },
    { label: 'device template id', value: String(certInfo.deviceTemplateId) },
    { label: 'device key slot', value: String(certInfo.devicePrivateKeySlot) },
    { label: 'root public key', value: toHex(certInfo.caPublicKey) },
    { label: 'device definition', value: toHex(certInfo.deviceDigest) },
    { label: 'signer definition', value: toHex(certInfo.signerDigest) },
    { label: 'required signer', value: requiredSignerSn === undefined ? 'any' : toHex(requiredSignerSn) },
    { label: 'fingerprint', value: fingerprint },
  ];
}

/** The certinfo's facts for whoever imports one. */
export { certInfoFacts };

function rowsOf(image: Uint8Array, part: Part, chip: ChipIdentity | undefined): Inspection['rows'] {
  const config = decodeConfig(image, part);
  return configFields(part).map((field) => {
    const bytes = toHex(sliceExact(image, field.offset, field.length));
    const written = field.access === 'write' || field.access === 'update-extra';
    const onChip =
      chip === undefined || chip.part !== part || !written
        ? undefined
        : toHex(sliceExact(chip.config, field.offset, field.length));
    return {
      offset: field.offset,
      length: field.length,
      bytes,
      field: field.name,
      meaning: field.describe(config),
      written,
      chip: onChip === undefined || onChip === bytes ? null : onChip,
    };
  });
}

function slotsOf(image: Uint8Array, part: Part): Inspection['slots'] {
  return decodeConfig(image, part).slots.map((slot) => ({
    slot: slot.number,
    slotConfig: toHex(sliceExact(image, registerOffset('slotConfig', slot.number), 2)),
    keyConfig: toHex(sliceExact(image, registerOffset('keyConfig', slot.number), 2)),
    use: useView(slotUse(slot)),
    lockable: slot.keyConfig.lockable,
  }));
}

function useView(use: SlotUse): Inspection['slots'][number]['use'] {
  if (use.kind === 'private-key') return { ...use };
  const { kind, read, write, derive, needsValidation } = use;
  return { kind, read, write, derive: derive === undefined ? null : derive.source, needsValidation };
}

function findingsOf(
  entry: PlanEntry,
  image: Uint8Array,
  part: Part,
  read: Read,
  definitions: DefinitionPair | undefined,
  chip: ChipIdentity | undefined,
): readonly Finding[] {
  if (!read.ok) return lintConfig(image, part, { slotsToLock: entry.lockSlots, dataLock: entry.dataLock });
  const prepared = { entry, certInfo: read.value.certInfo, definitions, images: new Map([[part, image]]) };
  const slots = definitions === undefined ? [10, 11, 12] : certificateSlots(definitions);
  return lintConfig(
    image,
    part,
    lintContext(prepared, plannedWrites(entry), slots, chip?.part === part ? chip : undefined, undefined),
  );
}

/** The plan's writes with zeros of the right length: their sources are asked only when a run begins. */
function plannedWrites(entry: PlanEntry): readonly ResolvedWrite[] {
  return entry.dataWrites.map((write) => ({ write, bytes: new Uint8Array(lengthOf(write)), sink: undefined }));
}

function lengthOf({ source }: DataWrite): number {
  switch (source.kind) {
    case 'bytes':
      return source.hex.length / 2;
    case 'random':
    case 'diversified':
      return source.length;
    case 'file':
    case 'csv':
      return 1;
  }
}

function findingView(finding: Finding, language: FindingLanguage): Inspection['findings'][number] {
  const { title, consequence } = findingWords(finding, language);
  return {
    id: finding.id,
    severity: finding.severity,
    bytes: [...finding.bytes],
    slot: finding.slot ?? null,
    title,
    consequence,
    lockSlots: finding.remedy?.kind === 'lock-slots' ? [...finding.remedy.slots] : [],
  };
}
