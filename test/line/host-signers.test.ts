import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { judgePort } from '../../src-main/hal/watcher.ts';
import { HostSigners } from '../../src-main/line/host-signers.ts';
import { SignerDesk } from '../../src-main/line/signer-desk.ts';
import { createKeyFileSigner } from '../../src-main/signing/key-file-signer.ts';
import { createTokenSigner } from '../../src-main/signing/pkcs11-signer.ts';
import { createSignerStick } from '../../src-main/simulator/open-board.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { signerViewSchema } from '../../src-shared/ipc/state.ts';
import { device, type Factory, openFactory, requestFor } from '../signing/factory.ts';
import { fastKdf, MemoryDelays, now, password, seeded, signerRequest, software, testRoot } from '../signing/rig.ts';
import { openSoftToken, pin } from '../signing/softhsm.ts';

/** Key files and tokens in the folder `signers/` of a data folder, as servers and stations have them. */
const phrase = 'laboratory phrase';
const root = testRoot();
const facts = { now: now(), random: seeded('host'), persons: [], software };
let factory: Factory | undefined;
let hosts: HostSigners | undefined;
afterEach(async () => {
  await hosts?.stop();
  await factory?.close();
});

async function opened(files: readonly string[] = []): Promise<Factory> {
  factory = await openFactory({ root });
  const signer = { trustsRoot: () => true, now, delays: new MemoryDelays() };
  const { manager, folder, records } = factory;
  hosts = new HostSigners({ manager, dataFolder: folder, files, signer, activity: records.activity });
  await hosts.start();
  return factory;
}

async function keyFile(signerId = 1): Promise<Uint8Array> {
  const request = signerRequest(root, 'atmel-2015', { signerId });
  const made = await createKeyFileSigner(request, { ...facts, passwords: [password(phrase)], kdf: fastKdf });
  if (!made.ok) throw new Error(made.failure.kind);
  return made.value.bytes;
}

const states = (each: Factory): readonly string[] => each.manager.modules().map(({ state }) => state);

describe('signers in files', () => {
  it('come with their file, sign, are forgotten with it, and what they issued can be had again', async () => {
    const at = await opened();
    const path = join(at.folder, 'signers', 'lab.json');
    expect(states(at)).toEqual([]);
    writeFileSync(path, await keyFile());
    await hosts?.look();
    await at.manager.settled();
    const [module] = at.manager.modules();
    expect(module?.state).toBe('PASSWORD_REQUIRED');
    // No place for a label; its password is changed in its file.
    expect(module?.can).toEqual({ label: false, password: true });
    const serialNumber = toHex(module?.identity?.serialNumber ?? new Uint8Array(0));
    expect((await at.manager.unlock(serialNumber, [password(phrase)])).ok).toBe(true);
    const issued = await at.service.issue(requestFor(device(1), root), () => undefined);
    if (!issued.ok) throw new Error(issued.failure.code);
    rmSync(path);
    await hosts?.look();
    expect(states(at)).toEqual([]);
    expect(module?.state).toBe('ABSENT');
    const again = await at.service.issue(requestFor(device(1), root), () => undefined);
    expect(again.ok && toHex(again.value.deviceCertificate)).toBe(toHex(issued.value.deviceCertificate));
    expect((await at.service.issue(requestFor(device(2), root), () => undefined)).ok).toBe(false);
  });

  it('are read anew when the file was written anew, and asked for their password again', async () => {
    const at = await opened();
    const path = join(at.folder, 'signers', 'lab.json');
    writeFileSync(path, await keyFile());
    await hosts?.look();
    const [before] = at.manager.modules();
    const serialNumber = toHex(before?.identity?.serialNumber ?? new Uint8Array(0));
    await at.manager.unlock(serialNumber, [password(phrase)]);
    expect(states(at)).toEqual(['READY']);
    rmSync(path);
    writeFileSync(path, await keyFile(2));
    await hosts?.look();
    expect(states(at)).toEqual(['PASSWORD_REQUIRED']);
    expect(before?.state).toBe('ABSENT');
  });

  it('what is none is said once, and does not keep the others away', async () => {
    const folder = join((await opened()).folder, 'signers');
    const at = factory;
    if (at === undefined) throw new Error('no factory');
    writeFileSync(join(folder, 'a.json'), '{"format":"something else"}');
    writeFileSync(join(folder, 'b.json'), await keyFile());
    writeFileSync(join(folder, 'notes.txt'), 'not looked at');
    mkdirSync(join(folder, 'c.json'));
    for (let i = 0; i < 3; i += 1) await hosts?.look();
    expect(states(at)).toEqual(['PASSWORD_REQUIRED']);
    expect(at.lines.filter((line) => line.includes('a.json is not used'))).toHaveLength(1);
    expect(at.lines.filter((line) => line.includes('notes.txt'))).toEqual([]);
  });

  it('a token described there comes and goes like a file', async () => {
    const token = await openSoftToken();
    try {
      const made = await createTokenSigner(signerRequest(root), {
        ...facts,
        library: token.library,
        tokenLabel: token.label,
        tokenSerial: token.serial,
        pin: password(pin),
      });
      if (!made.ok) throw new Error(made.failure.kind);
      const at = await opened();
      const path = join(at.folder, 'signers', 'token.json');
      writeFileSync(path, made.value.bytes);
      await hosts?.look();
      const serialNumber = toHex(made.value.identity.serialNumber);
      // The PIN is the business of the token's own tools.
      expect(at.manager.module(serialNumber)?.can).toEqual({ label: false, password: false });
      expect((await at.manager.unlock(serialNumber, [password(pin)])).ok).toBe(true);
      const issued = await at.service.issue(requestFor(device(3), root), () => undefined);
      expect(issued.ok).toBe(true);
      rmSync(path);
      await hosts?.look();
      expect(states(at).filter((state) => state !== 'ABSENT')).toEqual([]);
      expect(existsSync(token.folder)).toBe(true);
    } finally {
      await hosts?.stop();
      await factory?.close();
      factory = undefined;
      token.remove();
    }
  });
});

it('a stick of the 2016 AWS kit, which is never opened, is shown among the signers for what it is', async () => {
  const at = await opened();
  const port = await judgePort(
    {
      kind: 'hid',
      path: '/dev/hidraw7',
      connector: 'usb:1-1',
      vendorId: 0x04d8,
      productId: 0x0f31,
      product: 'AWS Signer dongle',
    },
    [],
  );
  const desk = new SignerDesk({
    manager: at.manager,
    registry: at.registry,
    records: at.records,
    now,
    foreign: () => [port],
    changed: () => undefined,
  });
  const [shown, ...more] = desk.views(() => 0);
  expect(more).toEqual([]);
  expect(shown).toMatchObject({ state: 'FOREIGN', kit: 'AWS Signer dongle', path: '/dev/hidraw7', serialNumber: '' });
  expect(shown?.reason?.code).toBe('signer-aws-stick');
  expect(signerViewSchema.safeParse(shown).success).toBe(true);
  expect(desk.counts()).toEqual({ ready: 0, total: 0 });
  // A blank stick stands in the table and is no signer yet; a locked signer is one.
  await at.plug(createSignerStick());
  expect(desk.views(() => 0).map(({ state }) => state)).toEqual(['UNCONFIGURED', 'FOREIGN']);
  expect(desk.counts()).toEqual({ ready: 0, total: 0 });
  writeFileSync(join(at.folder, 'signers', 'lab.json'), await keyFile());
  await hosts?.look();
  await at.manager.settled();
  expect(desk.counts()).toEqual({ ready: 0, total: 1 });
  desk.close();
});
