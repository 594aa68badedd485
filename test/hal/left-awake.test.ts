import { expect, it } from 'vitest';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import { createBoard } from '../../src-main/simulator/open-board.ts';

/** A program that was killed in the middle of a sequence leaves a legacy kit without its wrapping and the chip awake. */
it('a chip that was left awake is found by the next program', async () => {
  const board = createBoard({ kit: { dialect: 'legacy' }, chips: [{ part: '508A' }], timing: 'none' });
  const first = await openKit(board.connect());
  if (!first.ok) throw new Error('no kit');
  expect((await first.value.discover()).ok).toBe(true);
  await first.value.setAutoWrap(false);
  expect((await first.value.wake(0xc0)).ok).toBe(true);
  await first.value.close();
  const second = await openKit(board.connect());
  if (!second.ok) throw new Error('no kit');
  const found = await second.value.discover();
  expect(found.ok && found.value.map(({ address }) => address)).toEqual([0xc0]);
  expect((await second.value.wake(0xc0)).ok).toBe(true);
});
