import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Choice } from '../../src-shared/ipc/state.ts';
import { choiceKeys } from '../app/keys.ts';
import { KeyCap, shortcutOf } from '../parts/button.tsx';
import { ui } from '../stores/ui-store.ts';
import { DifferencesDialog } from './differences-dialog.tsx';
import type { FaceProps } from './face-parts.tsx';
import { firstChoice } from './site-words.ts';

/** The key that takes a choice, as printed on it. */
function choiceKey(choice: Choice, first: Choice | undefined): string | undefined {
  if (choice === first) return 'Enter';
  switch (choice.action) {
    case 'validate':
    case 'set-aside':
    case 'accept-key':
      return choiceKeys[choice.action];
    default:
      return undefined;
  }
}

/**
 * What may be done with this board. Choices that do not apply stay visible, dashed, with the reason in them: nothing unsafe
 * is offered, and nothing moves when it becomes possible.
 */
export function ChoiceButtons({ site, actions, focused, onFill = false }: FaceProps & { readonly onFill?: boolean }) {
  const { t } = useTranslation();
  const [comparing, setComparing] = useState(false);
  const first = firstChoice(site);
  const differs = site.state === 'decision' && site.reason === 'FOREIGN_CONFIG';
  return (
    <div className={onFill ? 'choices choices-on-fill' : 'choices'}>
      {site.choices.map((choice) => {
        const key = choiceKey(choice, first);
        const isFirst = choice === first;
        // What only lacks a person leads to the sign-on, for a hand without a keyboard too.
        const lacksPerson = choice.blocked === 'sign-on' || choice.blocked === 'role';
        return (
          <button
            key={choice.action}
            type="button"
            disabled={choice.blocked !== null && !lacksPerson}
            className={`choice${isFirst ? ' choice-first is-first' : ''}${isFirst && focused ? ' is-focus' : ''}`}
            onClick={() => (lacksPerson ? ui.askSignOn({ kind: 'asked' }) : actions.take(site, choice.action))}
            {...(key === undefined ? {} : { 'aria-keyshortcuts': shortcutOf(key) })}
          >
            <b>{t(`action.${choice.action}`)}</b>
            {key !== undefined && choice.blocked === null && <KeyCap onButton>{key}</KeyCap>}
            {/* One of the two is shown, by the room there is. */}
            {choice.blocked !== null && <span className="choice-why-short">{t(`blockedShort.${choice.blocked}`)}</span>}
            <span className="choice-why">
              {choice.blocked !== null
                ? t(`blocked.${choice.blocked}`)
                : `${t(`actionTells.${choice.action}`)}${choice.role === null ? '' : ` ${t('line.needsRole', { role: t(`role.${choice.role}`) })}`}`}
            </span>
          </button>
        );
      })}
      {differs && (
        <button
          type="button"
          className="choice"
          data-choice="differences"
          aria-keyshortcuts={choiceKeys.differences}
          onClick={() => setComparing(true)}
        >
          <b>{t('line.differences.name')}</b>
          <KeyCap onButton>{choiceKeys.differences}</KeyCap>
          <span>{t('line.differences.tell')}</span>
        </button>
      )}
      {comparing && <DifferencesDialog site={site} onClose={() => setComparing(false)} />}
    </div>
  );
}
