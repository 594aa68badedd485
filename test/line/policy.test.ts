import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { isFinal } from '../../src-shared/ipc/dry-run.ts';
import type { Plan } from '../../src-shared/model/plan.ts';
import { englishSentence } from '../../src-shared/model/reasons.ts';
import { everything, type LineWorld, simulatedWorld } from './world.ts';

let world: LineWorld;
beforeEach(async () => {
  world = await simulatedWorld({ sites: 2 });
});
afterEach(() => world.close());

const name = 'Simulated product 508';

/** The simulated plan with changes, saved, released and active. */
async function activate(change: (plan: Plan) => Plan): Promise<Plan> {
  const plan = change(await world.call('plan.get', { name, version: 1 }));
  const { version } = await world.call('plan.save', { plan });
  await world.call('plan.release', { name, version });
  await world.call('plan.activate', { name, version });
  return { ...plan, version };
}

const station = async () => (await world.call('snapshot', {})).state.station;

describe('stop after failures', () => {
  it('lets no further board begin until a supervisor releases the line', async () => {
    for (let i = 0; i < 3; i += 1) {
      const { verdict } = await world.provision('failing');
      // Told as a code and facts for screens; the run's record and the log say the same in English.
      expect(verdict).toMatchObject({ kind: 'FAIL', told: { code: 'run-server-error', facts: { number: 36 } } });
      expect(verdict?.told && englishSentence(verdict.told)).toBe(verdict?.detail);
    }
    expect((await station()).stopped).toEqual({ reason: 'failures-in-a-row', count: 3 });
    await world.insert('new', 'site-2');
    const held = await world.until('site-2', 'seen');
    expect(held.choices[0]).toEqual({ action: 'provision', blocked: 'line-stopped', role: null });
    expect((await world.refused('line.start', { site: 'site-2', action: 'provision' })).details).toMatchObject({
      blocked: 'line-stopped',
    });
    await world.call('line.releaseStop', { reason: 'fixture cleaned' });
    expect((await station()).stopped).toBeNull();
    await world.call('line.start', { site: 'site-2', action: 'provision' });
    expect((await world.until('site-2', 'verdict')).verdict?.kind).toBe('PASS');
  });

  it('lasts over a restart', async () => {
    for (let i = 0; i < 3; i += 1) await world.provision('failing');
    await world.reopen();
    expect((await station()).stopped).toEqual({ reason: 'failures-in-a-row', count: 3 });
    expect((await world.call('snapshot', {})).state.shift).toMatchObject({ done: 3, failed: 3 });
  });
});

describe('first article', () => {
  it('of a new version is one board; the engineer accepts it before there is a second', async () => {
    await activate((plan) => ({ ...plan, options: { ...plan.options, firstArticle: true } }));
    expect((await station()).plan?.firstArticle).toBe('wanted');
    expect((await world.refused('line.acceptFirstArticle', {})).code).toBe('NOT_NOW');
    await world.provision('failing');
    expect((await station()).plan?.firstArticle).toBe('wanted');
    await world.provision('new');
    await world.eventually(async () => (await station()).plan?.firstArticle === 'made');
    await world.insert('new', 'site-2');
    expect((await world.until('site-2', 'seen')).choices[0]?.blocked).toBe('first-article');
    await world.call('line.acceptFirstArticle', {});
    expect((await station()).plan?.firstArticle).toBe('accepted');
    await world.call('line.start', { site: 'site-2', action: 'provision' });
    expect((await world.until('site-2', 'verdict')).verdict?.kind).toBe('PASS');
  });
});

describe('batch and quota', () => {
  it('ends with the last board of the batch', async () => {
    await world.call('line.setBatch', { batch: 'B-1', quota: 1 });
    await world.provision('new');
    expect((await world.call('snapshot', {})).state.shift.quota).toBe(1);
    await world.insert('new', 'site-2');
    expect((await world.until('site-2', 'seen')).choices[0]?.blocked).toBe('quota-reached');
    await world.call('line.setBatch', { batch: 'B-2', quota: null });
    await world.call('line.start', { site: 'site-2', action: 'provision' });
    await world.until('site-2', 'verdict');
    const log = await world.call('records.log', {
      filter: { ...everything, batch: 'B-1' },
      before: null,
      limit: 5,
      descending: true,
    });
    expect(log.rows).toHaveLength(1);
  });
});

