import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src-main/provisioning/run.ts';
import type { RunAction } from '../../src-main/provisioning/run-options.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import { type Chip, type ChipSnapshot, createPlantedChip, seededRandom } from '../../src-main/simulator/chip/index.ts';
import { virtualClock } from '../../src-main/simulator/clock.ts';
import type { Fault } from '../../src-main/simulator/faults/fault.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { sentences } from '../../src-shared/model/sentences.ts';
import { states } from './states.ts';
import { chipOf, SweptLine } from './sweep.ts';

/**
 * Every state in which a chip can be found, made on purpose, and the way on: the table of states (README.md of this folder), row by
 * row. The sweep finds that no mishap leads anywhere else.
 */
let line: SweptLine;
const runs = new Map<string, () => Promise<Ending>>();

interface Ending {
  readonly result: RunResult;
  /** The chip that was there when the run began. */
  readonly chip: Chip;
}

beforeAll(async () => {
  line = await SweptLine.open({
    part: '508A',
    dialect: 'legacy',
    dataLock: 'fill+crc',
    lockSlots: [0, 4, 10, 11, 12],
    data: true,
  });
  await line.makeHalfway();
});
afterAll(() => line.close());

/** A board with a chip caught after a stage, changed as wanted. Every use is another chip of that state. */
function found(
  stage: string | undefined,
  change: (chip: Mutable) => void = () => undefined,
  faults: readonly Fault[] = [],
): Board {
  const content = stage === undefined ? undefined : line.halfway.get(stage);
  const board = line.board({ faults, ...(content === undefined ? {} : { content }) });
  const chip = chipOf(board);
  const mutable = new Mutable(chip.snapshot());
  change(mutable);
  chip.restore(mutable.snapshot());
  return board;
}

/** A chip's memory under the knife. */
class Mutable {
  readonly config: Buffer;
  readonly otp: Buffer;
  readonly slots: Buffer[];
  readonly keyValid: boolean[];
  readonly #rest: ChipSnapshot;

  constructor(snapshot: ChipSnapshot) {
    this.#rest = snapshot;
    this.config = Buffer.from(snapshot.config, 'hex');
    this.otp = Buffer.from(snapshot.otp, 'hex');
    this.slots = snapshot.slots.map((slot) => Buffer.from(slot, 'hex'));
    this.keyValid = [...snapshot.keyValid];
  }

  slot(number: number): Buffer {
    return this.slots[number] ?? Buffer.alloc(0);
  }

  lockSlot(number: number): void {
    this.config.writeUInt16LE(this.config.readUInt16LE(88) & ~(1 << number), 88);
  }

  snapshot(): ChipSnapshot {
    const hex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase();
    return {
      ...this.#rest,
      config: hex(this.config),
      otp: hex(this.otp),
      slots: this.slots.map(hex),
      keyValid: this.keyValid,
    };
  }
}

function state(name: string, how: () => Promise<Ending>): void {
  runs.set(name, how);
}

const resume = async (board: Board, action: RunAction = 'resume', rework = false): Promise<Ending> => {
  const chip = chipOf(board);
  return { chip, result: await line.run(board, { action, rework }) };
};

let strangers = 100;

/** Another serial number: nothing of this chip is in the archive. */
function renumbered(chip: Mutable): void {
  strangers += 1;
  chip.config[3] = strangers;
}

const issuedTo = (chip: Chip): readonly { readonly publicKey: string }[] =>
  line.world.records.archive.bySerialNumber(toHex(chip.serialNumber));

