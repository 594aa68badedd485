import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileClaims } from '../../src-main/signing/claims.ts';
import { createSignerStick } from '../../src-main/simulator/open-board.ts';
import { madeStick, openFactory } from './factory.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-claims-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const serialNumber = '01231E6CD82CA571EE';

describe('a signer works for one data folder of a machine', () => {
  it('the first that claims it has it, until another takes it over', async () => {
    const one = fileClaims(join(folder, 'claims'), 'installation-1');
    const two = fileClaims(join(folder, 'claims'), 'installation-2');
    expect(await one.claim(serialNumber)).toBe('ours');
    expect(await one.claim(serialNumber)).toBe('ours');
    expect(await two.claim(serialNumber)).toBe('installation-1');
    await two.takeOver(serialNumber);
    expect(await two.claim(serialNumber)).toBe('ours');
    expect(await one.claim(serialNumber)).toBe('installation-2');
  });

  it('only one of many that claim at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => fileClaims(folder, `installation-${100 + i}`).claim(serialNumber)),
    );
    expect(answers.filter((answer) => answer === 'ours')).toHaveLength(1);
  });

  it('says which folder cannot be used, and takes no other names', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(fileClaims(join(folder, 'file', 'x'), 'installation-1').claim(serialNumber)).rejects.toThrow('claims');
    await expect(fileClaims(folder, 'installation-1').claim('../etc')).rejects.toThrow(RangeError);
    expect(() => fileClaims(folder, '../x')).toThrow(RangeError);
  });

  it('a stick of another folder is shown and not used', async () => {
    const { state, root, made } = await madeStick();
    const serial = Buffer.from(made.identity.serialNumber).toString('hex').toUpperCase();
    await fileClaims(folder, 'installation-1').claim(serial);
    const mine = fileClaims(folder, 'installation-2');
    const factory = await openFactory({ root, manager: { claims: mine } });
    try {
      await factory.plug(createSignerStick(state));
      expect(factory.manager.modules()[0]).toMatchObject({
        state: 'FAULT',
        reason: { code: 'signer-elsewhere', facts: { owner: 'installation-1' } },
      });
      await mine.takeOver(serial);
      await factory.manager.lookAgain(factory.registry.kits()[0]?.id ?? 0);
      expect(factory.manager.modules()[0]?.state).toBe('PASSWORD_REQUIRED');
    } finally {
      await factory.close();
    }
  });
});
