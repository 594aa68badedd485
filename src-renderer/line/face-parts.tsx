import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ChipState, chipStates } from '../../src-shared/ipc/lists.ts';
import type { SiteView, StationView } from '../../src-shared/ipc/state.ts';
import { Glyph } from '../parts/glyph.tsx';
import { Icon } from '../parts/icon.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';

import type { LineActions } from './use-line-actions.ts';

export interface FaceProps {
  readonly site: SiteView;
  readonly station: StationView;
  readonly actions: LineActions;
  /** ms since the run began */
  readonly elapsedMs: number;
  /** Its keys act: its first button is drawn as focused. */
  readonly focused: boolean;
}

/**
 * The middle of a face. Where it has less room than text it scrolls and is a stop of the Tab key, so that everything in it can be read
 * without a mouse; where everything is seen it is none.
 */
export function FaceBody({
  className = 'face-body',
  children,
}: {
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  const look = useRef(() => {
    const element = box.current;
    if (element !== null) setScrolls(element.scrollHeight > element.clientHeight + 1);
  });
  // Other words, or another size of the window or of the letters.
  useLayoutEffect(() => look.current());
  useEffect(() => {
    const observer = new ResizeObserver(() => look.current());
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={box} className={className} {...(scrolls ? { tabIndex: 0, 'data-scrolls': true } : {})}>
      {children}
    </div>
  );
}

/** What to do with one's hands, in a block that is never a button. */
export function HandsNote({ icon, children }: { readonly icon: 'remove' | 'stay'; readonly children: ReactNode }) {
  return (
    <p className="face-hands">
      <Icon name={icon} />
      <span>{children}</span>
    </p>
  );
}

/** A name and what stands behind it, in a list of such facts. */
export function Fact({ label, children }: { readonly label: ReactNode; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function isChipState(state: string): state is ChipState {
  return chipStates.some((known) => known === state);
}

/** A chip's state in the language of the screens; words of a newer core as they are. */
export function useChipState(): (state: string) => ReactNode {
  const { t } = useTranslation();
  return (state) => (isChipState(state) ? t(`chipState.${state}`) : <span lang="en">{state}</span>);
}

/** Serial numbers under their word. */
export function DeviceNumbers({
  values,
  large = false,
}: {
  readonly values: readonly string[];
  readonly large?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <dl className="facts">
      <div className="fact">
        <dt>{t('line.deviceSn')}</dt>
        {values.map((value) => (
          <dd key={value} className={large ? 'face-sn-large' : 'face-sn'}>
            <SerialNumber value={value} />
          </dd>
        ))}
      </div>
    </dl>
  );
}

/** Serial number of the board's chip, or the list of its chips when it has several. */
export function ChipFacts({ site, large = false }: { readonly site: SiteView; readonly large?: boolean }) {
  const { t } = useTranslation();
  const chipState = useChipState();
  const [only, ...more] = site.chips;
  if (only === undefined) return null;
  if (more.length > 0) return <ChipList site={site} />;
  return (
    <>
      <DeviceNumbers values={[only.serialNumber]} large={large} />
      {large && (
        <dl className="facts face-more">
          <Fact label={t('line.part')}>{only.part}</Fact>
          <Fact label={t('line.chip')}>{chipState(only.state)}</Fact>
          {site.unitLabel !== '' && <Fact label={t('line.unit')}>{site.unitLabel}</Fact>}
        </dl>
      )}
    </>
  );
}

const chipGlyphs = { done: 'pass', failed: 'fail', cause: 'aside', now: 'run', todo: 'todo' } as const;

/** What became of one chip of several. A board that was set aside without a run has no chip that failed, at most one that is why. */
export function chipMark({ state, verdict, chipIndex }: SiteView, index: number): keyof typeof chipGlyphs {
  const ran = state === 'running' || (state === 'verdict' && verdict?.runId !== '');
  if (ran && (verdict?.kind === 'PASS' || (chipIndex !== null && index < chipIndex))) return 'done';
  if (index !== chipIndex) return 'todo';
  if (!ran) return 'cause';
  return state === 'verdict' ? 'failed' : 'now';
}

function ChipList({ site }: { readonly site: SiteView }) {
  const { t } = useTranslation();
  const chipState = useChipState();
  const started = site.state === 'running' || site.state === 'verdict';
  return (
    <ol className="chips" aria-label={t('line.chips', { count: site.chips.length })}>
      {site.chips.map((chip, index) => {
        const mark = chipMark(site, index);
        const glyph = mark === 'failed' && site.verdict?.kind === 'FAULT' ? 'fault' : chipGlyphs[mark];
        return (
          <li key={chip.serialNumber} className={index === site.chipIndex && mark !== 'done' ? 'is-now' : undefined}>
            <Glyph name={glyph} label={t(`line.chipMark.${mark}`)} />
            <b>{chip.entry}</b>
            <SerialNumber value={chip.serialNumber} />
            <span className="chips-state">
              {chip.part}
              {!started && <>, {chipState(chip.state)}</>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
