import { createRoot, type Root } from 'react-dom/client';
import { createClient } from '../../src-shared/ipc/client.ts';
import { App, type Look, Themed } from '../app/app.tsx';
import { stopClock } from '../app/clock.ts';
import { StartNotice } from '../app/start-notice.tsx';
import { drafts } from '../stores/drafts.ts';
import { useStation } from '../stores/station-store.ts';
import { ui, useUi } from '../stores/ui-store.ts';
import { startTexts } from '../texts/index.ts';
import { fakeBridge } from './fake-bridge.ts';
import { galleryNow } from './fixtures/station.ts';
import type { Scenario, Step } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/** How long nothing may change before a picture counts as drawn, ms. */
const quietMs = 80;
/** A picture that is not drawn by then has a mistake in it, ms. */
const patienceMs = 30_000;

let shown: Root | undefined;

/**
 * Shows one state on a clean page: nothing of the state before is left. Resolves when it is drawn, rejects when a step of it finds
 * nothing to act on.
 */
export async function show(element: HTMLElement, name: string, look: Look): Promise<void> {
  const chosen = scenarios[name];
  if (chosen === undefined) throw new Error(`there is no picture ${name}`);
  shown?.unmount();
  ui.reset();
  drafts.reset();
  useStation.setState(useStation.getInitialState(), true);
  stopClock(galleryNow, 60_000);
  startTexts(look.language);
  document.documentElement.lang = look.language;
  // A caret blinks.
  document.documentElement.style.caretColor = 'transparent';
  const react = createRoot(element);
  shown = react;
  if ('start' in chosen) {
    const { start } = chosen;
    react.render(
      <Themed forced={look}>
        {typeof start === 'string' ? (
          <StartNotice kind={start} />
        ) : (
          <StartNotice kind="problem" code={start.code} detail={start.detail} />
        )}
      </Themed>,
    );
  } else {
    if (chosen.ui !== undefined) useUi.setState(chosen.ui);
    const bridge = fakeBridge({
      state: chosen.state,
      answers: chosen.answers ?? {},
      ...(chosen.link === undefined ? {} : { link: chosen.link }),
    });
    react.render(<App client={createClient(bridge)} forced={look} />);
    await play(chosen, bridge.push);
  }
  await drawn();
}

async function play(chosen: Scenario, push: ReturnType<typeof fakeBridge>['push']): Promise<void> {
  await find('.frame');
  await drawn();
  for (const event of chosen.pushes ?? []) push(event);
  for (const step of chosen.steps ?? []) {
    await take(step);
    await frame();
  }
  for (const event of chosen.pushesAfter ?? []) push(event);
}

async function take(step: Step): Promise<void> {
  if ('see' in step) await find(step.see);
  else if ('look' in step) (await find(step.look)).scrollIntoView({ block: 'start' });
  else if ('click' in step) (await find(step.click)).click();
  else if ('key' in step) {
    const target = await find(step.on);
    target.focus();
    target.dispatchEvent(new KeyboardEvent('keydown', { key: step.key, bubbles: true }));
  } else if ('hold' in step) {
    const target = await find(step.hold);
    target.focus();
    target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await frame();
    // The clocks stand still here: the hold is over when they are put forward.
    stopClock(galleryNow, 65_000);
    await frame();
    await frame();
    target.dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter', bubbles: true }));
  } else if ('drop' in step) {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([step.drop], step.name));
    (await find(step.onto)).dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  } else if ('choose' in step) {
    const select = await find(step.in);
    if (select instanceof HTMLSelectElement) setValue(select, HTMLSelectElement.prototype, step.choose, 'change');
  } else {
    const input = await find(step.into);
    if (input instanceof HTMLTextAreaElement) setValue(input, HTMLTextAreaElement.prototype, step.type, 'input');
    else setValue(input, HTMLInputElement.prototype, step.type, 'input');
  }
}

/** Sets a value the way a hand does: React listens to the element's own setter being bypassed. */
function setValue(element: HTMLElement, prototype: object, value: string, event: 'input' | 'change'): void {
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(element, value);
  element.dispatchEvent(new Event(event, { bubbles: true }));
}

async function find(selector: string): Promise<HTMLElement> {
  for (const end = performance.now() + patienceMs; performance.now() < end; ) {
    const found = document.querySelector<HTMLElement>(selector);
    if (found !== null) return found;
    await frame();
  }
  throw new Error(`nothing here matches ${selector}`);
}

/** Resolves when nothing has changed for a while, no part is still being fetched, and everything that fades has faded. */
async function drawn(): Promise<void> {
  let changed = performance.now();
  const observer = new MutationObserver(() => {
    changed = performance.now();
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  try {
    await document.fonts.ready;
    for (const end = performance.now() + patienceMs; performance.now() < end; ) {
      await frame();
      const moving = document.getAnimations().some(({ playState, effect }) => {
        return playState === 'running' && effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY;
      });
      if (moving || document.querySelector('.main > .waiting') !== null) changed = performance.now();
      if (performance.now() - changed >= quietMs && document.fonts.status === 'loaded') return;
    }
    throw new Error('the picture never stood still');
  } finally {
    observer.disconnect();
  }
}

function frame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });
}
