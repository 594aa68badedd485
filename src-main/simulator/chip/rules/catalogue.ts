import { busRules } from './bus.ts';
import { keyRules } from './keys.ts';
import { memoryRules } from './memory.ts';
import type { Rule } from './rule.ts';
import { secretRules } from './secrets.ts';

const rules = { ...busRules, ...memoryRules, ...keyRules, ...secretRules };

/** Name of a rule, as `options.rules.disabled` and the tests use it. */
export type RuleId = keyof typeof rules;

/** One row of the catalogue. */
export interface CatalogueRow extends Rule {
  readonly id: RuleId;
}

/** Every rule of the chip with its citation and status, in the order of the files. */
export function ruleCatalogue(): readonly CatalogueRow[] {
  return (Object.keys(rules) as RuleId[]).map((id) => ({ id, ...rules[id] }));
}

/** Whether a text is the id of a rule. */
export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(rules, text);
}
