import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../parts/button.tsx';
import { HoldButton } from '../parts/hold-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { ui, useUi } from '../stores/ui-store.ts';
import { ChipFacts, FaceBody, type FaceProps } from './face-parts.tsx';
import { PreviousVerdict } from './previous-verdict.tsx';
import { firstChoice, wantsLabel } from './site-words.ts';

/** A board that may be started. */
export function SeenBody({ site, station, actions, focused }: FaceProps) {
  const { t } = useTranslation();
  const label = useUi((store) => store.unitLabels[site.id]);
  const first = firstChoice(site);
  const blocked = site.choices.find((choice) => choice.blocked !== null)?.blocked ?? null;
  const scan = wantsLabel(site, station, label);
  const hold = station.plan?.options.holdToConfirm === true;
  const say = scan
    ? t('line.seen.scan')
    : first === undefined
      ? t('line.seen.blocked')
      : hold
        ? t('line.seen.hold')
        : t('line.seen.say');
  const signOn = first === undefined && (blocked === 'sign-on' || blocked === 'role');
  return (
    <>
      <FaceBody>
        <p className="face-say">{say}</p>
        <ChipFacts site={site} large />
        {(scan || (label ?? '') !== '') && <UnitField site={site.id} label={label ?? ''} focused={focused && scan} />}
      </FaceBody>
      <div className="face-foot">
        {signOn ? (
          <Button
            size="big"
            className={focused ? 'is-first is-focus' : 'is-first'}
            keyCap="Enter"
            onClick={() => ui.askSignOn({ kind: 'asked' })}
          >
            {t(`blocked.${blocked}`)}
          </Button>
        ) : first === undefined || scan ? (
          <Button size="big" disabled>
            {scan ? t('line.seen.scanFirst') : blocked === null ? t('line.seen.nothing') : t(`blocked.${blocked}`)}
          </Button>
        ) : hold ? (
          <HoldButton focused={focused} onDone={() => actions.take(site, first.action)}>
            {t(`action.${first.action}`)}
          </HoldButton>
        ) : (
          <Button
            kind="primary"
            size="big"
            className={focused ? 'is-first is-focus' : 'is-first'}
            keyCap="Enter"
            onClick={() => actions.take(site, first.action)}
          >
            {t(`action.${first.action}`)}
          </Button>
        )}
        {site.previous !== null && <PreviousVerdict verdict={site.previous} />}
      </div>
    </>
  );
}

/** The field a barcode reader types into. Its Enter ends the text and starts nothing. */
function UnitField({ site, label, focused }: { site: string; label: string; focused: boolean }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) field.current?.focus();
  }, [focused]);
  return (
    <div className="unit-field">
      <label htmlFor={`unit-${site}`}>{t('line.unitLabel')}</label>
      <input
        id={`unit-${site}`}
        ref={field}
        data-unit-field={site}
        defaultValue={label}
        maxLength={64}
        autoComplete="off"
        spellCheck={false}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          event.stopPropagation();
          const text = event.currentTarget.value.trim();
          if (text === '') return;
          ui.setUnitLabel(site, text);
          event.currentTarget.blur();
        }}
        onBlur={(event) => {
          const text = event.currentTarget.value.trim();
          if (text !== label) ui.setUnitLabel(site, text);
        }}
      />
      {label !== '' && <Icon name="check" />}
    </div>
  );
}

/** A board that waits for a signer's password. */
export function WaitingBody({ site }: FaceProps) {
  const { t } = useTranslation();
  return (
    <>
      <FaceBody>
        <p className="face-say">{t('line.waiting.say')}</p>
        <ChipFacts site={site} large />
      </FaceBody>
      <div className="face-foot">
        <Button size="big" icon="unlock" onClick={() => ui.askUnlock('*')}>
          {t('line.waiting.enter')}
        </Button>
        {site.previous !== null && <PreviousVerdict verdict={site.previous} />}
      </div>
    </>
  );
}
