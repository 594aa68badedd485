import { useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../parts/icon.tsx';
import './password.css';

/**
 * One or two password inputs as steps, each filled by its own person. The texts stay in their elements: an element that is
 * done is hidden, not read, until all are there.
 */
export interface PasswordFields {
  readonly count: number;
  readonly step: number;
  /** Goes to the next step; true when all are filled and may be taken. */
  advance(): boolean;
  /** Reads all, empties the elements and starts again with fresh ones. */
  take(): string[];
  focus(): void;
  /** For the inputs themselves. */
  readonly register: (index: number) => (element: HTMLInputElement | null) => void;
  readonly generation: number;
}

/** Fields for one password or for two, typed one after the other; what was typed is held by the inputs alone. */
export function usePasswordFields(count: number): PasswordFields {
  const inputs = useRef<(HTMLInputElement | null)[]>([]);
  const [step, setStep] = useState(0);
  const [generation, setGeneration] = useState(0);
  const focusAt = useCallback((index: number) => {
    requestAnimationFrame(() => inputs.current[index]?.focus());
  }, []);
  const register = useCallback(
    (index: number) => (element: HTMLInputElement | null) => {
      inputs.current[index] = element;
    },
    [],
  );
  return {
    count,
    step,
    generation,
    register,
    advance() {
      const filled = (inputs.current[step]?.value ?? '') !== '';
      if (!filled) {
        inputs.current[step]?.focus();
        return false;
      }
      if (step < count - 1) {
        setStep(step + 1);
        focusAt(step + 1);
        return false;
      }
      return true;
    },
    take() {
      const values: string[] = [];
      for (let index = 0; index < count; index++) {
        const input = inputs.current[index];
        values.push(input?.value ?? '');
        if (input !== null && input !== undefined) input.value = '';
      }
      setStep(0);
      setGeneration((old) => old + 1);
      return values;
    },
    focus: () => focusAt(0),
  };
}

/** The inputs with show/hide and the hint on Caps Lock. */
export function PasswordSteps({
  fields,
  labels,
  disabled = false,
  invalid = false,
  autoFocus = true,
}: {
  readonly fields: PasswordFields;
  readonly labels: readonly string[];
  readonly disabled?: boolean;
  readonly invalid?: boolean;
  readonly autoFocus?: boolean;
}) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const [caps, setCaps] = useState(false);
  return (
    <>
      {labels.map((label, index) => (
        <PasswordInput
          key={`${fields.generation}-${label}`}
          label={label}
          hidden={index !== fields.step}
          done={index < fields.step}
          register={fields.register(index)}
          shown={shown && index === fields.step}
          onShow={() => setShown(!shown)}
          onCaps={setCaps}
          disabled={disabled}
          invalid={invalid}
          autoFocus={autoFocus && index === 0}
        />
      ))}
      {caps && (
        <p className="note note-hint" role="status">
          <Icon name="caps" />
          <span>{t('password.caps')}</span>
        </p>
      )}
    </>
  );
}

function PasswordInput({
  label,
  hidden,
  done,
  register,
  shown,
  onShow,
  onCaps,
  disabled,
  invalid,
  autoFocus,
}: {
  readonly label: string;
  readonly hidden: boolean;
  readonly done: boolean;
  readonly register: (element: HTMLInputElement | null) => void;
  readonly shown: boolean;
  readonly onShow: () => void;
  readonly onCaps: (on: boolean) => void;
  readonly disabled: boolean;
  readonly invalid: boolean;
  readonly autoFocus: boolean;
}) {
  const { t } = useTranslation();
  const id = `password-${label}`;
  return (
    <>
      {done && (
        <p className="password-done">
          <Icon name="check" />
          {t('password.given', { who: label })}
        </p>
      )}
      <div className="password" hidden={hidden}>
        <label htmlFor={id}>{label}</label>
        <div className={invalid ? 'password-box is-wrong' : 'password-box'}>
          <input
            id={id}
            ref={register}
            type={shown ? 'text' : 'password'}
            autoComplete="off"
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            maxLength={512}
            disabled={disabled}
            aria-invalid={invalid}
            {...(autoFocus ? { 'data-autofocus': true } : {})}
            onKeyDown={(event) => onCaps(event.getModifierState('CapsLock'))}
            onKeyUp={(event) => onCaps(event.getModifierState('CapsLock'))}
          />
          <button type="button" aria-pressed={shown} onClick={onShow} disabled={disabled}>
            <Icon name="eye" />
            {shown ? t('password.hide') : t('password.show')}
          </button>
        </div>
      </div>
    </>
  );
}
