import { create } from 'zustand';
import type { PersonRole } from '../../src-shared/ipc/lists.ts';

export const places = ['line', 'signers', 'records', 'plan', 'activity', 'settings'] as const;
export type Place = (typeof places)[number];

/** A message of this screen: what went wrong or was done. Errors stay until closed. */
export interface Notice {
  readonly id: number;
  readonly kind: 'done' | 'error';
  readonly text: string;
}

/** Why the sign-on dialog is open: asked for by somebody, or because something needs another role. */
export type SignOnReason = { readonly kind: 'asked' } | { readonly kind: 'role'; readonly role: PersonRole | null };

/** What only this screen knows: never a secret, nothing that the core should know. */
export interface UiStore {
  readonly place: Place;
  readonly helpOpen: boolean;
  /** Site that keys act on. */
  readonly focusedSite: string | null;
  /** Labels scanned for boards that are not started yet, by site. */
  readonly unitLabels: Readonly<Record<string, string>>;
  readonly signOn: SignOnReason | null;
  readonly batchOpen: boolean;
  /** Signer whose password dialog was asked for on a button. */
  readonly unlockSigner: string | null;
  /** Signers whose dialog was put off, with how many boards waited then: it comes back when more wait. */
  readonly putOff: Readonly<Record<string, number>>;
  readonly notices: readonly Notice[];
  /** Unit whose page is open in Records. */
  readonly unit: string | null;
}

const initial: UiStore = {
  place: 'line',
  helpOpen: false,
  focusedSite: null,
  unitLabels: {},
  signOn: null,
  batchOpen: false,
  unlockSigner: null,
  putOff: {},
  notices: [],
  unit: null,
};

export const useUi = create<UiStore>()(() => initial);

let nextNotice = 1;

/** Every change of the UI store by name, so that keys, buttons and tests do the same. */
export const ui = {
  reset: (): void => useUi.setState(initial, true),
  /** Another station is behind the screens now: what was chosen and typed was the one's before. */
  forgetStation: (): void =>
    useUi.setState({
      focusedSite: null,
      unitLabels: {},
      signOn: null,
      batchOpen: false,
      unlockSigner: null,
      putOff: {},
      unit: null,
    }),
  go: (place: Place): void => useUi.setState({ place, helpOpen: false }),
  showHelp: (helpOpen: boolean): void => useUi.setState({ helpOpen }),
  focusSite: (focusedSite: string | null): void => useUi.setState({ focusedSite }),
  setUnitLabel: (site: string, label: string): void =>
    useUi.setState((store) => ({ unitLabels: { ...store.unitLabels, [site]: label } })),
  forgetUnitLabel: (site: string): void =>
    useUi.setState((store) => ({
      unitLabels: Object.fromEntries(Object.entries(store.unitLabels).filter(([id]) => id !== site)),
    })),
  askSignOn: (signOn: SignOnReason | null): void => useUi.setState({ signOn }),
  showBatch: (batchOpen: boolean): void => useUi.setState({ batchOpen }),
  askUnlock: (unlockSigner: string | null): void => useUi.setState({ unlockSigner }),
  putOff: (signer: string, waiting: number): void =>
    useUi.setState((store) => ({ unlockSigner: null, putOff: { ...store.putOff, [signer]: waiting } })),
  notice: (kind: Notice['kind'], text: string): void =>
    useUi.setState((store) => ({ notices: [...store.notices.slice(-3), { id: nextNotice++, kind, text }] })),
  closeNotice: (id: number): void =>
    useUi.setState((store) => ({ notices: store.notices.filter((notice) => notice.id !== id) })),
  openUnit: (unit: string | null): void =>
    useUi.setState(unit === null ? { unit } : { unit, place: 'records', helpOpen: false }),
};
