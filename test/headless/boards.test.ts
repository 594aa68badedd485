import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { signet, start } from './processes.ts';
import { RawClient } from './raw-client.ts';
import { chipsIn, type Dialect, type Place, parts, stageLines, Workplace } from './workplace.ts';

/** Boards that come and go, clients that die, kits that strangers talk to. */

const place = new Workplace();
let server: Place;

beforeAll(async () => {
  server = (await place.line()).server;
});
afterAll(() => place.close());

/** A file of faults. */
function faults(name: string, list: readonly unknown[]): readonly string[] {
  const path = place.at(`${name}-faults.json`);
  writeFileSync(path, JSON.stringify({ format: 'signet-faults', version: 1, seed: 7, faults: list }));
  return ['--faults', path];
}

const provision = (board: Place, options: readonly string[] = ['--yes', '--count', '1']) =>
  start(place.provisionArguments(server, board, options), { cwd: place.folder });

it('nobody can press ENTER where standard input is over: a sentence says so, exit code 130, the board is untouched', async () => {
  const board = await place.board('nobody');
  const ended = await provision(board, ['--count', '1']).ended();
  expect(ended.out).toMatch(/Press ENTER to provision\n$/);
  expect(ended.err).toMatch(/^Standard input is at its end, .*--yes.*\n$/);
  expect(ended.code).toBe(130);
  const [chip] = await chipsIn(place.at('nobody.json'));
  expect([chip?.configLocked, chip?.dataLocked]).toEqual([false, false]);
  const told = (await provision(board, ['--count', '1', '--json']).ended()).out.trim().split('\n');
  expect(JSON.parse(told.at(-1) ?? '')).toMatchObject({ event: 'error', code: 'INTERRUPTED' });
  await board.process.stop();
});

describe('a board that is swapped behind a staying kit is a new board', () => {
  it('between two boards: --count 2 provisions both, one after the other', async () => {
    const board = await place.board('swapped');
    const [first = ''] = await board.process.said(/[0-9A-F]{18}/);
    const client = place.keep(provision(board, ['--yes', '--count', '2']));
    await client.said(/Please remove board/);
    // As long as it stays where it is, nothing happens.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(client.out).toMatch(/Please remove board\n$/);
    board.process.kill('SIGUSR2');
    const { code, out } = await client.ended();
    const [, second = ''] = await board.process.said(/Next product: ([0-9A-F]{18})/);
    expect(code).toBe(0);
    expect(out.slice(out.indexOf('Device SN'))).toBe(
      `Device SN: ${first}\n${stageLines()}Provisioning successful! Please remove board\n` +
        `Board removed. Waiting for board to be connected...ok\nDevice SN: ${second}\n${stageLines()}Provisioning successful! Please remove board\n`,
    );
    await board.process.stop();
  });

  it('in the middle of a run: the run ends, nothing is done to the new chip, which is then provisioned by itself', async () => {
    const board = await place.board(
      'mid-run',
      faults('mid-run', [{ at: { opcode: 'Write', occurrence: 13 }, do: 'swap-chip', when: 'after' }]),
    );
    const failed = await provision(board).ended();
    expect(failed.out).toContain('Writing config zone...error\n');
    expect(failed.out).toMatch(/Provisioning failed \(1-128\): /);
    expect(failed.code).toBe(1);
    const [fresh] = await chipsIn(place.at('mid-run.json'));
    expect([fresh?.configLocked, fresh?.keyValid[0]]).toEqual([false, false]);
    const passed = await provision(board).ended();
    expect(passed.code).toBe(0);
    await board.process.stop();
  });

  it('a failed board does not end the work: the exit code remembers it', async () => {
    const board = await place.board(
      'one-of-two',
      faults('one-of-two', [{ at: { opcode: 'Write', occurrence: 13 }, do: 'swap-chip', when: 'after' }]),
    );
    const { code, out } = await provision(board, ['--yes', '--count', '2']).ended();
    expect(out).toContain('Provisioning failed (1-128)');
    expect(out).toContain('Provisioning successful!');
    expect(code).toBe(1);
    await board.process.stop();
  });
});

