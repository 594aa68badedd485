import { describe, expect, it } from 'vitest';
import {
  KitRegistry,
  lockConfig,
  lockData,
  type RegistryEvent,
  readConfig,
  takeFailureAsError,
  writeBlocks,
  writeConfig,
} from '../../src-main/device/index.ts';
import { follow } from '../../src-main/device/steps.ts';
import type { ChannelDescription } from '../../src-main/hal/byte-channel.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import { Board } from '../../src-main/simulator/board.ts';
import { createChip } from '../../src-main/simulator/chip/chip.ts';
import { virtualClock } from '../../src-main/simulator/clock.ts';
import type { KitOptions } from '../../src-main/simulator/kits/kit.ts';
import { dataAddress } from '../../src-shared/atecc/address.ts';
import { readConfigZone } from '../../src-shared/atecc/procedures.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { dialects, must, mustFail, openBench, SERIAL, target } from './bench.ts';

const tool = { role: 'tool', name: 'test tool' } as const;
const site = { role: 'site', name: 'site 1' } as const;

interface Setup {
  readonly kit: KitOptions;
  readonly channel?: ChannelDescription['kind'];
  readonly serials?: readonly string[];
  readonly bound?: boolean;
}

async function plugIn({ kit, channel = 'serial', serials = [toHex(SERIAL)], bound = false }: Setup) {
  const clock = virtualClock();
  const chips = serials.map((serial, i) => {
    const chip = createChip({ part: '508A', serialNumber: fromHex(serial), clock });
    // Behind the first chip the others stand at addresses of their own.
    if (i > 0) {
      chip.rot('config', 0, 16, 0xc0 ^ (0xc0 + 2 * i));
      chip.powerCycle();
    }
    return chip;
  });
  const description = { kind: channel, path: 'COM4', connector: 'port-1' } as const;
  const board = new Board({ kit, chips, clock, description });
  const registry = new KitRegistry({ now: () => clock.now(), isBound: () => bound });
  const events: RegistryEvent[] = [];
  registry.onEvent((event) => events.push(event));
  const transport = must(await openKit(board.connect()));
  const entry = await registry.adopt(transport);
  return { clock, board, registry, events, transport, entry, chips };
}

