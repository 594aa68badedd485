import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { Desk } from './desk.ts';
import { lookOver } from './look.ts';
import { expect, go, Signet, test } from './signet.ts';

/** QA's screen over real runs of one line: two boards that pass, one whose chip lies, one that was cut off and resumed. */
let signet: Signet;
let desk: Desk;
const serials = { first: '', second: '', failing: '', resumed: '' };

test.beforeAll(async () => {
  signet = await Signet.start();
  desk = await signet.desk();
  await desk.call('simulation.start', { sites: 1, part: '608', realTime: false, signer: 'open' });
  const provision = async (board: 'new' | 'failing' | 'interrupted'): Promise<string> =>
    (await desk.provision(board)).chips[0]?.serialNumber ?? '';
  await desk.call('line.setBatch', { batch: 'FA-100', quota: null });
  serials.first = await provision('new');
  serials.failing = await provision('failing');
  await desk.call('line.setBatch', { batch: 'FA-200', quota: null });
  serials.second = await provision('new');
  serials.resumed = await provision('interrupted');
});
test.afterAll(async () => {
  await signet.end();
  rmSync(signet.folder, { recursive: true, force: true });
});

async function open(page: Page): Promise<void> {
  await page.goto(signet.address);
  await go(page, 'Records');
  await expect(page.getByRole('grid')).toBeVisible();
}

/** Rows of the list, without its head. */
const rows = (page: Page): Locator => page.locator('.big-body [role="row"]');
const field = (page: Page, name: string): Locator => page.getByRole('search').getByLabel(name);

