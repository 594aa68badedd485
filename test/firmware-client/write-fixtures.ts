import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './fixtures.ts';
import { clientHeaders } from './plan-sources.ts';

/** Writes the generated files of firmware/client anew: `node test/firmware-client/write-fixtures.ts`. */
const CLIENT = fileURLToPath(new URL('../../firmware/client', import.meta.url));

for (const [name, text] of [
  ...generatedFiles(),
  ...[...clientHeaders()].map(([n, t]) => [`include/${n}`, t] as const),
]) {
  const path = join(CLIENT, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}
