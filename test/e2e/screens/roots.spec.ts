import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { en } from '../../../src-renderer/texts/en/index.ts';
import { lookOver } from './look.ts';
import { expect, go, Signet, simulatedLine, test } from './signet.ts';

/** A root comes to be trusted by its certificate file: what it is stands there first, and what is no root is told in a sentence. */
let signet: Signet;
test.beforeAll(async () => {
  signet = await Signet.start();
});
test.afterAll(() => signet.destroy());

test('a root is trusted by its certificate file, whose fingerprint is shown before', async ({ page }) => {
  const desk = await simulatedLine(signet, page);
  const settings = await desk.call('settings.get', {});
  const [signer] = (await desk.state()).signers;
  const chain = await desk.call('signers.certificate', { serialNumber: signer?.serialNumber ?? '' });
  await desk.call('settings.save', { ...settings, trustedRoots: [] });
  const root = new X509Certificate(
    readFileSync(join(signet.folder, 'simulation', 'signer-open', 'root_certificate.pem')),
  );
  await go(page, 'Settings');
  await page.getByRole('button', { name: en.settings.sections.roots }).click();
  const words = en.settings.roots;
  await expect(page.getByText(words.none)).toBeVisible();
  const part = page.getByRole('region', { name: words.file });
  const choose = (name: string, buffer: Buffer): Promise<void> =>
    part.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });

  await choose('signer_certificate.pem', Buffer.from(chain[0]?.pem ?? ''));
  await expect(part.getByRole('alert')).toHaveText(words.fault['not-root']);
  await choose('huge.pem', Buffer.alloc(10 << 20, 'A'));
  await expect(part.getByRole('alert')).toHaveText(words.fileTooLarge.replace('{{most}}', '64'));
  await expect(part.getByRole('status')).toBeHidden();

  await choose('root_certificate.der', root.raw);
  await expect(part.getByRole('alert')).toBeHidden();
  await expect(part.getByRole('status')).toContainText(root.fingerprint256.replaceAll(':', ' '));
  await expect(page.getByLabel(words.name)).toHaveValue(/./);
  await lookOver(page, 'settings-root-read');
  expect((await desk.call('settings.get', {})).trustedRoots).toEqual([]);
  await page.getByRole('button', { name: en.settings.add, exact: true }).click();
  await page.locator('.page-head').getByRole('button', { name: en.dialog.save }).click();
  await expect
    .poll(async () => (await desk.call('settings.get', {})).trustedRoots.map(({ publicKey }) => publicKey))
    .toEqual(settings.trustedRoots.map(({ publicKey }) => publicKey));
});
