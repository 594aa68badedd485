import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { expect, it, vi } from 'vitest';
import { type DeviceEvent, KitRegistry } from '../../src-main/device/index.ts';
import { moduleKeys } from '../../src-main/signing/asd1/password.ts';
import { decodeRecord } from '../../src-main/signing/asd1/record.ts';
import { setUpModule } from '../../src-main/signing/setup.ts';
import { chipsOf, createSignerStick } from '../../src-main/simulator/open-board.ts';
import { toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { device, openFactory, readyFactory, requestFor } from './factory.ts';
import { password, plugIn, setUpOptions, signerRequest, testRoot } from './rig.ts';

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

it('a secret shows nothing of itself, however it is printed, and nothing at all once it is wiped', () => {
  const text = 'Geheim & Söhne 1897';
  const bytes = utf8(text);
  const secret = new Secret(bytes);
  const printed = [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }, { depth: 12, showHidden: true }),
    format('%s %o %j', secret, secret, secret),
    inspect(Object.assign(new Error('broken'), { secret })),
    JSON.stringify({ ...secret }),
    Object.values(secret).join(),
  ].join(' ');
  expect(printed).toContain('[secret]');
  const forms = [text, toHex(bytes), toHex(bytes).toLowerCase(), Buffer.from(bytes).toString('base64'), bytes.join()];
  for (const form of forms) expect(printed).not.toContain(form);
  expect(printed).not.toContain(`${bytes[0]}, ${bytes[1]}`);
  secret.wipe();
  expect(secret.wiped).toBe(true);
  expect(bytes.every((byte) => byte === 0)).toBe(true);
  expect(() => secret.use((lent) => lent.length)).toThrow(RangeError);
});

it('the keys of a stick are wiped when it is pulled out', async () => {
  const { factory, board } = await readyFactory();
  try {
    const wiped = vi.spyOn(Secret.prototype, 'wipe');
    board.unplug();
    await factory.manager.settled();
    expect(factory.manager.modules()).toEqual([]);
    // Both keys that were made of the password.
    expect(wiped).toHaveBeenCalledTimes(2);
    wiped.mockRestore();
  } finally {
    await factory.close();
  }
});

it('no password and no key made of it is in files, activity lines, device events or printed objects', async () => {
  const text = 'Geheim & Söhne 1897';
  const board = createSignerStick();
  const root = testRoot();
  const factory = await openFactory({ root });
  const events: DeviceEvent[] = [];
  const watched = new KitRegistry({ now: () => performance.now(), observe: () => (event) => events.push(event) });
  const { kit } = await plugIn(board, watched);
  const lease = watched.take(kit.id, { role: 'set-up', name: 'test' });
  if (!lease.ok) throw new Error(lease.failure.kind);
  const typed = [password(text)];
  const made = await setUpModule(signerRequest(root), {
    ...setUpOptions(lease.value),
    passwords: typed,
    notes: factory.records.setUpNotes,
  });
  if (!made.ok) throw new Error(JSON.stringify(made.failure));
  const [chip] = chipsOf(board);
  const record = decodeRecord(chip?.inspect().slots[8] ?? new Uint8Array(0));
  if (!record.ok || chip === undefined) throw new Error('no record');
  const keys = await moduleKeys(typed, chip.serialNumber, record.value);
  const [k4, k5] = [keys.k4, keys.k5].map((key) => key.use((bytes) => bytes.slice()));
  if (k4 === undefined || k5 === undefined) throw new Error('no keys');
  expect(toHex(chip.inspect().slots[4]?.slice(0, 32) ?? new Uint8Array(0))).toBe(toHex(k4));

  board.unplug();
  board.plug();
  await factory.plug(board);
  const serialNumber = toHex(chip.serialNumber);
  expect((await factory.manager.unlock(serialNumber, [password('a wrong password')])).ok).toBe(false);
  expect((await factory.manager.unlock(serialNumber, [password(text)])).ok).toBe(true);
  expect((await factory.service.issue(requestFor(device(1), root), () => undefined)).ok).toBe(true);
  const shown = inspect(
    { manager: factory.manager, module: factory.manager.modules(), made, keys },
    { depth: 12, showHidden: true },
  );

  const secrets = [
    text,
    'a wrong password',
    ...[k4, k5].flatMap((key) => [toHex(key), toHex(key).toLowerCase(), Buffer.from(key).toString('base64')]),
  ];
  const raw = [Buffer.from(text), Buffer.from(k4), Buffer.from(k5)];
  await factory.records.close();
  const files = filesBelow(factory.folder);
  expect(files.length).toBeGreaterThan(5);
  for (const path of files) {
    const bytes = readFileSync(path);
    for (const secret of secrets) expect(bytes.includes(secret), path).toBe(false);
    for (const secret of raw) expect(bytes.includes(secret), path).toBe(false);
  }
  const told = JSON.stringify([events, factory.lines, made.value.ceremony]) + shown;
  for (const secret of secrets) expect(told.includes(secret)).toBe(false);
  expect(events.length).toBeGreaterThan(100);
  await factory.manager.stop();
});
