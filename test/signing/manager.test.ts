import { afterEach, describe, expect, it } from 'vitest';
import { noSigner } from '../../src-main/signing/pool.ts';
import { setUpModule } from '../../src-main/signing/setup.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import type { FaultScript } from '../../src-main/simulator/faults/fault.ts';
import {
  type BoardSetting,
  chipsOf,
  createRootStick,
  createSignerStick,
  openBoard,
} from '../../src-main/simulator/open-board.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { inEnglish } from '../../src-shared/model/reasons.ts';
import {
  countPairs,
  device,
  type Factory,
  type FactoryOptions,
  madeStick,
  openFactory,
  pairsOf,
  readyFactory,
  requestFor,
  rowsOf,
  thePassword,
} from './factory.ts';
import { MemoryDelays, MemoryNotes, now, password, seeded, setUpOptions, takeForSetUp, testRoot } from './rig.ts';

let open: Factory | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function factoryWith(options: Partial<FactoryOptions> = {}): Promise<Factory> {
  const { root } = await madeStick();
  open = await openFactory({ root, ...options });
  return open;
}

async function stick(
  setting: BoardSetting = {},
): Promise<{ readonly board: Board; readonly serialNumber: string; readonly named: string }> {
  const { state, made } = await madeStick();
  const serialNumber = toHex(made.identity.serialNumber);
  return {
    board: createSignerStick(state, setting),
    serialNumber,
    named: `Signer (${serialNumber}, Example ATECC508A Signer)`,
  };
}

const waiting = (): void => undefined;
const SIGN = 0x41;
const CHECK_MAC = 0x28;

