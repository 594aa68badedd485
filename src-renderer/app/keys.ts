import type { SiteAction } from '../../src-shared/ipc/lists.ts';
import { type Place, places } from '../stores/ui-store.ts';

/** What the keyboard does, as plain functions: see the key table of the help screen. */
export interface KeyPress {
  readonly key: string;
  readonly ctrl: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly repeat: boolean;
  /** The focus is in a field that takes text. */
  readonly typing: boolean;
  /** A dialog is open: it has its own keys. */
  readonly dialog: boolean;
}

export type PageShortcut = 'search' | 'export' | 'copy' | 'lock';

export type KeyAction =
  | { readonly do: 'go'; readonly place: Place }
  | { readonly do: 'help' }
  | { readonly do: 'page'; readonly shortcut: PageShortcut }
  /** Line: the focused site's first action. */
  | { readonly do: 'first' }
  | { readonly do: 'all' }
  | { readonly do: 'choice'; readonly choice: ChoiceKey }
  | { readonly do: 'digit'; readonly digit: number }
  | { readonly do: 'move'; readonly dx: -1 | 0 | 1; readonly dy: -1 | 0 | 1 };

export type ChoiceKey = Extract<SiteAction, 'validate' | 'set-aside' | 'accept-key'> | 'differences';

/** The keys as printed on the buttons; the same in every language. */
export const choiceKeys: Readonly<Record<ChoiceKey, string>> = {
  validate: 'V',
  'set-aside': 'S',
  differences: 'D',
  'accept-key': 'K',
};

const moves: Readonly<Record<string, readonly [-1 | 0 | 1, -1 | 0 | 1]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What a key press means at this place; undefined = nothing of ours. */
export function keyAction(press: KeyPress, place: Place): KeyAction | undefined {
  if (press.dialog || press.alt) return undefined;
  if (press.ctrl) return press.repeat ? undefined : withCtrl(press);
  if (press.typing) return undefined;
  if (press.key === '?') return { do: 'help' };
  if (press.key === '/') return { do: 'page', shortcut: 'search' };
  return place === 'line' ? onLine(press) : undefined;
}

function withCtrl(press: KeyPress): KeyAction | undefined {
  const place = places[Number.parseInt(press.key, 10) - 1];
  if (place !== undefined && place !== 'settings') return { do: 'go', place };
  switch (press.key.toLowerCase()) {
    case 'e':
      return { do: 'page', shortcut: 'export' };
    case 'l':
      return { do: 'page', shortcut: 'lock' };
    case 'c':
      return press.typing ? undefined : { do: 'page', shortcut: 'copy' };
    default:
      return undefined;
  }
}

function onLine(press: KeyPress): KeyAction | undefined {
  if (press.key === 'Enter') {
    if (press.repeat) return undefined;
    return press.shift ? { do: 'all' } : { do: 'first' };
  }
  const move = moves[press.key];
  if (move !== undefined) return { do: 'move', dx: move[0], dy: move[1] };
  if (press.repeat) return undefined;
  if (/^[0-9]$/.test(press.key)) return { do: 'digit', digit: Number(press.key) };
  const choice = choiceOf(press.key);
  return choice === undefined ? undefined : { do: 'choice', choice };
}

function choiceOf(key: string): ChoiceKey | undefined {
  switch (key.toUpperCase()) {
    case 'V':
      return 'validate';
    case 'S':
      return 'set-aside';
    case 'D':
      return 'differences';
    case 'K':
      return 'accept-key';
    default:
      return undefined;
  }
}

/** ms that Enter starts nothing after a board appeared, so that one long press cannot start two boards. */
const enterGuardMs = 400;

/** Whether Enter may start a board that appeared at `appearedAt` (ms, same clock as `now`). */
export function enterStarts(appearedAt: number | undefined, now: number): boolean {
  return appearedAt === undefined || now - appearedAt >= enterGuardMs;
}

/** ms until one digit alone is a site's number although a second could follow. */
export const digitWaitMs = 600;

export interface DigitResult {
  /** Site number to focus now. */
  readonly focus: number | null;
  /** Digit that waits for a second one. */
  readonly pending: number | null;
}

/** A digit was typed while `pending` waited; `numbers` are the sites' numbers. */
export function digitTyped(pending: number | null, digit: number, numbers: readonly number[]): DigitResult {
  if (pending !== null) {
    const both = pending * 10 + digit;
    if (numbers.includes(both)) return { focus: both, pending: null };
  }
  const more = digit > 0 && numbers.some((number) => number >= 10 && Math.floor(number / 10) === digit);
  if (more) return { focus: null, pending: digit };
  return { focus: numbers.includes(digit) ? digit : null, pending: null };
}

/** Where an arrow leads in a grid of `count` cells, `columns` wide; the same place at an edge. */
export function moveInGrid(index: number, dx: number, dy: number, columns: number, count: number): number {
  const column = index % columns;
  if (column + dx < 0 || column + dx >= columns) return index;
  const next = index + dx + dy * columns;
  return next < 0 || next >= count ? index : next;
}

const shortcuts = new Map<PageShortcut, (() => void)[]>();

/** A page says what a shortcut does while it is shown; the newest one counts. Returns how to take it back. */
export function registerShortcut(name: PageShortcut, run: () => void): () => void {
  const list = shortcuts.get(name) ?? [];
  shortcuts.set(name, [...list, run]);
  return () => {
    shortcuts.set(
      name,
      (shortcuts.get(name) ?? []).filter((other) => other !== run),
    );
  };
}

/** True when a page took it. */
export function runShortcut(name: PageShortcut): boolean {
  const run = shortcuts.get(name)?.at(-1);
  run?.();
  return run !== undefined;
}
