import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { z } from 'zod';
import type { Desk } from './desk.ts';
import { lookOver } from './look.ts';
import { expect, go, Signet, test } from './signet.ts';

/** The engineer's screen over a simulated line, and what its changes do to silicon. */
let signet: Signet;
let desk: Desk;
/** What two boards of version 1 became: where they differ, chips always differ. */
const made: { readonly first: Silicon; readonly second: Silicon }[] = [];
const name = 'Simulated product 608';

test.beforeAll(async () => {
  signet = await Signet.start();
  desk = await signet.desk();
  await desk.call('simulation.start', { sites: 1, part: '608', realTime: false, signer: 'open' });
  const first = await provisioned();
  made.push({ first, second: await provisioned() });
});
test.afterAll(async () => {
  await signet.end();
  rmSync(signet.folder, { recursive: true, force: true });
});

const hex = z.string().regex(/^(?:[0-9A-F]{2})*$/);
const stateSchema = z.object({ chips: z.array(z.object({ config: hex, otp: hex, slots: z.array(hex) })) });

interface Silicon {
  /** Bytes as hex by their place: "config 20", "slot 8 byte 3", "otp 0". */
  readonly bytes: ReadonlyMap<string, string>;
}

/** Every byte of the chip that is in the fixture, from the simulated silicon itself: no lock hides it. */
function silicon(): Silicon {
  const file = join(signet.folder, 'simulation', 'boards', 'site-1.json');
  const [chip] = stateSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).chips;
  if (chip === undefined) throw new Error('no chip');
  const bytes = new Map<string, string>();
  const put = (zone: string, text: string): void => {
    for (let i = 0; i < text.length; i += 2) bytes.set(`${zone} ${i / 2}`, text.slice(i, i + 2));
  };
  put('config', chip.config);
  put('otp', chip.otp);
  for (const [index, slot] of chip.slots.entries()) put(`slot ${index} byte`, slot);
  return { bytes };
}

async function provisioned(): Promise<Silicon> {
  const { verdict } = await desk.provision('new');
  expect(verdict?.kind).toBe('PASS');
  return silicon();
}

/** Places at which two chips differ. */
function differences(one: Silicon, other: Silicon): ReadonlySet<string> {
  return new Set([...one.bytes].flatMap(([place, byte]) => (other.bytes.get(place) === byte ? [] : [place])));
}

/** Part of the chip that a byte belongs to: its slot, its config byte, or the serial number. */
function area(place: string): string {
  if (/^config (?:[0-3]|[89]|1[0-2])$/.test(place)) return 'serial number';
  return /^slot \d+/.exec(place)?.[0] ?? place;
}

async function open(page: Page): Promise<void> {
  await page.goto(signet.address);
  await go(page, 'Plan');
  await expect(page.getByRole('heading', { name })).toBeVisible();
}

const tab = (page: Page, title: string): Promise<void> => page.getByRole('tab', { name: title }).click();

