import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MutatorOptions } from './mutator.ts';

/** Something that reads what comes from outside. `run` returns, or throws: that is a finding. */
export interface Target extends MutatorOptions {
  readonly name: string;
  run(input: Uint8Array): Promise<void> | undefined | void;
  /** Gives up what it holds. */
  close?(): void;
}

export const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'latin1'));

/** Files below test/fuzz/corpus/<name>: seeds, and inputs that once were findings. */
export function corpusFiles(name: string): readonly { readonly file: string; readonly bytes: Uint8Array }[] {
  const folder = fileURLToPath(new URL(`corpus/${name}/`, import.meta.url));
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((file) => ({ file, bytes: new Uint8Array(readFileSync(join(folder, file))) }));
}

/** Seeds of a target: its corpus and what the code itself makes. */
export function seedsOf(name: string, ...more: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...corpusFiles(name).map(({ bytes }) => bytes), ...more];
}
