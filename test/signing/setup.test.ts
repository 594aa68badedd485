import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockConfig, lockData, writeConfig } from '../../src-main/device/index.ts';
import { asd1Image, asd1LockedSlots } from '../../src-main/signing/asd1/layout.ts';
import { ceremonyText } from '../../src-main/signing/ceremony.ts';
import type { RootAuthority } from '../../src-main/signing/root.ts';
import { setUpModule } from '../../src-main/signing/setup.ts';
import { type SetUpOptions, type SignerSetUp, setUpFailureAsError } from '../../src-main/signing/setup-request.ts';
import { setUpSteps } from '../../src-main/signing/setup-steps.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import { createVariant } from '../../src-main/simulator/chip/index.ts';
import { type BoardSetting, chipsOf, createBoard, createSignerStick } from '../../src-main/simulator/open-board.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { parseUtf8, toHex } from '../../src-shared/base/bytes.ts';
import {
  definitionDigestHex,
  definitionHeader,
  parseCSourceBytes,
  profileDefaults,
  profileDefinitions,
  readCertInfo,
} from '../../src-shared/certificates/index.ts';
import { inEnglish } from '../../src-shared/model/reasons.ts';
import {
  MemoryDefinitions,
  MemoryNotes,
  password,
  seeded,
  setUpOptions,
  signerRequest,
  takeForSetUp,
  testRoot,
} from './rig.ts';

const root = testRoot();

async function make(
  board: Board,
  request: Partial<SignerSetUp> = {},
  options: Partial<SetUpOptions> = {},
): ReturnType<typeof setUpModule> {
  board.unplug();
  board.plug();
  return setUpModule(signerRequest(root, 'atmel-2015', request), setUpOptions(await takeForSetUp(board), options));
}

