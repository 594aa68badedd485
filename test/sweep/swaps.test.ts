import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PacketFact, SweptLine } from './sweep.ts';

/** Boards exchanged at the moments that matter most; the sweep has all the others. */
let line: SweptLine;
let packets: readonly PacketFact[];

beforeAll(async () => {
  line = await SweptLine.open({
    part: '508A',
    dialect: 'legacy',
    dataLock: 'fill+crc',
    lockSlots: [0, 10],
    data: false,
  });
  packets = await line.packets();
  await line.makeHalfway();
});
afterAll(() => line.close());

function at(opcode: number, p1: number): number {
  const fact = packets.find((packet) => packet.opcode === opcode && packet.p1 === p1);
  if (fact === undefined) throw new Error('no such packet');
  return fact.packet;
}

const moments = [
  { name: 'the configuration lock', opcode: 0x17, p1: 0x00 },
  { name: 'the making of the key', opcode: 0x40, p1: 0x04 },
  { name: 'the data lock', opcode: 0x17, p1: 0x01 },
  { name: 'the first slot lock', opcode: 0x17, p1: 0x02 },
];

describe('another board, the fixture empty for a moment', () => {
  it.each(moments)('before $name: nothing is done to it', async ({ opcode, p1 }) => {
    for (const newcomer of [undefined, 'CONFIG_WRITE', 'CERTS_REQUEST', 'DATA_LOCK'] as const) {
      const result = await line.swap({
        packet: at(opcode, p1),
        gap: 1,
        ...(newcomer === undefined ? {} : { newcomer }),
      });
      expect(result.first).toBe('FAIL BOARD_CHANGED');
      expect(result.touched).toEqual([]);
      expect(result.complaints).toEqual([]);
    }
  });
});

describe('another board, quicker than any hand', () => {
  it('before the key is made: the key of one chip is never certified for the other', async () => {
    const result = await line.swap({ packet: at(0x40, 0x04), gap: 0, newcomer: 'CERTS_REQUEST' });
    expect(result.first).toBe('FAIL BOARD_CHANGED');
    expect(result.complaints).toEqual([]);
  });

  it('before a lock by check sum: the other chip stays open', async () => {
    for (const [p1, newcomer] of [
      [0x00, undefined],
      [0x00, 'CONFIG_WRITE'],
      [0x01, 'CERTS_REQUEST'],
    ] as const) {
      const result = await line.swap({
        packet: at(0x17, p1),
        gap: 0,
        ...(newcomer === undefined ? {} : { newcomer }),
      });
      expect(result.first).toBe('FAIL BOARD_CHANGED');
      expect(result.touched).toEqual([]);
    }
  });

  it('during the reading back: a board exchanged is no bad board', async () => {
    const last = packets[packets.length - 4]?.packet ?? 0;
    for (const newcomer of [undefined, 'CERTS_REQUEST', 'VALIDATE_CERTS'] as const) {
      const result = await line.swap({ packet: last, gap: 0, ...(newcomer === undefined ? {} : { newcomer }) });
      expect(result.first).toBe('FAIL BOARD_CHANGED');
      expect(result.touched).toEqual([]);
    }
  });
});