describe('a client that is killed', () => {
  it.each(parts)(
    'ATECC%s: the board is resumed by the next client, with the same key and the same certificate',
    async (part) => {
      const name = `killed-${part}`;
      const board = await place.board(name, ['--part', part, '--real-time']);
      const [serial = ''] = await board.process.said(/[0-9A-F]{18}/);
      const client = place.keep(provision(board));
      await client.said(/Writing certificates\.\.\./);
      client.kill('SIGKILL');
      await client.ended();
      const [torn] = await chipsIn(place.at(`${name}.json`));
      expect([torn?.configLocked, torn?.dataLocked]).toEqual([true, false]);

      const again = await provision(board).ended();
      expect(again.out).toContain(
        `Device SN: ${serial}\n${stageLines({ 1: 'skipped', 2: 'skipped' })}Provisioning successful! Please remove board\n`,
      );
      expect(again.code).toBe(0);
      const rows = place.log().filter((row) => row['device_sn'] === serial);
      expect(rows.map((row) => row['result'])).toEqual(['SIGNED', 'REISSUED']);
      expect(new Set(rows.map((row) => `${row['cert_serial']} ${row['device_public_key']}`)).size).toBe(1);
      const record = place.records().findLast((run) => run.serialNumber === serial);
      expect(record).toMatchObject({ outcome: { kind: 'PASS' }, foundState: 'configuration locked', reissued: true });
      await board.process.stop();
    },
  );

  it('by SIGTERM in the middle: it ends between two stages, says so, and the board is resumed', async () => {
    const board = await place.board('terminated', ['--real-time']);
    const client = place.keep(provision(board));
    await client.said(/Generating device key\.\.\./);
    const { code, out } = await client.stop('SIGTERM');
    expect(code).toBe(130);
    expect(out).toContain('Generating device key...done\n');
    expect(out).toContain('The board was begun; provision it again to resume.');
    const again = await provision(board).ended();
    expect(again.code).toBe(0);
    await board.process.stop();
  });

  it('a board that is finished is not provisioned again; it may be validated', async () => {
    const board = await place.board('finished');
    expect((await provision(board).ended()).code).toBe(0);
    for (let i = 0; i < 2; i += 1) {
      const again = await provision(board).ended();
      expect(again.out).toMatch(/Provisioning failed \(0-145\): /);
      expect(again.code).toBe(1);
    }
    const validated = await provision(board, ['--yes', '--count', '1', '--validate-only']).ended();
    expect(validated.out).toContain('Validating certificates...done\nProvisioning successful!');
    expect(validated.out).toContain('Writing certificates...skipped\n');
    expect(validated.code).toBe(0);
    await board.process.stop();
  });
});

