import { Modal } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Glyph, type GlyphName } from './glyph.tsx';
import { Icon } from './icon.tsx';
import './dialog.css';

/** A click beside the dialog takes the focus from none of its fields: what is typed next still goes there. */
function keepFocus(event: MouseEvent): void {
  if (event.target instanceof Element && event.target.closest('.dialog') === null) event.preventDefault();
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
  useEffect(() => {
    document.addEventListener('mousedown', keepFocus);
    return () => document.removeEventListener('mousedown', keepFocus);
  }, []);
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
        <div className="dialog-head">
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
