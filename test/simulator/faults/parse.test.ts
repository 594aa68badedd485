import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SimulatorError } from '../../../src-main/simulator/errors.ts';
import { parseFaults } from '../../../src-main/simulator/faults/parse.ts';

function file(...faults: readonly unknown[]): string {
  return JSON.stringify({ format: 'signet-faults', version: 1, faults });
}

function complaint(text: string): string {
  try {
    parseFaults(text, 'f.json');
  } catch (error) {
    if (error instanceof SimulatorError) return error.message;
    throw error;
  }
  return 'accepted';
}

const at = { packet: 1 };

describe('fault files', () => {
  it('reads points and defaults', () => {
    const script = parseFaults(
      file(
        { at: { packet: 3 }, do: 'nack' },
        { at: { opcode: 'GenKey', p1: '04', p2: '0003', address: 'C0', occurrence: 2 }, times: 0, do: 'drop-answer' },
        { at: { opcode: '77' }, do: 'delay', ms: 2000 },
        { at: { line: 9 }, do: 'silent' },
        { at: { lineStartsWith: 'e:s' }, do: 'echo' },
        { at: { connection: 1 }, do: 'garbage', text: 'Hi\n' },
        { at: { chance: 0.5, of: 'packet', opcode: 'Read' }, do: 'corrupt-answer' },
      ),
    );
    expect(script.seed).toBe(1);
    expect(script.faults.map(({ at: point, times }) => [point, times])).toEqual([
      [{ on: 'packet', filter: {}, from: 3 }, 1],
      [{ on: 'packet', filter: { opcode: 0x40, p1: 4, p2: 3, address: 0xc0 }, from: 2 }, Number.POSITIVE_INFINITY],
      [{ on: 'packet', filter: { opcode: 0x77 }, from: 1 }, 1],
      [{ on: 'line', filter: {}, from: 9 }, 1],
      [{ on: 'line', filter: { startsWith: 'e:s' }, from: 1 }, 1],
      [{ on: 'connection', from: 1 }, 1],
      [{ on: 'packet-chance', filter: { opcode: 2 }, probability: 0.5 }, Number.POSITIVE_INFINITY],
    ]);
  });

  it.each([
    ['not JSON', '{', /^f\.json is not JSON: /],
    [
      'another format',
      JSON.stringify({ format: 'x', version: 1, faults: [] }),
      /^f\.json\.format: must be one of signet-faults, not "x"/,
    ],
    [
      'a later version',
      JSON.stringify({ format: 'signet-faults', version: 2, faults: [] }),
      /^f\.json\.version: must be between 1 and 1, not 2/,
    ],
    [
      'no list',
      JSON.stringify({ format: 'signet-faults', version: 1, faults: {} }),
      /^f\.json\.faults: must be a list/,
    ],
    [
      'an unknown fault',
      file({ at, do: 'explode' }),
      /^f\.json\.faults\[0\]\.do: "explode" is no fault \(known: drop-command, /,
    ],
    [
      'a fault in the wrong place',
      file({ at: { line: 1 }, do: 'nack' }),
      /"nack" cannot strike at a line \(only at a packet\)/,
    ],
    [
      'a misspelt field',
      file({ at, do: 'delay', milliseconds: 3 }),
      /"milliseconds" is not known here|"ms" is missing/,
    ],
    ['a field of another fault', file({ at, do: 'nack', ms: 3 }), /"ms" is not known here/],
    ['no place', file({ at: {}, do: 'nack' }), /^f\.json\.faults\[0\]\.at: needs one of packet/],
    ['packet zero', file({ at: { packet: 0 }, do: 'nack' }), /\.at\.packet: must be between 1 and/],
    ['half a packet', file({ at: { packet: 1.5 }, do: 'nack' }), /must be a whole number/],
    ['a mnemonic that is none', file({ at: { opcode: 'Erase' }, do: 'nack' }), /must be 2 hex digits, not "Erase"/],
    ['torn words without during', file({ at, do: 'power-cut', newWords: '0001' }), /"newWords" needs "when": "during"/],
    [
      'an offset beyond the slot',
      file({ at, do: 'bit-rot', zone: 'data', slot: 3, offset: 36 }),
      /must be between 0 and 35/,
    ],
    [
      'a slot of the config zone',
      file({ at, do: 'bit-rot', zone: 'config', slot: 3, offset: 0 }),
      /"slot" belongs to the data zone/,
    ],
    ['garbage of two kinds', file({ at: { line: 1 }, do: 'garbage', text: 'x', hex: '00' }), /either "text" or "hex"/],
    ['odd hex', file({ at: { line: 1 }, do: 'garbage', hex: '0' }), /must be hex digits, two a byte/],
    ['certainty above one', file({ at: { chance: 2, of: 'line' }, do: 'echo' }), /must be between 0 and 1, not 2/],
  ])('refuses %s', (_what, text, expected) => {
    expect(complaint(text)).toMatch(expected);
  });

  it('accepts what its README shows, and the README names every fault', () => {
    const readme = readFileSync(new URL('../../../src-main/simulator/faults/README.md', import.meta.url), 'utf8');
    const example = /```json\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    expect(parseFaults(example).faults).toHaveLength(3);
    const known = /known: ([^)]*)\)/.exec(complaint(file({ at, do: '?' })))?.[1]?.split(', ') ?? [];
    expect(known.length).toBeGreaterThan(20);
    for (const name of known) expect(readme).toContain(`\`${name}\``);
  });
});
