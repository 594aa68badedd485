import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { registerOffset } from '../../src-shared/model/slot-fields.ts';
import { everything, simulatedWorld } from '../line/world.ts';

/**
 * Records what the gallery's desk screens show from a real line with simulated boards: run it after a change of the contract
 * (`node test/renderer/record-fixtures.ts`). The parts that are drawn by hand are in the fixtures beside it.
 */
const world = await simulatedWorld({ sites: 2, part: '508' });
await world.provision('new', 'site-1');
await world.call('line.setBatch', { batch: 'B-2026-1147', quota: 400 });
for (let count = 0; count < 3; count++) await world.provision('new', 'site-2');
const passed = (await world.provision('new', 'site-1')).verdict?.serialNumbers[0] ?? '';
await world.provision('failing', 'site-2');
const failed = (await world.call('snapshot', {})).state.shift.last.at(-1)?.serialNumber ?? '';

const list = await world.call('plan.list', {});
const active = list.find((row) => row.active) ?? list[0];
if (active === undefined) throw new Error('the simulated line has no plan');
const plan = await world.call('plan.get', { name: active.name, version: active.version });

// A new board to compare with; its configuration is the factory's.
await world.call('simulation.remove', { site: 'site-1' });
await world.call('simulation.insert', { site: 'site-1', board: 'new' });
await world.until('site-1', 'seen');

const part = 'ATECC508A';
const question = { plan, entry: 0, part, site: 'site-1' } as const;
const image = plan.entries[0]?.images[part] ?? '';
// Slot 11 made writable for ever and unlockable: a draft with something for the linter to say.
const at = 2 * registerOffset('keyConfig', 14);
const unsafe = {
  ...plan,
  entries: plan.entries.map((entry) => ({
    ...entry,
    images: { ...entry.images, [part]: `${image.slice(0, at)}1C00${image.slice(at + 4)}` },
  })),
};
const signer = (await world.call('snapshot', {})).state.signers.find((entry) => !entry.isRoot)?.serialNumber ?? '';

const recorded = {
  planList: list,
  plan,
  unsafePlan: unsafe,
  inspect: {
    en: await world.call('plan.inspect', { ...question, language: 'en' }),
    de: await world.call('plan.inspect', { ...question, language: 'de' }),
  },
  inspectUnsafe: {
    en: await world.call('plan.inspect', { ...question, plan: unsafe, language: 'en' }),
    de: await world.call('plan.inspect', { ...question, plan: unsafe, language: 'de' }),
  },
  dryRun: await world.call('plan.dryRun', { ...question, language: 'en' }),
  presets: await world.call('plan.presets', {}),
  unit: await world.call('records.unit', { serialNumber: passed }),
  failedUnit: await world.call('records.unit', { serialNumber: failed }),
  logRows: (await world.call('records.log', { filter: everything, before: null, limit: 50, descending: true })).rows,
  archive: (await world.call('records.archive', { filter: {}, position: 0, limit: 50 })).rows,
  charts: await world.call('records.charts', { from: '', to: '', batch: '' }),
  signerCertificates: await world.call('signers.certificate', { serialNumber: signer }),
  activity: await world.call('activity.recent', {}),
  settings: await world.call('settings.get', {}),
  kits: await world.call('kits.list', {}),
  health: await world.call('health.list', {}),
};
await world.close();
const file = fileURLToPath(new URL('../../src-renderer/gallery/fixtures/recorded.json', import.meta.url));
// Where this recording ran is nobody's business.
const text = JSON.stringify(recorded, null, 2).replaceAll(world.folder, '/var/lib/signet');
writeFileSync(file, `${text}\n`);
process.stdout.write(`${file}: ${text.length} characters; format it with biome\n`);
