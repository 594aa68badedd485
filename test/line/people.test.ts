import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LineWorld, simulatedWorld } from './world.ts';

let world: LineWorld;
beforeEach(async () => {
  world = await simulatedWorld({ sites: 1 });
});
afterEach(() => world.close());

const person = async () => (await world.call('snapshot', {})).state.station.person;

async function enterPeople(): Promise<void> {
  await world.call('people.save', { name: 'Engineer', role: 'engineer', pin: '4711', active: true });
  await world.call('people.save', { name: 'Supervisor', role: 'supervisor', pin: '0815', active: true });
  await world.call('people.save', { name: 'Quality', role: 'qa', pin: '2468', active: true });
  await world.call('people.save', { name: 'Operator', role: 'operator', badge: 'B-17', active: true });
  await world.call('people.signOff', {});
}

describe('a fresh station', () => {
  it('works without people and says so; rows name nobody', async () => {
    const { station } = (await world.call('snapshot', {})).state;
    expect(station).toMatchObject({ peopleConfigured: false, person: null });
    const site = await world.provision('new');
    const [run] = (await world.call('records.unit', { serialNumber: site.verdict?.serialNumbers[0] ?? '' })).runs;
    expect(run).toMatchObject({ operator: '', operatorAuth: 'claimed' });
    await world.call('records.rework', { serialNumber: '01234038D92CA571EE', reason: 'test' });
  });

  it('begins with an engineer who has a PIN: nobody else could change anything any more', async () => {
    const save = (role: 'operator' | 'engineer', pin: string) =>
      world.refused('people.save', { name: 'A', role, pin, active: true });
    expect((await save('operator', '')).code).toBe('OPTION_INVALID');
    expect((await save('engineer', '')).code).toBe('PASSWORD_POLICY');
    expect((await save('engineer', '123')).code).toBe('PASSWORD_POLICY');
    await world.call('people.save', { name: 'A', role: 'engineer', pin: '1234', active: true });
    expect(await person()).toEqual({ name: 'A', role: 'engineer', auth: 'authenticated' });
    expect((await world.refused('people.save', { name: 'A', role: 'engineer', pin: '', active: false })).code).toBe(
      'OPTION_INVALID',
    );
  });
});

describe('signing on', () => {
  beforeEach(enterPeople);

  it('is by name or badge for operators, and nothing is provisioned before it', async () => {
    await world.insert('new');
    const held = await world.until('site-1', 'seen');
    expect(held.choices[0]?.blocked).toBe('sign-on');
    expect((await world.refused('line.start', { site: 'site-1', action: 'provision' })).code).toBe('ROLE_REQUIRED');
    await world.call('people.signOn', { name: 'B-17' });
    expect(await person()).toEqual({ name: 'Operator', role: 'operator', auth: 'claimed' });
    await world.call('line.start', { site: 'site-1', action: 'provision' });
    const site = await world.until('site-1', 'verdict');
    const unit = await world.call('records.unit', { serialNumber: site.verdict?.serialNumbers[0] ?? '' });
    expect(unit.runs[0]).toMatchObject({ operator: 'Operator', operatorAuth: 'claimed' });
    expect(unit.rows[0]?.['operator']).toBe('Operator');
  });

  it('needs the PIN where there is one; wrong ones are delayed, also over a restart', async () => {
    for (const delayMs of [0, 0, 5000]) {
      const refused = await world.refused('people.signOn', { name: 'Supervisor', pin: '9999' });
      expect(refused).toMatchObject({ code: 'PASSWORD_WRONG', details: { delayMs } });
    }
    expect((await world.refused('people.signOn', { name: 'Supervisor', pin: '0815' })).code).toBe('PASSWORD_DELAY');
    await world.reopen();
    const refused = await world.refused('people.signOn', { name: 'Supervisor', pin: '0815' });
    expect(refused.code).toBe('PASSWORD_DELAY');
    expect(refused.details['delayMs']).toBeGreaterThan(0);
    expect(await person()).toBeNull();
    await world.call('people.signOn', { name: 'Quality', pin: '2468' });
    expect(await person()).toEqual({ name: 'Quality', role: 'qa', auth: 'authenticated' });
  });

  it('of somebody unknown or gone is refused', async () => {
    expect((await world.refused('people.signOn', { name: 'Nobody' })).code).toBe('OPTION_INVALID');
    await world.call('people.signOn', { name: 'engineer', pin: '4711' });
    await world.call('people.save', { name: 'Operator', role: 'operator', active: false });
    expect((await world.refused('people.signOn', { name: 'Operator' })).code).toBe('OPTION_INVALID');
  });

  it('shows badges to engineers only: a badge is what an operator signs on with', async () => {
    expect((await world.call('people.list', {})).map(({ badge }) => badge)).toEqual(['', '', '', '']);
    await world.call('people.signOn', { name: 'Engineer', pin: '4711' });
    expect((await world.call('people.list', {})).find(({ name }) => name === 'Operator')?.badge).toBe('B-17');
  });
});

