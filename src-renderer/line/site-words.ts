import type { SiteAction } from '../../src-shared/ipc/lists.ts';
import type { Choice, SiteView, StationView, VerdictView } from '../../src-shared/ipc/state.ts';
import type { GlyphName } from '../parts/glyph.tsx';

/** What a site looks like: the tone of its card or tile. */
export type SiteTone = 'off' | 'empty' | 'busy' | 'go' | 'ask' | 'key' | 'run' | 'pass' | 'fail' | 'fault';

/** The tone of a site. */
export function siteTone(site: SiteView): SiteTone {
  switch (site.state) {
    case 'off':
      return 'off';
    case 'empty':
      return 'empty';
    case 'checking':
      return 'busy';
    case 'seen':
      return 'go';
    case 'decision':
    case 'no-chip':
      return 'ask';
    case 'waiting':
      return 'key';
    case 'running':
      return 'run';
    case 'fault':
      return 'fault';
    case 'verdict':
      return site.verdict === null ? 'empty' : verdictTone(site.verdict);
  }
}

/** The tone of a verdict; a fault is never red, it is not the board's. */
export function verdictTone(verdict: Pick<VerdictView, 'kind'>): 'pass' | 'fail' | 'ask' | 'fault' {
  switch (verdict.kind) {
    case 'PASS':
      return 'pass';
    case 'FAIL':
      return 'fail';
    case 'SET_ASIDE':
      return 'ask';
    case 'FAULT':
      return 'fault';
  }
}

/** The word of a card's top, in capitals: what the board needs. A key of the texts `line.word`. */
export type WordKey =
  | 'pass'
  | 'fail'
  | 'fault'
  | 'setAside'
  | 'resume'
  | 'retry'
  | 'validate'
  | 'finished'
  | 'decide'
  | 'ready'
  | 'noChip'
  | 'signer'
  | 'checking'
  | 'waiting'
  | 'off';

/** The key of the one word that stands on a site. */
export function siteWord(site: SiteView): WordKey {
  switch (site.state) {
    case 'verdict':
      return site.verdict === null ? 'waiting' : verdictWord(site.verdict);
    case 'decision':
      return decisionWord(site);
    case 'no-chip':
      return 'noChip';
    case 'fault':
      return 'fault';
    case 'seen':
      return 'ready';
    case 'waiting':
      return 'signer';
    case 'checking':
    case 'running':
      return 'checking';
    case 'empty':
      return 'waiting';
    case 'off':
      return 'off';
  }
}

/** The last part of the key of a verdict's word. */
export function verdictWord(verdict: Pick<VerdictView, 'kind'>): 'pass' | 'fail' | 'fault' | 'setAside' {
  switch (verdict.kind) {
    case 'PASS':
      return 'pass';
    case 'FAIL':
      return 'fail';
    case 'FAULT':
      return 'fault';
    case 'SET_ASIDE':
      return 'setAside';
  }
}

function decisionWord(site: SiteView): WordKey {
  if (site.reason === 'ALREADY_PROVISIONED') return 'finished';
  const words: Readonly<Record<SiteAction, WordKey>> = {
    provision: 'ready',
    resume: 'resume',
    retry: 'retry',
    validate: 'validate',
    'set-aside': 'setAside',
    'accept-key': 'decide',
  };
  const first = firstChoice(site);
  return first === undefined ? 'decide' : words[first.action];
}

/** The sign of a site: tone, word and sign say the same, so that no colour must be seen. */
export function siteGlyph(site: SiteView): GlyphName {
  switch (siteTone(site)) {
    case 'off':
      return 'off';
    case 'empty':
      return 'empty';
    case 'busy':
    case 'run':
      return 'run';
    case 'go':
      return 'go';
    case 'key':
      return 'key';
    case 'pass':
      return 'pass';
    case 'fail':
      return 'fail';
    case 'fault':
      return 'fault';
    case 'ask': {
      const word = siteWord(site);
      if (word === 'resume') return 'resume';
      return word === 'setAside' || word === 'noChip' ? 'aside' : 'ask';
    }
  }
}

/** What Enter does at this site: its first choice that can be taken. */
export function firstChoice(site: SiteView): Choice | undefined {
  return site.choices.find((choice) => choice.blocked === null);
}

/** A scan of the unit's label is expected before this board may start. */
export function wantsLabel(site: SiteView, station: StationView, label: string | undefined): boolean {
  return (
    station.plan?.options.barcodeBeforeStart === true &&
    site.state === 'seen' &&
    site.unitLabel === '' &&
    (label ?? '') === ''
  );
}

/** Number of the stage that runs, failed or comes next: 1..10. */
export function presentStage(site: SiteView): number {
  const running = site.stages.findIndex((stage) => stage.status === 'running' || stage.status === 'error');
  if (running >= 0) return running + 1;
  const todo = site.stages.findIndex((stage) => stage.status === 'todo');
  return todo < 0 ? site.stages.length : todo + 1;
}

/** ms since the run began, counted on from when the view arrived. */
export function elapsedNow(site: SiteView, arrivedAt: number, now: number): number {
  const base = site.elapsedMs ?? 0;
  return site.state === 'running' ? base + Math.max(0, now - arrivedAt) : base;
}