state('new', () => resume(found(undefined), 'provision'));
state('configuration part-written', () =>
  resume(
    found(undefined, (chip) => {
      const image = defaultImage('ATECC508A');
      for (const word of [5, 9, 12, 25, 30]) chip.config.set(image.subarray(4 * word, 4 * word + 4), 4 * word);
    }),
  ),
);
state('configuration written, not locked', () => resume(found('CONFIG_WRITE')));
state('configuration locked, no key', () =>
  resume(
    found('CERTS_REQUEST', (chip) => {
      renumbered(chip);
      chip.slot(0).fill(0);
      chip.keyValid[0] = false;
    }),
  ),
);
state('configuration locked, key that nobody certified', async () => {
  const planted = createPlantedChip(
    {
      part: '508A',
      serialNumber: Uint8Array.of(1, 0x23, 0, 9, 9, 9, 9, 9, 0xee),
      clock: virtualClock(),
      random: seededRandom('planted'),
    },
    defaultImage('ATECC508A'),
    0,
  );
  const board = line.board({ content: planted.chip });
  const ending = await resume(board);
  expect(ending.result.record.publicKey).not.toBe(toHex(planted.publicKey));
  expect(issuedTo(chipOf(board)).map((entry) => entry.publicKey)).not.toContain(toHex(planted.publicKey));
  return ending;
});
state('configuration locked, key certified', async () => {
  const ending = await resume(found('CERTS_REQUEST'));
  expect(ending.result.record.reissued).toBe(true);
  expect(issuedTo(ending.chip)).toHaveLength(1);
  return ending;
});
state('key torn by a cut', () =>
  resume(
    found('CERTS_REQUEST', (chip) => {
      renumbered(chip);
      chip.slot(0).fill(0x5a, 4);
    }),
  ),
);
state('data zone part-written', () =>
  resume(
    found('CERTS_REQUEST', (chip) => {
      chip.slot(8).fill(0xc0, 0, 17);
      chip.slot(10).fill(0x11, 32, 50);
    }),
  ),
);
state('slot locked while data open, still to be written', () =>
  resume(found('CERTS_REQUEST', (chip) => chip.lockSlot(10))),
);
state('key slot locked while data open, key certified', () =>
  resume(found('CERTS_REQUEST', (chip) => chip.lockSlot(0))),
);
state('other configuration locked', () =>
  resume(
    found('CERTS_REQUEST', (chip) => {
      chip.config[22] = 0x0f;
    }),
  ),
);
state('data locked, slots open', () => resume(found('DATA_LOCK')));
state('data locked, certificate wrong, slot open', async () => {
  const ending = await resume(found('DATA_LOCK', (chip) => chip.slot(10).fill(0x33, 8, 12)));
  expect(ending.result.record.stages.find(({ stage }) => stage === 'CERTS_WRITE')?.note).toContain(
    'slots 10 written again',
  );
  return ending;
});
state('data locked, planned data wrong, slot open', async () => {
  const ending = await resume(found('DATA_LOCK', (chip) => chip.slot(13).fill(0x33, 8, 12)));
  expect(ending.result.record.stages.find(({ stage }) => stage === 'DATA_WRITE')?.note).toContain(
    'slots 13 written again',
  );
  return ending;
});
state('data locked, OTP wrong', () =>
  resume(
    found('DATA_LOCK', (chip) => {
      chip.otp[0] = 0x77;
    }),
  ),
);
state('data locked, certificate wrong, slot locked', () =>
  resume(
    found('DATA_LOCK', (chip) => {
      chip.lockSlot(12);
      chip.slot(12).fill(0x33, 8, 12);
    }),
  ),
);
state('data locked, key in no archive', () => resume(found('DATA_LOCK', renumbered)));
state('data locked, key in no archive, accepted by a supervisor', () =>
  resume(found('DATA_LOCK', renumbered), 'accept-key'),
);
state('data locked, no valid key', () =>
  resume(
    found('DATA_LOCK', (chip) => {
      chip.keyValid[0] = false;
    }),
  ),
);
state('all locked, not validated', () => resume(found('VALIDATE_CERTS')));
state('all locked, put on again', () => resume(found('VALIDATE_CERTS'), 'provision'));
state('another key of this chip was certified', () =>
  resume(
    found('CERTS_REQUEST', (chip) => {
      chip.slot(0).fill(0x5b, 4);
    }),
  ),
);
state('another key of this chip was certified, rework recorded', async () => {
  const board = found('CERTS_REQUEST', (chip) => chip.slot(0).fill(0x5c, 4));
  const serialNumber = toHex(chipOf(board).serialNumber);
  await line.world.records.policy.recordRework({
    id: 'rework 1',
    serialNumber,
    reason: 'repaired',
    who: 'supervisor',
    at: new Date().toISOString(),
  });
  const ending = await resume(board, 'resume', true);
  expect(issuedTo(chipOf(board))).toHaveLength(2);
  return ending;
});
state('board taken out', () =>
  resume(
    found(undefined, undefined, [
      {
        at: { on: 'packet', filter: { opcode: 0x17 }, from: 1 },
        times: 1,
        action: { do: 'remove-chip', side: 'before', backAfterLines: undefined },
      },
    ]),
    'provision',
  ),
);
state('board exchanged', () =>
  resume(
    found(undefined, undefined, [
      { at: { on: 'packet', filter: { opcode: 0x40 }, from: 2 }, times: 1, action: { do: 'swap-chip', side: 'after' } },
    ]),
    'provision',
  ),
);
state('answers lost', () =>
  resume(
    found(undefined, undefined, [
      { at: { on: 'packet', filter: { opcode: 0x17, p1: 0x01 }, from: 1 }, times: 99, action: { do: 'drop-command' } },
    ]),
    'provision',
  ),
);
state('check sum of the data refused twice', () =>
  resume(
    found(undefined, undefined, [
      {
        at: { on: 'packet', filter: { opcode: 0x17, p1: 0x01 }, from: 1 },
        times: 99,
        action: { do: 'bit-rot', zone: 'data', slot: 8, offset: 3, xor: 1 },
      },
    ]),
    'provision',
  ),
);
state('bus stuck', async () => {
  const board = line.board({
    dialect: 'signet',
    faults: [
      {
        at: { on: 'packet', filter: { opcode: 0x17, p1: 0x00 }, from: 1 },
        times: 1,
        action: { do: 'stick-bus', side: 'before', freeAfterLines: undefined },
      },
    ],
  });
  const ending = await resume(board, 'provision');
  const { outcome, stages } = ending.result.record;
  expect(outcome).toMatchObject({ kind: 'FAULT', number: 177, stage: 2 });
  // Nothing half-done is recorded as done, and nothing was signed for it.
  const ended = stages.filter(({ status }) => status !== 'SKIPPED').map(({ stage, status }) => `${stage} ${status}`);
  expect(ended).toEqual(['CONFIG_WRITE DONE', 'CONFIG_LOCK ERROR']);
  expect(ending.chip.inspect().configLocked).toBe(false);
  expect(issuedTo(ending.chip)).toEqual([]);
  return ending;
});
state('kit lost', () =>
  resume(
    found(undefined, undefined, [
      {
        at: { on: 'packet', filter: { opcode: 0x12 }, from: 20 },
        times: 1,
        action: { do: 'unplug', side: 'after', back: { kind: 'never' } },
      },
    ]),
    'provision',
  ),
);

