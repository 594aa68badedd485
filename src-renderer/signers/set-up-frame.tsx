import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Result } from '../../src-shared/base/result.ts';
import type { WireError } from '../../src-shared/ipc/contract.ts';
import { roleWanted } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { ui } from '../stores/ui-store.ts';
import { HoldFoot, Sequence, WorkList } from './sequence.tsx';
import { SetUpFailure } from './set-up-choices.tsx';

/**
 * How far the making of a root or a signer has come. Its steps end with password, make and done; making is the one act that
 * cannot be taken back.
 */
export interface SetUp<Form, Made> {
  readonly form: Form;
  change(part: Partial<Form>): void;
  readonly step: number;
  readonly at: { readonly names: number; readonly password: number; readonly make: number; readonly done: number };
  go(step: number): void;
  /** Whether somebody tried to go on from the names: from then on their faults are shown. */
  readonly tried: boolean;
  try(): void;
  readonly working: boolean;
  readonly failure: WireError | null;
  readonly made: Made | null;
  /** Makes it. After a failure the passwords are asked for again: they are gone from the fields. */
  make(act: () => Promise<Result<Made, WireError>>): Promise<void>;
}

/** The state of a set-up of `count` steps that begins with step `first` and has its names in step `names`. */
export function useSetUp<Form extends object, Made>(
  start: Form,
  steps: { readonly count: number; readonly first: number; readonly names: number },
): SetUp<Form, Made> {
  const [form, setForm] = useState(start);
  const [step, setStep] = useState(steps.first);
  const [tried, setTried] = useState(false);
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<WireError | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const done = steps.count - 1;
  const at = { names: steps.names, password: done - 2, make: done - 1, done };
  return {
    form,
    change: (part) => setForm((old) => ({ ...old, ...part })),
    step,
    at,
    go: setStep,
    tried,
    try: () => setTried(true),
    working,
    failure,
    made,
    async make(act) {
      setWorking(true);
      setFailure(null);
      const answer = await act();
      setWorking(false);
      if (answer.ok) {
        setMade(answer.value);
        setStep(at.done);
        return;
      }
      const role = roleWanted(answer.failure);
      if (role !== undefined) ui.askSignOn({ kind: 'role', role });
      else setFailure(answer.failure);
      setStep(at.password);
    },
  };
}

/** The frame around the steps of a set-up: `children` are those before the making, `summary` and `outcome` its two sides. */
export function SetUpFrame<Form, Made>({
  setUp,
  title,
  steps,
  permanent,
  final,
  makeLabel,
  blocked,
  faulty,
  complete,
  passes,
  note,
  wide = false,
  onMake,
  onLeave,
  summary,
  outcome,
  keep,
  children,
}: {
  readonly setUp: SetUp<Form, Made>;
  readonly title: string;
  readonly steps: readonly string[];
  readonly permanent: readonly { readonly name: string; readonly tell: string }[];
  /** What is said before the button is held. */
  readonly final: string;
  readonly makeLabel: string;
  /** Nothing is chosen yet in this step. */
  readonly blocked: boolean;
  /** The names are not yet right. */
  readonly faulty: boolean;
  /** Whether the passwords are there and agree; says so in their fields where not. */
  readonly complete: () => boolean;
  /** Asks the core whether this step may be left forwards; a step that may not says why by itself. */
  readonly passes?: ((step: number) => Promise<boolean>) | undefined;
  /** What stands beside the button that goes on. */
  readonly note?: ReactNode;
  /** This step needs the width of the column at the right. */
  readonly wide?: boolean;
  readonly onMake: () => void;
  readonly onLeave: () => void;
  readonly summary: ReactNode;
  readonly outcome: (made: Made) => ReactNode;
  /** A button at the end, beside the one that leaves: what was made may be kept. */
  readonly keep?: (made: Made) => ReactNode;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const { step, at, made, working } = setUp;
  const next = (): void => {
    if (step === at.names && faulty) {
      setUp.try();
      requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
    } else if (step === at.password && !complete()) return;
    else if (passes === undefined) setUp.go(step + 1);
    else
      void passes(step).then((may) => {
        if (may) setUp.go(step + 1);
      });
  };
  return (
    <Sequence
      title={title}
      step={step}
      wide={wide}
      onLeave={onLeave}
      {...(working || made !== null ? {} : { onBack: () => setUp.go(step - 1) })}
      steps={steps.map((name, index) => ({ name, final: index === at.make }))}
      permanent={permanent}
      {...(step === at.make
        ? {
            warning: (
              <p>
                <b>{t('setUp.final.title')}</b> {final}
              </p>
            ),
          }
        : {})}
      foot={
        step === at.done ? (
          <div className="actions">
            {made !== null && keep?.(made)}
            <Button kind="primary" size="op" onClick={onLeave}>
              {t('sequence.finish')}
            </Button>
          </div>
        ) : step === at.make ? (
          working ? null : (
            <HoldFoot onDone={onMake}>{makeLabel}</HoldFoot>
          )
        ) : (
          <div className="actions">
            {note}
            <Button kind="primary" size="op" disabled={blocked} onClick={next}>
              {t('sequence.next')}
            </Button>
          </div>
        )
      }
    >
      {setUp.failure?.code === 'PASSWORD_WRONG' && setUp.failure.details['kind'] === undefined ? (
        // The new password is made up here, and the stick's own trouble has a kind: it is the root's.
        <p className="failure" role="alert">
          <Glyph name="fail" />
          {t('setUp.rootWrong')}
        </p>
      ) : (
        setUp.failure !== null && <SetUpFailure failure={setUp.failure} />
      )}
      {children}
      {step === at.make &&
        (working ? (
          <>
            <h2>{t('setUp.working')}</h2>
            <p>{t('setUp.workingTell')}</p>
            <WorkList />
          </>
        ) : (
          <>
            <h2>{steps[at.make]}</h2>
            {summary}
          </>
        ))}
      {step === at.done && made !== null && outcome(made)}
    </Sequence>
  );
}
