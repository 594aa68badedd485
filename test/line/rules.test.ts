import { describe, expect, it } from 'vitest';
import { pinDelay } from '../../src-main/line/people.ts';
import { callRoles, mayAct, recordedCalls } from '../../src-main/line/rights.ts';
import { countVerdict, newShift, perHour, shiftView } from '../../src-main/line/shift.ts';
import { countBoard, running, type StopState } from '../../src-main/line/stop-rule.ts';
import { contract } from '../../src-shared/ipc/contract.ts';
import { personRoles } from '../../src-shared/ipc/lists.ts';
import { planOptionsSchema } from '../../src-shared/model/plan.ts';

describe('the shift counter', () => {
  const start = new Date('2026-11-22T06:00:00.000Z');
  const at = (minutes: number): Date => new Date(start.getTime() + 60_000 * minutes);
  type Kind = 'PASS' | 'FAIL' | 'FAULT' | 'SET_ASIDE';
  const board = (kind: Kind, serialNumber = '01') => ({ kind, serialNumber });

  it('counts passes and fails, and shows faults and boards set aside without counting them', () => {
    const shift = (['PASS', 'FAIL', 'FAULT', 'SET_ASIDE', 'PASS'] as const).reduce(
      (before, kind, i) => countVerdict(before, board(kind, `0${i}`), at(i)),
      newShift(start),
    );
    expect(shiftView(shift, 400, at(5))).toMatchObject({ done: 3, passed: 2, failed: 1, quota: 400 });
    expect(shift.last.map(({ kind }) => kind)).toEqual(['PASS', 'FAIL', 'FAULT', 'SET_ASIDE', 'PASS']);
  });

  it('counts a board that is tried again once, as what became of it', () => {
    const counted = (...kinds: readonly Kind[]) =>
      shiftView(
        kinds.reduce((before, kind, i) => countVerdict(before, board(kind), at(i)), newShift(start)),
        null,
        at(kinds.length),
      );
    expect(counted('FAIL', 'FAIL', 'FAULT')).toMatchObject({ done: 1, passed: 0, failed: 1 });
    expect(counted('FAIL', 'FAIL', 'PASS')).toMatchObject({ done: 1, passed: 1, failed: 0 });
    expect(counted('FAIL', 'PASS', 'FAIL')).toMatchObject({ done: 2, passed: 1, failed: 1 });
    expect(counted('FAIL', 'FAIL', 'PASS').last).toHaveLength(3);
  });

  it('reckons boards per hour from the last hour, or from the first board on', () => {
    let shift = newShift(start);
    expect(perHour(shift, at(0))).toBe(0);
    shift = countVerdict(shift, board('PASS'), at(0));
    expect(perHour(shift, at(1))).toBe(0);
    for (let minute = 1; minute <= 10; minute += 1) shift = countVerdict(shift, board('PASS'), at(minute));
    expect(perHour(shift, at(10))).toBe(60);
    for (let minute = 11; minute <= 200; minute += 1) shift = countVerdict(shift, board('PASS'), at(minute));
    expect(perHour(shift, at(200))).toBe(60);
    expect(perHour(shift, at(230))).toBe(30);
    expect(perHour(shift, at(259.5))).toBe(1);
    expect(shift.last).toHaveLength(10);
  });
});

describe('stopping the line', () => {
  const options = planOptionsSchema.parse({ stopAfterFailures: 3, stopBelowYield: 80 });
  const feed = (state: StopState, ...passed: readonly boolean[]): StopState =>
    passed.reduce((before, one) => countBoard(before, one, options), state);

  it('happens after so many failures in a row', () => {
    expect(feed(running, false, false).stopped).toBeNull();
    expect(feed(running, false, false, true, false, false).stopped).toBeNull();
    expect(feed(running, false, false, false).stopped).toEqual({ reason: 'failures-in-a-row', count: 3 });
  });

  it('happens below a yield, judged over twenty boards and no fewer', () => {
    const mixed = [false, false, true, true, true];
    const nineteen = feed(running, ...mixed, ...mixed, ...mixed, ...mixed.slice(0, 4));
    expect(nineteen.stopped).toBeNull();
    expect(feed(nineteen, true).stopped).toEqual({ reason: 'yield', count: 60 });
  });

  it('never happens where the plan says never', () => {
    const never = planOptionsSchema.parse({ stopAfterFailures: 0, stopBelowYield: 0 });
    const state = Array.from({ length: 30 }).reduce<StopState>((before) => countBoard(before, false, never), running);
    expect(state.stopped).toBeNull();
  });

  it('lasts until it is released', () => {
    expect(feed(feed(running, false, false, false), true, true, true).stopped).not.toBeNull();
  });
});

describe('roles', () => {
  it('stand in for one another as the table says', () => {
    const table = personRoles.map((has) => personRoles.filter((needed) => mayAct(has, needed)));
    expect(table).toEqual([
      ['operator'],
      ['operator', 'supervisor', 'qa'],
      ['operator', 'supervisor', 'engineer', 'qa'],
      ['qa'],
    ]);
  });

  it('are asked for by name of calls that exist, and what asks for more than an operator is written down', () => {
    for (const name of Object.keys(callRoles)) expect(Object.hasOwn(contract.calls, name)).toBe(true);
    for (const [name, role] of Object.entries(callRoles))
      if (role !== 'operator') expect([...recordedCalls]).toContain(name);
  });
});

describe('wrong PINs', () => {
  it('cost nothing twice, then five seconds and twice as much each time, five minutes at most', () => {
    expect([1, 2, 3, 4, 5, 9, 30].map(pinDelay)).toEqual([0, 0, 5_000, 10_000, 20_000, 300_000, 300_000]);
  });
});
