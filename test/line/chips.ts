import { type ChipIdentity, factsOfConfig, lockStateOf } from '../../src-main/device/index.ts';
import { type LoadedPlan, loadPlan } from '../../src-main/line/loaded-plan.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { defaultImage, presetImage } from '../../src-shared/atecc/config/index.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  certInfoOfPair,
  profileDefaults,
  profileDefinitions,
  publicKeyOf,
  writeCertInfo,
} from '../../src-shared/certificates/index.ts';
import { type Plan, planSchema } from '../../src-shared/model/plan.ts';

/** How far a chip is, and with which configuration. */
export type Made = 'new' | 'written' | 'config-locked' | 'slot-locked' | 'foreign' | 'data-locked' | 'all-locked';

/** A chip as identified, made up for rules that know nothing of hardware. */
export function chip(family: '508' | '608', made: Made, serial = '01234038D92CA571EE', address = 0xc0): ChipIdentity {
  const part: Part = family === '508' ? 'ATECC508A' : 'ATECC608';
  const config =
    made === 'new' ? presetImage(family === '508' ? 'arduino-eccx08' : 'factory-608b') : defaultImage(part);
  const zone = config.slice();
  if (made === 'foreign') zone[50] = (zone[50] ?? 0) ^ 0x80;
  const serialNumber = fromHex(serial);
  zone.set(serialNumber.slice(0, 4), 0);
  zone.set(serialNumber.slice(4), 8);
  zone[16] = address;
  zone[86] = made === 'data-locked' || made === 'all-locked' ? 0x00 : 0x55;
  zone[87] = made === 'new' || made === 'written' ? 0x55 : 0x00;
  zone[88] = 0xff;
  zone[89] = made === 'slot-locked' ? 0xfb : made === 'all-locked' ? 0x7f : 0xff;
  return {
    address,
    part,
    revision: fromHex(family === '508' ? '00005000' : '00006002'),
    serialNumber,
    config: zone,
    ...lockStateOf(zone),
    signerRecord: false,
    facts: factsOfConfig(part, zone),
  };
}

const pair = profileDefinitions('atmel-2015', profileDefaults('atmel-2015'));
if (!pair.ok) throw new Error(pair.failure);
const info = certInfoOfPair(pair.value, publicKeyOf(new Secret(new Uint8Array(32).fill(7))), { name: 'Test' });
if (!info.ok) throw new Error(info.failure);
/** A certinfo of a root that nobody has. */
export const certinfo = writeCertInfo(info.value, {
  generator: 'test',
  created: { year: 2026, month: 11, day: 22, hour: 12, minute: 0, second: 0 },
});

/** A plan for both parts; `entries` = how many chips, `lockSlots` of each. */
export function plan(options: { readonly entries?: readonly object[]; readonly options?: object } = {}): Plan {
  const entry = {
    images: { ATECC508A: toHex(defaultImage('ATECC508A')), ATECC608: toHex(defaultImage('ATECC608')) },
    certinfo,
    lockSlots: [15],
  };
  return planSchema.parse({
    format: 1,
    name: 'Test plan',
    version: 1,
    entries: (options.entries ?? [{}]).map((more) => ({ ...entry, ...more })),
    options: options.options ?? {},
  });
}

export function loaded(made: Plan = plan()): LoadedPlan {
  return loadPlan(made, '00'.repeat(32), 'not-needed');
}
