import fc from 'fast-check';
import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import {
  filterActivity,
  type LevelChoice,
  mergeActivity,
  type SourceChoice,
} from '../../src-renderer/activity/activity-filter.ts';
import { logAt, logRow, logTotal } from '../../src-renderer/gallery/fixtures/log.ts';
import recorded from '../../src-renderer/gallery/fixtures/recorded.json' with { type: 'json' };
import { pageSize, pagesFor } from '../../src-renderer/parts/use-pages.ts';
import {
  changedBytes,
  fieldValue,
  newPlan,
  parseHex,
  planChanges,
  withField,
  withSlotLock,
} from '../../src-renderer/plan/draft.ts';
import { shortPacket } from '../../src-renderer/plan/dry-run-tab.tsx';
import { deedWords } from '../../src-renderer/plan/packet-words.ts';
import { fromForm, toForm, type WriteForm } from '../../src-renderer/plan/write-form.ts';
import {
  emptyFilter,
  isFiltered,
  serialPrefix,
  spanStart,
  toLogFilter,
} from '../../src-renderer/records/filter-model.ts';
import { defaultColumns, gridColumns, orderedColumns } from '../../src-renderer/records/log-columns.ts';
import { axisStep, runCode, runLength, waterfallRows } from '../../src-renderer/records/waterfall-rows.ts';
import { rootKey } from '../../src-renderer/settings/roots-section.tsx';
import { nextSiteId } from '../../src-renderer/settings/sites-section.tsx';
import {
  commonFolder,
  rootFormFaults,
  signerFormFaults,
  startRootForm,
  startSignerForm,
} from '../../src-renderer/signers/set-up-form.ts';
import { startTexts } from '../../src-renderer/texts/index.ts';
import {
  genKeyCreate,
  lockConfig,
  lockData,
  lockSlot,
  noncePassThrough,
  read,
  signExternal,
  write,
} from '../../src-shared/atecc/commands/index.ts';
import { decodeKeyConfig, decodeSlotConfig, defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { isFinal, packetDeed, packetLines } from '../../src-shared/ipc/dry-run.ts';
import { dataWriteSchema, planSchema } from '../../src-shared/model/plan.ts';
import { runRecordSchema } from '../../src-shared/model/run-record.ts';
import { registerOffset, slotBytes, slotFields } from '../../src-shared/model/slot-fields.ts';

const image = toHex(defaultImage('ATECC508A'));
const plan = planSchema.parse(recorded.plan);

describe('editing a slot', () => {
  const anyField = fc.constantFrom(...slotFields);
  const anyImage = fc.uint8Array({ minLength: 128, maxLength: 128 }).map((bytes) => toHex(bytes));

  it('the field table says what the codec of the configuration zone says', () => {
    fc.assert(
      fc.property(anyImage, fc.integer({ min: 0, max: 15 }), (hex, slot) => {
        const word = (register: 'slotConfig' | 'keyConfig'): number => {
          const at = registerOffset(register, slot) * 2;
          return Number.parseInt(hex.slice(at + 2, at + 4) + hex.slice(at, at + 2), 16);
        };
        const config = decodeSlotConfig(word('slotConfig'));
        const key = decodeKeyConfig(word('keyConfig'));
        const expected: Readonly<Record<string, number | boolean>> = {
          ReadKey: config.readKey,
          NoMac: config.noMac,
          LimitedUse: config.limitedUse,
          EncryptRead: config.encryptRead,
          IsSecret: config.isSecret,
          WriteKey: config.writeKey,
          WriteConfig: config.writeConfig,
          Private: key.private,
          PubInfo: key.pubInfo,
          KeyType: key.keyType,
          Lockable: key.lockable,
          ReqRandom: key.reqRandom,
          ReqAuth: key.reqAuth,
          AuthKey: key.authKey,
          Latch: key.latch,
          X509id: key.x509Id,
        };
        expect(Object.keys(expected).sort()).toEqual(slotFields.map((field) => field.field).sort());
        for (const field of slotFields)
          expect(fieldValue(hex, field, slot), field.field).toBe(Number(expected[field.field]));
      }),
    );
  });

  it('changes this field of this slot and no other bit', () => {
    fc.assert(
      fc.property(anyImage, anyField, fc.integer({ min: 0, max: 15 }), fc.nat(), (hex, field, slot, draw) => {
        const value = draw % (1 << field.width);
        const next = withField(hex, field, slot, value);
        expect(fieldValue(next, field, slot)).toBe(value);
        for (const other of slotFields)
          for (let number = 0; number < 16; number++)
            if (other !== field || number !== slot)
              expect(fieldValue(next, other, number)).toBe(fieldValue(hex, other, number));
        for (const at of changedBytes(hex, next))
          expect([0, 1].map((byte) => registerOffset(field.register, slot) + byte)).toContain(at);
      }),
    );
  });

  it('refuses a value that does not fit its bits', () => {
    for (const field of slotFields)
      for (const wrong of [-1, 1 << field.width, 0.5])
        expect(() => withField(image, field, 0, wrong)).toThrow(RangeError);
  });

  it('slots have the sizes of the chip', () => {
    expect(Array.from({ length: 16 }, (_, slot) => slotBytes(slot)).reduce((sum, bytes) => sum + bytes, 0)).toBe(1208);
  });
});

describe('a draft', () => {
  it('names what changed: configuration, a write, a lock, an option', () => {
    const entry = plan.entries[0];
    if (entry === undefined) throw new Error('the recorded plan has no entry');
    expect(planChanges(plan, plan)).toEqual([]);
    expect(planChanges(plan, withSlotLock(plan, 0, 10, true))).toEqual(['locks']);
    expect(planChanges(plan, { ...plan, options: { ...plan.options, holdToConfirm: true } })).toEqual(['options']);
    expect(
      planChanges(plan, {
        ...plan,
        note: 'x',
        entries: [
          {
            ...entry,
            certinfo: 'y',
            dataWrites: [dataWriteSchema.parse({ zone: 'data', slot: 8, source: { kind: 'bytes', hex: '00' } })],
          },
        ],
      }),
    ).toEqual(['certinfo', 'writes', 'note']);
    expect(planChanges(plan, { ...plan, entries: [...plan.entries, entry] })).toEqual(['entries']);
  });

  it('slots to lock are kept in order and once', () => {
    const locked = [12, 4, 10, 4].reduce((draft, slot) => withSlotLock(draft, 0, slot, true), plan);
    expect(locked.entries[0]?.lockSlots).toEqual([4, 10, 12]);
    expect(withSlotLock(locked, 0, 10, false).entries[0]?.lockSlots).toEqual([4, 12]);
  });

  it('a new plan is a plan once its certinfo is there', () => {
    const fresh = newPlan('Gateway', 'ATECC508A', image);
    expect(planSchema.safeParse(fresh).success).toBe(false);
    const [entry] = fresh.entries;
    expect(planSchema.safeParse({ ...fresh, entries: [{ ...entry, certinfo: 'x' }] }).success).toBe(true);
  });

  it('hex is taken as people write it', () => {
    expect(parseHex('0x12, 0xAb 34:cd')).toBe('12AB34CD');
    expect(parseHex('')).toBe('');
    expect(parseHex('123')).toBeUndefined();
    expect(parseHex('zz')).toBeUndefined();
  });
});

describe('a data write', () => {
  const form = (change: Partial<WriteForm>): WriteForm => ({ ...toForm(null), ...change });

  it.each([
    ['bytes', form({ hex: '01 02 03' })],
    ['file', form({ kind: 'file', path: '/a/b', sha256: 'ab'.repeat(32) })],
    ['csv', form({ kind: 'csv', path: '/a.csv', column: 'key', key: 'unit' })],
    ['random', form({ kind: 'random', slot: 5, length: '32' })],
    ['random, kept', form({ kind: 'random', slot: 5, length: '32', sink: '/keys' })],
    [
      'diversified',
      form({ kind: 'diversified', slot: 4, secretName: '/k', checkValue: '0011223344556677', info: 'i' }),
    ],
    ['otp', form({ zone: 'otp', hex: 'FF', offset: '63' })],
  ])('%s: the form makes a write of the plan, and a write makes its form again', (_name, filled) => {
    const made = fromForm(filled);
    if (!made.ok) throw new Error(made.faults.join());
    expect(dataWriteSchema.parse(made.write)).toEqual(made.write);
    expect(fromForm(toForm(made.write))).toEqual(made);
  });

  it.each([
    ['offset', form({ hex: '01', offset: '416' })],
    ['offset', form({ hex: '01', offset: '-1' })],
    ['hex', form({ hex: '123' })],
    ['hex', form({ hex: '' })],
    ['tooLong', form({ slot: 0, hex: '00'.repeat(37) })],
    ['tooLong', form({ zone: 'otp', hex: '00'.repeat(2), offset: '63' })],
    ['path', form({ kind: 'file', sha256: 'ab'.repeat(32) })],
    ['sha256', form({ kind: 'file', path: '/a', sha256: 'ab' })],
    ['column', form({ kind: 'csv', path: '/a', column: ' ' })],
    ['length', form({ kind: 'random', length: '0' })],
    ['length', form({ kind: 'diversified', secretName: 'x', checkValue: '00'.repeat(8), length: '65' })],
    ['secret', form({ kind: 'diversified', checkValue: '00'.repeat(8) })],
    ['checkValue', form({ kind: 'diversified', secretName: 'x', checkValue: '00' })],
  ] as const)('says what is wrong: %s', (fault, filled) => {
    const made = fromForm(filled);
    expect(made.ok ? [] : made.faults).toContain(fault);
  });
});

describe('the dry run', () => {
  startTexts('de');

  it('only a lock is final; a long packet shows its start and its check sum', () => {
    const packets = recorded.dryRun.packets;
    expect(packets.filter(isFinal).map((packet) => packet.stage)).toEqual([2, 8]);
    expect(shortPacket('07170000A1B2')).toBe('07 17 00 00 A1 B2');
    expect(shortPacket('27128018'.padEnd(74, '0').concat('D6CF'))).toMatch(/^27 12 80 18 .* … D6 CF$/);
    expect(packetLines(packets).split('\n')).toHaveLength(packets.length);
  });

  it('tells what each packet does as code and facts, from its header; every packet of a run has them', () => {
    const deedOf = (command: { readonly name: string; readonly packet: Uint8Array }) =>
      packetDeed({ command: command.name, packet: toHex(command.packet) });
    const at = (zone: 'config' | 'otp' | 'data', slot: number, block: number, word = 0) => ({
      zone,
      slot,
      block,
      word,
    });
    expect(deedOf(read(at('config', 0, 2, 5), 4))).toEqual({ code: 'read', ...at('config', 0, 2, 5) });
    expect(deedOf(read(at('data', 15, 1), 32))).toEqual({ code: 'read', ...at('data', 15, 1), word: null });
    expect(deedOf(write(at('data', 8, 12), new Uint8Array(32)))).toMatchObject({ code: 'write', slot: 8, block: 12 });
    expect(deedOf(write(at('otp', 0, 1, 7), new Uint8Array(4)))).toEqual({ code: 'write', ...at('otp', 0, 1, 7) });
    expect(deedOf(lockConfig(0x059e))).toEqual({ code: 'lock-config', crc: '059E' });
    expect(deedOf(lockData())).toEqual({ code: 'lock-data', crc: null });
    expect(deedOf(lockSlot(13))).toEqual({ code: 'lock-slot', slot: 13 });
    expect(deedOf(genKeyCreate(2))).toEqual({ code: 'create-key', slot: 2 });
    expect(deedOf(noncePassThrough(new Uint8Array(32)))).toEqual({ code: 'load', bytes: 32 });
    expect(deedOf(signExternal(0))).toEqual({ code: 'sign', slot: 0 });
    // A write under a session, a packet cut short: only the core's words speak of these.
    expect(packetDeed({ command: 'Write', packet: `2712C21800${'..'.repeat(34)}` })).toBeUndefined();
    expect(packetDeed({ command: 'Write', packet: '2712' })).toBeUndefined();
    for (const packet of recorded.dryRun.packets) {
      const deed = packetDeed(packet);
      if (deed === undefined) throw new Error(`no words for ${packet.command} ${packet.describe}`);
      // The same numbers as in the core's own words.
      const spoken = deedWords(deed, i18next.getFixedT('de'));
      expect(spoken).not.toContain('{{');
      for (const number of packet.describe.match(/[0-9A-F]*\d[0-9A-F]*/g) ?? []) expect(spoken).toContain(number);
    }
  });
});

describe('filters', () => {
  const now = Date.parse('2026-11-20T13:31:58.000Z');

  it('are what the call wants', () => {
    expect(toLogFilter(emptyFilter, now)).toEqual({
      from: '',
      to: '',
      batch: '',
      station: '',
      signer: '',
      result: [],
      serial: '',
      text: '',
    });
    expect(toLogFilter({ ...emptyFilter, span: 'hour', outcome: 'failed', serial: '01 23 40' }, now)).toMatchObject({
      from: '2026-11-20T12:31:58.000Z',
      result: ['FAILED', 'TORN'],
      serial: '012340',
    });
    expect(
      toLogFilter({ ...emptyFilter, span: 'custom', from: '2026-11-20T06:00', to: 'nonsense' }, now),
    ).toMatchObject({
      from: new Date(2026, 10, 20, 6).toISOString(),
      to: '',
    });
  });

  it('today begins at midnight of the station’s zone; a week is seven days', () => {
    const midnight = new Date(now);
    midnight.setHours(0, 0, 0, 0);
    expect(spanStart('today', now)).toBe(midnight.toISOString());
    expect(spanStart('week', now)).toBe('2026-11-13T13:31:58.000Z');
  });

  it('a pasted serial number is taken with its gaps', () => {
    expect(serialPrefix(' 01:23 40 38 d9 2c a5 71 ee 99')).toBe('01234038D92CA571EE');
    expect(isFiltered(emptyFilter)).toBe(false);
    expect(isFiltered({ ...emptyFilter, text: 'x' })).toBe(true);
  });
});

describe('the signing log', () => {
  it('columns stand in the log’s order and fill the width', () => {
    expect(orderedColumns(new Set(['note', 'seq', 'batch']))).toEqual(['seq', 'batch', 'note']);
    expect(gridColumns(['seq', 'note'])).toBe('5rem minmax(18rem, 1fr)');
    expect(orderedColumns(new Set(defaultColumns))).toHaveLength(defaultColumns.length);
  });

  it('pages cover what is seen and no more', () => {
    expect(pagesFor(0, pageSize - 1)).toEqual([0]);
    expect(pagesFor(pageSize - 1, pageSize)).toEqual([0, 1]);
    expect(pagesFor(-5, 3)).toEqual([0]);
  });

  it('the gallery’s million rows end where they should', () => {
    expect(logAt(logTotal - 1, 200, true)).toEqual([logRow(1)]);
    expect(logAt(0, 2, true).map((row) => row['seq'])).toEqual(['1000000', '999999']);
    expect(logAt(0, 1, false)).toEqual([logRow(1)]);
  });
});

describe('a run’s time line', () => {
  const [passed] = recorded.unit.runs.map((run) => runRecordSchema.parse(run));
  const [failed] = recorded.failedUnit.runs.map((run) => runRecordSchema.parse(run));
  if (passed === undefined || failed === undefined) throw new Error('the recording lacks its runs');

  it('lays the ten stages beside each other within the run', () => {
    const rows = waterfallRows(passed);
    expect(rows.map((row) => row.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(rows.map((row) => row.status)).toEqual([...Array(8).fill('done'), 'skipped', 'done']);
    for (const row of rows) expect(row.left + row.width).toBeLessThanOrEqual(1.000001);
    expect(Math.max(...rows.map((row) => row.left + row.width))).toBeCloseTo(1);
    expect(runLength(passed)).toBeGreaterThan(100);
  });

  it('is divided by round numbers, into five parts at most', () => {
    expect([1, 40, 999, 1000, 1001, 4110, 12_000, 61_000].map(axisStep)).toEqual([
      1, 10, 200, 200, 500, 1000, 5000, 20_000,
    ]);
  });

  it('a failed run says where and why, and stages it did not reach are empty', () => {
    expect(waterfallRows(failed).map((row) => row.status)).toEqual([
      ...Array(4).fill('done'),
      'error',
      ...Array(5).fill('none'),
    ]);
    expect(runCode(failed)).toBe('5-36');
    expect(runCode(passed)).toBe('');
  });
});

describe('the activity log', () => {
  const entry = (time: string, text: string, level: 'info' | 'warning' | 'error' = 'info') => ({
    time,
    level,
    source: /^Site/.test(text) ? ('line' as const) : ('station' as const),
    text,
    line: `[${time}] ${text}`,
  });

  it('shows at least this level, one source, and text in any case', () => {
    const entries = [entry('1', 'Site 1: PASS'), entry('2', 'careful', 'warning'), entry('3', 'broken', 'error')];
    const times = (level: LevelChoice, source: SourceChoice, text: string): readonly string[] =>
      filterActivity(entries, { level, source, text }).map((row) => row.time);
    expect(times('warning', 'all', '')).toEqual(['2', '3']);
    expect(times('all', 'all', 'site 1')).toEqual(['1']);
    expect(times('error', 'all', 'pass')).toEqual([]);
    expect(times('all', 'line', '')).toEqual(['1']);
    expect(times('warning', 'station', '')).toEqual(['2', '3']);
    expect(times('all', 'server', '')).toEqual([]);
  });

  it('what came while the record was read stands once', () => {
    const recent = [entry('1', 'a'), entry('2', 'b')];
    const live = [entry('2', 'b'), entry('2', 'c'), entry('3', 'd'), entry('1', 'late')];
    expect(mergeActivity(recent, live).map((row) => row.text)).toEqual(['a', 'b', 'c', 'd']);
    expect(mergeActivity([], live)).toHaveLength(4);
  });
});

describe('forms of settings and set-up', () => {
  it('sites get the first free number, sixteen at most', () => {
    expect(nextSiteId([])).toBe('site-1');
    expect(nextSiteId(['site-1', 'site-3'])).toBe('site-2');
    expect(nextSiteId(Array.from({ length: 16 }, (_, index) => `site-${index + 1}`))).toBeUndefined();
  });

  it('a root key is 64 bytes, or 65 with 04', () => {
    expect(rootKey('aa'.repeat(64))).toBe('AA'.repeat(64));
    expect(rootKey(`04 ${'aa '.repeat(64)}`)).toBe('AA'.repeat(64));
    expect(rootKey(`05${'aa'.repeat(64)}`)).toBeUndefined();
    expect(rootKey('')).toBeUndefined();
  });

  it('names are 1 to 48 bytes, the signer id four hex digits', () => {
    const good = { ...startSignerForm, name: 'S', organisation: 'O', deviceName: 'D', signerId: '00A1' };
    expect(signerFormFaults(good)).toEqual([]);
    expect(signerFormFaults({ ...good, name: 'é'.repeat(25) })).toEqual(['name']);
    expect(signerFormFaults({ ...good, signerId: '1' })).toEqual(['signerId']);
    expect(signerFormFaults(startSignerForm)).toHaveLength(4);
  });

  it('files that were written are told by their folder, once', () => {
    expect(commonFolder(['/a/b/c.h', '/a/b/d/e.h', '/a/b/c.c'])).toBe('/a/b/');
    expect(commonFolder(['C:\\Signet\\x.c', 'C:\\Signet\\x.h'])).toBe('C:\\Signet\\');
    expect(commonFolder(['/a', '/b'])).toBe('/');
    expect(commonFolder(['a', 'b'])).toBe('');
    expect(commonFolder([])).toBe('');
    expect(rootFormFaults(startRootForm)).toEqual(['commonName', 'organisation', 'kit']);
    expect(rootFormFaults({ ...startRootForm, commonName: 'R', organisation: 'O', kit: 'usb:1' })).toEqual([]);
    expect(rootFormFaults({ ...startRootForm, kind: 'file', commonName: 'R', organisation: 'O' })).toEqual([]);
  });
});
