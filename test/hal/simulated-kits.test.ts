import { describe, expect, it } from 'vitest';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import type { Transport } from '../../src-main/hal/transport.ts';
import { Board } from '../../src-main/simulator/board.ts';
import { createChip } from '../../src-main/simulator/chip/chip.ts';
import { factoryImage } from '../../src-main/simulator/chip/images.ts';
import { seededRandom } from '../../src-main/simulator/chip/random-source.ts';
import { virtualClock } from '../../src-main/simulator/clock.ts';
import type { KitOptions } from '../../src-main/simulator/kits/kit.ts';
import { wellFormedHabits } from '../../src-main/simulator/kits/modern.ts';
import { instantPace } from '../../src-main/simulator/pace.ts';
import { infoRevision, signExternal, statusPacket } from '../../src-shared/atecc/index.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';

/** The transport on kits that decode lines and packets themselves. */

const kits: readonly (readonly [string, KitOptions, string])[] = [
  ['legacy CK590', { dialect: 'legacy' }, 'AT88CK590'],
  ['legacy signer', { dialect: 'legacy', name: 'AT88CKECCSIGNER' }, 'AT88CKECCSIGNER'],
  ['SAMD21', { dialect: 'd21' }, 'AT88CK101STK'],
  ['modern, as its source has it', { dialect: 'modern' }, ''],
  ['modern, put right', { dialect: 'modern', habits: wellFormedHabits }, ''],
];

async function open(kit: KitOptions, addresses: readonly number[]): Promise<Transport> {
  const clock = virtualClock();
  const chips = addresses.map((address, index) =>
    createChip({
      part: index === 0 ? '508A' : '608B',
      clock,
      serialNumber: fromHex(`01230304050607${toHex(Uint8Array.of(index))}EE`),
      random: seededRandom(`chip ${index}`),
      config: factoryImage(index === 0 ? '508A' : '608B').with(16, address),
    }),
  );
  const board = new Board({ kit, chips, clock, pace: instantPace });
  const opened = await openKit(board.connect());
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  return opened.value;
}

describe.each(kits)('%s', (_, kit, name) => {
  it('is opened, found a chip on, and asked', async () => {
    const transport = await open(kit, [0xc0]);
    expect(transport.kit).toMatchObject({ dialect: kit.dialect, name });
    const found = await transport.discover();
    expect(found.ok && found.value.map(({ address }) => address)).toEqual([0xc0]);
    expect((await transport.wake(0xc0)).ok).toBe(true);
    expect((await transport.idle(0xc0)).ok).toBe(true);
    const answer = await transport.talk(0xc0, infoRevision().packet, { timeoutMs: 2000 });
    expect(answer.ok && infoRevision().decode(answer.value).ok).toBe(true);
    expect(await transport.idle(0xc0)).toEqual({ ok: true, value: undefined });
    expect(await transport.sleep(0xc0)).toEqual({ ok: true, value: undefined });
    await transport.close();
    expect(transport.closed).toBe(true);
  });

  it('hands on what the chip refuses, as the chip says it', async () => {
    const transport = await open(kit, [0xc0]);
    // No key, nothing locked: an execution error whatever the dialect makes of it on the way.
    const answer = await transport.talk(0xc0, signExternal(0).packet, { timeoutMs: 2000 });
    expect(answer.ok && toHex(answer.value)).toBe(toHex(statusPacket(0x0f)));
  });

  it('reaches the chip that it is told to', async () => {
    const transport = await open(kit, [0xc0, 0x6c]);
    const revisions: string[] = [];
    for (const address of [0xc0, 0x6c, 0xc0]) {
      const answer = await transport.talk(address, infoRevision().packet, { timeoutMs: 2000 });
      const revision = answer.ok ? infoRevision().decode(answer.value) : undefined;
      revisions.push(revision?.ok === true ? toHex(revision.value) : 'failed');
    }
    // The SAMD21 host has one place for a chip and ignores the word.
    const other = kit.dialect === 'd21' ? '00005000' : '00006003';
    expect(revisions).toEqual(['00005000', other, '00005000']);
  });

  it('without a chip it is a kit all the same', async () => {
    const transport = await open(kit, []);
    expect(await transport.discover()).toEqual({ ok: true, value: [] });
    const answer = await transport.talk(0xc0, infoRevision().packet, { timeoutMs: 2000 });
    expect(answer.ok ? 'answer' : answer.failure.kind).toMatch(/^no-answer$|^no-wake$|^kit-refused$/);
    expect(transport.closed).toBe(false);
  });
});
