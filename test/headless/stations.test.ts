import { chmodSync, copyFileSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, signet } from './processes.ts';
import { chipsIn, type Place, Workplace } from './workplace.ts';

/** Stations with keys, servers beyond this computer, batches with quotas, reworks: what a supervisor decides at a terminal. */

const place = new Workplace();
let signer: Place;

beforeAll(async () => {
  await place.createSigner();
  signer = await place.signer();
});
afterAll(() => place.close());

const supervisor = (...args: readonly string[]): Promise<Ended> =>
  signet([...args, '--data-dir', place.at('data')], { cwd: place.folder });

const provision = (server: Place, board: Place, options: readonly string[] = []): Promise<Ended> =>
  signet(place.provisionArguments(server, board, ['--yes', '--count', '1', ...options]), { cwd: place.folder });

describe('station keys', () => {
  it('are made into an owner-only file, once; listed without the key; withdrawn', async () => {
    expect((await supervisor('station', 'list')).out).toBe('No station has a key.\n');
    const added = await supervisor('station', 'add', 'Linie 3, Platz 2');
    expect(added.out).toContain('Linie-3-Platz-2.key');
    expect(added.code).toBe(0);
    expect(statSync(place.at('Linie-3-Platz-2.key')).mode & 0o777).toBe(0o600);
    const twice = await supervisor('station', 'add', 'Linie 3, Platz 2', '--key-file', 'other.key');
    expect(twice.err).toBe('The station "Linie 3, Platz 2" has a key already; withdraw it first.\n');
    expect(twice.code).toBe(2);
    const over = await supervisor('station', 'add', 'second', '--key-file', 'Linie-3-Platz-2.key');
    expect(over.err).toContain('exists already; nothing was written.');
    expect((await supervisor('station', 'add', 'gone')).code).toBe(0);
    expect((await supervisor('station', 'withdraw', 'gone')).code).toBe(0);
    expect((await supervisor('station', 'withdraw', 'never was')).code).toBe(2);
    const { out } = await supervisor('station', 'list');
    expect(out).toMatch(/^valid +\S+ +Linie 3, Platz 2\nwithdrawn +\S+ +gone\n$/);
    expect(out).not.toMatch(/[0-9A-F]{64}/);
  });

  it('AUTH from end to end: with the key, without it, with another one, with a withdrawn one', async () => {
    const server = await place.server([signer], { args: ['--local-keys'] });
    await server.process.said(/ready\./);
    const board = await place.board('auth');
    const key = ['--station-key', place.at('Linie-3-Platz-2.key'), '--station', 'Linie 3, Platz 2'];

    const without = await provision(server, board);
    expect(without.err).toMatch(/answered error 51: /);
    expect(without.code).toBe(3);
    writeFileSync(place.at('guessed.key'), `${'5A'.repeat(32)}\n`);
    chmodSync(place.at('guessed.key'), 0o600);
    const guessed = await provision(server, board, [
      '--station-key',
      place.at('guessed.key'),
      '--station',
      key[3] ?? '',
    ]);
    expect(guessed.err).toMatch(/answered error 52: the station key is not accepted\./);
    expect(guessed.code).toBe(3);
    await server.process.said(/the station key of "Linie 3, Platz 2" was not accepted/);
    const elsewhere = await provision(server, board, [...key.slice(0, 2), '--station', 'another name']);
    expect(elsewhere.err).toMatch(/answered error 52/);
    const [untouched] = await chipsIn(place.at('auth.json'));
    expect(untouched?.configLocked).toBe(false);

    const passed = await provision(server, board, key);
    expect([passed.err, passed.code]).toEqual(['', 0]);
    expect(place.log().at(-1)).toMatchObject({
      result: 'SIGNED',
      station: 'Linie 3, Platz 2',
      station_auth: 'authenticated',
    });

    // Withdrawn while the server runs: it counts from the next connection on.
    copyFileSync(place.at('Linie-3-Platz-2.key'), place.at('copy.key'));
    expect((await supervisor('station', 'withdraw', 'Linie 3, Platz 2')).code).toBe(0);
    const withdrawn = await provision(server, board, key);
    expect(withdrawn.err).toMatch(/answered error 52/);
    await Promise.all([server.process.stop(), board.process.stop()]);
  });

  it('beyond this computer the server does not start without --allow and a station’s key; with both it does', async () => {
    const serve = (options: readonly string[]): Promise<Ended> =>
      signet(['serve', '--listen', '0.0.0.0:0', '--data-dir', place.at('open'), ...options], { cwd: place.folder });
    for (const options of [[], ['--allow', '10.0.0.0/8']]) {
      const { err, code } = await serve(options);
      expect(err).toContain('opens the server to the network');
      expect(code).toBe(2);
    }
    await signet(['station', 'add', 'open', '--data-dir', place.at('open')], { cwd: place.folder });
    expect((await serve([])).code).toBe(2);
    const server = await place.server([], { args: ['--listen', '0.0.0.0:0', '--allow', '10.0.0.0/8'], data: 'open' });
    expect(server.process.err).toBe('');
    const board = await place.board('from-here');
    // This computer's own addresses: the loopback needs no key, any other is not in the list.
    expect((await provision(server, board)).out).toContain('The server answered error 16');
    const own = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal && !address.address.startsWith('10.'));
    if (own !== undefined) {
      const refused = await provision(server, board, ['--host', own.address]);
      expect(refused.err).toMatch(/ended the connection/);
      await server.process.said(/refused: not in the list of allowed addresses/);
    }
    await Promise.all([server.process.stop(), board.process.stop()]);
  });

  it('--insecure-network does without both, and says so as loudly as it can', async () => {
    const server = await place.server([], { args: ['--listen', '0.0.0.0:0', '--insecure-network'], data: 'insecure' });
    await server.process.said(/warning\] THE SERVER IS OPEN TO THE NETWORK/);
    await server.process.said(/!!! {2}THIS SERVER IS OPEN TO THE NETWORK\./);
    expect((await server.process.stop()).code).toBe(0);
    // On this computer alone there is nothing to warn of.
    const local = await place.server([], { args: ['--insecure-network'], data: 'insecure' });
    await local.process.said(/listening/);
    expect(local.process.out + local.process.err).not.toContain('OPEN TO THE NETWORK');
    await local.process.stop();
  });
});

