import type { Command } from 'commander';
import { SignetError } from '../../../src-shared/base/error.ts';

/** Options as people type them, parsed; every one throws OPTION_INVALID and says which option it was. */

/** For options that may be given several times. */
export const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** "127.0.0.1:4000", "[::1]:4000", "localhost:0". */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const at = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(0, at)).replace(/^\[|\]$/g, '');
  const port = /^\d{1,5}$/.test(text.slice(at + 1)) ? Number(text.slice(at + 1)) : Number.NaN;
  if (host === '' || !(port <= 65_535))
    throw new SignetError('OPTION_INVALID', `"${text}" in --listen is not of the form HOST:PORT.`, { given: text });
  return { host, port };
}

/** "508" or "608", also with the family's name; undefined when nothing was typed. */
export function parsePart(text: string | undefined): 'ATECC508A' | 'ATECC608' | undefined {
  if (text === undefined) return undefined;
  const part = /^(?:ATECC)?(508|608)[AB]?$/i.exec(text)?.[1];
  if (part === undefined) throw new SignetError('OPTION_INVALID', `"${text}" in --part is neither 508 nor 608.`);
  return part === '508' ? 'ATECC508A' : 'ATECC608';
}

/** "10,11,12"; undefined when nothing was typed. */
export function parseSlots(text: string | undefined): readonly number[] | undefined {
  return text
    ?.split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const slot = /^\s*\d{1,2}\s*$/.test(part) ? Number(part) : Number.NaN;
      if (!(slot >= 0 && slot <= 15))
        throw new SignetError('OPTION_INVALID', `"${part.trim()}" in --lock-slots is no slot (0 to 15).`);
      return slot;
    });
}

/** What a plan file says itself, by option and by its value's name. `--certinfo`, which scripts always give, is not meant against it. */
const partsOfPlan = [
  ['--config', 'config'],
  ['--lock-slots', 'lockSlots'],
  ['--data', 'data'],
  ['--data-lock', 'dataLock'],
  ['--no-validate', 'validate'],
  ['--device-definition', 'deviceDefinition'],
  ['--signer-definition', 'signerDefinition'],
] as const;

/** Refuses options that were typed beside `--plan`, which would mean nothing there: whoever typed them meant something. */
export function refuseBesidePlan(command: Command): void {
  if (command.getOptionValueSource('plan') !== 'cli') return;
  const typed = partsOfPlan
    .filter(([, name]) => command.getOptionValueSource(name) === 'cli')
    .map(([option]) => option);
  if (typed.length > 0)
    throw new SignetError(
      'OPTION_INVALID',
      `A plan file says itself what ${typed.join(', ')} would: leave one or the other out.`,
    );
}

/** How the data zone is locked: with the check sum of what was written, or without (the note's way). */
export function parseDataLock(text: string): 'fill+crc' | 'no-crc' {
  if (text === 'fill+crc' || text === 'no-crc') return text;
  throw new SignetError('OPTION_INVALID', `"${text}" in --data-lock is neither fill+crc nor no-crc.`);
}

/** A whole number from `least` to `most`; undefined when nothing was typed. */
export function parseNumber(
  option: string,
  text: string | undefined,
  what: string,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new SignetError('OPTION_INVALID', `"${text}" in ${option} is no ${what} (${least} to ${most}).`);
}

/** The options that are there, without those that are not: what `exactOptionalPropertyTypes` asks for. */
export function given<T extends Readonly<Record<string, unknown>>>(
  options: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const name in options) {
    const value = options[name];
    if (isThere(value)) there[name] = value;
  }
  return there;
}

function isThere<V>(value: V): value is Exclude<V, undefined> {
  return value !== undefined;
}
