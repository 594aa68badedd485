import type { TFunction } from 'i18next';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallInput } from '../../src-shared/ipc/contract.ts';
import type { Plan } from '../../src-shared/model/plan.ts';
import { reasonOfDetails } from '../../src-shared/model/reasons.ts';
import { useAsk } from '../app/client-context.tsx';
import { CertificateCard } from '../parts/certificate.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { Told } from '../parts/told.tsx';
import { useSentence } from '../texts/sentence.ts';
import type { Inspected } from './config-tab.tsx';
import { withEntry } from './draft.ts';

type Kind = CallInput<'plan.importFile'>['kind'];
type TextField = 'certinfo' | 'deviceDefinition' | 'signerDefinition';

/** Bytes of the largest file that is read: the core takes no more. */
export const largestFile = 1_000_000;

const fields: readonly { readonly field: TextField; readonly kind: Kind }[] = [
  { field: 'certinfo', kind: 'certinfo' },
  { field: 'deviceDefinition', kind: 'definition' },
  { field: 'signerDefinition', kind: 'definition' },
];

const factNames = [
  'name',
  'chain id',
  'signer template id',
  'device template id',
  'device key slot',
  'root public key',
  'device definition',
  'signer definition',
  'required signer',
  'fingerprint',
  'variable',
  'template id',
  'key slot',
  'template',
  'digest',
] as const;

/** The name of a fact about a file in the language of the screens; what a newer core tells keeps the core's word. */
function factName(label: string, t: TFunction): string {
  const known = factNames.find((name) => name === label);
  return known === undefined ? label : t(`certFact.${known}`);
}

const factValues = ['any', 'matches', 'differs', 'absent'] as const;

/** A fact's value; a word of the core instead of bytes or a number in the language of the screens. */
function factValue({ label, value }: { readonly label: string; readonly value: string }, t: TFunction): string {
  const known = factValues.find((word) => word === value);
  return known === undefined || !['fingerprint', 'required signer'].includes(label)
    ? value
    : t(`certFactValue.${known}`);
}

/** Certinfo and definitions, decoded, and a certificate as they will make it. */
export function CertificatesTab({
  plan,
  entryIndex,
  inspected,
  onChange,
}: {
  readonly plan: Plan;
  readonly entryIndex: number;
  readonly inspected: Inspected;
  readonly onChange: (plan: Plan) => void;
}) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const entry = plan.entries[entryIndex];
  const { value } = inspected;
  if (entry === undefined) return null;
  return (
    <div className="split plan-split">
      <section className="card" aria-label={t('plan.tabs.certificates')}>
        <ScrollBox>
          {fields.map(({ field, kind }) => (
            <SourceFile
              key={field}
              field={field}
              kind={kind}
              text={entry[field]}
              onText={(text) => onChange(withEntry(plan, entryIndex, (old) => ({ ...old, [field]: text })))}
            />
          ))}
        </ScrollBox>
      </section>
      <section className="card" aria-label={t('plan.decoded')}>
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
          {value !== undefined && value.certinfo.length > 0 && (
            <div className="sect">
              <h2>{t('plan.certinfo')}</h2>
              <dl className="kv">
                {value.certinfo.map((fact) => (
                  <div key={fact.label} className="kv-row">
                    <dt>{factName(fact.label, t)}</dt>
                    <dd>{factValue(fact, t)}</dd>
                  </div>
                ))}
              </dl>
            </div>
          )}
          <div className="sect">
            <h2>
              {t('plan.sample')}
              <span className="sub">{t('plan.sampleTell')}</span>
            </h2>
            {value?.sample === null || value?.sample === undefined ? (
              <p className="second">{t('plan.noSample')}</p>
            ) : (
              <CertificateCard certificate={value.sample} />
            )}
          </div>
        </ScrollBox>
      </section>
    </div>
  );
}

function SourceFile({
  field,
  kind,
  text,
  onText,
}: {
  readonly field: TextField;
  readonly kind: Kind;
  readonly text: string;
  readonly onText: (text: string) => void;
}) {
  const { t } = useTranslation();
  const ask = useAsk();
  const sentence = useSentence();
  const [error, setError] = useState<ReactNode>(null);
  const [summary, setSummary] = useState<readonly { readonly label: string; readonly value: string }[]>([]);

  const take = async (file: File): Promise<void> => {
    setError(null);
    setSummary([]);
    if (file.size > largestFile) {
      setError(t('plan.fileTooLarge', { megabytes: Math.ceil(file.size / 1_000_000) }));
      return;
    }
    const answer = await ask('plan.importFile', { kind, name: file.name, content: await file.text() }, (failure) => {
      const why = reasonOfDetails(failure.details);
      setError(
        <span>
          {sentence(failure)} {why !== undefined && <Told reason={why} sentence />}
        </span>,
      );
      return true;
    });
    if (answer === undefined) return;
    setSummary(answer.summary);
    onText(answer.text);
  };

  return (
    <section
      className="sect"
      aria-label={t(`plan.source.${field}`)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const file = event.dataTransfer.files[0];
        if (file !== undefined) void take(file);
      }}
    >
      <h2>
        {t(`plan.source.${field}`)}
        <span className="sub">
          {text === ''
            ? field === 'certinfo'
              ? t('plan.missing')
              : t('plan.fromServer')
            : t('plan.lines', { count: text.split('\n').length })}
        </span>
      </h2>
      {text !== '' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <pre className="pem source-text" tabIndex={0} lang="en">
          {text}
        </pre>
      )}
      <div className="actions">
        <label className="btn btn-plain btn-desk file-button">
          {text === '' ? t('plan.openFile') : t('plan.replaceFile')}
          <input
            type="file"
            accept=".c,.h,.txt"
            className="hidden-text"
            onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = '';
              if (file !== undefined) void take(file);
            }}
          />
        </label>
        {text !== '' && field !== 'certinfo' && (
          <button type="button" className="btn btn-quiet btn-desk" onClick={() => onText('')}>
            {t('plan.removeFile')}
          </button>
        )}
      </div>
      {error !== null && (
        <p className="failure" role="alert">
          <Glyph name="fail" />
          {error}
        </p>
      )}
      {summary.length > 0 && (
        <dl className="kv">
          {summary.map((fact) => (
            <div key={fact.label} className="kv-row">
              <dt>{factName(fact.label, t)}</dt>
              <dd>{factValue(fact, t)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
