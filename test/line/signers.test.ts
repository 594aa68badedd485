import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { everything, type LineWorld, simulatedWorld } from './world.ts';

let world: LineWorld;
afterEach(() => world.close());

const signer = async () => {
  const [first] = (await world.call('snapshot', {})).state.signers;
  if (first === undefined) throw new Error('no signer');
  return first;
};

/** Every file below a folder, as one text. */
function everythingIn(folder: string, except: (name: string) => boolean): string {
  return readdirSync(folder)
    .map((name) => {
      const path = join(folder, name);
      if (except(name)) return '';
      if (statSync(path).isDirectory()) return everythingIn(path, except);
      // The socket for the command line holds nothing.
      return statSync(path).isFile() ? readFileSync(path, 'latin1') : '';
    })
    .join('');
}

describe('a board that needs a signer whose password is missing', () => {
  it('waits, is released by the password, and so is a second one; the password is nowhere afterwards', async () => {
    world = await simulatedWorld({ sites: 2, signer: 'locked' });
    expect(await signer()).toMatchObject({ state: 'PASSWORD_REQUIRED', passwordScheme: 'one', attemptsLeft: 5 });
    await Promise.all([world.insert('new'), world.insert('new', 'site-2')]);
    const waiting = await world.until('site-1', 'waiting');
    await world.until('site-2', 'waiting');
    expect(waiting.choices[0]).toMatchObject({ action: 'provision', blocked: 'no-signer' });
    const { serialNumber, waitingBoards } = await signer();
    expect(waitingBoards).toBe(2);
    const { password } = await world.call('simulation.password', {});
    await world.call('signers.unlock', { serialNumber, passwords: [password] });
    await world.until('site-1', 'seen');
    await world.until('site-2', 'seen');
    expect(await world.call('line.startAll', {})).toEqual({ started: 2 });
    expect((await world.until('site-1', 'verdict')).verdict?.kind).toBe('PASS');
    expect((await world.until('site-2', 'verdict')).verdict?.kind).toBe('PASS');
    const told = JSON.stringify([
      world.pushes,
      await world.call('activity.recent', {}),
      await world.call('snapshot', {}),
    ]);
    expect(told).not.toContain(password);
    // The simulation keeps it in a file of its own, because it guards nothing; nothing else may.
    expect(everythingIn(world.folder, (name) => name === 'signer-password.txt')).not.toContain(password);
  });

  it('has its password asked five times, then after a delay', async () => {
    world = await simulatedWorld({ sites: 1, signer: 'locked' });
    const { serialNumber } = await signer();
    const tried = ['a wrong password 1', 'a wrong password 2'];
    for (const [i, password] of tried.entries()) {
      const refused = await world.refused('signers.unlock', { serialNumber, passwords: [password] });
      expect(refused).toMatchObject({ code: 'PASSWORD_WRONG', details: { attemptsLeft: 4 - i, delayMs: 0 } });
    }
    for (let i = 0; i < 2; i += 1)
      await world.refused('signers.unlock', { serialNumber, passwords: ['a wrong password x'] });
    const last = await world.refused('signers.unlock', { serialNumber, passwords: ['a wrong password y'] });
    expect(last).toMatchObject({ code: 'PASSWORD_WRONG', details: { delayMs: 30_000 } });
    const locked = await signer();
    expect(locked.state).toBe('LOCKED_OUT');
    expect(Date.parse(locked.delayUntil ?? '')).toBeGreaterThan(Date.now());
    const { password } = await world.call('simulation.password', {});
    expect((await world.refused('signers.unlock', { serialNumber, passwords: [password] })).code).toBe(
      'PASSWORD_DELAY',
    );
    const said = JSON.stringify(await world.call('activity.recent', {}));
    expect(said).not.toContain('a wrong password');
  });

  it('pulled out while it is asked for says so', async () => {
    world = await simulatedWorld({ sites: 1, signer: 'locked' });
    const refused = await world.refused('signers.unlock', { serialNumber: '0123000000000000EE', passwords: ['x'] });
    expect(refused.code).toBe('SIGNER_REMOVED');
  });
});