describe('one owner at a time', () => {
  it('refuses a second taker, names the first, and counts hand-overs', async () => {
    const { registry, entry, events } = await plugIn({ kit: { dialect: 'modern' } });
    const first = must(registry.take(entry.id, tool));
    const refused = registry.take(entry.id, { role: 'set-up', name: 'ceremony' });
    expect(refused).toEqual({ ok: false, failure: { kind: 'owned', by: tool } });
    if (!refused.ok) expect(takeFailureAsError(refused.failure).code).toBe('KIT_BUSY');
    first.release();
    first.release();
    const second = must(registry.take(entry.id, site));
    expect([first.session, second.session]).toEqual([1, 2]);
    expect(events.map((event) => event.kind)).toEqual(['added', 'taken', 'released', 'taken']);
  });

  it('two runs and a set-up at once: one works on the chip, the others are told who has it, and come after it', async () => {
    const { registry, entry, chips } = await plugIn({ kit: { dialect: 'modern' } });
    const owners = [site, { role: 'site', name: 'site 2' }, { role: 'set-up', name: 'ceremony' }] as const;
    const image = target('ATECC508A');
    const once = async (owner: (typeof owners)[number]): Promise<'worked' | typeof owner> => {
      const taken = registry.take(entry.id, owner);
      if (!taken.ok) {
        if (taken.failure.kind !== 'owned') throw new Error(taken.failure.kind);
        return owners.find(({ name }) => taken.failure.kind === 'owned' && name === taken.failure.by.name) ?? owner;
      }
      must(await writeConfig(taken.value.chip(), image));
      taken.value.release();
      return 'worked';
    };
    for (const first of [0, 1, 2]) {
      const order = [...owners.slice(first), ...owners.slice(0, first)];
      expect(await Promise.all(order.map(once))).toEqual(['worked', order[0], order[0]]);
    }
    expect(chips[0]?.inspect().configLocked).toBe(false);
    expect(registry.kit(entry.id)?.owner).toBeUndefined();
  });

  it('a caller with an old session number is refused before anything is sent', async () => {
    const { registry, entry, chips } = await plugIn({ kit: { dialect: 'modern' } });
    const old = must(registry.take(entry.id, tool));
    const session = old.chip();
    old.release();
    must(registry.take(entry.id, site));
    const before = chips[0]?.snapshot();
    expect(mustFail(await writeConfig(session, target('ATECC508A')))).toEqual({
      kind: 'not-owner',
      session: 1,
      current: 2,
    });
    expect(chips[0]?.snapshot()).toEqual(before);
  });

  it('ends in the middle of a sequence that has to be begun anew', async () => {
    const bench = await openBench({
      faults: [{ at: { on: 'packet', filter: { opcode: 0x12 }, from: 3 }, times: 99, action: { do: 'drop-answer' } }],
    });
    const running = writeConfig(bench.session, target('ATECC508A'));
    bench.lease.release();
    expect(mustFail(await running).kind).toBe('not-owner');
  });

  it('expires when the taker says that it is dead, or is silent for too long', async () => {
    const { registry, entry, clock } = await plugIn({ kit: { dialect: 'modern' } });
    const life = new AbortController();
    const first = must(registry.take(entry.id, tool, { signal: life.signal }));
    life.abort();
    expect(first.valid).toBe(false);
    expect(mustFail(await readConfig(first.chip())).kind).toBe('not-owner');
    const second = must(registry.take(entry.id, tool, { expiresAfterMs: 1000 }));
    clock.advance(900);
    must(await readConfig(second.chip()));
    clock.advance(900);
    expect(registry.take(entry.id, site).ok).toBe(false);
    clock.advance(200);
    const third = must(registry.take(entry.id, site));
    expect(third.session).toBe(3);
    expect(mustFail(await readConfig(second.chip())).kind).toBe('not-owner');
  });

  it('ends with the kit', async () => {
    const { registry, entry, board, events } = await plugIn({ kit: { dialect: 'modern' } });
    const lease = must(registry.take(entry.id, tool));
    board.unplug();
    expect(registry.kit(entry.id)).toBeUndefined();
    expect(events.at(-1)?.kind).toBe('removed');
    expect(mustFail(await readConfig(lease.chip())).kind).toBe('kit');
    expect(registry.take(entry.id, tool)).toEqual({ ok: false, failure: { kind: 'unknown-kit' } });
  });

  it('lets sequences of two chips of one kit through one at a time', async () => {
    const { registry, entry } = await plugIn({ kit: { dialect: 'modern' } });
    const lease = must(registry.take(entry.id, tool));
    const plan = { commands: ['Read', 'Read', 'Read', 'Read'], end: 'idle' } as const;
    const order: string[] = [];
    const work = (name: string) =>
      lease.chip().sequence(plan, function* body() {
        order.push(`${name} begins`);
        yield* follow(readConfigZone());
        order.push(`${name} ends`);
        return undefined;
      });
    await Promise.all([work('a'), work('b')]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });
});

describe('what is behind a kit', () => {
  it.each(dialects)('%s: one chip, once, whatever the kit lists', async (dialect) => {
    const { entry } = await plugIn({ kit: { dialect } });
    expect(entry.chips.map((chip) => toHex(chip.serialNumber))).toEqual([toHex(SERIAL)]);
    expect(entry.trouble).toBeUndefined();
  });

  it('several chips behind one kit, by address', async () => {
    const { entry, registry } = await plugIn({
      kit: { dialect: 'modern' },
      serials: ['0123030405060708EE', '01236CD82CA57131EE'],
    });
    expect(entry.chips.map((chip) => [chip.address, toHex(chip.serialNumber)])).toEqual([
      [0xc0, '0123030405060708EE'],
      [0xc2, '01236CD82CA57131EE'],
    ]);
    const lease = must(registry.take(entry.id, tool));
    expect(toHex(must(await readConfig(lease.chip(0xc2))).slice(8, 13))).toBe('2CA57131EE');
    expect(toHex(must(await readConfig(lease.chip(0xc0))).slice(8, 13))).toBe(
      '05060708EE'.replace('05060708', '05060708'),
    );
  });

  it('no chip at all is a kit all the same', async () => {
    const { entry } = await plugIn({ kit: { dialect: 'legacy' }, serials: [] });
    expect(entry.chips).toEqual([]);
    expect(entry.kitClass).toBe('plain');
  });
});

describe('which kits are never sites (signer-and-server.md 1.2)', () => {
  it.each([
    ['AT88CKECCSIGNER', 'serial', 'signer'],
    ['AT88CKECCROOT', 'serial', 'root'],
    ['AT88CK590', 'hid', 'hid'],
    ['AT88CK590', 'serial', 'plain'],
  ] as const)('%s on %s is %s', async (name, channel, kitClass) => {
    const { registry, entry } = await plugIn({ kit: { dialect: 'legacy', name }, channel });
    expect(entry.kitClass).toBe(kitClass);
    const taken = registry.take(entry.id, site);
    expect(taken.ok).toBe(kitClass === 'plain');
    if (!taken.ok) expect(taken.failure).toEqual({ kind: 'never-a-site', kitClass });
  });

  it('an engineer can bind the connector all the same', async () => {
    const { registry, entry } = await plugIn({ kit: { dialect: 'legacy', name: 'AT88CKECCSIGNER' }, bound: true });
    expect(registry.take(entry.id, site).ok).toBe(true);
  });

  it('a chip with a signer record makes its kit one, as soon as its data zone is locked', async () => {
    const { registry, entry } = await plugIn({ kit: { dialect: 'modern' } });
    const lease = must(registry.take(entry.id, { role: 'set-up', name: 'ceremony' }));
    const session = lease.chip();
    // Slot 8 of this image is read in clear.
    const open = { ...target('ATECC508A'), image: target('ATECC508A').image.slice() };
    open.image.set([0x0f, 0x0f], 20 + 2 * 8);
    const readBack = must(await writeConfig(session, open));
    must(await lockConfig(session, open, readBack));
    const head = new Uint8Array(32);
    head.set([0x41, 0x53, 0x44, 0x31]);
    must(await writeBlocks(session, SERIAL, [{ address: dataAddress(8, 0), bytes: head }]));
    must(await lease.look());
    expect(lease.entry.kitClass).toBe('plain');
    must(await lockData(session, SERIAL, { policy: 'no-crc' }, [{ zone: 'data', slot: 8, bytes: head }]));
    must(await lease.look());
    expect(lease.entry.kitClass).toBe('signer-record');
    lease.release();
    expect(registry.take(entry.id, site).ok).toBe(false);
  });
});
