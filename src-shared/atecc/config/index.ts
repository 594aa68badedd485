/** The configuration zone: model, tables, differences, linter, published images, image files, fill plan. */
export { counterMaximum, decodeCounter, encodeCounter } from './counter.ts';
export {
  type ConfigDifference,
  compareReadBack,
  type DifferenceSide,
  diffConfig,
  type ReadBack,
  type ReadBackTime,
  readBackBytes,
  writableBytes,
} from './diff.ts';
export { type ConfigField, configFields, type FieldAccess } from './fields.ts';
export { type Fill, type FilledBlock, type FillPlan, fillBlocks, fillPlan, plannedFault } from './fill-plan.ts';
export { formatConfigFile, parseConfigFile } from './image-file.ts';
export { type FindingId, findingDefinition, findingIds } from './lint/catalog.ts';
export type { FindingDefinition, FindingLanguage, FindingWords, PartRule, Severity } from './lint/definition.ts';
export {
  type Finding,
  type FindingFacts,
  type FindingValues,
  findingLine,
  findingWords,
  type Remedy,
} from './lint/finding.ts';
export { fittingParts, hasErrors, lintConfig, unfitRules } from './lint/lint.ts';
export { type KeyReliance, keyReliances, type Reliance } from './lint/relations.ts';
export { type LintContext, type LintKit, type PlannedData, usualLayout } from './lint/subject.ts';
export {
  type Atecc508Config,
  type Atecc608Config,
  type ChipIdentity,
  type ConfigZone,
  type CounterField,
  clockDivider,
  decodeConfig,
  encodeConfig,
  isSlotLocked,
  keyConfigOffset,
  slotConfigOffset,
  slotOf,
  type X509Format,
} from './model.ts';
export {
  type ConfigPreset,
  configPreset,
  configPresets,
  defaultImage,
  defaultPresets,
  type PresetId,
  presetImage,
} from './presets.ts';
export { type ConfigRow, type ConfigTable, configTable, renderConfig, type SlotRow } from './print.ts';
export {
  type DeriveRule,
  decodeKeyConfig,
  decodeSlotConfig,
  encodeKeyConfig,
  encodeSlotConfig,
  type KeyConfig,
  keyTypes,
  type ReadRule,
  type Slot,
  type SlotConfig,
  type SlotUse,
  slotUse,
  type WriteRule,
} from './slot.ts';
export { type SlotWords, slotWords } from './wording.ts';
