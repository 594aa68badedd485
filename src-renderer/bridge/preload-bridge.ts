import type { Bridge, LinkState, Outcome } from '../../src-shared/ipc/client.ts';
import { localCodes, localError } from '../../src-shared/ipc/client.ts';

/** What Electron's preload puts on `window.signetBridge` (context isolation: plain values and functions only). */
export interface PreloadBridge {
  /** `id` is for `cancel`; a number that this page uses once. */
  invoke(name: string, input: unknown, id: number): Promise<unknown>;
  cancel?(id: number): void;
  /** Returns how to stop listening. */
  onPush(listener: (push: unknown) => void): () => void;
}

declare global {
  interface Window {
    readonly signetBridge?: PreloadBridge;
  }
}

/** A bridge over the preload's one channel. The link is there as long as the window is. */
export function preloadBridge(preload: PreloadBridge): Bridge {
  let nextId = 1;
  return {
    async invoke(call, input, signal) {
      const id = nextId++;
      const cancel = (): void => preload.cancel?.(id);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        return outcomeOf(await preload.invoke(call, input, id));
      } catch {
        return { ok: false, error: localError(localCodes.lost, 'The application does not answer.') };
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    },
    onPush: (listener) => preload.onPush(listener),
    onLink(listener: (link: LinkState) => void) {
      listener({ state: 'open' });
      return () => {};
    },
  };
}

/** The outcome in a reply of either shell; a reply of another shape is an error of its own. */
export function outcomeOf(reply: unknown): Outcome {
  const garbage: Outcome = { ok: false, error: localError(localCodes.garbage, 'The answer has no known form.') };
  if (typeof reply !== 'object' || reply === null || !('ok' in reply)) return garbage;
  if (reply.ok === true) return { ok: true, value: 'value' in reply ? reply.value : undefined };
  if (!('error' in reply) || typeof reply.error !== 'object' || reply.error === null) return garbage;
  const { error } = reply;
  return {
    ok: false,
    error: {
      code: 'code' in error ? String(error.code) : localCodes.garbage,
      number: 'number' in error ? Number(error.number) : 0,
      message: 'message' in error ? String(error.message) : '',
      details: 'details' in error ? factsOf(error.details) : {},
    },
  };
}

function factsOf(details: unknown): Record<string, string | number | boolean | null> {
  if (typeof details !== 'object' || details === null) return {};
  const facts: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(details)) {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      facts[name] = value;
  }
  return facts;
}
