import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Board } from '../../../src-main/simulator/board.ts';
import { type ChipModel, seededRandom } from '../../../src-main/simulator/chip/index.ts';
import { parseFaults } from '../../../src-main/simulator/faults/parse.ts';
import type { KitOptions } from '../../../src-main/simulator/kits/kit.ts';
import { wellFormedHabits } from '../../../src-main/simulator/kits/modern.ts';
import { hex, unhex, wellFormed } from '../../../src-main/simulator/octets.ts';
import {
  chipsOf,
  createBoard,
  createRootStick,
  createSignerStick,
  openBoard,
} from '../../../src-main/simulator/open-board.ts';
import type { TraceEvent } from '../../../src-main/simulator/trace.ts';
import { Host } from '../host.ts';
import { packet } from '../tiny-chip.ts';

const SERIAL = Uint8Array.of(0x01, 0x23, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0xee);
const OK = '04000340';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signet-board-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Answer of the chip to one command, as hex. */
async function talk(host: Host, command: string): Promise<string> {
  const reply = await host.ask(`e:t(${command})`);
  return /^00\(([0-9A-F]*)\)$/.exec(reply)?.[1] ?? reply;
}

/** Write of config word `word`; lock of the config zone without its CRC; GenKey create in slot 0. */
const writeWord = (word: number, data: string) => packet(0x12, 0x00, word, data);
const LOCK_CONFIG = packet(0x17, 0x80);
const GEN_KEY = packet(0x40, 0x04);
const PUBLIC_KEY = packet(0x40, 0x00);
const READ_BLOCK = (block: number) => packet(0x02, 0x80, block << 3);

function faults(...list: readonly unknown[]) {
  return parseFaults(JSON.stringify({ format: 'signet-faults', version: 1, seed: 3, faults: list }));
}

const kits: readonly KitOptions[] = [
  { dialect: 'legacy' },
  { dialect: 'd21' },
  { dialect: 'modern' },
  { dialect: 'modern', habits: wellFormedHabits },
];
const models: readonly ChipModel[] = ['508A', '608A', '608B'];

describe('a board with real silicon on it', () => {
  it.each(kits.flatMap((kit) => models.map((part) => [kit, part] as const)))('%o with a %s', async (kit, part) => {
    const board = createBoard({ kit, chips: [{ part, serialNumber: SERIAL }], timing: 'virtual' });
    const host = new Host(board);
    await host.ask('board:device(00)');
    await host.ask('e:physical:select(C0)');
    const info = await talk(host, packet(0x30));
    expect(info.slice(2, 10)).toBe({ '508A': '00005000', '608A': '00006002', '608B': '00006003' }[part]);
    const first = await talk(host, READ_BLOCK(0));
    expect(first.slice(2, 10) + first.slice(18, 28)).toBe(hex(SERIAL));
    expect(await talk(host, writeWord(5, '8F8F8F8F'))).toBe(OK);
    expect(await talk(host, LOCK_CONFIG)).toBe(OK);
    const made = await talk(host, GEN_KEY);
    const answer = unhex(made);
    expect(answer !== undefined && answer.length === 67 && wellFormed(answer)).toBe(true);
    expect(await talk(host, PUBLIC_KEY)).toBe(made);
    const refused = await host.ask(`e:t(${LOCK_CONFIG})`);
    expect(refused).toBe(kit.dialect === 'modern' && kit.habits === undefined ? 'FFFFFFF4()' : '00(040F2342)');
    expect(board.clock.now()).toBeGreaterThan(part === '508A' ? 30 : 200);
  });

  it('makes the legacy kit give up GenKey on a 608 with a slow clock, although the chip makes its key', async () => {
    const board = createBoard({ chips: [{ part: '608B' }], timing: 'virtual' });
    const host = new Host(board);
    await host.ask('e:p:s(C0)');
    const mode = await talk(host, packet(0x02, 0x00, 4));
    // ChipMode is byte 19: M1, 215 ms for GenKey, and the kit gives up after 200.
    expect(await talk(host, writeWord(4, `${mode.slice(2, 8)}28`))).toBe(OK);
    await host.ask('e:s()');
    expect(await talk(host, LOCK_CONFIG)).toBe(OK);
    expect(await host.ask(`e:t(${GEN_KEY})`)).toBe('F0()');
    expect(chipsOf(board)[0]?.counters.genKeys).toBe(1);
    expect(chipsOf(board)[0]?.inspect().keyValid[0]).toBe(true);
  });

  it('gives new chips serial numbers of their own, the same ones for the same seed', () => {
    const numbers = (seed: string) =>
      chipsOf(
        createBoard({ chips: [{ part: '508A' }, { part: '608B', address: 0x6a }], random: seededRandom(seed) }),
      ).map(({ serialNumber }) => hex(serialNumber));
    expect(numbers('a')).toEqual(numbers('a'));
    expect(numbers('a')).not.toEqual(numbers('b'));
    expect(new Set(numbers('a')).size).toBe(2);
    for (const number of numbers('a')) expect(number).toMatch(/^0123.{12}EE$/);
  });

  it('swaps in a product of the same kind with another serial number', async () => {
    const board = createBoard({
      chips: [{ part: '608B', serialNumber: SERIAL }],
      faults: faults({ at: { line: 3 }, do: 'swap-chip' }),
    });
    const host = new Host(board);
    await host.ask('e:p:s(C0)');
    const before = await talk(host, READ_BLOCK(0));
    const after = await talk(host, READ_BLOCK(0));
    expect(after.slice(10, 18)).toBe(before.slice(10, 18));
    expect(after).not.toBe(before);
  });

  it('reaches several chips by their addresses', async () => {
    const board = createBoard({
      kit: { dialect: 'modern' },
      chips: [{ part: '508A' }, { part: '608B', address: 0x6a }],
    });
    const host = new Host(board);
    expect(await host.ask('board:device(00)')).toBe('ECC508A TWI 00(C0)');
    expect(await host.ask('board:device(01)')).toBe('ECC608 TWI 00(6A)');
    for (const [address, revision] of [
      ['6A', '00006003'],
      ['C0', '00005000'],
    ]) {
      await host.ask(`e:p:s(${address})`);
      expect((await talk(host, packet(0x30))).slice(2, 10)).toBe(revision);
    }
  });
});

