import { describe, expect, it } from 'vitest';
import {
  authorisedSign,
  authSurvivesIdle,
  changeKey,
  failureToError,
  proveKey,
  testAuthorisation,
} from '../../src-main/device/index.ts';
import { asd1Image } from '../../src-main/signing/asd1/layout.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { verifyDigest } from '../../src-shared/certificates/p256.ts';
import { atCommand, dialects, lines, must, mustFail, SERIAL } from './bench.ts';
import { DIGEST, hostRandom, K4, K5, keyOf, openModule, replug } from './module.ts';
import { hidPace } from './paces.ts';

const NEW_K4 = Uint8Array.from({ length: 32 }, (_, i) => 0x11 + i);
const NEW_K5 = Uint8Array.from({ length: 32 }, (_, i) => 0x77 ^ i);
const request = { slot: 3, digest: DIGEST };

describe('one authorised signature (signer-and-server.md 6.6)', () => {
  it.each(['keep', 'drop'] as const)(
    'legacy kit with its wrapping off, AuthValid over idle: %s',
    async (idleKeepsAuthValid) => {
      const bench = await openModule({ chip: { rules: { idleKeepsAuthValid } } });
      const signature = must(await authorisedSign(bench.module, keyOf(4, K4), request));
      expect(verifyDigest(bench.publicKey, DIGEST, signature)).toBe(true);
      expect(lines(bench).map((line) => line.toLowerCase().replace(/\(.+\)/, '(…)'))).toEqual([
        'e:a(…)',
        'e:w()',
        ...Array<string>(4).fill('e:t(…)'),
        'e:i()',
        'e:a(…)',
      ]);
      expect(bench.chip.inspect()).toMatchObject({ mode: 'idle', authValid: false });
    },
  );

  it.each(['d21', 'modern'] as const)('%s kit: four lines when AuthValid survives idle', async (dialect) => {
    const bench = await openModule({ dialect });
    const signature = must(await authorisedSign(bench.module, keyOf(4, K4), request));
    expect(verifyDigest(bench.publicKey, DIGEST, signature)).toBe(true);
    expect(lines(bench)).toHaveLength(4);
  });

  it.each(['d21', 'modern'] as const)('%s kit: says so when AuthValid does not survive idle', async (dialect) => {
    const bench = await openModule({ dialect, chip: { rules: { idleKeepsAuthValid: 'drop' } } });
    const failure = mustFail(await authorisedSign(bench.module, keyOf(4, K4), request));
    expect(failure).toEqual({ kind: 'auth-lost-over-idle' });
    expect(failureToError(failure).code).toBe('SIGNER_KIT_UNSUITABLE');
    expect(bench.chip.counters.signatures).toBe(0);
  });

  it('a wrong key is refused at once, without a second try', async () => {
    const bench = await openModule();
    const attempts: number[] = [];
    const failure = mustFail(
      await authorisedSign(bench.module, keyOf(4, K5), {
        ...request,
        beforeAttempt: async (attempt) => {
          attempts.push(attempt);
        },
      }),
    );
    expect(failure).toEqual({ kind: 'authorisation-refused', slot: 4 });
    expect(attempts).toEqual([1]);
    expect(bench.chip.counters.checkMacs).toBe(1);
  });

  it.each(dialects)('%s kit: a lost signature is made anew as a whole, told before every attempt', async (dialect) => {
    const bench = await openModule({
      dialect,
      faults: [atCommand(0x41, { do: 'drop-answer' }, { times: dialect === 'legacy' ? 2 : 1 })],
    });
    const attempts: number[] = [];
    const signature = must(
      await authorisedSign(bench.module, keyOf(4, K4), {
        ...request,
        beforeAttempt: async (attempt) => {
          attempts.push(attempt);
        },
      }),
    );
    expect(verifyDigest(bench.publicKey, DIGEST, signature)).toBe(true);
    expect(attempts).toEqual([1, 2]);
    expect(bench.chip.counters.authorisedSignPairs).toBe(2);
  });

  it('nothing is sent when the caller cannot record the attempt', async () => {
    const bench = await openModule();
    const refusing = { ...request, beforeAttempt: () => Promise.reject(new Error('disk full')) };
    await expect(authorisedSign(bench.module, keyOf(4, K4), refusing)).rejects.toThrow('disk full');
    expect(bench.trace.filter((event) => event.kind === 'line-in')).toEqual([]);
    // The kit is not blocked by it.
    must(await authorisedSign(bench.module, keyOf(4, K4), request));
  });

  it('no authorisation is left when the second attempt may not begin', async () => {
    const bench = await openModule({ faults: [atCommand(0x41, { do: 'nack' }, { times: 2 })] });
    const beforeAttempt = (attempt: number) =>
      attempt === 1 ? Promise.resolve() : Promise.reject(new Error('disk full'));
    await expect(authorisedSign(bench.module, keyOf(4, K4), { ...request, beforeAttempt })).rejects.toThrow(
      'disk full',
    );
    expect(bench.chip.counters.checkMacMatches).toBe(1);
    expect(bench.chip.inspect()).toMatchObject({ mode: 'asleep', authValid: false });
  });

  it('an authorisation that is left over is put to sleep, a used one is idled', async () => {
    const bench = await openModule({ faults: [atCommand(0x41, { do: 'nack' }, { times: 99 })] });
    mustFail(await authorisedSign(bench.module, keyOf(4, K4), request));
    expect(bench.chip.inspect()).toMatchObject({ mode: 'asleep', authValid: false });
    expect(bench.events.filter((event) => event.kind === 'sleep')).toHaveLength(3);
  });

  it('a hundred signatures cost at most one RNG seed update', async () => {
    const bench = await openModule();
    const before = bench.chip.counters.rngSeedUpdates;
    for (let i = 0; i < 100; i += 1) must(await authorisedSign(bench.module, keyOf(4, K4), request));
    expect(bench.chip.counters.rngSeedUpdates - before).toBeLessThanOrEqual(1);
  });

  it('fits the long watchdog over HID; facts unknown, it must fit the short one', async () => {
    const bench = await openModule({ pace: hidPace });
    const start = bench.clock.now();
    must(await authorisedSign(bench.module, keyOf(4, K4), request));
    expect(bench.clock.now() - start).toBeLessThan(700);
  });
});

