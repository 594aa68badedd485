import { chmodSync, chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallInput } from '../../src-shared/ipc/contract.ts';
import { runScript } from '../firmware/other-process.ts';
import { PtyBoard } from '../firmware/pty-board.ts';
import { type LineWorld, openWorld } from './world.ts';

/**
 * The Line screen of a real station: watcher, serial port, C kit host and chip are the real parts, only the cable is a
 * pseudo-terminal that comes and goes.
 */
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Settings = CallInput<'settings.save'>;

async function realStation(change: (settings: Settings) => Partial<Settings>): Promise<LineWorld> {
  const world = await openWorld();
  closers.push(() => world.close());
  await world.call('station.setUp', { name: 'ST-07' });
  const settings = await world.call('settings.get', {});
  await world.call('settings.save', { ...settings, ...change(settings) });
  return world;
}

async function boardsOf(count: number): Promise<readonly PtyBoard[]> {
  const boards = await Promise.all(Array.from({ length: count }, () => PtyBoard.open()));
  for (const board of boards) closers.push(() => board.close());
  return boards;
}

/** Serial numbers of the chips that each site shows. */
async function shown(world: LineWorld): Promise<readonly (readonly string[])[]> {
  const { sites } = (await world.call('snapshot', {})).state;
  return sites.map((site) => site.chips.map((chip) => chip.serialNumber));
}

function serialOf(board: PtyBoard): string {
  return Buffer.from(board.chip.serialNumber).toString('hex').toUpperCase();
}

/** Waits until the sites show exactly these chips. */
async function shows(world: LineWorld, ...sites: readonly (readonly string[])[]): Promise<void> {
  const wanted = JSON.stringify(sites);
  await world.eventually(async () => JSON.stringify(await shown(world)) === wanted, `sites with ${wanted}`);
}

