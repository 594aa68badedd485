import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulatedBoard } from '../../../src-main/line/simulate.ts';
import { imageAt } from '../../../src-main/line/simulation/prepare-board.ts';
import { button, card, verdict } from './hands.ts';
import { lookOver } from './look.ts';
import { realLine } from './real-line.ts';
import { expect, go, test } from './signet.ts';

const password = 'the stick of line three';
const secondAddress = 0xc2;
/** The second chip signs with a key that is not its own: its proof is wrong, whoever asks and however often. */
const faults = {
  format: 'signet-faults',
  version: 1,
  faults: [{ at: { opcode: 'Sign', address: 'C2' }, times: 0, do: 'wrong-key' }],
};

test('a board whose second chip fails has failed: once, with what became of its first chip', async ({
  start,
  page,
}) => {
  const signet = await start();
  const desk = await signet.desk();
  const line = await realLine(desk, password);
  const scratch = mkdtempSync(join(tmpdir(), 'signet-two-chips-'));
  try {
    await desk.call('signers.unlock', { serialNumber: line.signerSerial, passwords: [password] });
    const plan = await desk.call('plan.get', { name: 'Bench product', version: 1 });
    const [entry] = plan.entries;
    if (entry === undefined) throw new Error('The plan has no entry.');
    const image = entry.images.ATECC508A ?? '';
    const saved = await desk.call('plan.save', {
      plan: {
        ...plan,
        entries: [
          { ...entry, label: 'radio', address: 0xc0 },
          { ...entry, label: 'meter', address: secondAddress, images: { ATECC508A: imageAt(image, secondAddress) } },
        ],
      },
    });
    await desk.call('plan.release', { name: plan.name, version: saved.version });
    await desk.call('plan.activate', { name: plan.name, version: saved.version });

    await page.goto(signet.address);
    const faultFile = join(scratch, 'faults.json');
    writeFileSync(faultFile, JSON.stringify(faults));
    const [place] = line.boards;
    const board = await startSimulatedBoard({
      host: '127.0.0.1',
      port: Number(place?.address.split(':').at(-1)),
      stateFile: join(scratch, 'board.json'),
      part: ['508', '508'],
      dialect: 'modern',
      realTime: false,
      faults: faultFile,
    });
    try {
      const chips = card(page).getByRole('list', { name: '2 chips of this board' }).getByRole('listitem');
      await expect(chips).toHaveCount(2);
      await button(page, 'Provision').click();
      await expect(verdict(page, 'FAIL')).toBeVisible();
      await expect(chips.nth(0).getByRole('img', { name: 'done' })).toBeVisible();
      await expect(chips.nth(1).getByRole('img', { name: 'failed' })).toBeVisible();
      await lookOver(page, 'second-chip-failed', 'line');

      const { shift } = await desk.state();
      expect(shift).toMatchObject({ done: 1, passed: 0, failed: 1 });
      const units = await Promise.all(
        board.serialNumbers().map((serialNumber) => desk.call('records.unit', { serialNumber })),
      );
      expect(units.map(({ runs }) => runs.map(({ plan, outcome }) => [plan.entry, outcome.kind]))).toEqual([
        [['radio', 'PASS']],
        [['meter', 'FAIL']],
      ]);
      const [first, second] = units.flatMap(({ runs }) => runs);
      expect(first?.boardId).toBe(second?.boardId);
      expect(units[0]?.certificates).toHaveLength(1);
      await go(page, 'Records');
      for (const serialNumber of board.serialNumbers().slice(0, 1))
        await expect(page.locator('.big-body [role="row"]', { hasText: serialNumber })).toHaveCount(1);
    } finally {
      await board.close();
    }
  } finally {
    await line.close();
    rmSync(scratch, { recursive: true, force: true });
  }
});
