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

/**
 * A bridge over the preload's one channel. The link is there as long as the window is, unless the core could not start: then that is what
 * it answers to any call.
 */
export function preloadBridge(preload: PreloadBridge): Bridge {
  const linkListeners = new Set<(link: LinkState) => void>();
  const lost = (message: string): Outcome => ({ ok: false, error: localError(localCodes.lost, message) });
  let link: LinkState = { state: 'open' };
  let nextId = 1;
  return {
    async invoke(call, input, signal) {
      const id = nextId++;
      const cancel = (): void => preload.cancel?.(id);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        const reply = await preload.invoke(call, input, id);
        const failed = failureOf(reply);
        if (failed === undefined) return outcomeOf(reply);
        link = failed;
        for (const listener of linkListeners) listener(link);
        return lost('The application could not start.');
      } catch {
        return lost('The application does not answer.');
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    },
    onPush: (listener) => preload.onPush(listener),
    onLink(listener) {
      linkListeners.add(listener);
      listener(link);
      return () => linkListeners.delete(listener);
    },
  };
}

/** Why the core could not start, where that is what it says, over either shell; undefined for everything else. */
export function failureOf(frame: unknown): LinkState | undefined {
  if (typeof frame !== 'object' || frame === null || !('problem' in frame)) return undefined;
  return { state: 'failed', code: String(frame.problem), detail: 'detail' in frame ? String(frame.detail) : '' };
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
