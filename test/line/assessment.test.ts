import { describe, expect, it } from 'vitest';
import type { ChipIdentity } from '../../src-main/device/index.ts';
import { assessBoard, type ChipKnowledge } from '../../src-main/line/site/assessment.ts';
import { newSite, nextSite } from '../../src-main/line/site/machine.ts';
import { type Gate, siteChoices, siteView } from '../../src-main/line/site/view.ts';
import type { BlockedReason } from '../../src-shared/ipc/lists.ts';
import { type RunRecord, runRecordSchema } from '../../src-shared/model/run-record.ts';
import { chip, loaded, plan } from './chips.ts';

const nothing: ChipKnowledge = { archived: false, newest: undefined, setAside: undefined };
const certified: ChipKnowledge = { ...nothing, archived: true };
const elsewhere: ChipKnowledge = { ...nothing, archived: undefined };

function record(outcome: RunRecord['outcome']): RunRecord {
  return runRecordSchema.parse({
    format: 1,
    runId: 'AB'.repeat(16),
    boardId: 'CD'.repeat(16),
    software: '',
    station: '',
    site: '',
    operator: '',
    operatorAuth: 'claimed',
    batch: '',
    unitLabel: '',
    kind: 'provision',
    plan: { name: '', version: 1, digest: '', entry: '' },
    kit: { name: '', dialect: '', path: '' },
    part: 'ATECC508A',
    serialNumber: '',
    startedAt: '2026-11-22T12:00:00.000Z',
    endedAt: '2026-11-22T12:00:01.000Z',
    outcome,
    foundState: '',
    stages: [],
    dataLock: 'fill+crc',
    lockedSlots: [],
    configZone: '',
    publicKey: '',
    certificateSerial: '',
    signerSerialNumber: '',
    reissued: false,
    dataWritten: [],
  });
}
const cutOff = record({
  kind: 'INTERRUPTED',
  code: 'INTERRUPTED',
  number: 194,
  stage: 6,
  sentence: '',
  next: 'resume',
});

/** Ways as "resume", "validate!data-zone-open", "accept-key@supervisor". */
function ways(chips: readonly ChipIdentity[], knowledge: ChipKnowledge | readonly ChipKnowledge[], made = plan()) {
  const known = Array.isArray(knowledge) ? knowledge : chips.map(() => knowledge as ChipKnowledge);
  const assessment = assessBoard(loaded(made), chips, known);
  return {
    ...assessment,
    words: assessment.ways.map(
      ({ action, blocked, role }) =>
        `${action}${blocked === null ? '' : `!${blocked}`}${role === null ? '' : `@${role}`}`,
    ),
  };
}

