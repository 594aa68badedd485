import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk, useCall } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { formatStamp } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { copyText } from '../parts/save-file.ts';
import { Tag } from '../parts/tag.tsx';
import { FormField } from '../signers/form-field.tsx';
import { ui } from '../stores/ui-store.ts';
import { Group, type SectionProps } from './group.tsx';
import { WordList } from './word-list.tsx';

/** The signing server: this station's own, open to others or not, or one elsewhere. */
export function ServerSection({ settings, onChange }: SectionProps) {
  const { t } = useTranslation();
  const { server } = settings;
  const set = (change: Partial<typeof server>): void => onChange({ server: { ...server, ...change } });
  return (
    <>
      <Group title={t('settings.server.title')}>
        <fieldset className="choice-list plain-fieldset">
          <legend className="hidden-text">{t('settings.server.title')}</legend>
          {(['own', 'remote'] as const).map((mode) => (
            <label className="choice-row" key={mode}>
              <input type="radio" name="server-mode" checked={server.mode === mode} onChange={() => set({ mode })} />
              <b>{t(`settings.server.modes.${mode}`)}</b>
              <small>{t(`settings.server.modeTells.${mode}`)}</small>
            </label>
          ))}
        </fieldset>
      </Group>
      {server.mode === 'own' ? (
        <OwnServer settings={settings} onChange={onChange} />
      ) : (
        <Group title={t('settings.server.modes.remote')}>
          <div className="fields-two">
            <FormField label={t('settings.server.host')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={255}
                  value={server.remoteHost}
                  onChange={(event) => set({ remoteHost: event.target.value.trim() })}
                />
              )}
            </FormField>
            <PortField least={1} value={server.remotePort} onChange={(remotePort) => set({ remotePort })} />
          </div>
          <StationKeyForm />
        </Group>
      )}
    </>
  );
}

/** A TCP port; `least` is 1, or 0 where the system may choose one. */
function PortField({
  least,
  value,
  onChange,
}: {
  readonly least: 0 | 1;
  readonly value: number;
  readonly onChange: (port: number) => void;
}) {
  const { t } = useTranslation();
  const most = 65535;
  return (
    <FormField label={t('settings.server.port')}>
      {(props) => (
        <input
          {...props}
          type="number"
          min={least}
          max={most}
          value={value}
          onChange={(event) =>
            onChange(Math.min(most, Math.max(least, Math.round(Number(event.target.value)) || least)))
          }
        />
      )}
    </FormField>
  );
}

/** The key that the remote server gave for this station: typed once, kept in an owner-only file by the core. */
function StationKeyForm() {
  const { t } = useTranslation();
  const ask = useAsk();
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className="inline-form"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        const field = event.currentTarget.elements.namedItem('station-key');
        if (!(field instanceof HTMLInputElement)) return;
        const key = field.value.replace(/\s/g, '');
        const fits = /^[0-9A-Fa-f]{64}$/.test(key);
        setWrong(!fits);
        if (!fits) return;
        field.value = '';
        void ask('server.setStationKey', { key }).then((answer) => {
          if (answer !== undefined) ui.notice('done', t('settings.server.keyKept'));
        });
      }}
    >
      <FormField label={t('settings.server.stationKey')} hint={t('settings.server.stationKeyTell')} invalid={wrong}>
        {(props) => (
          <input
            {...props}
            name="station-key"
            className="input hex"
            type="password"
            maxLength={100}
            spellCheck={false}
            autoComplete="off"
          />
        )}
      </FormField>
      <Button submit>{t('dialog.save')}</Button>
    </form>
  );
}

