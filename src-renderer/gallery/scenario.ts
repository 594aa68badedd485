import type { LinkState } from '../../src-shared/ipc/client.ts';
import type { Push } from '../../src-shared/ipc/contract.ts';
import type { StateView } from '../../src-shared/ipc/state.ts';
import type { UiStore } from '../stores/ui-store.ts';
import type { FakeAnswers } from './fake-bridge.ts';

/** What a hand does after a picture's first drawing. */
export type Step =
  | { readonly type: string; readonly into: string }
  | { readonly click: string }
  | { readonly choose: string; readonly in: string }
  | { readonly key: string; readonly on: string }
  /** Drops a file with a text in it. */
  | { readonly drop: string; readonly name: string; readonly onto: string }
  /** Holds Enter for as long as a final action wants. */
  | { readonly hold: string }
  /** Scrolls it to the top of what is seen. */
  | { readonly look: string }
  /** Waits until it is there. */
  | { readonly see: string };

/** One picture: a state of the core, where the screen is, and what was done to it. */
export interface Scenario {
  readonly state: StateView;
  readonly ui?: Partial<UiStore>;
  readonly answers?: FakeAnswers;
  readonly link?: LinkState;
  readonly steps?: readonly Step[];
  readonly pushes?: readonly Push[];
  /** What the core says after the steps. */
  readonly pushesAfter?: readonly Push[];
}

/** A page that stands before any state: no scenario, but a problem of the start. */
export interface StartScenario {
  readonly start: 'connecting' | 'no-token' | { readonly code: string; readonly detail: string };
}

export type AnyScenario = Scenario | StartScenario;
