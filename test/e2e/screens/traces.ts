import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** Everything that the page's document and stores hold as text: elements, attributes, values of fields, storage, cookies, address. */
export function textOfPage(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const values = [...document.querySelectorAll('input, textarea, select')].map((field) =>
      'value' in field ? String(field.value) : '',
    );
    const databases = await indexedDB.databases();
    const kept = await caches.keys();
    return [
      document.documentElement.outerHTML,
      ...values,
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
      document.cookie,
      location.href,
      document.title,
      JSON.stringify(history.state),
      JSON.stringify(databases),
      JSON.stringify(kept),
    ].join('\n');
  });
}

/** Files below a folder that hold these bytes. */
export function filesWith(folder: string, needle: string): readonly string[] {
  const bytes = Buffer.from(needle);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(bytes));
}

/** The page's JavaScript heap as a snapshot's JSON text, after a collection of garbage. */
export async function heapOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return chunks.join('');
}
