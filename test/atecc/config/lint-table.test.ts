import { describe, expect, it } from 'vitest';
import type { Part } from '../../../src-shared/atecc/command.ts';
import {
  configPresets,
  type Finding,
  hasErrors,
  lintConfig,
  presetImage,
  unfitRules,
} from '../../../src-shared/atecc/config/index.ts';
import { expectedFindings, notePlan, refusedOnOtherPart, signerPlan } from './expected-findings.ts';

function line({ severity, id, slot, remedy }: Finding): string {
  const lock = remedy?.kind === 'lock-slots' ? ` lock ${remedy.slots.join(' ')}` : '';
  return `${severity} ${id}${slot === undefined ? '' : ` ${slot}`}${lock}`;
}

const other: Readonly<Record<Part, Part>> = { ATECC508A: 'ATECC608', ATECC608: 'ATECC508A' };

describe('published images', () => {
  it.each(configPresets)('$id on its own part: no error, and exactly the reviewed findings', ({ id, part }) => {
    const findings = lintConfig(presetImage(id), part, id === 'asd1-signer' ? signerPlan : notePlan);
    expect(findings.map(line)).toEqual(expectedFindings[id]);
    expect(hasErrors(findings)).toBe(false);
    expect(unfitRules(presetImage(id), part)).toEqual([]);
  });

  it.each(configPresets)('$id on the other part: refused by the rules of the page', ({ id, part }) => {
    const image = presetImage(id);
    expect(unfitRules(image, other[part])).toEqual(refusedOnOtherPart[id]);
    const errors = lintConfig(image, other[part], notePlan).filter((finding) => finding.severity === 'error');
    expect([...new Set(errors.flatMap((finding) => finding.rule ?? []))].sort()).toEqual(refusedOnOtherPart[id]);
  });

  it('the default of the 508A on a 608 is refused with its reasons and bytes, one by one', () => {
    const errors = lintConfig(presetImage('provisioning-2015'), 'ATECC608').filter(
      (finding) => finding.severity === 'error',
    );
    expect(errors.map((finding) => [finding.id, finding.bytes])).toEqual([
      ['F1-count-match-reserved', [18]],
      ['F3-use-lock-filler', [68]],
      ['F4-volatile-reserved', [69]],
      ['F5-secure-boot-reserved', [70, 71]],
      ['F6-kdf-iv-filler', [72, 73, 74]],
      ['F7-reserved', [75, 76, 77, 78, 79, 80, 81, 82, 83]],
    ]);
    expect(errors[0]?.title).toContain('AA');
  });

  it('the 608 test image on a 508A: the wrong bytes are named', () => {
    const errors = lintConfig(presetImage('library-test-608'), 'ATECC508A').filter(
      (finding) => finding.severity === 'error',
    );
    expect(errors.map((finding) => [finding.id, finding.bytes])).toEqual([
      ['F1-otp-mode', [18]],
      ['F7-last-key-use', [69, 71, 72, 73, 74]],
      ['F8-reserved', [90, 91]],
      ['F9-key-type', [106, 107]],
      ['F9-key-type', [116, 117]],
    ]);
  });

  it('the default of the 608 on a 508A: besides F1 a finding on bit 0 of ChipMode', () => {
    const findings = lintConfig(presetImage('standard-tls-608'), 'ATECC508A');
    expect(findings.filter((finding) => finding.rule === 'F2').map((finding) => finding.id)).toEqual([
      'F2-selector-once',
    ]);
  });
});
