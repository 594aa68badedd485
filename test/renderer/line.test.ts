import { beforeEach, describe, expect, it } from 'vitest';
import { announcement } from '../../src-renderer/app/live-regions.tsx';
import { type SoundKind, SoundQueue, soundGapMs } from '../../src-renderer/app/sounds.ts';
import { locked, signer, twoPersons } from '../../src-renderer/gallery/fixtures/signers.ts';
import { oneSite, site, stages } from '../../src-renderer/gallery/fixtures/sites.ts';
import { planOptions, shift, state, station, usualMs } from '../../src-renderer/gallery/fixtures/station.ts';
import { parseQuota } from '../../src-renderer/line/batch-dialog.tsx';
import { chipMark } from '../../src-renderer/line/face-parts.tsx';
import {
  elapsedNow,
  firstChoice,
  presentStage,
  siteGlyph,
  siteTone,
  siteWord,
  wantsLabel,
} from '../../src-renderer/line/site-words.ts';
import {
  defaultStageMs,
  finalStages,
  runSegments,
  usualRest,
  usualTotal,
} from '../../src-renderer/parts/run-segments.ts';
import { newPasswordFault } from '../../src-renderer/signers/new-passwords.tsx';
import { passwordTarget } from '../../src-renderer/signers/password-target.ts';
import { stationSink, useStation } from '../../src-renderer/stores/station-store.ts';
import { ui, useUi } from '../../src-renderer/stores/ui-store.ts';

describe('the stores', () => {
  beforeEach(() => {
    ui.reset();
    useStation.setState({ state: null, sitesAt: {}, link: { state: 'lost', retryAt: 0 } });
  });

  it('hold one member per slice, and note when the sites arrived', () => {
    let now = 100;
    const sink = stationSink(
      () => now,
      (task) => task(),
    );
    sink.change({ sequence: 1, slice: 'shift', value: shift({ done: 9 }) });
    expect(useStation.getState().state).toBeNull();
    sink.replace(state({ sites: [oneSite.empty] }));
    expect(useStation.getState().sitesAt).toEqual({ 'site-1': 100 });
    now = 250;
    sink.change({ sequence: 2, slice: 'shift', value: shift({ done: 9 }) });
    expect(useStation.getState()).toMatchObject({ sitesAt: { 'site-1': 100 }, state: { shift: { done: 9 } } });
    sink.change({ sequence: 3, slice: 'sites', value: [oneSite.running] });
    expect(useStation.getState()).toMatchObject({
      sitesAt: { 'site-1': 250 },
      state: { sites: [{ state: 'running' }] },
    });
  });

  it('take single sites in their places; the others stay what they were', () => {
    const pictures: (() => void)[] = [];
    let now = 10;
    const sink = stationSink(
      () => now,
      (task) => pictures.push(task),
    );
    const others = [
      { ...oneSite.empty, id: 'a' },
      { ...oneSite.seen, id: 'b' },
      { ...oneSite.seen, id: 'c' },
    ] as const;
    sink.replace(state({ sites: [...others] }));
    now = 20;
    sink.change({ sequence: 1, slice: 'someSites', value: [{ ...oneSite.running, id: 'c' }] });
    now = 30;
    sink.change({ sequence: 2, slice: 'someSites', value: [{ ...oneSite.running, id: 'b' }] });
    pictures.pop()?.();
    const { state: shown, sitesAt } = useStation.getState();
    expect(shown?.sites.map((site) => `${site.id} ${site.state}`)).toEqual(['a empty', 'b running', 'c running']);
    expect(shown?.sites[0]).toBe(others[0]);
    expect(sitesAt).toEqual({ a: 10, b: 30, c: 20 });
    // On top of a whole slice that waits for the same picture.
    sink.change({ sequence: 3, slice: 'sites', value: [{ ...oneSite.empty, id: 'c' }] });
    sink.change({ sequence: 4, slice: 'someSites', value: [{ ...oneSite.pass, id: 'c' }] });
    pictures.pop()?.();
    expect(useStation.getState().state?.sites).toMatchObject([{ id: 'c', state: 'verdict' }]);
  });

  it('draw everything that came since the last picture at once, however much it was', () => {
    const pictures: (() => void)[] = [];
    let drawn = 0;
    const stop = useStation.subscribe(() => {
      drawn += 1;
    });
    let now = 0;
    const sink = stationSink(
      () => now,
      (task) => pictures.push(task),
    );
    sink.replace(state({ sites: [oneSite.empty] }));
    for (let sequence = 1; sequence <= 500; sequence++) {
      now = sequence;
      sink.change({ sequence, slice: 'sites', value: [sequence < 500 ? oneSite.running : oneSite.pass] });
      sink.change({ sequence, slice: 'shift', value: shift({ done: sequence }) });
    }
    expect(pictures).toHaveLength(1);
    pictures.pop()?.();
    expect(drawn).toBe(2);
    expect(useStation.getState()).toMatchObject({
      sitesAt: { 'site-1': 500 },
      state: { sites: [{ state: 'verdict' }], shift: { done: 500 } },
    });
    // A snapshot that overtakes what waits makes it void.
    sink.change({ sequence: 501, slice: 'shift', value: shift({ done: 501 }) });
    sink.replace(state({ shift: shift({ done: 600 }) }));
    pictures.pop()?.();
    expect(useStation.getState().state?.shift.done).toBe(600);
    stop();
  });

  it('a unit opens Records, a place closes the help, messages are few', () => {
    ui.showHelp(true);
    ui.openUnit('01234038D92CA571EE');
    expect(useUi.getState()).toMatchObject({ place: 'records', helpOpen: false, unit: '01234038D92CA571EE' });
    for (let count = 0; count < 9; count++) ui.notice('error', String(count));
    expect(useUi.getState().notices.map((notice) => notice.text)).toEqual(['5', '6', '7', '8']);
    ui.closeNotice(useUi.getState().notices[0]?.id ?? -1);
    expect(useUi.getState().notices).toHaveLength(3);
  });

  it('labels of units are kept per site until the board is started', () => {
    ui.setUnitLabel('site-1', 'A');
    ui.setUnitLabel('site-2', 'B');
    ui.forgetUnitLabel('site-1');
    expect(useUi.getState().unitLabels).toEqual({ 'site-2': 'B' });
  });
});

