import { type ReactNode, useId } from 'react';
import { Icon } from '../parts/icon.tsx';

interface FieldProps {
  readonly id: string;
  readonly className: string;
  readonly 'aria-invalid'?: boolean;
  readonly 'aria-describedby'?: string;
}

/** A labelled control with a hint, and below it what is wrong with it; the control takes the properties it is given. */
export function FormField({
  label,
  hint,
  invalid = false,
  fault,
  children,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly invalid?: boolean;
  /** What is wrong, in a sentence. */
  readonly fault?: string | undefined;
  readonly children: (props: FieldProps) => ReactNode;
}) {
  const id = useId();
  const described = [...(hint === undefined ? [] : [`${id}-hint`]), ...(fault === undefined ? [] : [`${id}-fault`])];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        className: 'input',
        ...(invalid || fault !== undefined ? { 'aria-invalid': true } : {}),
        ...(described.length === 0 ? {} : { 'aria-describedby': described.join(' ') }),
      })}
      {hint !== undefined && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault !== undefined && (
        <p className="note note-bad" id={`${id}-fault`}>
          <Icon name="close" />
          <span>{fault}</span>
        </p>
      )}
    </div>
  );
}
