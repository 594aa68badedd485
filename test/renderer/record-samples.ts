import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { samplesOfGallery } from './samples.ts';

/** Records the sample certificates of the gallery's set-up: `node test/renderer/record-samples.ts`, then biome's format. */
const file = fileURLToPath(new URL('../../src-renderer/gallery/fixtures/samples.json', import.meta.url));
writeFileSync(file, `${JSON.stringify(await samplesOfGallery(), null, 2)}\n`);
