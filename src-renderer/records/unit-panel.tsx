import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import { readDataWritten } from '../../src-shared/model/data-written.ts';
import { useAsk, useCall } from '../app/client-context.tsx';
import { useChipState } from '../line/face-parts.tsx';
import { Button } from '../parts/button.tsx';
import { CertificateCard } from '../parts/certificate.tsx';
import { formatDuration, formatStamp } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { Icon } from '../parts/icon.tsx';
import { copyText, saveFile } from '../parts/save-file.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { Tag } from '../parts/tag.tsx';
import { Told } from '../parts/told.tsx';
import { ui } from '../stores/ui-store.ts';
import { sentenceOf, useLanguage, useSentence } from '../texts/sentence.ts';
import { resultMark } from './result-mark.ts';
import { ReworkDialog } from './rework-dialog.tsx';
import { Waterfall } from './waterfall.tsx';
import { type Run, runCode } from './waterfall-rows.ts';

type Unit = CallOutput<'records.unit'>;

/** Closes the panel; the focus that was in it goes to the list beside it. */
function closeUnit(): void {
  const within = document.activeElement?.closest('.unit') !== null;
  ui.openUnit(null);
  if (within) document.querySelector<HTMLElement>('.big-list')?.focus({ preventScroll: true });
}

/** One unit: every run, every stage, its certificates verified now, what was written, who did it. */
export function UnitPanel({ serialNumber }: { readonly serialNumber: string }) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const unit = useCall('records.unit', { serialNumber });
  const ask = useAsk();
  const [reworking, setReworking] = useState(false);
  // Esc closes it from wherever the focus is, but not under a dialog, which has its own.
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('[role="dialog"]') !== null)
        return;
      event.preventDefault();
      closeUnit();
    };
    // Before a dialog's own listener, which takes the dialog away.
    window.addEventListener('keydown', listen, true);
    return () => window.removeEventListener('keydown', listen, true);
  }, []);
  // Newest first, as the core gives them.
  const last = unit.value?.runs[0];
  return (
    <section className="card unit" aria-label={t('unit.title')}>
      <header>
        <div className="unit-name">
          <h2>{last === undefined || last.unitLabel === '' ? t('unit.title') : last.unitLabel}</h2>
          <SerialNumber value={serialNumber} dense />
        </div>
        <span className="grow" />
        {last !== undefined && <OutcomeTag run={last} />}
        <button type="button" className="dialog-close" onClick={closeUnit} aria-label={t('dialog.close')}>
          <Icon name="close" />
        </button>
      </header>
      <ScrollBox>
        {unit.state === 'failed' && (
          <p className="failure" role="alert">
            <Glyph name="fail" />
            {sentence(unit.error)}
          </p>
        )}
        {unit.state === 'loading' && unit.value === undefined && <p className="empty-note">{t('loading')}</p>}
        {unit.value !== undefined && <UnitFacts unit={unit.value} />}
      </ScrollBox>
      {unit.value !== undefined && (
        <footer className="no-print">
          <Button
            icon="copy"
            onClick={() =>
              void copyText(serialNumber).then((done) => {
                if (done) ui.notice('done', t('unit.copied'));
              })
            }
          >
            {t('unit.copy')}
          </Button>
          <Button
            icon="export"
            onClick={() => {
              void ask('records.exportUnit', { serialNumber }).then((file) => {
                if (file !== undefined) saveFile(file.name, file.content);
              });
            }}
          >
            {t('unit.export')}
          </Button>
          <Button icon="print" onClick={() => window.print()}>
            {t('unit.print')}
          </Button>
          <Button onClick={() => setReworking(true)}>{t('unit.rework')}</Button>
        </footer>
      )}
      {reworking && (
        <ReworkDialog
          serialNumber={serialNumber}
          onClose={(done) => {
            setReworking(false);
            if (done) unit.reload();
          }}
        />
      )}
    </section>
  );
}

function OutcomeTag({ run }: { readonly run: Run }) {
  const { t } = useTranslation();
  switch (run.outcome.kind) {
    case 'PASS':
      return (
        <Tag tone="pass" glyph="pass">
          PASS
        </Tag>
      );
    case 'FAIL':
      return (
        <Tag tone="fail" glyph="fail">
          FAIL
        </Tag>
      );
    case 'FAULT':
      return (
        <Tag tone="none" glyph="fault">
          {t('line.word.fault')}
        </Tag>
      );
    case 'INTERRUPTED':
      return (
        <Tag tone="ask" glyph="resume">
          {t('unit.interrupted')}
        </Tag>
      );
  }
}