describe('simulate board', () => {
  const wakeAnswers: Readonly<Record<Dialect | 'signet', string>> = {
    legacy: '00(04113343)',
    d21: '00()',
    modern: '00(04113343)',
    signet: '00(04113343)',
  };

  it.each(['legacy', 'd21', 'modern', 'signet'] as const)(
    'answers a stranger’s client: %s dialect',
    async (dialect) => {
      const board = await place.board(`stranger-${dialect}`, ['--dialect', dialect]);
      const client = await RawClient.open(board.port);
      const target = dialect === 'modern' ? 'ecc' : 's';
      expect(await client.ask(`${target}:p:s(C0)`)).toBe('00()');
      expect(await client.ask(`${target}:w()`)).toBe(wakeAnswers[dialect]);
      // Info, revision: 00 00 50 00 of a 508A.
      expect(await client.ask(`${target}:t(0730000000035D)`)).toBe(`00(0700005000${crcOf('0700005000')})`);
      expect(await client.ask('b:d(00)')).toMatch(/^ECC(?:108|508A) TWI 00\(C0\)$/);
      await client.close();
      await board.process.stop();
    },
  );

  it('has one client at a time; the next one gets it when the first has gone', async () => {
    const board = await place.board('one-client');
    const first = await RawClient.open(board.port);
    expect(await first.ask('b:f(00)')).toMatch(/^AT88CK590 00\(010005\)$/);
    const second = await RawClient.open(board.port);
    expect(await second.ask('b:f(00)')).toBeUndefined();
    expect(await first.ask('b:f(00)')).toMatch(/^AT88CK590/);
    await first.close();
    const third = await RawClient.open(board.port);
    expect(await third.ask('b:f(00)')).toMatch(/^AT88CK590/);
    await third.close();
    await board.process.stop();
  });

  it('keeps its state and its dialect in the file across restarts, also after kill -9', async () => {
    const board = await place.board('kept', ['--dialect', 'd21', '--part', '608', '--serial', '0123456789ABCDEFEE']);
    const client = await RawClient.open(board.port);
    // Word 5 of the configuration zone.
    const write = '0B1200050011223344';
    expect(await client.ask(`s:t(${write}${crcOf(write)})`)).toBe('00(04000340)');
    const ended = board.process.stop('SIGKILL');
    await ended;
    await client.close();
    const again = await place.board('kept');
    await again.process.said(/Device SN: 0123456789ABCDEFEE/);
    const other = await RawClient.open(again.port);
    expect(await other.ask('b:f(00)')).toMatch(/^AT88CK101STK/);
    const read = '0702000500';
    const answer = '0711223344';
    expect(await other.ask(`s:t(${read}${crcOf(read)})`)).toBe(`00(${answer}${crcOf(answer)})`);
    await other.close();
    await again.process.stop();
    // What the options say must be what the file holds.
    const differs = await signet([
      'simulate',
      'board',
      '--listen',
      '127.0.0.1:0',
      '--state',
      place.at('kept.json'),
      '--part',
      '508',
    ]);
    expect(differs.err).toMatch(/kept\.json carries 608, not 508\.\n$/);
    expect(differs.code).toBe(2);
  });

  it('plays faults from a file: a lost answer to GenKey costs nothing but time', async () => {
    const board = await place.board(
      'faulty',
      faults('faulty', [
        { at: { opcode: 'GenKey', p1: '04' }, do: 'drop-answer' },
        { at: { opcode: 'Lock', occurrence: 1 }, do: 'drop-answer' },
        { at: { line: 40 }, do: 'garbage', text: 'boot: ok\n' },
      ]),
    );
    const { code, out } = await provision(board).ended();
    expect(out).toContain(`${stageLines()}Provisioning successful!`);
    expect(code).toBe(0);
    await board.process.stop();
  });

  it('takes at least the chip’s time with --real-time', async () => {
    const board = await place.board('timed', ['--real-time']);
    const { code, out } = await provision(board, ['--yes', '--count', '1', '--json']).ended();
    expect(code).toBe(0);
    const result = out
      .trim()
      .split('\n')
      .map((line): { event: string; record?: { startedAt: string; endedAt: string } } => JSON.parse(line))
      .find(({ event }) => event === 'result');
    const took = Date.parse(result?.record?.endedAt ?? '') - Date.parse(result?.record?.startedAt ?? '');
    // 46 block writes, 13 words, two locks, one key, two signatures at their typical times: more than half a second.
    expect(took).toBeGreaterThan(550);
    await board.process.stop();
  });

  it('carries several chips when it is told to; the client says so and does nothing', async () => {
    const board = await place.board('two-chips', ['--part', '508,608', '--dialect', 'modern']);
    const [serials] = await board.process.said(/[0-9A-F]{18}, [0-9A-F]{18}/);
    const { code, out, err } = await provision(board).ended();
    expect(out).toContain(serials?.split(', ')[0] ?? '-');
    expect(err).toBe('2 chips answer on this board, the plan names 1; nothing was done.\n');
    expect(code).toBe(1);
    for (const chip of await chipsIn(place.at('two-chips.json'))) expect(chip.configLocked).toBe(false);
    await board.process.stop();
  });

  it('is provisioned chip by chip under a plan with an entry for each', async () => {
    const certinfo = readFileSync(place.certinfo(), 'utf8');
    const second = defaultImage('ATECC608').slice();
    second[16] = 0xc2;
    const plan = {
      format: 1,
      name: 'two chips',
      version: 1,
      entries: [
        { label: 'main', address: 0xc0, images: { ATECC508A: toHex(defaultImage('ATECC508A')) }, certinfo },
        { label: 'radio', address: 0xc2, images: { ATECC608: toHex(second) }, certinfo },
      ],
    };
    writeFileSync(place.at('two.json'), JSON.stringify(plan));
    const board = await place.board('two-planned', ['--part', '508,608', '--dialect', 'modern']);
    const { code, out } = await provision(board, ['--yes', '--count', '1', '--plan', place.at('two.json')]).ended();
    expect(out.match(/Validating certificates\.\.\.done/g)).toHaveLength(2);
    expect(out.match(/Provisioning successful!/g)).toHaveLength(1);
    expect(code).toBe(0);
    for (const chip of await chipsIn(place.at('two-planned.json'))) expect(chip.dataLocked).toBe(true);
    await board.process.stop();
  });
});

/** CRC-16 of the chips over hex bytes, as its two bytes go over the wire: polynomial 8005, bits of a byte from the lowest. */
function crcOf(hex: string): string {
  let register = 0;
  for (const byte of Buffer.from(hex, 'hex')) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flip = ((byte >> bit) & 1) !== register >> 15;
      register = (register << 1) & 0xffff;
      if (flip) register ^= 0x8005;
    }
  }
  return Buffer.of(register & 0xff, register >> 8)
    .toString('hex')
    .toUpperCase();
}
