import { useTranslation } from 'react-i18next';
import { Glyph } from '../parts/glyph.tsx';
import { sentenceOf, useLanguage } from '../texts/sentence.ts';
import './frame.css';

export type StartProblem =
  /** No answer from the core yet. */
  | { readonly kind: 'connecting' }
  /** The page was opened without the token of its shell. */
  | { readonly kind: 'no-token' }
  /** The core could not start; `code` is an error name, `detail` plain facts from the shell. */
  | { readonly kind: 'problem'; readonly code: string; readonly detail: string };

/** A whole page that says why there is nothing else to see. */
export function StartNotice(problem: StartProblem) {
  const { t } = useTranslation();
  const language = useLanguage();
  const second = problem.kind === 'problem' && problem.code === 'DATA_DIR_IN_USE';
  return (
    <main className="start-notice">
      <section className="bare">
        <Glyph name={problem.kind === 'connecting' ? 'run' : 'aside'} />
        <div>
          {problem.kind === 'connecting' && (
            <>
              <h1>{t('start.connecting')}</h1>
              <p>{t('start.connectingTell')}</p>
            </>
          )}
          {problem.kind === 'no-token' && (
            <>
              <h1>{t('start.noToken')}</h1>
              <p>{t('start.noTokenTell')}</p>
            </>
          )}
          {problem.kind === 'problem' && (
            <>
              <h1>{second ? t('start.second') : t('start.failed')}</h1>
              <p>{sentenceOf(problem.code, language) ?? problem.code}</p>
              {second && <p>{t('start.secondTell')}</p>}
              {problem.detail !== '' && (
                <p className="hex second" lang="en">
                  {problem.detail}
                </p>
              )}
            </>
          )}
        </div>
      </section>
    </main>
  );
}
