import { describe, expect, it } from 'vitest';
import { tbsOfCertificate } from '../../src-main/signing/issuer.ts';
import type { SignerManager } from '../../src-main/signing/signer-manager.ts';
import { defaultPolicy, type IssueStep, SigningService } from '../../src-main/signing/signing-service.ts';
import { createSignerStick } from '../../src-main/simulator/open-board.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { profileDefaults } from '../../src-shared/certificates/index.ts';
import {
  device,
  type MadeStick,
  madeStick,
  openFactory,
  pairsOf,
  requester,
  requestFor,
  rowsOf,
  thePassword,
} from './factory.ts';
import { MemoryRecords } from './memory-ports.ts';
import { Lines, now, password, seeded } from './rig.ts';

/** A crash or a disk that refuses, at every step: what was signed is accounted for exactly once, and the chip gets one certificate. */

const waiting = (): void => undefined;
const steps: readonly IssueStep[] = ['checked', 'intent', 'signed', 'verified', 'archived', 'logged', 'cleared'];

function serviceOn(
  records: MemoryRecords,
  pool: SignerManager,
  more: { readonly step?: (name: IssueStep) => void | Promise<void>; readonly seed?: string } = {},
): SigningService {
  return new SigningService({
    pool,
    archive: records.archive,
    log: records.log,
    intents: records.intents,
    policyBook: records.policyBook,
    activity: new Lines(),
    policy: defaultPolicy,
    now,
    monotonic: () => now().getTime(),
    random: seeded(more.seed ?? 'first'),
    ...(more.step === undefined ? {} : { step: more.step }),
  });
}

const profiles: Readonly<Record<string, () => Promise<MadeStick>>> = {
  'hashed serial numbers': () => madeStick(),
  'stored serial numbers': () =>
    madeStick('stored', {
      parameters: { ...profileDefaults('zero-touch'), signerExpireYears: 0, deviceExpireYears: 0 },
      definitions: { profile: 'zero-touch' },
    }),
};

async function withStick(
  stick: MadeStick,
  work: (pool: SignerManager, pairs: () => number) => Promise<void>,
): Promise<void> {
  const factory = await openFactory({ root: stick.root });
  try {
    const board = createSignerStick(stick.state);
    await factory.plug(board);
    const unlocked = await factory.manager.unlock(toHex(stick.made.identity.serialNumber), [password(thePassword)]);
    if (!unlocked.ok) throw new Error(unlocked.failure.kind);
    const before = pairsOf(board);
    await work(factory.manager, () => pairsOf(board) - before);
  } finally {
    await factory.close();
  }
}

/** What must hold once a chip has got its certificate, whatever happened on the way. */
function expectOneOfEverything(records: MemoryRecords, pairs: number, context: string): void {
  const signed = records.rows.filter(({ result }) => result === 'SIGNED');
  const failed = records.rows.filter(({ result }) => result === 'FAILED');
  expect(records.certificates, context).toHaveLength(1);
  expect(signed, context).toHaveLength(1);
  const names = [...signed, ...failed].map(({ note }) => note);
  expect(new Set(names).size, `${context}: no attempt has two rows`).toBe(names.length);
  expect(pairs, `${context}: every pair has a row`).toBeLessThanOrEqual(names.length);
  expect(pairs, context).toBeGreaterThanOrEqual(1);
  expect(records.journal.size, `${context}: nothing is left open`).toBe(0);
  expect(records.batches.get('B')?.issued, `${context}: counted once`).toBe(1);
}

for (const [name, stickOf] of Object.entries(profiles)) {
  describe(`kill between the steps, ${name}`, () => {
    for (const how of ['throws', 'never returns'] as const) {
      it(`one certificate, one row per signature (${how})`, async () => {
        const stick = await stickOf();
        await withStick(stick, async (pool, pairsNow) => {
          for (const [n, at] of steps.entries()) {
            const records = new MemoryRecords(now);
            records.batches.set('B', { open: true, quota: 5, issued: 0 });
            const before = pairsNow();
            const request = requestFor(device(n + (how === 'throws' ? 0 : 100)), stick.root, {
              requester: { ...requester, batch: 'B' },
            });
            const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
            const dying = serviceOn(records, pool, {
              step: (step) => {
                if (step !== at) return;
                reach();
                if (how === 'throws') throw new Error('killed');
                return new Promise(() => undefined);
              },
            });
            await dying.start();
            const unanswered = dying.issue(request, waiting);
            await reached;
            if (how === 'throws') expect((await unanswered).ok, at).toBe(false);
            const [left] = records.journal.values();
            const next = serviceOn(records, pool, { seed: 'second' });
            await next.start();
            // A start that is itself cut off and done again changes nothing.
            await serviceOn(records, pool, { seed: 'third' }).start();
            const answer = await next.issue(request, waiting);
            if (!answer.ok) throw new Error(`${at}: ${answer.failure.code}`);
            expectOneOfEverything(records, pairsNow() - before, `${how} at ${at}`);
            if (left !== undefined) {
              const tbs = tbsOfCertificate(answer.value.deviceCertificate);
              expect(toHex(tbs ?? new Uint8Array(0)), `${at}: the same TBS`).toBe(left.tbs);
            }
          }
        });
      });
    }
  });
}

