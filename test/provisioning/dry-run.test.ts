import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dryRun } from '../../src-main/provisioning/dry-run.ts';
import { prepareEntry } from '../../src-main/provisioning/prepared-entry.ts';
import { chipsOf, createBoard } from '../../src-main/simulator/open-board.ts';
import type { TraceEvent } from '../../src-main/simulator/trace.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { reason } from '../../src-shared/model/reasons.ts';
import { makeWorld, testEntry, type World } from './world.ts';

/** The dry run lists the packets of a run: all of them, in their order, and no others. */
let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());

/** Opcode, P1 and P2; data and check sums hold serial numbers, keys and random bytes. P2 of a Lock of a zone is such a check sum. */
const head = (hex: string): string => (/^..170[01]/.test(hex) ? hex.slice(2, 6) : hex.slice(2, 10));

describe.each([
  ['508A', 'ATECC508A'],
  ['608A', 'ATECC608'],
] as const)('%s', (model, part) => {
  it.each([
    ['the default plan', {}],
    ['no-crc, slots locked, data', { dataLock: 'no-crc' as const, lockSlots: [0, 10, 11, 12] }],
    ['without validation', { validate: false }],
  ])('%s', async (_, change) => {
    const trace: TraceEvent[] = [];
    const board = createBoard({
      kit: { dialect: 'modern' },
      chips: [{ part: model }],
      timing: 'virtual',
      trace: (event) => trace.push(event),
    });
    await world.station.lease(board);
    const [chip] = chipsOf(board);
    const { deviceDefinition: device, signerDefinition: signer } = world.identity;
    const plan = await dryRun(prepareEntry(testEntry(world.certinfo, change)), part, {
      definitions: { device, signer },
      now: new Date(),
      random: (length) => new Uint8Array(length),
    });
    expect(plan.problems).toEqual([]);
    trace.length = 0;
    const { passed } = await world.run(board, { entry: change });
    expect(passed).toBe(true);
    const sent = trace.flatMap((event) => (event.kind === 'packet' ? [head(toHex(event.bytes))] : []));
    const planned = plan.packets.map(({ packet }) => head(packet.hex));
    // Before the run the station looks at the chip: Info and Read only.
    const before = sent.slice(0, sent.length - planned.length);
    expect(before.every((packet) => /^(?:30|02)/.test(packet))).toBe(true);
    expect(sent.slice(before.length)).toEqual(planned);
    const executed = trace.reduce((sum, event) => sum + (event.kind === 'answer' ? event.executionMs : 0), 0);
    const looked = trace
      .filter((event) => event.kind === 'answer')
      .slice(0, before.length)
      .reduce((sum, { executionMs }) => sum + executionMs, 0);
    expect(plan.totalMs).toBeCloseTo(executed - looked, 3);
    expect(chip?.inspect().dataLocked).toBe(true);
  });

  it('names what would make the run fail by codes and facts', async () => {
    const { deviceDefinition: device, signerDefinition: signer } = world.identity;
    const problemsOf = async (change: Parameters<typeof testEntry>[1]) => {
      const run = await dryRun(prepareEntry(testEntry(world.certinfo, change)), part, {
        definitions: { device, signer },
        now: new Date(),
        random: (length) => new Uint8Array(length),
      });
      return run.problems;
    };
    const bytes = (length: number) => ({ kind: 'bytes', hex: '5A'.repeat(length) }) as const;
    const write = { zone: 'data', slot: 8, offset: 0, label: '' } as const;
    const path = '/nowhere/units.csv';
    const csv = { kind: 'csv', path, key: 'serial', keyColumn: 'sn', column: 'data' } as const;
    expect(await problemsOf({ dataWrites: [{ ...write, source: csv }] })).toMatchObject([
      { code: 'data-unreadable', facts: { place: 8, quote: expect.stringContaining(path) } },
    ]);
    expect(await problemsOf({ dataWrites: [{ ...write, slot: 10, source: bytes(4) }] })).toEqual([
      reason('plan-into-certificate', { place: 10 }),
    ]);
    expect(await problemsOf({ dataWrites: [{ ...write, slot: 0, source: bytes(4) }] })).toEqual([
      reason('plan-slot-private', { slot: 0 }),
    ]);
    expect(
      await problemsOf({ dataWrites: [{ ...write, zone: 'otp', slot: 0, offset: 62, source: bytes(4) }] }),
    ).toEqual([reason('plan-otp-length', { bytes: 66 })]);
    expect(await problemsOf({ images: {} }).catch((thrown) => thrown)).toMatchObject({
      code: 'PLAN_UNSAFE',
      details: { reason: 'plan-no-images' },
    });
  });
});
