import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from '@playwright/test';

/**
 * Pictures of the screens, committed, and the comparison with them. Fonts are the project's own, nothing moves, clocks stand still: the
 * same browser draws the same bytes. Another release of it smooths letters otherwise, so a picture that is not the same bytes is compared
 * coarsely: by means over squares of `cell` px, of which `tolerated` may differ by more than `step`. A word that changed, a line that moved or
 * a colour that is off is seen; another edge of a letter is not.
 */
const folder = fileURLToPath(new URL('pictures', import.meta.url));
const quality = 60;
const cell = 8;
/** Of 255, in any of three colours. */
const step = 20;
/** Share of all squares. */
const tolerated = 0.0003;

/** Pictures are drawn anew instead of compared: `SIGNET_DRAW=1`. */
export const drawing = process.env['SIGNET_DRAW'] === '1';

function pictureFile(name: string): string {
  return join(folder, `${name}.webp`);
}

/** Takes a picture of the page, WebP. */
export async function takePicture(session: CDPSession): Promise<Buffer> {
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality, optimizeForSpeed: false });
  return Buffer.from(data, 'base64');
}

/** Why the page no longer looks like its committed picture; undefined when it does. */
export async function differsFromPicture(page: Page, taken: Buffer, name: string): Promise<string | undefined> {
  const file = pictureFile(name);
  if (drawing) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, taken);
    return undefined;
  }
  if (!existsSync(file)) return `${name} has no picture yet: draw it with SIGNET_DRAW=1 and look at it`;
  const committed = readFileSync(file);
  if (committed.equals(taken)) return undefined;
  const share = await differingShare(page, committed, taken);
  if (share <= tolerated) return undefined;
  return `${name} looks otherwise than its picture: ${(share * 100).toFixed(2)} % of the squares differ`;
}

/** Share of squares of two pictures that differ; 1 when they are not of one size. The browser decodes them. */
async function differingShare(page: Page, one: Buffer, other: Buffer): Promise<number> {
  return page.evaluate(
    async ({ pictures, square, least }) => {
      const draw = async (base64: string): Promise<ImageData> => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/webp' }));
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', { willReadFrequently: true });
        if (context === null) throw new Error('no canvas');
        context.drawImage(bitmap, 0, 0);
        return context.getImageData(0, 0, bitmap.width, bitmap.height);
      };
      const [a, b] = await Promise.all(pictures.map(draw));
      if (a === undefined || b === undefined || a.width !== b.width || a.height !== b.height) return 1;
      const across = Math.ceil(a.width / square);
      const down = Math.ceil(a.height / square);
      const sums = new Float64Array(across * down * 3);
      const counts = new Uint32Array(across * down);
      for (let y = 0; y < a.height; y++) {
        for (let x = 0; x < a.width; x++) {
          const at = (y * a.width + x) * 4;
          const into = Math.floor(y / square) * across + Math.floor(x / square);
          counts[into] = (counts[into] ?? 0) + 1;
          for (let colour = 0; colour < 3; colour++) {
            const index = into * 3 + colour;
            sums[index] = (sums[index] ?? 0) + (a.data[at + colour] ?? 0) - (b.data[at + colour] ?? 0);
          }
        }
      }
      let differing = 0;
      for (let into = 0; into < counts.length; into++) {
        const mean = (colour: number): number => Math.abs((sums[into * 3 + colour] ?? 0) / (counts[into] ?? 1));
        if (Math.max(mean(0), mean(1), mean(2)) > least) differing += 1;
      }
      return differing / counts.length;
    },
    { pictures: [one.toString('base64'), other.toString('base64')], square: cell, least: step },
  );
}
