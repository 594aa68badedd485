import { Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUi } from '../stores/ui-store.ts';
import { Glyph, type GlyphName } from './glyph.tsx';
import { Icon } from './icon.tsx';
import './dialog.css';

/** A click beside the dialog takes the focus from none of its fields: what is typed next still goes there. */
function keepFocus(event: MouseEvent): void {
  if (event.target instanceof Element && event.target.closest('.dialog') === null) event.preventDefault();
}

/**
 * Marks where the focus goes first: what the dialog names itself, else its first field, else its filled button. Never what closes it:
 * the Enter key is the filled button's.
 */
function markFirst(head: HTMLElement | null): void {
  const dialog = head?.closest('.dialog');
  if (dialog == null || dialog.querySelector('[data-autofocus]') !== null) return;
  const first = firstOf.map((fields) => dialog.querySelector(fields)).find((found) => found !== null);
  first?.setAttribute('data-autofocus', 'true');
}

const firstOf = [
  '[data-unit-field], .hold:not(:disabled)',
  '.dialog-body input[type="radio"]:checked',
  '.dialog-body :is(input, select, textarea):not(:disabled)',
  '.dialog-foot .btn-primary:not(:disabled)',
];

/**
 * The focus goes back to where it was when the dialog came, unless somebody has taken it meanwhile. On Line the Enter key is the
 * board's: no button of the frame gets it there.
 */
function giveBack(opener: Element | null): void {
  requestAnimationFrame(() => {
    if (!(opener instanceof HTMLElement) || !opener.isConnected) return;
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    if (useUi.getState().place === 'line' && opener.closest('main') === null) return;
    opener.focus({ preventScroll: true });
  });
}

/**
 * The one dialog. It never closes by a click outside; Esc and its close button do what "not now" does. The caller gives
 * the buttons, the filled one last.
 */
export function Dialog({
  title,
  glyph,
  onClose,
  wide = false,
  children,
}: {
  readonly title: string;
  readonly glyph?: GlyphName;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const [opener] = useState(() => document.activeElement);
  useEffect(() => {
    document.addEventListener('mousedown', keepFocus);
    return () => {
      document.removeEventListener('mousedown', keepFocus);
      giveBack(opener);
    };
  }, [opener]);
  return (
    <Modal.Root
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      centered
      lockScroll={false}
      transitionProps={{ duration: 160, transition: 'fade' }}
      size={wide ? '60rem' : '40rem'}
      padding={0}
      classNames={{ content: 'dialog' }}
    >
      <Modal.Overlay className="dialog-scrim" />
      <Modal.Content>
        <div ref={markFirst} className="dialog-head">
          {glyph !== undefined && <Glyph name={glyph} className={`dialog-glyph dialog-glyph-${glyph}`} />}
          <Modal.Title className="dialog-title">{title}</Modal.Title>
          <button type="button" className="dialog-close" onClick={onClose} aria-label={t('dialog.close')}>
            <Icon name="close" />
          </button>
        </div>
        {children}
      </Modal.Content>
    </Modal.Root>
  );
}

/** What a dialog says and asks. */
export function DialogBody({ children }: { readonly children: ReactNode }) {
  return <div className="dialog-body">{children}</div>;
}

/** The buttons of a dialog, the one that goes on at the right. */
export function DialogFoot({ children }: { readonly children: ReactNode }) {
  return <div className="dialog-foot">{children}</div>;
}
