import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import { personRoles } from '../../src-shared/ipc/lists.ts';
import { useAsk, useCall } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { Icon } from '../parts/icon.tsx';
import { Tag } from '../parts/tag.tsx';
import { FormField } from '../signers/form-field.tsx';
import { useSlice } from '../stores/station-store.ts';
import { useSentence } from '../texts/sentence.ts';
import { Group } from './group.tsx';

type Person = CallOutput<'people.list'>[number];

const fresh: Person = { name: '', role: 'operator', badge: '', active: true };

/** The first one must be able to enter the others. */
const first: Person = { ...fresh, role: 'engineer' };

/** Who may work here, and as what. */
export function PeopleSection() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const station = useSlice('station');
  const people = useCall('people.list', {});
  const [editing, setEditing] = useState<Person | null>(null);
  return (
    <Group title={t('settings.sections.people')} tell={t('settings.people.tell')}>
      {station?.peopleConfigured === false && (
        <p className="settings-warning">
          <Glyph name="aside" />
          {t('settings.people.nobody')}
        </p>
      )}
      {people.state === 'failed' && (
        <p className="failure" role="alert">
          <Glyph name="fail" />
          {sentence(people.error)}
        </p>
      )}
      <table className="table">
        <thead>
          <tr>
            <th>{t('settings.people.name')}</th>
            <th>{t('settings.people.role')}</th>
            <th>{t('settings.people.badge')}</th>
            <th>{t('signers.state')}</th>
            <th>
              <span className="hidden-text">{t('signers.action')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {(people.value ?? []).map((person) => (
            <tr key={person.name}>
              <td>
                <b>{person.name}</b>
              </td>
              <td>{t(`role.${person.role}`)}</td>
              <td>{person.badge === '' ? '–' : person.badge}</td>
              <td>
                {person.active ? (
                  <Tag tone="pass" glyph="pass">
                    {t('settings.people.active')}
                  </Tag>
                ) : (
                  <Tag tone="none" glyph="skip">
                    {t('settings.people.inactive')}
                  </Tag>
                )}
              </td>
              <td className="row-action">
                <Button icon="edit" onClick={() => setEditing(person)}>
                  {t('plan.edit')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="actions">
        <Button icon="plus" onClick={() => setEditing(station?.peopleConfigured === false ? first : fresh)}>
          {t('settings.people.add')}
        </Button>
      </div>
      {editing !== null && (
        <PersonDialog
          person={editing}
          onClose={(saved) => {
            setEditing(null);
            if (saved) people.reload();
          }}
        />
      )}
    </Group>
  );
}

function PersonDialog({ person, onClose }: { readonly person: Person; readonly onClose: (saved: boolean) => void }) {
  const { t } = useTranslation();
  const ask = useAsk();
  const [form, setForm] = useState(person);
  const pin = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  // It is entered once: whoever is unsure may look at it. Forgotten with the dialog.
  const [shown, setShown] = useState(false);
  const isNew = person.name === '';
  const needsPin = form.role !== 'operator';
  return (
    <Dialog
      title={isNew ? t('settings.people.add') : t('settings.people.change')}
      glyph="info"
      onClose={() => onClose(false)}
    >
      <form
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          const typed = pin.current?.value ?? '';
          if (pin.current !== null) pin.current.value = '';
          setWrong(null);
          void ask(
            'people.save',
            {
              name: form.name.trim(),
              role: form.role,
              badge: form.badge.trim(),
              active: form.active,
              pin: typed,
            },
            (error) => {
              if (error.code === 'PASSWORD_POLICY') {
                setWrong(t('settings.people.pinTell'));
                pin.current?.focus();
                return true;
              }
              if (error.code !== 'OPTION_INVALID') return false;
              const { name } = error.details;
              setWrong(
                typeof name === 'string'
                  ? t('settings.people.badgeTaken', { name })
                  : t('settings.people.engineerFirst'),
              );
              return true;
            },
          ).then((answer) => {
            if (answer !== undefined) onClose(true);
          });
        }}
      >
        <DialogBody>
          <div className="fields-two">
            <FormField label={t('settings.people.name')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={64}
                  required
                  disabled={!isNew}
                  data-autofocus={isNew || undefined}
                  value={form.name}
                  onChange={(event) => setForm({ ...form, name: event.target.value })}
                />
              )}
            </FormField>
            <FormField label={t('settings.people.role')}>
              {(props) => (
                <select
                  {...props}
                  value={form.role}
                  onChange={(event) =>
                    setForm({ ...form, role: personRoles.find((role) => role === event.target.value) ?? 'operator' })
                  }
                >
                  {personRoles.map((role) => (
                    <option key={role} value={role}>
                      {t(`role.${role}`)}
                    </option>
                  ))}
                </select>
              )}
            </FormField>
            <FormField label={t('settings.people.badge')} hint={t('settings.people.badgeTell')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={64}
                  value={form.badge}
                  onChange={(event) => setForm({ ...form, badge: event.target.value })}
                />
              )}
            </FormField>
            {needsPin && (
              <FormField
                label={t('signOn.pin')}
                hint={isNew ? t('settings.people.pinTell') : t('settings.people.pinKeep')}
              >
                {(props) => (
                  <input
                    {...props}
                    ref={pin}
                    type={shown ? 'text' : 'password'}
                    spellCheck={false}
                    inputMode="numeric"
                    maxLength={32}
                    required={isNew || person.role === 'operator'}
                    autoComplete="off"
                  />
                )}
              </FormField>
            )}
          </div>
          {needsPin && (
            <label className="check">
              <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} />
              {t('newPassword.show')}
            </label>
          )}
          <label className="check">
            <input
              type="checkbox"
              checked={form.active}
              onChange={(event) => setForm({ ...form, active: event.target.checked })}
            />
            {t('settings.people.mayWork')}
          </label>
          {wrong !== null && (
            <p className="note note-bad" role="alert">
              <Icon name="close" />
              <span>{wrong}</span>
            </p>
          )}
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={() => onClose(false)}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit keyCap="Enter" disabled={form.name.trim() === ''}>
            {t('dialog.save')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
