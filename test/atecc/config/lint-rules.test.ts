import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Finding,
  findingDefinition,
  findingIds,
  findingLine,
  findingWords,
  fittingParts,
  hasErrors,
  type LintContext,
  lintConfig,
  presetImage,
  usualLayout,
} from '../../../src-shared/atecc/config/index.ts';
import { lintCases } from './lint-cases.ts';
import type { Setup } from './lint-setup.ts';
import { defaultWith, type Patch, patched, slotPatch } from './patch.ts';

const lint = ({ part, patch, context }: Setup): readonly Finding[] =>
  lintConfig(defaultWith(part, patch), part, context);
const found = (setup: Setup, id: string): readonly Finding[] => lint(setup).filter((finding) => finding.id === id);
const lint508 = (patch: Patch, context: LintContext = {}): readonly Finding[] =>
  lintConfig(defaultWith('ATECC508A', patch), 'ATECC508A', context);
const lint608 = (patch: Patch, context: LintContext = {}): readonly Finding[] =>
  lintConfig(defaultWith('ATECC608', patch), 'ATECC608', context);
const ids = (findings: readonly Finding[]): string[] => findings.map((finding) => finding.id);

/** The image and context after a remedy was applied. */
function remedied(
  image: Uint8Array,
  context: LintContext,
  finding: Finding,
): { image: Uint8Array; context: LintContext } {
  const { remedy } = finding;
  switch (remedy?.kind) {
    case 'lock-slots':
      return { image, context: { ...context, slotsToLock: [...(context.slotsToLock ?? []), ...remedy.slots] } };
    case 'set-bytes':
      return {
        image: patched(image, Object.fromEntries(remedy.changes.map((change) => [change.offset, change.value]))),
        context,
      };
    case 'plan-data':
      return {
        image,
        context: {
          ...context,
          plannedData: [...(context.plannedData ?? []), ...remedy.slots.map((slot) => ({ slot, length: 32 }))],
        },
      };
    case undefined:
      throw new Error('no remedy');
  }
}