describe('sticks as they come and go', () => {
  it('asks for the password once, in the words of the note, and forgets it with the stick', async () => {
    const factory = await factoryWith();
    const { board, serialNumber, named } = await stick();
    await factory.plug(board);
    expect(factory.manager.list()).toMatchObject([{ waitsForPassword: true, module: { state: 'PASSWORD_REQUIRED' } }]);
    const secret = password(thePassword);
    expect((await factory.manager.unlock(serialNumber, [secret])).ok).toBe(true);
    expect(secret.wiped).toBe(true);
    board.unplug();
    await factory.manager.settled();
    expect(factory.manager.list()).toEqual([]);
    board.plug();
    await factory.plug(board);
    expect(factory.manager.list()).toMatchObject([{ waitsForPassword: true }]);
    const place = board.description.path;
    expect(factory.lines.filter((line) => !line.includes('Manager'))).toEqual([
      `info Signer module at ${place} found.`,
      `info ${named} requires password.`,
      `info ${named} password accepted, ready.`,
      `info ${named} removed.`,
      `info Signer module at ${place} found.`,
      `info ${named} requires password.`,
    ]);
  });

  it('takes one from its own list only: a plain kit stays a site', async () => {
    const factory = await factoryWith();
    const { board } = await openBoard({ kit: { dialect: 'd21' } });
    await factory.plug(board);
    expect(factory.manager.list()).toEqual([]);
    expect(factory.registry.kits()[0]?.owner).toBeUndefined();
  });

  it('says what a stick is that cannot sign, and never asks it for anything', async () => {
    const factory = await factoryWith();
    await factory.plug(createSignerStick());
    const foreign = createSignerStick();
    const lease = await takeForSetUp(foreign);
    const { writeConfig, lockConfig, lockData } = await import('../../src-main/device/index.ts');
    const { defaultImage } = await import('../../src-shared/atecc/config/index.ts');
    const chip = lease.entry.chips[0];
    if (chip === undefined) throw new Error('no chip');
    const target = { serialNumber: chip.serialNumber, part: 'ATECC508A', image: defaultImage('ATECC508A') } as const;
    await writeConfig(lease.chip(), target);
    await lockConfig(lease.chip(), target);
    await lockData(lease.chip(), chip.serialNumber, { policy: 'no-crc' });
    foreign.unplug();
    foreign.plug();
    await factory.plug(foreign);
    const newer = await openBoard({ kit: { dialect: 'legacy', name: 'AT88CKECCSIGNER' }, chips: [{ part: '608B' }] });
    await factory.plug(newer.board);
    expect(factory.manager.modules().map(({ state }) => state)).toEqual(['UNCONFIGURED', 'FOREIGN', 'UNSUPPORTED']);
    expect(pairsOf(foreign) + chipsOf(foreign).reduce((sum, each) => sum + each.counters.checkMacs, 0)).toBe(0);
    const answer = await factory.service.issue(requestFor(device(1), (await madeStick()).root), waiting);
    expect(answer.ok ? '' : answer.failure.code).toBe('NO_MATCHING_SIGNER');
  });

  it('refuses a module of a root that the station does not trust', async () => {
    const other = testRoot({ random: seeded('another root') });
    const factory = await factoryWith({ root: other });
    await factory.plug((await stick()).board);
    expect(factory.manager.modules()[0]).toMatchObject({
      state: 'FAULT',
      reason: { code: 'signer-root-unknown' },
    });
  });

  it.each([
    ['slot 8 damaged', 'data', 8, 20, 'the signer record is damaged: the check sum is wrong'],
    ['slot 8 of a newer version', 'data', 8, 6, 'the signer record is damaged: the check sum is wrong'],
    ['certificate damaged', 'data', 12, 3, 'its certificate does not verify under its root key'],
    ['signer id damaged', 'data', 12, 67, 'its certificate does not verify under its root key'],
    ['public key damaged', 'data', 11, 10, 'a public key in it is not on the curve'],
    ['configuration of slot 3 damaged', 'config', 0, 26, 'configuration byte 26 is not the layout’s'],
    ['slot 3 not locked', 'config', 0, 88, 'slot 3 is not locked'],
  ] as const)('finds what rotted: %s', async (_, zone, slot, offset, reason) => {
    const factory = await factoryWith();
    const faults: FaultScript = {
      seed: 1,
      faults: [
        {
          at: { on: 'connection', from: 1 },
          times: 1,
          action: { do: 'bit-rot', zone, slot, offset, xor: offset === 88 ? 8 : 1 },
        },
      ],
    };
    await factory.plug((await stick({ faults })).board);
    const [module] = factory.manager.modules();
    expect(module?.state).toBe('FAULT');
    expect(inEnglish(module?.reason).replace("'", '’')).toBe(reason.replace("'", '’'));
  });

  it('does not use a signer outside its validity, nor one whose set-up was not finished', async () => {
    const early = await factoryWith({ now: () => new Date('2026-03-01T00:00:00Z') });
    await early.plug((await stick()).board);
    expect(early.manager.modules()[0]).toMatchObject({ state: 'FAULT', reason: { code: 'signer-not-valid-now' } });
    expect(noSigner(early.manager.modules()).code).toBe('CLOCK_SUSPECT');
    await early.close();
    const factory = await factoryWith();
    const { board, serialNumber } = await stick();
    await factory.records.setUpNotes.setSetUpNote(serialNumber, { begunAt: now().toISOString(), publicKey: '' });
    await factory.plug(board);
    expect(factory.manager.modules()[0]).toMatchObject({
      state: 'FAULT',
      reason: { code: 'signer-unfinished' },
    });
    expect(noSigner(factory.manager.modules()).code).toBe('NO_MATCHING_SIGNER');
    expect((await factory.manager.unlock(serialNumber, [password(thePassword)])).ok).toBe(false);
  });

  it('leaves roots locked: they do not sign for devices', async () => {
    const board = createRootStick();
    const lease = await takeForSetUp(board);
    const made = await setUpModule(
      {
        kind: 'root',
        organization: 'Example Organization',
        commonName: 'Stick Root',
        chainId: 0,
        years: 0,
        serialPolicy: 'key-hash',
        label: '',
      },
      setUpOptions(lease, { passwords: [] }),
    );
    if (!made.ok) throw new Error(JSON.stringify(made.failure));
    const { identity } = made.value;
    const factory = await factoryWith({ manager: { trustsRoot: () => true } });
    board.unplug();
    board.plug();
    await factory.plug(board);
    expect(factory.manager.list()).toMatchObject([
      { waitsForPassword: false, module: { state: 'PASSWORD_REQUIRED', identity: { isRoot: true } } },
    ]);
    const answer = await factory.service.issue(
      { ...requestFor(device(1), (await madeStick()).root), selection: { caPublicKey: identity.publicKey } },
      waiting,
    );
    expect(answer.ok ? '' : answer.failure.code).toBe('NO_MATCHING_SIGNER');
  });

  it('pools several sticks of one kind: each gets its share', async () => {
    const { root } = await madeStick();
    const second = await madeStick('second', { signerId: 0x0002 });
    const { factory, board } = await readyFactory();
    open = factory;
    const other = createSignerStick(second.state);
    await factory.plug(other);
    await factory.manager.unlock(toHex(second.made.identity.serialNumber), [password(thePassword)]);
    const pairs = [countPairs(board), countPairs(other)];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => factory.service.issue(requestFor(device(i), root), waiting)),
    );
    expect(pairs.map((count) => count())).toEqual([10, 10]);
    // One is pulled out: the other goes on, and no request notices.
    other.unplug();
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, i) => factory.service.issue(requestFor(device(100 + i), root), waiting)),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
  });

  it('uses a stick once when a copy of it is plugged in too', async () => {
    const { factory } = await readyFactory();
    open = factory;
    await factory.plug((await stick()).board);
    expect(factory.manager.modules().map(({ state, reason }) => `${state} ${inEnglish(reason)}`)).toEqual([
      'READY ',
      'FAULT a module with this serial number is there already',
    ]);
    const { serialNumber } = await stick();
    await factory.manager.lock(serialNumber);
    expect((await factory.manager.unlock(serialNumber, [password(thePassword)])).ok).toBe(true);
  });

  it('lends a stick to a set-up and takes it back afterwards, locked', async () => {
    const { factory } = await readyFactory();
    open = factory;
    const [kit] = factory.registry.kits();
    if (kit === undefined) throw new Error('no kit');
    const lent = await factory.manager.borrow(kit.id, { role: 'set-up', name: 'test' });
    if (!lent.ok) throw new Error(lent.failure.kind);
    expect(factory.manager.modules()).toEqual([]);
    expect(factory.registry.kit(kit.id)?.owner?.role).toBe('set-up');
    lent.value.release();
    await factory.manager.settled();
    expect(factory.manager.modules().map(({ state }) => state)).toEqual(['PASSWORD_REQUIRED']);
    await factory.manager.lookAgain(kit.id);
    expect(factory.manager.modules().map(({ state }) => state)).toEqual(['PASSWORD_REQUIRED']);
  });
});

