import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Glyph } from '../parts/glyph.tsx';
import { Icon } from '../parts/icon.tsx';
import { type Notice, ui, useUi } from '../stores/ui-store.ts';

/** ms that a message of something done stays; errors stay until closed. */
const stayMs = 6_000;

/** Messages at the lower right, above everything but dialogs. */
export function Notices() {
  const notices = useUi((store) => store.notices);
  const { t } = useTranslation();
  return (
    <section className="notices" aria-label={t('frame.notices')} aria-live="polite">
      {notices.map((notice) => (
        <NoticeRow key={notice.id} notice={notice} />
      ))}
    </section>
  );
}

function NoticeRow({ notice }: { readonly notice: Notice }) {
  const { t } = useTranslation();
  const { id, kind } = notice;
  useEffect(() => {
    if (kind === 'error') return;
    const timer = setTimeout(() => ui.closeNotice(id), stayMs);
    return () => clearTimeout(timer);
  }, [id, kind]);
  return (
    <div className={`notice notice-${kind}`}>
      <Glyph name={kind === 'error' ? 'aside' : 'pass'} />
      <p>{notice.text}</p>
      <button type="button" onClick={() => ui.closeNotice(id)} aria-label={t('dialog.close')}>
        <Icon name="close" small />
      </button>
    </div>
  );
}
