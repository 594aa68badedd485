import { describe, expect, it } from 'vitest';
import { judge, sequenceMayRedo, type Trouble, type Verdict } from '../../src-main/device/retry.ts';
import { otpAddress } from '../../src-shared/atecc/address.ts';
import { genDigSlot, genKeyCreate, genKeyPublic, lockData, write } from '../../src-shared/atecc/commands/index.ts';

const status = (value: number): Trouble => ({ kind: 'status', status: value });

/** Columns: a repeatable command; a non-repeatable one; a repeatable one after a non-repeatable one was executed. */
const table: readonly [what: string, trouble: Trouble, plain: Verdict, once: Verdict, after: Verdict][] = [
  ['01 comparison failed', status(0x01), 'stop', 'stop', 'stop'],
  ['03 parse error', status(0x03), 'stop', 'stop', 'stop'],
  ['05 ECC fault', status(0x05), 'redo', 'redo', 'uncertain'],
  ['07 self-test', status(0x07), 'stop', 'stop', 'stop'],
  ['08 health test', status(0x08), 'stop', 'stop', 'stop'],
  ['0F execution error', status(0x0f), 'stop', 'stop', 'stop'],
  ['11 wake token instead of an answer', status(0x11), 'redo', 'uncertain', 'uncertain'],
  ['EE watchdog', status(0xee), 'redo', 'redo', 'uncertain'],
  ['FF communication error', status(0xff), 'redo', 'uncertain', 'uncertain'],
  ['an unknown status', status(0x42), 'stop', 'stop', 'stop'],
  ['damaged answer', { kind: 'malformed' }, 'redo', 'uncertain', 'uncertain'],
  ['no answer', { kind: 'no-answer' }, 'redo', 'uncertain', 'uncertain'],
  ['no Kit Protocol', { kind: 'garbage' }, 'redo', 'uncertain', 'uncertain'],
  ['no wake', { kind: 'no-wake' }, 'redo', 'redo', 'uncertain'],
  ['line refused by the kit', { kind: 'kit-refused' }, 'stop', 'stop', 'uncertain'],
  ['kit gone', { kind: 'closed' }, 'stop', 'uncertain', 'uncertain'],
  ['kit silent', { kind: 'timeout' }, 'stop', 'uncertain', 'uncertain'],
];

describe('retry rules (atecc-device.md 2 and 6, kit-protocol.md 2)', () => {
  it.each(table)('%s', (_, trouble, plain, once, after) => {
    const context = { attemptsLeft: 1, redoOn: [] };
    expect(judge(trouble, { ...context, redoable: true, touched: false })).toBe(plain);
    expect(judge(trouble, { ...context, redoable: false, touched: false })).toBe(once);
    expect(judge(trouble, { ...context, redoable: true, touched: true })).toBe(after);
  });

  it.each(table)('%s: never redone when no attempt is left', (_, trouble, plain, once) => {
    const context = { attemptsLeft: 0, redoOn: [] };
    const without = (verdict: Verdict): Verdict => (verdict === 'redo' ? 'stop' : verdict);
    expect(judge(trouble, { ...context, redoable: true, touched: false })).toBe(without(plain));
    expect(judge(trouble, { ...context, redoable: false, touched: false })).toBe(without(once));
  });

  it('a refusal begins anew only where the sequence says so, and never after something was done', () => {
    const context = { attemptsLeft: 1, redoable: true };
    expect(judge(status(0x0f), { ...context, touched: false, redoOn: [0x0f] })).toBe('redo');
    expect(judge(status(0x0f), { ...context, touched: true, redoOn: [0x0f] })).toBe('stop');
    expect(judge(status(0x01), { ...context, touched: false, redoOn: [0x0f] })).toBe('stop');
  });

  it('what changes TempKey only may be begun again; what changes the chip may not', () => {
    expect(sequenceMayRedo(genDigSlot(4))).toBe(true);
    expect(sequenceMayRedo(genKeyPublic(0))).toBe(true);
    expect(sequenceMayRedo(genKeyCreate(0))).toBe(false);
    expect(sequenceMayRedo(lockData(1))).toBe(false);
    expect(sequenceMayRedo(write(otpAddress(0), new Uint8Array(32)))).toBe(false);
  });
});
