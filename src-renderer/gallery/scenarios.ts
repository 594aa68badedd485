import { deskScenarios } from './desk-scenarios.ts';
import { lineScenarios } from './line-scenarios.ts';
import type { AnyScenario } from './scenario.ts';

/** Every picture of the gallery by the name in its address. */
export const scenarios: Readonly<Record<string, AnyScenario>> = { ...lineScenarios, ...deskScenarios };
