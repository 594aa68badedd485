import { configAddress, dataAddress } from '../../src-shared/atecc/address.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { infoRevision, read } from '../../src-shared/atecc/commands/index.ts';
import { revisionInfo, serialNumberOf } from '../../src-shared/atecc/serial.ts';
import { clockDividerOf, hasLongWatchdog } from '../../src-shared/atecc/timing.ts';
import { byteAt, concat, readU16le, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import type { Result } from '../../src-shared/base/result.ts';
import type { ChipFacts } from './budget.ts';
import type { DeviceFailure } from './failures.ts';
import type { ChipSession } from './sequence.ts';
import { ask, askAll, askStatus, type Steps, stop } from './steps.ts';

/** Part and state of one chip, as read from it. */
export interface ChipIdentity {
  /** 8-bit I2C address at which it answered. */
  readonly address: number;
  readonly part: Part;
  /** RevNum, 4 bytes. */
  readonly revision: Uint8Array;
  /** 9 bytes. */
  readonly serialNumber: Uint8Array;
  /** All 128 bytes of the configuration zone. */
  readonly config: Uint8Array;
  readonly configLocked: boolean;
  readonly dataLocked: boolean;
  /** Slots locked one by one, ascending. */
  readonly lockedSlots: readonly number[];
  /** Slot 8 begins with a signer definition record: a signer or root module's chip (signer-and-server.md 6.3). */
  readonly signerRecord: boolean;
  readonly facts: ChipFacts;
}

/** Byte 87 and 86: anything but 55 is locked (a lock byte torn by a cut may be neither; atecc-device.md 4). */
const UNLOCKED = 0x55;
const LOCK_CONFIG = 87;
const LOCK_VALUE = 86;
const SLOT_LOCKED = 88;
const CHIP_MODE = 19;
const SLOT_CONFIG_8 = 20 + 2 * 8;
const signerRecordMagic = utf8('ASD1');

/** What a configuration zone says about timing. */
export function factsOfConfig(part: Part, config: Uint8Array): ChipFacts {
  const chipMode = byteAt(config, CHIP_MODE);
  return {
    part,
    divider: part === 'ATECC608' ? (clockDividerOf(chipMode) ?? 'M2') : 'M0',
    longWatchdog: hasLongWatchdog(chipMode),
  };
}

/** Lock state in the bytes of a configuration zone. */
export function lockStateOf(config: Uint8Array): {
  readonly configLocked: boolean;
  readonly dataLocked: boolean;
  readonly lockedSlots: readonly number[];
} {
  const slotLocked = readU16le(config, SLOT_LOCKED);
  return {
    configLocked: byteAt(config, LOCK_CONFIG) !== UNLOCKED,
    dataLocked: byteAt(config, LOCK_VALUE) !== UNLOCKED,
    lockedSlots: Array.from({ length: 16 }, (_, slot) => slot).filter((slot) => ((slotLocked >> slot) & 1) === 0),
  };
}

/** Whether slot 8 can be read in clear: data locked, IsSecret 0 and EncryptRead 0 (config-zone.md 2). */
export function signerRecordReadable(config: Uint8Array): boolean {
  return lockStateOf(config).dataLocked && (byteAt(config, SLOT_CONFIG_8) & 0xc0) === 0;
}

/** Info, the whole configuration zone and, where it can be read, the start of slot 8. One sequence. */
export function identifyChip(session: ChipSession): Promise<Result<ChipIdentity, DeviceFailure>> {
  return session.sequence({ commands: ['Info', 'Read', 'Read', 'Read', 'Read', 'Read'], end: 'idle' }, () =>
    identifySteps(session.address),
  );
}

/** The 128 bytes of the configuration zone, four block reads. */
export function* readConfigSteps(): Steps<Uint8Array> {
  const blocks = [0, 1, 2, 3].map((block) => ({ command: read(configAddress(block), 32) }));
  return concat(...(yield* askAll(blocks)));
}

function* identifySteps(address: number): Steps<ChipIdentity> {
  const revision = yield* ask(infoRevision());
  const { part } = revisionInfo(revision);
  if (part === undefined) {
    return yield* stop({ kind: 'wrong-part', expected: 'any', found: 'unknown', revision: toHex(revision) });
  }
  const config = yield* readConfigSteps();
  let signerRecord = false;
  if (signerRecordReadable(config)) {
    const head = yield* askStatus(read(dataAddress(8, 0), 32), [0x0f]);
    signerRecord = head.ok && signerRecordMagic.every((byte, i) => head.value[i] === byte);
  }
  return {
    address,
    part,
    revision,
    serialNumber: serialNumberOf(config),
    config,
    ...lockStateOf(config),
    signerRecord,
    facts: factsOfConfig(part, config),
  };
}
