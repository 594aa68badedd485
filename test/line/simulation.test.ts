import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { boardKinds } from '../../src-shared/ipc/lists.ts';
import { stageNames } from '../../src-shared/model/stages.ts';
import { everything, type LineWorld, openWorld, simulatedWorld } from './world.ts';

let world: LineWorld;
afterEach(() => world.close());

describe('first start', () => {
  it('touches nothing until somebody chooses; a simulation and a set-up station keep their data apart', async () => {
    world = await openWorld();
    const fresh = (await world.call('snapshot', {})).state;
    expect(fresh.station).toMatchObject({ mode: 'unset', name: '', plan: null, bands: [] });
    expect(fresh.sites).toEqual([]);
    expect(fresh.simulation).toBeNull();
    await world.call('simulation.start', { sites: 1, part: '508', realTime: false });
    expect((await world.provision('new')).verdict?.kind).toBe('PASS');
    const simulated = (await world.call('snapshot', {})).state.station;
    expect(simulated).toMatchObject({ mode: 'simulated', name: 'Simulated', batch: 'SIMULATION' });
    expect(simulated.bands).toEqual([{ kind: 'simulated', facts: {} }]);
    expect((await world.call('records.archive', { filter: {}, position: 0, limit: 10 })).total).toBe(1);
    await world.call('simulation.stop', {});
    expect((await world.call('records.archive', { filter: {}, position: 0, limit: 10 })).total).toBe(0);
    await world.call('station.setUp', { name: 'ST-07' });
    const real = (await world.call('snapshot', {})).state;
    expect(real.station).toMatchObject({ mode: 'real', name: 'ST-07', bands: [] });
    expect(real.sites).toHaveLength(1);
    expect((await world.refused('station.setUp', { name: 'again' })).code).toBe('NOT_NOW');
    expect(existsSync(join(world.folder, 'simulation', 'data', 'signet.db'))).toBe(true);
    await world.reopen();
    expect((await world.call('snapshot', {})).state.station).toMatchObject({ mode: 'real', name: 'ST-07' });
  });
});

describe('boards put in faster than they are made', () => {
  it('come one after the other, and the last one can be taken out', async () => {
    world = await simulatedWorld({ sites: 1 });
    const put = (['data-locked', 'foreign', 'new'] as const).map((board) =>
      world.call('simulation.insert', { site: 'site-1', board }),
    );
    await Promise.all(put);
    const { simulation } = (await world.call('snapshot', {})).state;
    expect(simulation?.sites).toEqual([{ site: 'site-1', board: 'new', pulled: false }]);
    await world.until('site-1', 'seen');
    await world.call('simulation.remove', { site: 'site-1' });
    await world.until('site-1', 'empty');
  });
});

describe('a board that is pulled out', () => {
  it('can be put in again as it was: what was cut off is resumed', async () => {
    world = await simulatedWorld({ sites: 1, realTime: true });
    await world.insert('new');
    const { chips } = await world.until('site-1', 'seen');
    await world.call('line.start', { site: 'site-1', action: 'provision', unitLabel: '' });
    await world.eventually(async () => (await world.site('site-1')).stages[3]?.status !== 'todo', 'stage 4');
    await world.call('simulation.remove', { site: 'site-1' });
    expect((await world.until('site-1', 'verdict')).verdict?.next).toBe('resume');
    await world.call('simulation.insert', { site: 'site-1', board: 'same' });
    await world.eventually(async () => (await world.site('site-1')).choices.length > 0, 'choices');
    const back = await world.site('site-1');
    expect(back.chips.map((chip) => chip.serialNumber)).toEqual(chips.map((chip) => chip.serialNumber));
    expect(back.choices.find((choice) => choice.blocked === null)?.action).toBe('resume');
    // It is there: no second one is to be had.
    const refused = await world.refused('simulation.insert', { site: 'site-1', board: 'same' });
    expect(refused.code).toBe('NOT_NOW');
  });
});

describe('one station after the other', () => {
  it('answers everything that is asked meanwhile once the next one works', async () => {
    world = await simulatedWorld({ sites: 1 });
    expect((await world.provision('new')).verdict?.kind).toBe('PASS');
    const pulled = world.call('simulation.remove', { site: 'site-1' });
    const begun = world.call('simulation.start', { sites: 2, part: '608', realTime: false, signer: 'open' });
    const asked = Array.from({ length: 20 }, () => [
      world.call('snapshot', {}),
      world.call('records.log', { filter: everything, before: null, limit: 1, descending: true }),
    ]);
    await Promise.all([pulled, begun, ...asked.flat()]);
    expect((await world.call('snapshot', {})).state.sites).toHaveLength(2);
  });

  it('tells the screens of a board that begins to wait for a password, so that the dialog comes by itself', async () => {
    world = await simulatedWorld({ sites: 1, signer: 'locked' });
    await world.insert('new');
    // Told, not only there for whoever asks.
    await world.eventually(
      () =>
        world
          .events('state')
          .some(
            (change) => change.slice === 'signers' && change.value.some(({ waitingBoards }) => waitingBoards === 1),
          ),
      'the signers’ slice with a waiting board',
    );
  });
});

