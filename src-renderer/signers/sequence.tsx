import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type SetUpStep, setUpSteps } from '../../src-shared/ipc/lists.ts';
import { useClient } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { HoldButton } from '../parts/hold-button.tsx';
import { ForeverMark } from '../parts/tag.tsx';
import './signers.css';
import { ScrollBox } from '../parts/scroll-box.tsx';

export interface SequenceStep {
  readonly name: string;
  /** Nothing after it can take it back. */
  readonly final?: boolean;
}

/**
 * A short sequence of steps that says what is irreversible before it happens: steps at the left, the present one in the
 * middle, what becomes permanent at the right. A final step is held, never clicked.
 */
export function Sequence({
  title,
  steps,
  step,
  onLeave,
  onBack,
  permanent,
  children,
  foot,
  warning,
  wide = false,
}: {
  readonly title: string;
  readonly steps: readonly SequenceStep[];
  readonly step: number;
  readonly onLeave: () => void;
  readonly onBack?: () => void;
  readonly permanent: readonly { readonly name: string; readonly tell: string }[];
  readonly children: ReactNode;
  readonly foot: ReactNode;
  readonly warning?: ReactNode;
  /** The present step takes the room of the right column, which then stands below the steps. */
  readonly wide?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <div className="page">
      <header className="page-head">
        <Button kind="quiet" icon="close" onClick={onLeave}>
          {t('sequence.leave')}
        </Button>
        <h1>{title}</h1>
        <span className="sub">{t('sequence.step', { number: step + 1, count: steps.length })}</span>
        <span className="grow" />
        {onBack !== undefined && step > 0 && (
          <Button icon="back" onClick={onBack}>
            {t('sequence.back')}
          </Button>
        )}
      </header>
      <div className={wide ? 'sequence is-wide' : 'sequence'}>
        <section className="card sequence-list" aria-label={t('sequence.steps')}>
          <header>
            <h2>{t('sequence.steps')}</h2>
            <span className="grow" />
            <ForeverMark>{t('scale.final')}</ForeverMark>
          </header>
          <ol className="sequence-steps card-scroll">
            {steps.map((entry, index) => (
              <li
                key={entry.name}
                className={index < step ? 'is-done' : index === step ? 'is-now' : undefined}
                aria-current={index === step ? 'step' : undefined}
              >
                <Glyph name={index < step ? 'pass' : index === step ? 'run' : 'todo'} />
                <span>
                  {index + 1}. {entry.name}
                </span>
                {entry.final === true && (
                  <ForeverMark>
                    <span className="hidden-text">{t('scale.final')}</span>
                  </ForeverMark>
                )}
              </li>
            ))}
          </ol>
        </section>
        <div className="card sequence-main">
          {warning !== undefined && <div className="sequence-warning">{warning}</div>}
          <ScrollBox className="sequence-content">{children}</ScrollBox>
          <div className="sequence-foot">{foot}</div>
        </div>
        <aside className="card" aria-label={t('sequence.permanent')}>
          <header>
            <h2>{t('sequence.permanent')}</h2>
          </header>
          <ScrollBox>
            {permanent.map((entry) => (
              <div className="sect" key={entry.name}>
                <h3>{entry.name}</h3>
                <p className="second">{entry.tell}</p>
              </div>
            ))}
          </ScrollBox>
        </aside>
      </div>
    </div>
  );
}

/** The held button of a final step and what holding means. */
export function HoldFoot({
  children,
  onDone,
  disabled = false,
}: {
  readonly children: string;
  readonly onDone: () => void;
  readonly disabled?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <>
      <HoldButton onDone={onDone} disabled={disabled}>
        {children}
      </HoldButton>
      <p className="sequence-hint">{t('hold.how')}</p>
    </>
  );
}

type Progress = Readonly<Partial<Record<SetUpStep, 'running' | 'done' | 'skipped' | 'error'>>>;

/** How far the core has come with a module, while it works on it. */
export function WorkList() {
  const { t } = useTranslation();
  const client = useClient();
  const [progress, setProgress] = useState<Progress>({});
  useEffect(
    () => client.on('setUp', ({ step, status }) => setProgress((old) => ({ ...old, [step]: status }))),
    [client],
  );
  return (
    <ol className="work-list" aria-live="polite">
      {setUpSteps.map((step) => {
        const status = progress[step] ?? 'todo';
        return (
          <li key={step} className={`is-${status}`}>
            <Glyph
              name={
                status === 'done'
                  ? 'pass'
                  : status === 'error'
                    ? 'fail'
                    : status === 'running'
                      ? 'run'
                      : status === 'skipped'
                        ? 'skip'
                        : 'todo'
              }
              label={t(`setUp.status.${status}`)}
            />
            <span>{t(`setUp.work.${step}`)}</span>
          </li>
        );
      })}
    </ol>
  );
}