describe('every state of a chip has a way on', () => {
  it.each(states.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const how = runs.get(row.name);
    if (how === undefined) throw new Error(`nobody makes the state "${row.name}"`);
    const { result } = await how();
    const { outcome } = result.record;
    expect(outcome.kind === 'PASS' ? 'PASS' : outcome.code).toBe(row.outcome);
    if (outcome.kind === 'PASS' || row.outcome === 'PASS') return;
    expect(outcome.next).toBe(row.next);
    expect(outcome.sentence).toBe(sentences[row.outcome].en);
  });

  it('boards that may be resumed pass when they are', async () => {
    for (const row of states.filter(({ next }) => next === 'resume')) {
      const { chip } = (await runs.get(row.name)?.()) ?? {};
      if (chip === undefined) throw new Error(row.name);
      const again = line.board({ content: chip });
      const { record } = await line.run(again, { action: 'resume' }, 'other station');
      expect(record.outcome, row.name).toEqual({ kind: 'PASS' });
    }
  });

  it('and the books balance', () => {
    const { complaints } = line.books();
    expect(complaints.filter((complaint) => !complaint.includes('certificates, 1 allowed'))).toEqual([]);
  });

  it('the table in the README says the same', () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
    const rows = readme.split('\n').filter((text) => text.startsWith('| '));
    const wanted = states.map((row) => {
      const sentence = row.outcome === 'PASS' ? '' : sentences[row.outcome].en;
      return `| ${row.name} | ${row.recognised} | ${row.action} | ${row.outcome}${row.next === undefined ? '' : `, ${row.next}`} | ${sentence} |`;
    });
    expect(rows.filter((text) => wanted.includes(text))).toEqual(wanted);
  });
});
