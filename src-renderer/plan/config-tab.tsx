import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import type { Plan } from '../../src-shared/model/plan.ts';
import { registerOffset } from '../../src-shared/model/slot-fields.ts';
import type { Loaded } from '../app/client-context.tsx';
import { useChipState } from '../line/face-parts.tsx';
import { hexPairs } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { ForeverMark } from '../parts/tag.tsx';
import { Told } from '../parts/told.tsx';
import { useSentence } from '../texts/sentence.ts';
import { ByteMap, chipBytes } from './byte-map.tsx';
import { changedBytes, type PlanPart, withEntry, withSlotLock } from './draft.ts';
import { Findings } from './findings.tsx';
import { SlotEditor } from './slot-editor.tsx';
import { slotWords } from './slot-words.ts';

export type Inspected = Loaded<CallOutput<'plan.inspect'>>;

/** The config zone: sixteen slots and the fields beside them, the linter's findings, the difference to a chip. */
export function ConfigTab({
  plan,
  entryIndex,
  part,
  inspected,
  saved,
  onChange,
}: {
  readonly plan: Plan;
  readonly entryIndex: number;
  readonly part: PlanPart;
  readonly inspected: Inspected;
  /** The saved version, to mark what was changed since. */
  readonly saved: Plan | null;
  readonly onChange: (plan: Plan) => void;
}) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const chipState = useChipState();
  const [editing, setEditing] = useState<number | null>(null);
  const entry = plan.entries[entryIndex];
  const image = entry?.images[part];
  if (entry === undefined || image === undefined) return <p className="empty-note">{t('plan.noImage')}</p>;
  const before = saved?.entries[entryIndex]?.images[part];
  const changed = before === undefined ? new Set<number>() : changedBytes(before, image);
  const { value } = inspected;
  const compared = value !== undefined && value.chip !== null;
  const onChip = value === undefined ? new Map<number, string>() : chipBytes(value.rows);
  const differing = [...onChip.keys()].length;
  return (
    <div className="split plan-split">
      <section className="card" aria-label={t('plan.tabs.config')}>
        <ScrollBox>
          {inspected.state === 'failed' && (
            <p className="failure" role="alert">
              <Glyph name="fail" />
              {sentence(inspected.error)}
            </p>
          )}
          {value !== undefined && value.error !== null && (
            <p className="failure" role="alert">
              <Glyph name="fail" />
              <span>
                <Told reason={value.error} sentence />
              </span>
            </p>
          )}
          <table className="table slot-table">
            <thead>
              <tr>
                <th className="num">{t('plan.slot')}</th>
                <th>{t('plan.kind')}</th>
                <th>SlotConfig</th>
                <th>KeyConfig</th>
                <th>{t('plan.readUse')}</th>
                <th>{t('plan.writeMake')}</th>
                <th>{t('plan.lock')}</th>
                {compared && <th>{t('plan.chipColumn')}</th>}
              </tr>
            </thead>
            <tbody>
              {(value?.slots ?? []).map((slot) => {
                const words = slotWords(slot.use, t);
                const found = value?.findings.filter((finding) => finding.slot === slot.slot) ?? [];
                const at = [registerOffset('slotConfig', slot.slot), registerOffset('keyConfig', slot.slot)];
                const isChanged = at.some((offset) => changed.has(offset) || changed.has(offset + 1));
                return (
                  <tr
                    key={slot.slot}
                    className={
                      found.some((finding) => finding.severity === 'error')
                        ? 'is-error'
                        : found.some((finding) => finding.severity === 'warning')
                          ? 'is-warning'
                          : undefined
                    }
                  >
                    <td className="num">
                      <button
                        type="button"
                        className="slot-button"
                        onClick={() => setEditing(slot.slot)}
                        aria-label={t('plan.editSlot', { slot: slot.slot })}
                      >
                        {slot.slot}
                      </button>
                    </td>
                    <td>
                      {words.kind}
                      {isChanged && <b className="changed-mark">{t('plan.changedMark')}</b>}
                    </td>
                    <td className="hex">{hexPairs(slot.slotConfig).join(' ')}</td>
                    <td className="hex">{hexPairs(slot.keyConfig).join(' ')}</td>
                    <td>{words.read}</td>
                    <td>{words.write}</td>
                    <td>
                      {entry.lockSlots.includes(slot.slot) ? (
                        <ForeverMark>{t('plan.stage9')}</ForeverMark>
                      ) : (
                        <span className="second">{slot.lockable ? t('plan.lockable') : t('plan.notLockable')}</span>
                      )}
                    </td>
                    {compared && (
                      <td className="hex chip-cell">
                        <Differs chip={onChip} at={at[0] ?? 0} same={t('plan.same')} /> /{' '}
                        <Differs chip={onChip} at={at[1] ?? 0} same={t('plan.same')} />
                      </td>
                    )}
                  </tr>
                );
              })}
            </tbody>
          </table>
          <table className="table field-table">
            <thead>
              <tr>
                <th className="num">{t('plan.byte')}</th>
                <th>{t('plan.field')}</th>
                <th>{t('plan.planColumn')}</th>
                <th>{t('plan.meaning')}</th>
                {compared && <th>{t('plan.chipColumn')}</th>}
              </tr>
            </thead>
            <tbody>
              {(value?.rows ?? []).map((row) => (
                <tr key={row.offset} className={row.written ? undefined : 'is-fixed'}>
                  <td className="num">{row.offset}</td>
                  <td lang="en">{row.field}</td>
                  <td className="hex">{hexPairs(row.bytes).join(' ')}</td>
                  <td lang="en">{row.meaning}</td>
                  {compared && (
                    <td className="hex chip-cell">
                      {row.chip === null ? (
                        <span className="second">{t('plan.same')}</span>
                      ) : (
                        <b>{hexPairs(row.chip).join(' ')}</b>
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
        <footer>
          {value?.chip === null || value?.chip === undefined ? (
            <span>{t('plan.notCompared')}</span>
          ) : (
            <>
              <SerialNumber value={value.chip.serialNumber} dense />
              <span>{chipState(value.chip.state)}</span>
              <span className="grow" />
              <b>{t('plan.differs', { count: differing })}</b>
            </>
          )}
        </footer>
      </section>
      <section className="card" aria-label={t('plan.linter')}>
        <ScrollBox>
          {value === undefined ? (
            inspected.state === 'loading' && <p className="empty-note">{t('loading')}</p>
          ) : (
            <Findings
              findings={value.findings}
              onLock={(slots) => {
                let next = plan;
                for (const slot of slots) next = withSlotLock(next, entryIndex, slot, true);
                onChange(next);
              }}
            />
          )}
          <div className="sect">
            <h2>
              {t('plan.bytes')}
              <span className="sub">{t('plan.bytesTell')}</span>
            </h2>
            <ByteMap image={image} rows={value?.rows ?? []} changed={changed} />
          </div>
        </ScrollBox>
        <footer>
          <ImportConfig
            onImage={(hex) =>
              onChange(withEntry(plan, entryIndex, (old) => ({ ...old, images: { ...old.images, [part]: hex } })))
            }
          />
        </footer>
      </section>
      {editing !== null && (
        <SlotEditor
          slot={editing}
          image={image}
          locked={entry.lockSlots.includes(editing)}
          onClose={() => setEditing(null)}
          onSave={(hex, lock) => {
            const next = withEntry(plan, entryIndex, (old) => ({ ...old, images: { ...old.images, [part]: hex } }));
            onChange(withSlotLock(next, entryIndex, editing, lock));
            setEditing(null);
          }}
        />
      )}
    </div>
  );
}

function Differs({ chip, at, same }: { chip: ReadonlyMap<number, string>; at: number; same: string }) {
  const low = chip.get(at);
  const high = chip.get(at + 1);
  if (low === undefined && high === undefined) return <span className="second">{same}</span>;
  return (
    <b>
      {low ?? '··'} {high ?? '··'}
    </b>
  );
}

/** Takes 128 bytes of hex from a file. */
function ImportConfig({ onImage }: { readonly onImage: (hex: string) => void }) {
  const { t } = useTranslation();
  const [wrong, setWrong] = useState(false);
  return (
    <>
      <label className="btn btn-plain btn-desk file-button">
        {t('plan.importConfig')}
        <input
          type="file"
          accept=".hex,.txt,.c,.h"
          className="hidden-text"
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file === undefined || file.size > 100_000) {
              setWrong(file !== undefined);
              return;
            }
            void file.text().then((text) => {
              const hex = (text.match(/\b(?:0x)?[0-9a-fA-F]{2}\b/g) ?? [])
                .map((pair) => pair.slice(-2).toUpperCase())
                .join('');
              setWrong(hex.length !== 256);
              if (hex.length === 256) onImage(hex);
            });
          }}
        />
      </label>
      {wrong && (
        <span className="is-fail" role="alert">
          {t('plan.importConfigWrong')}
        </span>
      )}
    </>
  );
}
