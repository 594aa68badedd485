import { writeFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { chipsIn, Workplace } from '../../headless/workplace.ts';
import type { Desk } from './desk.ts';
import { lookOver } from './look.ts';
import { expect, go, test } from './signet.ts';

const passwords = { root: 'root in a file, alone', signer: 'the stick of line three' } as const;
/** Pulled out with the configuration locked and no key in it yet, and once more when the data zone was just locked. */
const pulls = {
  format: 'signet-faults',
  version: 1,
  faults: [
    { at: { opcode: 'GenKey', p1: '04' }, do: 'power-cut', when: 'before', back: 'at-once' },
    { at: { opcode: 'Lock', p1: '01' }, do: 'power-cut', when: 'after', back: 'at-once' },
  ],
};

async function waitsForSetUp(desk: Desk): Promise<void> {
  await desk.eventually(async () => {
    const [signer, ...more] = (await desk.state()).signers;
    return more.length === 0 && signer !== undefined && signer.serialNumber !== '' && signer.state !== 'PROBING'
      ? true
      : undefined;
  }, 'the stick was looked at');
}

/** From the row of the stick to the last button, held until something is told; everything is typed as the first time. */
async function setUp(page: Page, until: Locator): Promise<void> {
  await page
    .getByRole('row', { name: /01 ?23/ })
    .getByRole('button', { name: 'Set up', exact: true })
    .click();
  const next = page.getByRole('main').getByRole('button', { name: 'Go on', exact: true });
  await page.getByRole('radio', { name: /Trial root/ }).check();
  await next.click();
  for (const [label, text] of [
    ['Name of the signer', 'Line signer'],
    ['Organisation', 'Signet e2e'],
    ['Name of the devices', 'Gateway'],
    ['Signer id (4 hex digits)', '0034'],
  ] as const)
    await page.getByLabel(label).fill(text);
  await next.click();
  await expect(page.getByRole('heading', { name: 'Certificates', exact: true })).toBeVisible();
  await next.click();
  await page.getByLabel('New password', { exact: true }).fill(passwords.signer);
  await page.getByLabel('Once more', { exact: true }).fill(passwords.signer);
  await next.click();
  await page.getByLabel('Password of the root', { exact: true }).fill(passwords.root);
  await page.getByRole('button', { name: 'Make this signer' }).focus();
  await page.keyboard.down('Enter');
  await expect(until).toBeVisible();
  await page.keyboard.up('Enter');
}

test('the set-up of a signer that is cut off twice, the second time with the program, is finished on screen', async ({
  start,
  page,
}) => {
  const place = new Workplace();
  try {
    writeFileSync(place.at('pulls.json'), JSON.stringify(pulls));
    const stick = await place.signer('stick', ['--blank', '--faults', place.at('pulls.json')]);
    const locks = async (): Promise<readonly string[]> => {
      const [chip] = await chipsIn(place.at('stick.json'));
      return [87, 86].map((byte) => (chip?.config[byte] === 0x55 ? 'open' : 'locked'));
    };
    const signet = await start();
    const desk = await signet.desk();
    await desk.call('station.setUp', { name: 'Set-up room' });
    const settings = await desk.call('settings.get', {});
    await desk.call('settings.save', { ...settings, extraKits: [stick.path] });
    await desk.call('signers.createRoot', {
      kind: 'file',
      kit: '',
      commonName: 'Trial root',
      organisation: 'Signet e2e',
      years: 0,
      passwords: [passwords.root],
    });
    await waitsForSetUp(desk);
    await page.goto(signet.address);
    await go(page, 'Signers');

    await setUp(page, page.getByRole('alert'));
    await lookOver(page, 'set-up-cut');
    await page.getByRole('button', { name: 'Leave set-up' }).click();
    await waitsForSetUp(desk);
    await lookOver(page, 'set-up-cut-list');
    // Configuration locked, data zone open: everything is written anew.
    expect(await locks()).toEqual(['locked', 'open']);

    await setUp(page, page.getByRole('alert'));
    await signet.end('SIGKILL');
    const again = await start({ folder: signet.folder });
    const after = await again.desk();
    await waitsForSetUp(after);
    // Its key is in it for ever: the set-up goes on with it.
    expect(await locks()).toEqual(['locked', 'locked']);
    await page.goto(again.address);
    await go(page, 'Signers');
    await expect(page.getByRole('row', { name: /Not set up/ })).toContainText('its set-up was interrupted');
    await lookOver(page, 'set-up-cut-again');
    await setUp(page, page.getByRole('heading', { name: 'The signer is made' }));
    await page.getByRole('button', { name: 'Finish' }).click();

    await page
      .getByRole('row', { name: /Line signer/ })
      .getByRole('button', { name: 'Unlock signer' })
      .click();
    await page.getByLabel('Password', { exact: true }).fill(passwords.signer);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('row', { name: /Line signer/ })).toContainText('Ready');
  } finally {
    await place.close();
  }
});