test('a plan is shown decoded: configuration with findings and the chip, certificates, writes, locks, options, packets', async ({
  page,
}) => {
  await open(page);
  await expect(page.locator('.slot-table tbody tr')).toHaveCount(16);
  await expect(page.locator('.finding')).not.toHaveCount(0);
  await expect(page.getByText('Not compared with a chip.')).toBeVisible();
  await lookOver(page, 'plan-config');
  await page.getByLabel('Compare with').selectOption({ label: 'chip at site 1' });
  await expect(page.getByText('0 bytes will change in stage 1')).toBeVisible();
  await lookOver(page, 'plan-config-compared');
  await page.getByRole('button', { name: 'Slot 13: change bits' }).click();
  await lookOver(page, 'plan-slot');
  await page.keyboard.press('Escape');

  await tab(page, 'Certificates');
  await expect(page.getByText('made-up chip and keys')).toBeVisible();
  await lookOver(page, 'plan-certificates');
  const sample = page.locator('.certificate');
  await sample.getByRole('button', { name: 'Tree' }).click();
  await expect(sample.locator('.certificate-tree')).toContainText('Public key');
  await sample.getByRole('button', { name: 'PEM' }).click();
  await expect(sample.locator('pre')).toContainText('BEGIN CERTIFICATE');
  for (const [title, picture] of [
    ['Data writes', 'plan-writes'],
    ['Slots to lock', 'plan-locks'],
    ['Options', 'plan-options'],
    ['Versions', 'plan-versions'],
  ] as const) {
    await tab(page, title);
    await lookOver(page, picture);
  }
  await tab(page, 'Dry run');
  await page.getByLabel('Compare with').selectOption({ label: 'no chip' });
  const packets = page.locator('.packet-table tbody tr:not(.packet-group)');
  await expect(packets.first()).toBeVisible();
  const { packets: planned } = await desk.call('plan.dryRun', {
    plan: await desk.call('plan.get', { name, version: 1 }),
    entry: 0,
    part: 'ATECC608',
    site: null,
  });
  await expect(packets).toHaveCount(planned.length);
  await expect(page.locator('.packet-table tr.is-final')).toHaveCount(2);
  await expect(page.getByText('no packet was sent')).toBeVisible();
  await lookOver(page, 'plan-dry-run');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export list' }).click(),
  ]);
  const lines = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\n');
  // The check sum of the data lock covers a made-up key: it is another one each time.
  const compared = (packets: readonly string[]): string[] =>
    packets.map((packet) => packet.replace(/^071701.*/, 'LOCK'));
  expect(compared(lines.map((line) => line.split('\t')[2] ?? ''))).toEqual(
    compared(planned.map(({ packet }) => packet)),
  );
});

test('files of certificates are judged before they are taken', async ({ page }) => {
  await open(page);
  await tab(page, 'Certificates');
  const source = page.getByRole('region', { name: 'Device certificate definition' });
  await source.locator('input[type="file"]').setInputFiles({
    name: 'wrong.c',
    mimeType: 'text/plain',
    buffer: Buffer.from('int main(void) { return 0; }'),
  });
  await expect(source.getByRole('alert')).toBeVisible();
  await source.locator('input[type="file"]').setInputFiles({
    name: 'big.c',
    mimeType: 'text/plain',
    buffer: Buffer.alloc(10_000_000, 0x20),
  });
  await expect(source.getByRole('alert')).toContainText('This file has 10 MB');
  await lookOver(page, 'plan-file-refused');
  await expect(page.getByRole('button', { name: 'Discard changes' })).toHaveCount(0);
});

