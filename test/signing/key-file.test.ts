import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { HostSignerOptions } from '../../src-main/signing/host-signer.ts';
import {
  changeKeyFilePassword,
  createKeyFileSigner,
  openKeyFileSigner,
} from '../../src-main/signing/key-file-signer.ts';
import { parseUtf8, toHex } from '../../src-shared/base/bytes.ts';
import { device, type Factory, openFactory, requestFor, rowsOf } from './factory.ts';
import { fastKdf, MemoryDelays, now, password, seeded, signerRequest, software, testRoot } from './rig.ts';

const phrase = 'laboratory phrase';
const root = testRoot();
let open: Factory | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function keyFile(texts: readonly string[] = [phrase]) {
  const made = await createKeyFileSigner(signerRequest(root), {
    passwords: texts.map(password),
    kdf: fastKdf,
    now: now(),
    random: seeded('key file'),
    persons: [],
    software,
  });
  if (!made.ok) throw new Error(JSON.stringify(made.failure));
  return made.value;
}

const options = (overrides: Partial<HostSignerOptions> = {}): HostSignerOptions => ({
  trustsRoot: (key) => toHex(key) === toHex(root.facts.publicKey),
  now,
  delays: new MemoryDelays(),
  ...overrides,
});

function opened(bytes: Uint8Array, given = options()) {
  const module = openKeyFileSigner(bytes, given);
  if (!module.ok) throw new Error(module.failure);
  return module.value;
}

describe('a signer in an encrypted file', () => {
  it('is a signer like any other, and every record says which kind it is', async () => {
    const { bytes, identity, files } = await keyFile();
    expect(parseUtf8(bytes)).toContain('laboratory and test');
    expect(identity.serialNumber[0]).toBe(0x01);
    expect(files.map(({ name }) => name)).toContain('atcaprov_cert_info_0.c');
    open = await openFactory({ root });
    const remove = open.manager.add(opened(bytes), 'signer.json');
    const serialNumber = toHex(identity.serialNumber);
    const request = requestFor(device(1), root);
    const locked = await open.service.issue(request, () => undefined);
    expect(locked.ok ? '' : locked.failure.code).toBe('SIGNER_LOCKED');
    expect((await open.manager.unlock(serialNumber, [password(phrase)])).ok).toBe(true);
    const answer = await open.service.issue(request, () => undefined);
    if (!answer.ok) throw new Error(answer.failure.code);
    const signer = new X509Certificate(answer.value.signerCertificate);
    expect(new X509Certificate(answer.value.deviceCertificate).verify(signer.publicKey)).toBe(true);
    expect(rowsOf(open).at(-1)).toMatchObject({ result: 'SIGNED', signer_kind: 'file', signer_sn: serialNumber });
    expect(open.lines).toContain(`info Signer (${serialNumber}, Example ATECC508A Signer) password accepted, ready.`);
    await open.manager.lockAll();
    expect(open.manager.modules()[0]?.state).toBe('PASSWORD_REQUIRED');
    const [module] = open.manager.modules();
    await open.manager.unlock(serialNumber, [password(phrase)]);
    expect(module?.state).toBe('READY');
    remove();
    expect(open.manager.modules()).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(module?.state).toBe('PASSWORD_REQUIRED');
  });

  it('delays after wrong passwords and opens for two persons', async () => {
    const { bytes } = await keyFile(['first person here', 'second person here']);
    const module = opened(bytes);
    expect(module.identity.passwordScheme).toBe('two-persons');
    const unlock = async (...texts: string[]): Promise<string> => {
      const result = await module.unlock(texts.map(password));
      return result.ok ? 'ok' : result.failure.kind;
    };
    expect(await unlock('first person here')).toBe('passwords-needed');
    for (let i = 0; i < 5; i += 1)
      expect(await unlock('second person here', 'first person here')).toBe('wrong-password');
    expect(await unlock('first person here', 'second person here')).toBe('locked-out');
    expect(module.state).toBe('LOCKED_OUT');
  });

  it('changes its password', async () => {
    const { bytes } = await keyFile();
    const given = { random: seeded('change'), kdf: fastKdf };
    const changed = await changeKeyFilePassword(bytes, [password(phrase)], [password('another phrase')], given);
    if (!changed.ok) throw new Error(changed.failure.kind);
    expect((await opened(changed.value).unlock([password(phrase)])).ok).toBe(false);
    expect((await opened(changed.value).unlock([password('another phrase')])).ok).toBe(true);
    expect(
      await changeKeyFilePassword(bytes, [password('wrong phrase here')], [password('another phrase')], given),
    ).toEqual({
      ok: false,
      failure: { kind: 'wrong-password' },
    });
  });

  it('is set aside when its root is not trusted, its time is over, or the file is another’s', async () => {
    const { bytes } = await keyFile();
    expect(opened(bytes, options({ trustsRoot: () => false }))).toMatchObject({ state: 'FAULT' });
    const early = opened(bytes, options({ now: () => new Date('2026-01-01T00:00:00Z') }));
    expect(early).toMatchObject({ state: 'FAULT', reason: { code: 'signer-not-valid-now' } });
    expect((await early.unlock([password(phrase)])).ok).toBe(false);
    const text = parseUtf8(bytes) ?? '';
    expect(openKeyFileSigner(new TextEncoder().encode(text.replace('"name"', '"nome"')), options())).toMatchObject({
      ok: false,
    });
    // Facts that were changed do not open any more.
    const renamed = new TextEncoder().encode(text.replace('"label": "Line 3"', '"label": "Line 4"'));
    const result = await opened(renamed).unlock([password(phrase)]);
    expect(result.ok ? '' : result.failure.kind).toBe('wrong-password');
  });

  it('signs nothing for another issuer, and nothing after it was locked', async () => {
    const { bytes, identity } = await keyFile();
    const module = opened(bytes);
    await module.unlock([password(phrase)]);
    const tbs = identity.certificate.slice(4, 4 + 411);
    expect(await module.sign(tbs, async () => undefined)).toEqual({ ok: false, failure: { kind: 'foreign-issuer' } });
    await module.lock();
    expect(await module.sign(tbs, async () => undefined)).toEqual({ ok: false, failure: { kind: 'locked' } });
  });
});
