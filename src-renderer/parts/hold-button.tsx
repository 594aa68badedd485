import { type CSSProperties, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clock } from '../app/clock.ts';
import { useLanguage } from '../texts/sentence.ts';
import { formatNumber } from './format.ts';
import { Icon } from './icon.tsx';
import './button.css';

/** ms that a final action is held. */
const holdMs = 2000;

/** How far a hold is: 0..1, and whether it is done. */
export function holdProgress(startedAt: number, now: number): { readonly share: number; readonly done: boolean } {
  const share = Math.min(1, Math.max(0, (now - startedAt) / holdMs));
  return { share, done: share >= 1 };
}

/**
 * A button for what cannot be taken back: held for two seconds with mouse, finger or Enter. Letting go, leaving it, Esc or a
 * lost focus gives up; a repeating key counts as one press.
 */
export function HoldButton({
  children,
  onDone,
  disabled = false,
  size = 'big',
  shown,
  focused = false,
}: {
  readonly children: string;
  readonly onDone: () => void;
  readonly disabled?: boolean;
  readonly size?: 'op' | 'big';
  /** For pictures: draws the bar at this share. */
  readonly shown?: number;
  /** Takes the focus, so that Enter holds it. */
  readonly focused?: boolean;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [share, setShare] = useState(shown ?? 0);
  const started = useRef<number | undefined>(undefined);
  const frame = useRef(0);
  const done = useRef(onDone);
  done.current = onDone;

  const stop = useCallback(() => {
    if (started.current === undefined) return;
    started.current = undefined;
    cancelAnimationFrame(frame.current);
    setShare(0);
  }, []);

  const step = useCallback(() => {
    if (started.current === undefined) return;
    const progress = holdProgress(started.current, clock.steady());
    setShare(progress.share);
    if (progress.done) {
      stop();
      done.current();
      return;
    }
    frame.current = requestAnimationFrame(step);
  }, [stop]);

  const start = useCallback(() => {
    if (disabled || started.current !== undefined) return;
    started.current = clock.steady();
    frame.current = requestAnimationFrame(step);
  }, [disabled, step]);

  useEffect(() => stop, [stop]);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focused) button.current?.focus();
  }, [focused]);

  const left = formatNumber(Math.ceil((1 - share) * (holdMs / 100)) / 10, language, 1);
  return (
    <button
      ref={button}
      type="button"
      className={`btn btn-${size} hold${share > 0 ? ' is-held' : ''}`}
      disabled={disabled}
      style={{ '--held': share } as CSSProperties}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start();
      }}
      onPointerUp={stop}
      onPointerCancel={stop}
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const inside =
          event.clientX >= box.left &&
          event.clientX <= box.right &&
          event.clientY >= box.top &&
          event.clientY <= box.bottom;
        if (!inside) stop();
      }}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && started.current !== undefined) {
          event.stopPropagation();
          stop();
        }
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        if (!event.repeat) start();
      }}
      onKeyUp={(event) => {
        if (event.key === 'Enter' || event.key === ' ') stop();
      }}
      onBlur={stop}
    >
      <span className="hold-bar" aria-hidden="true" />
      <span className="hold-word">
        <Icon name="hand" />
        <span>{share > 0 ? t('hold.keep', { seconds: left }) : children}</span>
      </span>
    </button>
  );
}