test('a SlotConfig, a data write and a slot lock changed on screen become version 2, and the chip differs in exactly these', async ({
  page,
}) => {
  await open(page);
  await page.getByRole('button', { name: 'Slot 13: change bits' }).click();
  await page.getByRole('dialog').getByLabel('WriteConfig').selectOption('8');
  await expect(page.getByRole('dialog')).toContainText('was 0');
  await page.getByRole('dialog').getByRole('button', { name: 'Take over' }).click();
  await expect(page.getByText('changed', { exact: true })).toBeVisible();

  await tab(page, 'Data writes');
  await page.getByRole('button', { name: 'Add a write' }).click();
  const editor = page.getByRole('dialog');
  await editor.getByLabel('Where').selectOption({ label: 'Slot 8' });
  await editor.getByLabel('From byte').fill('64');
  await editor.getByLabel('Label').fill('article number');
  await editor.getByLabel('Bytes (hex)').fill('47 572d 3');
  await editor.getByRole('button', { name: 'Take over' }).click();
  await expect(editor.getByRole('alert')).toContainText('whole bytes');
  await lookOver(page, 'plan-write-refused');
  await editor.getByLabel('Bytes (hex)').fill('47 57 2D 34 37 31 31');
  await editor.getByRole('button', { name: 'Take over' }).click();
  await expect(page.getByText('article number')).toBeVisible();

  await tab(page, 'Slots to lock');
  await page.getByLabel('Slot 14').check();
  await expect(page.getByText('Not saved yet:')).toContainText('configuration, data writes, slots to lock');
  await lookOver(page, 'plan-draft');
  // A look at the line loses nothing of it.
  await go(page, 'Line');
  await expect(page.getByText('Not saved yet:')).toHaveCount(0);
  await go(page, 'Plan');
  await expect(page.getByText('Not saved yet:')).toContainText('configuration, data writes, slots to lock');
  await page.getByRole('button', { name: 'Save as version 2' }).click();
  await expect(page.getByText('version 2, not released')).toBeVisible();
  await page.getByRole('button', { name: 'Release version 2' }).click();
  await expect(page.getByText('version 2, released')).toBeVisible();
  await page.getByRole('button', { name: 'Use version 2' }).click();
  await expect(page.getByText('version 2, in use')).toBeVisible();
  await tab(page, 'Versions');
  await lookOver(page, 'plan-versions-two');
  await tab(page, 'Config zone');
  await page.getByLabel('Compare with').selectOption({ label: 'chip at site 1' });
  await expect(page.getByText('1 byte will change in stage 1')).toBeVisible();
  await lookOver(page, 'plan-config-differs');

  await desk.remove();
  await desk.eventually(async () => ((await desk.site()).chips.length === 0 ? true : undefined), 'no board');
  await desk.insert('new');
  await go(page, 'Line');
  await expect(page.getByText(`${name}, plan 2`).first()).toBeVisible();
  const before = (await desk.site()).verdict?.at;
  await page.getByRole('button', { name: 'Provision', exact: true }).click();
  // The verdict of the board before stays until this one is started.
  const verdict = await desk.eventually(async () => {
    const site = await desk.site();
    return site.state === 'verdict' && site.verdict?.at !== before ? (site.verdict ?? undefined) : undefined;
  }, 'the board of version 2 has its verdict');
  expect(verdict.kind).toBe('PASS');
  await expect(page.getByText('PASS', { exact: true })).toBeVisible();

  const [{ first, second } = { first: silicon(), second: silicon() }] = made;
  const third = silicon();
  // What no two chips share: the serial number, keys, certificates, random filling; a byte of these may be the same by chance.
  const own = new Set([...differences(first, second)].map(area));
  expect([...own].sort()).toEqual(
    ['serial number', ...[0, 1, 2, 3, 4, 5, 6, 7, 9, 10].map((slot) => `slot ${slot}`)].sort(),
  );
  const other = [...differences(first, third)].filter((place) => !own.has(area(place)));
  const written = Buffer.from('GW-4711');
  expect(other.sort()).toEqual(
    [
      // SlotConfig 13, high byte; SlotLocked, bit 14
      'config 47',
      'config 89',
      ...[...written].map((_, i) => `slot 8 byte ${64 + i}`),
    ].sort(),
  );
  expect(third.bytes.get('config 47')).toBe('8F');
  expect(first.bytes.get('config 47')).toBe('0F');
  expect([first.bytes.get('config 89'), third.bytes.get('config 89')]).toEqual(['FF', 'BF']);
  expect(
    [...written].every((byte, i) => Number.parseInt(third.bytes.get(`slot 8 byte ${64 + i}`) ?? '', 16) === byte),
  ).toBe(true);
  // The record of the run names the version.
  const { chips } = await desk.site();
  const { runs } = await desk.call('records.unit', { serialNumber: chips[0]?.serialNumber ?? '' });
  expect(runs[0]?.plan).toMatchObject({ name, version: 2 });
});

test('a version that the linter calls wrong is not released', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Slot 0: change bits' }).click();
  // A device key that anybody may overwrite: PrivWrite without encryption is no private key's rule.
  await page
    .getByRole('dialog')
    .getByLabel(/^Private/)
    .selectOption('0');
  await page.getByRole('dialog').getByRole('button', { name: 'Take over' }).click();
  await expect(page.locator('.finding-error').first()).toBeVisible();
  await lookOver(page, 'plan-linter-error');
  await page.getByRole('button', { name: /^Save as version/ }).click();
  await page.getByRole('button', { name: /^Release version/ }).click();
  await expect(page.locator('.notice-error')).toBeVisible();
  await lookOver(page, 'plan-release-refused');
  const list = await desk.call('plan.list', {});
  const newest = Math.max(...list.filter((plan) => plan.name === name).map(({ version }) => version));
  expect(list.find((plan) => plan.name === name && plan.version === newest)?.released).toBe(false);
});

test('a new plan begins with a published configuration', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'New plan' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the plan').fill(name);
  await expect(dialog.getByText('There is a plan with this name')).toBeVisible();
  await lookOver(page, 'plan-new');
  await dialog.getByLabel('Name of the plan').fill('Gateway C');
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('new, not saved')).toBeVisible();
  await lookOver(page, 'plan-new-draft');
});
