import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { answering, type Behaviour, fakeServer, helloOk } from './fake-server.ts';
import { type Ended, signet, start } from './processes.ts';
import { chipsIn, type Place, Workplace } from './workplace.ts';

/** Everything around the board that may be wrong: servers, chips, signers, clocks, disks, ports. Nothing is lost by any of it. */

const place = new Workplace();
let signer: Place;
let server: Place;

beforeAll(async () => {
  ({ signer, server } = await place.line());
});
afterAll(() => place.close());

const provision = (at: Pick<Place, 'port'>, board: Place, options: readonly string[] = []): Promise<Ended> =>
  signet(place.provisionArguments({ ...server, ...at }, board, ['--yes', '--count', '1', ...options]), {
    cwd: place.folder,
  });

/** That nothing irreversible was done to the chips of a board. */
async function untouched(name: string): Promise<void> {
  for (const chip of await chipsIn(place.at(`${name}.json`)))
    expect([chip.configLocked, chip.dataLocked, chip.keyValid.some(Boolean)]).toEqual([false, false, false]);
}

describe('servers', () => {
  let board: Place;
  beforeAll(async () => {
    board = await place.board('servers');
  });

  it('not there: a sentence with host and port, exit code 3', async () => {
    const gone = await fakeServer(() => undefined);
    await gone.close();
    const { out, err, code } = await provision(gone, board);
    expect(out).toMatch(/Connecting to 127\.0\.0\.1:\d+\.\.\.failed\n$/);
    expect(err).toMatch(/^No provisioning server answers at 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
    expect(code).toBe(3);
    const nowhere = await signet([...place.provisionArguments(server, board, ['--yes']), '--host', 'nowhere.invalid']);
    expect(nowhere.err).toMatch(
      /^No provisioning server answers at nowhere\.invalid:\d+: getaddrinfo (?:ENOTFOUND|EAI_AGAIN)/,
    );
    expect(nowhere.code).toBe(3);
  });

  const wrong: readonly (readonly [string, Behaviour, RegExp])[] = [
    [
      'garbage',
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
      /^What answers at 127\.0\.0\.1:\d+ is no provisioning server: [^\n]*[^.]\.$/m,
    ],
    [
      'another major version',
      (socket) => {
        const header = Buffer.alloc(16);
        header.write('ATPR');
        header[4] = 2;
        header.writeUInt16BE(0x8001, 6);
        socket.write(header);
      },
      /^The server at 127\.0\.0\.1:\d+ speaks another version: [^\n]*[^.]\.$/m,
    ],
    ['that hangs up', (socket) => socket.destroy(), /^The server at 127\.0\.0\.1:\d+ ended the connection: /],
    [
      'that refuses',
      answering(() => ({ name: 'ERROR', code: 8, message: 'too busy', retryable: true })),
      /answered error 8: too busy\./,
    ],
    [
      'with an answer to another question',
      answering(() => ({ name: 'PONG' })),
      /is no provisioning server: the server answered PONG/,
    ],
  ];
  it.each(wrong)('%s: exit code 3, no board is touched', async (_, behaviour, says) => {
    const fake = await fakeServer(behaviour);
    const { err, code } = await provision(fake, board);
    expect(err).toMatch(says);
    expect(code).toBe(3);
    await fake.close();
    await untouched('servers');
  });

  it('silent: given up after 15 seconds', async () => {
    const fake = await fakeServer(() => undefined);
    const { err, code } = await provision(fake, board);
    expect(err).toMatch(/^What listens at 127\.0\.0\.1:\d+ does not answer: no answer for 15 s/);
    expect(code).toBe(3);
    await fake.close();
  });

  it('with another root than the certinfo’s: refused before anything is done, code 131', async () => {
    const fake = await fakeServer(
      answering((message) => {
        if (message.name === 'HELLO') return helloOk;
        if (message.name !== 'VALIDATION_REQUEST') return { name: 'ERROR', code: 255, message: 'no', retryable: false };
        return {
          name: 'VALIDATION_REPLY',
          rootPublicKey: new Uint8Array(64).fill(7),
          signerCertificate: new Uint8Array(100),
        };
      }),
    );
    const { out, code } = await provision(fake, board);
    expect(out).toMatch(/Provisioning failed \(0-131\): /);
    expect(code).toBe(3);
    await fake.close();
    await untouched('servers');
  });

  it('whose signers are of another root: no signer fits, code 16', async () => {
    await place.createSigner('other');
    const other = await place.signer('other');
    const otherServer = await place.server([other], { data: 'other-data' });
    await otherServer.process.said(/ready\./);
    const { out, code } = await provision(otherServer, board);
    expect(out).toMatch(/The server answered error 16: /);
    expect(out).toMatch(/Provisioning failed \(0-16\): /);
    expect(code).toBe(3);
    await Promise.all([otherServer.process.stop(), other.process.stop()]);
    await untouched('servers');
    // A data folder that trusts this root does not take a signer of another one.
    const third = await place.signer('other');
    const refused = await place.server([third], { args: ['--root', place.root()], data: 'strict-data' });
    await refused.process.said(/Signer[^\n]*root/i);
    expect(refused.process.out).not.toMatch(/requires password/);
    await Promise.all([refused.process.stop(), third.process.stop()]);
  });
});

describe('boards', () => {
  it('nothing there: the client waits, says why, and gives up when it was told how long to wait', async () => {
    const gone = await fakeServer(() => undefined);
    await gone.close();
    const nobody: Place = { ...server, path: `tcp:127.0.0.1:${gone.port}` };
    const { out, err, code } = await provision(server, nobody, ['--wait', '4']);
    expect(out).toContain('Waiting for board to be connected...\nWaiting for board to be connected...failed\n');
    expect(err).toMatch(/does not take connections[\s\S]*does not take connections/);
    expect(code).toBe(3);
  });

  it('a kit without a chip: exit code 1', async () => {
    const board = await place.board('empty', ['--part', 'none']);
    const { err, code } = await provision(server, board, ['--wait', '1']);
    expect(err).toMatch(/^The kit at tcp:127\.0\.0\.1:\d+ answers, but no secure element behind it does\.\n$/);
    expect(code).toBe(1);
    await board.process.stop();
  });

  it('a chip of another type than the plan has an image for', async () => {
    const image = place.at('only-508.txt');
    writeFileSync(image, toHex(defaultImage('ATECC508A')));
    const board = await place.board('other-part', ['--part', '608']);
    const { out, code } = await provision(server, board, ['--config', image]);
    expect(out).toMatch(/Provisioning failed \(0-143\): /);
    expect(out).toContain('Set the board aside.');
    expect(code).toBe(1);
    await untouched('other-part');
    await board.process.stop();
  });

  it('a plan that cannot work is refused for every board: exit code 2', async () => {
    const board = await place.board('unsafe');
    // Slot 8 of the default image cannot be locked.
    const locks = await provision(server, board, ['--lock-slots', '8']);
    expect(locks.out).toMatch(/Provisioning failed \(0-1(?:50|55)\): /);
    expect(locks.code).toBe(2);
    const image = defaultImage('ATECC508A').slice();
    image[16] = 0x6a;
    writeFileSync(place.at('moves.txt'), toHex(image));
    const moves = await provision(server, board, ['--config', place.at('moves.txt')]);
    expect(moves.out).toMatch(/Provisioning failed \(0-1(?:32|55)\): /);
    expect(moves.code).toBe(2);
    await untouched('unsafe');
    await board.process.stop();
  });

  it('a foreign configuration that is locked: set aside, with nothing done', async () => {
    const image = defaultImage('ATECC508A').slice();
    // Slot 3 gets other rights.
    image[26] = 0x0f;
    image[27] = 0x0f;
    writeFileSync(place.at('foreign.txt'), toHex(image));
    const board = await place.board('foreign');
    const first = await provision(server, board, ['--config', place.at('foreign.txt')]);
    expect(first.code).toBe(0);
    const before = await chipsIn(place.at('foreign.json'));
    const second = await provision(server, board);
    expect(second.out).toMatch(/Provisioning failed \(0-144\): /);
    expect(second.out).toContain('Set the board aside.');
    expect(second.code).toBe(1);
    const after = await chipsIn(place.at('foreign.json'));
    expect(after.map(({ config, slots }) => [toHex(config), ...slots.map(toHex)])).toEqual(
      before.map(({ config, slots }) => [toHex(config), ...slots.map(toHex)]),
    );
    await board.process.stop();
  });

  it('a serial number that ends in 01 instead of EE is a chip like any other; one of no chip is not', async () => {
    const odd = await place.board('odd', ['--serial', '0123456789ABCDEF01']);
    const passed = await provision(server, odd);
    expect(passed.out).toContain('Device SN: 0123456789ABCDEF01\n');
    expect(passed.code).toBe(0);
    expect(place.log().findLast((row) => row['device_sn'] === '0123456789ABCDEF01')?.['result']).toBe('SIGNED');
    const none = await place.board('none', ['--serial', 'FFFFFFFFFFFFFFFFFF']);
    const failed = await provision(server, none);
    expect(failed.out).toMatch(/Provisioning failed \(0-32\): /);
    expect(failed.code).toBe(1);
    await untouched('none');
    await Promise.all([odd.process.stop(), none.process.stop()]);
  });

  it('a signer stick is never a board', async () => {
    await place.createSigner('stick', [], undefined);
    const stick = await place.signer('stick');
    const { err, code } = await provision(server, stick);
    expect(err).toMatch(/is a signer or root module, not a board; nothing was done to it\./);
    expect(code).toBe(3);
    await stick.process.stop();
  });

  it('something that is no kit', async () => {
    const fake = await fakeServer((socket) => socket.on('data', () => socket.write('login: \n')));
    const { err, code } = await provision(server, { ...server, path: `tcp:127.0.0.1:${fake.port}` });
    expect(err).toMatch(/^What answers at tcp:127\.0\.0\.1:\d+ is no kit: "login: ?"\.\n$/);
    expect(code).toBe(3);
    await fake.close();
  });
});

describe('signers', () => {
  it('absent: the server runs, says what is missing, and refuses with code 16', async () => {
    const gone = await fakeServer(() => undefined);
    await gone.close();
    const lonely = await place.server([{ ...signer, path: `tcp:127.0.0.1:${gone.port}` }], { data: 'lonely' });
    await lonely.process.said(/does not take connections/);
    const board = await place.board('lonely-board');
    const { out, code } = await provision(lonely, board);
    expect(out).toMatch(/Provisioning failed \(0-16\): /);
    expect(code).toBe(3);
    await Promise.all([lonely.process.stop(), board.process.stop()]);
  });

  it('with a wrong password: said in the log, the server goes on, requests get code 17 and nothing is signed', async () => {
    await server.process.stop();
    const wrong = await place.server([signer], { secret: 'not the right one' });
    await wrong.process.said(/password refused\./);
    expect(wrong.process.out).not.toContain('not the right one');
    const board = await place.board('locked-signer');
    const { out, code } = await provision(wrong, board);
    expect(out).toMatch(/The server answered error 17: /);
    expect(out).toContain('The board was begun; provision it again to resume.');
    expect(code).toBe(3);
    await wrong.process.stop();
    // The same board passes as soon as the right password was given.
    server = await place.server([signer]);
    await server.process.said(/ready\./);
    expect((await provision(server, board)).code).toBe(0);
    await board.process.stop();
  });

  it('a password descriptor that is not open, empty, or no number', async () => {
    const cases: readonly (readonly [string, string | undefined, RegExp])[] = [
      ['99', undefined, /file descriptor 99: it is not open\./],
      ['0', '', /file descriptor 0: there is none\./],
      ['abc', '', /"abc" in --password-fd is no file descriptor\./],
    ];
    for (const [descriptor, input, says] of cases) {
      const { err, code } = await signet(
        ['serve', '--listen', '127.0.0.1:0', '--data-dir', place.at('unused'), '--password-fd', descriptor],
        input === undefined ? {} : { input },
      );
      expect(err).toMatch(says);
      expect(code).toBe(2);
    }
  });
});

describe('clock', () => {
  it.each([
    ['before 2000', '1999-12-31T23:00:00Z'],
    ['before the signer’s validity', '2016-03-01T12:00:00Z'],
  ])('%s: nothing is signed, code 65', async (name, clock) => {
    await server.process.stop();
    const data = `clock-${clock.slice(0, 4)}`;
    const early = await place.server([signer], { clock, data });
    const board = await place.board(`${data}-board`);
    await early.process.said(/Signer[^\n]*(?:password accepted|is not valid|clock)/i);
    const { out, code } = await provision(early, board);
    expect(`${name}: ${code}`).toBe(`${name}: 3`);
    expect(out).toMatch(/Provisioning failed \(0-65\): /);
    expect(place.log(data).map((row) => row['result'])).not.toContain('SIGNED');
    await Promise.all([early.process.stop(), board.process.stop()]);
    server = await place.server([signer]);
    await server.process.said(/ready\./);
  });

  it('earlier than what the log says was signed last: nothing is signed, code 65', async () => {
    const later = new Date(Date.now() + 5 * 3_600_000).toISOString();
    await server.process.stop();
    await place.takeOver(signer, 'clock-back');
    const ahead = await place.server([signer], { clock: later, data: 'clock-back' });
    await ahead.process.said(/ready\./);
    const board = await place.board('later');
    const args = place.provisionArguments(ahead, board, ['--yes', '--count', '1']);
    expect((await signet(args, { cwd: place.folder, clock: later })).code).toBe(0);
    await ahead.process.stop();
    const back = await place.server([signer], { data: 'clock-back' });
    await back.process.said(/ready\./);
    board.process.kill('SIGUSR2');
    await board.process.said(/Next product/);
    const { out, code } = await provision(back, board);
    expect(out).toMatch(/The server answered error 65: the clock is earlier than the newest row of the signing log\./);
    expect(code).toBe(3);
    expect(place.log('clock-back').filter((row) => row['result'] === 'SIGNED')).toHaveLength(1);
    await Promise.all([back.process.stop(), board.process.stop()]);
    await place.takeOver(signer, 'data');
    server = await place.server([signer]);
    await server.process.said(/ready\./);
  });
});

describe('the server’s own place', () => {
  const serve = (options: readonly string[]): Promise<Ended> => signet(['serve', ...options], { cwd: place.folder });

  it('a port that another program has', async () => {
    const { err, code } = await serve(['--listen', `127.0.0.1:${server.port}`, '--data-dir', place.at('port')]);
    expect(err).toBe(`Another program already listens on 127.0.0.1:${server.port}.\n`);
    expect(code).toBe(3);
    // Nothing is left claimed: the folder can be used at once.
    const usable = await place.server([], { data: 'port' });
    expect((await usable.process.stop()).code).toBe(0);
  });

  it('a data folder that cannot be written, is a file, or is in use', async () => {
    writeFileSync(place.at('plain-file'), '');
    const cases: readonly (readonly [string, RegExp])[] = [
      ['/proc/signet-test/data', /^The data folder \/proc\/signet-test\/data cannot be used: /],
      [place.at('plain-file'), /is a file, not a folder\.\n$/],
      [place.at('plain-file', 'below'), /is a file, not a folder\.\n$/],
      [place.at('data'), /^The data folder .* is in use by process \d+\.\n$/],
    ];
    for (const [folder, says] of cases) {
      const { err, code } = await serve(['--listen', '127.0.0.1:0', '--data-dir', folder]);
      expect(err).toMatch(says);
      expect(code).toBe(3);
    }
  });

  it('options that are wrong', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--listen', 'here'], /"here" in --listen is not of the form HOST:PORT\./],
      [['--listen', '127.0.0.1:70000'], /is not of the form HOST:PORT\./],
      [['--listen', '127.0.0.1:0', '--signer', 'stick'], /"stick" is no place of a signer module/],
      [['--listen', '127.0.0.1:0', '--root', 'nothing.pem'], /The certificate nothing\.pem does not exist\./],
      [
        ['--listen', '0.0.0.0:0'],
        /needs --allow with the stations' addresses and a key for each station\.\n"signet station add NAME"/,
      ],
      [
        ['--listen', '0.0.0.0:0', '--insecure-network', '--allow', 'everybody'],
        /"everybody" is neither an address nor a range/,
      ],
    ];
    for (const [options, says] of cases) {
      const { err, code } = await serve([...options, '--data-dir', place.at('wrong-options')]);
      expect(err).toMatch(says);
      expect(code).toBe(2);
    }
  });

  it('SIGINT and SIGTERM: a request in flight is answered or refused, nothing is half-written, the exit code is 0', async () => {
    const board = await place.board('in-flight', ['--real-time']);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const client = place.keep(
        start(place.provisionArguments(server, board, ['--yes', '--count', '1']), { cwd: place.folder }),
      );
      await client.said(/Requesting certificates\.\.\./);
      const stopped = await server.process.stop(signal);
      expect(stopped.code).toBe(0);
      expect(stopped.out).toMatch(/Server stopping\.\.\.\n[\s\S]*Provisioning Server stopped\.\n$/);
      const ended = await client.ended();
      // Answered in time: the board is done. Refused: the station is at fault, and the board is resumed later.
      expect([0, 3]).toContain(ended.code);
      server = await place.server([signer]);
      await server.process.said(/ready\./);
      const verified = await signet(['log', 'verify', place.at('data')]);
      expect(verified.out).toContain('The chain is whole.');
      if (ended.code === 3) expect((await provision(server, board)).code).toBe(0);
      board.process.kill('SIGUSR2');
      await board.process.said(/Next product[\s\S]*$/);
    }
    await board.process.stop();
  });

  it('a client that is connected and says nothing does not keep the server from ending', async () => {
    const idle = connect({ host: '127.0.0.1', port: server.port });
    await once(idle, 'connect');
    idle.on('error', () => undefined);
    // Well before the ten minutes that an idle client has: one that does not end is killed, which is no 0.
    expect((await server.process.stop()).code).toBe(0);
    idle.destroy();
  });
});
