import { JsonReader } from './json-reader.ts';
import type { KitOptions, LegacyName, ModernDevice, ModernHabits } from './kits/kit.ts';

/** What of a board survives without power; chips as their own snapshots. */
export interface BoardState {
  readonly kit: KitOptions;
  readonly chips: readonly unknown[];
  /** Chips that were taken out or swapped away: nothing that a run did to them is lost. */
  readonly aside: readonly unknown[];
}

const FORMAT = 'signet-simulated-board';
const VERSION = 1;

/** The file's text: JSON with a version, one member a line as far as that helps a reader. */
export function writeBoardState(state: BoardState): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...state }, undefined, 1)}\n`;
}

/** A state file's text, read field by field; the chips are checked by who restores them. Throws SimulatorError. */
export function parseBoardState(text: string, name: string): BoardState {
  const file = JsonReader.parse(text, name);
  file.field('format').oneOf(FORMAT);
  file.field('version').integer(VERSION, VERSION);
  file.only('format', 'version', 'kit', 'chips', 'aside');
  return {
    kit: parseKit(file.field('kit')),
    chips: file
      .field('chips')
      .items()
      .map((chip) => chip.raw),
    aside: file.optional('aside', (aside) => aside.items().map((chip) => chip.raw)) ?? [],
  };
}

function parseKit(kit: JsonReader): KitOptions {
  const dialect = kit.field('dialect').oneOf('legacy', 'd21', 'modern', 'signet');
  if (dialect === 'd21' || dialect === 'signet') {
    kit.only('dialect');
    return { dialect };
  }
  if (dialect === 'legacy') {
    kit.only('dialect', 'name', 'moduleNumber');
    const name = kit.optional('name', (reader) => reader.oneOf(...legacyNames));
    const moduleNumber = kit.optional('moduleNumber', (reader) => reader.integer(0, 255));
    return {
      dialect,
      ...(name === undefined ? {} : { name }),
      ...(moduleNumber === undefined ? {} : { moduleNumber }),
    };
  }
  kit.only('dialect', 'habits', 'devices');
  const habits = kit.optional('habits', parseHabits);
  const devices = kit.optional('devices', (list) => list.items().map(parseDevice));
  return { dialect, ...(habits === undefined ? {} : { habits }), ...(devices === undefined ? {} : { devices }) };
}

const legacyNames: readonly LegacyName[] = ['AT88CK590', 'AT88CK490', 'AT88CKECCROOT', 'AT88CKECCSIGNER'];

function parseHabits(habits: JsonReader): ModernHabits {
  habits.only('failures', 'deviceErrors', 'emptyIndex', 'stubs');
  return {
    failures: habits.field('failures').oneOf('negative', 'two-digits'),
    deviceErrors: habits.field('deviceErrors').oneOf('dropped', 'forwarded'),
    emptyIndex: habits.field('emptyIndex').oneOf('failure', 'no-device'),
    stubs: habits.field('stubs').oneOf('buffer', 'unknown'),
  };
}

function parseDevice(device: JsonReader): ModernDevice {
  device.only('name', 'bus', 'address');
  return {
    name: device.field('name').string(),
    bus: device.field('bus').oneOf('TWI', 'SWI', 'SPI'),
    address: device.field('address').integer(0, 255),
  };
}
