import type { Look } from '../app/app.tsx';
import '../styles.ts';
import { scenarios } from './scenarios.ts';
import { show } from './stage.tsx';

/**
 * Every state of every screen without a core: `gallery.html?theme=dark&lang=de&scale=200#line-pass`. Without a name it lists
 * them. When a picture is done `data-ready` has its name on the root element. `signetGallery(name, look)` shows another one on the
 * same page, which the tests do: a page is loaded once.
 */
declare global {
  interface Window {
    signetGallery?: (name: string, look: Look) => Promise<void>;
  }
}

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');

const query = new URLSearchParams(location.search);
const asked: Look = {
  theme: query.get('theme') === 'dark' ? 'dark' : 'light',
  language: query.get('lang') === 'de' ? 'de' : 'en',
  textScale: Number(query.get('scale') ?? '100'),
};

window.signetGallery = async (name, look) => {
  delete document.documentElement.dataset['ready'];
  await show(root, name, look);
  document.documentElement.dataset['ready'] = name;
};

const named = decodeURIComponent(location.hash.slice(1));
if (Object.hasOwn(scenarios, named)) void window.signetGallery(named, asked);
else showList(root);
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
  document.documentElement.style.overflow = 'auto';
  element.replaceChildren(list);
  document.documentElement.dataset['ready'] = '';
}