describe('setting aside', () => {
  it('is remembered with its reason, and only a supervisor takes the board up again', async () => {
    await world.insert('new');
    await world.until('site-1', 'seen');
    await world.call('line.setAside', { site: 'site-1', reason: 'bent pin' });
    const aside = await world.until('site-1', 'verdict');
    expect(aside.verdict).toMatchObject({ kind: 'SET_ASIDE', detail: 'bent pin' });
    await world.reopen();
    const again = await world.until('site-1', 'decision');
    expect(again).toMatchObject({ reason: 'SET_ASIDE', detail: 'bent pin' });
    expect(again.choices[0]).toEqual({ action: 'provision', blocked: null, role: 'supervisor' });
    await world.call('people.save', { name: 'E', role: 'engineer', pin: '1234', active: true });
    await world.call('people.save', { name: 'O', role: 'operator', active: true });
    await world.call('people.signOn', { name: 'O' });
    expect((await world.refused('line.start', { site: 'site-1', action: 'provision' })).code).toBe('ROLE_REQUIRED');
    await world.call('people.signOn', { name: 'E', pin: '1234' });
    await world.call('line.start', { site: 'site-1', action: 'provision' });
    expect((await world.until('site-1', 'verdict')).verdict?.kind).toBe('PASS');
    const [run] = (await world.call('records.unit', { serialNumber: again.chips[0]?.serialNumber ?? '' })).runs;
    expect(run).toMatchObject({ operator: 'E', operatorAuth: 'authenticated' });
  });
});

