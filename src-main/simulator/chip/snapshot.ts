import { hex, unhex } from '../octets.ts';
import type { Core, Tally } from './core.ts';
import { CONFIG_BYTES, OTP_BYTES, SLOTS, slotSize } from './geometry.ts';
import type { ChipPart } from './images.ts';
import { SimulatorError } from './status.ts';

/** Everything of a chip that outlives power, ready for JSON. Private keys are in `slots`, readable: this is a simulator. */
export interface ChipSnapshot {
  readonly format: 'signet-chip-1';
  readonly part: ChipPart;
  /** Hex, 128 bytes; the serial number is in it. */
  readonly config: string;
  /** Hex, 64 bytes. */
  readonly otp: string;
  /** Hex, slots 0..15 at full size. */
  readonly slots: readonly string[];
  readonly keyValid: readonly boolean[];
  readonly rngSeedUpdates: number;
  readonly eepromWrites: number;
  readonly tally: Tally;
}

/** Takes a picture of the EEPROM. */
export function takeSnapshot(core: Core, part: ChipPart): ChipSnapshot {
  const { eeprom, tally } = core;
  return {
    format: 'signet-chip-1',
    part,
    config: hex(eeprom.config),
    otp: hex(eeprom.otp),
    slots: eeprom.slots.map(hex),
    keyValid: [...eeprom.keyValid],
    rngSeedUpdates: eeprom.rngSeedUpdates,
    eepromWrites: eeprom.writes,
    tally: { ...tally },
  };
}

/** Puts a picture back into the EEPROM. Throws SimulatorError when sizes do not fit. */
export function putSnapshot(core: Core, snapshot: ChipSnapshot): void {
  const { eeprom } = core;
  eeprom.config.set(exactly(snapshot.config, CONFIG_BYTES, 'config'));
  eeprom.otp.set(exactly(snapshot.otp, OTP_BYTES, 'otp'));
  for (let slot = 0; slot < SLOTS; slot += 1) {
    eeprom.slot(slot).set(exactly(snapshot.slots[slot] ?? '', slotSize(slot), `slot ${slot}`));
    eeprom.keyValid[slot] = snapshot.keyValid[slot] ?? false;
  }
  eeprom.rngSeedUpdates = snapshot.rngSeedUpdates;
  eeprom.writes = snapshot.eepromWrites;
  Object.assign(core.tally, snapshot.tally);
}

function exactly(text: string, length: number, what: string): Uint8Array {
  const bytes = unhex(text);
  if (bytes?.length !== length) throw new SimulatorError(`${what} of the snapshot is not ${length} bytes of hex`);
  return bytes;
}

/** A snapshot from a parsed JSON value; SimulatorError says what is wrong with it. */
export function parseSnapshot(value: unknown): ChipSnapshot {
  const record = asRecord(value, 'snapshot');
  if (record['format'] !== 'signet-chip-1') throw new SimulatorError('not a chip snapshot of this version');
  const part = record['part'];
  if (part !== '508A' && part !== '608A' && part !== '608B') throw new SimulatorError('snapshot names no known part');
  const tally = asRecord(record['tally'], 'tally');
  const slots = asList(record['slots'], 'slots').map((slot, i) => asText(slot, `slot ${i}`));
  const keyValid = asList(record['keyValid'], 'keyValid').map((valid) => valid === true);
  if (slots.length !== SLOTS || keyValid.length !== SLOTS) throw new SimulatorError('snapshot has not 16 slots');
  const snapshot: ChipSnapshot = {
    format: 'signet-chip-1',
    part,
    config: asText(record['config'], 'config'),
    otp: asText(record['otp'], 'otp'),
    slots,
    keyValid,
    rngSeedUpdates: asCount(record['rngSeedUpdates'], 'rngSeedUpdates'),
    eepromWrites: asCount(record['eepromWrites'], 'eepromWrites'),
    tally: {
      signatures: asCount(tally['signatures'], 'signatures'),
      checkMacs: asCount(tally['checkMacs'], 'checkMacs'),
      checkMacMatches: asCount(tally['checkMacMatches'], 'checkMacMatches'),
      authorisedSignPairs: asCount(tally['authorisedSignPairs'], 'authorisedSignPairs'),
      genKeys: asCount(tally['genKeys'], 'genKeys'),
    },
  };
  exactly(snapshot.config, CONFIG_BYTES, 'config');
  exactly(snapshot.otp, OTP_BYTES, 'otp');
  slots.forEach((slot, i) => {
    exactly(slot, slotSize(i), `slot ${i}`);
  });
  return snapshot;
}

function asRecord(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SimulatorError(`${what} is no object`);
  return Object.fromEntries(Object.entries(value));
}

function asList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new SimulatorError(`${what} is no list`);
  return value;
}

function asText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new SimulatorError(`${what} is no text`);
  return value;
}

function asCount(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new SimulatorError(`${what} is no count`);
  return value;
}
