import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Side } from '../../src-main/simulator/faults/fault.ts';
import { NoBoard } from '../provisioning/station.ts';
import { chipOf, type PacketFact, SweptLine } from './sweep.ts';

/**
 * A wire of the bus is held low from a packet on, before the packet reaches the chip or before its answer comes back. Whatever was under
 * way, the fault is the bus's and not the board's; while it lasts there is no board; afterwards the same board on the same kit is finished.
 */
let line: SweptLine;
let packets: readonly PacketFact[];

beforeAll(async () => {
  line = await SweptLine.open({
    part: '508A',
    dialect: 'signet',
    dataLock: 'fill+crc',
    lockSlots: [0, 4, 10],
    data: true,
  });
  packets = await line.packets();
});
afterAll(() => line.close());

/** Every packet after which the chip is another one, and a sample of all others. */
function moments(): readonly { readonly fact: PacketFact; readonly side: Side }[] {
  const telling = packets.filter(({ opcode, p1 }) => opcode === 0x17 || (opcode === 0x40 && p1 === 0x04));
  const others = packets.filter((fact, i) => i % 13 === 0 && !telling.includes(fact));
  return [
    ...telling.flatMap((fact) => (['before', 'after'] as const).map((side) => ({ fact, side }))),
    ...others.map((fact, i) => ({ fact, side: i % 2 === 0 ? ('before' as const) : ('after' as const) })),
  ];
}

/** Where the plan's random secret goes. */
const kept = { more: { sink: () => Promise.resolve() } };

it('at any packet: said as what it is, nothing lost, and the board passes when the wire is free', async () => {
  const tried = moments();
  expect(tried.length).toBeGreaterThan(20);
  for (const { fact, side } of tried) {
    const name = `${side} packet ${fact.packet} (${fact.opcode.toString(16)} ${fact.p1.toString(16)})`;
    const board = line.board({
      faults: [
        {
          at: { on: 'packet', filter: {}, from: fact.packet },
          times: 1,
          action: { do: 'stick-bus', side, freeAfterLines: undefined },
        },
      ],
    });
    const station = line.station();
    const { record } = await station.run(board, kept);
    expect(record.outcome, name).toMatchObject({ kind: 'FAULT', code: 'BUS_STUCK', number: 177 });
    const before = chipOf(board).snapshot();
    await expect(station.run(board, { action: 'resume' }), name).rejects.toThrow(NoBoard);
    expect(chipOf(board).snapshot(), name).toEqual(before);

    board.stickBus(false);
    const again = await station.run(board, { action: 'resume', ...kept });
    expect(again.record.outcome, name).toEqual({ kind: 'PASS' });
    expect(line.world.records.archive.bySerialNumber(record.serialNumber), name).toHaveLength(1);
    await station.release(board);
    station.close();
  }
  expect(line.books().complaints).toEqual([]);
});
