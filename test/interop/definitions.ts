import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefinitionPair, writeDefinitionSource } from '../../src-shared/certificates/index.ts';
import type { Library } from './library.ts';

export const SIGNER = 'g_cert_def_1_signer';
export const DEVICE = 'g_cert_def_2_device';

/**
 * Hands a pair of definitions to the library the way an integrator does: our C source, compiled. Only the header is ours
 * and not the library's, because the wheel has none; its structures are compared with the library's sizes on loading.
 */
export async function useDefinitions(library: Library, pair: DefinitionPair): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-definitions-'));
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  try {
    const source = writeDefinitionSource({
      comment: ['Definitions under test.'],
      definitions: [
        { name: SIGNER, definition: pair.signer },
        { name: DEVICE, definition: pair.device, caDefinition: SIGNER },
      ],
    });
    writeFileSync(join(folder, 'definitions.c'), source);
    const flags = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC'];
    const object = join(folder, 'definitions.so');
    execFileSync('gcc', [
      ...flags,
      '-I',
      here('./include'),
      join(folder, 'definitions.c'),
      here('./layout.c'),
      '-o',
      object,
    ]);
    await library.definitions(object);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