describe('a site in words', () => {
  it('every state has its own tone, shape and word', () => {
    const looks = Object.entries(oneSite).map(([name, view]) => [
      name,
      siteTone(view),
      siteGlyph(view),
      siteWord(view),
    ]);
    expect(looks).toEqual([
      ['empty', 'empty', 'empty', 'waiting'],
      ['off', 'off', 'off', 'off'],
      ['checking', 'busy', 'run', 'checking'],
      ['seen', 'go', 'go', 'ready'],
      ['seenPlain', 'go', 'go', 'ready'],
      ['blocked', 'go', 'go', 'ready'],
      ['waiting', 'key', 'key', 'signer'],
      ['running', 'run', 'run', 'checking'],
      ['runningChips', 'run', 'run', 'checking'],
      ['pass', 'pass', 'pass', 'pass'],
      ['fail', 'fail', 'fail', 'fail'],
      ['failScrap', 'fail', 'fail', 'fail'],
      ['fault', 'fault', 'fault', 'fault'],
      ['unplugged', 'fail', 'fail', 'fail'],
      ['swapped', 'fail', 'fail', 'fail'],
      ['setAside', 'ask', 'aside', 'setAside'],
      ['resume', 'ask', 'resume', 'resume'],
      ['foreign', 'ask', 'aside', 'setAside'],
      ['finished', 'ask', 'ask', 'finished'],
      ['otherPart', 'ask', 'aside', 'setAside'],
      ['plantedKey', 'ask', 'aside', 'setAside'],
      ['unknownLock', 'ask', 'aside', 'setAside'],
      ['noChip', 'ask', 'aside', 'noChip'],
      ['kitFault', 'fault', 'fault', 'fault'],
    ]);
  });

  it('Enter takes the first choice that is not blocked, and none when all are', () => {
    expect(firstChoice(oneSite.resume)?.action).toBe('resume');
    expect(firstChoice(oneSite.blocked)).toBeUndefined();
    expect(firstChoice(oneSite.pass)).toBeUndefined();
  });

  it('the present stage runs, failed, or comes next', () => {
    expect(presentStage(site({ stages: stages('ddddrttttt') }))).toBe(5);
    expect(presentStage(site({ stages: stages('dddddetttt') }))).toBe(6);
    expect(presentStage(site({ stages: stages('wwwwwttttt') }))).toBe(6);
    expect(presentStage(site({ stages: stages('ddddddddsd') }))).toBe(10);
  });

  it('time counts on only while a run is under way, and never backwards', () => {
    expect(elapsedNow(oneSite.running, 1000, 1300)).toBe(943);
    expect(elapsedNow(oneSite.running, 1000, 900)).toBe(643);
    expect(elapsedNow(oneSite.pass, 1000, 9000)).toBe(1893);
  });

  it('a scan is wanted only before the start, by the plan’s option, once', () => {
    const base = station();
    const wanting = station({
      plan: base.plan === null ? null : { ...base.plan, options: { ...planOptions, barcodeBeforeStart: true } },
    });
    expect(wantsLabel(oneSite.seenPlain, wanting, undefined)).toBe(true);
    expect(wantsLabel(oneSite.seenPlain, wanting, 'GW-1')).toBe(false);
    expect(wantsLabel(oneSite.seen, wanting, undefined)).toBe(false);
    expect(wantsLabel(oneSite.running, wanting, undefined)).toBe(false);
    expect(wantsLabel(oneSite.seenPlain, base, undefined)).toBe(false);
  });

  it('verdicts, decisions and passwords are said aloud once', () => {
    expect(announcement(oneSite.running, oneSite.pass)).toBe('verdict');
    expect(announcement(oneSite.pass, oneSite.pass)).toBeUndefined();
    expect(announcement(oneSite.checking, oneSite.resume)).toBe('decision');
    expect(announcement(oneSite.checking, oneSite.waiting)).toBe('password');
    expect(announcement(undefined, oneSite.waiting)).toBe('password');
    expect(announcement(oneSite.seen, oneSite.running)).toBeUndefined();
  });
});