describe('a signer', () => {
  it('is locked at any time and asks again; a run that came to it waits and goes on', async () => {
    world = await simulatedWorld({ sites: 1, signer: 'unlocked' });
    const { serialNumber } = await signer();
    await world.insert('new');
    await world.until('site-1', 'seen');
    await world.call('signers.lock', { serialNumber });
    expect((await signer()).state).toBe('PASSWORD_REQUIRED');
    await world.until('site-1', 'waiting');
    const { password } = await world.call('simulation.password', {});
    await world.call('signers.unlock', { serialNumber, passwords: [password] });
    await world.call('line.start', { site: 'site-1', action: 'provision' });
    expect((await world.until('site-1', 'verdict')).verdict?.kind).toBe('PASS');
  });

  it('shows its certificate, gives its files and takes a label', async () => {
    world = await simulatedWorld({ sites: 1 });
    const { serialNumber } = await signer();
    const [certificate] = await world.call('signers.certificate', { serialNumber });
    expect(certificate?.pem).toContain('BEGIN CERTIFICATE');
    const files = await world.call('signers.export', { serialNumber });
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['atcaprov_cert_info_0.c', 'cert_def_1_signer.c', 'cert_def_2_device.c']),
    );
    await world.call('signers.rename', { serialNumber, label: 'Linie 3, grün' });
    await world.eventually(async () => (await signer()).label === 'Linie 3, grün');
    expect((await signer()).state).toBe('READY');
  });

  it('gets another password, after which the old one is wrong', async () => {
    world = await simulatedWorld({ sites: 1, signer: 'locked' });
    const { serialNumber } = await signer();
    const { password } = await world.call('simulation.password', {});
    const next = 'another long password';
    const change = { serialNumber, newPasswords: [next] };
    expect(
      (await world.refused('signers.changePassword', { ...change, oldPasswords: ['not this one, no'] })).code,
    ).toBe('PASSWORD_WRONG');
    expect(
      (
        await world.refused('signers.changePassword', {
          serialNumber,
          oldPasswords: [password],
          newPasswords: ['short'],
        })
      ).code,
    ).toBe('PASSWORD_POLICY');
    await world.call('signers.changePassword', { ...change, oldPasswords: [password] });
    expect((await world.refused('signers.unlock', { serialNumber, passwords: [password] })).code).toBe(
      'PASSWORD_WRONG',
    );
    await world.call('signers.unlock', { serialNumber, passwords: [next] });
    expect((await signer()).state).toBe('READY');
  });
});

describe('making a root', () => {
  it('in a file keeps its key for its owner alone, and records the ceremony', async () => {
    world = await simulatedWorld({ sites: 1 });
    const made = await world.call('signers.createRoot', {
      kind: 'file',
      kit: '',
      commonName: 'Test Root',
      organisation: 'Test',
      years: 0,
      passwords: ['a long root password'],
    });
    expect(made.fingerprint).toMatch(/^[0-9A-F]{64}$/);
    expect(made.record).toContain('Test Root');
    const ceremony: unknown = JSON.parse(readFileSync(made.file, 'utf8'));
    expect(ceremony).toMatchObject({ format: 'signet-ceremony', subject: 'root', storage: 'file' });
    const roots = await world.call('signers.roots', {});
    expect(roots.map(({ kind, name, passwords }) => [kind, name, passwords])).toEqual([['file', 'Test Root', 1]]);
    const file = readdirSync(join(made.file, '..')).find((name) => name.endsWith('key.json')) ?? '';
    expect(statSync(join(made.file, '..', file)).mode & 0o077).toBe(0);
    expect((await world.call('settings.get', {})).trustedRoots.map(({ publicKey }) => publicKey)).toContain(
      made.publicKey,
    );
    const log = await world.call('records.log', { filter: everything, before: null, limit: 10, descending: true });
    expect(log.rows).toHaveLength(1);
  });
});
