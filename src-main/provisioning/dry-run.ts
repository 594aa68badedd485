import type { Part } from '../../src-shared/atecc/command.ts';
import { type Finding, lintConfig, presetImage } from '../../src-shared/atecc/config/index.ts';
import { commandOfOpcode } from '../../src-shared/atecc/opcodes.ts';
import { serialNumberOf } from '../../src-shared/atecc/serial.ts';
import { executionTime } from '../../src-shared/atecc/timing.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import type { Result } from '../../src-shared/base/result.ts';
import {
  type DefinitionPair,
  deviceZone,
  profileDefaults,
  profileDefinitions,
  sampleCertificate,
  writeItems,
} from '../../src-shared/certificates/index.ts';
import { englishSentence, type Reason, reason, reasonDetails } from '../../src-shared/model/reasons.ts';
import { stages } from '../../src-shared/model/stages.ts';
import {
  type AssumedChip,
  type BlockWrite,
  type ChipIdentity,
  type ChipSession,
  challengeSignature,
  configMatches,
  type DeviceFailure,
  generateKey,
  lockConfig,
  lockData,
  lockSlots,
  type PacketFacts,
  planPackets,
  publicKey,
  putToSleep,
  readConfig,
  readSerial,
  readSlots,
  writeBlocks,
  writeConfig,
} from '../device/index.ts';
import { buildContent, type Content } from './content.ts';
import { type ResolvedWrite, resolveDataWrites } from './data-sources.ts';
import { EndOfRun, reasonOfError } from './outcome.ts';
import { certificateSlots, lintContext, plannedContent } from './preflight.ts';
import type { PreparedEntry } from './prepared-entry.ts';

/** A packet of the dry run: nothing of it was sent. */
export interface PlannedPacket {
  /** 1..10; 0 after the last stage. */
  readonly stage: number;
  readonly packet: PacketFacts;
  readonly typicalMs: number;
}

export interface DryRun {
  readonly packets: readonly PlannedPacket[];
  readonly findings: readonly Finding[];
  /** What would make the run fail, beside errors among the findings; empty = nothing that can be known beforehand. */
  readonly problems: readonly Reason[];
  /** The definitions were assumed (the usual layout), because neither plan nor server gave them. */
  readonly assumedDefinitions: boolean;
  /** Typical execution times of the chip, added up, in ms. */
  readonly totalMs: number;
}

/**
 * The full list of packets that a run would send, and what each makes irreversible: the very procedures of the run against a chip that
 * accepts everything, starting from the chip in hand or a factory-fresh one (screens.md, Dry run).
 */
export async function dryRun(
  prepared: PreparedEntry,
  part: Part,
  options: {
    readonly chip?: ChipIdentity;
    readonly definitions?: DefinitionPair;
    readonly now: Date;
    readonly random: (length: number) => Uint8Array;
  },
): Promise<DryRun> {
  const problems: Reason[] = [];
  const image = prepared.images.get(part);
  if (image === undefined) {
    return {
      packets: [],
      findings: [],
      problems: [reason('plan-no-image', { part })],
      assumedDefinitions: false,
      totalMs: 0,
    };
  }
  const { chip } = options;
  const fresh = presetImage(part === 'ATECC608' ? 'factory-608b' : 'arduino-eccx08').slice();
  const start = chip === undefined ? withSerial(fresh) : chip.config;
  const serialNumber = serialNumberOf(start);
  const given = prepared.definitions ?? options.definitions;
  const definitions = given ?? usualDefinitions();
  const slots = certificateSlots(definitions);
  let writes: readonly ResolvedWrite[] = [];
  try {
    writes = await resolveDataWrites(prepared.entry.dataWrites, {
      serialNumber,
      unitLabel: 'unit',
      random: options.random,
    });
  } catch (thrown) {
    problems.push(reasonOfThrown(thrown));
  }
  const findings = lintConfig(image, part, lintContext(prepared, writes, slots, chip, undefined));
  if (chip?.configLocked === true && !configMatches({ part, image }, chip.config)) problems.push(reason('run-foreign'));
  let content: Content | undefined;
  let certificates: readonly BlockWrite[] = [];
  try {
    certificates = certificateBlocks(definitions, options.now);
    content = buildContent({
      image,
      part,
      dataLock: prepared.entry.dataLock,
      planned: plannedContent(image, part, writes, slots),
      certificateBlocks: certificates,
      callbackBlocks: [],
      random: options.random,
    });
  } catch (thrown) {
    problems.push(reasonOfThrown(thrown));
  }
  const packets: PlannedPacket[] = [];
  if (content !== undefined)
    await list(prepared, { part, image, start, serialNumber, content, certificates, slots }, packets);
  return {
    packets,
    findings,
    problems,
    assumedDefinitions: given === undefined,
    totalMs: packets.reduce((sum, { typicalMs }) => sum + typicalMs, 0),
  };
}

/** What would make the run fail, in English sentences: the problems, and the errors among the findings. */
export function englishProblems({ problems, findings }: Pick<DryRun, 'problems' | 'findings'>): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return [...problems.map(englishSentence), ...errors.map(({ title, consequence }) => `${title}: ${consequence}`)];
}

function reasonOfThrown(thrown: unknown): Reason {
  return thrown instanceof EndOfRun ? thrown.end.why : reasonOfError(asSignetError(thrown));
}

