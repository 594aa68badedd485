import type { Scenario } from '../scenario.ts';
import { busScenarios } from './bus.ts';
import { keyScenarios } from './keys.ts';
import { memoryScenarios } from './memory.ts';
import { part608Scenarios } from './part608.ts';
import { publicKeyScenarios } from './public-keys.ts';
import { secretScenarios } from './secrets.ts';

/** Every scenario of every rule. */
export const allScenarios: readonly Scenario[] = [
  ...busScenarios,
  ...memoryScenarios,
  ...keyScenarios,
  ...publicKeyScenarios,
  ...secretScenarios,
  ...part608Scenarios,
];
