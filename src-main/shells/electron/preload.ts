import { contextBridge, ipcRenderer } from 'electron';
import { channels } from './channels.ts';

/** The page's only way to the core: one question, one answer, and what the core tells by itself. Nothing else of Electron or Node reaches it. */
contextBridge.exposeInMainWorld('signetBridge', {
  invoke: (call: string, input: unknown, id: number): Promise<unknown> =>
    ipcRenderer.invoke(channels.call, { id, call, input }),
  cancel: (id: number): void => {
    ipcRenderer.send(channels.cancel, { id, cancel: true });
  },
  onPush(listener: (push: unknown) => void): () => void {
    const heard = (_event: unknown, push: unknown): void => listener(push);
    ipcRenderer.on(channels.push, heard);
    return () => {
      ipcRenderer.removeListener(channels.push, heard);
    };
  },
});
