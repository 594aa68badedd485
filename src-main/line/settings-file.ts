import { existsSync, readFileSync, renameSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { settingsSchema } from '../../src-shared/ipc/contract.ts';
import { type DurableFiles, diskFiles } from '../records/index.ts';

export type Settings = z.output<typeof settingsSchema>;

/** A station before anybody set it up. */
export function defaultSettings(): Settings {
  return {
    station: hostname().slice(0, 64),
    // That of the computer, wherever its system keeps it.
    language: Intl.DateTimeFormat().resolvedOptions().locale.startsWith('de') ? 'de' : 'en',
    theme: 'system',
    textScale: 100,
    server: {
      mode: 'own',
      listen: false,
      address: '127.0.0.1',
      port: 11235,
      allow: [],
      remoteHost: '',
      remotePort: 11235,
    },
    sites: [],
    extraKits: [],
    trustedRoots: [],
    sound: { on: true, volume: 70 },
    passwordMinimum: 12,
  };
}

/** The settings of a station in a file of its own, so that a person can read it. */
export interface SettingsFile {
  readonly value: Settings;
  /** Name of the file that a damaged one was moved to; empty when it was in order. */
  readonly damaged: string;
  save(settings: Settings): Promise<void>;
}

/**
 * Reads `settings.json` of a data folder. A file that cannot be read is moved aside and said so; of one that is JSON every member that
 * is in order is kept.
 */
export function openSettings(
  folder: string,
  options: { readonly now: () => Date; readonly defaults?: Settings; readonly files?: DurableFiles },
): SettingsFile {
  const path = join(folder, 'settings.json');
  const files = options.files ?? diskFiles;
  const defaults = options.defaults ?? defaultSettings();
  let value = defaults;
  let damaged = '';
  if (existsSync(path)) {
    const json = readJson(path);
    const parsed = settingsSchema.safeParse(json);
    if (parsed.success) value = parsed.data;
    else {
      value = whatIsGood(json, defaults);
      damaged = setAside(path, options.now());
    }
  }
  return {
    get value() {
      return value;
    },
    get damaged() {
      return damaged;
    },
    async save(settings) {
      const parsed = settingsSchema.parse(settings);
      await files.replace(path, Buffer.from(`${JSON.stringify(parsed, undefined, 2)}\n`));
      value = parsed;
      damaged = '';
    },
  };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Member by member: one that is out of order falls back to its default. */
function whatIsGood(json: unknown, defaults: Settings): Settings {
  if (typeof json !== 'object' || json === null) return defaults;
  let good = defaults;
  for (const [name, member] of Object.entries(json)) {
    const tried = settingsSchema.safeParse({ ...good, [name]: member });
    if (tried.success) good = tried.data;
  }
  return good;
}

function setAside(path: string, now: Date): string {
  const stamp = now
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
  const aside = `${path}.damaged-${stamp}`;
  try {
    renameSync(path, aside);
    return basename(aside);
  } catch {
    // A folder that cannot be written has its own sentence; the file stays where it is.
    return basename(path);
  }
}
