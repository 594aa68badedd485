import { readU16le, sliceExact, toHex } from '../../base/bytes.ts';
import type { Part } from '../command.ts';
import { hex16 } from './bits.ts';
import { configFields, type FieldAccess } from './fields.ts';
import {
  type ConfigZone,
  decodeConfig,
  encodeConfig,
  isSlotLocked,
  keyConfigOffset,
  slotConfigOffset,
} from './model.ts';
import { type SlotUse, slotUse } from './slot.ts';
import { slotWords } from './wording.ts';

/** One field outside the slots, as a table row. */
export interface ConfigRow {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly access: FieldAccess;
  /** Upper-case hex of the field's bytes. */
  readonly hex: string;
  readonly meaning: string;
}

/** One slot as a table row; `decoded` has the same facts for who words them in another language. */
export interface SlotRow {
  readonly slot: number;
  /** "208F": SlotConfig as a number, most significant digit first. */
  readonly slotConfig: string;
  readonly keyConfig: string;
  readonly kind: string;
  readonly use: string;
  readonly write: string;
  readonly flags: string;
  readonly locked: boolean;
  readonly decoded: SlotUse;
}

/** The whole zone as two tables. */
export interface ConfigTable {
  readonly part: Part;
  readonly fields: readonly ConfigRow[];
  readonly slots: readonly SlotRow[];
}

/** Rows for `config show` and the Plan screen. */
export function configTable(config: ConfigZone): ConfigTable {
  const bytes = encodeConfig(config);
  const fields = configFields(config.part)
    .filter((field) => field.slot === undefined)
    .map(({ name, offset, length, access, describe }) => ({
      name,
      offset,
      length,
      access,
      hex: toHex(sliceExact(bytes, offset, length)),
      meaning: describe(config),
    }));
  const slots = config.slots.map((slot) => ({
    slot: slot.number,
    slotConfig: hex16(readU16le(bytes, slotConfigOffset(slot.number))),
    keyConfig: hex16(readU16le(bytes, keyConfigOffset(slot.number))),
    ...slotWords(slot, config.part),
    locked: isSlotLocked(config, slot.number),
    decoded: slotUse(slot),
  }));
  return { part: config.part, fields, slots };
}

/** The zone as plain text, two tables with aligned columns; lines end in LF. RangeError unless 128 bytes. */
export function renderConfig(image: Uint8Array, part: Part): string {
  const table = configTable(decodeConfig(image, part));
  const fields = table.fields.map((row) => [
    row.length === 1 ? `${row.offset}` : `${row.offset}-${row.offset + row.length - 1}`,
    row.name,
    row.hex,
    row.meaning,
  ]);
  const slots = table.slots.map((row) => [
    `${row.slot}`,
    row.slotConfig,
    row.keyConfig,
    row.kind,
    row.use,
    row.write,
    row.locked ? `${row.flags === '' ? '' : `${row.flags}, `}locked` : row.flags,
  ]);
  return [
    `${part} configuration zone`,
    '',
    ...columns([['bytes', 'field', 'hex', 'meaning'], ...fields]),
    '',
    ...columns([['slot', 'SlotConfig', 'KeyConfig', 'holds', 'use', 'write after lock', 'flags'], ...slots]),
    '',
  ].join('\n');
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
