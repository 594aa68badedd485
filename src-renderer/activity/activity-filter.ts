import type { EventValue } from '../../src-shared/ipc/contract.ts';

type Entry = EventValue<'activity'>;

/** Entries that the screen keeps; the log file has all. */
export const maxEntries = 5_000;

export const levelChoices = ['all', 'info', 'warning', 'error'] as const;
export type LevelChoice = (typeof levelChoices)[number];

const rank: Readonly<Record<LevelChoice, number>> = { all: 0, info: 0, warning: 1, error: 2 };

/** The last entries of at least this level that contain the text, whatever its case. */
export function filterActivity(entries: readonly Entry[], level: LevelChoice, text: string): readonly Entry[] {
  const wanted = text.trim().toLowerCase();
  return entries
    .filter((entry) => rank[entry.level] >= rank[level])
    .filter((entry) => wanted === '' || entry.text.toLowerCase().includes(wanted) || entry.time.includes(wanted))
    .slice(-maxEntries);
}

/** What was on record, then what came since; an entry that came while the record was read stands once. */
export function mergeActivity(recent: readonly Entry[], live: readonly Entry[]): readonly Entry[] {
  const last = recent.at(-1);
  if (last === undefined) return live;
  const tail = new Set(recent.slice(-50).map((entry) => `${entry.time} ${entry.line}`));
  return [...recent, ...live.filter((entry) => entry.time >= last.time && !tail.has(`${entry.time} ${entry.line}`))];
}