describe('the run scale', () => {
  it('is as wide as the stages usually take, with posts where something is final', () => {
    const segments = runSegments(stages(), usualMs, true, null);
    expect(segments.map((segment) => segment.weight)).toEqual(usualMs);
    expect(segments.filter((segment) => segment.final).map((segment) => segment.number)).toEqual([2, 8, 9]);
    expect(finalStages(false)).toEqual([2, 8]);
  });

  it('the running segment fills with its time and never reaches its end before its DONE', () => {
    const part = (elapsed: number): number => runSegments(stages('drtttttttt'), usualMs, true, elapsed)[1]?.part ?? -1;
    expect(part(252)).toBe(0);
    expect(part(252 + 19)).toBeCloseTo(0.5);
    expect(part(99_999)).toBe(0.96);
    expect(part(0)).toBe(0);
  });

  it('times before a station has its own are the defaults', () => {
    expect(defaultStageMs).toHaveLength(10);
    expect(usualTotal(null)).toBe(defaultStageMs.reduce((sum, ms) => sum + ms, 0));
    expect(usualRest(stages('wwwwwttttt'), usualMs)).toBe(274 + 338 + 36 + 30 + 462);
    expect(usualRest(stages('ddddddddsd'), usualMs)).toBe(0);
  });
});

describe('the password dialog', () => {
  const base = { signers: [signer(), locked], onLine: true, asked: null, putOff: {} };

  it('comes by itself on Line while boards wait, and nowhere else', () => {
    expect(passwordTarget(base)?.serialNumber).toBe(locked.serialNumber);
    expect(passwordTarget({ ...base, onLine: false })).toBeUndefined();
    expect(passwordTarget({ ...base, signers: [{ ...locked, waitingBoards: 0 }] })).toBeUndefined();
    expect(passwordTarget({ ...base, signers: [{ ...locked, state: 'READY' }] })).toBeUndefined();
  });

  it('put off, it comes back when another board waits, or when asked for', () => {
    const putOff = { [locked.serialNumber]: 1 };
    expect(passwordTarget({ ...base, putOff })).toBeUndefined();
    expect(passwordTarget({ ...base, putOff, signers: [{ ...locked, waitingBoards: 2 }] })).toBeDefined();
    expect(passwordTarget({ ...base, putOff, asked: '*' })?.serialNumber).toBe(locked.serialNumber);
  });

  it('a button on Signers asks for its own signer, whatever waits', () => {
    const other = { ...twoPersons, serialNumber: '0123AA', waitingBoards: 0 };
    expect(passwordTarget({ ...base, signers: [locked, other], onLine: false, asked: '0123AA' })).toBe(other);
    expect(passwordTarget({ ...base, asked: 'nobody' })).toBeUndefined();
  });

  it('a new password is long enough by characters, not bytes, and typed twice', () => {
    expect(newPasswordFault('', '', 12)).toBe('empty');
    expect(newPasswordFault('Line 7 café', 'Line 7 café', 12)).toBe('short');
    expect(newPasswordFault('Line 7 cafe\u0301x', 'Line 7 cafe\u0301x', 12)).toBeUndefined();
    // One person's password twice is no rule of two.
    expect(newPasswordFault('Line 7 cafe\u0301x', 'Line 7 cafe\u0301x', 12, ['Line 7 caf\u00e9x'])).toBe('alike');
    expect(newPasswordFault('Line 7 cafe\u0301x', 'Line 7 cafe\u0301x', 12, ['Line 8 caf\u00e9x'])).toBeUndefined();
    expect(newPasswordFault('🔑'.repeat(11), '🔑'.repeat(11), 12)).toBe('short');
    expect(newPasswordFault('long enough indeed', 'long enough indeeD', 12)).toBe('differs');
  });
});

