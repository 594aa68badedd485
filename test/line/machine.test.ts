import { describe, expect, it } from 'vitest';
import type { ChipIdentity } from '../../src-main/device/index.ts';
import { newSite, nextSite, phaseOf, type SiteEvent, type SiteModel } from '../../src-main/line/site/machine.ts';
import type { VerdictView } from '../../src-shared/ipc/state.ts';
import { chip } from './chips.ts';

const first = chip('508', 'new', '01230000000000A1EE');
const second = chip('508', 'new', '01230000000000B2EE');

const chips = (...present: readonly ChipIdentity[]): SiteEvent => ({ kind: 'chips', chips: present });
const kitHere = (fixture = false): SiteEvent => ({ kind: 'kit-here', fixture });
const begun: SiteEvent = {
  kind: 'run-begun',
  runId: 'A'.repeat(32),
  startedAt: '2026-11-22T12:00:00.000Z',
  startMs: 1000,
  unitLabel: 'GW-1',
};

function verdict(kind: VerdictView['kind'], ...serialNumbers: string[]): VerdictView {
  return {
    kind,
    at: '2026-11-22T12:00:02.000Z',
    serialNumbers,
    durationMs: 1900,
    code: kind === 'PASS' ? '' : '6-07',
    errorName: kind === 'PASS' ? '' : 'TIMEOUT',
    detail: '',
    next: kind === 'PASS' ? 'remove' : 'retry',
    runId: 'A'.repeat(32),
  };
}
const faulted = verdict('FAULT', '01230000000000A1EE');
const stuck: SiteEvent = { kind: 'trouble', code: 'BUS_STUCK', detail: 'held low' };
const passed: SiteEvent = { kind: 'run-ended', verdict: verdict('PASS', '01230000000000A1EE') };

function modelAfter(...events: readonly SiteEvent[]): SiteModel {
  return events.reduce(nextSite, newSite(true));
}

describe('phase of a site after a sequence of events', () => {
  const table: readonly (readonly [string, readonly SiteEvent[], ReturnType<typeof phaseOf>])[] = [
    ['nothing yet', [], 'empty'],
    ['switched off', [{ kind: 'enabled', enabled: false }], 'off'],
    ['a kit is being asked', [{ kind: 'kit-opening' }], 'checking'],
    ['nothing came of it', [{ kind: 'kit-opening' }, { kind: 'kit-gone' }], 'empty'],
    ['a kit that cannot be used', [{ kind: 'trouble', code: 'PORT_DENIED', detail: 'no' }], 'fault'],
    ['a stuck bus', [kitHere(true), stuck], 'fault'],
    ['a stuck bus under a board', [kitHere(true), chips(first), stuck], 'fault'],
    ['a stuck bus that is free again', [kitHere(true), stuck, { kind: 'trouble-over' }], 'empty'],
    ['a stuck bus after a board that passed', [kitHere(true), chips(first), begun, passed, stuck], 'fault'],
    [
      'a stuck bus that its verdict tells of already',
      [
        kitHere(true),
        chips(first),
        begun,
        { kind: 'run-ended', verdict: { ...faulted, errorName: 'BUS_STUCK' } },
        stuck,
      ],
      'verdict',
    ],
    ['a kit was plugged in without a chip', [{ kind: 'kit-opening' }, kitHere()], 'no-chip'],
    ['a kit that was there before the line began', [kitHere(true)], 'empty'],
    ['a board', [kitHere(), chips(first)], 'board'],
    ['the board taken from a kit that stays', [kitHere(), chips(first), { kind: 'chips-gone' }], 'empty'],
    ['the kit unplugged with its board', [kitHere(), chips(first), { kind: 'kit-gone' }], 'empty'],
    ['a run', [kitHere(), chips(first), begun], 'running'],
    ['a run whose kit went', [kitHere(), chips(first), begun, { kind: 'kit-gone' }], 'running'],
    [
      'a run at a site that was switched off',
      [kitHere(), chips(first), begun, { kind: 'enabled', enabled: false }],
      'running',
    ],
    ['a verdict', [kitHere(), chips(first), begun, passed], 'verdict'],
    [
      'a verdict stays when the board goes',
      [kitHere(), chips(first), begun, passed, { kind: 'chips-gone' }],
      'verdict',
    ],
    ['a verdict stays when the kit goes', [kitHere(), chips(first), begun, passed, { kind: 'kit-gone' }], 'verdict'],
    ['looked at again after its verdict', [kitHere(), chips(first), begun, passed, chips(first)], 'verdict'],
    ['the next board after a verdict', [kitHere(), chips(first), begun, passed, chips(second)], 'board'],
    [
      'set aside',
      [
        kitHere(),
        chips(first),
        { kind: 'set-aside', verdict: verdict('SET_ASIDE', '01230000000000A1EE'), chipIndex: null },
      ],
      'verdict',
    ],
  ];
  it.each(table)('%s', (_, events, phase) => {
    expect(phaseOf(modelAfter(...events))).toBe(phase);
  });
});

