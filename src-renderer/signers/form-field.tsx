import { type ReactNode, useId } from 'react';

interface FieldProps {
  readonly id: string;
  readonly className: string;
  readonly 'aria-invalid'?: boolean;
  readonly 'aria-describedby'?: string;
}

/** A labelled control with a hint; the control takes the properties it is given. */
export function FormField({
  label,
  hint,
  invalid = false,
  children,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly invalid?: boolean;
  readonly children: (props: FieldProps) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        className: 'input',
        ...(invalid ? { 'aria-invalid': true } : {}),
        ...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` }),
      })}
      {hint !== undefined && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
