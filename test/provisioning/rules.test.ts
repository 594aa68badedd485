import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunJournal } from '../../src-main/provisioning/ports.ts';
import { seededRandom } from '../../src-main/simulator/chip/index.ts';
import { createBoard } from '../../src-main/simulator/open-board.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { chipOf } from '../sweep/sweep.ts';
import { softwareSigner } from './software-signer.ts';
import { journalIn, makeWorld, type World } from './world.ts';

/** Single rules of a run, each by what would happen without it. */
let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const newBoard = (): ReturnType<typeof createBoard> => createBoard({ chips: [{ part: '508A' }], timing: 'none' });

describe('pre-flight', () => {
  it('an image that cannot work changes nothing in the chip', async () => {
    const image = defaultImage('ATECC508A');
    // The key slot would be no private key any more.
    image[96] = 0x3c;
    image[97] = 0x00;
    const board = newBoard();
    const before = chipOf(board).snapshot();
    const { record } = await world.run(board, { entry: { images: { ATECC508A: toHex(image) } } });
    expect(record.outcome).toMatchObject({ kind: 'FAULT', stage: 0 });
    expect(['IMAGE_UNFIT', 'PLAN_UNSAFE']).toContain(record.outcome.kind === 'PASS' ? '' : record.outcome.code);
    expect(chipOf(board).snapshot().config).toEqual(before.config);
  });

  it('data that meets a certificate slot is refused before anything is changed', async () => {
    const board = newBoard();
    const { record } = await world.run(board, {
      entry: {
        dataWrites: [{ zone: 'data', slot: 10, offset: 0, label: '', source: { kind: 'bytes', hex: '00' } }],
      },
    });
    expect(record.outcome).toMatchObject({ code: 'PLAN_UNSAFE', stage: 0 });
    expect(chipOf(board).counters.eepromWrites).toBe(0);
  });
});

function failingJournal(at: string): RunJournal {
  const real = journalIn(world.records.runs);
  const failure = new SignetError('STORAGE_FAILED', 'made by the test');
  return {
    begin: (run) => (at === 'begin' ? Promise.reject(failure) : real.begin(run)),
    stage: (id, stage, status) =>
      at === `${stage} ${status}` ? Promise.reject(failure) : real.stage(id, stage, status),
    end: (record) => (at === 'end' ? Promise.reject(failure) : real.end(record)),
  };
}

describe('a station that cannot write its journal', () => {
  it.each([
    ['begin', { configLocked: false, dataLocked: false, keys: 0 }],
    ['CONFIG_LOCK START', { configLocked: false, dataLocked: false, keys: 0 }],
    ['GEN_KEY START', { configLocked: true, dataLocked: false, keys: 0 }],
    ['DATA_LOCK START', { configLocked: true, dataLocked: false, keys: 1 }],
  ])('at %s: what cannot be undone is not done', async (at, wanted) => {
    const board = newBoard();
    const { record, passed } = await world.run(board, { journal: failingJournal(at) });
    expect(passed).toBe(false);
    expect(record.outcome).toMatchObject({ kind: 'FAULT', code: 'STORAGE_FAILED' });
    const { configLocked, dataLocked, counters } = chipOf(board).inspect();
    expect({ configLocked, dataLocked, keys: counters.genKeys }).toEqual(wanted);
    expect((await world.run(board, { action: 'resume' })).passed).toBe(true);
  });

  it('at the end: no PASS is said that is not on record', async () => {
    const board = newBoard();
    const { record, passed } = await world.run(board, { journal: failingJournal('end') });
    expect(passed).toBe(false);
    expect(record.outcome).toMatchObject({ kind: 'FAULT', code: 'STORAGE_FAILED' });
  });
});

describe('a configuration that was written wrong', () => {
  it('is not locked', async () => {
    const board = createBoard({
      chips: [{ part: '508A' }],
      timing: 'none',
      faults: {
        seed: 1,
        faults: [
          {
            at: { on: 'packet', filter: { opcode: 0x12 }, from: 13 },
            times: 1,
            action: { do: 'bit-rot', zone: 'config', slot: 0, offset: 24, xor: 1 },
          },
        ],
      },
    });
    const { record } = await world.run(board);
    expect(record.outcome).toMatchObject({ kind: 'FAIL', code: 'READ_BACK_DIFFERS' });
    expect(chipOf(board).inspect().configLocked).toBe(false);
    expect((await world.run(board, { action: 'resume' })).passed).toBe(true);
  });
});

describe('chips that are not what they seem', () => {
  it('a chip that cannot sign with the key of its certificate does not pass validation', async () => {
    const good = newBoard();
    expect((await world.run(good)).passed).toBe(true);
    const liar = createBoard({
      chips: [{ part: '508A' }],
      timing: 'none',
      defect: 'wrong-signature',
      random: seededRandom('liar'),
    });
    chipOf(liar).restore(chipOf(good).snapshot());
    const { record } = await world.run(liar, { action: 'validate' });
    expect(record.outcome).toMatchObject({ kind: 'FAIL', code: 'POSSESSION_NOT_PROVEN', stage: 10 });
  });

  it('a chip that cannot sign gets no certificate', async () => {
    const liar = createBoard({ chips: [{ part: '508A' }], timing: 'none', defect: 'wrong-signature' });
    const { record } = await world.run(liar);
    expect(record.outcome).toMatchObject({ kind: 'FAIL', code: 'POP_INVALID', stage: 5 });
    expect(world.signer.signatures).toBe(0);
  });

  it('a chip with the content of another one does not pass', async () => {
    const good = newBoard();
    expect((await world.run(good)).passed).toBe(true);
    const clone = newBoard();
    const content = chipOf(good).snapshot();
    const config = Buffer.from(content.config, 'hex');
    config[8] = (config[8] ?? 0) ^ 0x77;
    chipOf(clone).restore({ ...content, config: config.toString('hex').toUpperCase() });
    const { record } = await world.run(clone, { action: 'resume' });
    expect(record.outcome).toMatchObject({ kind: 'FAIL', code: 'KEY_OF_UNKNOWN_ORIGIN' });
  });
});

describe('a chain that is not the plan’s', () => {
  it('a chip that was certified under another root does not pass validation', async () => {
    const other = await makeWorld({ signer: softwareSigner({ root: 'another root' }) });
    try {
      const board = newBoard();
      expect((await other.run(board)).passed).toBe(true);
      await other.station.release(board);
      const { record } = await world.run(board, { action: 'validate' });
      expect(record.outcome.kind).toBe('FAIL');
    } finally {
      await other.close();
    }
  });
});