describe('a disk that fails', () => {
  it('at every durable operation, before or after its effect: the next request gets the certificate', async () => {
    const stick = await madeStick();
    await withStick(stick, async (pool, pairsNow) => {
      let n = 0;
      for (const restart of [false, true]) {
        for (const mishap of ['before', 'after'] as const) {
          for (let operation = 0; ; operation += 1) {
            n += 1;
            const records = new MemoryRecords(now);
            records.batches.set('B', { open: true, quota: 5, issued: 0 });
            const before = pairsNow();
            const request = requestFor(device(200 + n), stick.root, { requester: { ...requester, batch: 'B' } });
            let service = serviceOn(records, pool);
            await service.start();
            records.failAt(operation, mishap);
            const first = await service.issue(request, waiting);
            const context = `${mishap} operation ${operation} (${records.operations[operation]})${restart ? ' and restart' : ''}`;
            if (first.ok && records.operations.length <= operation) break;
            if (!first.ok) expect(first.failure.code, context).toBe('STORAGE_FAILED');
            if (restart) {
              service = serviceOn(records, pool, { seed: 'second' });
              await service.start();
            }
            const second = await service.issue(request, waiting);
            if (!second.ok) throw new Error(`${context}: ${second.failure.code}`);
            // Clearing and counting are two operations here; a store makes one commit of them.
            const name = records.operations[operation];
            if (name === 'count' || (name === 'clear' && mishap === 'before')) {
              const batch = records.batches.get('B');
              if (batch !== undefined) batch.issued = 1;
            }
            expectOneOfEverything(records, pairsNow() - before, context);
          }
        }
      }
    });
  });

  it('signs nothing when the intent cannot be written', async () => {
    const stick = await madeStick();
    await withStick(stick, async (pool, pairsNow) => {
      const records = new MemoryRecords(now);
      const service = serviceOn(records, pool);
      records.failAt(0, 'before');
      const answer = await service.issue(requestFor(device(1), stick.root), waiting);
      expect(answer.ok ? '' : answer.failure.code).toBe('STORAGE_FAILED');
      expect(answer.ok ? false : answer.failure.retryable).toBe(true);
      expect(pairsNow()).toBe(0);
    });
  });

  it('consumes a rework once, whatever breaks off', async () => {
    const stick = await madeStick();
    await withStick(stick, async (pool) => {
      for (const at of ['archived', 'logged'] as const) {
        const records = new MemoryRecords(now);
        const first = serviceOn(records, pool);
        const n = at === 'archived' ? 300 : 301;
        expect((await first.issue(requestFor(device(n, 0), stick.root), waiting)).ok).toBe(true);
        records.reworks.set(device(n).serialNumber, { id: 'r', usedFor: '' });
        const dying = serviceOn(records, pool, {
          seed: 'second',
          step: (step) => {
            if (step === at) throw new Error('killed');
          },
        });
        await dying.issue(requestFor(device(n, 1), stick.root), waiting);
        const next = serviceOn(records, pool, { seed: 'third' });
        await next.start();
        expect(records.reworks.get(device(n).serialNumber)?.usedFor, at).not.toBe('');
        const again = await next.issue(requestFor(device(n, 1), stick.root), waiting);
        expect(again.ok && again.value.reissued, at).toBe(true);
        const other = await next.issue(requestFor(device(n, 2), stick.root), waiting);
        expect(other.ok ? '' : other.failure.code, at).toBe('DUPLICATE_DEVICE');
      }
    });
  });

  it('on real records: killed at every step, started again on the same folder', async () => {
    const stick = await madeStick();
    const factory = await openFactory({ root: stick.root });
    try {
      const board = createSignerStick(stick.state);
      await factory.plug(board);
      await factory.manager.unlock(toHex(stick.made.identity.serialNumber), [password(thePassword)]);
      const before = pairsOf(board);
      for (const [n, at] of steps.entries()) {
        await factory.restart({
          step: (step) => {
            if (step === at) throw new Error('killed');
          },
        });
        const request = requestFor(device(n), stick.root);
        expect((await factory.service.issue(request, waiting)).ok, at).toBe(false);
        await factory.restart();
        const answer = await factory.service.issue(request, waiting);
        expect(answer.ok, at).toBe(true);
        expect(factory.records.intents.pending(), at).toEqual([]);
      }
      const rows = rowsOf(factory);
      const attempts = rows.filter(({ result }) => result === 'SIGNED' || result === 'FAILED');
      expect(new Set(attempts.map(({ note }) => note)).size).toBe(attempts.length);
      expect(rows.filter(({ result }) => result === 'SIGNED')).toHaveLength(steps.length);
      expect(pairsOf(board) - before).toBeLessThanOrEqual(attempts.length);
    } finally {
      await factory.close();
    }
  });
});
