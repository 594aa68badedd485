import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ceremonyText } from '../../src-main/signing/ceremony.ts';
import { writeOwnerOnly } from '../../src-main/signing/owner-only-file.ts';
import { type RootAuthority, softwareRoot } from '../../src-main/signing/root.ts';
import {
  changeRootFilePassword,
  createRootFile,
  type NewRootFile,
  openRootFile,
  readRootFile,
} from '../../src-main/signing/root-file.ts';
import { probeRootStick } from '../../src-main/signing/root-stick.ts';
import { setUpModule } from '../../src-main/signing/setup.ts';
import type { RootSetUp } from '../../src-main/signing/setup-request.ts';
import { createRootStick, createSignerStick } from '../../src-main/simulator/open-board.ts';
import { parseUtf8, toHex } from '../../src-shared/base/bytes.ts';
import { decodeCertificate, prepareRoot, profileDefaults } from '../../src-shared/certificates/index.ts';
import { madeStick } from './factory.ts';
import {
  fastKdf,
  MemoryDelays,
  MemoryNotes,
  now,
  password,
  seeded,
  setUpOptions,
  signerRequest,
  software,
  takeForSetUp,
  testRoot,
} from './rig.ts';

const phrase = 'root phrase of A';

function newRoot(overrides: Partial<NewRootFile> = {}): NewRootFile {
  return {
    organization: 'Example Organization',
    commonName: 'Example ATECC508A Root CA',
    chainId: 0,
    years: 0,
    serialPolicy: 'key-hash',
    now: new Date('2026-01-01T10:20:30Z'),
    random: seeded('new root'),
    passwords: [password(phrase)],
    kdf: fastKdf,
    persons: ['A'],
    software,
    ...overrides,
  };
}

async function certifies(root: RootAuthority): Promise<void> {
  const lease = await takeForSetUp(createSignerStick());
  const parameters = { ...profileDefaults('atmel-2015'), rootCommonName: root.facts.commonName };
  const made = await setUpModule(signerRequest(root, 'atmel-2015', { parameters }), setUpOptions(lease));
  if (!made.ok) throw new Error(JSON.stringify(made.failure));
  const issuer = new X509Certificate(root.facts.certificate);
  expect(new X509Certificate(made.value.identity.certificate).verify(issuer.publicKey)).toBe(true);
}

describe('a root certificate', () => {
  it.each([
    [0, '2026-01-01T10:20:30Z', '9999-12-31'],
    [20, '2026-01-01T10:20:30Z', '2046-01-01'],
    [30, '2026-01-01T10:20:30Z', '2056-01-01'],
    [5, '2052-07-01T00:00:00Z', '2057-07-01'],
  ] as const)('%i years from %s: self-signed, by RFC 5280, the bytes of the plain builder', (years, begin, end) => {
    const root = softwareRoot(newRoot({ years, now: new Date(begin) }));
    const certificate = new X509Certificate(root.facts.certificate);
    expect(certificate.verify(certificate.publicKey) && certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.ca).toBe(true);
    expect(root.facts.notAfter.toISOString().slice(0, 10)).toBe(end);
    const decoded = decodeCertificate(root.facts.certificate);
    if (!decoded.ok) throw new Error(decoded.failure.reason);
    const plain = prepareRoot({
      organization: root.facts.organization,
      commonName: root.facts.commonName,
      publicKey: root.facts.publicKey,
      serialNumber: decoded.value.serialNumber,
      notBefore: decoded.value.notBefore,
      notAfter: years === 0 ? undefined : decoded.value.notAfter,
    });
    if (!plain.ok) throw new Error(plain.failure);
    expect(toHex(decoded.value.tbs)).toBe(toHex(plain.value.tbs));
    // UTCTime through 2049, GeneralizedTime from then on (RFC 5280 4.1.2.5).
    expect(decoded.value.notBeforeFormat).toBe(begin < '2050' ? 1 : 4);
    expect(decoded.value.notAfterFormat).toBe(end < '2050' ? 1 : 4);
  });

  it('has a serial number by its policy', () => {
    const hashed = softwareRoot(newRoot());
    const drawn = softwareRoot(newRoot({ serialPolicy: 'random' }));
    expect(hashed.facts.compressedCertificate).toHaveLength(72);
    expect(drawn.facts.compressedCertificate).toBeUndefined();
    const serial = (der: Uint8Array): string => new X509Certificate(der).serialNumber;
    expect(serial(drawn.facts.certificate)).toMatch(/^[4-7][0-9A-F]{31}$/);
    expect(
      serial(softwareRoot(newRoot({ serialPolicy: 'random', random: seeded('other') })).facts.certificate),
    ).not.toBe(serial(drawn.facts.certificate));
  });

  it('refuses names, years and dates that make none', () => {
    expect(() => softwareRoot(newRoot({ years: 128 }))).toThrow('cannot be made');
    expect(() => softwareRoot(newRoot({ now: new Date('1999-01-01T00:00:00Z') }))).toThrow('cannot be made');
    for (const name of ['', 'x'.repeat(49), 'a\nb', '\ud800']) {
      expect(() => softwareRoot(newRoot({ commonName: name }))).toThrow('names have');
    }
  });

  it('signs its own signers only', async () => {
    const other = softwareRoot(newRoot({ commonName: 'Another Root', random: seeded('x') }));
    const { made } = await madeStick();
    const decoded = decodeCertificate(made.identity.certificate);
    if (!decoded.ok) throw new Error('no certificate');
    expect(await other.signSigner(decoded.value.tbs)).toEqual({ ok: false, failure: { kind: 'foreign-issuer' } });
    await other.close();
    expect(await other.signSigner(decoded.value.tbs)).toEqual({ ok: false, failure: { kind: 'locked' } });
  });
});

