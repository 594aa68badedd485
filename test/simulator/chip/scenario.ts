import type { RuleId } from '../../../src-main/simulator/chip/index.ts';
import type { World } from './bench.ts';

/**
 * One rule, put to the test. `run` passes with the rule in force and must fail when the world leaves the rule out:
 * rules.test.ts does both, so that no scenario can pass for nothing.
 */
export interface Scenario {
  readonly rule: RuleId;
  /** What is asked and what must come of it. */
  readonly name: string;
  run(world: World): void;
}

/** A scenario of a rule. */
export function scenario(rule: RuleId, name: string, run: (world: World) => void): Scenario {
  return { rule, name, run };
}