describe('sounds', () => {
  const world = () => {
    let now = 0;
    const played: [SoundKind, number][] = [];
    const timers: { readonly at: number; readonly task: () => void }[] = [];
    const queue = new SoundQueue(
      (kind) => played.push([kind, now]),
      () => now,
      (task, ms) => {
        timers.push({ at: now + ms, task });
        return () => {};
      },
    );
    const run = (until: number): void => {
      for (;;) {
        const next = timers.sort((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > until) break;
        timers.shift();
        now = next.at;
        next.task();
      }
      now = until;
    };
    return { queue, played, run };
  };

  it('sixteen verdicts at once are at most one sound in 300 ms, FAIL first, equal ones once', () => {
    const { queue, played, run } = world();
    queue.add('pass');
    for (let count = 0; count < 7; count++) queue.add('pass');
    queue.add('ask');
    queue.add('fail');
    run(5_000);
    expect(played).toEqual([
      ['pass', 0],
      ['fail', soundGapMs],
      ['ask', 2 * soundGapMs],
      ['pass', 3 * soundGapMs],
    ]);
  });

  it('after silence the next one is heard at once', () => {
    const { queue, played, run } = world();
    queue.add('pass');
    run(1_000);
    queue.add('ask');
    expect(played).toEqual([
      ['pass', 0],
      ['ask', 1_000],
    ]);
  });
});

describe('the batch', () => {
  it('a quota is a whole number above 0, or nothing', () => {
    expect(parseQuota('')).toBeNull();
    expect(parseQuota(' 400 ')).toBe(400);
    for (const wrong of ['0', '-3', '1.5', 'many', '1e400']) expect(parseQuota(wrong)).toBeUndefined();
  });
});

describe('the chips of a board', () => {
  const marks = (view: ReturnType<typeof site>): readonly string[] => [0, 1, 2].map((index) => chipMark(view, index));
  const shown = oneSite.fail.verdict;

  it('are done, running or failed by the run that was at them', () => {
    expect(marks(site({ state: 'running', chipIndex: 1 }))).toEqual(['done', 'now', 'todo']);
    expect(marks(site({ state: 'verdict', verdict: shown, chipIndex: 1 }))).toEqual(['done', 'failed', 'todo']);
    expect(marks(site({ ...oneSite.pass, chipIndex: 2 }))).toEqual(['done', 'done', 'done']);
  });

  it('have not failed when the board was set aside without a run: the one that is why is named, or none', () => {
    if (shown === null) throw new Error('the fixture has a verdict');
    const aside = { state: 'verdict', verdict: { ...shown, kind: 'SET_ASIDE', runId: '' } } as const;
    expect(marks(site({ ...aside, chipIndex: 1 }))).toEqual(['todo', 'cause', 'todo']);
    expect(marks(site({ ...aside, chipIndex: null }))).toEqual(['todo', 'todo', 'todo']);
    expect(marks(site({ state: 'decision', chipIndex: 2 }))).toEqual(['todo', 'todo', 'cause']);
  });
});