describe('batches and reworks', () => {
  it('a quota is counted, a closed batch refuses, both while the server runs', async () => {
    const server = await place.server([signer]);
    await server.process.said(/ready\./);
    const board = await place.board('batch');
    const run = async (): Promise<Ended> => {
      const ended = await provision(server, board, ['--batch', 'order 4711']);
      board.process.kill('SIGUSR2');
      return ended;
    };
    expect((await supervisor('batch', 'open', 'order 4711', '--quota', '1')).code).toBe(0);
    expect((await run()).code).toBe(0);
    const over = await run();
    expect(over.out).toMatch(/The server answered error 49: the quota of this batch is used up\./);
    expect(over.code).toBe(3);
    expect((await supervisor('batch', 'list')).out).toBe('open    1 of 1  order 4711\n');
    expect((await supervisor('batch', 'open', 'order 4711', '--quota', '5')).code).toBe(0);
    expect((await run()).code).toBe(0);
    expect((await supervisor('batch', 'close', 'order 4711')).code).toBe(0);
    const closed = await run();
    expect(closed.out).toMatch(/The server answered error 50: this batch is closed\./);
    expect((await supervisor('batch', 'list')).out).toBe('closed  2 of 5  order 4711\n');
    await Promise.all([server.process.stop(), board.process.stop()]);
  });

  it('a second certificate for another key of the same chip needs a recorded rework, which serves once', async () => {
    const server = await place.server([signer]);
    await server.process.said(/ready\./);
    const serial = '0123A5A5A5A5A5A5EE';
    const first = await place.board('rework-1', ['--serial', serial]);
    expect((await provision(server, first)).code).toBe(0);
    await first.process.stop();

    // The same serial number with another chip behind it: a replaced part, or a forgery.
    const second = await place.board('rework-2', ['--serial', serial]);
    const refused = await provision(server, second);
    expect(refused.out).toMatch(/The server answered error 37: /);
    expect(refused.out).toContain('Set the board aside.');
    expect(refused.code).toBe(1);

    const unknown = await supervisor('rework', 'add', '0123000000000000EE', '--reason', 'none');
    expect(unknown.err).toContain('No certificate was issued for 0123000000000000EE; it needs no rework.');
    expect(unknown.code).toBe(2);
    expect((await supervisor('rework', 'add', serial)).err).toContain("required option '--reason <text>'");
    expect((await supervisor('rework', 'add', serial, '--reason', 'chip replaced')).code).toBe(0);

    const passed = await provision(server, second, ['--rework']);
    expect(passed.out).toContain('Provisioning successful!');
    expect(passed.code).toBe(0);
    expect((await supervisor('rework', 'list')).out).toMatch(
      new RegExp(`^${serial}  used for [0-9A-F]{32}  \\S+  \\S+: chip replaced\n$`),
    );
    const rows = place.log().filter((row) => row['device_sn'] === serial);
    expect(rows.map((row) => row['result'])).toEqual(['SIGNED', 'REFUSED', 'SIGNED']);
    await second.process.stop();
    const third = await place.board('rework-3', ['--serial', serial]);
    expect((await provision(server, third, ['--rework'])).out).toMatch(/The server answered error 37: /);
    await Promise.all([server.process.stop(), third.process.stop()]);
  });
});
