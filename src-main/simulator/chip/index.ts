/** What the rest of the simulator and the tests use of the chip. */
export {
  type Chip,
  type ChipCounters,
  type ChipInspection,
  type ChipOptions,
  createChip,
  restoreChip,
} from './chip.ts';
export type { ArmedFaults, ChipEvent, Defect, Tally } from './core.ts';
export type { PowerCut, TornPattern } from './cut.ts';
export { type ChipModel, factoryImage } from './images.ts';
export { type RandomSource, scriptedRandom, seededRandom, systemRandom } from './random-source.ts';
export { type CatalogueRow, isRuleId, type RuleId, ruleCatalogue } from './rules/catalogue.ts';
export type { RuleStatus } from './rules/rule.ts';
export { type ChipSnapshot, parseSnapshot } from './snapshot.ts';
export { defaultSwitches, type Switches } from './switches.ts';
export type { TimingModel } from './timing.ts';
export { createPlantedChip, createVariant, type PlantedChip, type Variant } from './variants.ts';
