import { SimulatorError } from '../errors.ts';
import { JsonReader } from '../json-reader.ts';
import { hex, unhex } from '../octets.ts';
import type { Core, Tally } from './core.ts';
import { CONFIG_BYTES, OTP_BYTES, SLOTS, slotSize } from './geometry.ts';
import type { ChipModel } from './images.ts';

/** Everything of a chip that outlives power, ready for JSON. Private keys are in `slots`, readable: this is a simulator. */
export interface ChipSnapshot {
  readonly format: 'signet-chip-1';
  readonly part: ChipModel;
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
export function takeSnapshot(core: Core, part: ChipModel): ChipSnapshot {
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
  if (bytes?.length !== length)
    throw new SimulatorError('input', `${what} of the snapshot is not ${length} bytes of hex`);
  return bytes;
}

/** A snapshot from a parsed JSON value; SimulatorError says which field is wrong. */
export function parseSnapshot(value: unknown): ChipSnapshot {
  const file = JsonReader.of(value, 'chip');
  file.only('format', 'part', 'config', 'otp', 'slots', 'keyValid', 'rngSeedUpdates', 'eepromWrites', 'tally');
  const count = (reader: JsonReader, name: string): number => reader.field(name).integer(0, Number.MAX_SAFE_INTEGER);
  const tally = file.field('tally');
  const slots = file.field('slots').items();
  const keyValid = file.field('keyValid').items();
  if (slots.length !== SLOTS || keyValid.length !== SLOTS) file.fail('has not 16 slots');
  return {
    format: file.field('format').oneOf('signet-chip-1'),
    part: file.field('part').oneOf('508A', '608A', '608B'),
    config: hex(file.field('config').hex(CONFIG_BYTES)),
    otp: hex(file.field('otp').hex(OTP_BYTES)),
    slots: slots.map((slot, i) => hex(slot.hex(slotSize(i)))),
    keyValid: keyValid.map((valid) => valid.boolean()),
    rngSeedUpdates: count(file, 'rngSeedUpdates'),
    eepromWrites: count(file, 'eepromWrites'),
    tally: {
      signatures: count(tally, 'signatures'),
      checkMacs: count(tally, 'checkMacs'),
      checkMacMatches: count(tally, 'checkMacMatches'),
      authorisedSignPairs: count(tally, 'authorisedSignPairs'),
      genKeys: count(tally, 'genKeys'),
    },
  };
}