describe.each(['508', '608'] as const)('a simulated line with %s chips', (part) => {
  it('provisions one board after the other with three kit dialects, and every row says who and what', async () => {
    world = await simulatedWorld({ sites: 3, part });
    for (const id of ['site-1', 'site-2', 'site-3']) {
      const site = await world.provision('new', id);
      expect(site.verdict).toMatchObject({ kind: 'PASS', next: 'remove', code: '' });
      expect(site.stages.map(({ status }) => status)).toEqual(
        stageNames.map((stage) => (stage === 'SLOTS_LOCK' ? 'skipped' : 'done')),
      );
    }
    const { shift, station, signers } = (await world.call('snapshot', {})).state;
    expect(shift).toMatchObject({ done: 3, passed: 3, failed: 0 });
    expect(shift.last.map(({ kind }) => kind)).toEqual(['PASS', 'PASS', 'PASS']);
    expect(station.plan?.usualMs).toHaveLength(10);
    expect(signers[0]).toMatchObject({ state: 'READY', signed: 3, signedThisSession: 3 });
    const log = await world.call('records.log', { filter: everything, before: null, limit: 10, descending: true });
    expect(log.rows.map((row) => row['result'])).toEqual(['SIGNED', 'SIGNED', 'SIGNED', 'START']);
    expect(await world.call('records.verifyLog', {})).toMatchObject({ complaints: [] });
    const unit = await world.call('records.unit', { serialNumber: shift.last[0]?.serialNumber ?? '' });
    expect(unit.runs).toHaveLength(1);
    expect(unit.certificates[0]?.chain).toEqual({ verified: true, faults: [], root: expect.any(String) });
    expect(unit.certificates[0]?.device.tree.length).toBeGreaterThan(10);
  });
});

describe('boards of every kind', () => {
  const expected = {
    new: ['seen', ''],
    'config-locked': ['decision', 'INTERRUPTED'],
    'data-locked': ['decision', 'INTERRUPTED'],
    foreign: ['decision', 'FOREIGN_CONFIG'],
    provisioned: ['decision', 'ALREADY_PROVISIONED'],
    'other-part': ['decision', 'WRONG_PART'],
    'planted-key': ['decision', 'KEY_OF_UNKNOWN_ORIGIN'],
    'two-chips': ['decision', 'SEVERAL_CHIPS'],
    'no-chip': ['no-chip', ''],
    failing: ['seen', ''],
    interrupted: ['decision', 'INTERRUPTED'],
  } as const;

  it('are recognised before anything is offered, and come to their end', async () => {
    world = await simulatedWorld({ sites: 1 });
    for (const kind of boardKinds) {
      const [state, reason] = expected[kind];
      await world.call('simulation.remove', { site: 'site-1' });
      await world.eventually(async () => (await world.site()).chips.length === 0);
      await world.insert(kind);
      const site = await world.until('site-1', state);
      expect({ kind, reason: site.reason }).toEqual({ kind, reason });
      const [choice] = site.choices;
      if (choice === undefined || choice.action === 'set-aside') continue;
      await world.call('line.start', { site: 'site-1', action: choice.action });
      const ended = await world.until('site-1', 'verdict');
      expect({ kind, verdict: ended.verdict?.kind }).toEqual({ kind, verdict: kind === 'failing' ? 'FAIL' : 'PASS' });
    }
    // No chip was certified under two keys, and the planted one not at all.
    const archive = await world.call('records.archive', { filter: {}, position: 0, limit: 100 });
    const serials = archive.rows.map((row) => row.serialNumber);
    expect(new Set(serials).size).toBe(serials.length);
  });

  it('never offer what is unsafe, and refuse it when it is asked for all the same', async () => {
    world = await simulatedWorld({ sites: 1 });
    await world.insert('foreign');
    await world.until('site-1', 'decision');
    for (const action of ['provision', 'resume', 'retry', 'validate', 'accept-key'] as const) {
      const error = await world.refused('line.start', { site: 'site-1', action });
      expect(error.code).toBe('NOT_NOW');
    }
    expect(
      (await world.call('records.log', { filter: everything, before: null, limit: 5, descending: true })).rows,
    ).toHaveLength(1);
  });

  it('with two chips pass when both pass, and their runs are joined', async () => {
    world = await simulatedWorld({ sites: 1 });
    await world.call('plan.activate', { name: 'Simulated product 508, two chips', version: 1 });
    const site = await world.provision('two-chips');
    expect(site.verdict).toMatchObject({ kind: 'PASS' });
    expect(site.verdict?.serialNumbers).toHaveLength(2);
    const runs = await Promise.all(
      (site.verdict?.serialNumbers ?? []).map(
        async (serialNumber) => (await world.call('records.unit', { serialNumber })).runs,
      ),
    );
    const [first, second] = runs.flat();
    expect(runs.flat()).toHaveLength(2);
    expect(first?.boardId).toBe(second?.boardId);
    expect(first?.plan.entry).not.toBe(second?.plan.entry);
    expect((await world.call('snapshot', {})).state.shift.done).toBe(1);
  });
});

