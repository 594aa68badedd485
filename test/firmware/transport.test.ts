import { afterEach, describe, expect, test } from 'vitest';
import { ask, KitRegistry } from '../../src-main/device/index.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import { describeOpenFailure } from '../../src-main/hal/open-failure.ts';
import { openSerial } from '../../src-main/hal/serial-channel.ts';
import type { Transport } from '../../src-main/hal/transport.ts';
import { openKitAt } from '../../src-main/line/kit-address.ts';
import { virtualClock } from '../../src-main/simulator/clock.ts';
import { siliconBus } from '../../src-main/simulator/i2c-bus.ts';
import { infoRevision, random } from '../../src-shared/atecc/index.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { benchChip } from './bench-chip.ts';
import { startHostKit } from './host-kit.ts';
import { PtyBoard } from './pty-board.ts';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function openedKit() {
  const clock = virtualClock();
  const chips = [benchChip(clock), benchChip(clock, '608A', 0x6a)];
  const kit = await startHostKit(siliconBus({ chips: () => chips, clock }), clock);
  open.push(() => kit.close());
  const channel = await openSerial(kit.pty);
  if (!channel.ok) throw new Error(describeOpenFailure(channel.failure));
  const opened = await openKit(channel.value, { openTimeoutMs: 30_000 });
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  const transport: Transport = opened.value;
  open.push(() => transport.close());
  return { transport, chips };
}

const INFO = fromHex('07 30 00 00 00 03 5D');
const TALK = { timeoutMs: 30_000 };

describe("the station's own transport and the C kit host", () => {
  test('who it is', async () => {
    const { transport } = await openedKit();
    expect(transport.kit).toEqual({ dialect: 'modern', name: 'SIGNETKIT', version: '1.0.0' });
  });

  test('what is behind it', async () => {
    const { transport } = await openedKit();
    expect(await transport.discover()).toEqual({
      ok: true,
      value: [
        { index: 0, name: 'ECC608', bus: 'TWI', address: 0x6a },
        { index: 1, name: 'ECC508A', bus: 'TWI', address: 0xc0 },
      ],
    });
  });

  test('talks to both, device errors included', async () => {
    const { transport } = await openedKit();
    expect(await transport.talk(0xc0, INFO, TALK)).toEqual({ ok: true, value: fromHex('07 00 00 50 00 03 91') });
    expect(await transport.talk(0x6a, INFO, TALK)).toEqual({ ok: true, value: fromHex('07 00 00 60 02 80 38') });
    expect(await transport.talk(0xc0, fromHex('07 40 04 00 00 83 87'), TALK)).toEqual({
      ok: true,
      value: fromHex('04 0F 23 42'),
    });
  });

  test('a wake is the chip speaking; idle and sleep are done', async () => {
    const { transport, chips } = await openedKit();
    expect(await transport.wake(0xc0)).toEqual({ ok: true, value: { from: 'chip' } });
    expect(await transport.idle(0xc0)).toEqual({ ok: true, value: undefined });
    await expect.poll(() => chips[0]?.inspect().mode).toBe('idle');
    expect(await transport.sleep(0xc0)).toEqual({ ok: true, value: undefined });
    expect(chips[0]?.inspect().mode).toBe('asleep');
  });

  test('has the switch that holds a chip awake', async () => {
    const { transport, chips } = await openedKit();
    expect(await transport.setAutoWrap(false)).toEqual({ ok: true, value: 'off' });
    expect(await transport.wake(0xc0)).toEqual({ ok: true, value: { from: 'chip' } });
    expect(await transport.talk(0xc0, INFO, TALK)).toMatchObject({ ok: true });
    expect(chips[0]?.inspect().mode).toBe('awake');
    expect(await transport.setAutoWrap(true)).toEqual({ ok: true, value: 'on' });
    expect(chips[0]?.inspect().mode).toBe('idle');
  });

  test.each([
    ['any', 'at most once: it may still be awake from the look'],
    ['single', 'once'],
  ] as const)('a sequence in %s window wakes the chip %s', async (window, _) => {
    const board = await PtyBoard.open();
    open.push(() => board.close());
    const kit = await openKitAt(board.port);
    if (!kit.ok) throw kit.failure.error;
    const registry = new KitRegistry({ now: () => performance.now() });
    const adopted = await registry.adopt(kit.value);
    open.push(() => registry.remove(adopted.id));
    const lease = registry.take(adopted.id, { role: 'tool', name: 'test' });
    if (!lease.ok) throw new Error(lease.failure.kind);
    board.trace.length = 0;
    const done = await lease.value.chip().sequence({ commands: ['Info', 'Random'], end: 'idle', window }, function* () {
      yield* ask(infoRevision());
      return yield* ask(random());
    });
    expect(done.ok).toBe(true);
    const woken = board.trace.filter((event) => event.kind === 'wake').length;
    expect(woken).toBeLessThanOrEqual(1);
    if (window === 'single') expect(woken).toBe(1);
    await expect.poll(() => board.chip.inspect().mode).toBe('idle');
  });

  test('nobody at an address: the command did not reach a chip', async () => {
    const { transport } = await openedKit();
    expect(await transport.talk(0xc8, INFO, TALK)).toEqual({
      ok: false,
      failure: { kind: 'no-wake', kitStatus: 0xd0 },
    });
  });
});