describe('verdicts', () => {
  it('of the board before is shown outlined while the next one is connected, and goes when that is started', () => {
    const next = modelAfter(kitHere(), chips(first), begun, passed, { kind: 'chips-gone' }, chips(second));
    expect(next.verdict).toBeUndefined();
    expect(next.previous?.kind).toBe('PASS');
    expect(next.unitLabel).toBe('');
    expect(nextSite(next, begun).previous).toBeUndefined();
  });

  it('of a board swapped away in mid-run is not shown as that of the board now there', () => {
    const swapped = modelAfter(kitHere(), chips(first), begun, chips(second), {
      kind: 'run-ended',
      verdict: verdict('FAIL', '01230000000000A1EE'),
    });
    expect(phaseOf(swapped)).toBe('board');
    expect(swapped.previous?.kind).toBe('FAIL');
  });

  it('keeps the stages of its run, until another board comes', () => {
    const stage = (status: 'START' | 'DONE', atMs: number): SiteEvent => ({
      kind: 'stage',
      stage: 'CONFIG_WRITE',
      status,
      atMs,
      note: '',
    });
    const ended = modelAfter(kitHere(), chips(first), begun, stage('START', 10), stage('DONE', 95), passed);
    expect(ended.lastStages?.[0]).toEqual({
      stage: 'CONFIG_WRITE',
      status: 'done',
      begunMs: 10,
      durationMs: 85,
      note: '',
    });
    expect(nextSite(ended, chips(second)).lastStages).toBeUndefined();
  });
});

describe('stages', () => {
  it('run, skip and fail as they are told; the next chip of a board begins anew', () => {
    const base = modelAfter(kitHere(), chips(first, second), begun);
    const told = [
      { stage: 'CONFIG_WRITE', status: 'SKIPPED', note: 'locked already' },
      { stage: 'CONFIG_READ', status: 'START', note: '' },
      { stage: 'CONFIG_READ', status: 'ERROR', note: 'gone' },
      { stage: 'GEN_KEY', status: 'START', note: '' },
    ] as const;
    const model = told.reduce<SiteModel>(
      (before, event, i) => nextSite(before, { kind: 'stage', atMs: 10 * i, ...event }),
      base,
    );
    expect(model.run?.stages.map(({ status }) => status).slice(0, 4)).toEqual(['skipped', 'todo', 'error', 'running']);
    expect(nextSite(model, { kind: 'stage-note', note: 'password' }).run?.stages[3]?.note).toBe('password');
    const other = nextSite(model, { kind: 'chip-begun', chipIndex: 1, runId: 'B'.repeat(32) });
    expect(other.run?.chipIndex).toBe(1);
    // The chip that it ended at stays named: with a FAIL it is the one that failed.
    expect(nextSite(other, { kind: 'run-ended', verdict: verdict('FAIL') }).lastChipIndex).toBe(1);
    const both = ['01230000000000A1EE', '01230000000000B2EE'];
    const failed: SiteEvent = { kind: 'run-ended', verdict: verdict('FAIL', ...both) };
    const aside = { kind: 'set-aside', verdict: verdict('SET_ASIDE', ...both), chipIndex: null } as const;
    expect([failed, aside].reduce(nextSite, other)).toMatchObject({ lastChipIndex: 1, verdict: { kind: 'SET_ASIDE' } });
    expect(other.run?.stages.every(({ status }) => status === 'todo')).toBe(true);
    expect(other.run?.startMs).toBe(1000);
  });

  it('without a run have no chip that they ended at: set aside, the one that it is about is named, or none', () => {
    const board = modelAfter(kitHere(), chips(first, second));
    const aside = (chipIndex: number | null) =>
      nextSite(board, {
        kind: 'set-aside',
        verdict: verdict('SET_ASIDE', '01230000000000A1EE', '01230000000000B2EE'),
        chipIndex,
      }).lastChipIndex;
    expect([aside(null), aside(1)]).toEqual([null, 1]);
  });

  it('without a run are not taken for one', () => {
    const model = modelAfter(kitHere(), chips(first));
    expect(nextSite(model, { kind: 'stage', stage: 'GEN_KEY', status: 'DONE', atMs: 1, note: '' })).toEqual(model);
  });
});