describe("a real station's sites", () => {
  it('that are bound to a connector appear and go with the cable, each in its place', async () => {
    const [a, b] = await boardsOf(2);
    if (a === undefined || b === undefined) throw new Error('no boards');
    await Promise.all([a.unplug(), b.unplug()]);
    const world = await realStation(() => ({
      sites: [a, b].map((board, i) => ({ id: `s${i}`, label: `Place ${i}`, connector: board.port, enabled: true })),
    }));
    await shows(world, [], []);
    expect((await world.site('s0')).state).toBe('empty');

    await b.plug();
    await shows(world, [], [serialOf(b)]);
    expect((await world.site('s1')).state).not.toMatch(/^(?:empty|fault|no-chip)$/);
    await a.plug();
    await shows(world, [serialOf(a)], [serialOf(b)]);

    // The cable of one comes out; the other is left alone.
    await b.unplug();
    await shows(world, [serialOf(a)], []);
    await world.until('s1', 'empty');
    await b.plug();
    await shows(world, [serialOf(a)], [serialOf(b)]);

    // The next product behind a kit that stays.
    a.change([a.newChip({})]);
    await shows(world, [serialOf(a)], [serialOf(b)]);
    a.change([]);
    await shows(world, [], [serialOf(b)]);
  });

  it('that nobody set up get a place when they come for the first time, and it again afterwards', async () => {
    const [a, b] = await boardsOf(2);
    if (a === undefined || b === undefined) throw new Error('no boards');
    await Promise.all([a.unplug(), b.unplug()]);
    const world = await realStation(() => ({ extraKits: [a.port, b.port] }));
    await shows(world, []);
    await b.plug();
    await shows(world, [serialOf(b)]);
    await a.plug();
    await shows(world, [serialOf(b)], [serialOf(a)]);
    await Promise.all([a.unplug(), b.unplug()]);
    await shows(world, [], []);
    await a.plug();
    await shows(world, [], [serialOf(a)]);
    await b.plug();
    await shows(world, [serialOf(b)], [serialOf(a)]);
  });

  it('whose kit hangs say so, and are back when it goes on: the port is closed and opened again', async () => {
    const [board] = await boardsOf(1);
    if (board === undefined) throw new Error('no board');
    const world = await realStation(() => ({ extraKits: [board.port] }));
    await shows(world, [serialOf(board)]);
    board.freeze(true);
    await shows(world, []);
    const { reason, detail } = await world.until('place-1', 'fault');
    expect([reason, detail]).toEqual([
      'KIT_SILENT',
      expect.stringMatching(new RegExp(`^Nothing at ${board.port} answered within \\d+ ms\\.$`)),
    ]);
    board.freeze(false);
    await shows(world, [serialOf(board)]);
  });

  it('whose bus is stuck say so while it is, with or without a board, and have the board when it is free', async () => {
    const [board] = await boardsOf(1);
    if (board === undefined) throw new Error('no board');
    const world = await realStation(() => ({ extraKits: [board.port] }));
    await shows(world, [serialOf(board)]);
    const { chips } = board;
    board.stuck = true;
    const site = await world.until('place-1', 'fault');
    expect([site.reason, site.detail, site.chips]).toEqual([
      'BUS_STUCK',
      'A wire of the I2C bus is held low, and nine clock pulses did not free it.',
      [],
    ]);
    // Who held the wire is taken out, and nothing is put in.
    board.change([]);
    board.stuck = false;
    await world.until('place-1', 'empty');
    board.stuck = true;
    board.change(chips);
    expect((await world.until('place-1', 'fault')).reason).toBe('BUS_STUCK');
    board.stuck = false;
    await shows(world, [serialOf(board)]);
  });

  it('whose port another program holds say so, and are there when it is free', async () => {
    const [board] = await boardsOf(1);
    if (board === undefined) throw new Error('no board');
    const holder = runScript(
      `const { openSerial } = await import(HAL + 'serial-channel.ts');
       const held = await openSerial(process.argv[1]);
       console.log(held.ok);
       process.stdin.once('data', () => process.exit());`,
      board.port,
    );
    closers.push(async () => holder.child.kill());
    expect(await holder.line).toBe('true');
    const world = await realStation(() => ({
      sites: [{ id: 's0', label: 'Place 0', connector: board.port, enabled: true }],
    }));
    const { reason, detail } = await world.until('s0', 'fault');
    expect([reason, detail]).toEqual(['KIT_BUSY', `${board.port} is held by another program: the port is locked.`]);
    expect(board.packets).toBe(0);
    holder.end();
    await shows(world, [serialOf(board)]);
  });

  it('whose port this user may not open say so with what to do, on the site and on the health page, and are there afterwards', async () => {
    const [board] = await boardsOf(1);
    if (board === undefined) throw new Error('no board');
    const device = realpathSync(board.port);
    chmodSync(device, 0o000);
    const folder = mkdtempSync(join(tmpdir(), 'signet-denied-'));
    closers.push(async () => rmSync(folder, { recursive: true, force: true }));
    // Who may do everything is somebody else for once.
    const nobody = 65_534;
    if (process.getuid?.() === 0) {
      chownSync(folder, nobody, nobody);
      chownSync(device, nobody, nobody);
      chmodSync(dirname(board.port), 0o755);
    }
    const script = runScript(
      `const { Line } = await import(LINE + 'line.ts');
       await import('serialport');
       if (process.getuid() === 0) { process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody}); }
       const [folder, connector] = process.argv[1].split('|');
       const line = await Line.open({ folder });
       const ask = (name, input) => line.handlers[name](input, new AbortController().signal);
       await ask('station.setUp', { name: 'ST-07' });
       const settings = await ask('settings.get', {});
       const sites = [{ id: 's0', label: 'Place 0', connector, enabled: true }];
       await ask('settings.save', { ...settings, sites });
       const until = async (holds) => {
         for (;;) {
           const { state } = await ask('snapshot', {});
           if (holds(state)) return state;
           await new Promise((resolve) => setTimeout(resolve, 20));
         }
       };
       const { sites: [site], health } = await until(({ sites }) => sites[0].state === 'fault');
       console.log(JSON.stringify([site.reason, site.detail, health.find(({ id }) => id === 'port-permission')]));
       await (await import('node:fs/promises')).chmod(${JSON.stringify(device)}, 0o600);
       const later = await until(({ sites }) => sites[0].chips.length === 1);
       console.log(JSON.stringify(later.health.find(({ id }) => id === 'port-permission')));
       await line.close();`,
      `${folder}|${board.port}`,
    );
    closers.push(async () => script.child.kill());
    const [reason, detail, health] = JSON.parse(await script.line);
    const sentence = `${board.port} may not be opened: permission denied.`;
    expect(reason).toBe('PORT_DENIED');
    expect(detail).toMatch(/dialout.*udev rule \/etc\/udev\/rules\.d\//);
    expect(detail).toContain(sentence);
    expect(health).toEqual({
      id: 'port-permission',
      level: 'error',
      facts: { path: board.port, count: '1' },
      reason: { code: 'port-denied-serial', facts: expect.objectContaining({ path: board.port }) },
    });
    const [, again] = await script.lines(2);
    expect(JSON.parse(again ?? '')).toEqual({ id: 'port-permission', level: 'ok', facts: {}, reason: null });
    expect(board.packets).toBeGreaterThan(0);
  });
});
