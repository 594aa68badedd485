import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { judgePort } from '../../src-main/hal/watcher.ts';
import { type Asd1Record, decodeRecord, encodeRecord } from '../../src-main/signing/asd1/record.ts';
import { definitionSource } from '../../src-main/signing/definitions.ts';
import { identityFromFile, identityToFile } from '../../src-main/signing/identity-file.ts';
import { setUpModule } from '../../src-main/signing/setup.ts';
import { parseSnapshot } from '../../src-main/simulator/chip/index.ts';
import { chipsOf, createSignerStick } from '../../src-main/simulator/open-board.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { profileDefaults, profileDefinitions } from '../../src-shared/certificates/index.ts';
import { inEnglish } from '../../src-shared/model/reasons.ts';
import { device, type Factory, madeStick, openFactory, readyFactory, requestFor, thePassword } from './factory.ts';
import { MemoryDefinitions, password, setUpOptions, signerRequest, takeForSetUp, testRoot } from './rig.ts';

const READ = 0x02;
const INFO = 0x30;

let open: Factory | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

describe('modules with something wrong', () => {
  /** The plain stick with another record in slot 8, check sum and all. */
  async function withRecord(edit: (record: Asd1Record) => Asd1Record, spoil?: (bytes: Uint8Array) => void) {
    const { state, root } = await madeStick();
    const [snapshot] = state.chips;
    const chip = parseSnapshot(snapshot);
    const slots = [...chip.slots];
    const record = decodeRecord(fromHex(slots[8] ?? ''));
    if (!record.ok) throw new Error('no record');
    const bytes = encodeRecord(edit(record.value));
    spoil?.(bytes);
    slots[8] = toHex(bytes);
    open = await openFactory({ root });
    await open.plug(createSignerStick({ ...state, chips: [{ ...chip, slots }] }));
    const [module] = open.manager.modules();
    return `${module?.state} ${inEnglish(module?.reason)}`;
  }

  it.each([
    [13, 8, 1],
    [19, 8, 1],
    [15, 1, 1],
    [17, 8, 2],
  ])('password key parameters 2^%i, r %i, p %i: refused, so that no cheap proof is sent', async (log2N, r, p) => {
    const seen = await withRecord((record) => ({ ...record, kdf: { algorithm: 1, log2N, r, p } }));
    expect(seen).toBe('FAULT the parameters of its password key are not accepted');
    // Nor is a stick made with such parameters, which could never be opened.
    const board = createSignerStick();
    const made = await setUpModule(signerRequest(testRoot()), {
      ...setUpOptions(await takeForSetUp(board)),
      kdf: { algorithm: 1, log2N, r, p },
    });
    expect(made).toMatchObject({ ok: false, failure: { kind: 'parameters' } });
    expect(chipsOf(board)[0]?.inspect().configLocked).toBe(false);
  });

  it.each([
    [
      'another signer id',
      (record: Asd1Record) => ({ ...record, signerId: 1 }),
      'record and certificate name different signer ids',
    ],
    [
      'another signer name',
      (record: Asd1Record) => ({ ...record, signerName: 'Somebody' }),
      'its certificate has another name',
    ],
    [
      'the root flag',
      (record: Asd1Record) => ({ ...record, isRoot: true }),
      'root and signer key do not fit its record',
    ],
    [
      'another device name',
      (record: Asd1Record) => ({ ...record, deviceCommonName: 'Somebody' }),
      'its certificate definitions are not on this station',
    ],
  ] as const)('a record with %s', async (_, edit, reason) => {
    expect(await withRecord(edit)).toBe(`FAULT ${reason}`);
  });

  it('a record of a newer version', async () => {
    const newer = await withRecord(
      (record) => record,
      (bytes) => {
        bytes[6] = 2;
        const length = 8 + ((bytes[4] ?? 0) << 8) + (bytes[5] ?? 0);
        bytes.set(createHash('sha256').update(bytes.slice(0, length)).digest(), 384);
      },
    );
    expect(newer).toBe('FAULT the signer record has version 2');
  });

  it('definitions of one’s own: missing on this station, or with another digest', async () => {
    const parameters = { ...profileDefaults('atmel-2015'), deviceCommonName: 'Own Device' };
    const pair = profileDefinitions('atmel-2015', parameters);
    if (!pair.ok) throw new Error(pair.failure);
    const custom = {
      signer: pair.value.signer,
      device: { ...pair.value.device, compressedLocation: { ...pair.value.device.compressedLocation, slot: 13 } },
    };
    const files = new MemoryDefinitions();
    const { state, root } = await madeStick(
      'custom',
      { parameters, definitions: { custom } },
      { definitionFiles: files },
    );
    const see = async (source: MemoryDefinitions): Promise<string> => {
      const factory = await openFactory({ root, manager: { definitions: definitionSource(source) } });
      try {
        await factory.plug(createSignerStick(state));
        const [module] = factory.manager.modules();
        return `${module?.state} ${inEnglish(module?.reason)}`;
      } finally {
        await factory.close();
      }
    };
    expect(await see(files)).toBe('PASSWORD_REQUIRED ');
    expect(await see(new MemoryDefinitions())).toBe('FAULT its certificate definitions are not on this station');
    const altered = new MemoryDefinitions();
    for (const [digest, bytes] of files.files) {
      const other = bytes.slice();
      other[4] = (other[4] ?? 0) ^ 1;
      altered.files.set(digest, other);
    }
    expect(await see(altered)).toBe('FAULT its certificate definitions are not on this station');
  });

  it('a signer with its root’s key', async () => {
    const { made, root } = await madeStick();
    const file = identityToFile({ ...made.identity, certificate: root.facts.certificate });
    expect(identityFromFile(file, 'file', 'one')).toEqual({ ok: false, failure: 'signer and root have the same key' });
  });

  it('an expired certificate', async () => {
    const { root, state } = await madeStick('short', {
      parameters: { ...profileDefaults('atmel-2015'), signerExpireYears: 1, deviceExpireYears: 1 },
    });
    open = await openFactory({ root, now: () => new Date('2027-03-04T11:00:00Z') });
    await open.plug(createSignerStick(state));
    expect(open.manager.modules()[0]).toMatchObject({ state: 'FAULT', reason: { code: 'signer-not-valid-now' } });
  });

  it('a device certificate that would outlive its signer’s', async () => {
    const { root, state, made } = await madeStick('outlived', {
      parameters: { ...profileDefaults('atmel-2015'), signerExpireYears: 2, deviceExpireYears: 2 },
    });
    open = await openFactory({ root });
    await open.plug(createSignerStick(state));
    const serialNumber = Buffer.from(made.identity.serialNumber).toString('hex').toUpperCase();
    const { password } = await import('./rig.ts');
    await open.manager.unlock(serialNumber, [password('correct horse battery')]);
    const later = new Date('2026-06-01T00:00:00Z');
    await open.restart({ now: () => later });
    const refused = await open.service.issue(requestFor(device(1), root), () => undefined);
    expect(refused.ok ? '' : refused.failure.code).toBe('CLOCK_SUSPECT');
    await open.restart({ policy: { allowOutlivingSigner: true } });
    expect((await open.service.issue(requestFor(device(1), root), () => undefined)).ok).toBe(true);
  });

  it('a chip that gives its key’s public part, or would sign, without a proof: refused loudly, nobody is asked for a password', async () => {
    const { state, root, made } = await madeStick();
    open = await openFactory({ root });
    const signatures: boolean[] = [];
    const board = createSignerStick(state, {
      rules: { disabled: new Set(['auth.req-auth'] as const) },
      onEvent: (event) => {
        if (event.kind === 'signature') signatures.push(event.authorised);
      },
    });
    await open.plug(board);
    const reason = 'its key works without its password: it protects nothing and is not used';
    expect(open.manager.modules().map(({ state, reason }) => [state, reason?.code])).toEqual([
      ['FAULT', 'signer-unguarded'],
    ]);
    expect(open.lines.filter((line) => line.startsWith('error') || line.startsWith('warning')).join()).toContain(
      reason,
    );
    const unlocked = await open.manager.unlock(toHex(made.identity.serialNumber), [password(thePassword)]);
    expect(unlocked.ok).toBe(false);
    expect((await open.service.issue(requestFor(device(1), root), () => undefined)).ok).toBe(false);
    expect(signatures).toEqual([]);
  });

  it.each([
    [0x0f30, 'AWS root stick'],
    [0x0f31, 'AWS signer stick'],
  ])('a stick of the 2016 AWS kit (04D8:%x) is shown for what it is, and sent nothing', async (productId, name) => {
    const { state, root } = await madeStick();
    const description = {
      kind: 'hid',
      path: '/dev/hidraw7',
      connector: 'usb:1-1',
      vendorId: 0x04d8,
      productId,
    } as const;
    const port = await judgePort(description, ['/dev/hidraw7']);
    expect(port).toMatchObject({ taken: false, reason: { code: 'signer-aws-stick', facts: { name } } });
    // Should one be opened all the same (another system, another name), it is not asked for anything either.
    open = await openFactory({ root });
    const opcodes: number[] = [];
    const board = createSignerStick(state, {
      description,
      onEvent: (event) => {
        if (event.kind === 'command') opcodes.push(event.opcode);
      },
    });
    await open.plug(board);
    const [module] = open.manager.modules();
    expect(module).toMatchObject({ state: 'FOREIGN', identity: undefined });
    expect(module?.reason?.code).toBe('signer-aws-stick');
    // What every kit is asked: which chips it has.
    expect(opcodes.filter((opcode) => opcode !== READ && opcode !== INFO)).toEqual([]);
  });

  it('a stick whose chip falls silent while the stick stays: one refusal, and no endless looking', async () => {
    const { factory, board, root } = await readyFactory();
    open = factory;
    const chips = board.takeOut();
    const first = await factory.service.issue(requestFor(device(1), root), () => undefined);
    expect(first.ok ? '' : first.failure.code).toBe('SIGNER_REMOVED');
    expect(factory.manager.modules()[0]).toMatchObject({ state: 'FAULT', reason: { code: 'signer-chip-silent' } });
    const lines = factory.lines.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(factory.lines.length).toBe(lines);
    board.putIn(chips);
    await factory.manager.lookAgain(factory.registry.kits()[0]?.id ?? 0);
    expect(factory.manager.modules()[0]?.state).toBe('PASSWORD_REQUIRED');
  });
});