describe('passwords', () => {
  it('takes NFC and NFD of the same password', async () => {
    const { state, root, made } = await madeStick('umlaut', {}, { passwords: [password('Prüfstraße Süd')] });
    open = await openFactory({ root });
    await open.plug(createSignerStick(state));
    const { passwordSecret } = await import('../../src-main/signing/asd1/password.ts');
    const typed = passwordSecret('Prüfstraße Süd'.normalize('NFD'));
    if (typed === undefined) throw new Error('refused');
    expect((await open.manager.unlock(toHex(made.identity.serialNumber), [typed])).ok).toBe(true);
  });

  it('delays after five wrong ones, doubling, over a restart, per stick', async () => {
    let clock = now().getTime();
    const delays = new MemoryDelays();
    const manager = { delays };
    const factory = await factoryWith({ now: () => new Date(clock), manager });
    const { board, serialNumber, named } = await stick();
    await factory.plug(board);
    const attempt = async (text: string): Promise<string> => {
      const result = await factory.manager.unlock(serialNumber, [password(text)]);
      if (result.ok) return 'ok';
      const { failure } = result;
      return 'delayMs' in failure ? `${failure.kind} ${failure.delayMs}` : failure.kind;
    };
    for (let i = 0; i < 4; i += 1) expect(await attempt(`wrong password ${i}`)).toBe('wrong-password 0');
    expect(await attempt('wrong password 5')).toBe('wrong-password 30000');
    expect(factory.manager.modules()[0]?.state).toBe('LOCKED_OUT');
    // The right one is not even tried: no proof leaves for the stick.
    const [chip] = chipsOf(board);
    const checks = chip?.counters.checkMacs;
    expect(await attempt(thePassword)).toBe('locked-out 30000');
    expect(chip?.counters.checkMacs).toBe(checks);
    clock += 29_000;
    expect(await attempt(thePassword)).toBe('locked-out 1000');
    clock += 1_000;
    expect(await attempt('wrong password 6')).toBe('wrong-password 60000');
    board.unplug();
    board.plug();
    await factory.plug(board);
    expect(await attempt(thePassword)).toBe('locked-out 60000');
    clock += 60_000;
    expect(await attempt(thePassword)).toBe('ok');
    expect(delays.passwordDelay(serialNumber).failures).toBe(0);
    expect(factory.lines).toContain(`warning ${named} password refused. Next try in 30 s.`);
  });

  it('wants both passwords of a module for two persons, each in its place', async () => {
    const [one, two] = ['first person here', 'second person here'];
    const { state, root, made } = await madeStick('two', {}, { passwords: [password(one), password(two)] });
    open = await openFactory({ root });
    await open.plug(createSignerStick(state));
    const serialNumber = toHex(made.identity.serialNumber);
    const unlock = async (...texts: string[]) => {
      const result = await open?.manager.unlock(serialNumber, texts.map(password));
      return result?.ok === true ? 'ok' : result?.failure.kind;
    };
    expect(made.identity.passwordScheme).toBe('two-persons');
    expect(await unlock(one)).toBe('passwords-needed');
    expect(await unlock(two, one)).toBe('wrong-password');
    expect(await unlock(one, two)).toBe('ok');
  });

  it('opens a module without password by itself, and again after it was locked', async () => {
    const { state, root, made } = await madeStick('open', {}, { passwords: [] });
    open = await openFactory({ root });
    await open.plug(createSignerStick(state));
    const serialNumber = toHex(made.identity.serialNumber);
    expect(open.manager.modules()[0]?.state).toBe('READY');
    await open.manager.lock(serialNumber);
    expect(open.manager.modules()[0]?.state).toBe('PASSWORD_REQUIRED');
    expect((await open.manager.unlock(serialNumber, [])).ok).toBe(true);
    expect(open.lines.filter((line) => line.includes('ready') || line.includes('requires'))).toEqual([
      `info Signer (${serialNumber}, Example ATECC508A Signer) ready.`,
      `info Signer (${serialNumber}, Example ATECC508A Signer) ready.`,
    ]);
  });

  it('locks: nothing is signed any more, and the chip holds no authorisation', async () => {
    const { factory, board, root } = await readyFactory();
    open = factory;
    await factory.manager.lockAll();
    const answer = await factory.service.issue(requestFor(device(1), root), waiting);
    expect(answer.ok ? '' : answer.failure.code).toBe('SIGNER_LOCKED');
    expect(chipsOf(board)[0]?.inspect()).toMatchObject({ mode: 'asleep', authValid: false });
  });

  it('forgets all keys when it stops, and gives the kits back', async () => {
    const { factory, board } = await readyFactory();
    open = factory;
    const [module] = factory.manager.modules();
    await factory.manager.stop();
    expect(await module?.sign(new Uint8Array(0), async () => undefined)).toMatchObject({ ok: false });
    expect(factory.manager.modules()).toEqual([]);
    expect(factory.registry.kits()[0]?.owner).toBeUndefined();
    expect(chipsOf(board)[0]?.inspect()).toMatchObject({ mode: 'asleep', authValid: false });
  });

  it('lets a request wait for the password when policy says so', async () => {
    const factory = await factoryWith({ policy: { passwordWaitMs: 5_000 } });
    const { board, serialNumber } = await stick();
    await factory.plug(board);
    const reasons: string[] = [];
    const answer = factory.service.issue(requestFor(device(1), (await madeStick()).root), (reason) =>
      reasons.push(reason),
    );
    await factory.manager.unlock(serialNumber, [password(thePassword)]);
    expect((await answer).ok).toBe(true);
    expect(reasons).toEqual(['password', 'signing']);
  });
});