describe('every kind of finding', () => {
  it.each(findingIds)('%s: found in its trigger image, with its bytes and slot; not in its clean image', (id) => {
    const { severity, trigger, clean, bytes, slot } = lintCases[id];
    const finding = found(trigger, id)[0];
    expect(finding, 'trigger').toBeDefined();
    expect(finding?.severity).toBe(severity);
    expect(finding?.bytes).toEqual(bytes);
    expect(finding?.slot).toBe(slot);
    expect(found(clean, id), 'clean').toEqual([]);
  });

  it.each(findingIds)('%s: has a title, one sentence of consequence and both languages', (id) => {
    const finding = found(lintCases[id].trigger, id)[0];
    if (finding === undefined) throw new Error('not triggered');
    for (const language of ['en', 'de'] as const) {
      const { title, consequence } = findingWords(finding, language);
      expect(title).not.toMatch(/[{}]|\.$/);
      expect(consequence).toMatch(/\.$/);
      expect(consequence).not.toMatch(/[{}]|[.!?] [A-Z]/);
    }
    expect(findingWords(finding, 'en')).toEqual({ title: finding.title, consequence: finding.consequence });
    expect(findingWords(finding, 'de').title).not.toBe(finding.title);
  });

  it('remedies: the one that is offered makes the finding go away', () => {
    let tried = 0;
    for (const id of findingIds) {
      const { part, patch, context } = lintCases[id].trigger;
      const image = defaultWith(part, patch);
      for (const finding of lintConfig(image, part, context)) {
        if (finding.remedy === undefined) continue;
        const after = remedied(image, context, finding);
        const left = lintConfig(after.image, part, after.context).filter(
          (other) => other.id === finding.id && other.slot === finding.slot,
        );
        expect(
          left.filter((other) => other.bytes.join() === finding.bytes.join()),
          `${id}: ${finding.id} ${finding.slot}`,
        ).toEqual([]);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(40);
  });

  it('there are more than 25 of them and every rule F1 to F9 has an error', () => {
    expect(findingIds.length).toBeGreaterThan(25);
    const refusing = findingIds.map(findingDefinition).filter((definition) => definition.severity === 'error');
    expect(new Set(refusing.flatMap((definition) => definition.rule ?? []))).toEqual(
      new Set(['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9']),
    );
  });
});

describe('particulars', () => {
  it('the default image offers one click that locks what an identity needs', () => {
    const open = lint508({}, usualLayout).find((finding) => finding.id === 'identity-open');
    expect(open?.remedy).toEqual({ kind: 'lock-slots', slots: [0, 10, 11, 12] });
    const partly = lint508({}, { ...usualLayout, slotsToLock: [10, 11, 12] }).find(
      (finding) => finding.id === 'identity-open',
    );
    expect(partly?.remedy).toEqual({ kind: 'lock-slots', slots: [0] });
  });

  it('a slot that is to be locked but is not lockable counts as open', () => {
    const findings = lint508({ 116: 0x1c }, { ...usualLayout, slotsToLock: [0, 10, 11, 12] });
    expect(ids(findings)).toContain('lock-not-lockable');
    expect(ids(findings)).toContain('identity-open-for-good');
  });

  it('the parent key stays a finding when it was planned but not locked', () => {
    const plannedOnly = lint508({}, { plannedData: [{ slot: 4, length: 32 }] });
    expect(plannedOnly.find((finding) => finding.id === 'parent-writable')?.remedy).toEqual({
      kind: 'lock-slots',
      slots: [4],
    });
    expect(ids(plannedOnly)).not.toContain('parent-unknown');
  });

  it('a parent that is open and not lockable is remedied in the image', () => {
    const finding = lint508({ 104: 0x1c }).find((entry) => entry.id === 'parent-writable');
    expect(finding?.remedy).toEqual({ kind: 'set-bytes', changes: [{ offset: 29, value: 0x8f }] });
  });

  it('reserved bits: ChipOptions and KeyConfig as well as byte 17', () => {
    expect(lint608({ 90: 0x10 }).find((finding) => finding.id === 'reserved-bits')?.bytes).toEqual([90]);
    const key = lint508({ 127: 0x20 }).find((finding) => finding.id === 'reserved-bits');
    expect(key?.bytes).toEqual([127]);
    expect(key?.slot).toBe(15);
  });

  it('byte 85 moves the chip when the 608 takes its address from there', () => {
    const findings = lint608({ 85: 0xb0 }, { addressInUse: 0xc0 }).filter((finding) => finding.id === 'address-change');
    expect(findings.map((finding) => finding.bytes)).toEqual([[19, 85]]);
    expect(ids(lint608({ 19: 0x00, 85: 0xb0 }, { addressInUse: 0xc0 }))).not.toContain('address-change');
  });

  it('the published image that changes the address is refused at C0 and accepted by a kit that was tried', () => {
    const image = presetImage('tls-default-2016');
    expect(hasErrors(lintConfig(image, 'ATECC508A', { addressInUse: 0xc0 }))).toBe(true);
    const kit = { dialect: 'modern', fixedWakeCheck: false, followsAddress: true } as const;
    expect(hasErrors(lintConfig(image, 'ATECC508A', { addressInUse: 0xc0, kit }))).toBe(false);
  });

  it('every way of relying on a readable key is found: read, write, PrivWrite, DeriveKey, authorisation, IO protection', () => {
    // Slot 13 is clear in both default images.
    const reliances: readonly [readonly Finding[], string][] = [
      [lint508(slotPatch(1, 0x8fcd, 0x001c)), '1'],
      [lint508(slotPatch(1, 0x4d8f, 0x001c)), '1'],
      [lint508(slotPatch(2, 0x6d87, 0x0013)), '2'],
      [lint508(slotPatch(1, 0x3d8f, 0x001c)), '1'],
      [lint508({ 100: 0x93, 101: 13 }), '2'],
      [lint608({ 90: 0x02, 91: 0xd0 }), 'ChipOptions'],
    ];
    for (const [findings, dependent] of reliances) {
      const readable = findings.find((finding) => finding.id === 'parent-readable' && finding.slot === 13);
      expect(readable?.values['slots']).toBe(dependent);
    }
  });

  it('an authorisation by a public key may be readable but not open', () => {
    const proof = { 100: 0x93, 101: 13, 122: 0x30 };
    expect(ids(lint508(proof))).not.toContain('parent-readable');
    expect(lint508(proof).some((finding) => finding.id === 'parent-writable' && finding.slot === 13)).toBe(true);
    expect(
      lint508(proof, { slotsToLock: [13] }).some((finding) => finding.id === 'parent-writable' && finding.slot === 13),
    ).toBe(false);
  });

  it('the authorising slot may not need an authorisation itself', () => {
    expect(ids(lint508({ 100: 0x93, 101: 5, 106: 0x9c, 107: 4 }))).toContain('authorisation-impossible');
  });

  it('the CheckMac copy of an even slot releases the next odd one', () => {
    const copy = lint508({ 100: 0x93, 101: 4, 30: 0x80 }).find((finding) => finding.id === 'authorisation-copy');
    expect(copy?.values['other']).toBe(5);
    expect(copy?.bytes).toEqual([30]);
  });

  it('a slot that the image locks: private keys and planned data count under no-crc too', () => {
    const context = { dataLock: 'no-crc', deviceKeySlot: 0, plannedData: [{ slot: 13, length: 4 }] } as const;
    const findings = lint508({ 88: 0xfa, 89: 0xdf }, context);
    const at = (id: string): (number | undefined)[] =>
      findings.filter((finding) => finding.id === id).map((finding) => finding.slot);
    expect(at('slot-locked-by-image')).toEqual([0, 13]);
    expect(at('slot-locked-empty')).toEqual([2]);
  });

  it('a locked private slot that is not the device key needs nothing, even under fill+crc', () => {
    const findings = lint508({ 88: 0xfb }, { deviceKeySlot: 0, dataLock: 'fill+crc' });
    expect(ids(findings)).toContain('slot-locked-empty');
    expect(ids(findings)).not.toContain('slot-locked-by-image');
  });

  it('a public key that is open while it is not validated is open', () => {
    const findings = lint508({ 41: 0x1f }, usualLayout).filter((finding) => finding.id === 'identity-open');
    expect(findings.map((finding) => finding.remedy)).toEqual([{ kind: 'lock-slots', slots: [0, 10, 11, 12] }]);
  });

  it('a key that only an authorisation can replace is not open to anyone', () => {
    const open = lint508({ 96: 0xb3, 97: 0x05 }, usualLayout).find((finding) => finding.id === 'identity-open');
    expect(open?.remedy).toEqual({ kind: 'lock-slots', slots: [10, 11, 12] });
  });

  it('CountMatch that is off but names a slot, or is on and names slot 0', () => {
    expect(ids(lint608({ 18: 0xa0 }))).not.toContain('F1-count-match-no-value');
    expect(ids(lint608({ 18: 0x01 }))).toContain('F1-count-match-no-value');
  });

  it('bit 0 of the address in use is not part of it', () => {
    expect(ids(lint508({}, { addressInUse: 0xc1 }))).not.toContain('address-change');
  });

  it('ECDH or KDF output protection makes the IO key slot a parent as well', () => {
    for (const high of [0xd1, 0xd4]) {
      const findings = lint608({ 91: high });
      expect(findings.some((finding) => finding.id === 'parent-readable' && finding.slot === 13)).toBe(true);
      expect(findings.some((finding) => finding.id === 'F8-output-protection' && finding.slot === 13)).toBe(true);
    }
    expect(ids(lint608({ 91: 0xd0 }))).not.toContain('parent-readable');
  });

  it('errors come first, then bytes ascend', () => {
    const findings = lint508({ 18: 0x00, 17: 0x01, 91: 0x01 }, usualLayout);
    const order = ['error', 'warning', 'note'];
    const ranks = findings.map((finding) => order.indexOf(finding.severity) * 1000 + (finding.bytes[0] ?? 128));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(findings[0]?.bytes).toEqual([17]);
  });

  it('a context that names a slot that is not there, or an image of another length, is a mistake of the caller', () => {
    expect(() => lint508({}, { slotsToLock: [16] })).toThrow(RangeError);
    expect(() => lint508({}, { deviceKeySlot: -1 })).toThrow(RangeError);
    expect(() => lintConfig(new Uint8Array(127), 'ATECC508A')).toThrow(RangeError);
  });

  it('an image of zeros fits no part', () => {
    expect(fittingParts(new Uint8Array(128))).toEqual([]);
    expect(fittingParts(presetImage('provisioning-2015'))).toEqual(['ATECC508A']);
    expect(fittingParts(presetImage('standard-tls-608'))).toEqual(['ATECC608']);
  });
});

describe('reserved bits', () => {
  const bits = (value: number): number[] => [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => ((value >> bit) & 1) === 1);
  it.each([
    ['F1-count-match-reserved', 'ATECC608', 18, 0x0e],
    ['F2-chip-mode', 'ATECC508A', 19, 0xf8],
    ['F4-volatile-reserved', 'ATECC608', 69, 0x70],
    ['F5-secure-boot-reserved', 'ATECC608', 70, 0xe4],
    ['F5-secure-boot-reserved', 'ATECC608', 71, 0x00],
    ['reserved-bits', 'ATECC608', 90, 0xf0],
    ['reserved-bits', 'ATECC608', 91, 0x00],
    ['reserved-bits', 'ATECC508A', 17, 0xff],
    ['reserved-bits', 'ATECC508A', 99, 0x20],
  ] as const)('%s: %s, byte %i, exactly bits %i', (id, part, offset, mask) => {
    const alarming = [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => {
      const findings = lintConfig(defaultWith(part, { [offset]: 1 << bit }), part);
      return findings.some((finding) => finding.id === id && finding.bytes.includes(offset));
    });
    expect(alarming).toEqual(bits(mask));
  });

  it('F1: AA and 55 only; F7: the nine values a count can leave; F9: 4 and 7, on the 608 also 6', () => {
    const values = (part: 'ATECC508A' | 'ATECC608', offset: number, id: string): number[] =>
      Array.from({ length: 256 }, (_, value) => value).filter((value) =>
        lintConfig(defaultWith(part, { [offset]: value }), part).every((finding) => finding.id !== id),
      );
    expect(values('ATECC508A', 18, 'F1-otp-mode')).toEqual([0x55, 0xaa]);
    for (const offset of [68, 75, 83]) {
      expect(values('ATECC508A', offset, 'F7-last-key-use')).toEqual([
        0x00, 0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff,
      ]);
    }
    for (const offset of [75, 83]) expect(values('ATECC608', offset, 'F7-reserved')).toEqual([0]);
    const types = (part: 'ATECC508A' | 'ATECC608') => [
      ...new Set(values(part, 126, 'F9-key-type').map((value) => (value >> 2) & 7)),
    ];
    expect(types('ATECC508A').sort()).toEqual([4, 7]);
    expect(types('ATECC608').sort()).toEqual([4, 6, 7]);
    const dividers = values('ATECC608', 19, 'F2-clock-divider').map((value) => value & 0xf8);
    expect([...new Set(dividers)]).toEqual([0x00, 0x28, 0x68]);
  });
});

describe('as text', () => {
  it('a line says severity, kind, bytes, title and consequence', () => {
    const image = defaultWith('ATECC508A', { 18: 0x00, 68: 0xfe, 69: 0xfe, 71: 0xfe });
    const lines = lintConfig(image, 'ATECC508A').map(findingLine);
    expect(lines[0]).toMatch(/^error F1-otp-mode \(byte 18\): OTPmode 00 is reserved\. An ATECC508A knows /);
    expect(lines[1]).toMatch(/^error F7-last-key-use \(bytes 68-69, 71\): /);
    const planned = lintConfig(image, 'ATECC508A', { plannedData: [{ slot: 13, length: 100 }] }).map(findingLine);
    expect(planned.some((line) => line.startsWith('error data-too-long: 100 bytes'))).toBe(true);
  });
});

describe('any image', () => {
  const slot = fc.integer({ min: 0, max: 15 });
  const context: fc.Arbitrary<LintContext> = fc.record(
    {
      deviceKeySlot: slot,
      certificateSlots: fc.uniqueArray(slot),
      slotsToLock: fc.uniqueArray(slot),
      plannedData: fc.array(fc.record({ slot, length: fc.integer({ min: 1, max: 500 }) })),
      dataLock: fc.constantFrom('fill+crc' as const, 'no-crc' as const),
      kit: fc.record({
        dialect: fc.constantFrom('legacy' as const, 'd21' as const, 'modern' as const),
        fixedWakeCheck: fc.boolean(),
        followsAddress: fc.boolean(),
      }),
      addressInUse: fc.integer({ min: 0, max: 255 }),
      chipByte14: fc.integer({ min: 0, max: 255 }),
    },
    { requiredKeys: [] },
  );

  it('is judged without a throw, with words in both languages and bytes of the zone', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 128, maxLength: 128 }),
        fc.constantFrom('ATECC508A' as const, 'ATECC608' as const),
        context,
        (image, part, known) => {
          for (const finding of lintConfig(image, part, known)) {
            expect(finding.bytes.every((offset) => offset >= 0 && offset < 128)).toBe(true);
            expect(findingWords(finding, 'de').title).not.toMatch(/[{}]/);
            if (finding.remedy?.kind !== 'lock-slots') continue;
            // Never a lock that the chip would refuse.
            const after = lintConfig(image, part, { ...known, slotsToLock: finding.remedy.slots });
            expect(ids(after)).not.toContain('lock-not-lockable');
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
