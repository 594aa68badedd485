import { useEffect, useRef } from 'react';
import { ui, useUi } from '../stores/ui-store.ts';
import { type KeyAction, keyAction, type PageShortcut, registerShortcut, runShortcut } from './keys.ts';

/** Whether an element takes typed text. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return target.isContentEditable;
}

function dialogOpen(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}

/** The action of a key event at the place shown. */
export function actionOf(event: KeyboardEvent): KeyAction | undefined {
  return keyAction(
    {
      key: event.key,
      ctrl: event.ctrlKey || event.metaKey,
      shift: event.shiftKey,
      alt: event.altKey,
      repeat: event.repeat,
      typing: takesText(event.target),
      dialog: dialogOpen(),
    },
    useUi.getState().place,
  );
}

/** The keys that every place has: places, help, and what pages registered. */
export function useGlobalKeys(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const action = actionOf(event);
      switch (action?.do) {
        case 'go':
          ui.go(action.place);
          break;
        case 'help':
          ui.showHelp(true);
          break;
        case 'page':
          // Without a taker the browser's own meaning stays (Ctrl C copies the selection).
          if (action.shortcut === 'copy' && String(getSelection() ?? '') !== '') return;
          if (!runShortcut(action.shortcut)) return;
          break;
        default:
          return;
      }
      event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}

/** Registers a page's shortcut while it is mounted. */
export function useShortcut(name: PageShortcut, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => registerShortcut(name, () => latest.current()), [name]);
}
