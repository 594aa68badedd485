// biome-ignore-all lint/a11y/useSemanticElements: rows of a million stand absolutely placed in a scroller, which no table can do
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import {
  isMapped,
  maxOffset,
  movedBy,
  offsetForRow,
  type ScrollMap,
  type ScrollPlace,
  scrolledTo,
  scrollMap,
  toScroll,
} from './scroll-map.ts';
import './big-list.css';

/** px of one rem, which follows the text size. */
export function useRem(): number {
  const [rem, setRem] = useState(() => measureRem());
  useEffect(() => {
    const observer = new MutationObserver(() => setRem(measureRem()));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
    setRem(measureRem());
    return () => observer.disconnect();
  }, []);
  return rem;
}

function measureRem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

export interface BigListProps {
  readonly label: string;
  readonly count: number;
  /** Height of a row in rem. */
  readonly rowRem: number;
  /** CSS grid columns of header and rows. */
  readonly columns: string;
  readonly header: ReactNode;
  readonly row: (index: number) => ReactNode;
  /** Marks a row as what went wrong. */
  readonly rowClass?: (index: number) => string | undefined;
  readonly selected: number | null;
  readonly onSelect: (index: number) => void;
  readonly onOpen: (index: number) => void;
  readonly onRange: (first: number, last: number) => void;
  /** Called when the list is, or is no longer, at its start. */
  readonly onTop?: (top: boolean) => void;
}

/**
 * A list of up to millions of rows: only what is seen is in the page, and the last row is reachable at any text size. Arrows,
 * Page Up/Down, Home and End move the selection; Enter opens it.
 */
export function BigList(props: BigListProps) {
  const { count, rowRem, onRange, onTop } = props;
  const rem = useRem();
  const rowPx = rowRem * rem;
  const headPx = 2 * rem;
  const element = useRef<HTMLDivElement>(null);
  const place = useRef<ScrollPlace>({ offset: 0, scrollTop: 0 });
  const report = useRef<((offset: number, scrolling: boolean) => void) | null>(null);
  const [viewportPx, setViewportPx] = useState(600);
  const map = scrollMap(count, rowPx, viewportPx);
  const mapNow = useRef<ScrollMap>(map);
  mapNow.current = map;

  const go = useCallback(({ offset, scrollTop: exact }: ScrollPlace): void => {
    // Whole pixels, so that letters stand on them; the offset keeps what is exact.
    const scrollTop = Math.round(exact);
    place.current = { offset, scrollTop };
    if (element.current !== null && Math.abs(element.current.scrollTop - scrollTop) >= 0.5)
      element.current.scrollTop = scrollTop;
    report.current?.(offset, false);
  }, []);

  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count,
    getScrollElement: () => element.current,
    estimateSize: () => rowPx,
    overscan: 6,
    observeElementOffset: useCallback(
      (_instance: Virtualizer<HTMLDivElement, HTMLDivElement>, tell: (offset: number, scrolling: boolean) => void) => {
        report.current = tell;
        tell(place.current.offset, false);
        return () => {
          report.current = null;
        };
      },
      [],
    ),
    scrollToFn: (offset) => go({ offset, scrollTop: toScroll(mapNow.current, offset) }),
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another row height measures anew
  useLayoutEffect(() => virtualizer.measure(), [rowPx]);

  useLayoutEffect(() => {
    const target = element.current;
    if (target === null) return;
    const measure = (): void => setViewportPx(Math.max(1, target.clientHeight - headPx));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, [headPx]);

  // A list that shrank under the place it stood at.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height is the reason to look
  useLayoutEffect(() => {
    const max = maxOffset(mapNow.current);
    if (place.current.offset > max) go({ offset: max, scrollTop: toScroll(mapNow.current, max) });
  }, [go, map.virtualPx]);

  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    const scrolled = (): void => {
      if (Math.abs(target.scrollTop - place.current.scrollTop) < 0.5) return;
      place.current = scrolledTo(mapNow.current, place.current, target.scrollTop);
      report.current?.(place.current.offset, true);
    };
    const settled = (): void => {
      // After small moves the scroll bar is put where the map has this offset, so that it never runs ahead of the list.
      if (isMapped(mapNow.current))
        go({ offset: place.current.offset, scrollTop: toScroll(mapNow.current, place.current.offset) });
    };
    const wheel = (event: WheelEvent): void => {
      if (!isMapped(mapNow.current) || event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 40 : event.deltaMode === 2 ? mapNow.current.viewportPx : 1;
      go(movedBy(mapNow.current, place.current, event.deltaY * unit));
    };
    target.addEventListener('scroll', scrolled, { passive: true });
    target.addEventListener('scrollend', settled);
    target.addEventListener('wheel', wheel, { passive: false });
    return () => {
      target.removeEventListener('scroll', scrolled);
      target.removeEventListener('scrollend', settled);
      target.removeEventListener('wheel', wheel);
    };
  }, [go]);

  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const top = place.current.offset < rowPx;
  useEffect(() => {
    if (count > 0) onRange(first, last);
  }, [count, first, last, onRange]);
  useEffect(() => onTop?.(top), [top, onTop]);

  const select = (index: number): void => {
    const next = Math.min(Math.max(0, index), count - 1);
    props.onSelect(next);
    const offset = offsetForRow(mapNow.current, next, rowPx, place.current.offset);
    go({ offset, scrollTop: toScroll(mapNow.current, offset) });
  };

  const shift = place.current.offset - place.current.scrollTop;
  const { selected } = props;
  return (
    <div
      ref={element}
      className="big-list"
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={count + 1}
      aria-activedescendant={selected !== null && selected >= first && selected <= last ? `row-${selected}` : undefined}
      style={{ '--columns': props.columns, '--row': `${rowPx}px` } as CSSProperties}
      onKeyDown={(event) => {
        const page = Math.max(1, Math.floor(viewportPx / rowPx) - 1);
        const at = selected ?? (event.key === 'ArrowDown' || event.key === 'PageDown' ? -1 : 0);
        const moves: Readonly<Record<string, number>> = {
          ArrowDown: at + 1,
          ArrowUp: at - 1,
          PageDown: at + page,
          PageUp: at - page,
          Home: 0,
          End: count - 1,
        };
        const next = moves[event.key];
        if (event.ctrlKey || event.metaKey || event.altKey || count === 0) return;
        if (next !== undefined) select(next);
        else if (event.key === 'Enter' && selected !== null) props.onOpen(selected);
        else return;
        event.preventDefault();
      }}
    >
      <div className="big-head" role="row" aria-rowindex={1} tabIndex={-1}>
        {props.header}
      </div>
      <div className="big-body" role="rowgroup" style={{ height: `${map.physicalPx}px` }}>
        {items.map((item) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
          <div
            key={item.key}
            id={`row-${item.index}`}
            role="row"
            tabIndex={-1}
            aria-rowindex={item.index + 2}
            aria-selected={item.index === selected}
            className={`big-row${props.rowClass?.(item.index) ?? ''}`}
            style={{ transform: `translateY(${item.start - shift}px)` }}
            onClick={() => {
              // The keys are the list's: a row that is scrolled out of sight would take the focus with it.
              element.current?.focus({ preventScroll: true });
              props.onSelect(item.index);
              props.onOpen(item.index);
            }}
          >
            {props.row(item.index)}
          </div>
        ))}
      </div>
    </div>
  );
}
