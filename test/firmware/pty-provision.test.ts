import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Fault, FaultAction } from '../../src-main/simulator/faults/fault.ts';
import { stages } from '../../src-shared/model/stages.ts';
import { complaints, outcomeWords } from './audited.ts';
import { runCli } from './cli.ts';
import { type ChipModel, PtyBoard } from './pty-board.ts';
import { openRealLine, provisionOnce, type RealLine } from './real-line.ts';

/**
 * The whole job as on a real line: headless client → serialport → pseudo-terminal → C kit host → simulated chip, against the
 * server with its signer stick and its records on the disk.
 */
const models: readonly ChipModel[] = ['508A', '608A'];

let line: RealLine;
const open: PtyBoard[] = [];

beforeAll(async () => {
  line = await openRealLine();
});

afterAll(async () => {
  await line?.close();
});

afterEach(async () => {
  for (const board of open.splice(0)) await board.close();
});

async function boardOf(part: ChipModel, faults: readonly Fault[] = []): Promise<PtyBoard> {
  const board = await PtyBoard.open({ part, faults });
  open.push(board);
  return board;
}

/** The n-th packet to a chip of this board, discovery and the look at its state included. */
const atPacket = (from: number, action: FaultAction): Fault => ({
  at: { on: 'packet', filter: {}, from },
  times: 1,
  action,
});

/** The first packet with this opcode. */
const atOpcode = (opcode: number, action: FaultAction, p1?: number): Fault => ({
  at: { on: 'packet', filter: p1 === undefined ? { opcode } : { opcode, p1 }, from: 1 },
  times: 1,
  action,
});

type When = 'before' | 'during' | 'after';
const whens: readonly When[] = ['before', 'during', 'after'];
const kindsOfCommand: readonly (readonly [string, number, number])[] = [
  ['a write of the configuration', 0x12, 5],
  ['the lock of the configuration', 0x17, 1],
  ['the key being made', 0x40, 1],
  ['a write of a certificate', 0x12, 15],
  ['the lock of the data', 0x17, 2],
  ['the signature over the challenge', 0x41, 2],
];
/** The packets before are those by which the board is found: without it there is no run yet. */
const FIRST_OF_THE_RUN = 12;

/** Cuts the whole board's power there, once; plugged in again, the run is resumed and passes. */
async function cutAndResumed(part: ChipModel, when: When, at: Fault['at']): Promise<void> {
  const where = `${when} ${JSON.stringify(at)}`;
  const action = { do: 'power-cut', when, scope: 'board', back: { kind: 'never' }, torn: {} } as const;
  const board = await PtyBoard.open({ part, faults: [{ at, times: 1, action }] });
  try {
    const client = line.client(board.port);
    const first = await provisionOnce(client).catch((error: unknown) => String(error));
    expect(typeof first === 'string' ? first : outcomeWords(first.record), where).toBe('KIT_LOST');
    expect(board.plugged, where).toBe(false);
    await board.plug();
    const { record } = await provisionOnce(client);
    await client.close();
    expect(outcomeWords(record), `${where}: ${JSON.stringify(record.outcome)}`).toBe('PASS');
    expect(complaints(line, board.chip), where).toEqual([]);
  } finally {
    await board.close();
  }
}