function OwnServer({ settings, onChange }: SectionProps) {
  const { t } = useTranslation();
  const ask = useAsk();
  const stations = useCall('server.stations', {});
  const clients = useCall('server.clients', {});
  const [name, setName] = useState('');
  const [key, setKey] = useState<{ readonly name: string; readonly key: string } | null>(null);
  const { server } = settings;
  const set = (change: Partial<typeof server>): void => onChange({ server: { ...server, ...change } });
  return (
    <>
      <Group title={t('settings.server.listen')} tell={t('settings.server.listenTell')}>
        <label className="check">
          <input type="checkbox" checked={server.listen} onChange={(event) => set({ listen: event.target.checked })} />
          {t('settings.server.listenOn')}
        </label>
        {server.listen && (
          <>
            <div className="fields-two">
              <FormField label={t('settings.server.address')} hint={t('settings.server.addressTell')}>
                {(props) => (
                  <input
                    {...props}
                    maxLength={255}
                    value={server.address}
                    onChange={(event) => set({ address: event.target.value.trim() })}
                  />
                )}
              </FormField>
              <PortField least={0} value={server.port} onChange={(port) => set({ port })} />
            </div>
            <h3>{t('settings.server.allow')}</h3>
            <WordList
              words={server.allow}
              onChange={(allow) => set({ allow })}
              label={t('settings.server.allowAdd')}
              placeholder="192.168.7.0/24"
              longest={64}
            />
          </>
        )}
      </Group>
      <Group title={t('settings.server.stations')} tell={t('settings.server.stationsTell')}>
        <ul className="plain-list">
          {(stations.value ?? []).map((station) => (
            <li key={station.name}>
              <b className="grow">{station.name}</b>
              <span className="second">{formatStamp(station.createdAt)}</span>
              {station.withdrawn ? (
                <Tag tone="fail">{t('settings.server.withdrawn')}</Tag>
              ) : (
                <Button
                  kind="danger"
                  onClick={() =>
                    void ask('server.withdrawStation', { name: station.name }).then((answer) => {
                      if (answer !== undefined) stations.reload();
                    })
                  }
                >
                  {t('settings.server.withdraw')}
                </Button>
              )}
            </li>
          ))}
        </ul>
        <form
          className="inline-form"
          onSubmit={(event) => {
            event.preventDefault();
            void ask('server.addStation', { name: name.trim() }).then((answer) => {
              if (answer === undefined) return;
              setKey({ name: name.trim(), key: answer.key });
              setName('');
              stations.reload();
            });
          }}
        >
          <FormField label={t('settings.server.stationName')}>
            {(props) => (
              <input {...props} maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
            )}
          </FormField>
          <Button submit disabled={name.trim() === ''}>
            {t('settings.server.addStation')}
          </Button>
        </form>
      </Group>
      <Group title={t('settings.server.clients')}>
        {(clients.value ?? []).length === 0 ? (
          <p className="second">{t('settings.server.noClients')}</p>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th>{t('settings.server.address')}</th>
                <th>{t('top.station')}</th>
                <th>{t('settings.server.proven')}</th>
                <th>{t('settings.server.since')}</th>
                <th className="num">{t('settings.server.requests')}</th>
              </tr>
            </thead>
            <tbody>
              {(clients.value ?? []).map((client) => (
                <tr key={client.address}>
                  <td className="hex">{client.address}</td>
                  <td>{client.station === '' ? '–' : client.station}</td>
                  <td>{t(`settings.server.auth.${client.auth}`)}</td>
                  <td>{formatStamp(client.since)}</td>
                  <td className="num">{client.requests}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <div className="actions">
          <Button onClick={() => clients.reload()}>{t('settings.kits.again')}</Button>
        </div>
      </Group>
      {key !== null && (
        <Dialog title={t('settings.server.keyTitle', { name: key.name })} glyph="key" onClose={() => setKey(null)}>
          <DialogBody>
            <p>{t('settings.server.keyTell')}</p>
            <p className="key-shown hex">{key.key}</p>
            <p className="note note-hint">
              <Icon name="lock" />
              <span>{t('settings.server.keyOnce')}</span>
            </p>
          </DialogBody>
          <DialogFoot>
            {/* Shown this once: an Enter too many must not close it. */}
            <Button size="op" icon="copy" data-autofocus onClick={() => void copyText(key.key)}>
              {t('certificate.copy')}
            </Button>
            <Button size="op" kind="primary" onClick={() => setKey(null)}>
              {t('dialog.close')}
            </Button>
          </DialogFoot>
        </Dialog>
      )}
    </>
  );
}
