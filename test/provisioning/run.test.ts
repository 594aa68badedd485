import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifySigningLog } from '../../src-main/records/index.ts';
import { chipsOf, createBoard } from '../../src-main/simulator/open-board.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const kits = ['legacy', 'd21', 'modern'] as const;

describe.each(['508A', '608A'] as const)('a run on an ATECC%s', (part) => {
  it.each(kits)('passes all ten stages through a %s kit', async (dialect) => {
    const board = createBoard({ kit: { dialect }, chips: [{ part }], timing: 'none' });
    const { record, passed } = await world.run(board);
    expect(record.outcome).toEqual({ kind: 'PASS' });
    expect(passed).toBe(true);
    expect(world.lines).toEqual([
      'CONFIG_WRITE START',
      'CONFIG_WRITE DONE',
      'CONFIG_LOCK START',
      'CONFIG_LOCK DONE',
      'CONFIG_READ START',
      'CONFIG_READ DONE',
      'GEN_KEY START',
      'GEN_KEY DONE',
      'CERTS_REQUEST START',
      'CERTS_REQUEST DONE',
      'CERTS_WRITE START',
      'CERTS_WRITE DONE',
      'DATA_WRITE START',
      'DATA_WRITE DONE',
      'DATA_LOCK START',
      'DATA_LOCK DONE',
      'SLOTS_LOCK SKIPPED',
      'VALIDATE_CERTS START',
      'VALIDATE_CERTS DONE',
    ]);
    expect(chipsOf(board).length).toBe(1);
    await world.records.signingLog.append({ result: 'REFUSED' });
    expect(verifySigningLog(join(world.folder, 'logs')).complaints).toEqual([]);
    const again = await world.run(board);
    expect(again.record.outcome).toMatchObject({
      kind: 'FAIL',
      code: 'ALREADY_PROVISIONED',
      stage: 0,
      next: 'validate',
    });
    const validated = await world.run(board, { action: 'validate' });
    expect(validated.record.outcome).toEqual({ kind: 'PASS' });
  });
});
