import type { EventValue } from '../../src-shared/ipc/contract.ts';
import { activitySources } from '../../src-shared/ipc/lists.ts';

type Entry = EventValue<'activity'>;

/** Entries that the screen keeps; the log file has all. */
export const maxEntries = 5_000;

export const levelChoices = ['all', 'info', 'warning', 'error'] as const;
export type LevelChoice = (typeof levelChoices)[number];

export const sourceChoices = ['all', ...activitySources] as const;
export type SourceChoice = (typeof sourceChoices)[number];

/** What of the log is shown. */
export interface ActivityFilter {
  readonly level: LevelChoice;
  readonly source: SourceChoice;
  readonly text: string;
}

const rank: Readonly<Record<LevelChoice, number>> = { all: 0, info: 0, warning: 1, error: 2 };

/** The last entries of at least this level and of this source that contain the text, whatever its case. */
export function filterActivity(entries: readonly Entry[], { level, source, text }: ActivityFilter): readonly Entry[] {
  const wanted = text.trim().toLowerCase();
  return entries
    .filter((entry) => rank[entry.level] >= rank[level] && (source === 'all' || entry.source === source))
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