describe('a password entered while the stick goes', () => {
  const pulled = (opcode: number, side: 'before' | 'after'): FaultScript => ({
    seed: 1,
    faults: [
      {
        at: { on: 'packet', filter: { opcode }, from: 1 },
        times: 1,
        action: { do: 'unplug', side, back: { kind: 'never' } },
      },
    ],
  });
  const NONCE = 0x16;

  it.each([
    ['while its keys are reckoned', undefined],
    ['before the chip was asked', pulled(NONCE, 'before')],
    ['before the proof', pulled(CHECK_MAC, 'before')],
    ['after the proof, which nobody read', pulled(CHECK_MAC, 'after')],
  ] as const)('%s: it is gone, nothing is kept, and it asks anew when it is back', async (_, faults) => {
    const factory = await factoryWith();
    const { board, serialNumber } = await stick(faults === undefined ? {} : { faults });
    await factory.plug(board);
    const asked = factory.manager.unlock(serialNumber, [password(thePassword)]);
    if (faults === undefined) board.unplug();
    expect(await asked).toMatchObject({ ok: false, failure: { kind: 'removed' } });
    expect(factory.manager.modules()).toEqual([]);
    board.plug();
    await factory.plug(board);
    expect(factory.manager.modules()[0]?.state).toBe('PASSWORD_REQUIRED');
    expect(await factory.manager.unlock(serialNumber, [password(thePassword)])).toMatchObject({ ok: true });
  });
});

