import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** Where a window was, in device-independent pixels. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  readonly bounds: Bounds | undefined;
  readonly maximized: boolean;
}

const smallest = { width: 1280, height: 800 } as const;
const usual = { width: 1440, height: 900 } as const;
/** So much of a window must be on a display for it to be found again. */
const visible = 100;

const stateSchema = z.strictObject({
  bounds: z.strictObject({ x: z.int(), y: z.int(), width: z.int().min(200), height: z.int().min(200) }),
  maximized: z.boolean(),
});

/** The state in a file; the usual size when there is none or it is damaged. */
export function readWindowState(path: string): WindowState {
  try {
    const parsed = stateSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return parsed.data;
  } catch {
    // No file yet, or none that can be read: a window has no memory then, and that is all.
  }
  return { bounds: undefined, maximized: false };
}

/** Keeps it; a window that cannot be remembered is no reason to trouble anybody. */
export function writeWindowState(path: string, state: { readonly bounds: Bounds; readonly maximized: boolean }): void {
  try {
    writeFileSync(path, `${JSON.stringify(state)}\n`);
  } catch {
    // The same.
  }
}

/** The bounds to open with: as they were, unless the display they were on has gone. Pure. */
export function placeWindow(state: WindowState, displays: readonly Bounds[]): Partial<Bounds> & typeof usual {
  const { bounds } = state;
  if (bounds === undefined || !displays.some((display) => overlap(bounds, display) >= visible)) return usual;
  return {
    ...bounds,
    width: Math.max(bounds.width, smallest.width),
    height: Math.max(bounds.height, smallest.height),
  } as Partial<Bounds> & typeof usual;
}

/** Whether a window has to be moved because its display was unplugged. Pure. */
export function isLost(bounds: Bounds, displays: readonly Bounds[]): boolean {
  return !displays.some((display) => overlap(bounds, display) >= visible);
}

/** The same size where it fits, in the middle of a display. Pure. */
export function insideDisplay(bounds: Bounds, display: Bounds): Bounds {
  const width = Math.min(bounds.width, display.width);
  const height = Math.min(bounds.height, display.height);
  return {
    x: display.x + Math.floor((display.width - width) / 2),
    y: display.y + Math.floor((display.height - height) / 2),
    width,
    height,
  };
}

/** The smaller side of what both share. */
function overlap(a: Bounds, b: Bounds): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.min(width, height);
}
