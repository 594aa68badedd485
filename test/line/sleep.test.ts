import { afterEach, describe, expect, it } from 'vitest';
import { lookMs, SleepWatch } from '../../src-main/line/sleep-watch.ts';
import { type LineWorld, simulatedWorld } from './world.ts';

let world: LineWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

describe('a sleep is told by the clocks', () => {
  function watch() {
    const clocks = { uptime: 1_000_000, steady: 500_000 };
    const slept: number[] = [];
    const watching = new SleepWatch({ uptime: () => clocks.uptime, steady: () => clocks.steady }, (ms) =>
      slept.push(Math.round(ms / 1000)),
    );
    const pass = (uptime: number, steady: number): void => {
      clocks.uptime += uptime;
      clocks.steady += steady;
      watching.look();
    };
    return { pass, slept };
  }

  it('where one of them stands still meanwhile', () => {
    const { pass, slept } = watch();
    pass(lookMs, lookMs);
    pass(3_600_000 + lookMs, lookMs);
    pass(lookMs, lookMs);
    expect(slept).toEqual([3600]);
  });

  it('where both run on, by the looks that were left out', () => {
    const { pass, slept } = watch();
    pass(600_000 + lookMs, 600_000 + lookMs);
    expect(slept).toEqual([600]);
  });

  it('and not by a busy computer', () => {
    const { pass, slept } = watch();
    pass(30_000, 30_000);
    pass(lookMs + 900, lookMs);
    expect(slept).toEqual([]);
  });
});

describe('a computer that sleeps', () => {
  it('has its signers locked and whoever proved a PIN signed off; the next board asks for the password, and passes', async () => {
    world = await simulatedWorld({ sites: 1, signer: 'unlocked' });
    const { line } = world;
    const { password } = await world.call('simulation.password', {});
    await world.call('people.save', { name: 'Engineer', role: 'engineer', pin: '4711', active: true });
    const signerState = async () => (await world?.call('snapshot', {}))?.state.signers[0]?.state;
    expect(await signerState()).toBe('READY');
    line.goesToSleep();
    await world.eventually(async () => (await signerState()) === 'PASSWORD_REQUIRED', 'the signer is locked');
    expect((await world.call('snapshot', {})).state.station.person).toBeNull();
    line.wokeUp(90_000);
    const lines = (await world.call('activity.recent', {})).map(({ text }) => text);
    expect(lines.some((text) => text.includes('goes to sleep'))).toBe(true);
    expect(lines.some((text) => text.includes('asleep for 90 s'))).toBe(true);
    await world.call('people.signOn', { name: 'Engineer', pin: '4711' });
    await world.insert('new');
    await world.until('site-1', 'waiting');
    const [signer] = (await world.call('snapshot', {})).state.signers;
    await world.call('signers.unlock', { serialNumber: signer?.serialNumber ?? '', passwords: [password] });
    await world.until('site-1', 'seen');
    await world.call('line.start', { site: 'site-1', action: 'provision' });
    expect((await world.until('site-1', 'verdict')).verdict?.kind).toBe('PASS');
  });

  it('lets an operator stay signed on: a name proves nothing', async () => {
    world = await simulatedWorld({ sites: 1 });
    await world.call('people.save', { name: 'Engineer', role: 'engineer', pin: '4711', active: true });
    await world.call('people.save', { name: 'Operator', role: 'operator', badge: 'B-17', active: true });
    await world.call('people.signOn', { name: 'B-17' });
    world.line.goesToSleep();
    expect((await world.call('snapshot', {})).state.station.person?.name).toBe('Operator');
  });
});
