import { useTranslation } from 'react-i18next';
import { playSound } from '../app/sounds.ts';
import { Button } from '../parts/button.tsx';
import { FormField } from '../signers/form-field.tsx';
import { Group, type SectionProps } from './group.tsx';

const themes = ['system', 'light', 'dark'] as const;
const scales = [100, 110, 125, 150, 175, 200] as const;

/** Name, language, look and sounds. */
export function StationSection({ settings, onChange }: SectionProps) {
  const { t } = useTranslation();
  return (
    <>
      <Group title={t('settings.station.name')} tell={t('first.setUp.why')}>
        <FormField label={t('top.station')}>
          {(props) => (
            <input
              {...props}
              maxLength={64}
              value={settings.station}
              onChange={(event) => onChange({ station: event.target.value })}
            />
          )}
        </FormField>
      </Group>
      <Group title={t('settings.station.look')}>
        <div className="fields-two">
          <FormField label={t('settings.station.language')}>
            {(props) => (
              <select
                {...props}
                value={settings.language}
                onChange={(event) => onChange({ language: event.target.value === 'de' ? 'de' : 'en' })}
              >
                <option value="en">English</option>
                <option value="de">Deutsch</option>
              </select>
            )}
          </FormField>
          <FormField label={t('settings.station.theme')}>
            {(props) => (
              <select
                {...props}
                value={settings.theme}
                onChange={(event) =>
                  onChange({ theme: themes.find((theme) => theme === event.target.value) ?? 'system' })
                }
              >
                {themes.map((theme) => (
                  <option key={theme} value={theme}>
                    {t(`settings.themes.${theme}`)}
                  </option>
                ))}
              </select>
            )}
          </FormField>
          <FormField label={t('settings.station.textScale')}>
            {(props) => (
              <select
                {...props}
                value={settings.textScale}
                onChange={(event) => onChange({ textScale: Number(event.target.value) })}
              >
                {[...new Set([...scales, settings.textScale])]
                  .sort((a, b) => a - b)
                  .map((scale) => (
                    <option key={scale} value={scale}>
                      {scale} %
                    </option>
                  ))}
              </select>
            )}
          </FormField>
        </div>
      </Group>
      <Group title={t('settings.station.sounds')} tell={t('settings.station.soundsTell')}>
        <label className="check">
          <input
            type="checkbox"
            checked={settings.sound.on}
            onChange={(event) => onChange({ sound: { ...settings.sound, on: event.target.checked } })}
          />
          {t('settings.station.soundOn')}
        </label>
        <FormField label={t('settings.station.volume', { volume: settings.sound.volume })}>
          {(props) => (
            <input
              {...props}
              className="slider"
              type="range"
              min={0}
              max={100}
              step={5}
              value={settings.sound.volume}
              onChange={(event) => onChange({ sound: { ...settings.sound, volume: Number(event.target.value) } })}
            />
          )}
        </FormField>
        <div className="actions">
          {(['pass', 'fail', 'ask'] as const).map((kind) => (
            <Button key={kind} icon="sound" onClick={() => playSound(kind, settings.sound.volume)}>
              {t(`settings.soundNames.${kind}`)}
            </Button>
          ))}
        </div>
      </Group>
      <Group title={t('settings.station.passwords')}>
        <FormField label={t('settings.station.minimum')} hint={t('settings.station.minimumTell')}>
          {(props) => (
            <input
              {...props}
              type="number"
              min={12}
              max={64}
              value={settings.passwordMinimum}
              onChange={(event) =>
                onChange({ passwordMinimum: Math.min(64, Math.max(12, Math.round(Number(event.target.value)) || 12)) })
              }
            />
          )}
        </FormField>
      </Group>
    </>
  );
}
