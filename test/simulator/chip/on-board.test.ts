import { describe, expect, test } from 'vitest';
import { Board } from '../../../src-main/simulator/board.ts';
import { type Chip, createChip, type Switches, seededRandom } from '../../../src-main/simulator/chip/index.ts';
import { type VirtualClock, virtualClock } from '../../../src-main/simulator/clock.ts';
import { parseFaults } from '../../../src-main/simulator/faults/parse.ts';
import { busPace } from '../../../src-main/simulator/pace.ts';
import { buildPacket } from '../../../src-shared/atecc/packet.ts';
import { Host } from '../host.ts';
import {
  concat,
  count,
  fromHex,
  KNOWN,
  nodeVerify,
  op,
  privateSlot,
  SN,
  secretKey,
  sha,
  toHex,
  World,
  zeros,
} from './bench.ts';

/** The chip behind kits: what kits do to it between packets, and power that a fault takes away. */
const guarded = {
  0: privateSlot,
  3: { config: 0x2081, key: 0x04b3, privateKey: KNOWN.privateKey },
  4: { config: 0x459f, key: 0x005c, content: secretKey },
};

interface Bed {
  readonly host: Host;
  readonly chip: Chip;
  readonly clock: VirtualClock;
}

function bed(
  dialect: 'legacy' | 'd21' | 'modern',
  switches: Partial<Switches> = {},
  faults: readonly unknown[] = [],
): Bed {
  const clock = virtualClock();
  const chip = createChip({ part: '508A', serialNumber: SN, clock, random: seededRandom('board'), rules: switches });
  chip.restore(new World().bench({ slots: guarded }).chip.snapshot());
  const script = parseFaults(JSON.stringify({ format: 'signet-faults', version: 1, seed: 1, faults }));
  const board = new Board({ kit: { dialect }, chips: [chip], clock, pace: busPace, faults: script });
  return { host: new Host(board), chip, clock };
}

/** Answer packet of a talk line, hex. */
async function talk(host: Host, opcode: number, param1: number, param2: number, data = zeros(0)): Promise<string> {
  const line = await host.ask(`e:t(${toHex(buildPacket({ opcode, param1, param2, data }))})`);
  return line.slice(line.indexOf('(') + 1, line.indexOf(')'));
}

async function authorise(host: Host): Promise<void> {
  const numIn = count(0, 20);
  const rand = fromHex((await talk(host, op.nonce, 0, 0, numIn)).slice(2, 66));
  const tempKey = sha(rand, numIn, [0x16, 0, 0]);
  const tail = concat(zeros(3), [0xee], zeros(4), [1, 0x23], zeros(2));
  const response = sha(secretKey, tempKey, zeros(4), zeros(8), tail);
  expect(await talk(host, op.checkMac, 1, 4, concat(zeros(32), response, zeros(13)))).toBe('04000340');
}

describe('behind a kit', () => {
  test.each(['legacy', 'd21', 'modern'] as const)(
    '%s: TempKey lives over the idle between two talks',
    async (dialect) => {
      const { host, chip } = bed(dialect);
      const message = count(1, 30);
      if (dialect === 'modern') await host.ask('ecc:physical:select(C0)');
      expect(await talk(host, op.nonce, 3, 0, sha(message))).toBe('04000340');
      const answer = fromHex(await talk(host, op.sign, 0x80, 0));
      expect(nodeVerify(KNOWN.publicKey, message, answer.slice(1, 65))).toBe(true);
      expect(chip.counters.rngSeedUpdates).toBe(0);
    },
  );

  test.each([
    ['keep', 134],
    ['drop', 8],
  ] as const)('a kit that always wraps: an authorisation under %s', async (idleKeepsAuthValid, length) => {
    const { host } = bed('d21', { idleKeepsAuthValid });
    await authorise(host);
    await talk(host, op.nonce, 3, 0, count(0, 32));
    expect(await talk(host, op.sign, 0x80, 3)).toHaveLength(length);
  });

  test('a legacy kit with wrapping off works under both readings', async () => {
    for (const idleKeepsAuthValid of ['keep', 'drop'] as const) {
      const { host, chip } = bed('legacy', { idleKeepsAuthValid });
      await host.ask('s:a(00)');
      expect(await host.ask('s:w()')).toBe('00(04113343)');
      await authorise(host);
      await talk(host, op.nonce, 3, 0, count(0, 32));
      expect(await talk(host, op.sign, 0x80, 3)).toHaveLength(134);
      await host.ask('s:i()');
      expect(chip.counters.authorisedSignPairs).toBe(1);
      expect(chip.awake).toBe(false);
    }
  });

  // A legacy kit would send the write once more by itself (kit-protocol.md 2) and hide what was torn.
  test('a power cut during a write tears it, and the board comes back with what is left', async () => {
    const { host, chip } = bed('d21', {}, [
      { at: { opcode: 'Write' }, do: 'power-cut', when: 'during', scope: 'chip', newWords: '000F' },
    ]);
    await talk(host, op.write, 0x82, 0x50, count(0x80, 32));
    const slot = chip.inspect().slots[10] ?? zeros(0);
    expect(toHex(slot.slice(0, 16))).toBe(toHex(count(0x80, 16)));
    expect(toHex(slot.slice(16, 32))).not.toBe(toHex(count(0x90, 16)));
    expect(await talk(host, op.info, 0, 0)).toBe('07000050000391');
  });
});