describe('a root in an encrypted file', () => {
  it('opens with its password, certifies, and says that it is the weaker kind', async () => {
    const { bytes, facts, files, ceremony } = await createRootFile(newRoot());
    const text = parseUtf8(bytes) ?? '';
    expect(text).toContain('weaker');
    expect(text).not.toContain(phrase);
    expect(ceremonyText(ceremony)).toContain('weaker than a chip');
    expect(files.map(({ name }) => name)).toEqual([
      'root_certificate.pem',
      'root_certificate.der',
      'root_certificate.c',
      'root_certificate.h',
    ]);
    expect(readRootFile(bytes)?.facts).toEqual(facts);
    const opened = await openRootFile(bytes, [password(phrase)]);
    if (!opened.ok) throw new Error(opened.failure.kind);
    await certifies(opened.value);
    await opened.value.close();
  });

  it('does not open with another password, nor after a single byte of it was changed', async () => {
    const { bytes } = await createRootFile(newRoot());
    expect(await openRootFile(bytes, [password('another phrase')])).toEqual({
      ok: false,
      failure: { kind: 'wrong-password' },
    });
    expect(await openRootFile(bytes, [])).toEqual({ ok: false, failure: { kind: 'passwords-needed', count: 1 } });
    const text = parseUtf8(bytes) ?? '';
    const file: unknown = JSON.parse(text);
    const altered = (edit: (from: string) => string): Uint8Array =>
      new TextEncoder().encode(edit(JSON.stringify(file)));
    const open = async (changed: Uint8Array): Promise<string> => {
      const result = await openRootFile(changed, [password(phrase)]);
      return result.ok ? 'ok' : result.failure.kind;
    };
    expect(await open(altered((from) => from))).toBe('ok');
    expect(await open(altered((from) => from.replace('"Example Organization"', '"Example 0rganization"')))).toBe(
      'wrong-password',
    );
    expect(await open(altered((from) => from.replace('"chainId":0', '"chainId":1')))).toBe('wrong-password');
    expect(await open(altered((from) => from.replace(/"tag":"./, '"tag":"g')))).toBe('not-a-root-file');
    expect(
      await open(
        altered((from) => from.replace(/"text":"(.)/, (_, digit: string) => `"text":"${digit === '0' ? '1' : '0'}`)),
      ),
    ).toBe('wrong-password');
    expect(await open(altered((from) => from.replace('"log2N":14', '"log2N":13')))).toBe('parameters');
    expect(await open(altered((from) => from.replace('"log2N":14', '"log2N":19')))).toBe('parameters');
    expect(await open(altered((from) => from.replace('"version":1', '"version":2')))).toBe('not-a-root-file');
    expect(await open(new TextEncoder().encode('{'))).toBe('not-a-root-file');
  });

  it('of two persons: neither opens it alone, nor both in the other order', async () => {
    const passwords = (...texts: string[]) => texts.map(password);
    const { bytes, ceremony } = await createRootFile(
      newRoot({ passwords: passwords('first person here', 'second person here') }),
    );
    expect(ceremony.passwordScheme).toBe('two-persons');
    const open = async (...texts: string[]): Promise<string> => {
      const result = await openRootFile(bytes, passwords(...texts));
      return result.ok ? 'ok' : result.failure.kind;
    };
    expect(await open('first person here')).toBe('passwords-needed');
    expect(await open('second person here', 'first person here')).toBe('wrong-password');
    expect(await open('first person here', 'first person here')).toBe('wrong-password');
    expect(await open('first person here', 'second person here')).toBe('ok');
  });

  it('changes its password', async () => {
    const { bytes, facts } = await createRootFile(newRoot());
    const options = { random: seeded('change'), kdf: fastKdf };
    const wrong = await changeRootFilePassword(
      bytes,
      [password('another phrase')],
      [password('yet another phrase')],
      options,
    );
    expect(wrong).toEqual({ ok: false, failure: { kind: 'wrong-password' } });
    const changed = await changeRootFilePassword(bytes, [password(phrase)], [password('yet another phrase')], options);
    if (!changed.ok) throw new Error(changed.failure.kind);
    expect(readRootFile(changed.value)?.facts).toEqual(facts);
    expect((await openRootFile(changed.value, [password(phrase)])).ok).toBe(false);
    expect((await openRootFile(changed.value, [password('yet another phrase')])).ok).toBe(true);
  });

  it('wants a password, and a good one', async () => {
    await expect(createRootFile(newRoot({ passwords: [] }))).rejects.toThrow('needs a password');
    await expect(createRootFile(newRoot({ passwords: [password('short')] }))).rejects.toThrow('12');
  });

  it('is written for its owner only, whole, and never over another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signet-root-'));
    try {
      const path = join(folder, 'root.json');
      await writeOwnerOnly(path, new Uint8Array([1]), { replace: false });
      expect(statSync(path).mode & 0o777).toBe(0o600);
      await expect(writeOwnerOnly(path, new Uint8Array([2]), { replace: false })).rejects.toThrow('exists already');
      expect([...readFileSync(path)]).toEqual([1]);
      await writeOwnerOnly(path, new Uint8Array([3]), { replace: true });
      expect([...readFileSync(path)]).toEqual([3]);
      await expect(writeOwnerOnly(join(folder, 'none', 'x'), new Uint8Array(1), { replace: false })).rejects.toThrow(
        'failed',
      );
      expect(readdirSync(folder)).toEqual(['root.json']);
      expect(existsSync(join(folder, 'none'))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a root stick', () => {
  const request: RootSetUp = {
    kind: 'root',
    organization: 'Example Organization',
    commonName: 'Stick Root',
    chainId: 0,
    years: 30,
    serialPolicy: 'key-hash',
    label: 'safe 2',
  };
  const stickOptions = () => ({
    now,
    random: seeded('root stick'),
    delays: new MemoryDelays(),
    setUpNotes: new MemoryNotes(),
  });

  it.each(['key-hash', 'random'] as const)(
    'is made, opened and certifies signers (serial number: %s)',
    async (serialPolicy) => {
      const board = createRootStick();
      const made = await setUpModule(
        { ...request, serialPolicy },
        setUpOptions(await takeForSetUp(board), { passwords: [password(phrase)] }),
      );
      if (!made.ok) throw new Error(JSON.stringify(made.failure));
      const { identity, files, ceremony } = made.value;
      expect(identity).toMatchObject({ isRoot: true, name: 'Stick Root', label: 'safe 2', passwordScheme: 'one' });
      expect(identity.rootPublicKey).toEqual(identity.publicKey);
      expect(ceremony).toMatchObject({ subject: 'root', storage: 'chip' });
      const certificate = new X509Certificate(identity.certificate);
      expect(certificate.verify(certificate.publicKey) && certificate.ca).toBe(true);
      expect(files.map(({ name }) => name)).toContain('root_certificate.c');

      board.unplug();
      board.plug();
      const stick = await probeRootStick(await takeForSetUp(board), stickOptions());
      if (!stick.ok) throw new Error(JSON.stringify(stick.failure));
      expect((await stick.value.signSigner(new Uint8Array(0))).ok).toBe(false);
      const wrong = await stick.value.unlock([password('another phrase')]);
      expect(wrong.ok ? '' : wrong.failure.kind).toBe('wrong-password');
      expect((await stick.value.unlock([password(phrase)])).ok).toBe(true);
      expect(stick.value.facts.compressedCertificate === undefined).toBe(serialPolicy === 'random');

      const signerBoard = createSignerStick();
      const parameters = {
        ...profileDefaults('atmel-2015'),
        rootCommonName: 'Stick Root',
        signerExpireYears: 10,
        deviceExpireYears: 5,
      };
      const signer = await setUpModule(
        signerRequest(stick.value, 'atmel-2015', { parameters }),
        setUpOptions(await takeForSetUp(signerBoard)),
      );
      if (!signer.ok) throw new Error(JSON.stringify(signer.failure));
      expect(new X509Certificate(signer.value.identity.certificate).verify(certificate.publicKey)).toBe(true);
      // The signer carries its root's certificate where that can be rebuilt.
      expect(signer.value.identity.rootCertificate).toEqual(
        serialPolicy === 'random' ? undefined : identity.certificate,
      );
      await stick.value.close();
      const decoded = decodeCertificate(signer.value.identity.certificate);
      if (!decoded.ok) throw new Error('no certificate');
      expect(await stick.value.signSigner(decoded.value.tbs)).toEqual({ ok: false, failure: { kind: 'locked' } });
    },
  );

  it('is told from a signer, a blank stick and one whose set-up was not finished', async () => {
    const { state } = await madeStick();
    const signer = await probeRootStick(await takeForSetUp(createSignerStick(state)), stickOptions());
    expect(signer).toMatchObject({
      ok: false,
      failure: {
        kind: 'not-a-root',
        reason: { code: 'signer-is-no-root', facts: { name: 'Example ATECC508A Signer' } },
      },
    });
    const blank = await probeRootStick(await takeForSetUp(createRootStick()), stickOptions());
    expect(blank).toMatchObject({ ok: false, failure: { reason: { code: 'signer-blank' } } });
    const board = createRootStick();
    const notes = new MemoryNotes();
    await expect(
      setUpModule(
        request,
        setUpOptions(await takeForSetUp(board), {
          notes,
          progress: ({ step, status }) => {
            if (step === 'test' && status === 'start') throw new Error('interrupted');
          },
        }),
      ),
    ).rejects.toThrow('interrupted');
    board.unplug();
    board.plug();
    const half = await probeRootStick(await takeForSetUp(board), { ...stickOptions(), setUpNotes: notes });
    expect(half).toMatchObject({ ok: false, failure: { reason: { code: 'signer-unfinished' } } });
  });

  it('whose password is for two persons', async () => {
    const board = createRootStick();
    const passwords = () => [password('first person here'), password('second person here')];
    const made = await setUpModule(request, setUpOptions(await takeForSetUp(board), { passwords: passwords() }));
    if (!made.ok) throw new Error(JSON.stringify(made.failure));
    board.unplug();
    board.plug();
    const stick = await probeRootStick(await takeForSetUp(board), stickOptions());
    if (!stick.ok) throw new Error('no root');
    expect((await stick.value.unlock(passwords().reverse())).ok).toBe(false);
    expect((await stick.value.unlock(passwords())).ok).toBe(true);
  });

  it('and a root in memory are the same to a set-up', async () => {
    await certifies(testRoot({ random: seeded('another') }));
  });
});
