import { useCallback, useMemo, useRef } from 'react';
import type { SiteAction } from '../../src-shared/ipc/lists.ts';
import type { SiteView } from '../../src-shared/ipc/state.ts';
import { useAsk } from '../app/client-context.tsx';
import { ui, useUi } from '../stores/ui-store.ts';

export interface LineActions {
  /** Takes a choice of a site; a second press while the first is under way does nothing. */
  take(site: SiteView, action: SiteAction): void;
  startAll(): void;
}

/** What buttons and keys of the Line screen do. */
export function useLineActions(): LineActions {
  const ask = useAsk();
  const under = useRef(new Set<string>());

  const once = useCallback(async (key: string, run: () => Promise<unknown>): Promise<void> => {
    if (under.current.has(key)) return;
    under.current.add(key);
    try {
      await run();
    } finally {
      under.current.delete(key);
    }
  }, []);

  return useMemo(
    () => ({
      take(site, action) {
        void once(site.id, async () => {
          if (action === 'set-aside') {
            await ask('line.setAside', { site: site.id, reason: site.reason });
            return;
          }
          const unitLabel = useUi.getState().unitLabels[site.id] ?? '';
          const started = await ask('line.start', { site: site.id, action, unitLabel });
          if (started !== undefined) ui.forgetUnitLabel(site.id);
        });
      },
      startAll() {
        void once('*', () => ask('line.startAll', {}));
      },
    }),
    [ask, once],
  );
}
