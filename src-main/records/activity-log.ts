import { closeSync, mkdirSync, openSync, readdirSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The activity log in the note's line form, `[2015-11-06 15:51:07, info] text` (Atmel-8971A 2.2.1), local time, one file per start.
 * It is for people: losing a line is no reason to stop the line, so a failed write is counted and not thrown.
 */
export type ActivityLevel = 'info' | 'warning' | 'error';

/** Who says a line: the program as a whole, the sites and their boards, signer modules, the server, what is kept. */
export type ActivitySource = 'station' | 'line' | 'signers' | 'server' | 'records';

export interface ActivityLine {
  readonly time: Date;
  readonly level: ActivityLevel;
  readonly source: ActivitySource;
  readonly text: string;
}

/** Says lines of the log. */
export interface ActivityVoice {
  info(text: string): void;
  warning(text: string): void;
  error(text: string): void;
}

/** What is said directly is the station's. */
export interface ActivityLog extends ActivityVoice {
  /** The same log for somebody else. */
  of(source: ActivitySource): ActivityVoice;
  onLine(listener: (line: ActivityLine) => void): () => void;
  /** The newest lines, oldest first, at most 2000. */
  recent(): readonly ActivityLine[];
  /** Lines that could not be written to the file. */
  readonly lost: number;
  readonly path: string | undefined;
  close(): void;
}

/** `[YYYY-MM-DD HH:MM:SS, level] text`; control characters become spaces so that nobody can forge a line. */
export function formatActivityLine(line: ActivityLine): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const { time } = line;
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return `[${date} ${clock}, ${line.level}] ${line.text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')}`;
}

const keptFiles = 100;
const keptLines = 2000;

/** Opens the log of this start below `folder` (undefined = in memory only) and deletes all but the newest hundred files. */
export function openActivityLog(options: {
  readonly folder: string | undefined;
  readonly now: () => Date;
}): ActivityLog {
  const { folder, now } = options;
  let descriptor: number | undefined;
  let path: string | undefined;
  let lost = 0;
  if (folder !== undefined) {
    const stamp = now()
      .toISOString()
      .replace(/[-:]/g, '')
      .replace(/\.\d+Z$/, 'Z');
    path = join(folder, `activity-${stamp}-${process.pid}.log`);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o750 });
      descriptor = openSync(path, 'a', 0o640);
      const old = readdirSync(folder)
        // The one just opened stays, whatever the clock says of its age.
        .filter((name) => /^activity-.*\.log$/.test(name) && join(folder, name) !== path)
        .sort()
        .slice(0, -keptFiles);
      for (const name of old) unlinkSync(join(folder, name));
    } catch {
      lost += 1;
    }
  }
  const lines: ActivityLine[] = [];
  const listeners = new Set<(line: ActivityLine) => void>();
  const write = (source: ActivitySource, level: ActivityLevel, text: string): void => {
    const line = { time: now(), level, source, text };
    lines.push(line);
    if (lines.length > keptLines) lines.splice(0, lines.length - keptLines);
    if (descriptor !== undefined) {
      try {
        writeSync(descriptor, `${formatActivityLine(line)}\n`);
      } catch {
        lost += 1;
      }
    }
    for (const listener of listeners) listener(line);
  };
  const of = (source: ActivitySource): ActivityVoice => ({
    info: (text) => write(source, 'info', text),
    warning: (text) => write(source, 'warning', text),
    error: (text) => write(source, 'error', text),
  });
  return {
    ...of('station'),
    of,
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    recent: () => [...lines],
    get lost() {
      return lost;
    },
    path,
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