describe('bad moments of a stick', () => {
  const at = (
    opcode: number,
    from: number,
    action: FaultScript['faults'][number]['action'],
    times = 1,
  ): FaultScript => ({
    seed: 7,
    faults: [{ at: { on: 'packet', filter: { opcode }, from }, times, action }],
  });

  async function withFaults(
    faults: FaultScript,
  ): Promise<{ factory: Factory; board: Board; pairs: () => number; issue: (n: number) => Promise<string> }> {
    const factory = await factoryWith();
    const { board, serialNumber } = await stick({ faults });
    await factory.plug(board);
    const unlocked = await factory.manager.unlock(serialNumber, [password(thePassword)]);
    if (!unlocked.ok) throw new Error(unlocked.failure.kind);
    const { root } = await madeStick();
    return {
      factory,
      board,
      pairs: countPairs(board),
      issue: async (n) => {
        const answer = await factory.service.issue(requestFor(device(n), root), waiting);
        return answer.ok ? 'ok' : answer.failure.code;
      },
    };
  }

  /** SIGNED and FAILED rows: as many as pairs, or one more where the chip never got to sign. */
  const attempts = (factory: Factory): string[] =>
    rowsOf(factory)
      .filter(({ result }) => result === 'SIGNED' || result === 'FAILED')
      .map(({ result }) => result);

  it('a lost answer to Sign: the sequence is begun again, and both attempts have a row', async () => {
    const { factory, pairs, issue } = await withFaults(at(SIGN, 1, { do: 'drop-answer' }));
    expect(await issue(1)).toBe('ok');
    expect(pairs()).toBe(2);
    expect(attempts(factory).sort()).toEqual(['FAILED', 'SIGNED']);
  });

  // Enough for one request and no more: the kit sends each Sign several times by itself.
  const lost = 9;

  it('lost answers without end: refused for now, a row for every attempt, and later the same certificate', async () => {
    const { factory, pairs, issue } = await withFaults(at(SIGN, 1, { do: 'nack' }, lost));
    expect(await issue(1)).toBe('SIGN_FAILED');
    const [left] = factory.records.intents.pending();
    expect(attempts(factory)).toEqual(['FAILED', 'FAILED', 'FAILED']);
    expect(pairs()).toBe(0);
    expect(await issue(1)).toBe('ok');
    const rows = rowsOf(factory);
    expect(rows.at(-1)).toMatchObject({ result: 'SIGNED' });
    expect(rows.at(-1)?.note.startsWith(`attempt ${left?.id}.`)).toBe(true);
    expect(rows.at(-1)?.tbs_sha256).toBe(rows[0]?.tbs_sha256);
    expect(new Set(rows.map(({ note }) => note)).size).toBe(rows.length);
    expect(pairs()).toBe(1);
  });

  it.each([
    ['between authorisation and signature', CHECK_MAC, 'after'],
    ['after the signature, before it was read', SIGN, 'after'],
    ['before the signature', SIGN, 'before'],
  ] as const)('pulled out %s: one clear refusal, one row, nothing else', async (_, opcode, side) => {
    // The first CheckMac is the password's.
    const from = opcode === CHECK_MAC ? 2 : 1;
    const { factory, board, issue } = await withFaults(
      at(opcode, from, { do: 'unplug', side, back: { kind: 'never' } }),
    );
    expect(await issue(1)).toBe('SIGNER_REMOVED');
    expect(factory.manager.modules()).toEqual([]);
    expect(attempts(factory)).toEqual(['FAILED']);
    expect(factory.records.archive.bySerialNumber(device(1).serialNumber)).toEqual([]);
    expect(await issue(2)).toBe('NO_MATCHING_SIGNER');
    board.plug();
    await factory.plug(board);
    expect(await issue(1)).toBe('SIGNER_LOCKED');
    await factory.manager.unlock((await stick()).serialNumber, [password(thePassword)]);
    expect(await issue(1)).toBe('ok');
    expect(attempts(factory)).toEqual(['FAILED', 'SIGNED']);
  });

  it('a signature that is another key’s never leaves, and three in a row set the stick aside', async () => {
    const { factory, pairs, issue } = await withFaults(at(SIGN, 1, { do: 'wrong-key' }, 3));
    expect(await issue(1)).toBe('SIGNATURE_CHECK_FAILED');
    expect(await issue(2)).toBe('SIGNATURE_CHECK_FAILED');
    expect(factory.manager.modules()[0]?.state).toBe('READY');
    expect(await issue(3)).toBe('SIGNATURE_CHECK_FAILED');
    expect(factory.manager.modules()[0]).toMatchObject({ state: 'FAULT', reason: { code: 'signer-wrong-signature' } });
    expect(await issue(4)).toBe('SIGNER_FAULT');
    expect(attempts(factory)).toEqual(['FAILED', 'FAILED', 'FAILED']);
    expect(pairs()).toBe(3);
    for (const n of [1, 2, 3]) expect(factory.records.archive.bySerialNumber(device(n).serialNumber)).toEqual([]);
  });

  it('a chip whose signatures verify under no key is caught the same way', async () => {
    const factory = await factoryWith();
    const { board, serialNumber } = await stick({ defect: 'wrong-signature' });
    await factory.plug(board);
    await factory.manager.unlock(serialNumber, [password(thePassword)]);
    const answer = await factory.service.issue(requestFor(device(1), (await madeStick()).root), waiting);
    expect(answer.ok ? '' : answer.failure.code).toBe('SIGNATURE_CHECK_FAILED');
  });

  it('another stick behind the same kit: it is not asked to sign, and nobody’s key is sent to it', async () => {
    const { factory, board, issue } = await withFaults({ seed: 1, faults: [] });
    const second = await madeStick('second', { signerId: 0x0002 });
    board.takeOut();
    board.putIn(chipsOf(createSignerStick(second.state)));
    const pairs = countPairs(board);
    expect(await issue(1)).toBe('SIGNER_LOCKED');
    expect(pairs()).toBe(0);
    expect(factory.manager.modules()[0]?.state).toBe('PASSWORD_REQUIRED');
  });
});

