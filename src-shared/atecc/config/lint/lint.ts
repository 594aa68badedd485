import type { Part } from '../../command.ts';
import type { PartRule, Severity } from './definition.ts';
import { type Finding, makeFinding, type Report } from './finding.ts';
import { device } from './rules/device.ts';
import { identity } from './rules/identity.ts';
import { partFit } from './rules/part-fit.ts';
import { privateKeys } from './rules/private-keys.ts';
import { secrets } from './rules/secrets.ts';
import { type LintContext, lintSubject, type Subject } from './subject.ts';

const rules: readonly ((subject: Subject, report: Report) => void)[] = [
  partFit,
  device,
  privateKeys,
  secrets,
  identity,
];

const severityOrder: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/**
 * Everything the linter has to say about an image on a part, under what is known of the plan and the kit: errors first,
 * then by the first byte concerned. An error stops pre-flight (config-zone.md 7.9, provisioning-recipes.md 1).
 * RangeError when the image has not 128 bytes or the context names a slot outside 0..15.
 */
export function lintConfig(image: Uint8Array, part: Part, context: LintContext = {}): readonly Finding[] {
  const subject = lintSubject(image, part, context);
  const findings: Finding[] = [];
  for (const rule of rules) rule(subject, (id, facts) => findings.push(makeFinding(id, facts)));
  return findings
    .map((finding, index) => ({ finding, index }))
    .sort(
      (a, b) =>
        severityOrder[a.finding.severity] - severityOrder[b.finding.severity] ||
        (a.finding.bytes[0] ?? 128) - (b.finding.bytes[0] ?? 128) ||
        a.index - b.index,
    )
    .map(({ finding }) => finding);
}

/** Whether anything among the findings stops pre-flight. */
export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}

/** The rules F1 to F9 that refuse this image on this part, in order; empty = it fits. */
export function unfitRules(image: Uint8Array, part: Part): readonly PartRule[] {
  const refused = new Set<PartRule>();
  const subject = lintSubject(image, part, {});
  partFit(subject, (id, facts) => {
    const { rule, severity } = makeFinding(id, facts);
    if (rule !== undefined && severity === 'error') refused.add(rule);
  });
  return [...refused].sort();
}

/** The parts an image fits (F1 to F9), for who opens a file without saying which part it is for. */
export function fittingParts(image: Uint8Array): readonly Part[] {
  const parts: readonly Part[] = ['ATECC508A', 'ATECC608'];
  return parts.filter((part) => unfitRules(image, part).length === 0);
}
