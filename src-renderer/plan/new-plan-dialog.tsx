import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Plan } from '../../src-shared/model/plan.ts';
import { useCall } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { useSentence } from '../texts/sentence.ts';
import { newPlan } from './draft.ts';

/** A new plan begins with a configuration that is known to be good. */
export function NewPlanDialog({
  taken,
  onClose,
  onMake,
}: {
  readonly taken: readonly string[];
  readonly onClose: () => void;
  readonly onMake: (plan: Plan) => void;
}) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const presets = useCall('plan.presets', {});
  const [name, setName] = useState('');
  const [preset, setPreset] = useState<string | null>(null);
  const chosen = presets.value?.find((candidate) => candidate.id === preset) ?? presets.value?.[0];
  const exists = taken.includes(name.trim());
  return (
    <Dialog title={t('plan.new')} glyph="info" onClose={onClose} wide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen !== undefined && !exists && name.trim() !== '')
            onMake(newPlan(name.trim(), chosen.part === 'ATECC508A' ? 'ATECC508A' : 'ATECC608', chosen.image));
        }}
      >
        <DialogBody>
          <div className="field">
            <label htmlFor="plan-name">{t('plan.name')}</label>
            <input
              id="plan-name"
              className="input input-op"
              maxLength={64}
              required
              value={name}
              aria-invalid={exists}
              onChange={(event) => setName(event.target.value)}
              data-autofocus
            />
            {exists && <p className="is-fail">{t('plan.nameTaken')}</p>}
          </div>
          {presets.state === 'failed' && <p className="is-fail">{sentence(presets.error)}</p>}
          <fieldset className="choice-list plain-fieldset">
            <legend>{t('plan.startFrom')}</legend>
            {(presets.value ?? []).map((candidate) => (
              <label className="choice-row" key={candidate.id}>
                <input
                  type="radio"
                  name="preset"
                  checked={candidate === chosen}
                  onChange={() => setPreset(candidate.id)}
                />
                <b>{candidate.title}</b>
                <small>{candidate.part}</small>
              </label>
            ))}
          </fieldset>
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button
            size="op"
            kind="primary"
            submit
            keyCap="Enter"
            disabled={chosen === undefined || exists || name.trim() === ''}
          >
            {t('sequence.next')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