describe('a board against the plan', () => {
  const hopeless = ['set-aside', 'resume!cannot-take-plan', 'validate!cannot-take-plan'];
  const open = ['resume', 'validate!data-zone-open', 'set-aside'];
  const table: readonly (readonly [string, ChipIdentity, ChipKnowledge, string, readonly string[]])[] = [
    ['new', chip('508', 'new'), nothing, '', ['provision']],
    ['new, other family of the same plan', chip('608', 'new'), nothing, '', ['provision']],
    ['configuration written, not locked', chip('508', 'written'), nothing, 'INTERRUPTED', open],
    ['configuration locked', chip('508', 'config-locked'), nothing, 'INTERRUPTED', open],
    ['configuration locked, certified', chip('508', 'config-locked'), certified, 'INTERRUPTED', open],
    ['a slot locked too early', chip('508', 'slot-locked'), nothing, 'SCRAP', hopeless],
    ['another configuration', chip('508', 'foreign'), nothing, 'FOREIGN_CONFIG', hopeless],
    [
      'data locked, slots open',
      chip('508', 'data-locked'),
      certified,
      'INTERRUPTED',
      ['resume', 'validate', 'set-aside'],
    ],
    [
      'all locked, passed before',
      chip('508', 'all-locked'),
      { ...certified, newest: record({ kind: 'PASS' }) },
      'ALREADY_PROVISIONED',
      ['validate', 'resume!nothing-left', 'set-aside'],
    ],
    [
      'all locked, cut off before it passed',
      chip('508', 'all-locked'),
      { ...certified, newest: cutOff },
      'INTERRUPTED',
      ['resume', 'validate', 'set-aside'],
    ],
    [
      'all locked, nothing in the archive',
      chip('508', 'all-locked'),
      nothing,
      'KEY_OF_UNKNOWN_ORIGIN',
      ['set-aside', 'accept-key@supervisor', 'validate!no-certificate'],
    ],
    [
      'all locked, the archive is at a remote server',
      chip('508', 'all-locked'),
      elsewhere,
      'ALREADY_PROVISIONED',
      ['validate', 'resume!nothing-left', 'set-aside'],
    ],
    [
      'no serial number of this family',
      chip('508', 'new', 'FF234038D92CA571EE'),
      nothing,
      'DEVICE_SN_INVALID',
      hopeless,
    ],
  ];
  it.each(table)('%s', (_, found, knowledge, reason, expected) => {
    const assessed = ways([found], knowledge);
    expect(assessed.reason).toBe(reason);
    expect(assessed.words).toEqual(expected);
    expect(assessed.ready).toBe(reason === '');
  });

  it('of another part is never offered anything but setting aside', () => {
    const only508 = plan({ entries: [{ images: { ATECC508A: plan().entries[0]?.images.ATECC508A } }] });
    expect(ways([chip('608', 'new')], nothing, only508)).toMatchObject({
      reason: 'WRONG_PART',
      words: hopeless,
      detail: 'The plan is for ATECC508A, this is an ATECC608.',
      told: { code: 'board-other-part', facts: { planned: 'ATECC508A', found: 'ATECC608' } },
    });
  });

  it('set aside once asks for the supervisor whatever it is', () => {
    const aside = { ...nothing, setAside: { reason: 'scratched', code: '' } };
    expect(ways([chip('508', 'new')], aside)).toMatchObject({
      reason: 'SET_ASIDE',
      detail: 'scratched',
      words: ['provision@supervisor'],
    });
    expect(ways([chip('508', 'config-locked')], aside).words).toEqual([
      'resume@supervisor',
      'validate!data-zone-open@supervisor',
      'set-aside',
    ]);
  });

  it('without a plan offers nothing that could be begun', () => {
    expect(assessBoard(undefined, [chip('508', 'new')], [nothing]).ways).toEqual([
      { action: 'provision', blocked: 'no-plan', role: null },
    ]);
  });

  it('says which stages need not be done again, and of which run', () => {
    expect(ways([chip('508', 'config-locked')], nothing).doneStages).toEqual([1, 2, 3]);
    const cut = ways([chip('508', 'config-locked')], { ...certified, newest: cutOff });
    expect(cut.doneStages).toEqual([1, 2, 3, 4, 5]);
    expect(cut.earlier).toEqual({ runId: cutOff.runId, at: cutOff.endedAt, stage: 6 });
    expect(ways([chip('508', 'data-locked')], certified).doneStages).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(ways([chip('508', 'all-locked')], certified).doneStages).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('boards with several chips', () => {
  const two = plan({ entries: [{ label: 'a' }, { label: 'b', address: 0xc2 }] });
  const a = chip('508', 'new', '01230000000000A1EE', 0xc0);
  const b = chip('508', 'new', '01230000000000B2EE', 0xc2);

  it('go with the entries by address, whatever order they answer in', () => {
    const assessed = ways([b, a], nothing, two);
    expect(assessed.works.map(({ chip: found, prepared }) => [found.address, prepared.entry.label])).toEqual([
      [0xc0, 'a'],
      [0xc2, 'b'],
    ]);
    expect(assessed.words).toEqual(['provision']);
  });

  it('with a chip too many or too few are set aside', () => {
    expect(ways([a, b], nothing).reason).toBe('SEVERAL_CHIPS');
    expect(ways([a], nothing, two).reason).toBe('NO_CHIP');
  });

  it('of which one is finished were cut off between them', () => {
    const finished = chip('508', 'all-locked', '01230000000000A1EE', 0xc0);
    const assessed = ways([finished, b], [{ ...certified, newest: record({ kind: 'PASS' }) }, nothing], two);
    expect(assessed.reason).toBe('INTERRUPTED');
    expect(assessed.words[0]).toBe('resume');
  });

  it('are what their worst chip is', () => {
    const foreign = chip('508', 'foreign', '01230000000000B2EE', 0xc2);
    const worst = ways([chip('508', 'config-locked', '01230000000000A1EE'), foreign], nothing, two);
    expect(worst).toMatchObject({ reason: 'FOREIGN_CONFIG', chipIndex: 1 });
  });

  it('name the one chip that a decision is about, in the order of the plan, and none when there are several', () => {
    const foreign = chip('508', 'foreign', '01230000000000B2EE', 0xc2);
    expect(ways([foreign, a], nothing, two).chipIndex).toBe(1);
    const both = [chip('508', 'foreign', '01230000000000A1EE', 0xc0), foreign];
    expect(ways(both, nothing, two)).toMatchObject({ reason: 'FOREIGN_CONFIG', chipIndex: null });
    expect(ways([a, b], nothing).chipIndex).toBeNull();
    const aside = { ...nothing, setAside: { reason: 'dropped', code: '' } };
    expect(ways([a, b], [aside, nothing], two)).toMatchObject({ reason: 'SET_ASIDE', chipIndex: null });
    const shown = siteView(
      { id: 'site-1', number: 1, label: 'Site 1', connector: '', bound: true },
      [{ kind: 'kit-here', fixture: false } as const, { kind: 'chips', chips: [foreign, a] } as const].reduce(
        nextSite,
        newSite(true),
      ),
      assessBoard(loaded(two), [foreign, a], [nothing, nothing]),
      { start: null, anything: null, signer: 'ready' },
      0,
    );
    expect(shown.chips.map(({ entry, state }) => [entry, state])).toEqual([
      ['a', 'new'],
      ['b', 'other configuration locked'],
    ]);
    expect(shown.chipIndex).toBe(1);
  });
});

describe('what the station forbids', () => {
  const board = chip('508', 'new');
  const model = [{ kind: 'kit-here', fixture: false } as const, { kind: 'chips', chips: [board] } as const].reduce(
    nextSite,
    newSite(true),
  );
  const assessment = assessBoard(loaded(), [board], [nothing]);
  const gate = (more: Partial<Gate>): Gate => ({ start: null, anything: null, signer: 'ready', ...more });

  const table: readonly (readonly [Partial<Gate>, string, BlockedReason | null])[] = [
    [{}, 'seen', null],
    [{ signer: 'waiting' }, 'waiting', 'no-signer'],
    [{ signer: 'none' }, 'seen', 'no-signer'],
    [{ signer: 'elsewhere' }, 'seen', null],
    [{ start: 'line-stopped' }, 'seen', 'line-stopped'],
    [{ start: 'line-stopped', signer: 'waiting' }, 'seen', 'line-stopped'],
    [{ anything: 'sign-on' }, 'seen', 'sign-on'],
    [{ anything: 'cannot-record', start: 'clock' }, 'seen', 'cannot-record'],
  ];
  it.each(table)('%o', (more, state, blocked) => {
    const shown = siteChoices(model, assessment, gate(more));
    expect(shown.state).toBe(state);
    expect(shown.choices[0]).toMatchObject({ action: 'provision', blocked });
  });

  it('forbids no validation that needs no signature', () => {
    const done = chip('508', 'all-locked');
    const other = [{ kind: 'kit-here', fixture: false } as const, { kind: 'chips', chips: [done] } as const].reduce(
      nextSite,
      newSite(true),
    );
    const known = { ...certified, newest: record({ kind: 'PASS' }) };
    const shown = siteChoices(
      other,
      assessBoard(loaded(), [done], [known]),
      gate({ start: 'line-stopped', signer: 'none' }),
    );
    expect(shown.choices[0]).toEqual({ action: 'validate', blocked: null, role: null });
  });

  it('lets a certified board be resumed without a signer: it gets the same certificate again', () => {
    const cut = chip('508', 'config-locked');
    const other = [{ kind: 'kit-here', fixture: false } as const, { kind: 'chips', chips: [cut] } as const].reduce(
      nextSite,
      newSite(true),
    );
    const shown = siteChoices(other, assessBoard(loaded(), [cut], [certified]), gate({ signer: 'waiting' }));
    expect(shown.state).toBe('decision');
    expect(shown.choices[0]).toEqual({ action: 'resume', blocked: null, role: null });
  });
});