describe('measuring and proving', () => {
  it.each(dialects.flatMap((dialect) => (['keep', 'drop'] as const).map((rule) => ({ dialect, rule }))))(
    '$dialect kit, AuthValid over idle: $rule',
    async ({ dialect, rule }) => {
      const bench = await openModule({ dialect, chip: { rules: { idleKeepsAuthValid: rule } } });
      expect(must(await authSurvivesIdle(bench.module, keyOf(4, K4)))).toBe(rule === 'keep');
      expect(bench.chip.inspect()).toMatchObject({ mode: 'asleep', authValid: false });
    },
  );

  it('proves a key and leaves no authorisation', async () => {
    const bench = await openModule();
    expect(must(await proveKey(bench.module, keyOf(4, K4)))).toBe(true);
    expect(bench.chip.inspect().authValid).toBe(false);
    expect(must(await proveKey(bench.module, keyOf(4, K5)))).toBe(false);
    expect(must(await proveKey(bench.module, keyOf(5, K5)))).toBe(true);
  });

  it('shows no key and no response to observers', async () => {
    const bench = await openModule();
    must(await proveKey(bench.module, keyOf(4, K4)));
    const proof = bench.events.find((event) => event.kind === 'sent' && event.packet.name === 'CheckMac');
    if (proof?.kind !== 'sent') throw new Error('no CheckMac');
    expect(proof.packet.hex).toBe(`5428010400${'..'.repeat(79)}`);
  });
});