describe('a board on its way', () => {
  it('shows its stages in order, numbered without gaps, and a screen that comes late sees the same', async () => {
    world = await simulatedWorld({ sites: 1 });
    await world.provision('new');
    await world.eventually(() =>
      world
        .events('state')
        .some((change) => change.slice === 'someSites' && change.value.some(({ state }) => state === 'verdict')),
    );
    const numbers = world.events('state').map(({ sequence }) => sequence);
    expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
    const { sequence, state } = await world.call('snapshot', {});
    expect(sequence).toBeGreaterThanOrEqual(numbers.at(-1) ?? 0);
    expect(state.shift.done).toBe(1);
    const newest = () => world.events('state').findLast(({ slice }) => slice === 'shift')?.value;
    await world.eventually(() => JSON.stringify(newest()) === JSON.stringify(state.shift), 'the same shift');
  });

  it('is named when another was put in its place during the run', async () => {
    world = await simulatedWorld({ sites: 1, realTime: true });
    await world.insert('new');
    const before = await world.until('site-1', 'seen');
    await world.call('line.start', { site: 'site-1', action: 'provision' });
    await world.eventually(async () =>
      (await world.site()).stages.some(({ stage, status }) => stage === 'CONFIG_READ' && status === 'done'),
    );
    await world.insert('new');
    await world.eventually(async () => (await world.site()).previous !== null || (await world.site()).verdict !== null);
    await world.eventually(async () => (await world.site()).previous !== null);
    const after = await world.until('site-1', 'seen');
    expect(after.previous).toMatchObject({ kind: 'FAIL', errorName: 'BOARD_CHANGED' });
    expect(after.previous?.serialNumbers).toEqual(before.chips.map(({ serialNumber }) => serialNumber));
    expect(after.chips[0]?.state).toBe('new');
    expect(after.chips[0]?.serialNumber).not.toBe(before.chips[0]?.serialNumber);
  });

  it('pulled out in mid-run is known again and resumed with the same certificate', async () => {
    world = await simulatedWorld({ sites: 1 });
    await world.insert('interrupted');
    const found = await world.until('site-1', 'decision');
    expect(found.earlier?.stage).toBe(6);
    expect(found.stages.slice(0, 5).every(({ status }) => status === 'earlier')).toBe(true);
    await world.call('line.start', { site: 'site-1', action: 'resume' });
    expect((await world.until('site-1', 'verdict')).verdict?.kind).toBe('PASS');
    const archive = await world.call('records.archive', { filter: {}, position: 0, limit: 10 });
    expect(archive.total).toBe(1);
  });
});

describe('sixteen sites', () => {
  it('are filled in the same second and all pass', async () => {
    world = await simulatedWorld({ sites: 16 });
    const ids = Array.from({ length: 16 }, (_, i) => `site-${i + 1}`);
    await Promise.all(ids.map((id) => world.insert('new', id)));
    for (const id of ids) await world.until(id, 'seen');
    expect(await world.call('line.startAll', {})).toEqual({ started: 16 });
    for (const id of ids) expect((await world.until(id, 'verdict')).verdict?.kind).toBe('PASS');
    const { shift } = (await world.call('snapshot', {})).state;
    expect(shift).toMatchObject({ done: 16, passed: 16 });
  });
});

describe('auto-start', () => {
  it('starts each board once, at bound sites only', async () => {
    world = await simulatedWorld({ sites: 2 });
    const plan = await world.call('plan.get', { name: 'Simulated product 508', version: 1 });
    const { version } = await world.call('plan.save', {
      plan: { ...plan, options: { ...plan.options, autoStart: true } },
    });
    await world.call('plan.release', { name: plan.name, version });
    await world.call('plan.activate', { name: plan.name, version });
    await world.insert('new');
    expect((await world.until('site-1', 'verdict')).verdict?.kind).toBe('PASS');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect((await world.call('snapshot', {})).state.shift.done).toBe(1);
    await world.insert('foreign', 'site-2');
    expect((await world.until('site-2', 'decision')).reason).toBe('FOREIGN_CONFIG');
  });
});

describe('the program is ended', () => {
  it('and started again: the simulation, its boards and its records are as they were', async () => {
    world = await simulatedWorld({ sites: 1 });
    await world.insert('interrupted');
    const before = await world.until('site-1', 'decision');
    await world.reopen();
    const after = await world.until('site-1', 'decision');
    expect(after.chips).toEqual(before.chips);
    expect(after.earlier).toEqual(before.earlier);
    await world.call('line.start', { site: 'site-1', action: 'resume' });
    expect((await world.until('site-1', 'verdict')).verdict?.kind).toBe('PASS');
  });

  it('a run under way stops before its next stage and is recorded', async () => {
    world = await simulatedWorld({ sites: 1, realTime: true });
    await world.insert('new');
    await world.until('site-1', 'seen');
    await world.call('line.start', { site: 'site-1', action: 'provision' });
    await world.eventually(async () => (await world.site()).stages.some(({ status }) => status === 'done'));
    await world.reopen();
    const site = await world.until('site-1', 'decision');
    expect(site.reason).toBe('INTERRUPTED');
    expect(site.earlier).not.toBeNull();
  });
});
