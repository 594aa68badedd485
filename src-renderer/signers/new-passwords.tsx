import { useCallback, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCall } from '../app/client-context.tsx';
import { Icon } from '../parts/icon.tsx';
import './password.css';

export type NewPasswordFault = 'empty' | 'short' | 'differs' | 'alike';

/**
 * What is wrong with a new password and its repetition; undefined = nothing. Counted in characters after NFC, as the core does. `others`
 * = the passwords of the persons before.
 */
export function newPasswordFault(
  password: string,
  repeated: string,
  minimum: number,
  others: readonly string[] = [],
): NewPasswordFault | undefined {
  if (password === '') return 'empty';
  const canonical = password.normalize('NFC');
  if ([...canonical].length < minimum) return 'short';
  if (password !== repeated) return 'differs';
  return others.some((other) => other.normalize('NFC') === canonical) ? 'alike' : undefined;
}

/** New passwords, each typed twice by its own person; the texts stay in the elements until they are taken. */
export interface NewPasswordFields {
  /** Characters that each must have at least. */
  readonly minimum: number;
  readonly step: number;
  readonly fault: { readonly index: number; readonly kind: NewPasswordFault } | null;
  readonly generation: number;
  readonly register: (index: number, repetition: boolean) => (element: HTMLInputElement | null) => void;
  /** Checks the present person's pair and goes on; true when all are right. */
  complete(): boolean;
  take(): string[];
  focus(): void;
}

/** Shortest password that new modules take, until the settings are heard to say more (signer-and-server.md 6.4). */
const leastMinimum = 12;

/** Fields for `count` new passwords, as long as this station's settings want them. */
export function useNewPasswords(count: number): NewPasswordFields {
  const minimum = useCall('settings.get', {}).value?.passwordMinimum ?? leastMinimum;
  const inputs = useRef(new Map<string, HTMLInputElement>());
  const [step, setStep] = useState(0);
  const [generation, setGeneration] = useState(0);
  const [fault, setFault] = useState<NewPasswordFields['fault']>(null);
  const register = useCallback(
    (index: number, repetition: boolean) => (element: HTMLInputElement | null) => {
      const key = `${index}${repetition ? 'r' : ''}`;
      if (element === null) inputs.current.delete(key);
      else inputs.current.set(key, element);
    },
    [],
  );
  const focusAt = useCallback((key: string) => {
    requestAnimationFrame(() => inputs.current.get(key)?.focus());
  }, []);
  return {
    minimum,
    step,
    fault,
    generation,
    register,
    complete() {
      const kind = newPasswordFault(
        inputs.current.get(String(step))?.value ?? '',
        inputs.current.get(`${step}r`)?.value ?? '',
        minimum,
        Array.from({ length: step }, (_, before) => inputs.current.get(String(before))?.value ?? ''),
      );
      if (kind !== undefined) {
        setFault({ index: step, kind });
        focusAt(kind === 'differs' ? `${step}r` : String(step));
        return false;
      }
      setFault(null);
      if (step < count - 1) {
        setStep(step + 1);
        focusAt(String(step + 1));
        return false;
      }
      return true;
    },
    take() {
      const values: string[] = [];
      for (let index = 0; index < count; index++) {
        values.push(inputs.current.get(String(index))?.value ?? '');
      }
      for (const input of inputs.current.values()) input.value = '';
      setStep(0);
      setGeneration((old) => old + 1);
      return values;
    },
    focus: () => focusAt('0'),
  };
}

/** The inputs: two per person, one person at a time. */
export function NewPasswords({ passwords, count }: { readonly passwords: NewPasswordFields; readonly count: number }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <div className="new-passwords">
      {Array.from({ length: count }, (_, index) => {
        const who = count === 1 ? t('newPassword.one') : index === 0 ? t('newPassword.first') : t('newPassword.second');
        const done = index < passwords.step;
        const fault = passwords.fault?.index === index ? passwords.fault.kind : undefined;
        return (
          <div key={`${passwords.generation}-${who}`}>
            {done && (
              <p className="password-done">
                <Icon name="check" />
                {t('password.given', { who })}
              </p>
            )}
            <div className="new-password" hidden={index !== passwords.step}>
              <Field
                label={who}
                register={passwords.register(index, false)}
                shown={shown}
                invalid={fault === 'short' || fault === 'empty' || fault === 'alike'}
                autoFocus={index === 0}
              />
              <Field
                label={t('newPassword.repeat')}
                register={passwords.register(index, true)}
                shown={shown}
                invalid={fault === 'differs'}
              />
              {fault !== undefined && (
                <p className="note note-bad" role="alert">
                  <Icon name="close" />
                  <span>{t(`newPassword.fault.${fault}`, { count: passwords.minimum })}</span>
                </p>
              )}
            </div>
          </div>
        );
      })}
      <label className="check">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} />
        {t('newPassword.show')}
      </label>
    </div>
  );
}

function Field({
  label,
  register,
  shown,
  invalid,
  autoFocus = false,
}: {
  readonly label: string;
  readonly register: (element: HTMLInputElement | null) => void;
  readonly shown: boolean;
  readonly invalid: boolean;
  readonly autoFocus?: boolean;
}) {
  const id = useId();
  return (
    <div className="password">
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
          aria-invalid={invalid}
          {...(autoFocus ? { 'data-autofocus': true } : {})}
        />
      </div>
    </div>
  );
}