async function download(page: Page, press: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

/** The list once it says how many rows it has. */
const counted = (page: Page, words: string | RegExp): Promise<void> =>
  expect(page.locator('.card > footer b').first()).toHaveText(words);

/** Finds a chip by its serial number and opens its page. */
async function openUnit(page: Page, serial: string): Promise<Locator> {
  await field(page, 'Serial number starts with').fill(serial);
  // A list that has not come yet holds no other rows either.
  await expect(rows(page).first()).toContainText(serial);
  await expect(page.locator('.big-body [role="row"]', { hasNotText: serial })).toHaveCount(0);
  await rows(page).first().click();
  const unit = page.getByRole('region', { name: 'Unit' });
  await expect(unit.locator('header')).toContainText(serial);
  return unit;
}

test('signing log and archive are tabs, and every filter lets through what it says', async ({ page }) => {
  await open(page);
  await expect(page.getByRole('tab', { name: 'Signing log' })).toHaveAttribute('aria-selected', 'true');
  const { rows: log } = await desk.call('records.log', { filter: {}, before: null, limit: 100, descending: true });
  const count = (holds: (row: Record<string, string>) => boolean): string => {
    const number = log.filter(holds).length;
    return `${number} ${number === 1 ? 'row' : 'rows'}`;
  };
  await counted(
    page,
    count(() => true),
  );
  await lookOver(page, 'records-log');

  await field(page, 'Outcome').selectOption({ label: 'REISSUED' });
  await counted(
    page,
    count((row) => row['result'] === 'REISSUED'),
  );
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('REISSUED');
  await field(page, 'Outcome').selectOption({ label: 'all' });

  await field(page, 'Batch').fill('FA-100');
  await counted(
    page,
    count((row) => row['batch'] === 'FA-100'),
  );
  await field(page, 'Batch').fill('nothing of this name');
  await expect(page.getByText('No row of the signing log fits.')).toBeVisible();
  await lookOver(page, 'records-log-none');
  await page.getByRole('button', { name: 'Clear all' }).click();
  await counted(
    page,
    count(() => true),
  );

  await field(page, 'Station').fill('Simulated');
  await counted(
    page,
    count((row) => row['station'] === 'Simulated'),
  );
  await field(page, 'Signer').selectOption({ label: 'Simulated Signer' });
  await counted(
    page,
    count((row) => row['signer_sn'] !== ''),
  );
  await field(page, 'Time').selectOption({ label: 'last hour' });
  await counted(
    page,
    count((row) => row['signer_sn'] !== ''),
  );
  await field(page, 'Time').selectOption({ label: 'from – to' });
  await page.getByRole('search').getByLabel('To', { exact: true }).fill('2020-01-01T00:00');
  await expect(page.getByText('No row of the signing log fits.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear all' }).click();

  // As somebody pastes it from a label: spaces, small letters.
  const prefix = serials.second.slice(0, 10);
  await field(page, 'Serial number starts with').fill((prefix.match(/../g) ?? []).join(' ').toLowerCase());
  await counted(
    page,
    count((row) => (row['device_sn'] ?? '').startsWith(prefix)),
  );
  await page.getByRole('button', { name: 'Clear all' }).click();
  await field(page, 'Text').fill('FA-200');
  await counted(
    page,
    count((row) => Object.values(row).some((value) => value.includes('FA-200'))),
  );
  await page.getByRole('button', { name: 'Clear all' }).click();

  await page.getByRole('button', { name: 'Check the chain of the log' }).click();
  await expect(page.getByText(`chain unbroken, ${log.length} rows`)).toBeVisible();

  await page.getByRole('tab', { name: 'Certificate archive' }).click();
  await counted(page, '3 certificates');
  await lookOver(page, 'records-archive');
  const { rows: certificates } = await desk.call('records.archive', { filter: {}, position: 0, limit: 100 });
  await field(page, 'Text').fill(certificates[1]?.certificateSerial.slice(4, 20).toLowerCase() ?? 'none');
  await counted(page, '1 certificate');
  await expect(rows(page).first()).toContainText(certificates[1]?.certificateSerial ?? 'none');
  await field(page, 'Text').fill('');
  await field(page, 'Signer').selectOption({ label: 'Simulated Signer' });
  await field(page, 'Time').selectOption({ label: 'last hour' });
  await counted(page, '3 certificates');
  await field(page, 'Time').selectOption({ label: 'from – to' });
  await page.getByRole('search').getByLabel('To', { exact: true }).fill('2020-01-01T00:00');
  await expect(page.getByText('No certificate fits.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear all' }).click();
  await counted(page, '3 certificates');
  await field(page, 'Serial number starts with').fill(prefix);
  await counted(page, '1 certificate');
  await rows(page).first().click();
  await expect(page.getByRole('region', { name: 'Unit' })).toBeVisible();
  await lookOver(page, 'records-archive-unit');

  await page.getByRole('tab', { name: 'Charts' }).click();
  await expect(page.getByText('Failures by cause')).toBeVisible();
  await lookOver(page, 'records-charts');
  await page.getByRole('button', { name: 'Show as tables' }).click();
  await expect(page.getByRole('region', { name: 'Failures by cause' })).toContainText('5-36');
  await lookOver(page, 'records-charts-tables');
});

test('columns are chosen and the order turned, by keyboard alone', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Columns' }).focus();
  await page.keyboard.press('Enter');
  await lookOver(page, 'records-columns');
  await page.getByRole('dialog').getByLabel('Row hash').focus();
  await page.keyboard.press('Space');
  await page.getByRole('dialog').getByRole('button', { name: 'Show these' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('columnheader', { name: 'Row hash' })).toBeVisible();
  const newest = await rows(page).first().locator('[role="gridcell"]').first().textContent();
  await page.getByRole('button', { name: 'Seq' }).focus();
  await page.keyboard.press('Enter');
  await expect(rows(page).first().locator('[role="gridcell"]').first()).toHaveText('1');
  await page.getByRole('grid').focus();
  await page.keyboard.press('End');
  await expect(page.locator('[role="row"][aria-selected="true"] [role="gridcell"]').first()).toHaveText(newest ?? '');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Unit' })).toBeVisible();
});

test('a unit shows every run and stage, its certificates as tree and PEM, and its chain verified now', async ({
  page,
}) => {
  await open(page);
  const unit = await openUnit(page, serials.resumed);
  const runs = unit.locator('.run-list button');
  await expect(runs).toHaveCount(2);
  await expect(runs.nth(0)).toContainText('CUT OFF');
  await expect(runs.nth(1)).toContainText('PASS');
  await expect(unit.locator('.waterfall li')).toHaveCount(10);
  const { runs: recorded } = await desk.call('records.unit', { serialNumber: serials.resumed });
  await expect(unit).toContainText(recorded[1]?.plan.digest ?? 'no digest');
  await lookOver(page, 'records-unit');
  await runs.nth(0).click();
  await expect(runs.nth(0)).toHaveAttribute('aria-pressed', 'true');
  await expect(unit.getByLabel('not reached').first()).toBeVisible();

  await expect(unit.getByText('chain verified now')).toBeVisible();
  const device = unit.locator('.cert-chain .certificate').last();
  await device.getByRole('button', { name: 'Tree' }).click();
  await expect(device.locator('.certificate-tree')).toContainText('ecdsaWithSha256');
  await lookOver(page, 'records-unit-tree');
  await device.getByRole('button', { name: 'PEM' }).click();
  const shown = (await device.locator('pre').textContent()) ?? '';
  const saved = await download(page, () => device.getByRole('button', { name: 'Save' }).click());
  expect(saved.text).toBe(shown);
  const told = execFileSync('openssl', ['x509', '-noout', '-subject'], { input: saved.text }).toString();
  expect(told).toContain('CN');
  await lookOver(page, 'records-unit-pem');

  const whole = await download(page, () => unit.getByRole('button', { name: 'Export' }).click());
  expect(JSON.parse(whole.text)).toMatchObject({ serialNumber: serials.resumed, runs: [{}, {}] });

  await unit.getByRole('button', { name: 'Allow rework' }).click();
  await lookOver(page, 'records-rework');
  await page.getByRole('dialog').getByRole('textbox').fill('board repaired');
  await page.getByRole('dialog').getByRole('button', { name: 'Allow rework' }).click();
  await expect(unit.getByText('board repaired')).toBeVisible();

  await openUnit(page, serials.failing);
  await expect(unit.getByText('FAIL', { exact: true }).first()).toBeVisible();
  await expect(unit.locator('.unit-reason')).toContainText('5-36');
  await lookOver(page, 'records-unit-failed');
});

test('a chain is verified when the unit is opened: without its root it no longer holds', async ({ page }) => {
  const settings = await desk.call('settings.get', {});
  expect(settings.trustedRoots).toHaveLength(1);
  await desk.call('settings.save', { ...settings, trustedRoots: [] });
  await open(page);
  const unit = await openUnit(page, serials.first);
  await expect(page.getByText('chain not verified')).toBeVisible();
  await lookOver(page, 'records-unit-unverified');
  await desk.call('settings.save', settings);
  await unit.getByRole('button', { name: 'Close' }).click();
  await rows(page).first().click();
  await expect(page.getByText('chain verified now')).toBeVisible();
});

test('the log is exported as TSV, CSV and JSON with what the filter lets through', async ({ page }) => {
  await open(page);
  await field(page, 'Batch').fill('FA-200');
  const { rows: expected } = await desk.call('records.log', {
    filter: { batch: 'FA-200' },
    before: null,
    limit: 100,
    descending: true,
  });
  await counted(page, `${expected.length} rows`);
  const exported = async (format: string): Promise<{ name: string; text: string }> => {
    await page.keyboard.press('Control+e');
    await page.getByRole('dialog').getByLabel(format).check();
    if (format === 'TSV') await lookOver(page, 'records-export');
    return download(page, () => page.getByRole('dialog').getByRole('button', { name: 'Export' }).click());
  };
  const hashes = expected.map((row) => row['row_hash']).sort();
  for (const [format, separator] of [
    ['TSV', '\t'],
    ['CSV', ','],
  ] as const) {
    const { name, text } = await exported(format);
    expect(name).toMatch(new RegExp(`^log-\\d{8}T\\d{4}\\.${format.toLowerCase()}$`));
    const [head, ...body] = text.trimEnd().split(/\r?\n/);
    const at = head?.split(separator).indexOf('row_hash') ?? -1;
    expect(body.map((line) => line.split(separator).at(at - (head?.split(separator).length ?? 0))).sort()).toEqual(
      hashes,
    );
    await expect(page.getByText(`${name}: ${expected.length} rows.`)).toBeVisible();
  }
  const json: unknown = JSON.parse((await exported('JSON')).text);
  if (!Array.isArray(json)) throw new Error('no list');
  expect(json.map((row: { row_hash: string }) => row.row_hash).sort()).toEqual(hashes);
});

test('the archive is exported as a PEM bundle that OpenSSL verifies, and as tables', async ({ page }) => {
  await open(page);
  await page.getByRole('tab', { name: 'Certificate archive' }).click();
  const exported = async (format: string): Promise<string> => {
    await page.getByRole('button', { name: 'Export PEM bundle' }).click();
    await page.getByRole('dialog').getByLabel(format).check();
    return (await download(page, () => page.getByRole('dialog').getByRole('button', { name: 'Export' }).click())).text;
  };
  const bundle = await exported('PEM');
  const blocks = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  expect(blocks).toHaveLength(6);
  for (const serial of [serials.first, serials.second, serials.resumed]) expect(bundle).toContain(`# ${serial} `);
  const scratch = mkdtempSync(join(tmpdir(), 'signet-pem-'));
  try {
    const root = join(signet.folder, 'simulation', 'signer-open', 'root_certificate.pem');
    for (let i = 0; i < blocks.length; i += 2) {
      writeFileSync(join(scratch, 'device.pem'), `${blocks[i]}\n`);
      writeFileSync(join(scratch, 'signer.pem'), `${blocks[i + 1]}\n`);
      const args = ['verify', '-CAfile', root, '-untrusted', join(scratch, 'signer.pem'), join(scratch, 'device.pem')];
      expect(execFileSync('openssl', args).toString()).toContain('OK');
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  for (const format of ['TSV', 'CSV'] as const) {
    const lines = (await exported(format)).trimEnd().split(/\r?\n/);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain('certificate_serial');
    expect(lines.slice(1).join('\n')).toContain(serials.resumed);
  }
  expect(JSON.parse(await exported('JSON'))).toHaveLength(3);

  // What is filtered is what is exported.
  await field(page, 'Text').fill(serials.second.toLowerCase());
  await counted(page, '1 certificate');
  const one = await exported('PEM');
  expect(one.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  expect(one).toContain(`# ${serials.second} `);
});

test('rows that come while the log is looked at appear by themselves', async ({ page }) => {
  await open(page);
  const before = Number(await rows(page).first().locator('[role="gridcell"]').first().textContent());
  const { chips } = await desk.provision('new');
  await expect(rows(page).first().locator('[role="gridcell"]').first()).not.toHaveText(String(before));
  await expect(rows(page).first()).toContainText((chips[0]?.serialNumber ?? '').slice(4, 8));
});