describe.each(models)('an ATECC%s through pseudo-terminal and C kit host', (part) => {
  test('is provisioned by `signet provision --board PORT` with the dialogue of the note', async () => {
    const board = await boardOf(part);
    const { status, output, errors } = await runCli('provision', ...line.options(board.port), '--yes', '--count', '1');
    expect(errors).toBe('');
    const told = output.split('\n');
    expect(told.slice(0, 3)).toEqual([
      `Reading provisioning config file ${line.certinfo}...ok`,
      `Connecting to 127.0.0.1:${line.server.port}...ok`,
      'Waiting for board to be connected...ok',
    ]);
    expect(told[3]).toMatch(/^Device SN: 0123[0-9A-F]{12}EE$/);
    expect(told.slice(4)).toEqual([
      ...stages.map(({ name, line: text }) => `${text}...${name === 'SLOTS_LOCK' ? 'skipped' : 'done'}`),
      'Provisioning successful! Please remove board',
      '',
    ]);
    expect(status).toBe(0);
    expect(complaints(line, board.chip)).toEqual([]);
  });

  test('tells a program what it told a person, as one JSON object per event', async () => {
    const board = await boardOf(part);
    const args = [...line.options(board.port), '--yes', '--count', '1', '--json', '--lock-slots', '10'];
    const { status, output } = await runCli('provision', ...args);
    const events = output
      .trim()
      .split('\n')
      .map((text): Record<string, unknown> => JSON.parse(text));
    const done = events.filter((event) => event['event'] === 'stage' && event['status'] === 'DONE');
    expect(done.map((event) => event['stage'])).toEqual(stages.map(({ name }) => name));
    expect(events.at(-1)).toEqual({ event: 'passed' });
    expect(status).toBe(0);
  });

  test('a second run finds everything done and touches nothing', async () => {
    const board = await boardOf(part);
    const client = line.client(board.port);
    const first = await provisionOnce(client);
    // Its report goes over the connection that is asked for here, not across it.
    await client.connect();
    expect(line.records(first.record.serialNumber).map(outcomeWords)).toEqual(['PASS']);
    const { changes } = board.chip;
    const second = await provisionOnce(client);
    await client.close();
    expect([outcomeWords(first.record), outcomeWords(second.record)]).toEqual(['PASS', 'ALREADY_PROVISIONED']);
    expect(board.chip.changes).toBe(changes);
    expect(complaints(line, board.chip)).toEqual([]);
  });

  const passing: readonly (readonly [string, Fault])[] = [
    ['an answer spoilt once', atOpcode(0x12, { do: 'corrupt-answer', byte: 1, xor: 0x10, reads: 1 })],
    ['an answer spoilt for good', atOpcode(0x02, { do: 'corrupt-answer', byte: 5, xor: 0x10, reads: 99 })],
    ['a GenKey whose answer never comes', atOpcode(0x40, { do: 'drop-answer' }, 0x04)],
    ['a configuration lock whose answer never comes', atOpcode(0x17, { do: 'drop-answer' })],
    ['a command that the chip never gets', atOpcode(0x17, { do: 'drop-command' })],
    ['a command damaged on the bus', atOpcode(0x12, { do: 'corrupt-command', byte: 3, xor: 1 })],
    ['an address not acknowledged', atOpcode(0x12, { do: 'nack' })],
    ['a chip a little slower than its data sheet', atOpcode(0x40, { do: 'delay', ms: 120 }, 0x04)],
    ['a chip much slower than its data sheet', atOpcode(0x40, { do: 'delay', ms: 5000 }, 0x04)],
    ['a watchdog before a command', atOpcode(0x41, { do: 'watchdog', side: 'before' })],
    ['a watchdog before an answer is read', atOpcode(0x17, { do: 'watchdog', side: 'after' })],
  ];
  test.each(passing)('%s is overcome', async (_, fault) => {
    const board = await boardOf(part, [fault]);
    const client = line.client(board.port);
    let { record } = await provisionOnce(client);
    // A chip that is still computing answers to nobody; the board may be tried again, and nothing is lost.
    if (record.outcome.kind !== 'PASS') {
      expect(record.outcome.next).toMatch(/^(?:retry|resume)$/);
      await board.clock.pass(5000);
      record = (await provisionOnce(client)).record;
    }
    await client.close();
    expect(outcomeWords(record)).toBe('PASS');
    expect(complaints(line, board.chip)).toEqual([]);
  });

  test('another product in the fixture ends the run, and nothing was done to it', async () => {
    const board = await boardOf(part, [atOpcode(0x40, { do: 'swap-chip', side: 'before' }, 0x04)]);
    const { chip } = board;
    const client = line.client(board.port);
    const { record } = await provisionOnce(client);
    await client.close();
    expect(outcomeWords(record)).toBe('BOARD_CHANGED');
    expect(board.chip).not.toBe(chip);
    expect(board.chip.changes).toBe(0);
  });

  test('the product taken out is told, and the kit stays', async () => {
    const board = await boardOf(part, [
      atOpcode(0x12, { do: 'remove-chip', side: 'before', backAfterLines: undefined }),
    ]);
    const { chip } = board;
    const client = line.client(board.port);
    const { record } = await provisionOnce(client);
    expect(record.outcome).toMatchObject({ code: 'BOARD_REMOVED', next: 'resume' });
    board.change([chip]);
    expect(outcomeWords((await provisionOnce(client)).record)).toBe('PASS');
    await client.close();
    expect(complaints(line, board.chip)).toEqual([]);
  });

  test.each(whens)('the chip alone loses its power %s some command, the kit stays', async (when) => {
    for (const packet of part === '508A' ? [20, 64] : [31, 90]) {
      const action = { do: 'power-cut', when, scope: 'chip', back: { kind: 'at-once' }, torn: {} } as const;
      const board = await boardOf(part, [atPacket(packet, action)]);
      const client = line.client(board.port);
      let { record } = await provisionOnce(client);
      for (let tries = 0; tries < 2 && record.outcome.kind !== 'PASS'; tries += 1) {
        record = (await provisionOnce(client)).record;
      }
      await client.close();
      expect(outcomeWords(record), `packet ${packet}`).toBe('PASS');
      expect(complaints(line, board.chip), `packet ${packet}`).toEqual([]);
    }
  });

  // Each command that changes the chip for good, and one of each other kind; the other half of the ways with the other part.
  const cuts = kindsOfCommand.flatMap(([name, opcode, from], kind) =>
    whens
      .filter((_, when) => (kind + when + models.indexOf(part)) % 2 === 0)
      .map((when) => [when, name, { on: 'packet', filter: { opcode }, from }] as const),
  );
  test.each(cuts)('a power cut %s %s, then resumed: PASS', async (when, _, at) => {
    await cutAndResumed(part, when, at);
  });

  test.runIf(process.env['SIGNET_EVERY_CUT'] === '1').each(whens)(
    'power cuts %s every packet, then resumed: PASS',
    { timeout: 3_600_000 },
    async (when) => {
      const undisturbed = await boardOf(part);
      const client = line.client(undisturbed.port);
      expect(outcomeWords((await provisionOnce(client)).record)).toBe('PASS');
      await client.close();
      const last = undisturbed.packets;
      expect(last).toBeGreaterThan(100);
      for (let from = FIRST_OF_THE_RUN; from <= last; from += 1) {
        await cutAndResumed(part, when, { on: 'packet', filter: {}, from });
      }
    },
  );
});