describe('kits of every dialect, both readings of idle (signer-and-server.md 6.10)', () => {
  for (const dialect of ['legacy', 'd21', 'modern'] as const) {
    for (const reading of ['keep', 'drop'] as const) {
      const fit = dialect === 'legacy' || reading === 'keep';
      it(`${dialect}, ${reading}: ${fit ? 'signs' : 'SIGNER_KIT_UNSUITABLE'}`, async () => {
        const { state, root, made } = await madeStick();
        open = await openFactory({ root });
        const kit = dialect === 'legacy' ? ({ dialect, name: 'AT88CKECCSIGNER' } as const) : ({ dialect } as const);
        const { createBoard } = await import('../../src-main/simulator/open-board.ts');
        const { restoreChip } = await import('../../src-main/simulator/chip/index.ts');
        const board = createBoard({ kit });
        const snapshot = state.chips[0];
        board.takeOut();
        board.putIn([
          restoreChip(snapshot, { clock: board.clock, timing: 'none', rules: { idleKeepsAuthValid: reading } }),
        ]);
        await open.plug(board);
        const pairs = countPairs(board);
        const result = await open.manager.unlock(toHex(made.identity.serialNumber), [password(thePassword)]);
        const answer = await open.service.issue(requestFor(device(1), root), waiting);
        if (fit) {
          expect(result.ok).toBe(true);
          expect(answer.ok).toBe(true);
          return;
        }
        expect(result.ok ? '' : result.failure.kind).toBe('kit-unsuitable');
        expect(answer.ok ? '' : answer.failure.code).toBe('SIGNER_KIT_UNSUITABLE');
        expect(pairs()).toBe(0);
      });
    }
  }
});

