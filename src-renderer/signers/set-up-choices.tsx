import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireError } from '../../src-shared/ipc/contract.ts';
import { setUpFaults } from '../../src-shared/ipc/lists.ts';
import { reasonOfDetails } from '../../src-shared/model/reasons.ts';
import { useCall } from '../app/client-context.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { Told } from '../parts/told.tsx';
import { useSlice } from '../stores/station-store.ts';
import { useLanguage, useSentence } from '../texts/sentence.ts';
import { type NewPasswordFields, NewPasswords } from './new-passwords.tsx';
import { unconfiguredWords } from './signer-words.ts';

/** The sticks that can become a module: blank ones, then kits that nothing uses. */
export function BlankKits({
  legend,
  kit,
  onChoose,
  detailed = false,
}: {
  readonly legend: ReactNode;
  /** Path of the one chosen; empty = none yet. */
  readonly kit: string;
  readonly onChoose: (path: string) => void;
  /** Says of each what it is, too. */
  readonly detailed?: boolean;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const signers = useSlice('signers') ?? [];
  const kits = useCall('kits.list', {});
  const blank = signers.filter((signer) => signer.state === 'UNCONFIGURED');
  const free = (kits.value ?? []).filter(
    (entry) => entry.use === 'free' && !blank.some((signer) => signer.path === entry.path),
  );
  const choice = (path: string, name: ReactNode, tell: ReactNode): ReactNode => (
    <label className="choice-row" key={path}>
      <input type="radio" name="kit" checked={kit === path} onChange={() => onChoose(path)} />
      {name}
      <small>{tell}</small>
    </label>
  );
  return (
    <>
      <fieldset className="choice-list plain-fieldset">
        {legend}
        {blank.map((signer) =>
          choice(
            signer.path,
            <SerialNumber value={signer.serialNumber} />,
            detailed
              ? `${signer.kit}, ${unconfiguredWords(signer, language, t('signerStateTells.UNCONFIGURED'))}`
              : signer.kit,
          ),
        )}
        {free.map(({ path, connector, name, reason }) =>
          choice(
            path,
            <b>{name}</b>,
            <>
              {connector === '' ? path : connector}
              {detailed && reason !== null && (
                <>
                  , <Told reason={reason} />
                </>
              )}
            </>,
          ),
        )}
      </fieldset>
      {blank.length + free.length === 0 && <p className="empty-note">{t('setUp.signer.noModule')}</p>}
    </>
  );
}

/** Why a set-up stopped: of a stick, not of a board, as the sentences of the codes would have it. */
export function SetUpFailure({ failure }: { readonly failure: WireError }) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const fault = setUpFaults.find((known) => known === failure.details['kind']);
  const why = reasonOfDetails(failure.details);
  return (
    <div className="failure" role="alert">
      <Glyph name="fail" />
      <div>
        {fault === undefined ? sentence(failure) : t(`setUp.fault.${fault}`)}
        {why !== undefined && (
          <p className="second">
            <Told reason={why} sentence />
          </p>
        )}
      </div>
    </div>
  );
}

/** Who will have a password, and the passwords; hidden while it is not the step, so that what was typed stays. */
export function PasswordStep<S extends 'one' | 'two-persons' | 'open'>({
  hidden,
  title,
  tell,
  schemes,
  scheme,
  onScheme,
  passwords,
}: {
  readonly hidden: boolean;
  readonly title: string;
  readonly tell: string;
  readonly schemes: readonly S[];
  readonly scheme: S;
  readonly onScheme: (scheme: S) => void;
  readonly passwords: NewPasswordFields;
}) {
  const { t } = useTranslation();
  return (
    <div hidden={hidden} className="sequence-stack">
      <h2>{title}</h2>
      <p>{tell}</p>
      <fieldset className="choice-list plain-fieldset">
        <legend className="hidden-text">{title}</legend>
        {schemes.map((one) => (
          <label className="choice-row" key={one}>
            <input type="radio" name="scheme" checked={scheme === one} onChange={() => onScheme(one)} />
            <b>{t(`passwordScheme.${one}`)}</b>
            <small>{t(`setUp.scheme.${one}`)}</small>
          </label>
        ))}
      </fieldset>
      {scheme !== 'open' && <NewPasswords passwords={passwords} count={scheme === 'two-persons' ? 2 : 1} />}
    </div>
  );
}
