import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SiteView } from '../../src-shared/ipc/state.ts';
import { Glyph } from '../parts/glyph.tsx';
import { DecisionBody, FaultBody, NoChipBody } from './face-decision.tsx';
import { FaceBody, type FaceProps } from './face-parts.tsx';
import { RunningBody } from './face-running.tsx';
import { SeenBody, WaitingBody } from './face-seen.tsx';
import { VerdictBody } from './face-verdict.tsx';
import { PreviousVerdict } from './previous-verdict.tsx';
import { siteTone } from './site-words.ts';
import './face.css';

/** The large side of a site: one question answered in the largest letters, what do I do now? */
export function Face(props: FaceProps) {
  const { site, station } = props;
  const { t } = useTranslation();
  return (
    <div className="face">
      <div className="face-head">
        <b>{t('line.site', { number: site.number })}</b>
        <span className="face-connector">{site.connector}</span>
        <span className="grow" />
        {station.plan !== null && (
          <span className="face-plan">
            {t('line.plan', { name: station.plan.name, version: station.plan.version })}
          </span>
        )}
      </div>
      <Body {...props} />
    </div>
  );
}

function Body(props: FaceProps): ReactNode {
  const { site } = props;
  const { t } = useTranslation();
  switch (site.state) {
    case 'off':
      return <Quiet glyph="off" say={t('line.off.say')} tell={t('line.off.tell')} />;
    case 'empty':
      return (
        <>
          <Quiet glyph="empty" say={t('line.empty.say')} tell={t('line.empty.tell')} />
          <Foot previous={props} />
        </>
      );
    case 'checking':
      return <Quiet glyph="run" say={t('line.checking.say')} tell={t('line.checking.tell')} />;
    case 'seen':
      return <SeenBody {...props} />;
    case 'waiting':
      return <WaitingBody {...props} />;
    case 'decision':
      return <DecisionBody {...props} />;
    case 'no-chip':
      return <NoChipBody {...props} />;
    case 'fault':
      return <FaultBody {...props} />;
    case 'running':
      return <RunningBody {...props} />;
    case 'verdict':
      return <VerdictBody {...props} />;
  }
}

function Quiet({ glyph, say, tell }: { glyph: 'off' | 'empty' | 'run'; say: string; tell: string }) {
  return (
    <FaceBody>
      <div className="face-quiet">
        <Glyph name={glyph} />
        <div>
          <p className="face-say">{say}</p>
          <p className="face-tell second">{tell}</p>
        </div>
      </div>
    </FaceBody>
  );
}

function Foot({ previous }: { readonly previous: FaceProps }) {
  const { site } = previous;
  if (site.previous === null) return null;
  return (
    <div className="face-foot">
      <PreviousVerdict verdict={site.previous} />
    </div>
  );
}

/** The class of a site's card: tone, and whether keys act on it. */
export function siteClass(site: SiteView, focused: boolean): string {
  return `site site-${siteTone(site)}${focused ? ' is-current' : ''}`;
}