describe('a plan', () => {
  it('changed in one SlotConfig, one data write and one slot lock changes the chip in exactly these', async () => {
    const before = await world.provision('new');
    const changed = await activate((plan) => ({
      ...plan,
      entries: plan.entries.map((entry) => ({
        ...entry,
        images: { ATECC508A: withByte(entry.images.ATECC508A ?? '', 20 + 2 * 13, 0x8f) },
        dataWrites: [
          {
            zone: 'data' as const,
            slot: 8,
            offset: 4,
            source: { kind: 'bytes' as const, hex: '0102030405' },
            label: 'mark',
          },
        ],
        lockSlots: [13],
      })),
    }));
    expect(changed.version).toBe(2);
    expect((await station()).plan).toMatchObject({ version: 2, locksSlots: true });
    const after = await world.provision('new');
    expect(after.verdict?.kind).toBe('PASS');
    const recordOf = async (serialNumber: string | undefined) =>
      (await world.call('records.unit', { serialNumber: serialNumber ?? '' })).runs[0];
    const [one, two] = [
      await recordOf(before.verdict?.serialNumbers[0]),
      await recordOf(after.verdict?.serialNumbers[0]),
    ];
    expect(one?.plan.version).toBe(1);
    expect(two?.plan.version).toBe(2);
    expect(two?.plan.digest).not.toBe(one?.plan.digest);
    expect(two?.lockedSlots).toEqual([13]);
    expect(two?.dataWritten).toEqual(['slot 8 from bytes (mark)']);
    const differing = differences(fromHex(one?.configZone ?? ''), fromHex(two?.configZone ?? ''));
    expect(differing.filter((byte) => byte > 12)).toEqual([46]);
    // Read back from the chip itself, through the Plan screen's own comparison with the version before.
    const inspected = await world.call('plan.inspect', {
      plan: await world.call('plan.get', { name, version: 1 }),
      entry: 0,
      part: 'ATECC508A',
      site: 'site-1',
    });
    expect(inspected.rows.filter((row) => row.chip !== null).map(({ field }) => field)).toEqual(['SlotConfig[13]']);
  });

  it('version never changes, and one that would harm a chip is not released', async () => {
    const plan = await world.call('plan.get', { name, version: 1 });
    const unfit = await world.call('plan.save', {
      plan: { ...plan, entries: plan.entries.map((entry) => ({ ...entry, lockSlots: [8] })) },
    });
    expect(unfit.version).toBe(2);
    expect((await world.refused('plan.activate', { name, version: 2 })).code).toBe('PLAN_UNSAFE');
    const refused = await world.refused('plan.release', { name, version: 2 });
    expect(refused.code).toBe('PLAN_UNSAFE');
    expect(await world.call('plan.get', { name, version: 1 })).toEqual(plan);
    const listed = await world.call('plan.list', {});
    expect(
      listed.filter((each) => each.name === name).map(({ version, released, active }) => [version, released, active]),
    ).toEqual([
      [2, false, false],
      [1, true, true],
    ]);
    expect((await world.refused('plan.get', { name, version: 9 })).code).toBe('FILE_MISSING');
  });

  it('is explained: rows, slots, findings in the reader’s language, certinfo, a sample certificate, and every packet', async () => {
    const plan = await world.call('plan.get', { name, version: 1 });
    const question = { plan, entry: 0, part: 'ATECC508A', site: null } as const;
    const english = await world.call('plan.inspect', question);
    const german = await world.call('plan.inspect', { ...question, language: 'de' });
    expect(english.error).toBeNull();
    expect(english.rows.reduce((sum, { length }) => sum + length, 0)).toBe(128);
    expect(english.slots).toHaveLength(16);
    expect(english.slots[0]?.use).toMatchObject({ kind: 'private-key', signExternal: true });
    expect(english.sample?.subject).toContain('CN=');
    expect(english.certinfo.find(({ label }) => label === 'name')?.value).toBe('Simulated Signer');
    expect(german.findings.map(({ id }) => id)).toEqual(english.findings.map(({ id }) => id));
    expect(german.findings[0]?.title).not.toBe(english.findings[0]?.title);
    const dry = await world.call('plan.dryRun', question);
    expect(dry.problems).toEqual([]);
    const list = await world.call('plan.exportDryRun', question);
    expect(list.content.trimEnd().split('\n')).toHaveLength(dry.packets.length);
    expect(list.content.match(/!$/gm)).toHaveLength(dry.packets.filter(isFinal).length);
    expect(dry.packets.filter(({ irreversible }) => irreversible).map(({ command }) => command)).toEqual(
      expect.arrayContaining(['Lock', 'GenKey']),
    );
    const broken = await world.call('plan.inspect', {
      ...question,
      plan: { ...plan, entries: plan.entries.map((entry) => ({ ...entry, certinfo: 'const uint8_t a[1] = { 0x };' })) },
    });
    expect(broken.error).toMatchObject({ code: 'certinfo-source', facts: { source: 'certinfo', line: 1 } });
    expect(broken.rows.length).toBe(english.rows.length);
    expect((await world.call('plan.presets', {})).map(({ id }) => id)).toContain('provisioning-2015');
  });
});

describe('rework', () => {
  it('is recorded by a supervisor with a reason and lets one more certificate be made', async () => {
    const site = await world.provision('new');
    const serialNumber = site.verdict?.serialNumbers[0] ?? '';
    await world.call('records.rework', { serialNumber, reason: 'key slot damaged' });
    expect((await world.call('records.unit', { serialNumber })).reworks).toEqual([
      { reason: 'key slot damaged', who: '', createdAt: expect.any(String), usedFor: '' },
    ]);
  });
});

function withByte(hex: string, at: number, value: number): string {
  return `${hex.slice(0, 2 * at)}${value.toString(16).padStart(2, '0').toUpperCase()}${hex.slice(2 * at + 2)}`;
}

function differences(a: Uint8Array, b: Uint8Array): number[] {
  return Array.from(a, (_, i) => i).filter((i) => a[i] !== b[i]);
}
