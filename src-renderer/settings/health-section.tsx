import { useTranslation } from 'react-i18next';
import { Glyph } from '../parts/glyph.tsx';
import { useSlice } from '../stores/station-store.ts';
import { sentenceOf, useLanguage } from '../texts/sentence.ts';
import { Group } from './group.tsx';

/** What the station needs of its computer, and whether it has it. */
export function HealthSection() {
  const { t } = useTranslation();
  const language = useLanguage();
  const station = useSlice('station');
  const health = useSlice('health') ?? [];
  return (
    <>
      <Group title={t('settings.sections.health')}>
        <ul className="health">
          {health.map((item) => (
            <li key={item.id} className={`is-${item.level}`}>
              <Glyph
                name={item.level === 'ok' ? 'pass' : item.level === 'warning' ? 'aside' : 'fail'}
                label={t(`health.level.${item.level}`)}
              />
              <div>
                <b>{t(`health.name.${item.id}`)}</b>
                <p>{item.level === 'ok' ? t('health.ok') : t(`health.tell.${item.id}`)}</p>
                {Object.keys(item.facts).length > 0 && (
                  <p className="second">
                    {Object.values(item.facts)
                      .map((fact) => sentenceOf(fact, language) ?? fact)
                      .join(', ')}
                  </p>
                )}
              </div>
            </li>
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
