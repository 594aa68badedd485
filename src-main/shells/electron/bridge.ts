import type { IpcMain } from 'electron';
import { asSignetError, SignetError } from '../../../src-shared/base/error.ts';
import type { Handlers, Push, Reply } from '../../../src-shared/ipc/contract.ts';
import { createDispatcher, type Dispatcher, wireError } from '../../../src-shared/ipc/dispatch.ts';
import { problemOf, type StartProblem } from '../problem.ts';
import { channels } from './channels.ts';
import { isTrustedSender } from './security.ts';

/** What the bridge needs of a window. */
export interface BridgeWindow {
  readonly webContents: { send(channel: string, push: unknown): void; isDestroyed(): boolean };
  isDestroyed(): boolean;
}

export interface BridgeCore {
  readonly handlers: Handlers;
  onPush(listener: (push: Push) => void): () => void;
}

/**
 * Joins the line with the one window over Electron's messages. Every sender is judged; a foreign frame gets an error and learns nothing.
 * While the line is being opened calls wait for it; where it cannot be opened they are answered with why. Gives a function that ends it.
 */
export function joinWindow(
  ipc: Pick<IpcMain, 'handle' | 'on' | 'removeHandler' | 'removeAllListeners'>,
  opening: Promise<BridgeCore>,
  window: () => BridgeWindow | undefined,
): () => void {
  let dispatcher: Dispatcher | undefined;
  let page: unknown;
  let unsubscribe = (): void => undefined;
  let left = false;
  /** A reloaded page begins to count its ids anew: what the old one asked is cancelled. */
  const current = (core: BridgeCore, frame: unknown): Dispatcher => {
    if (dispatcher === undefined || page !== frame) {
      dispatcher?.close();
      dispatcher = createDispatcher(core.handlers);
      page = frame;
    }
    return dispatcher;
  };
  ipc.handle(channels.call, async (event, request: unknown): Promise<Reply | StartProblem> => {
    // Kept: a frame that went while the line was opened is no longer to be had from its event.
    const frame = event.senderFrame;
    if (!isTrustedSender(event, window())) return refused(request);
    let core: BridgeCore;
    try {
      core = await opening;
    } catch (thrown) {
      return problemOf(asSignetError(thrown));
    }
    return (await current(core, frame).dispatch(request)) ?? refused(request);
  });
  ipc.on(channels.cancel, (event, request: unknown) => {
    const frame = event.senderFrame;
    if (!isTrustedSender(event, window())) return;
    // After the call that it cancels, which waits for the same line; without one there is nothing to cancel.
    void opening.then((core) => current(core, frame).dispatch(request)).catch(() => undefined);
  });
  void opening
    .then((core) => {
      if (left) return;
      unsubscribe = core.onPush((push) => {
        const target = window();
        if (target !== undefined && !target.isDestroyed() && !target.webContents.isDestroyed())
          target.webContents.send(channels.push, push);
      });
    })
    .catch(() => undefined);
  return () => {
    left = true;
    unsubscribe();
    ipc.removeHandler(channels.call);
    ipc.removeAllListeners(channels.cancel);
    dispatcher?.close();
  };
}

function refused(request: unknown): Reply {
  const id =
    typeof request === 'object' && request !== null && 'id' in request && typeof request.id === 'number'
      ? request.id
      : 0;
  return { id, ok: false, error: wireError(new SignetError('NOT_ALLOWED', 'This frame may not ask anything.')) };
}
