import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createClient } from '../src-shared/ipc/client.ts';
import { App, Themed } from './app/app.tsx';
import { StartNotice } from './app/start-notice.tsx';
import { pickBridge } from './bridge/pick.ts';
import { readFragment } from './bridge/token.ts';
import './styles.ts';
import { startTexts } from './texts/index.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');

const fragment = readFragment(location.hash);
const problem = fragment.get('problem');
startTexts(navigator.language.startsWith('de') ? 'de' : 'en');

if (problem !== undefined) {
  createRoot(root).render(
    <Themed>
      <StartNotice kind="problem" code={problem} detail={fragment.get('detail') ?? ''} />
    </Themed>,
  );
} else {
  const bridge = pickBridge();
  createRoot(root).render(
    bridge === undefined ? (
      <Themed>
        <StartNotice kind="no-token" />
      </Themed>
    ) : (
      <StrictMode>
        <App client={createClient(bridge)} />
      </StrictMode>
    ),
  );
}
