import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BoardState, parseBoardState, writeBoardState } from '../../../src-main/simulator/board-state.ts';
import { wellFormedHabits } from '../../../src-main/simulator/kits/modern.ts';
import { StateFile } from '../../../src-main/simulator/state-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signet-state-'));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

const legacy: BoardState = {
  kit: { dialect: 'legacy', name: 'AT88CKECCSIGNER', moduleNumber: 42 },
  chips: [{ a: 1 }],
  aside: [],
};

describe('state file', () => {
  it.each([
    legacy,
    { kit: { dialect: 'd21' }, chips: [], aside: ['x'] },
    {
      kit: { dialect: 'modern', habits: wellFormedHabits, devices: [{ name: 'ECC608', bus: 'TWI', address: 0x6a }] },
      chips: [1, 2],
      aside: [],
    },
  ] satisfies BoardState[])('reads back what it wrote: $kit.dialect', (state) => {
    expect(parseBoardState(writeBoardState(state), 'x')).toEqual(state);
  });

  it.each([
    ['', /^b\.json is not JSON/],
    ['[]', /^b\.json: must be an object/],
    [writeBoardState(legacy).slice(0, -20), /is not JSON/],
    [
      writeBoardState(legacy).replace('"version": 1', '"version": 9'),
      /^b\.json\.version: must be between 1 and 1, not 9/,
    ],
    [writeBoardState(legacy).replace('AT88CKECCSIGNER', 'AT88'), /^b\.json\.kit\.name: must be one of AT88CK590/],
    [writeBoardState(legacy).replace('"legacy"', '"d21"'), /^b\.json\.kit: "name" is not known here/],
    [writeBoardState(legacy).replace('42', '256'), /moduleNumber: must be between 0 and 255, not 256/],
    [writeBoardState(legacy).replace('"chips"', '"chip"'), /"chip" is not known here|"chips" is missing/],
    [writeBoardState(legacy).replace('"aside"', '"asides"'), /"asides" is not known here/],
  ])('refuses what is no state: %#', (text, complaint) => {
    expect(() => parseBoardState(text, 'b.json')).toThrow(complaint);
  });

  it('is whole after every keep, and leaves nothing beside it', async () => {
    const file = new StateFile(join(folder, 'board.json'));
    expect(await file.read()).toBeUndefined();
    for (let i = 0; i < 5; i += 1) {
      await file.keep({ ...legacy, chips: [{ i }] });
      expect(parseBoardState(await readFile(file.path, 'utf8'), 'x').chips).toEqual([{ i }]);
    }
    expect(await readdir(folder)).toEqual(['board.json']);
    expect((await file.read())?.chips).toEqual([{ i: 4 }]);
  });

  it('writes many changes at once when they may wait', async () => {
    const file = new StateFile(join(folder, 'board.json'), { batchMs: 20 });
    for (let i = 0; i < 100; i += 1) await file.keep({ ...legacy, chips: [{ i }] });
    expect(await readdir(folder)).toEqual([]);
    await file.flush();
    expect((await file.read())?.chips).toEqual([{ i: 99 }]);
    await file.keep({ ...legacy, chips: [{ i: 100 }] });
    await expect.poll(async () => (await file.read())?.chips).toEqual([{ i: 100 }]);
  });

  it('says what is wrong when the disk does not take it, and goes on when it does', async () => {
    const file = new StateFile(join(folder, 'gone', 'board.json'));
    await expect(file.keep(legacy)).rejects.toThrow(/^cannot keep the board's state in .*board\.json: ENOENT/);
    const other = new StateFile(join(folder, 'board.json'));
    await writeFile(other.path, 'nonsense');
    await expect(other.read()).rejects.toThrow(/board\.json is not JSON/);
    await other.keep(legacy);
    expect(await other.read()).toEqual(legacy);
  });
});