async function made(board: Board, request: Partial<SignerSetUp> = {}, options: Partial<SetUpOptions> = {}) {
  const result = await make(board, request, options);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

async function failure(board: Board, request: Partial<SignerSetUp> = {}, options: Partial<SetUpOptions> = {}) {
  const result = await make(board, request, options);
  if (result.ok) throw new Error('it was set up');
  expect(setUpFailureAsError(result.failure).message.length).toBeGreaterThan(20);
  return result.failure;
}

const untouched = (board: Board): boolean => chipsOf(board).every((chip) => !chip.inspect().configLocked);

describe('a blank stick becomes a signer (signer-and-server.md 6.5)', () => {
  it('with certificate, locks, content and a measured open window', async () => {
    const steps: string[] = [];
    const writes: string[] = [];
    const board = createSignerStick(undefined, {
      timing: 'virtual',
      trace: (event) => {
        if (event.kind !== 'packet' || event.bytes[1] !== 0x12) return;
        if (((event.bytes[2] ?? 0) & 3) !== 0) writes.push(toHex(event.bytes.subarray(2, 5)));
      },
    });
    const { identity, ceremony } = await made(
      board,
      {},
      {
        progress: ({ step, status }) => steps.push(`${step} ${status}`),
        monotonic: () => board.clock.now(),
      },
    );
    expect(steps).toEqual(setUpSteps.flatMap(({ name }) => [`${name} start`, `${name} done`]));
    const certificate = new X509Certificate(identity.certificate);
    const issuer = new X509Certificate(root.facts.certificate);
    expect(certificate.verify(issuer.publicKey) && certificate.checkIssued(issuer)).toBe(true);
    expect(certificate.subject).toBe('O=Example Organization\nCN=Example ATECC508A Signer C48B');
    const chip = chipsOf(board)[0]?.inspect();
    if (chip === undefined) throw new Error('no chip');
    expect(toHex(chip.config.slice(16, 52))).toBe(toHex(asd1Image.slice(16, 52)));
    expect(toHex(chip.config.slice(96))).toBe(toHex(asd1Image.slice(96)));
    const slotLocked = (chip.config[88] ?? 0) | ((chip.config[89] ?? 0) << 8);
    expect(asd1LockedSlots.every((slot) => ((slotLocked >> slot) & 1) === 0)).toBe(true);
    expect(((slotLocked >> 4) & 1) + ((slotLocked >> 5) & 1) + ((slotLocked >> 9) & 1)).toBe(3);
    // Unused secret slots hold 36 random bytes each, the rest what the layout says.
    const secrets = [0, 1, 2, 6, 7].map((slot) => toHex(chip.slots[slot] ?? new Uint8Array(0)));
    expect(new Set(secrets).size).toBe(5);
    expect(secrets.every((hex) => hex.length === 72 && !/00{8}/.test(hex))).toBe(true);
    expect(toHex(chip.otp)).toBe('FF'.repeat(64));
    expect(toHex(chip.slots[14] ?? new Uint8Array(0))).toBe(
      `00000000${toHex(root.facts.publicKey.slice(0, 32))}00000000${toHex(root.facts.publicKey.slice(32))}`,
    );
    // 47 blocks, then the three of slot 11 after the key; slot 12 once more with the certificate.
    expect(writes).toHaveLength(50 + 3);
    expect(writes.slice(47, 50)).toEqual(['825800', '825801', '825802']);
    // Sign is not possible for anybody any longer than the key, three writes and a lock take.
    expect(ceremony.openWindowMs).toBeGreaterThan(50);
    expect(ceremony.openWindowMs).toBeLessThan(15_000);
    expect(identity.rootCertificate).toEqual(root.facts.certificate);
    expect(identity.label).toBe('Line 3');
  });

  it('writes down the ceremony, to be filed and to be printed', async () => {
    const { ceremony } = await made(createSignerStick());
    expect(JSON.parse(JSON.stringify(ceremony))).toEqual(ceremony);
    const text = ceremonyText(ceremony);
    for (const part of [ceremony.serialNumber, 'A, B', 'Signet test', '2026-03-04T10:20:30.000Z', 'ms']) {
      expect(text).toContain(part);
    }
    expect(text.replaceAll(' ', '')).toContain(ceremony.certificateFingerprint);
    expect(text).not.toContain('undefined');
    expect(text).toContain(`Organisation:         ${profileDefaults('atmel-2015').organization}\n`);
    // Records of before the organisation was noted have no such line.
    const { organisation, ...older } = ceremony;
    expect(ceremonyText(older)).toBe(text.replace(`Organisation:         ${organisation}\n`, ''));
  });

  it.each(['atmel-2015', 'zero-touch', 'tng'] as const)(
    'profile %s: files for line and firmware, read back and compiled',
    async (profile) => {
      const parameters = { ...profileDefaults(profile), chainId: 3 };
      const { identity, files } = await made(createSignerStick(), {
        parameters,
        definitions: { profile },
        requireThisSigner: true,
      });
      const named = new Map(files.map(({ name, bytes }) => [name, bytes]));
      expect([...named.keys()]).toEqual([
        'atcaprov_cert_info_3.c',
        'atcaprov/atcaprov_cert_info.h',
        'cert_def_1_signer.c',
        'cert_def_1_signer.h',
        'cert_def_2_device.c',
        'cert_def_2_device.h',
        'root_certificate.pem',
        'root_certificate.der',
        'root_certificate.c',
        'root_certificate.h',
      ]);
      const text = (name: string): string => parseUtf8(named.get(name) ?? new Uint8Array(0)) ?? '';
      const certInfo = readCertInfo([
        { fileName: 'a', text: text('atcaprov_cert_info_3.c') },
        { fileName: 'b', text: text('cert_def_1_signer.c') },
        { fileName: 'c', text: text('cert_def_2_device.c') },
      ]);
      if (!certInfo.ok) throw new Error(certInfo.failure.code);
      expect(certInfo.value.fingerprint).toBe('matches');
      expect(certInfo.value.certInfo.requiredSignerSn).toEqual(identity.serialNumber);
      expect(certInfo.value.certInfo.caPublicKey).toEqual(root.facts.publicKey);
      const parsed = parseCSourceBytes(named.get('cert_def_2_device.c') ?? new Uint8Array(0));
      if (!parsed.ok) throw new Error(parsed.failure.reason);
      const [definition] = parsed.value.definitions;
      if (definition === undefined) throw new Error('no definition');
      expect(definitionDigestHex(definition.definition)).toBe(toHex(identity.deviceDefinitionDigest));
      expect(
        new X509Certificate(text('root_certificate.pem')).raw.equals(
          Buffer.from(named.get('root_certificate.der') ?? []),
        ),
      ).toBe(true);

      const folder = mkdtempSync(join(tmpdir(), 'signet-files-'));
      try {
        named.set('atcacert/atcacert_def.h', new TextEncoder().encode(definitionHeader()));
        const main = [...named.keys()].filter((name) => name.endsWith('.h')).map((name) => `#include "${name}"\n`);
        named.set(
          'all.c',
          new TextEncoder().encode(
            `${main.join('')}const void* all[] = { &g_cert_def_1_signer, &g_cert_def_2_device, g_root_certificate, g_signer_1_ca_public_key };\n`,
          ),
        );
        for (const [name, bytes] of named) {
          mkdirSync(dirname(join(folder, name)), { recursive: true });
          writeFileSync(join(folder, name), bytes);
        }
        for (const name of named.keys()) {
          if (!name.endsWith('.c')) continue;
          execFileSync(
            'cc',
            ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-I', '.', '-c', name, '-o', `${name}.o`],
            {
              cwd: folder,
              stdio: 'pipe',
            },
          );
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );

  it('with definitions of one’s own, kept on the host before the stick names them', async () => {
    const parameters = {
      ...profileDefaults('atmel-2015'),
      signerCommonNamePrefix: 'Own Signer',
      deviceCommonName: 'Own Device',
    };
    const pair = profileDefinitions('atmel-2015', parameters);
    if (!pair.ok) throw new Error(pair.failure);
    // A device definition that no profile makes: another place for the compressed certificate.
    const custom = {
      signer: pair.value.signer,
      device: { ...pair.value.device, compressedLocation: { ...pair.value.device.compressedLocation, slot: 13 } },
    };
    const definitionFiles = new MemoryDefinitions();
    expect((await failure(createSignerStick(), { parameters, definitions: { custom } })).kind).toBe('parameters');
    const { identity } = await made(createSignerStick(), { parameters, definitions: { custom } }, { definitionFiles });
    expect(definitionFiles.files.size).toBe(2);
    expect(identity.deviceDefinition.compressedLocation.slot).toBe(13);
  });
});

describe('chips whose serial number ends otherwise', () => {
  it('SN[8] = 01 is taken from the chip in every proof', async () => {
    const serialNumber = Uint8Array.of(0x01, 0x23, 1, 2, 3, 4, 5, 6, 0x01);
    const board = createBoard({
      kit: { dialect: 'legacy', name: 'AT88CKECCSIGNER' },
      chips: [{ part: '508A', serialNumber }],
    });
    expect((await made(board)).identity.serialNumber).toEqual(serialNumber);
  });
});

describe('what is refused before anything is done', () => {
  it('passwords', async () => {
    const board = createSignerStick();
    for (const texts of [
      ['short'],
      ['the same phrase', 'the same phrase'],
      ['one good phrase', 'two good phrases', 'three'],
    ]) {
      expect((await failure(board, {}, { passwords: texts.map(password) })).kind).toBe('password-policy');
    }
    expect((await failure(board, {}, { passwords: [password('x'.repeat(129))] })).kind).toBe('password-policy');
    expect(untouched(board)).toBe(true);
  });

  it.each([
    [
      'another root name',
      { parameters: { ...profileDefaults('atmel-2015'), rootCommonName: 'Another Root' } },
      'root common name',
    ],
    [
      'another organisation',
      { parameters: { ...profileDefaults('atmel-2015'), organization: 'Another' } },
      'issuer is not this root',
    ],
    [
      'a name that is too long',
      { parameters: { ...profileDefaults('atmel-2015'), deviceCommonName: 'x'.repeat(49) } },
      '1..48 bytes',
    ],
    ['a label that is too long', { label: 'ä'.repeat(37) }, 'longer than 72'],
    ['a signer id out of range', { signerId: 0x10000 }, '0..65535'],
    [
      'a device serial number source that repeats',
      { parameters: { ...profileDefaults('atmel-2015'), deviceSnSource: 9 } },
      'source 9',
    ],
  ] as const)('%s', async (_, request, words) => {
    const board = createSignerStick();
    const refused = await failure(board, request);
    expect(refused).toMatchObject({ kind: 'parameters' });
    expect(refused.kind === 'parameters' ? inEnglish(refused.reason) : '').toContain(words);
    expect(untouched(board)).toBe(true);
  });

  it('dates: before the root, after it, longer than it', async () => {
    const short = testRoot({ years: 5 });
    const board = createSignerStick();
    const at = (iso: string) => ({ now: () => new Date(iso) });
    expect(await failure(board, { root: short }, at('2025-12-31T23:00:00Z'))).toMatchObject({ kind: 'parameters' });
    expect(await failure(board, { root: short }, at('2031-01-01T01:00:00Z'))).toMatchObject({ kind: 'parameters' });
    expect(await failure(board, { root: short }, at('2026-02-01T00:00:00Z'))).toMatchObject({
      kind: 'parameters',
      reason: { code: 'set-up-outlives-root', facts: {} },
    });
    const parameters = { ...profileDefaults('atmel-2015'), signerExpireYears: 4, deviceExpireYears: 3 };
    const within = await made(createSignerStick(), { root: short, parameters }, at('2026-12-01T12:34:56Z'));
    expect(within.identity.notAfter.toISOString()).toBe('2030-12-01T12:00:00.000Z');
    expect(untouched(board)).toBe(true);
  });

  it('29 February, 2032 and later, the year 2049', async () => {
    const parameters = { ...profileDefaults('atmel-2015'), signerExpireYears: 3 };
    const leap = await made(createSignerStick(), { parameters }, { now: () => new Date('2028-02-29T12:34:56Z') });
    expect(leap.identity.notBefore.toISOString()).toBe('2028-02-28T23:00:00.000Z');
    expect(leap.identity.notAfter.toISOString()).toBe('2031-02-28T23:00:00.000Z');
    const late = await made(createSignerStick(), {}, { now: () => new Date('2048-05-01T00:00:00Z') });
    expect(late.identity.notBefore.toISOString()).toBe('2048-05-01T00:00:00.000Z');
    expect(late.identity.compressedCertificate[70]).toBe(0xa1);
    expect((await failure(createSignerStick(), {}, { now: () => new Date('2050-01-01T00:00:00Z') })).kind).toBe(
      'parameters',
    );
  });

  it('another part, another configuration, a finished module, no chip', async () => {
    const newer = createBoard({ kit: { dialect: 'legacy', name: 'AT88CKECCSIGNER' }, chips: [{ part: '608B' }] });
    expect((await failure(newer)).kind).toBe('unsupported');
    expect(untouched(newer)).toBe(true);

    const foreign = createSignerStick();
    const lease = await takeForSetUp(foreign);
    const [chip] = lease.entry.chips;
    if (chip === undefined) throw new Error('no chip');
    const target = { serialNumber: chip.serialNumber, part: 'ATECC508A', image: defaultImage('ATECC508A') } as const;
    await writeConfig(lease.chip(), target);
    await lockConfig(lease.chip(), target);
    expect((await failure(foreign)).kind).toBe('foreign');

    const finished = createSignerStick();
    await made(finished);
    expect(await failure(finished)).toEqual({ kind: 'already-a-module', name: 'Example ATECC508A Signer' });

    const empty = createSignerStick();
    empty.takeOut();
    expect(['no-chip', 'device']).toContain((await failure(empty)).kind);
  });

  it.each(['configure', 'fill', 'read-back', 'lock-slots'] as const)(
    'a stick pulled out before the step "%s" is told as a stick that was pulled out',
    async (wanted) => {
      const board = createSignerStick();
      const refused = await failure(
        board,
        {},
        { progress: ({ step, status }) => (step === wanted && status === 'start' ? board.unplug() : undefined) },
      );
      expect(refused).toEqual({ kind: 'removed' });
      expect(setUpFailureAsError(refused)).toMatchObject({ code: 'SIGNER_REMOVED', details: { kind: 'removed' } });
    },
  );

  it('our configuration, locked with other content', async () => {
    const board = createSignerStick();
    const lease = await takeForSetUp(board);
    const [chip] = lease.entry.chips;
    if (chip === undefined) throw new Error('no chip');
    const target = { serialNumber: chip.serialNumber, part: 'ATECC508A', image: asd1Image } as const;
    await writeConfig(lease.chip(), target);
    await lockConfig(lease.chip(), target);
    await lockData(lease.chip(), chip.serialNumber, { policy: 'no-crc' });
    expect((await failure(board)).kind).toBe('foreign');
  });
});

describe('interrupted and begun again', () => {
  class Interrupted extends Error {}

  async function interruptAt(board: Board, step: string, notes: MemoryNotes, status = 'done'): Promise<void> {
    const stopped = make(
      board,
      {},
      {
        notes,
        progress: (told) => {
          if (told.step === step && told.status === status) throw new Interrupted(step);
        },
      },
    );
    await expect(stopped).rejects.toThrow(Interrupted);
  }

  it.each(setUpSteps.slice(0, -1).map(({ name }) => name))('after "%s": finished by the same call', async (step) => {
    const board = createSignerStick();
    const notes = new MemoryNotes();
    await interruptAt(board, step, notes);
    const { ceremony } = await made(board, {}, { notes, random: seeded('again') });
    expect(notes.notes.size).toBe(0);
    const later =
      setUpSteps.findIndex(({ name }) => name === step) >= setUpSteps.findIndex(({ name }) => name === 'lock-data');
    expect(ceremony.openWindowMs === undefined).toBe(later);
    if (later) expect(ceremony.remarks.join()).toContain('Resumed');
  });

  it('makes the key anew before the lock, and keeps it and its certificate’s date after', async () => {
    const board = createSignerStick();
    const notes = new MemoryNotes();
    await interruptAt(board, 'make-key', notes);
    const [first] = notes.notes.values();
    await interruptAt(board, 'lock-data', notes);
    const [second] = notes.notes.values();
    expect(second?.publicKey).not.toBe(first?.publicKey);
    const { identity } = await made(board, {}, { notes, now: () => new Date('2026-03-09T00:00:00Z') });
    expect(toHex(identity.publicKey)).toBe(second?.publicKey);
    expect(identity.notBefore.toISOString()).toBe('2026-03-04T10:00:00.000Z');
    expect(chipsOf(board)[0]?.counters.genKeys).toBe(2);
  });

  it('as something else, or with another password: refused, nothing done', async () => {
    const board = createSignerStick();
    const notes = new MemoryNotes();
    await interruptAt(board, 'lock-data', notes);
    expect(await failure(board, { signerId: 7 }, { notes })).toEqual({
      kind: 'differs',
      reason: { code: 'stick-differs', facts: { quote: 'signerId', found: '50315' } },
    });
    expect(await failure(board, {}, { notes, passwords: [] })).toMatchObject({ kind: 'differs' });
    expect(await failure(board, {}, { notes, passwords: [password('another phrase')] })).toEqual({
      kind: 'password-wrong',
    });
    expect(
      await failure(board, { parameters: { ...profileDefaults('atmel-2015'), deviceCommonName: 'X' } }, { notes }),
    ).toMatchObject({
      kind: 'differs',
    });
    await made(board, {}, { notes });
  });

  it('a stick whose set-up was not begun here: somebody may know its key', async () => {
    const board = createSignerStick();
    await interruptAt(board, 'lock-data', new MemoryNotes());
    const elsewhere = new MemoryNotes();
    expect((await failure(board, {}, { notes: elsewhere })).kind).toBe('unknown-origin');
    const { ceremony } = await made(board, {}, { notes: elsewhere, acceptUnknownKeyBy: 'supervisor M' });
    expect(ceremony.remarks.join()).toContain('accepted by supervisor M');
  });

  it('a certificate that a root refused is asked for again', async () => {
    const board = createSignerStick();
    const notes = new MemoryNotes();
    const locked: RootAuthority = {
      kind: 'file',
      facts: root.facts,
      signSigner: async () => ({ ok: false, failure: { kind: 'locked' } }),
      close: async () => undefined,
    };
    expect(await failure(board, { root: locked }, { notes })).toMatchObject({ kind: 'root' });
    const lying: RootAuthority = {
      ...locked,
      signSigner: async () => ({ ok: true, value: new Uint8Array(64).fill(1) }),
    };
    expect(await failure(board, { root: lying }, { notes })).toMatchObject({
      kind: 'root',
      failure: { kind: 'wrong-signature' },
    });
    await made(board, {}, { notes });
  });
});

describe('chips that do not protect their key', () => {
  function faulty(variant: 'no-req-auth' | 'wrong-signature' | 'yes-sayer' | 'answers-00'): Board {
    const board = createSignerStick();
    board.takeOut();
    const serialNumber = Uint8Array.of(1, 0x23, 9, 9, 9, 9, 9, 9, 0xee);
    board.putIn([createVariant(variant, { part: '508A', serialNumber, clock: board.clock, timing: 'none' })]);
    return board;
  }

  const counting = (): { readonly root: RootAuthority; asked: number } => {
    const counted = {
      asked: 0,
      root: {
        kind: 'file',
        facts: root.facts,
        signSigner: (tbs: Uint8Array) => {
          counted.asked += 1;
          return root.signSigner(tbs);
        },
        close: async () => undefined,
      } satisfies RootAuthority,
    };
    return counted;
  };

  it('one that signs without proof is caught by step (a), before the root certifies it', async () => {
    const counted = counting();
    const notes = new MemoryNotes();
    const board = faulty('no-req-auth');
    const refused = await failure(board, { root: counted.root }, { notes });
    expect(refused).toEqual({ kind: 'test-failed', step: 'a', found: 'the key signs without a proof' });
    expect(counted.asked).toBe(0);
    expect(setUpFailureAsError(refused).code).toBe('SIGNER_FAULT');
    // It stays refused.
    expect((await failure(board, { root: counted.root }, { notes })).kind).toBe('test-failed');
  });

  it.each(['wrong-signature', 'yes-sayer', 'answers-00'] as const)('%s: never certified', async (variant) => {
    const counted = counting();
    await failure(faulty(variant), { root: counted.root });
    expect(counted.asked).toBe(0);
  });
});

describe('kits and readings', () => {
  const boards: readonly (readonly [string, Parameters<typeof createBoard>[0]])[] = [
    ['d21', { kit: { dialect: 'd21' } }],
    ['modern', { kit: { dialect: 'modern' } }],
  ];

  it.each(boards)('%s kit, authorisation survives idle: set up', async (_, kit) => {
    await made(createBoard(kit));
    await made(createBoard({ ...kit, rules: { conservative: true } }));
  });

  it.each(boards)('%s kit, authorisation lost over idle: refused before the key is made', async (_, kit) => {
    const board = createBoard({ ...kit, rules: { idleKeepsAuthValid: 'drop' } });
    expect((await failure(board)).kind).toBe('kit-unsuitable');
    expect(chipsOf(board)[0]?.inspect().dataLocked).toBe(false);
    expect(chipsOf(board)[0]?.counters.genKeys).toBe(0);
    // A chip that compares nothing before the lock can be asked only afterwards; it is refused then.
    const late = createBoard({ ...kit, rules: { idleKeepsAuthValid: 'drop', conservative: true } });
    expect((await failure(late)).kind).toBe('kit-unsuitable');
  });

  it.each([
    ['drop', { idleKeepsAuthValid: 'drop' }],
    ['conservative', { conservative: true }],
  ] as const)('legacy kit, reading %s', async (_, rules: NonNullable<BoardSetting['rules']>) => {
    await made(createSignerStick(undefined, { rules }));
  });

  it('a chip that counts the CRC otherwise: everything written twice, DATA_CRC, and the stick stays resumable', async () => {
    const board = createSignerStick(undefined, { rules: { dataCrc: 'blocks32' } });
    const notes = new MemoryNotes();
    const refused = await failure(board, {}, { notes });
    expect(refused).toEqual({ kind: 'device', failure: { kind: 'data-crc' } });
    expect(setUpFailureAsError(refused).code).toBe('DATA_CRC');
    expect(chipsOf(board)[0]?.inspect().dataLocked).toBe(false);
  });
});
