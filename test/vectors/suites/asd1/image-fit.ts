/** Config image and part -> the rules F1..F9 that refuse it (config-zone.md 7.9). */
import type { Part } from '../../../../src-shared/atecc/command.ts';
import { hasErrors, lintConfig, unfitRules } from '../../../../src-shared/atecc/config/index.ts';
import { BadVector, bytesOf, compareAll, type Fields, textOf } from '../../fields.ts';
import { type Judge, wrong } from '../../judge.ts';

function partOf(fields: Fields): Part {
  const part = textOf(fields, 'part');
  if (part === 'ATECC508A' || part === 'ATECC608') return part;
  throw new BadVector(`part ${part} is not known`);
}

export const judge: Judge = (testCase) => {
  const config = bytesOf(testCase.in, 'config');
  const part = partOf(testCase.in);
  const rules = unfitRules(config, part);
  // An image that a rule refuses must stop pre-flight, which looks at the linter as a whole.
  if (rules.length > 0 && !hasErrors(lintConfig(config, part))) return wrong('the linter as a whole lets it pass');
  return compareAll(testCase.out, { error_rules: rules });
};
