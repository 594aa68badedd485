/**
 * Scrolling over more pixels than an element can have. Chromium caps an element at 33,554,432 px: a million rows of 64 px
 * (text at 200 %) do not fit. Much earlier, beyond 16,777,216 px, it no longer knows every pixel (its compositor reckons in single
 * precision) and rows are drawn torn. Beyond a limit far from both the scroll bar works over its own, shorter range, and positions
 * are mapped; small movements (wheel, keys, a finger) still go pixel by pixel.
 */

/** Longest list that is drawn at its true height, px. */
export const nativeLimitPx = 8_000_000;
/** Height of the scroll range for longer lists, px. */
export const mappedRangePx = 8_000_000;

export interface ScrollMap {
  /** Height of the list as it would be, px. */
  readonly virtualPx: number;
  /** Height of the element that is scrolled, px. */
  readonly physicalPx: number;
  /** Height of what is seen at a time, px. */
  readonly viewportPx: number;
}

/** The map for a list of `count` rows of `rowPx` in a view of `viewportPx`. */
export function scrollMap(count: number, rowPx: number, viewportPx: number): ScrollMap {
  const virtualPx = count * rowPx;
  return { virtualPx, physicalPx: virtualPx <= nativeLimitPx ? virtualPx : mappedRangePx, viewportPx };
}

/** Whether positions differ from scroll positions. */
export function isMapped(map: ScrollMap): boolean {
  return map.virtualPx !== map.physicalPx;
}

/** Largest offset into the list, px. */
export function maxOffset(map: ScrollMap): number {
  return Math.max(0, map.virtualPx - map.viewportPx);
}

const maxScroll = (map: ScrollMap): number => Math.max(0, map.physicalPx - map.viewportPx);

/** Offset into the list at a scroll position; both ends fall on both ends. */
export function toOffset(map: ScrollMap, scrollTop: number): number {
  if (!isMapped(map)) return clamp(scrollTop, maxOffset(map));
  const range = maxScroll(map);
  return range === 0 ? 0 : (clamp(scrollTop, range) / range) * maxOffset(map);
}

/** Scroll position for an offset into the list. */
export function toScroll(map: ScrollMap, offset: number): number {
  if (!isMapped(map)) return clamp(offset, maxOffset(map));
  const range = maxOffset(map);
  return range === 0 ? 0 : (clamp(offset, range) / range) * maxScroll(map);
}

/** Where a list stands: its offset, and the scroll position that belonged to it. */
export interface ScrollPlace {
  readonly offset: number;
  readonly scrollTop: number;
}

/**
 * The new place after the element was scrolled to `scrollTop`. A move within one view goes pixel by pixel; a longer one is
 * the scroll bar's and goes by the map.
 */
export function scrolledTo(map: ScrollMap, place: ScrollPlace, scrollTop: number): ScrollPlace {
  if (!isMapped(map)) return { offset: clamp(scrollTop, maxOffset(map)), scrollTop };
  if (scrollTop <= 0) return { offset: 0, scrollTop };
  if (scrollTop >= maxScroll(map) - 0.5) return { offset: maxOffset(map), scrollTop };
  const moved = scrollTop - place.scrollTop;
  const offset = Math.abs(moved) <= map.viewportPx ? place.offset + moved : toOffset(map, scrollTop);
  return { offset: clamp(offset, maxOffset(map)), scrollTop };
}

/** The place after a move of `deltaPx` pixels that is ours alone (wheel, keys). */
export function movedBy(map: ScrollMap, place: ScrollPlace, deltaPx: number): ScrollPlace {
  const offset = clamp(place.offset + deltaPx, maxOffset(map));
  return { offset, scrollTop: toScroll(map, offset) };
}

/** Offset that brings row `index` into view with the least movement. */
export function offsetForRow(map: ScrollMap, index: number, rowPx: number, offset: number): number {
  const top = index * rowPx;
  if (top < offset) return top;
  const bottom = top + rowPx;
  return bottom > offset + map.viewportPx ? clamp(bottom - map.viewportPx, maxOffset(map)) : offset;
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(0, value), max);
}
