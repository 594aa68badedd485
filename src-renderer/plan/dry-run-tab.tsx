import { useTranslation } from 'react-i18next';
import type { CallInput, PlanPacket } from '../../src-shared/ipc/contract.ts';
import { isFinal, packetDeed } from '../../src-shared/ipc/dry-run.ts';
import { stages } from '../../src-shared/model/stages.ts';
import { useAsk, useCall } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { formatDuration, formatNumber, hexPairs } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { PostKey, RunScale } from '../parts/run-scale.tsx';
import { saveFile } from '../parts/save-file.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { ForeverMark } from '../parts/tag.tsx';
import { Told } from '../parts/told.tsx';
import { useLanguage, useSentence } from '../texts/sentence.ts';
import { Findings } from './findings.tsx';
import { deedWords } from './packet-words.ts';

/** The full list of packets a run would send, and what each makes irreversible. Nothing is sent. */
export function DryRunTab({
  input,
  usualMs,
}: {
  readonly input: CallInput<'plan.dryRun'>;
  readonly usualMs: readonly number[] | null;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const sentence = useSentence();
  const ask = useAsk();
  const run = useCall('plan.dryRun', input);
  const { value } = run;
  const numbered = (value?.packets ?? []).map((packet, index) => ({ packet, number: index + 1 }));
  const groups = [0, ...stages.map((stage) => stage.number)].map((stage) => ({
    stage,
    rows: numbered.filter((row) => row.packet.stage === stage),
  }));
  const final = numbered.filter((row) => isFinal(row.packet));
  return (
    <div className="split plan-split">
      <section className="card" aria-label={t('plan.tabs.dryRun')}>
        {run.state === 'failed' && (
          <p className="failure" role="alert">
            <Glyph name="fail" />
            {sentence(run.error)}
          </p>
        )}
        {run.state === 'loading' && value === undefined && <p className="empty-note">{t('loading')}</p>}
        {value !== undefined && (
          <>
            <div className="dry-head">
              <b>
                {t('plan.packets', {
                  count: value.packets.length,
                  shown: formatNumber(value.packets.length, language),
                  time: formatDuration(value.totalMs, language),
                })}
              </b>
              <span className="grow" />
              <PostKey />
              <div className="dry-scale">
                <RunScale
                  stages={stages.map((stage) => ({ stage: stage.name, status: 'todo', durationMs: null, note: '' }))}
                  usualMs={usualMs}
                  locksSlots={final.some((row) => row.packet.stage === 9)}
                  numbered
                />
              </div>
            </div>
            {value.problems.map((problem) => (
              <p key={`${problem.code} ${JSON.stringify(problem.facts)}`} className="failure" role="alert">
                <Glyph name="fail" />
                <span>
                  <Told reason={problem} sentence />
                </span>
              </p>
            ))}
            {value.findings
              .filter((finding) => finding.severity === 'error')
              .map((finding) => (
                <p key={`${finding.id} ${finding.title}`} className="failure" role="alert">
                  <Glyph name="fail" />
                  {`${finding.title}: ${finding.consequence}`}
                </p>
              ))}
            <ScrollBox>
              <table className="table packet-table">
                <thead>
                  <tr>
                    <th className="num">{t('plan.number')}</th>
                    <th>{t('plan.packet')}</th>
                    <th>{t('plan.does')}</th>
                    <th className="num">ms</th>
                    <th>{t('scale.final')}</th>
                  </tr>
                </thead>
                {groups
                  .filter((group) => group.rows.length > 0)
                  .map((group) => (
                    <tbody key={group.stage}>
                      <tr className="packet-group">
                        <th colSpan={5} scope="rowgroup">
                          {group.stage === 0
                            ? t('plan.beforeStage')
                            : t('plan.stageNumber', {
                                number: group.stage,
                                name: t(`stage.${stages[group.stage - 1]?.name ?? 'CONFIG_WRITE'}`),
                              })}
                          <span className="second"> {t('plan.packetCount', { count: group.rows.length })}</span>
                        </th>
                      </tr>
                      {group.rows.map(({ packet, number }) => (
                        <tr key={number} className={isFinal(packet) ? 'is-final' : undefined}>
                          <td className="num">{number}</td>
                          <td className="hex" title={packet.packet}>
                            {shortPacket(packet.packet)}
                          </td>
                          <td>
                            <PacketWords packet={packet} />
                          </td>
                          <td className="num">{formatNumber(packet.typicalMs, language)}</td>
                          <td>{isFinal(packet) && <ForeverMark>{t('plan.final')}</ForeverMark>}</td>
                        </tr>
                      ))}
                    </tbody>
                  ))}
              </table>
            </ScrollBox>
            <footer>
              <span className="grow" />
              <span className="result is-pass">
                <Glyph name="pass" /> {t('plan.nothingSent')}
              </span>
            </footer>
          </>
        )}
      </section>
      <section className="card" aria-label={t('plan.irreversible')}>
        <ScrollBox>
          <header className="findings-head">
            <h2>{t('plan.irreversible')}</h2>
          </header>
          <ul>
            {final.map(({ packet, number }) => (
              <li key={number} className="final-row">
                <b className="final-number">{packet.stage}</b>
                <div>
                  <PacketWords packet={packet} />
                  <p className="second">{t('plan.packetNumber', { number })}</p>
                </div>
              </li>
            ))}
          </ul>
          {value !== undefined && <Findings findings={value.findings} />}
        </ScrollBox>
        {value !== undefined && (
          <footer>
            <Button
              icon="export"
              onClick={() => {
                void ask('plan.exportDryRun', input).then((file) => {
                  if (file !== undefined) saveFile(file.name, file.content);
                });
              }}
            >
              {t('plan.exportList')}
            </Button>
            <Button icon="print" onClick={() => window.print()}>
              {t('unit.print')}
            </Button>
          </footer>
        )}
      </section>
    </div>
  );
}

/** The command by its name in the data sheet, and what it does; in the core's own words where there are no others. */
function PacketWords({ packet }: { readonly packet: PlanPacket }) {
  const { t } = useTranslation();
  const deed = packetDeed(packet);
  return (
    <>
      <b lang="en">{packet.command}</b>{' '}
      {deed === undefined ? <span lang="en">{packet.describe}</span> : deedWords(deed, t)}
    </>
  );
}

/** A long packet shown by its start and its check sum. */
export function shortPacket(packet: string): string {
  const pairs = hexPairs(packet.replaceAll(' ', ''));
  if (pairs.length <= 14) return pairs.join(' ');
  return `${pairs.slice(0, 11).join(' ')} … ${pairs.slice(-2).join(' ')}`;
}
