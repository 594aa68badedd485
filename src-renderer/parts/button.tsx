import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from './icon.tsx';
import './button.css';

export type ButtonKind = 'plain' | 'primary' | 'danger' | 'quiet';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'> {
  readonly kind?: ButtonKind;
  /** desk 48 px, op 64 px, big 96 px at 100 % */
  readonly size?: 'desk' | 'op' | 'big';
  readonly icon?: IconName;
  /** The key that does the same. */
  readonly keyCap?: string;
  readonly submit?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly children: ReactNode;
}

/** The one button. Off buttons are dashed and keep their word. */
export function Button({
  kind = 'plain',
  size = 'desk',
  icon,
  keyCap,
  submit = false,
  className,
  children,
  ref,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      ref={ref}
      type={submit ? 'submit' : 'button'}
      className={`btn btn-${kind} btn-${size}${className === undefined ? '' : ` ${className}`}`}
      {...(keyCap === undefined ? {} : { 'aria-keyshortcuts': shortcutOf(keyCap) })}
    >
      {icon !== undefined && <Icon name={icon} small={size === 'desk'} />}
      <span>{children}</span>
      {keyCap !== undefined && <KeyCap onButton>{keyCap}</KeyCap>}
    </button>
  );
}

/**
 * A key as it is printed on the keyboards of the language; `children` is its name in English. On a button it is no part of its name:
 * `aria-keyshortcuts` tells it.
 */
export function KeyCap({ children, onButton = false }: { readonly children: string; readonly onButton?: boolean }) {
  const { t } = useTranslation();
  return (
    <kbd className="keycap" aria-hidden={onButton || undefined}>
      {children.replace(/^(Ctrl|Shift)\b/, (_, key: 'Ctrl' | 'Shift') => t(`key.${key}`))}
    </kbd>
  );
}

const shortcutNames: Readonly<Record<string, string>> = { Esc: 'Escape', Ctrl: 'Control' };

/** The key's name in `aria-keyshortcuts`, where a space would separate two ways to the same. */
export function shortcutOf(keyCap: string): string {
  return keyCap
    .split(' ')
    .map((key) => shortcutNames[key] ?? key)
    .join('+');
}
