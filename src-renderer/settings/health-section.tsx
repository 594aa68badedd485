import { useTranslation } from 'react-i18next';
import type { HealthView } from '../../src-shared/ipc/state.ts';
import { Glyph } from '../parts/glyph.tsx';
import { Told } from '../parts/told.tsx';
import { useSlice } from '../stores/station-store.ts';
import { sentenceOf, useLanguage } from '../texts/sentence.ts';
import { Group } from './group.tsx';

/** What the station needs of its computer, and whether it has it. */
export function HealthSection() {
  const { t } = useTranslation();
  const station = useSlice('station');
  const health = useSlice('health') ?? [];
  return (
    <>
      <Group title={t('settings.sections.health')}>
        <ul className="health">
          {health.map((item) => (
            <HealthLine key={item.id} item={item} />
          ))}
        </ul>
        {health.length === 0 && <p className="second">{t('health.nothing')}</p>}
      </Group>
      <Group title={t('settings.about')}>
        <p>Signet {station?.software.replace(/^signet /, '')}</p>
      </Group>
    </>
  );
}

/** One line of the page: what it is, how it is, and the facts of it. */
function HealthLine({ item }: { readonly item: HealthView[number] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { code, megabytes, count, ...names } = item.facts;
  // A code says it once, in words that can be read; its reason would say it again.
  const codeSentence = code === undefined ? undefined : sentenceOf(code, language);
  const facts = [
    ...Object.values(names),
    ...(megabytes === undefined ? [] : [t('health.megabytes', { megabytes })]),
    ...(count === undefined
      ? []
      : [t(`health.count.${item.id === 'run-reports' ? 'reports' : 'ports'}`, { count: Number(count) })]),
  ];
  return (
    <li className={`is-${item.level}`}>
      <Glyph
        name={item.level === 'ok' ? 'pass' : item.level === 'warning' ? 'aside' : 'fail'}
        label={t(`health.level.${item.level}`)}
      />
      <div>
        <b>{t(`health.name.${item.id}`)}</b>
        <p>{item.level === 'ok' ? t('health.ok') : (codeSentence ?? t(`health.tell.${item.id}`))}</p>
        {facts.length > 0 && <p className="second">{facts.join(', ')}</p>}
        {item.reason !== null && codeSentence === undefined && (
          <p className="second">
            <Told reason={item.reason} sentence />
          </p>
        )}
      </div>
    </li>
  );
}
