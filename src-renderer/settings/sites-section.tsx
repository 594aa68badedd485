import { useTranslation } from 'react-i18next';
import { useCall } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Tag, type Tone } from '../parts/tag.tsx';
import { Told } from '../parts/told.tsx';
import { FormField } from '../signers/form-field.tsx';
import { Group, type SectionProps } from './group.tsx';
import { WordList } from './word-list.tsx';

const tones: Readonly<Record<'site' | 'signer' | 'root' | 'free' | 'refused', Tone>> = {
  site: 'go',
  signer: 'pass',
  root: 'ask',
  free: 'none',
  refused: 'fail',
};

/** The id of the next site: site-1 … site-16, the first that is free. */
export function nextSiteId(taken: readonly string[]): string | undefined {
  for (let number = 1; number <= 16; number++) {
    if (!taken.includes(`site-${number}`)) return `site-${number}`;
  }
  return undefined;
}

function connectorOf({ connector, path }: { readonly connector: string; readonly path: string }): string {
  return connector === '' ? path : connector;
}

/** Which connectors are sites, and what every kit that is plugged in is used for. */
export function SitesSection({ settings, onChange }: SectionProps) {
  const { t } = useTranslation();
  const kits = useCall('kits.list', {});
  const taken = settings.sites.map((site) => site.connector);
  const add = (connector: string): void => {
    const id = nextSiteId(settings.sites.map((site) => site.id));
    if (id === undefined) return;
    onChange({
      sites: [
        ...settings.sites,
        { id, label: t('line.site', { number: Number(id.slice(5)) }), connector, enabled: true },
      ],
    });
  };
  const change = (index: number, part: Partial<(typeof settings.sites)[number]>): void =>
    onChange({ sites: settings.sites.map((site, at) => (at === index ? { ...site, ...part } : site)) });
  return (
    <>
      <Group title={t('settings.sites.title')} tell={t('settings.sites.tell')}>
        {settings.sites.length === 0 && <p className="second">{t('settings.sites.none')}</p>}
        <ul className="site-list">
          {settings.sites.map((site, index) => (
            <li key={site.id}>
              <FormField label={t('settings.sites.label')}>
                {(props) => (
                  <input
                    {...props}
                    maxLength={48}
                    value={site.label}
                    onChange={(event) => change(index, { label: event.target.value })}
                  />
                )}
              </FormField>
              <FormField label={t('settings.sites.connector')}>
                {(props) => (
                  <input
                    {...props}
                    className="input hex"
                    maxLength={255}
                    value={site.connector}
                    onChange={(event) => change(index, { connector: event.target.value })}
                  />
                )}
              </FormField>
              <label className="check">
                <input
                  type="checkbox"
                  checked={site.enabled}
                  onChange={(event) => change(index, { enabled: event.target.checked })}
                />
                {t('settings.sites.enabled')}
              </label>
              <Button kind="quiet" onClick={() => onChange({ sites: settings.sites.filter((_, at) => at !== index) })}>
                {t('plan.remove')}
              </Button>
            </li>
          ))}
        </ul>
      </Group>
      <Group title={t('settings.kits.title')} tell={t('settings.kits.tell')}>
        <div className="table-wide">
          <table className="table">
            <thead>
              <tr>
                <th>{t('settings.kits.kit')}</th>
                <th>{t('settings.kits.path')}</th>
                <th>{t('settings.kits.use')}</th>
                <th>
                  <span className="hidden-text">{t('signers.action')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {(kits.value ?? []).map((kit) => (
                <tr key={kit.path}>
                  <td>
                    <b>{kit.name}</b>
                    {kit.reason !== null && (
                      <p className="second">
                        <Told reason={kit.reason} sentence />
                      </p>
                    )}
                  </td>
                  <td className="hex">{connectorOf(kit)}</td>
                  <td>
                    <Tag tone={tones[kit.use]}>{t(`kitUse.${kit.use}`)}</Tag>
                  </td>
                  <td className="row-action">
                    {/* A plain kit has a place for as long as the program runs; bound, it keeps it. */}
                    {(kit.use === 'free' || kit.use === 'site') && !taken.includes(connectorOf(kit)) && (
                      <Button disabled={settings.sites.length >= 16} onClick={() => add(connectorOf(kit))}>
                        {t('settings.kits.bind')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {kits.state === 'ready' && kits.value.length === 0 && <p className="second">{t('settings.kits.none')}</p>}
        <div className="actions">
          <Button onClick={() => kits.reload()}>{t('settings.kits.again')}</Button>
        </div>
      </Group>
      <Group title={t('settings.kits.extra')} tell={t('settings.kits.extraTell')}>
        <WordList
          words={settings.extraKits}
          onChange={(extraKits) => onChange({ extraKits })}
          label={t('settings.kits.extraPath')}
          placeholder="tcp:127.0.0.1:7001"
          longest={255}
        />
      </Group>
    </>
  );
}