describe('wear', () => {
  it('a thousand signatures cost at most one update of the RNG seed', async () => {
    const { factory, board } = await readyFactory();
    open = factory;
    const [chip] = chipsOf(board);
    const [module] = factory.manager.modules();
    const { made, root } = await madeStick();
    const { prepareIssue } = await import('../../src-main/signing/issue-prepare.ts');
    const prepared = prepareIssue(requestFor(device(1), root), {
      identity: made.identity,
      asked: now(),
      reuse: undefined,
      archive: factory.records.archive,
      known: [],
      random: seeded('x'),
    });
    if (!prepared.ok) throw new Error(prepared.failure.code);
    const seeds = chip?.counters.rngSeedUpdates ?? Number.NaN;
    const pairs = pairsOf(board);
    for (let i = 0; i < 1000; i += 1) {
      const signed = await module?.sign(prepared.value.tbs, async () => undefined);
      if (signed?.ok !== true) throw new Error(`signature ${i}`);
    }
    expect(pairsOf(board) - pairs).toBe(1000);
    expect((chip?.counters.rngSeedUpdates ?? Number.NaN) - seeds).toBeLessThanOrEqual(1);
  });
});

describe('notes of a set-up in memory', () => {
  it('are removed when it is finished', async () => {
    const notes = new MemoryNotes();
    await madeStick('noted', {}, { notes });
    expect(notes.notes.size).toBe(0);
  });
});
