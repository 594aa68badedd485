import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepEqual } from '../../src-renderer/stores/keep-equal.ts';

/** JSON values as they come over the wire: every one a new object. */
const values = fc.jsonValue({ maxDepth: 3 });
const copy = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('what is equal stays the object it was', () => {
  it('gives what came last, whatever was there before, and changes neither', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const [old, fresh] = [copy(before), copy(after)];
        expect(keepEqual(old, fresh)).toEqual(fresh);
        expect(JSON.stringify([old, fresh])).toBe(JSON.stringify([copy(before), copy(after)]));
      }),
    );
  });

  it('gives the same object for an equal one', () => {
    fc.assert(
      fc.property(values, (value) => {
        const [old, fresh] = [copy(value), copy(value)];
        expect(keepEqual(old, fresh)).toBe(old);
      }),
    );
  });

  it('keeps the parts that did not change', () => {
    const before = { server: { status: 'listening' }, bands: [{ kind: 'simulated' }, { kind: 'clock' }], batch: 'A' };
    const after = { server: { status: 'listening' }, bands: [{ kind: 'simulated' }, { kind: 'lost' }], batch: 'A' };
    const kept = keepEqual(before, after);
    expect(kept).toEqual(after);
    expect(kept.server).toBe(before.server);
    expect(kept.bands).not.toBe(before.bands);
    expect(kept.bands[0]).toBe(before.bands[0]);
  });

  it('sees a part that is gone, one that is new, and a list that is shorter', () => {
    const whole: { readonly a: number; readonly b?: number } = { a: 1, b: 2 };
    const part: { readonly a: number; readonly b?: number } = { a: 1 };
    expect(keepEqual(whole, part)).toEqual({ a: 1 });
    expect(keepEqual(part, whole)).toEqual({ a: 1, b: 2 });
    expect(keepEqual([1, 2], [1])).toEqual([1]);
    expect(keepEqual([1], [1, 2])).toEqual([1, 2]);
  });
});
