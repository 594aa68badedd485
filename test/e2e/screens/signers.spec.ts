import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import type { Download, Locator, Page } from '@playwright/test';
import { de } from '../../../src-renderer/texts/de/index.ts';
import { en } from '../../../src-renderer/texts/en/index.ts';
import { type Place, Workplace } from '../../headless/workplace.ts';
import type { Desk } from './desk.ts';
import { lookOver } from './look.ts';
import { expect, Signet, test } from './signet.ts';

/**
 * The supervisor's screen from blank sticks to a locked signer, by keyboard alone, in both languages. The sticks are processes of
 * their own behind TCP; nothing is done to them but what the screens do. No test here touches the mouse.
 */
let place: Workplace;
let signet: Signet;
let desk: Desk;
const sticks: Place[] = [];

const passwords = {
  rootFirst: 'root, first person',
  rootSecond: 'root, second person',
  signer: 'the stick of line three',
  signerNew: 'another phrase for it',
  first: 'erste Person, Linie',
  second: 'zweite Person, Linie',
  rootFile: 'Wurzel in einer Datei',
} as const;

/** More than the shortest that any station takes: the forms say what this one's settings say. */
const passwordMinimum = 14;

test.describe.configure({ mode: 'serial', timeout: 240_000 });

test.beforeAll(async () => {
  place = new Workplace();
  for (const name of ['root', 'first', 'second']) sticks.push(await place.signer(name, ['--blank']));
  signet = await Signet.start();
  desk = await signet.desk();
  await desk.call('station.setUp', { name: 'Set-up room' });
  const settings = await desk.call('settings.get', {});
  await desk.call('settings.save', {
    ...settings,
    language: 'en',
    passwordMinimum,
    extraKits: sticks.map(({ path }) => path),
  });
  await desk.eventually(async () => {
    const { signers } = await desk.state();
    return signers.filter(({ state }) => state === 'UNCONFIGURED').length === 3 ? true : undefined;
  }, 'three blank sticks');
});
test.afterAll(async () => {
  await signet.end();
  rmSync(signet.folder, { recursive: true, force: true });
  await place.close();
});

type Words = typeof en;
const wordsOf = { en, de: de as unknown as Words } as const;