interface Ground {
  readonly part: Part;
  readonly image: Uint8Array;
  readonly start: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly content: Content;
  readonly certificates: readonly BlockWrite[];
  readonly slots: readonly number[];
}

async function list(prepared: PreparedEntry, ground: Ground, packets: PlannedPacket[]): Promise<void> {
  const { part, image, serialNumber, content, certificates, slots } = ground;
  const { entry, certInfo } = prepared;
  let config = ground.start.slice();
  const target = { serialNumber, part, image };
  const add = async <T>(
    stage: number,
    procedure: (session: ChipSession) => Promise<Result<T, DeviceFailure>>,
  ): Promise<void> => {
    // What a run reads back is what it wrote.
    const chip: AssumedChip = { part, config, content: content.expected };
    const planned = await planPackets(chip, procedure);
    for (const packet of planned.packets) {
      const opcode = Number.parseInt(packet.hex.slice(2, 4), 16);
      const name = commandOfOpcode(opcode);
      packets.push({ stage, packet, typicalMs: name === undefined ? 0 : executionTime(name, part, 'M0').typicalMs });
    }
  };
  const configLocked = config[87] !== 0x55;
  const dataLocked = config[86] !== 0x55;
  if (!configLocked) {
    await add(1, (session) => writeConfig(session, target));
    const written = image.slice();
    written.set(config.subarray(0, 16), 0);
    written.set(config.subarray(84, 88), 84);
    config = written;
    await add(2, (session) => lockConfig(session, target, config));
    config = config.slice();
    config[87] = 0;
  }
  await add(3, readConfig);
  const { devicePrivateKeySlot } = certInfo;
  if (dataLocked) await add(4, (session) => publicKey(session, devicePrivateKeySlot));
  else await add(4, (session) => generateKey(session, devicePrivateKeySlot, serialNumber));
  await add(5, (session) =>
    challengeSignature(session, { slot: certInfo.devicePrivateKeySlot, part, challenge: new Uint8Array(32) }),
  );
  if (!dataLocked) {
    await add(6, (session) => writeBlocks(session, serialNumber, certificates));
    const certificateKeys = new Set(certificates.map(({ address }) => `${address.slot} ${address.block}`));
    const rest = content.all.filter(
      ({ address }) => address.zone === 'otp' || !certificateKeys.has(`${address.slot} ${address.block}`),
    );
    await add(7, (session) => writeBlocks(session, serialNumber, rest));
    await add(8, (session) =>
      lockData(
        session,
        serialNumber,
        entry.dataLock === 'fill+crc'
          ? { policy: 'fill+crc', crc: content.crc, blocks: content.all }
          : { policy: 'no-crc' },
        // What can be read in clear is read back after the lock.
        content.expected,
      ),
    );
    config = config.slice();
    config[86] = 0;
  }
  if (entry.lockSlots.length > 0) await add(9, (session) => lockSlots(session, serialNumber, entry.lockSlots, config));
  if (entry.validate) {
    await add(10, readSerial);
    await add(10, (session) => publicKey(session, certInfo.devicePrivateKeySlot, serialNumber));
    await add(10, (session) => readSlots(session, slots));
    await add(10, (session) =>
      challengeSignature(session, { slot: certInfo.devicePrivateKeySlot, part, challenge: new Uint8Array(32) }),
    );
  }
  await add(0, putToSleep);
}

/** A factory-fresh zone with a made-up serial number. */
function withSerial(config: Uint8Array): Uint8Array {
  const zone = config.slice();
  zone.set(fromHex('01234038'), 0);
  zone.set(fromHex('D92CA571EE'), 8);
  zone[86] = 0x55;
  zone[87] = 0x55;
  zone[88] = 0xff;
  zone[89] = 0xff;
  return zone;
}

function usualDefinitions(): DefinitionPair {
  const pair = profileDefinitions('atmel-2015', profileDefaults('atmel-2015'));
  if (!pair.ok) throw new RangeError(pair.failure);
  return pair.value;
}

function certificateBlocks(definitions: DefinitionPair, now: Date): readonly BlockWrite[] {
  const asked = {
    year: now.getUTCFullYear(),
    month: now.getUTCMonth() + 1,
    day: now.getUTCDate(),
    hour: now.getUTCHours(),
    minute: 0,
    second: 0,
  };
  const stored = [definitions.device, definitions.signer].map((definition) => {
    const certificate = sampleCertificate(definition, asked);
    if (!certificate.ok) throw planUnsafe(reason('plan-no-certificate', { quote: certificate.failure.reason }));
    return { definition, certificate: certificate.value };
  });
  const items = writeItems(stored);
  if (!items.ok) throw planUnsafe(reason('plan-no-place', { quote: items.failure.reason }));
  return items.value
    .filter((item) => item.zone === deviceZone.DATA)
    .map((item) => ({
      address: { zone: 'data', slot: item.slot, block: item.offset / 32, word: 0 },
      bytes: item.bytes,
    }));
}

function planUnsafe(why: Reason): SignetError {
  return new SignetError('PLAN_UNSAFE', englishSentence(why), reasonDetails(why));
}

/** Words of a stage number for lists; 0 = after the last. */
export function stageLine(number: number): string {
  return stages.find((stage) => stage.number === number)?.line ?? 'After the last stage';
}
