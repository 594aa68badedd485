/** `error` stops pre-flight; `warning` is shown before a plan is released; `note` is worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

/** The rules on which image fits which part (config-zone.md 7.9). */
export type PartRule = 'F1' | 'F2' | 'F3' | 'F4' | 'F5' | 'F6' | 'F7' | 'F8' | 'F9';

/** Languages in which a finding can be said. */
export type FindingLanguage = 'en' | 'de';

/** Title, and the consequence in one sentence; `{name}` stands for a value of the finding. */
export type FindingWords = readonly [title: string, consequence: string];

/** What is fixed about a kind of finding. */
export interface FindingDefinition extends Readonly<Record<FindingLanguage, FindingWords>> {
  readonly severity: Severity;
  readonly rule?: PartRule;
}

/** Keeps the ids as a literal type, so that a rule cannot report what has no words. */
export function defineFindings<Id extends string>(
  definitions: Readonly<Record<Id, FindingDefinition>>,
): Readonly<Record<Id, FindingDefinition>> {
  return definitions;
}