describe('a board in a file', () => {
  const path = () => join(folder, 'board.json');

  it('goes on where it was, kit and all', async () => {
    const kit: KitOptions = { dialect: 'legacy', name: 'AT88CK490' };
    const first = await openBoard({ stateFile: path(), kit, chips: [{ part: '608A', serialNumber: SERIAL }] });
    const host = new Host(first.board);
    await host.ask('e:p:s(C0)');
    await host.ask('b:ms(07)');
    await talk(host, LOCK_CONFIG);
    const key = await talk(host, GEN_KEY);
    expect(key).toHaveLength(134);
    await first.close();

    const second = await openBoard({ stateFile: path() });
    const again = new Host(second.board);
    expect(await again.ask('b:f(00)')).toBe('AT88CK490 00(010005)');
    expect(await again.ask('b:mg()')).toBe('00(07)');
    expect(await talk(again, PUBLIC_KEY)).toBe(key);
    expect(chipsOf(second.board)[0]?.counters.genKeys).toBe(1);
    await second.close();
  });

  it('has every change on the disk before the host hears of it', async () => {
    const { board } = await openBoard({ stateFile: path() });
    const host = new Host(board);
    await host.ask('e:p:s(C0)');
    for (const data of ['11223344', '55667788']) {
      await talk(host, writeWord(8, data));
      // As after a kill: nobody closed anything.
      const other = await openBoard({ stateFile: path() });
      expect(hex(chipsOf(other.board)[0]?.inspect().config.subarray(32, 36) ?? new Uint8Array())).toBe(data);
    }
  });

  it('names what is wrong with a file', async () => {
    await (await openBoard({ stateFile: path() })).close();
    const text = await readFile(path(), 'utf8');
    await writeFile(path(), text.replace('"signet-chip-1"', '"signet-chip-9"'));
    await expect(openBoard({ stateFile: path() })).rejects.toThrow(/must be one of signet-chip-1/);
    await writeFile(path(), text.slice(0, 500));
    await expect(openBoard({ stateFile: path() })).rejects.toThrow(/board\.json is not JSON/);
    await expect(openBoard({ stateFile: join(folder, 'no', 'board.json') })).rejects.toThrow(
      /cannot keep the board's state/,
    );
  });

  it.each(['before', 'during', 'after'])('survives power cut %s at every packet', async (when) => {
    const commands = [
      writeWord(5, '8F8F8F8F'),
      writeWord(6, '11111111'),
      LOCK_CONFIG,
      GEN_KEY,
      packet(0x12, 0x82, 0x48, 'AB'.repeat(32)),
    ];
    const run = async (host: Host) => {
      await host.ask('e:p:s(C0)');
      for (const command of commands) await host.ask(`e:t(${command})`);
    };
    const trace: TraceEvent[] = [];
    const whole = createBoard({ kit: { dialect: 'd21' }, trace: (event) => trace.push(event) });
    await run(new Host(whole));
    const packets = trace.filter(({ kind }) => kind === 'packet').length;
    expect(packets).toBe(commands.length);
    const fates = new Set<string>();
    for (let n = 1; n <= packets; n += 1) {
      const file = join(folder, `cut-${n}.json`);
      const cut = faults({ at: { packet: n }, do: 'power-cut', when, back: 'never' });
      const first = await openBoard({ stateFile: file, kit: { dialect: 'd21' }, faults: cut });
      const host = new Host(first.board);
      await run(host).catch(() => undefined);
      expect([n, host.closed]).toEqual([n, 'power lost']);
      const left = chipsOf(first.board)[0]?.snapshot();
      const second = await openBoard({ stateFile: file });
      expect(chipsOf(second.board)[0]?.snapshot()).toEqual(left);
      fates.add(JSON.stringify(left?.config.slice(26)));
      const again = new Host(second.board);
      for (const word of [5, 6]) expect(await talk(again, packet(0x02, 0x00, word))).toMatch(/^07[0-9A-F]{12}$/);
    }
    expect(fates.size).toBeGreaterThan(1);
  });
});

describe('sticks', () => {
  const name = async (board: Board) => {
    const host = new Host(board);
    return [await host.ask('b:f(00)'), await host.ask('b:v()')];
  };

  it('are told apart by name only', async () => {
    expect(await name(createSignerStick())).toEqual(['AT88CKECCSIGNER 00(010005)', 'ECCSIGN ECC108 TWI 00(C0)']);
    expect(await name(createRootStick())).toEqual(['AT88CKECCROOT 00(010005)', 'ECCROOT ECC108 TWI 00(C0)']);
  });

  it('are the same stick again from their state', async () => {
    const stick = createSignerStick();
    const host = new Host(stick);
    await host.ask('e:p:s(C0)');
    await talk(host, LOCK_CONFIG);
    const key = await talk(host, GEN_KEY);
    const again = new Host(createSignerStick(stick.state()));
    await again.ask('e:p:s(C0)');
    expect(await talk(again, PUBLIC_KEY)).toBe(key);
  });
});
