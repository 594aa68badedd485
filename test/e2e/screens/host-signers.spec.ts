import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstPlan } from '../../../src-main/line/plan-inspect.ts';
import { startSimulatedBoard } from '../../../src-main/line/simulate.ts';
import { createKeyFileSigner } from '../../../src-main/signing/key-file-signer.ts';
import { createTokenSigner } from '../../../src-main/signing/pkcs11-signer.ts';
import { defaultImage } from '../../../src-shared/atecc/config/index.ts';
import { toHex } from '../../../src-shared/base/bytes.ts';
import { fastKdf, password, signerRequest, software, testRoot } from '../../signing/rig.ts';
import { openSoftToken, pin } from '../../signing/softhsm.ts';
import { button, verdict } from './hands.ts';
import { lookOver } from './look.ts';
import { expect, go, test } from './signet.ts';

const phrase = 'laboratory phrase';
const root = testRoot();
const everything = { from: '', to: '', batch: '', station: '', signer: '', result: [], serial: '', text: '' };
const facts = { now: new Date(), random: (n: number) => new Uint8Array(randomBytes(n)), persons: [], software };

test('a key file and a PKCS#11 token are signers like any stick: shown, unlocked, signing, and the records name the kind', async ({
  start,
  page,
}) => {
  const token = await openSoftToken();
  const folder = mkdtempSync(join(tmpdir(), 'signet-e2e-'));
  const signers = join(folder, 'signers');
  mkdirSync(signers);
  const request = (label: string, signerId: number, chainId: number) => {
    const plain = signerRequest(root);
    return { ...plain, label, signerId, parameters: { ...plain.parameters, chainId } };
  };
  const inFile = await createKeyFileSigner(request('laboratory', 1, 0), {
    ...facts,
    passwords: [password(phrase)],
    kdf: fastKdf,
  });
  const onToken = await createTokenSigner(request('plant', 2, 1), {
    ...facts,
    library: token.library,
    tokenLabel: token.label,
    tokenSerial: token.serial,
    pin: password(pin),
  });
  if (!inFile.ok || !onToken.ok) throw new Error('The signers could not be made.');
  writeFileSync(join(signers, 'laboratory.json'), inFile.value.bytes);
  writeFileSync(join(signers, 'plant.json'), onToken.value.bytes);

  const signet = await start({ folder });
  const desk = await signet.desk();
  await desk.call('station.setUp', { name: 'Bench' });
  const plugIn = (name: string, port: number) =>
    startSimulatedBoard({
      host: '127.0.0.1',
      port,
      stateFile: join(folder, `${name}.json`),
      part: '508',
      dialect: 'd21',
      realTime: false,
    });
  // The fixture's place is known once it was open; no board asks for a password before one is there.
  let board = await plugIn('none', 0);
  const { port } = board;
  await board.close();
  try {
    const settings = await desk.call('settings.get', {});
    const site = { id: 'site-1', label: 'Site 1', connector: `tcp:127.0.0.1:${port}`, enabled: true };
    await desk.call('settings.save', { ...settings, sites: [site] });
    for (const [name, files] of [
      ['With the key file', inFile.value.files],
      ['With the token', onToken.value.files],
    ] as const) {
      const read = (part: RegExp): string => {
        const file = files.find((each) => part.test(each.name));
        if (file === undefined) throw new Error(`${part} among ${files.map((each) => each.name)}`);
        return Buffer.from(file.bytes).toString('utf8');
      };
      const plan = firstPlan({
        name,
        certinfo: read(/^atcaprov_cert_info_\d+\.c$/),
        deviceDefinition: read(/^cert_def_2_device\.c$/),
        signerDefinition: read(/^cert_def_1_signer\.c$/),
        images: { ATECC508A: toHex(defaultImage('ATECC508A')) },
        note: '',
      });
      await desk.call('plan.save', { plan });
      await desk.call('plan.release', { name, version: 1 });
    }
    await page.goto(signet.address);
    for (const { plan, kind, words, secret, made } of [
      { plan: 'With the key file', kind: 'file', words: 'key file', secret: phrase, made: inFile.value },
      { plan: 'With the token', kind: 'pkcs11', words: 'PKCS#11 token', secret: pin, made: onToken.value },
    ]) {
      await desk.call('plan.activate', { name: plan, version: 1 });
      await go(page, 'Signers');
      const row = page.getByRole('row', { name: new RegExp(made.identity.label) });
      await row.click();
      await expect(page.getByRole('main').locator('dl.kv').first()).toContainText(words);
      await row.getByRole('button', { name: 'Unlock signer' }).click();
      await page.getByLabel('Password', { exact: true }).fill(secret);
      await page.keyboard.press('Enter');
      await expect(row).toContainText('Ready');
      // Only what can be done with a signer of this kind is offered.
      await expect(button(page, 'Export files')).toBeVisible();
      await expect(button(page, 'Change label')).toHaveCount(0);
      await expect(button(page, 'Change password')).toHaveCount(kind === 'file' ? 1 : 0);
      await lookOver(page, `signer-${kind}`);

      await go(page, 'Line');
      board = await plugIn(kind, port);
      await button(page, 'Provision').click();
      await expect(verdict(page, 'PASS')).toBeVisible();
      const [serialNumber = ''] = board.serialNumbers();
      const unit = await desk.call('records.unit', { serialNumber });
      expect(unit.certificates).toHaveLength(1);
      expect(unit.certificates[0]?.chain.verified).toBe(true);
      const asked = { filter: { ...everything, serial: serialNumber }, before: null, limit: 5, descending: true };
      const { rows } = await desk.call('records.log', asked);
      expect(rows.map(({ result, signer_kind, signer_sn }) => [result, signer_kind, signer_sn])).toEqual([
        ['SIGNED', kind, toHex(made.identity.serialNumber)],
      ]);
      await board.close();
    }
  } finally {
    await board.close();
    await signet.end();
    token.remove();
  }
});
