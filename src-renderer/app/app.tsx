import { MantineProvider } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Client } from '../../src-shared/ipc/client.ts';
import { followState } from '../../src-shared/ipc/state-feed.ts';
import { stationSink, useStateView, useStation } from '../stores/station-store.ts';
import { ClientProvider } from './client-context.tsx';
import { clock } from './clock.ts';
import { Frame } from './frame.tsx';
import { playSound, SoundQueue } from './sounds.ts';
import { StartNotice } from './start-notice.tsx';
import { cssVariables, theme } from './theme.ts';

/** The nonce of the page's content security policy, which the shell puts in; empty where there is none. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

/** The whole application over one client. */
export function App({ client, forced }: { readonly client: Client; readonly forced?: Look }) {
  useEffect(
    () =>
      followState(
        client,
        stationSink(() => clock.steady()),
      ),
    [client],
  );
  useEffect(() => client.onLink((link) => useStation.setState({ link })), [client]);
  useSounds(client);
  return (
    <Themed {...(forced === undefined ? {} : { forced })}>
      <ClientProvider client={client}>
        <Screen />
      </ClientProvider>
    </Themed>
  );
}

export interface Look {
  readonly theme: 'light' | 'dark';
  readonly language: 'en' | 'de';
  /** per cent */
  readonly textScale: number;
}

function Screen() {
  const known = useStation((store) => store.state !== null);
  const link = useStation((store) => store.link);
  if (link.state === 'failed') return <StartNotice kind="problem" code={link.code} detail={link.detail} />;
  return known ? <Frame /> : <StartNotice kind="connecting" />;
}

/** Colour scheme, language and text size of the station; `forced` is for pictures. */
export function Themed({ forced, children }: { readonly forced?: Look; readonly children: React.ReactNode }) {
  const look = useStateView(({ station: { theme, language, textScale } }) => ({ theme, language, textScale }));
  const { i18n } = useTranslation();
  const dark = useSystemDark();
  const wanted = forced?.theme ?? look?.theme ?? 'system';
  const scheme = wanted === 'system' ? (dark ? 'dark' : 'light') : wanted;
  const language = forced?.language ?? look?.language;
  const scale = (forced?.textScale ?? look?.textScale ?? 100) / 100;
  useEffect(() => {
    if (language === undefined) return;
    document.documentElement.lang = language;
    if (i18n.language !== language) void i18n.changeLanguage(language);
  }, [language, i18n]);
  useEffect(() => {
    document.documentElement.style.setProperty('--text-scale', String(scale));
    document.documentElement.style.colorScheme = scheme;
  }, [scale, scheme]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      forceColorScheme={scheme}
      getStyleNonce={styleNonce}
      withGlobalClasses={false}
    >
      {children}
    </MantineProvider>
  );
}

function useSystemDark(): boolean {
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const listen = (): void => setDark(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  return dark;
}

function useSounds(client: Client): void {
  useEffect(() => {
    const queue = new SoundQueue(
      (kind) => {
        const station = useStation.getState().state?.station;
        if (station?.sound.on === true && station.plan?.options.sound !== false) playSound(kind, station.sound.volume);
      },
      () => clock.steady(),
      (task, ms) => {
        const timer = setTimeout(task, ms);
        return () => clearTimeout(timer);
      },
    );
    return client.on('sound', (sound) => queue.add(sound.kind));
  }, [client]);
}
