/** Config image -> what the data-lock policy fill+crc writes, counts and fills at random (provisioning-recipes.md 5). */
import { decodeConfig, fillBlocks, fillPlan } from '../../../../src-shared/atecc/config/index.ts';
import { bytesOf, compareAll } from '../../fields.ts';
import { type Judge, wrong } from '../../judge.ts';

export const judge: Judge = (testCase) => {
  // KeyConfig and SlotConfig mean the same on both parts, so the part does not matter here.
  const config = decodeConfig(bytesOf(testCase.in, 'config'), 'ATECC508A');
  const plan = fillPlan(config);
  const random: number[] = [];
  const fill = fillBlocks(config, new Map(), (count) => {
    random.push(count);
    return new Uint8Array(count).fill(0x5a);
  });
  if (random.length !== plan.randomSlots.length) {
    return wrong(`random: ${random.length} slots filled, ${plan.randomSlots.length} planned`);
  }
  if (fill.blocks.length !== plan.blocks.length || fill.crcInput.length !== plan.crcBytes) {
    return wrong(`filled ${fill.blocks.length} blocks and ${fill.crcInput.length} bytes, planned otherwise`);
  }
  return compareAll(testCase.out, {
    private_slots: plan.privateSlots,
    block_writes: plan.blocks.length,
    crc_bytes_full: plan.crcBytes,
    random_slots: plan.randomSlots,
    lockable_slots: plan.lockableSlots,
  });
};
