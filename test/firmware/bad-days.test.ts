import { chmodSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openKitAt } from '../../src-main/line/kit-address.ts';
import { type Chip, seededRandom } from '../../src-main/simulator/chip/index.ts';
import type { Fault, FaultAction, LineFilter } from '../../src-main/simulator/faults/fault.ts';
import type { KitOptions } from '../../src-main/simulator/kits/kit.ts';
import { fromLatin1 } from '../../src-main/simulator/octets.ts';
import { chipsOf, createBoard, type NewChip } from '../../src-main/simulator/open-board.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import { ptyAnswering, ptyKit } from '../hal/pty.ts';
import { BoardOnPty } from '../interop/pty-board.ts';
import { complaints, outcomeWords } from './audited.ts';
import { runCli, startCli } from './cli.ts';
import { runScript } from './other-process.ts';
import { PtyBoard } from './pty-board.ts';
import { openRealLine, provisionOnce, type RealLine } from './real-line.ts';

/**
 * Bad input and bad days between a station and a kit at a serial port, each with what the person is told, the state that the
 * board is left in, and every attempt in the server's records.
 */
let line: RealLine;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  line = await openRealLine();
});

afterAll(async () => {
  await line?.close();
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

let boards = 0;

/** A simulated kit of any dialect behind a pseudo-terminal. */
async function simulated(
  faults: readonly Fault[] = [],
  options: { readonly kit?: KitOptions; readonly chips?: readonly NewChip[] } = {},
): Promise<{ readonly port: string; readonly chips: readonly Chip[] }> {
  boards += 1;
  const board = createBoard({
    kit: options.kit ?? { dialect: 'legacy' },
    chips: options.chips ?? [{ part: '508A' }],
    timing: 'virtual',
    random: seededRandom(`bad day ${process.pid} ${boards}`),
    faults: { seed: boards, faults },
  });
  const pty = await BoardOnPty.start(board);
  closers.push(() => pty.close());
  return { port: pty.port, chips: chipsOf(board) };
}

/** The C kit host. */
async function firmware(options: Parameters<typeof PtyBoard.open>[0] = {}): Promise<PtyBoard> {
  const board = await PtyBoard.open(options);
  closers.push(() => board.close());
  return board;
}

/** At the n-th line of this kind, so many times. */
function atLine(from: number, action: FaultAction, times = 1, filter: LineFilter = { startsWith: 'e:t(' }): Fault {
  return { at: { on: 'line', filter, from }, times, action };
}

const always = (action: FaultAction): Fault => atLine(1, action, Number.POSITIVE_INFINITY, {});

const garbage = (text: string, where: 'before' | 'after' | 'instead' = 'instead'): FaultAction => ({
  do: 'garbage',
  bytes: fromLatin1(text),
  where,
});

async function runOn(port: string): Promise<RunRecord> {
  const client = line.client(port);
  try {
    return (await provisionOnce(client)).record;
  } finally {
    await client.close();
  }
}

function sentenceOf({ outcome }: RunRecord): string {
  return 'detail' in outcome ? `${outcome.sentence} ${outcome.detail ?? ''}` : '';
}

/** Runs until PASS, at most so often, and holds the server's records against the number of attempts. */
async function overcome(port: string, chip: Chip, most: number): Promise<readonly string[]> {
  const ends: string[] = [];
  let record = await runOn(port);
  for (ends.push(outcomeWords(record)); ends.at(-1) !== 'PASS' && ends.length < most; ends.push(outcomeWords(record))) {
    expect(record.outcome).toMatchObject({ next: expect.stringMatching(/^(?:retry|resume)$/) });
    record = await runOn(port);
  }
  expect(ends.at(-1)).toBe('PASS');
  expect(complaints(line, chip)).toEqual([]);
  expect(line.records(record.serialNumber).map(outcomeWords).sort()).toEqual([...ends].sort());
  return ends;
}

describe('what a kit says', () => {
  const passing: readonly (readonly [string, readonly Fault[]])[] = [
    ['garbage in place of an answer', [atLine(40, garbage('\x80\xff?!\n'))]],
    ['garbage before an answer', [atLine(40, garbage('I2C: retry (1)\n', 'before'))]],
    ['garbage behind an answer', [atLine(40, garbage('ok\r\n', 'after'))]],
    ['a banner', [always(garbage('** kit of the workshop **\r\n', 'before'))]],
    ['an echo', [always({ do: 'echo' })]],
    ['NULs', [always({ do: 'rewrite-reply', as: 'nul-padded' })]],
    ['CRLF', [always({ do: 'rewrite-reply', as: 'crlf' })]],
    ['half lines', [atLine(40, { do: 'truncate-reply', characters: 7, lineFeed: true })]],
    ['single characters', [atLine(40, { do: 'rewrite-reply', as: 'split' }, 20)]],
    ['lower case', [always({ do: 'rewrite-reply', as: 'lower-case' })]],
    ['over-long lines', [atLine(40, garbage(`${'41'.repeat(5000)}\n`))]],
    ['an answer twice', [atLine(40, { do: 'duplicate-reply' })]],
  ];
  test.each(passing)('%s: nothing is lost, and the board passes', async (_, faults) => {
    const { port, chips } = await simulated(faults);
    const [chip] = chips;
    if (chip === undefined) throw new Error('no chip');
    await overcome(port, chip, 2);
  });

  test('half a line without an end: the deadline ends it, the port is opened anew, and the board passes', async () => {
    const { port, chips } = await simulated([atLine(40, { do: 'truncate-reply', characters: 7, lineFeed: false })]);
    const [chip] = chips;
    if (chip === undefined) throw new Error('no chip');
    const ends = await overcome(port, chip, 2);
    expect(ends[0]).toMatch(/^(?:KIT_GARBAGE|KIT_LOST|KIT_SILENT|PASS)$/);
  });

  test("FFFFFFF4() is the chip's refusal, not the kit's death", async () => {
    // GenKey create, refused every time.
    const refused = atLine(1, garbage('FFFFFFF4()\n'), Number.POSITIVE_INFINITY, { startsWith: 'ecc:talk(0740040000' });
    const { port, chips } = await simulated([refused], { kit: { dialect: 'modern' } });
    const record = await runOn(port);
    expect(record.outcome).toMatchObject({ kind: 'FAIL', stage: 4, code: 'CHIP_REFUSED' });
    expect(sentenceOf(record)).toMatch(/status 0F/);
    expect(line.records(record.serialNumber).map(outcomeWords)).toEqual(['CHIP_REFUSED']);
    expect(chips[0]?.inspect().dataLocked).toBe(false);
  });

  test('something that is no kit is left alone, and said so', async () => {
    const heard: string[] = [];
    const pty = await ptyKit((text) => {
      heard.push(text);
      return 'login:\r\n';
    });
    closers.push(() => pty.hangUp());
    const { status, errors } = await runCli('provision', ...line.options(pty.path), '--yes', '--count', '1');
    expect(errors).toBe(`What answers at ${pty.path} is no kit: "login:".\n`);
    expect(status).toBe(3);
    expect(heard.every((text) => !text.includes(':t('))).toBe(true);
  });
});

describe('which chip answers', () => {
  test('wrong address: the chip is found where it is', async () => {
    const board = await firmware({ address: 0x6a });
    expect(board.chip.address).toBe(0x6a);
    // The default image says C0: an address change that nobody vouched for is refused before anything is done.
    const refused = await runOn(board.port);
    expect(refused.outcome).toMatchObject({ kind: 'FAULT', stage: 0, code: 'PLAN_UNSAFE' });
    expect(board.chip.changes).toBe(0);
  });

  test('wrong address: a plan that names another one is told that its chip does not answer', async () => {
    const board = await firmware();
    const client = line.client(board.port, line.plan({ address: 0xc8 }));
    await expect(provisionOnce(client)).rejects.toThrow('The chip "chip" of the plan does not answer on this board.');
    await client.close();
    expect(board.chip.changes).toBe(0);
  });

  test('a kit that answers for another chip: the run ends, and nothing was done to that chip', async () => {
    // From the 30th packet on another chip is at the address: as behind a kit whose select does not work.
    const board = await firmware({
      faults: [{ at: { on: 'packet', filter: {}, from: 30 }, times: 1, action: { do: 'swap-chip', side: 'before' } }],
    });
    const record = await runOn(board.port);
    expect(record.outcome).toMatchObject({ code: 'BOARD_CHANGED' });
    expect(sentenceOf(record)).toContain(`instead of ${record.serialNumber}`);
    expect(board.chip.changes).toBe(0);
    expect(line.records(record.serialNumber).map(outcomeWords)).toEqual(['BOARD_CHANGED']);
  });

  test.each(['508A', '608A'] as const)(
    "%s: the chip's address is changed by its configuration, and the run goes on",
    async (part) => {
      const board = await firmware({ part });
      const images = Object.fromEntries(
        (['ATECC508A', 'ATECC608'] as const).map((name) => {
          const image = defaultImage(name).slice();
          image[16] = 0x6a;
          return [name, toHex(image)];
        }),
      );
      const client = line.client(board.port, line.plan({ images, addressChangeKits: ['SIGNETKIT'] }));
      const { record } = await provisionOnce(client);
      await client.close();
      expect(outcomeWords(record)).toBe('PASS');
      expect(board.chip.address).toBe(0x6a);
      const unnamed = await firmware({ part });
      const strict = line.client(unnamed.port, line.plan({ images }));
      const refused = (await provisionOnce(strict)).record;
      await strict.close();
      expect(refused.outcome).toMatchObject({ code: 'PLAN_UNSAFE', stage: 0 });
      expect(sentenceOf(refused)).toMatch(/address/);
      expect(unnamed.chip.changes).toBe(0);
    },
  );
});

describe('kits and ports that fail', () => {
  test('a kit that stops answering in mid-talk: the deadline says so; when it goes on, its late answer does no harm', async () => {
    const board = await firmware();
    const client = line.client(board.port);
    await client.connect();
    const { signal } = new AbortController();
    const chips = await client.waitForBoard({ previous: [], onEmpty: () => undefined, signal, longestMs: 50_000 });
    if (chips === undefined) throw new Error('no board');
    const running = client.provision(
      chips,
      (event) => {
        if (event.event === 'stage' && event.stage === 'GEN_KEY') board.freeze(true);
      },
      signal,
      '',
    );
    const [record] = await running;
    if (record === undefined) throw new Error('no record');
    expect(record.outcome).toMatchObject({ kind: 'FAULT', stage: 4, next: 'resume' });
    expect(outcomeWords(record)).toMatch(/^KIT_(?:SILENT|LOST)$/);
    expect(sentenceOf(record)).toMatch(
      /^The (?:kit does not answer; unplug it|connection to the board was lost; check)/,
    );
    board.freeze(false);
    const again = (await provisionOnce(client)).record;
    await client.close();
    expect(outcomeWords(again)).toBe('PASS');
    expect(complaints(line, board.chip)).toEqual([]);
    expect(line.records(record.serialNumber)).toHaveLength(2);
  });

  test('a port that vanishes between list and open is not there', async () => {
    const pty = await ptyAnswering('00()');
    await pty.hangUp();
    const kit = await openKitAt(pty.path);
    expect(kit.ok ? '' : kit.failure.error.message).toBe(`${pty.path} is not there: no such device.`);
    expect(kit.ok ? '' : kit.failure.gone).toBe(true);
  });

  test('another program holds the port: it is said, waited for, and used when it is free', async () => {
    const board = await firmware();
    const holder = runScript(
      `const { openSerial } = await import(HAL + 'serial-channel.ts');
       const held = await openSerial(process.argv[1]);
       console.log(held.ok);
       process.stdin.once('data', () => process.exit());`,
      board.port,
    );
    expect(await holder.line).toBe('true');
    const cli = startCli(['provision', ...line.options(board.port), '--yes', '--count', '1']);
    await expect
      .poll(() => `${cli.output()}${cli.errors()}`)
      .toContain(`${board.port} is held by another program: the port is locked.`);
    expect(board.packets).toBe(0);
    holder.end();
    const { status, output } = await cli.ended;
    expect(output).toContain('Provisioning successful!');
    expect(status).toBe(0);
    expect(complaints(line, board.chip)).toEqual([]);
  });

  test('permission denied: with the group to join and the rule to install', async () => {
    const pty = await ptyAnswering('00()');
    closers.push(() => pty.hangUp());
    chmodSync(pty.path, 0o000);
    // Who may do everything is somebody else for once; the driver is loaded while it still can be.
    const script = runScript(
      `const { openKitAt } = await import(LINE + 'kit-address.ts');
       await import('serialport');
       if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
       const kit = await openKitAt(process.argv[1]);
       console.log(kit.ok ? 'open' : kit.failure.error.code + ' ' + kit.failure.error.message);`,
      pty.path,
    );
    const said = await script.line;
    expect(said).toContain(`PORT_DENIED ${pty.path} may not be opened: permission denied.`);
    expect(said).toMatch(/dialout.*udev rule \/etc\/udev\/rules\.d\//);
  });

  test('two programs want one kit: one has it, the other hears of that and does nothing', async () => {
    const board = await firmware();
    const first = line.client(board.port);
    const second = line.client(board.port);
    const { signal } = new AbortController();
    const wait = { previous: [], onEmpty: () => undefined, signal, longestMs: 1 };
    const chips = await first.waitForBoard(wait);
    await expect(second.waitForBoard(wait)).rejects.toThrow(
      `${board.port} is held by another program: the port is locked.`,
    );
    const [record] = (await first.provision(chips ?? [], () => undefined, signal, '')) ?? [];
    await first.close();
    expect(record === undefined ? '' : outcomeWords(record)).toBe('PASS');
    // Free again: the second one finds it done.
    expect(outcomeWords((await provisionOnce(second)).record)).toBe('ALREADY_PROVISIONED');
    await second.close();
    expect(complaints(line, board.chip)).toEqual([]);
  });

  test('a hub resets all ports at once: every station says so, and every board passes when it is back', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => firmware()));
    const clients = all.map((board) => line.client(board.port));
    let started = 0;
    const runs = clients.map(async (client, i) => {
      const chips = await client.waitForBoard({
        previous: [],
        onEmpty: () => undefined,
        signal: new AbortController().signal,
        longestMs: 50_000,
      });
      if (chips === undefined) throw new Error('no board');
      // The boards are in different stages when it happens.
      const stage = (['CONFIG_LOCK', 'GEN_KEY', 'CERTS_WRITE', 'DATA_WRITE'] as const)[i];
      let gone: Promise<void> | undefined;
      const [record] = await client.provision(
        chips,
        (event) => {
          if (event.event !== 'stage' || event.stage !== stage || gone !== undefined) return;
          started += 1;
          gone = all[i]?.unplug();
        },
        new AbortController().signal,
        '',
      );
      await gone;
      return record;
    });
    const first = await Promise.all(runs);
    expect(started).toBe(4);
    expect(first.map((record) => (record === undefined ? '' : outcomeWords(record)))).toEqual(
      Array.from({ length: 4 }, () => 'KIT_LOST'),
    );
    for (const record of first)
      expect(record === undefined ? '' : sentenceOf(record)).toMatch(
        /^The connection to the board was lost; check the cable\. \S/,
      );
    await Promise.all(all.map((board) => board.plug()));
    const second = await Promise.all(clients.map((client) => provisionOnce(client)));
    await Promise.all(clients.map((client) => client.close()));
    expect(second.map(({ record }) => outcomeWords(record))).toEqual(Array.from({ length: 4 }, () => 'PASS'));
    expect(complaints(line, ...all.map((board) => board.chip))).toEqual([]);
    for (const { record } of second) expect(line.records(record.serialNumber)).toHaveLength(2);
  });

  test('SDA stuck low: said, nothing is done, and the run goes on when it is free', async () => {
    const board = await firmware();
    const client = line.client(board.port);
    const { signal } = new AbortController();
    const chips = await client.waitForBoard({ previous: [], onEmpty: () => undefined, signal, longestMs: 50_000 });
    if (chips === undefined) throw new Error('no board');
    const [record] = await client.provision(
      chips,
      (event) => {
        if (event.event === 'stage' && event.stage === 'CONFIG_LOCK' && event.status === 'START') board.stuck = true;
      },
      signal,
      '',
    );
    if (record === undefined) throw new Error('no record');
    expect(record.outcome).toMatchObject({ kind: 'FAULT', stage: 2, code: 'BUS_STUCK', next: 'resume' });
    expect(sentenceOf(record)).toMatch(/^The I2C bus between kit and chip is stuck; check the contacts/);
    board.stuck = false;
    const again = (await provisionOnce(client)).record;
    await client.close();
    expect(outcomeWords(again)).toBe('PASS');
    expect(complaints(line, board.chip)).toEqual([]);
    expect(line.records(record.serialNumber)).toHaveLength(2);
  });

  test('SDA stuck low before the run: the command line and the list of kits say so, and the run is done when it is free', async () => {
    const board = await firmware();
    board.stuck = true;
    const stuck = 'A wire of the I2C bus is held low, and nine clock pulses did not free it.';
    const listed = await runCli('kits', board.port);
    expect(listed.output).toContain(stuck);
    expect(listed.output).not.toContain('no secure element');
    const cli = startCli(['provision', ...line.options(board.port), '--yes', '--count', '1']);
    await expect.poll(() => `${cli.output()}${cli.errors()}`).toContain(stuck);
    expect(cli.output()).not.toContain('no secure element');
    expect(board.packets).toBe(0);
    board.stuck = false;
    const { status, output } = await cli.ended;
    expect(output).toContain('Provisioning successful!');
    expect(status).toBe(0);
    expect(complaints(line, board.chip)).toEqual([]);
  });

  test.each(['legacy', 'd21', 'modern', 'signet'] as const)(
    'a chip slower than its data sheet behind a %s kit: waited for or named, and the board passes',
    async (dialect) => {
      const slow: Fault = {
        at: { on: 'packet', filter: { opcode: 0x40, p1: 0x04 }, from: 1 },
        times: 1,
        action: { do: 'delay', ms: 120 },
      };
      const { port, chips } = await simulated([slow], { kit: { dialect } });
      const [chip] = chips;
      if (chip === undefined) throw new Error('no chip');
      await overcome(port, chip, 2);
      expect(chip.counters.genKeys).toBeGreaterThan(0);
    },
  );
});
