import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '../app/client-context.tsx';
import { takesText } from '../app/use-keys.ts';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { useSlice } from '../stores/station-store.ts';
import { ui } from '../stores/ui-store.ts';
import './first-start.css';

/** Nothing is configured yet: two ways on, both under a minute. */
export default function FirstStart() {
  const { t } = useTranslation();
  const ask = useAsk();
  const station = useSlice('station');
  const [setUp, setSetUp] = useState(false);
  const [options, setOptions] = useState(false);
  const [begins, setBegins] = useState(false);
  const tryOut = (): void => {
    if (begins) return;
    setBegins(true);
    void ask('simulation.start', { sites: 1, part: '608', realTime: true }).finally(() => setBegins(false));
  };
  const tryButton = useRef<HTMLButtonElement>(null);
  // Nobody has gone anywhere yet: Enter is the first way's, S the other's.
  useEffect(() => {
    const free = document.activeElement === document.body || document.activeElement?.matches('main') === true;
    if (free) tryButton.current?.focus({ preventScroll: true });
    const listen = (event: KeyboardEvent): void => {
      if (event.key.toUpperCase() !== 'S' || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (takesText(event.target) || document.querySelector('[role="dialog"]') !== null) return;
      event.preventDefault();
      setSetUp(true);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
  return (
    <div className="first">
      <div className="first-in">
        <h1>{t('first.title')}</h1>
        <p className="first-lead">{t('first.lead')}</p>
        <div className="first-ways">
          <section>
            <Drawing dashed words={[t('first.draw.signer'), t('first.draw.server'), t('first.draw.board')]} />
            <h2>{t('first.try.title')}</h2>
            <p>{t('first.try.tell')}</p>
            <ul>
              <li>
                <Icon name="flask" />
                {t('first.try.chip')}
              </li>
              <li>
                <Icon name="records" />
                {t('first.try.apart')}
              </li>
              <li>
                <Icon name="help" />
                {t('first.try.marked')}
              </li>
            </ul>
            <div className="first-go">
              <Button ref={tryButton} kind="primary" size="op" keyCap="Enter" onClick={tryOut}>
                {begins ? t('first.try.begins') : t('first.try.title')}
              </Button>
              <Button size="op" onClick={() => setOptions(true)}>
                {t('first.try.options')}
              </Button>
            </div>
          </section>
          <section>
            <Drawing words={[t('first.draw.module'), t('first.draw.station'), t('first.draw.kit')]} />
            <h2>{t('first.setUp.title')}</h2>
            <p>{t('first.setUp.tell')}</p>
            <ul>
              <li>
                <Icon name="signers" />
                {t('first.setUp.signer')}
              </li>
              <li>
                <Icon name="file" />
                {t('first.setUp.plan')}
              </li>
              <li>
                <Icon name="line" />
                {t('first.setUp.kit')}
              </li>
            </ul>
            <div className="first-go">
              <Button size="op" keyCap="S" onClick={() => setSetUp(true)}>
                {t('first.setUp.title')}
              </Button>
            </div>
          </section>
        </div>
        <p className="first-foot">{t('first.foot', { version: station?.software.replace(/^signet /, '') ?? '' })}</p>
      </div>
      {setUp && <SetUpStation onClose={() => setSetUp(false)} />}
      {options && <SimulationOptions onClose={() => setOptions(false)} />}
    </div>
  );
}

function SetUpStation({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const ask = useAsk();
  const [name, setName] = useState('');
  return (
    <Dialog title={t('first.setUp.title')} glyph="info" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask('station.setUp', { name: name.trim() }).then((answer) => {
            if (answer === undefined) return;
            onClose();
            ui.go('settings');
          });
        }}
      >
        <DialogBody>
          <p>{t('first.setUp.why')}</p>
          <div className="field">
            <label htmlFor="station-name">{t('first.setUp.name')}</label>
            <input
              id="station-name"
              className="input input-op"
              required
              maxLength={64}
              value={name}
              onChange={(event) => setName(event.target.value)}
              data-autofocus
            />
          </div>
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit keyCap="Enter" disabled={name.trim() === ''}>
            {t('first.setUp.go')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

const simulatedSigners = ['unlocked', 'locked', 'open'] as const;
type SimulatedSigner = (typeof simulatedSigners)[number];

function SimulationOptions({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const ask = useAsk();
  const [sites, setSites] = useState(4);
  const [part, setPart] = useState<'508' | '608'>('608');
  const [signer, setSigner] = useState<SimulatedSigner>('unlocked');
  const [fast, setFast] = useState(false);
  const [begins, setBegins] = useState(false);
  return (
    <Dialog title={t('first.options.title')} glyph="info" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (begins) return;
          setBegins(true);
          void ask('simulation.start', { sites, part, signer, realTime: !fast }).then((answer) => {
            setBegins(false);
            if (answer !== undefined) onClose();
          });
        }}
      >
        <DialogBody>
          <div className="field">
            <label htmlFor="simulation-sites">{t('first.options.sites')}</label>
            <select
              id="simulation-sites"
              className="input input-op"
              value={sites}
              onChange={(event) => setSites(Number(event.target.value))}
            >
              {[1, 2, 4, 8, 16].map((count) => (
                <option key={count} value={count}>
                  {count}
                </option>
              ))}
            </select>
          </div>
          <div className="field">
            <label htmlFor="simulation-part">{t('first.options.part')}</label>
            <select
              id="simulation-part"
              className="input input-op"
              value={part}
              onChange={(event) => setPart(event.target.value === '508' ? '508' : '608')}
            >
              <option value="608">ATECC608</option>
              <option value="508">ATECC508A</option>
            </select>
          </div>
          <div className="field">
            <label htmlFor="simulation-signer">{t('first.options.signer')}</label>
            <select
              id="simulation-signer"
              className="input input-op"
              value={signer}
              onChange={(event) =>
                setSigner(simulatedSigners.find((known) => known === event.target.value) ?? 'unlocked')
              }
            >
              {simulatedSigners.map((known) => (
                <option key={known} value={known}>
                  {t(`first.options.signerIs.${known}`)}
                </option>
              ))}
            </select>
          </div>
          <label className="check">
            <input type="checkbox" checked={fast} onChange={(event) => setFast(event.target.checked)} />
            {t('first.options.fast')}
          </label>
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit keyCap="Enter">
            {begins ? t('first.try.begins') : t('first.options.go')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

/** Three things and two wires: dashed what is simulated, solid what is real. */
function Drawing({ dashed = false, words }: { readonly dashed?: boolean; readonly words: readonly string[] }) {
  return (
    <svg className={dashed ? 'first-drawing is-dashed' : 'first-drawing'} viewBox="0 0 520 132" aria-hidden="true">
      <g>
        <path d="M12 36h96v40H12zM108 45h22v22h-22zM26 48h28v16H26z" />
        <path d="M214 12h92v66h-92zM240 78v14M280 78v14M226 92h68" />
        <path d="M398 22h104v62H398zM416 36h32v32h-32zM466 38h18M466 52h18M466 66h18" />
      </g>
      <path className="first-wire" d="M134 56h38V40h38M310 40h38v14h46" />
      {words.map((word, index) => (
        <text key={word} x={[66, 260, 450][index]} y={122} textAnchor="middle">
          {word}
        </text>
      ))}
    </svg>
  );
}
