import { useEffect, useRef } from 'react';
import type { SiteView, StationView } from '../../src-shared/ipc/state.ts';
import { clock } from '../app/clock.ts';
import { type ChoiceKey, digitTyped, digitWaitMs, enterStarts, moveInGrid } from '../app/keys.ts';
import { actionOf, takesText } from '../app/use-keys.ts';
import { ui, useUi } from '../stores/ui-store.ts';
import { focusPlace } from './focus-place.ts';
import { firstChoice, wantsLabel } from './site-words.ts';
import type { LineActions } from './use-line-actions.ts';

interface LineKeys {
  readonly sites: readonly SiteView[];
  readonly station: StationView;
  readonly focused: string | null;
  readonly actions: LineActions;
  readonly appearedAt: (site: string) => number | undefined;
  /** Shows the site's own face, with what is held there; undefined where every face is shown already. */
  readonly open: ((site: SiteView) => void) | undefined;
}

/** ms between two characters of a barcode reader; a hand is slower. */
const scanGapMs = 120;

/** The Line screen's keys: first action, choices, digits, arrows, all ready; and scans that go to the unit label. */
export function useLineKeys(keys: LineKeys): void {
  const latest = useRef(keys);
  latest.current = keys;

  useEffect(() => {
    let pending: number | null = null;
    let pendingTimer = 0;
    let scan = '';
    let scanAt = 0;

    const focusNumber = (number: number): void => {
      const site = latest.current.sites.find((candidate) => candidate.number === number);
      if (site !== undefined) focusSite(site);
    };

    const digit = (value: number): void => {
      window.clearTimeout(pendingTimer);
      const numbers = latest.current.sites.map((site) => site.number);
      const result = digitTyped(pending, value, numbers);
      ({ pending } = result);
      if (result.focus !== null) focusNumber(result.focus);
      if (pending === null) return;
      pendingTimer = window.setTimeout(() => {
        if (pending !== null) focusNumber(pending);
        pending = null;
      }, digitWaitMs);
    };

    const move = (dx: number, dy: number): void => {
      const { sites, focused } = latest.current;
      const index = sites.findIndex((site) => site.id === focused);
      const columns = columnsShown();
      const next = sites[moveInGrid(Math.max(0, index), dx, dy, columns, sites.length)];
      if (next !== undefined) focusSite(next);
    };

    const first = (site: SiteView): void => {
      const { actions, station, appearedAt } = latest.current;
      if (!enterStarts(appearedAt(site.id), clock.steady())) return;
      if (site.state === 'waiting') {
        ui.askUnlock('*');
        return;
      }
      const choice = firstChoice(site);
      if (choice === undefined && site.choices.some(({ blocked }) => blocked === 'sign-on' || blocked === 'role')) {
        ui.askSignOn({ kind: 'asked' });
        return;
      }
      if (choice === undefined || wantsLabel(site, station, useUi.getState().unitLabels[site.id])) return;
      if (site.state === 'seen' && station.plan?.options.holdToConfirm === true) {
        latest.current.open?.(site);
        return;
      }
      actions.take(site, choice.action);
    };

    const choose = (site: SiteView, choice: ChoiceKey): void => {
      if (choice === 'differences') {
        document.querySelector<HTMLButtonElement>(`[data-site="${CSS.escape(site.id)}"] [data-choice]`)?.click();
        return;
      }
      const found = site.choices.find((candidate) => candidate.action === choice && candidate.blocked === null);
      if (found !== undefined) latest.current.actions.take(site, found.action);
    };

    /** True when the key belongs to a scan. */
    const scanned = (event: KeyboardEvent, site: SiteView | undefined): boolean => {
      if (site === undefined || event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return false;
      if (!wantsLabel(site, latest.current.station, useUi.getState().unitLabels[site.id])) return false;
      const now = clock.steady();
      if (now - scanAt > scanGapMs) scan = '';
      scanAt = now;
      if (event.key === 'Enter') {
        if (scan.length > 2) ui.setUnitLabel(site.id, scan);
        const took = scan !== '';
        scan = '';
        return took;
      }
      if (event.key.length !== 1) return false;
      scan += event.key;
      return true;
    };

    const listen = (event: KeyboardEvent): void => {
      const { sites, focused, actions } = latest.current;
      const site = sites.find((candidate) => candidate.id === focused);
      if (event.defaultPrevented || document.querySelector('[role="dialog"]') !== null) return;
      if (scanned(event, site)) {
        event.preventDefault();
        return;
      }
      // Buttons would answer every repetition of a held Enter.
      if (event.key === 'Enter' && event.repeat && !takesText(event.target)) {
        event.preventDefault();
        return;
      }
      const action = actionOf(event);
      if (action === undefined) return;
      if (action.do === 'first') {
        if (isOtherButton(event.target)) {
          if (site !== undefined && !enterStarts(latest.current.appearedAt(site.id), clock.steady()))
            event.preventDefault();
          return;
        }
        event.preventDefault();
        if (site !== undefined) first(site);
        return;
      }
      if (action.do === 'all') {
        // What is to be held is not started by one press.
        if (latest.current.station.plan?.options.holdToConfirm !== true) actions.startAll();
      } else if (action.do === 'digit') digit(action.digit);
      else if (action.do === 'move') {
        // In a face that scrolls, up and down are its own.
        if (action.dx === 0 && event.target instanceof HTMLElement && event.target.matches('[data-scrolls]')) return;
        move(action.dx, action.dy);
      } else if (action.do === 'choice' && site !== undefined) choose(site, action.choice);
      else return;
      event.preventDefault();
    };

    window.addEventListener('keydown', listen);
    return () => {
      window.clearTimeout(pendingTimer);
      window.removeEventListener('keydown', listen);
    };
  }, []);
}

/** A control that keeps its own Enter: anything that is neither a tile nor a site's first button. */
function isOtherButton(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const control = target.closest('button, a, [role="button"], input, select, textarea');
  return control !== null && !control.matches('.tile, .is-first');
}

/** Columns that the sites stand in now: small windows have fewer. */
function columnsShown(): number {
  const grid = document.querySelector('.faces, .tiles');
  return grid === null ? 1 : getComputedStyle(grid).gridTemplateColumns.split(' ').length;
}

function focusSite(site: SiteView): void {
  ui.focusSite(site.id);
  focusPlace(site.id);
}
