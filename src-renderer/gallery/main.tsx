import { createRoot } from 'react-dom/client';
import { createClient } from '../../src-shared/ipc/client.ts';
import { App, type Look, Themed } from '../app/app.tsx';
import { stopClock } from '../app/clock.ts';
import { StartNotice } from '../app/start-notice.tsx';
import { useUi } from '../stores/ui-store.ts';
import '../styles.ts';
import { startTexts } from '../texts/index.ts';
import { fakeBridge } from './fake-bridge.ts';
import { galleryNow } from './fixtures/station.ts';
import type { Scenario, Step } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/**
 * Every state of every screen without a core: `gallery.html?theme=dark&lang=de&scale=200#line-pass`. Without a name it lists
 * them. When a picture is done `data-ready` stands on the root element.
 */
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');

const query = new URLSearchParams(location.search);
const look: Look = {
  theme: query.get('theme') === 'dark' ? 'dark' : 'light',
  language: query.get('lang') === 'de' ? 'de' : 'en',
  textScale: Number(query.get('scale') ?? '100'),
};
const name = decodeURIComponent(location.hash.slice(1));
const scenario = scenarios[name];
startTexts(look.language);
stopClock(galleryNow, 60_000);
document.documentElement.lang = look.language;

if (scenario === undefined) showList(root);
else void show(root, scenario);
window.addEventListener('hashchange', () => location.reload());

function showList(element: HTMLElement): void {
  const list = document.createElement('ul');
  for (const known of Object.keys(scenarios)) {
    const link = document.createElement('a');
    link.href = `#${known}`;
    link.textContent = known;
    const item = document.createElement('li');
    item.append(link);
    list.append(item);
  }
  document.body.style.overflow = 'auto';
  element.append(list);
  document.documentElement.dataset['ready'] = 'true';
}

async function show(element: HTMLElement, chosen: (typeof scenarios)[string]): Promise<void> {
  if (chosen === undefined) return;
  const react = createRoot(element);
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
  await document.fonts.ready;
  await pause(300);
  document.documentElement.dataset['ready'] = 'true';
}

async function play(chosen: Scenario, push: ReturnType<typeof fakeBridge>['push']): Promise<void> {
  await find('.frame');
  await pause(100);
  for (const event of chosen.pushes ?? []) push(event);
  for (const step of chosen.steps ?? []) await take(step);
  for (const event of chosen.pushesAfter ?? []) push(event);
}

async function take(step: Step): Promise<void> {
  if ('see' in step) await find(step.see);
  else if ('click' in step) (await find(step.click)).click();
  else if ('key' in step) {
    const target = await find(step.on);
    target.focus();
    target.dispatchEvent(new KeyboardEvent('keydown', { key: step.key, bubbles: true }));
  } else if ('hold' in step) {
    const target = await find(step.hold);
    target.focus();
    target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    // The clocks stand still here: the hold is over when they are put forward.
    stopClock(galleryNow, 65_000);
    await pause(100);
    target.dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter', bubbles: true }));
  } else if ('choose' in step) {
    const select = await find(step.in);
    if (select instanceof HTMLSelectElement) setValue(select, HTMLSelectElement.prototype, step.choose, 'change');
  } else {
    const input = await find(step.into);
    if (input instanceof HTMLTextAreaElement) setValue(input, HTMLTextAreaElement.prototype, step.type, 'input');
    else setValue(input, HTMLInputElement.prototype, step.type, 'input');
  }
  await pause(60);
}

/** Sets a value the way a hand does: React listens to the element's own setter being bypassed. */
function setValue(element: HTMLElement, prototype: object, value: string, event: 'input' | 'change'): void {
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(element, value);
  element.dispatchEvent(new Event(event, { bubbles: true }));
}

async function find(selector: string): Promise<HTMLElement> {
  for (let turn = 0; turn < 200; turn++) {
    const found = document.querySelector<HTMLElement>(selector);
    if (found !== null) return found;
    await pause(25);
  }
  throw new Error(`nothing here matches ${selector}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