/** A person without a mouse. */
class Keys {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Tab until it has the focus; Shift and Tab when it is not found before the page's end. */
  async to(target: Locator): Promise<void> {
    await expect(target).toBeVisible();
    for (let i = 0; i < 150; i += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Tab never came to ${target}`);
  }

  async press(target: Locator): Promise<void> {
    await expect(target).toBeEnabled();
    await this.to(target);
    await this.page.keyboard.press('Enter');
  }

  async type(target: Locator, text: string): Promise<void> {
    await this.to(target);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.type(text);
  }

  /** One of a group of radio buttons: the group is one stop of Tab, the arrows choose in it. */
  async choose(target: Locator): Promise<void> {
    await expect(target).toBeVisible();
    if (await target.isChecked()) return;
    const group = target.locator('xpath=ancestor::fieldset[1]').getByRole('radio');
    const checked = group.and(this.page.locator(':checked'));
    if ((await checked.count()) === 0) {
      await this.to(group.first());
      await this.page.keyboard.press('Space');
    } else await this.to(checked);
    for (let i = 0; i < 20 && !(await target.isChecked()); i += 1) await this.page.keyboard.press('ArrowDown');
    await expect(target).toBeChecked();
  }

  /** One of a list that opens: closed as it is, the arrows choose in it. */
  async select(target: Locator, value: string): Promise<void> {
    await this.to(target);
    const options = await target.locator('option').count();
    await this.page.keyboard.press('Home');
    for (let i = 0; i < options && (await target.inputValue()) !== value; i += 1)
      await this.page.keyboard.press('ArrowDown');
    await expect(target).toHaveValue(value);
  }

  async tick(target: Locator, checked: boolean): Promise<void> {
    await this.to(target);
    if ((await target.isChecked()) !== checked) await this.page.keyboard.press('Space');
    await expect(target).toBeChecked({ checked });
  }

  /** Holds Enter on a final action, lets go too early once, and then until it is done. */
  async hold(target: Locator, keeps: string, done: Locator): Promise<void> {
    await this.to(target);
    await this.page.keyboard.down('Enter');
    await expect(this.page.getByText(new RegExp(keeps.replace(/\{\{.*/, '')))).toBeVisible();
    await this.page.keyboard.up('Enter');
    await expect(target).toBeVisible();
    await this.page.keyboard.down('Enter');
    await expect(done).toBeVisible({ timeout: 120_000 });
    await this.page.keyboard.up('Enter');
  }
}

const signerOf = async (stick: Place) => (await desk.state()).signers.find(({ path }) => path === stick.path);

async function open(page: Page, language: 'en' | 'de'): Promise<{ readonly keys: Keys; readonly t: Words }> {
  const settings = await desk.call('settings.get', {});
  await desk.call('settings.save', { ...settings, language });
  await page.goto(signet.address);
  const t = wordsOf[language];
  await expect(page.locator('html')).toHaveAttribute('lang', language);
  // Keys are heard once the screen stands.
  await expect(async () => {
    await page.keyboard.press('Control+2');
    await expect(page.getByRole('heading', { name: t.place.signers, level: 1 })).toBeVisible({ timeout: 5000 });
  }).toPass();
  return { keys: new Keys(page), t };
}

const button = (page: Page, name: string): Locator => page.getByRole('main').getByRole('button', { name, exact: true });

/** New passwords, each person's alone on the screen; one too short and one mistyped on the way. */
async function newPasswords(keys: Keys, t: Words, given: readonly string[], picture: string): Promise<void> {
  const { page } = keys;
  const labels = given.length === 1 ? [t.newPassword.one] : [t.newPassword.first, t.newPassword.second];
  for (const [index, text] of given.entries()) {
    const field = page.getByLabel(labels[index] ?? '', { exact: true });
    const again = page.getByLabel(t.newPassword.repeat, { exact: true }).and(page.locator(':visible'));
    // Never both fields to one person.
    for (const [at, label] of labels.entries())
      await expect(page.getByLabel(label, { exact: true })).toBeVisible({ visible: at === index });
    if (index === 0) {
      await keys.type(field, 'short');
      await keys.type(again, 'short');
      await keys.press(button(page, t.sequence.next));
      await expect(page.getByRole('alert')).toContainText(String(passwordMinimum));
      await keys.type(field, text);
      await keys.type(again, `${text}!`);
      await keys.press(button(page, t.sequence.next));
      await expect(page.getByRole('alert')).toContainText(t.newPassword.fault.differs);
      await lookOver(page, `${picture}-password`);
    }
    await keys.type(field, text);
    await keys.type(again, text);
    await keys.press(button(page, t.sequence.next));
  }
}

/** A root, from "New root" to its ceremony record. */
async function createRoot(
  keys: Keys,
  t: Words,
  how: {
    readonly stick: Place | undefined;
    readonly name: string;
    readonly given: readonly string[];
    readonly picture: string;
  },
): Promise<void> {
  const { page } = keys;
  const { stick, name, given, picture } = how;
  await keys.press(button(page, t.signers.newRoot));
  if (stick === undefined)
    await keys.choose(page.getByRole('radio', { name: new RegExp(`^${t.setUp.root.kind.file}`) }));
  else {
    await expect(button(page, t.sequence.next)).toBeDisabled();
    const serial = (await signerOf(stick))?.serialNumber ?? '';
    await keys.choose(page.getByRole('radio', { name: new RegExp(serial) }));
  }
  await lookOver(page, `${picture}-where`);
  await keys.press(button(page, t.sequence.next));
  await keys.press(button(page, t.sequence.next));
  await expect(page.locator('[aria-invalid="true"]')).toHaveCount(2);
  await expect(page.getByText(t.setUp.form.nameFault)).toHaveCount(2);
  await expect(page.getByLabel(t.setUp.form.commonName)).toBeFocused();
  await keys.type(page.getByLabel(t.setUp.form.commonName), name);
  await keys.type(page.getByLabel(t.setUp.form.organisation), 'Signet e2e');
  await lookOver(page, `${picture}-names`);
  await keys.press(button(page, t.sequence.next));
  if (given.length === 1) await keys.choose(page.getByRole('radio', { name: new RegExp(`^${t.passwordScheme.one}`) }));
  await newPasswords(keys, t, given, picture);
  // What becomes permanent is named before it happens, and nothing has happened yet.
  await expect(page.getByText(t.setUp.final.title)).toBeVisible();
  await expect(page.getByText(t.setUp.permanent.rootKey)).toBeVisible();
  if (stick !== undefined) expect((await signerOf(stick))?.state).toBe('UNCONFIGURED');
  await lookOver(page, `${picture}-final`);
  const done = page.getByRole('heading', { name: t.setUp.root.madeTitle });
  await keys.hold(button(page, t.setUp.root.make), t.hold.keep, done);
  await expect(page.locator('pre')).toContainText(name);
  await lookOver(page, `${picture}-made`);
  const [saved] = await Promise.all([page.waitForEvent('download'), keys.press(button(page, t.setUp.root.saveRecord))]);
  const record = readFileSync(await saved.path(), 'utf8');
  expect(record).toContain(name);
  for (const text of given) expect(record).not.toContain(text);
  await keys.press(button(page, t.sequence.finish));
}

/** A signer, from its blank stick to its files. */
async function setUpSigner(
  keys: Keys,
  t: Words,
  how: {
    readonly stick: Place;
    readonly name: string;
    readonly id: string;
    readonly root: string;
    readonly rootGiven: readonly string[];
    readonly given: readonly string[];
    readonly picture: string;
    readonly certificates: (t: Words) => Promise<void>;
  },
): Promise<void> {
  const { page } = keys;
  const { stick, name, id, root, rootGiven, given, picture, certificates } = how;
  const serial = (await signerOf(stick))?.serialNumber ?? '';
  await keys.press(button(page, t.signers.setUpOne));
  await keys.choose(page.getByRole('radio', { name: new RegExp(serial) }));
  await lookOver(page, `${picture}-module`);
  await keys.press(button(page, t.sequence.next));
  await keys.choose(page.getByRole('radio', { name: new RegExp(root) }));
  await lookOver(page, `${picture}-root`);
  await keys.press(button(page, t.sequence.next));
  await keys.type(page.getByLabel(t.setUp.form.name), name);
  await keys.type(page.getByLabel(t.setUp.form.organisation), 'Signet e2e');
  await keys.type(page.getByLabel(t.setUp.form.deviceName), 'Gateway');
  await keys.type(page.getByLabel(t.setUp.form.signerId), id);
  await lookOver(page, `${picture}-names`);
  await keys.press(button(page, t.sequence.next));
  await expect(page.getByRole('heading', { name: t.setUp.signer.steps.certificates, exact: true })).toBeVisible();
  await certificates(t);
  await lookOver(page, `${picture}-certificates`);
  await keys.press(button(page, t.sequence.next));
  if (given.length === 2)
    await keys.choose(page.getByRole('radio', { name: new RegExp(`^${t.passwordScheme['two-persons']}`) }));
  await newPasswords(keys, t, given, picture);
  await expect(page.getByText(t.setUp.final.title)).toBeVisible();
  await expect(page.getByText(t.setUp.permanent.rest, { exact: true })).toBeVisible();
  expect((await signerOf(stick))?.state).toBe('UNCONFIGURED');
  const labels = rootGiven.length === 1 ? [t.setUp.rootPassword] : [t.setUp.rootFirst, t.setUp.rootSecond];
  for (const [index, text] of rootGiven.entries()) {
    await keys.type(page.getByLabel(labels[index] ?? '', { exact: true }), text);
    if (index < rootGiven.length - 1) await keys.press(button(page, t.password.next));
  }
  await lookOver(page, `${picture}-final`);
  const done = page.getByRole('heading', { name: t.setUp.signer.madeTitle });
  await keys.hold(button(page, t.setUp.signer.make), t.hold.keep, done);
  await expect(page.getByText('atcaprov_cert_info_0.c')).toBeVisible();
  await lookOver(page, `${picture}-made`);
  await keys.press(button(page, t.sequence.finish));
}

/** An own template by keyboard: seen in the samples as it is chosen, and not gone on with while a part of it is no purpose. */
async function ownTemplate(keys: Keys, t: Words): Promise<void> {
  const { page } = keys;
  const words = t.setUp.template;
  const tree = page.locator('.certificate-tree');
  await keys.select(page.getByLabel(t.setUp.form.profile), 'own');
  await keys.type(page.getByLabel(words.unit), 'Line three');
  await keys.select(page.getByLabel(words.deviceName), 'chip-serial');
  await keys.tick(page.getByRole('checkbox', { name: new RegExp(`^${words.keyUsages.keyAgreement}`) }), true);
  await keys.tick(page.getByRole('checkbox', { name: new RegExp(`^${words.purposes.clientAuth}`) }), false);
  await keys.tick(page.getByRole('checkbox', { name: new RegExp(`^${words.purposes.serverAuth}`) }), true);
  await keys.type(page.getByLabel(words.otherPurposes), 'no purpose');
  await expect(page.getByRole('alert')).toContainText(t.setUp.sample.fault);
  await keys.press(button(page, t.sequence.next));
  await expect(page.getByRole('alert')).toBeFocused();
  await keys.type(page.getByLabel(words.otherPurposes), '1.3.6.1.5.5.7.3.4');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(tree).toContainText('digitalSignature, keyAgreement');
  await expect(tree).toContainText('TLS WWW server authentication');
  await expect(tree).toContainText('Line three');
}

const row = (page: Page, name: string): Locator => page.getByRole('row', { name: new RegExp(name) });

test('a root stick of two persons, in English', async ({ page }) => {
  const { keys, t } = await open(page, 'en');
  await expect(page.getByRole('row')).toHaveCount(4);
  await lookOver(page, 'signers-blank');
  const [stick] = sticks;
  await createRoot(keys, t, {
    stick,
    name: 'Plant root',
    given: [passwords.rootFirst, passwords.rootSecond],
    picture: 'signers-en-root',
  });
  await expect(row(page, 'Plant root')).toBeVisible();
  await lookOver(page, 'signers-with-root');
});

test('a signer of that root, unlocked, labelled, locked, given another password, exported, in English', async ({
  page,
}) => {
  const { keys, t } = await open(page, 'en');
  const stick = sticks[1];
  if (stick === undefined) throw new Error('no stick');
  await setUpSigner(keys, t, {
    stick,
    name: 'Line signer',
    id: '0034',
    root: 'Plant root',
    rootGiven: [passwords.rootFirst, passwords.rootSecond],
    given: [passwords.signer],
    picture: 'signers-en-set-up',
    certificates: (words) => ownTemplate(keys, words),
  });
  await keys.press(row(page, 'Line signer').getByRole('button', { name: /Line signer/ }));
  await lookOver(page, 'signers-password-required');

  const unlock = row(page, 'Line signer').getByRole('button', { name: t.signers.unlock });
  await keys.press(unlock);
  const dialog = page.getByRole('dialog', { name: t.password.title });
  await expect(dialog).toContainText((await signerOf(stick))?.serialNumber ?? 'none');
  await expect(dialog.getByLabel(t.password.label, { exact: true })).toBeFocused();
  await page.keyboard.type('not this one, no');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('4 tries left');
  await expect(dialog.getByLabel(t.password.label, { exact: true })).toHaveValue('');
  await lookOver(page, 'signers-password-wrong', 'line');
  await expect(dialog.getByLabel(t.password.label, { exact: true })).toBeFocused();
  await page.keyboard.type(passwords.signer);
  await page.keyboard.press('Enter');
  await expect(row(page, 'Line signer')).toContainText(t.signerState.READY);
  expect(await page.content()).not.toContain(passwords.signer);
  await lookOver(page, 'signers-ready');

  await keys.press(button(page, t.signers.rename));
  await expect(page.getByLabel(t.signers.label, { exact: true })).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('oven, left side');
  await lookOver(page, 'signers-rename');
  await page.keyboard.press('Enter');
  await expect(row(page, 'oven, left side')).toBeVisible();
  // A module that was written to proves itself anew.
  await expect(row(page, 'oven, left side')).toContainText(t.signerState.PASSWORD_REQUIRED);
  await keys.press(row(page, 'oven, left side').getByRole('button', { name: t.signers.unlock }));
  await expect(dialog.getByLabel(t.password.label, { exact: true })).toBeFocused();
  await page.keyboard.type(passwords.signer);
  await page.keyboard.press('Enter');
  await expect(row(page, 'oven, left side')).toContainText(t.signerState.READY);

  // What the certificate says is not touched by the label; what is exported verifies elsewhere.
  const files: Download[] = [];
  page.on('download', (file) => files.push(file));
  await keys.press(button(page, t.signers.export));
  await expect(page.getByText(/files saved/)).toBeVisible();
  const named = async (name: string): Promise<string> => {
    const file = files.find((download) => download.suggestedFilename() === name);
    if (file === undefined) throw new Error(`${name} among ${files.map((download) => download.suggestedFilename())}`);
    return file.path();
  };
  const verified = execFileSync('openssl', [
    'verify',
    '-CAfile',
    await named('root_certificate.pem'),
    await named('signer_certificate.pem'),
  ]);
  expect(verified.toString()).toContain('OK');
  const subject = (...args: string[]): string =>
    execFileSync('openssl', ['x509', '-noout', '-subject', ...args]).toString();
  expect(subject('-in', await named('signer_certificate.pem'))).toMatch(/OU ?= ?Line three.*Line signer/s);
  expect(readFileSync(await named('atcaprov_cert_info.h'), 'utf8')).toContain('typedef');
  expect(readFileSync(await named('atcaprov_cert_info_0.c'), 'utf8')).toContain('atcaprov');

  // Locked now, by its key.
  await keys.press(row(page, 'oven, left side').getByRole('button', { name: /oven, left side/ }));
  await page.keyboard.press('Control+l');
  await expect(row(page, 'oven, left side')).toContainText(t.signerState.PASSWORD_REQUIRED);

  await keys.press(button(page, t.signers.changePassword));
  const change = page.getByRole('dialog', { name: t.signers.changePassword });
  await expect(change.getByLabel(t.signers.old.one)).toBeFocused();
  await page.keyboard.type(passwords.signer);
  await page.keyboard.press('Enter');
  await expect(change.getByLabel(t.newPassword.one)).toBeFocused();
  await page.keyboard.type(passwords.signerNew);
  await page.keyboard.press('Tab');
  await page.keyboard.type(passwords.signerNew);
  await lookOver(page, 'signers-change-password', 'line');
  await page.keyboard.press('Enter');
  await expect(page.getByText(t.signers.passwordChanged)).toBeVisible();
  await expect(row(page, 'oven, left side')).toContainText(t.signerState.PASSWORD_REQUIRED);
  await keys.press(row(page, 'oven, left side').getByRole('button', { name: t.signers.unlock }));
  await expect(dialog.getByLabel(t.password.label, { exact: true })).toBeFocused();
  await page.keyboard.type(passwords.signer);
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(dialog.getByLabel(t.password.label, { exact: true })).toBeFocused();
  await page.keyboard.type(passwords.signerNew);
  await page.keyboard.press('Enter');
  await expect(row(page, 'oven, left side')).toContainText(t.signerState.READY);
  await keys.press(button(page, t.signers.lockAll));
  await expect(row(page, 'oven, left side')).toContainText(t.signerState.PASSWORD_REQUIRED);
});

test('a root in a file and a signer of two persons, in German', async ({ page }) => {
  const { keys, t } = await open(page, 'de');
  const stick = sticks[2];
  if (stick === undefined) throw new Error('no stick');
  await lookOver(page, 'signers-de-list');
  await createRoot(keys, t, {
    stick: undefined,
    name: 'Laborwurzel',
    given: [passwords.rootFile],
    picture: 'signers-de-root',
  });
  await setUpSigner(keys, t, {
    stick,
    name: 'Signierer Labor',
    id: '0A01',
    root: 'Laborwurzel',
    rootGiven: [passwords.rootFile],
    given: [passwords.first, passwords.second],
    picture: 'signers-de-set-up',
    // Zero Touch keeps the serial number in the chip, and the linter says what that means.
    certificates: () => expect(page.locator('.sample-findings')).toContainText('Seriennummer'),
  });
  await keys.press(row(page, 'Signierer Labor').getByRole('button', { name: t.signers.unlock }));
  const dialog = page.getByRole('dialog', { name: t.password.title });
  await expect(dialog.getByLabel(t.password.first, { exact: true })).toBeFocused();
  await expect(dialog.getByLabel(t.password.second, { exact: true })).toBeHidden();
  await page.keyboard.type(passwords.first);
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel(t.password.second, { exact: true })).toBeFocused();
  await expect(dialog.getByLabel(t.password.first, { exact: true })).toBeHidden();
  await lookOver(page, 'signers-de-two-persons', 'line');
  await page.keyboard.type(passwords.second);
  await page.keyboard.press('Enter');
  await expect(row(page, 'Signierer Labor')).toContainText(t.signerState.READY);
  await lookOver(page, 'signers-de-ready');
});
