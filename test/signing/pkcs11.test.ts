import { X509Certificate } from 'node:crypto';
import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostSignerOptions } from '../../src-main/signing/host-signer.ts';
import { loadPkcs11 } from '../../src-main/signing/pkcs11-binding.ts';
import { createTokenSigner, openTokenSigner } from '../../src-main/signing/pkcs11-signer.ts';
import { listTokens } from '../../src-main/signing/pkcs11-token.ts';
import { TokenWatch } from '../../src-main/signing/token-watch.ts';
import { parseUtf8, toHex } from '../../src-shared/base/bytes.ts';
import { device, openFactory, requestFor, rowsOf, tbsFor } from './factory.ts';
import { Lines, MemoryDelays, now, password, seeded, signerRequest, software, testRoot } from './rig.ts';
import { createSignerOn, openSoftToken, pin, type SoftToken } from './softhsm.ts';
import { manySignatures } from './token-session.ts';

const root = testRoot();
let token: SoftToken;
beforeAll(async () => {
  token = await openSoftToken();
});
afterAll(() => token.remove());

const options = (): HostSignerOptions => ({ trustsRoot: () => true, now, delays: new MemoryDelays() });

let made: Promise<Awaited<ReturnType<typeof make>>> | undefined;
async function make() {
  const result = await createSignerOn(token, root);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}
const description = async () => {
  made ??= make();
  return made;
};

async function open() {
  const opened = openTokenSigner((await description()).bytes, options());
  if (!opened.ok) throw new Error(opened.failure);
  return opened.value.module;
}

async function tbsOf(n: number): Promise<Uint8Array> {
  return tbsFor((await description()).identity, root, n);
}

describe('a signer on a PKCS#11 token', () => {
  it('is made on the token, described without any secret, and signs like the others', async () => {
    expect(await listTokens(token.library)).toEqual({
      ok: true,
      value: [{ label: token.label, serial: token.serial }],
    });
    const { bytes, identity, ceremony } = await description();
    expect(parseUtf8(bytes)).not.toContain(pin);
    expect(identity.kind).toBe('pkcs11');
    expect(ceremony.remarks.join()).toContain('plant signer');
    const factory = await openFactory({ root });
    try {
      const module = await open();
      factory.manager.add(module, 'token.json');
      const serialNumber = toHex(identity.serialNumber);
      expect((await factory.manager.unlock(serialNumber, [password('00000000')])).ok).toBe(false);
      expect((await factory.manager.unlock(serialNumber, [password(pin)])).ok).toBe(true);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => factory.service.issue(requestFor(device(n), root), () => undefined)),
      );
      for (const answer of answers) {
        if (!answer.ok) throw new Error(answer.failure.code);
        const signer = new X509Certificate(answer.value.signerCertificate);
        expect(new X509Certificate(answer.value.deviceCertificate).verify(signer.publicKey)).toBe(true);
      }
      expect(rowsOf(factory).every(({ signer_kind }) => signer_kind === 'pkcs11')).toBe(true);
      await factory.manager.lockAll();
      expect(module.state).toBe('PASSWORD_REQUIRED');
      expect(await module.sign(await tbsOf(1), async () => undefined)).toEqual({
        ok: false,
        failure: { kind: 'locked' },
      });
    } finally {
      await factory.close();
    }
  });

  it('takes a key that is there already, and says when there is none', async () => {
    const { bytes, identity } = await description();
    const text = parseUtf8(bytes) ?? '';
    const keyId = /"keyId": "([0-9A-F]+)"/.exec(text)?.[1] ?? '';
    const again = async (id: string) =>
      createTokenSigner(signerRequest(root, 'atmel-2015', { signerId: 2 }), {
        library: token.library,
        tokenLabel: token.label,
        tokenSerial: token.serial,
        pin: password(pin),
        keyId: Uint8Array.from(Buffer.from(id, 'hex')),
        now: now(),
        random: seeded('again'),
        persons: [],
        software,
      });
    const found = await again(keyId);
    expect(found.ok && toHex(found.value.identity.publicKey)).toBe(toHex(identity.publicKey));
    expect(await again('FFFF')).toMatchObject({ ok: false, failure: { kind: 'token', failure: { kind: 'broken' } } });
  });

  it('makes many signatures in one session, each verified; nothing piles up', async () => {
    const module = await open();
    expect(await manySignatures(module, pin, await tbsOf(1), 1000)).toEqual([]);
  });

  it('pulled out in the middle: one refusal, and it comes back as a new module that asks for its PIN', async () => {
    const factory = await openFactory({ root });
    const lines = new Lines();
    const watch = new TokenWatch({
      descriptions: [{ place: 'token.json', bytes: (await description()).bytes }],
      manager: factory.manager,
      signer: options(),
      activity: lines,
    });
    try {
      await watch.look();
      const [module] = factory.manager.modules();
      const serialNumber = toHex(module?.identity?.serialNumber ?? new Uint8Array(0));
      expect((await factory.manager.unlock(serialNumber, [password(pin)])).ok).toBe(true);
      const issue = async (n: number): Promise<string> => {
        const answer = await factory.service.issue(requestFor(device(n), root), () => undefined);
        return answer.ok ? 'ok' : answer.failure.code;
      };
      expect(await issue(1)).toBe('ok');
      renameSync(token.folder, `${token.folder}.out`);
      expect(await issue(2)).toBe('SIGNER_REMOVED');
      expect(factory.manager.modules()).toEqual([]);
      expect(await issue(2)).toBe('NO_MATCHING_SIGNER');
      await watch.look();
      expect(factory.manager.modules()).toEqual([]);
      renameSync(`${token.folder}.out`, token.folder);
      await watch.look();
      await watch.look();
      expect(factory.manager.list()).toMatchObject([{ place: 'token.json', waitsForPassword: true }]);
      expect((await factory.manager.unlock(serialNumber, [password(pin)])).ok).toBe(true);
      expect(await issue(2)).toBe('ok');
      expect(lines.lines).toEqual([]);
    } finally {
      await factory.close();
    }
  });

  it('says what is wrong with a description, a library, a token that is not there', async () => {
    expect(openTokenSigner(new Uint8Array(3), options()).ok).toBe(false);
    expect(await loadPkcs11('/nowhere/lib.so')).toMatchObject({ ok: false });
    const text = parseUtf8((await description()).bytes) ?? '';
    const other = openTokenSigner(new TextEncoder().encode(text.replace(token.serial, '0000')), options());
    if (!other.ok) throw new Error(other.failure);
    const result = await other.value.module.unlock([password(pin)]);
    expect(result.ok ? '' : result.failure.kind).toBe('removed');
  });
});
