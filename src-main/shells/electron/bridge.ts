import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import { SignetError } from '../../../src-shared/base/error.ts';
import type { Handlers, Push, Reply } from '../../../src-shared/ipc/contract.ts';
import { createDispatcher, type Dispatcher, wireError } from '../../../src-shared/ipc/dispatch.ts';
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
 * Gives a function that ends it.
 */
export function joinWindow(
  ipc: Pick<IpcMain, 'handle' | 'on' | 'removeHandler' | 'removeAllListeners'>,
  core: BridgeCore,
  window: () => BridgeWindow | undefined,
): () => void {
  let dispatcher: Dispatcher = createDispatcher(core.handlers);
  let page: unknown;
  /** A reloaded page begins to count its ids anew: what the old one asked is cancelled. */
  const current = (event: IpcMainInvokeEvent | IpcMainEvent): Dispatcher => {
    if (page !== event.senderFrame) {
      dispatcher.close();
      dispatcher = createDispatcher(core.handlers);
      page = event.senderFrame;
    }
    return dispatcher;
  };
  ipc.handle(channels.call, async (event, request: unknown): Promise<Reply> => {
    if (!isTrustedSender(event, window())) return refused(request);
    return (await current(event).dispatch(request)) ?? refused(request);
  });
  ipc.on(channels.cancel, (event, request: unknown) => {
    if (isTrustedSender(event, window())) void current(event).dispatch(request);
  });
  const unsubscribe = core.onPush((push) => {
    const target = window();
    if (target !== undefined && !target.isDestroyed() && !target.webContents.isDestroyed())
      target.webContents.send(channels.push, push);
  });
  return () => {
    unsubscribe();
    ipc.removeHandler(channels.call);
    ipc.removeAllListeners(channels.cancel);
    dispatcher.close();
  };
}

function refused(request: unknown): Reply {
  const id =
    typeof request === 'object' && request !== null && 'id' in request && typeof request.id === 'number'
      ? request.id
      : 0;
  return { id, ok: false, error: wireError(new SignetError('NOT_ALLOWED', 'This frame may not ask anything.')) };
}
