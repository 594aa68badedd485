import type { FindingDefinition } from './definition.ts';
import { deviceFindings } from './texts/device.ts';
import { identityFindings } from './texts/identity.ts';
import { keyFindings } from './texts/keys.ts';
import { partFitFindings } from './texts/part-fit.ts';

const catalog = { ...partFitFindings, ...deviceFindings, ...keyFindings, ...identityFindings } as const;

/** Name of a kind of finding; never used for another meaning again. */
export type FindingId = keyof typeof catalog;

const isFindingId = (id: string): id is FindingId => Object.hasOwn(catalog, id);

/** Every kind of finding the linter knows. */
export const findingIds: readonly FindingId[] = Object.keys(catalog).filter(isFindingId);

/** Severity and words of a kind of finding. */
export function findingDefinition(id: FindingId): FindingDefinition {
  return catalog[id];
}