function UnitFacts({ unit }: { readonly unit: Unit }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [chosen, setChosen] = useState<string | null>(null);
  const chipState = useChipState();
  const run = unit.runs.find((candidate) => candidate.runId === chosen) ?? unit.runs[0];
  return (
    <>
      <div className="sect">
        <h3>
          {t('unit.runs')}
          {run !== undefined && (
            <span className="sub">
              {run.batch} · {t('line.plan', { name: run.plan.name, version: run.plan.version })} · {run.part}
            </span>
          )}
        </h3>
        {unit.runs.length === 0 ? (
          <p className="second">{t('unit.noRuns')}</p>
        ) : (
          <ul className="run-list">
            {[...unit.runs].reverse().map((entry) => (
              <li key={entry.runId}>
                <button type="button" aria-pressed={entry === run} onClick={() => setChosen(entry.runId)}>
                  <OutcomeTag run={entry} />
                  <span className="run-line">
                    <span>{formatStamp(entry.startedAt)}</span>
                    <span className="hex">{runCode(entry)}</span>
                  </span>
                  <span className="run-line">
                    <span>
                      {entry.station}, {entry.site}
                    </span>
                    <span>{entry.operator === '' ? t('unit.nobody') : entry.operator}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
      {run !== undefined && (
        <div className="sect">
          <h3>
            {t('unit.stages')}
            <span className="sub">{formatDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt), language)}</span>
          </h3>
          {run.outcome.kind !== 'PASS' && (
            <p className="is-fail unit-reason">
              <b className="hex">{runCode(run)}</b> {sentenceOf(run.outcome.code, language) ?? run.outcome.sentence}{' '}
              <span lang="en">{run.outcome.detail}</span>
            </p>
          )}
          <Waterfall run={run} />
        </div>
      )}
      {unit.certificates.map((entry) => (
        <div className="sect" key={entry.device.fingerprint}>
          <h3>
            {t('unit.certificates')}
            <span className={entry.chain.verified ? 'sub is-pass' : 'sub is-fail'}>
              {entry.chain.verified ? t('unit.verified') : t('unit.notVerified')}
            </span>
          </h3>
          <ol className="cert-chain">
            <li>
              <Glyph
                name={entry.chain.verified ? 'pass' : 'aside'}
                className={entry.chain.verified ? 'is-pass' : 'is-fail'}
              />
              {entry.chain.root === '' ? (
                <b>{t('unit.noRoot')}</b>
              ) : (
                <>
                  <b>{entry.signer.issuer}</b> <span className="second">{entry.chain.root}</span>
                </>
              )}
              {entry.chain.faults.map(({ member, reason }) => (
                <p className="is-fail" key={`${member} ${reason.code}`}>
                  {member === null ? '' : `${t(`unit.member.${member}`)}: `}
                  <Told reason={reason} />
                </p>
              ))}
            </li>
            <li>
              <Glyph name={entry.chain.verified ? 'pass' : 'todo'} className={entry.chain.verified ? 'is-pass' : ''} />
              <b>{entry.signer.subject}</b>
              <CertificateCard certificate={entry.signer} />
            </li>
            <li>
              <Glyph name={entry.chain.verified ? 'pass' : 'todo'} className={entry.chain.verified ? 'is-pass' : ''} />
              <b>{entry.device.subject}</b>
              <CertificateCard certificate={entry.device} />
            </li>
          </ol>
        </div>
      ))}
      {run !== undefined && (
        <div className="sect">
          <h3>
            {t('unit.written')}
            <span className="sub">{t('unit.neverSecrets')}</span>
          </h3>
          {run.dataWritten.length === 0 ? (
            <p className="second">{t('unit.nothingWritten')}</p>
          ) : (
            <ul>
              {run.dataWritten.map((line) => (
                <WrittenLine key={line} line={line} />
              ))}
            </ul>
          )}
          <dl className="kv">
            <dt>{t('unit.locked')}</dt>
            <dd>{run.lockedSlots.length === 0 ? '–' : run.lockedSlots.join(', ')}</dd>
            <dt>{t('unit.found')}</dt>
            <dd>{chipState(run.foundState)}</dd>
            <dt>{t('unit.who')}</dt>
            <dd>
              {run.operator === '' ? t('unit.nobody') : `${run.operator} (${t(`unit.auth.${run.operatorAuth}`)})`}
            </dd>
            <dt>{t('unit.kit')}</dt>
            <dd>
              {run.kit.name}, {run.kit.path}
            </dd>
            <dt>{t('unit.key')}</dt>
            <dd className="hex">{run.publicKey === '' ? '–' : run.publicKey}</dd>
            <dt>{t('unit.planDigest')}</dt>
            <dd className="hex">{run.plan.digest}</dd>
          </dl>
        </div>
      )}
      <div className="sect">
        <h3>{t('unit.logRows')}</h3>
        <ul className="log-rows">
          {unit.rows.map((row) => {
            const [glyph, tone] = resultMark(row['result'] ?? '');
            return (
              <li key={row['seq']}>
                <span className={`result ${tone}`}>
                  <Glyph name={glyph} /> {row['result']}
                </span>
                <span>{row['seq']}</span>
                <span>{formatStamp(row['time_utc'] ?? '')}</span>
                <span>{row['operator']}</span>
                <span className="second" lang="en">
                  {row['note']}
                </span>
              </li>
            );
          })}
        </ul>
      </div>
      {unit.reworks.length > 0 && (
        <div className="sect">
          <h3>{t('unit.reworks')}</h3>
          <ul>
            {unit.reworks.map((rework) => (
              <li key={rework.createdAt}>
                {formatStamp(rework.createdAt)}, {rework.who}: {rework.reason}{' '}
                <span className="second">
                  {rework.usedFor === '' ? t('unit.reworkOpen') : t('unit.reworkUsed', { serial: rework.usedFor })}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

/** What stage 7 wrote, in the language of the screens; a line of a newer version as it is. */
function WrittenLine({ line }: { readonly line: string }) {
  const { t } = useTranslation();
  const written = readDataWritten(line);
  if (written === undefined) return <li lang="en">{line}</li>;
  const { place, source, label } = written;
  const where = place === 'OTP' ? place : t('plan.slotNumber', { slot: place });
  return (
    <li>
      {where}: {t(`unit.writtenFrom.${source}`)}
      {label !== '' && ` (${label})`}
    </li>
  );
}