describe('calls that ask for a role', () => {
  beforeEach(enterPeople);

  it.each([
    ['Operator', '', 'line.resetShift', 'supervisor'],
    ['Quality', '2468', 'line.startAll', 'operator'],
    ['Supervisor', '0815', 'line.acceptFirstArticle', 'engineer'],
    ['Operator', '', 'records.exportUnit', 'qa'],
    ['Operator', '', 'signers.export', 'qa'],
    ['Operator', '', 'plan.exportDryRun', 'qa'],
    ['Operator', '', 'records.export', 'qa'],
  ] as const)('%s (PIN "%s") may not %s', async (name, pin, call, role) => {
    await world.call('people.signOn', { name, pin });
    const { name: plan = '', version = 1 } = (await world.call('plan.list', {}))[0] ?? {};
    const inputs = {
      'records.exportUnit': { serialNumber: '01234038D92CA571EE' },
      'signers.export': { serialNumber: '01234038D92CA571EE' },
      'records.export': { what: 'activity', format: 'log', filter: {} },
      'plan.exportDryRun': {
        plan: await world.call('plan.get', { name: plan, version }),
        entry: 0,
        part: 'ATECC508A',
        site: null,
      },
    } as const;
    const input = call in inputs ? inputs[call as keyof typeof inputs] : {};
    expect(await world.refused(call, input)).toMatchObject({ code: 'ROLE_REQUIRED', details: { role, signOn: false } });
  });

  it('let QA export and supervisors rework, and write down who did', async () => {
    await world.call('people.signOn', { name: 'Quality', pin: '2468' });
    const filter = { serial: '' };
    const exported = await world.call('records.export', { what: 'log', format: 'tsv', filter });
    expect(exported.rows).toBe(1);
    const unit = await world.call('records.exportUnit', { serialNumber: '01234038D92CA571EE' });
    expect(unit.name).toBe('unit-01234038D92CA571EE.json');
    expect(JSON.parse(unit.content)).toMatchObject({ serialNumber: '01234038D92CA571EE', reworks: [] });
    expect((await world.refused('records.rework', { serialNumber: '01234038D92CA571EE', reason: 'x' })).code).toBe(
      'ROLE_REQUIRED',
    );
    await world.call('people.signOn', { name: 'Supervisor', pin: '0815' });
    await world.call('records.rework', { serialNumber: '01234038D92CA571EE', reason: 'second key' });
    const [rework] = (await world.call('records.unit', { serialNumber: '01234038D92CA571EE' })).reworks;
    expect(rework).toMatchObject({ who: 'Supervisor', reason: 'second key' });
  });

  it('leave language and look to everybody, and the rest of the settings to the engineer', async () => {
    await world.call('people.signOn', { name: 'Operator' });
    const settings = await world.call('settings.get', {});
    await world.call('settings.save', { ...settings, language: 'de', theme: 'dark', textScale: 150 });
    expect((await world.call('snapshot', {})).state.station).toMatchObject({ language: 'de', textScale: 150 });
    const renamed = await world.refused('settings.save', { ...settings, station: 'other' });
    expect(renamed).toMatchObject({ code: 'ROLE_REQUIRED', details: { role: 'engineer' } });
  });
});
