import { describe, expect, test } from 'vitest';
import { isRuleId, ruleCatalogue } from '../../../src-main/simulator/chip/index.ts';
import { World } from './bench.ts';
import { allScenarios } from './scenarios/index.ts';

const rows = new Map(ruleCatalogue().map((row) => [row.id, row]));

describe('each rule of the catalogue', () => {
  for (const scenario of allScenarios) {
    const row = rows.get(scenario.rule);
    const cited = `${scenario.rule} (${row?.page} ${row?.section}, ${row?.status}): ${scenario.name}`;
    test(cited, () => {
      scenario.run(new World());
    });
    test(`${scenario.rule} left out is noticed: ${scenario.name}`, () => {
      // An assertion must fail: a crash of the simulator would prove nothing.
      expect(() => scenario.run(new World([scenario.rule]))).toThrow(
        expect.objectContaining({ name: 'AssertionError' }),
      );
    });
  }

  test('has a scenario', () => {
    const tested = new Set(allScenarios.map(({ rule }) => rule));
    expect(
      ruleCatalogue()
        .filter(({ id }) => !tested.has(id))
        .map(({ id }) => id),
    ).toEqual([]);
  });

  test('cites a page and a section', () => {
    for (const row of ruleCatalogue()) {
      expect(row.page).toMatch(/^[a-z-]+\.md$/);
      expect(row.section).toMatch(/^\d+(\.\d+)?$/);
      expect(row.text.length).toBeGreaterThan(15);
    }
  });

  test('is found by its id only', () => {
    expect(isRuleId('packet.crc')).toBe(true);
    expect(isRuleId('toString')).toBe(false);
  });
});
