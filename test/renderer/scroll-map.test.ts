import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isMapped,
  mappedRangePx,
  maxOffset,
  movedBy,
  nativeLimitPx,
  offsetForRow,
  type ScrollPlace,
  scrolledTo,
  scrollMap,
  toOffset,
  toScroll,
} from '../../src-renderer/parts/scroll-map.ts';

const million = 1_000_000;

describe('a list of a million rows', () => {
  it('stays below what Chromium can draw, at every text size', () => {
    for (const percent of [100, 110, 125, 150, 175, 200]) {
      const map = scrollMap(million, (32 * percent) / 100, 600);
      expect(map.physicalPx).toBeLessThanOrEqual(16_777_216);
      expect(isMapped(map)).toBe(map.virtualPx > nativeLimitPx);
    }
    expect(isMapped(scrollMap(million / 4, 32, 600))).toBe(false);
    expect(scrollMap(million, 32, 600).physicalPx).toBe(mappedRangePx);
    expect(scrollMap(million, 64, 600).physicalPx).toBe(mappedRangePx);
  });

  it('row 1 000 000 is reached at the end of the scroll bar, at every text size', () => {
    for (const row of [32, 40, 48, 64]) {
      const map = scrollMap(million, row, 600);
      const end = scrolledTo(map, { offset: 0, scrollTop: 0 }, map.physicalPx - map.viewportPx);
      expect(end.offset + map.viewportPx).toBe(million * row);
    }
  });

  it('the wheel goes pixel by pixel although the scroll bar is shorter', () => {
    const map = scrollMap(million, 64, 600);
    let place: ScrollPlace = { offset: 32_000_000, scrollTop: toScroll(map, 32_000_000) };
    for (let turn = 0; turn < 10; turn++) place = movedBy(map, place, 100);
    expect(place.offset).toBe(32_001_000);
    expect(toOffset(map, place.scrollTop)).toBeCloseTo(32_001_000, 3);
  });

  it('a finger’s small moves are pixels, the scroll bar’s long ones are places', () => {
    const map = scrollMap(million, 64, 600);
    const start: ScrollPlace = { offset: 1_000_000, scrollTop: toScroll(map, 1_000_000) };
    expect(scrolledTo(map, start, start.scrollTop + 250).offset).toBe(1_000_250);
    const half = scrolledTo(map, start, mappedRangePx / 2);
    expect(half.offset / map.virtualPx).toBeCloseTo(0.5, 3);
  });
});

describe('the map', () => {
  const maps = fc
    .tuple(fc.integer({ min: 0, max: 2_000_000 }), fc.integer({ min: 20, max: 80 }), fc.integer({ min: 1, max: 2000 }))
    .map(([count, row, view]) => scrollMap(count, row, view));

  it('there and back is the same place', () => {
    fc.assert(
      fc.property(maps, fc.double({ min: 0, max: 1, noNaN: true }), (map, share) => {
        const offset = share * maxOffset(map);
        expect(Math.abs(toOffset(map, toScroll(map, offset)) - offset)).toBeLessThan(0.01);
      }),
    );
  });

  it('no move leaves the list', () => {
    fc.assert(
      fc.property(maps, fc.integer({ min: -1e8, max: 1e8 }), fc.integer({ min: -1e8, max: 1e8 }), (map, by, to) => {
        const moved = movedBy(map, { offset: 0, scrollTop: 0 }, by);
        const scrolled = scrolledTo(map, moved, to);
        for (const { offset } of [moved, scrolled]) {
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset).toBeLessThanOrEqual(maxOffset(map));
        }
      }),
    );
  });

  it('a chosen row comes into view, and one in view moves nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: million }),
        fc.integer({ min: 0, max: million - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (count, wanted, share) => {
          const row = 64;
          const map = scrollMap(count, row, 640);
          const index = Math.min(wanted, count - 1);
          const offset = offsetForRow(map, index, row, share * maxOffset(map));
          expect(index * row).toBeGreaterThanOrEqual(offset - 0.01);
          expect((index + 1) * row).toBeLessThanOrEqual(offset + map.viewportPx + 0.01);
          expect(offsetForRow(map, index, row, offset)).toBeCloseTo(offset, 5);
        },
      ),
    );
  });
});