describe('changing keys (signer-and-server.md 6.8)', () => {
  const change = (target: 4 | 5, key: Uint8Array, underKey: Uint8Array) => ({
    target: { slot: target, key: new Secret(key.slice()) },
    under: { slot: target === 4 ? 5 : 4, key: new Secret(underKey.slice()) },
    serialNumber: SERIAL,
    random: hostRandom,
  });

  it.each(dialects)('%s kit: (a) then (b), each proven', async (dialect) => {
    const bench = await openModule({ dialect });
    must(await changeKey(bench.module, change(5, NEW_K5, K4)));
    must(await changeKey(bench.module, change(4, NEW_K4, NEW_K5)));
    const { slots } = bench.chip.inspect();
    expect([4, 5].map((slot) => toHex(slots[slot]?.slice(0, 32) ?? new Uint8Array()))).toEqual([
      toHex(NEW_K4),
      toHex(NEW_K5),
    ]);
    must(await authorisedSign(bench.module, keyOf(4, NEW_K4), request));
  });

  it.each(dialects)('%s kit: an answer that is lost does no harm', async (dialect) => {
    const bench = await openModule({
      dialect,
      faults: [atCommand(0x12, { do: 'drop-answer' }, { p1: 0xc2, times: 2 })],
    });
    must(await changeKey(bench.module, change(5, NEW_K5, K4)));
    expect(must(await proveKey(bench.module, keyOf(5, NEW_K5)))).toBe(true);
  });

  it('torn in (a): the old password still proves, and (a) works again', async () => {
    const torn = { newWords: 0b0110, key: 'old' } as const;
    const cut = { do: 'power-cut', when: 'during', scope: 'board', back: { kind: 'at-once' }, torn } as const;
    const bench = await openModule({ faults: [atCommand(0x12, cut, { p1: 0xc2 })] });
    expect(mustFail(await changeKey(bench.module, change(5, NEW_K5, K4))).kind).toBe('kit');
    expect(toHex(bench.chip.inspect().slots[5]?.slice(0, 32) ?? new Uint8Array())).not.toBe(toHex(NEW_K5));
    const again = await replug(bench);
    expect(must(await proveKey(again, keyOf(4, K4)))).toBe(true);
    expect(must(await proveKey(again, keyOf(5, K5)))).toBe(false);
    must(await changeKey(again, change(5, NEW_K5, K4)));
    must(await changeKey(again, change(4, NEW_K4, NEW_K5)));
  });

  it('under a key that is not the one in the slot nothing is changed', async () => {
    const bench = await openModule();
    const failure = mustFail(await changeKey(bench.module, change(5, NEW_K5, NEW_K4)));
    expect(failureToError(failure).code).toBe('CHIP_REFUSED');
    expect(must(await proveKey(bench.module, keyOf(5, K5)))).toBe(true);
  });
});

describe('the test of a new module (signer-and-server.md 6.5 step 9)', () => {
  const test = (publicKey: Uint8Array, over: { k4?: Uint8Array; k5?: Uint8Array } = {}) => ({
    auth: keyOf(4, over.k4 ?? K4),
    other: keyOf(5, over.k5 ?? K5),
    signSlot: 3,
    digest: DIGEST,
    verify: (signature: Uint8Array) => verifyDigest(publicKey, DIGEST, signature),
  });

  it.each(dialects)('%s kit: a sound module passes and is left asleep', async (dialect) => {
    const bench = await openModule({ dialect });
    must(await testAuthorisation(bench.module, test(bench.publicKey)));
    expect(bench.chip.inspect()).toMatchObject({ mode: 'asleep', authValid: false });
    expect(bench.chip.counters).toMatchObject({ signatures: 1, checkMacs: 3, checkMacMatches: 2 });
  });

  it('a module without ReqAuth is caught in (a)', async () => {
    const image = asd1Image.slice();
    image[96 + 2 * 3] = 0x33;
    const bench = await openModule({}, image);
    expect(mustFail(await testAuthorisation(bench.module, test(bench.publicKey)))).toMatchObject({
      kind: 'authorisation-test',
      step: 'a',
    });
  });

  it('wrong keys are caught in (b) and (e), a wrong signature in (b)', async () => {
    const bench = await openModule();
    const failed = async (over: { k4?: Uint8Array; k5?: Uint8Array }, publicKey = bench.publicKey) =>
      mustFail(await testAuthorisation(bench.module, test(publicKey, over)));
    expect(await failed({ k4: NEW_K4 })).toMatchObject({ step: 'b' });
    expect(await failed({ k5: NEW_K5 })).toMatchObject({ step: 'e' });
    expect(await failed({}, new Uint8Array(64))).toMatchObject({ step: 'b' });
  });

  it.each([
    ['auth.req-auth', 'a'],
    ['auth.check-mac-sets', 'b'],
    ['auth.one-proof-one-use', 'c'],
    ['check-mac.compares', 'd'],
  ] as const)('a chip without the rule %s is caught in (%s)', async (rule, step) => {
    const bench = await openModule({ chip: { rules: { disabled: new Set([rule]) } } });
    const failure = mustFail(await testAuthorisation(bench.module, test(bench.publicKey)));
    expect(failure).toMatchObject({ kind: 'authorisation-test', step });
    // Before the first proof nothing is left over that would have to be put to sleep.
    expect(bench.chip.inspect().mode).toBe(step === 'a' ? 'idle' : 'asleep');
  });
});
