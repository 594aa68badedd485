import { type FindingId, findingDefinition } from './catalog.ts';
import type { FindingLanguage, PartRule, Severity } from './definition.ts';

/** What would make a finding go away, as something a screen can apply. */
export type Remedy =
  /** Add these slots to the plan's slot locks. */
  | { readonly kind: 'lock-slots'; readonly slots: readonly number[] }
  /** Change these bytes of the image. */
  | { readonly kind: 'set-bytes'; readonly changes: readonly { readonly offset: number; readonly value: number }[] }
  /** Plan content for these slots. */
  | { readonly kind: 'plan-data'; readonly slots: readonly number[] };

/** Values that a finding's words name. */
export type FindingValues = Readonly<Record<string, string | number>>;

/** One thing that is wrong with, or worth knowing of, an image under a plan. */
export interface Finding {
  readonly id: FindingId;
  /** Rule of config-zone.md 7.9 that it belongs to. */
  readonly rule?: PartRule;
  readonly severity: Severity;
  /** Offsets of the configuration zone concerned, ascending. */
  readonly bytes: readonly number[];
  readonly slot?: number;
  readonly values: FindingValues;
  /** English; other languages through `findingWords`. */
  readonly title: string;
  /** English, one sentence. */
  readonly consequence: string;
  readonly remedy?: Remedy;
}

/** Particulars of a finding as a rule knows them. */
export interface FindingFacts {
  readonly bytes: readonly number[];
  readonly slot?: number;
  readonly values?: FindingValues;
  readonly remedy?: Remedy;
}

/** How a rule reports. */
export type Report = (id: FindingId, facts: FindingFacts) => void;

/** A finding made of its kind and particulars. `{slot}` in its words is the slot unless the values say otherwise. */
export function makeFinding(id: FindingId, facts: FindingFacts): Finding {
  const { severity, rule } = findingDefinition(id);
  const values: FindingValues = { ...(facts.slot === undefined ? {} : { slot: facts.slot }), ...facts.values };
  const words = fillIn(id, values, 'en');
  return {
    id,
    ...(rule === undefined ? {} : { rule }),
    severity,
    bytes: [...new Set(facts.bytes)].sort((a, b) => a - b),
    ...(facts.slot === undefined ? {} : { slot: facts.slot }),
    values,
    ...words,
    ...(facts.remedy === undefined ? {} : { remedy: facts.remedy }),
  };
}

/** Title and consequence of a finding in a language. */
export function findingWords(finding: Finding, language: FindingLanguage): { title: string; consequence: string } {
  return fillIn(finding.id, finding.values, language);
}

/** A finding as one line of plain English text: severity, kind, bytes, title, consequence. */
export function findingLine({ severity, id, bytes, title, consequence }: Finding): string {
  const where = bytes.length === 0 ? '' : ` (${bytes.length === 1 ? 'byte' : 'bytes'} ${ranges(bytes)})`;
  return `${severity} ${id}${where}: ${title}. ${consequence}`;
}

/** "68-69, 71" for ascending offsets. */
function ranges(offsets: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const offset of offsets) {
    const run = runs.at(-1);
    if (run !== undefined && offset === run.last + 1) run.last = offset;
    else runs.push({ first: offset, last: offset });
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}

function fillIn(
  id: FindingId,
  values: FindingValues,
  language: FindingLanguage,
): { title: string; consequence: string } {
  const [title, consequence] = findingDefinition(id)[language];
  const put = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new RangeError(`finding ${id} does not say ${name}`);
      return String(value);
    });
  return { title: put(title), consequence: put(consequence) };
}
