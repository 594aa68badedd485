import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onTerminal } from './processes.ts';
import { type Place, password, stageLines, Workplace } from './workplace.ts';

/** Everything that a person does at a terminal: passwords that are not shown, ENTER, ESC, Ctrl-C, a terminal that is closed. */
describe('at a terminal', () => {
  const place = new Workplace();
  let signer: Place;
  let serial = '';

  beforeAll(async () => {
    await place.createSigner();
    signer = await place.signer();
  }, 120_000);
  afterAll(() => place.close());

  /** `serve` on a terminal, its port known. */
  async function serve(data: string, options: readonly string[] = []) {
    const server = place.keep(
      onTerminal(
        ['serve', '--listen', '127.0.0.1:0', '--data-dir', place.at(data), '--signer', signer.path, ...options],
        {
          cwd: place.folder,
        },
      ),
    );
    const [, port = ''] = await server.said(/listening on 127\.0\.0\.1:(\d+)\./);
    return { server, port: Number(port) };
  }

  const line = (text: string): string => `[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}, ${text}`;

  it('the server asks for the password as in the note, shows nothing of it, and ESC quits', async () => {
    const { server, port } = await serve('data');
    await server.said(/password: $/);
    serial = (await server.said(/Signer \(([0-9A-F]{18}), /))[1] ?? '';
    const name = `Signer \\(${serial}, Example ATECC508A Signer\\)`;

    server.write('not the right one\r');
    await server.said(/password refused\./);
    // Corrected while typing: backspace, and Ctrl-U for the whole line.
    server.write('nonsense\u0015');
    server.write(`${password}x\u007f\r`);
    await server.said(/password accepted, ready\./);
    expect(server.screen).not.toContain('not the right one');
    expect(server.screen).not.toContain('horse');
    expect(server.screen).not.toContain('*');
    expect(server.screen).toMatch(
      new RegExp(
        `^Press ESC to quit\\.\n\\[${line('info')}\\] Provisioning Server started\\.\n\\[${line('info')}\\] Signer Manager started\\.\n` +
          `\\[${line('info')}\\] Server starting\\.\\.\\.\n\\[${line('info')}\\] Server listening on 127\\.0\\.0\\.1:${port}\\.\n`,
      ),
    );
    expect(server.screen).toMatch(new RegExp(`\\[${line('info')}\\] ${name} requires password\\.\n`));
    expect(server.screen).toMatch(new RegExp(`\n${name} password: \n`));
    expect(server.screen).toMatch(new RegExp(`\\[${line('info')}\\] ${name} password accepted, ready\\.\n`));

    // An arrow key is not ESC.
    server.write('\u001b[A');
    server.write('\u001b');
    const { code } = await server.ended();
    expect(code).toBe(0);
    expect(server.screen).toMatch(/Provisioning Server stopped\.\n$/);
  });

  it('a line that comes while the password is asked for does not run into the prompt', async () => {
    const { server, port } = await serve('data');
    await server.said(/password: $/);
    const board = await place.board('prompted');
    const client = place.keep(
      onTerminal(place.provisionArguments({ ...signer, port }, board, ['--yes', '--count', '1']), {
        cwd: place.folder,
      }),
    );
    // The signer waits for its password: the server says so, the station is at fault and not the board.
    const refused = await client.ended();
    expect(client.screen).toContain('The server answered error 17: the signer waits for its password');
    expect(refused.code).toBe(3);
    const [reported] = await server.said(/Run of [0-9A-F]{18} at command line: FAULT/);
    expect(reported).toBeDefined();
    // The prompt's line was cleared, the log line stands in its place and the prompt below it.
    const clearLine = '\r\u001b[K';
    expect(server.out.replaceAll(clearLine, '<clear>')).toMatch(
      /password: <clear>\[[^\]]*\] Run of [0-9A-F]{18}[^\n]*\n[^\n]*password: $/,
    );

    // Ctrl-C at the prompt ends the server, cleanly.
    server.write('\u0003');
    expect((await server.ended()).code).toBe(0);
    expect(server.screen).toMatch(/Provisioning Server stopped\.\n$/);
    await board.process.stop();
  });

  it('a terminal that is closed ends the server cleanly; the password must be typed again after a restart', async () => {
    const { server } = await serve('data');
    await server.said(/password: $/);
    server.write(`${password}\r`);
    await server.said(/password accepted, ready\./);
    const pid = await server.programPid();
    server.closeInput();
    await server.ended();
    await expect.poll(() => alive(pid), { timeout: 30_000 }).toBe(false);
    const again = await serve('data');
    await again.server.said(/requires password/);
    await again.server.said(/password: $/);
    again.server.write(`${password}\r`);
    await again.server.said(/password accepted, ready\./);
    // A stick that is pulled out while the server runs takes its password with it.
    await signer.process.stop();
    await again.server.said(/removed\./);
    const port = signer.port;
    signer = await place.signer('signer', ['--listen', `127.0.0.1:${port}`]);
    const asked = again.server.screen.length;
    await again.server.said(/requires password[\s\S]*password: $/, asked);
    again.server.write('\u001b');
    expect((await again.server.ended()).code).toBe(0);
  });

  it('the client speaks the note’s dialogue: ENTER for each board, ESC quits', async () => {
    const server = await place.server([signer]);
    await server.process.said(/ready\./);
    const board = await place.board('by-hand');
    const [first = ''] = await board.process.said(/[0-9A-F]{18}/);
    const client = place.keep(onTerminal(place.provisionArguments(server, board), { cwd: place.folder }));
    await client.said(/Press ENTER to provision/);
    // Nothing happens before ENTER.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(client.screen).toMatch(/Press ENTER to provision\n$/);
    client.write('\r');
    await client.said(/Please remove board/);
    board.process.kill('SIGUSR2');
    const [, second = ''] = await board.process.said(/Next product: ([0-9A-F]{18})/);
    await client.said(new RegExp(`Device SN: ${second}[\\s\\S]*Press ENTER to provision`));
    client.write('\r');
    await client.said(/Please remove board[\s\S]*Please remove board/);
    client.write('\u001b');
    const { code } = await client.ended();
    expect(code).toBe(0);
    expect(client.screen).toBe(
      `Reading provisioning config file ${place.certinfo()}...ok\n` +
        `Connecting to 127.0.0.1:${server.port}...ok\n` +
        'Press ESC to quit.\n' +
        'Waiting for board to be connected...ok\n' +
        `Device SN: ${first}\n` +
        'Press ENTER to provision\n' +
        stageLines() +
        'Provisioning successful! Please remove board\n' +
        'Board removed. Waiting for board to be connected...ok\n' +
        `Device SN: ${second}\n` +
        'Press ENTER to provision\n' +
        stageLines() +
        'Provisioning successful! Please remove board\n',
    );
    await Promise.all([server.process.stop(), board.process.stop()]);
  });

  it('Ctrl-C at the client is an interruption, ESC while it waits for ENTER a proper end; the board is untouched', async () => {
    const server = await place.server([signer]);
    const board = await place.board('untouched');
    for (const [key, code] of [
      ['\u0003', 130],
      ['\u001b', 0],
    ] as const) {
      const client = place.keep(onTerminal(place.provisionArguments(server, board), { cwd: place.folder }));
      await client.said(/Press ENTER to provision/);
      client.write(key);
      expect((await client.ended()).code).toBe(code);
    }
    // With a number of boards asked for, leaving before they are done is an interruption, too.
    const counted = place.keep(
      onTerminal(place.provisionArguments(server, board, ['--count', '2']), { cwd: place.folder }),
    );
    await counted.said(/Press ENTER to provision/);
    counted.write('\u001b');
    expect((await counted.ended()).code).toBe(130);
    await Promise.all([server.process.stop(), board.process.stop()]);
  });

  it('a new signer’s password is typed twice and not shown; a board’s fixture gets its next product by ENTER', async () => {
    const create = (name: string) =>
      place.keep(
        onTerminal(['simulate', 'signer', '--create', place.at(`${name}.json`), '--out', place.at(`${name}-files`)], {
          cwd: place.folder,
        }),
      );
    const differs = create('typed');
    await differs.said(/Password for the new signer module: $/);
    differs.write(`${password}\r`);
    await differs.said(/The same again: $/);
    differs.write('something else entirely\r');
    expect((await differs.ended()).code).toBe(2);
    expect(differs.screen).toContain('The two passwords differ; nothing was set up.');

    const short = create('typed');
    await short.said(/Password for the new signer module: $/);
    short.write('short\r');
    await short.said(/The same again: $/);
    short.write('short\r');
    expect((await short.ended()).code).toBe(2);
    expect(short.screen).toContain('it has 5 characters, at least 12 are wanted');

    const given = create('typed');
    await given.said(/Password for the new signer module: $/);
    given.write('\u001b');
    expect((await given.ended()).code).toBe(130);

    // Nothing of the failed tries stands in the way.
    const made = create('typed');
    await made.said(/Password for the new signer module: $/);
    made.write(`${password}\r`);
    await made.said(/The same again: $/);
    made.write(`${password}\r`);
    expect((await made.ended()).code).toBe(0);
    expect(made.screen).not.toContain('horse');

    const board = place.keep(
      onTerminal(['simulate', 'board', '--listen', '127.0.0.1:0', '--state', place.at('fixture.json')], {
        cwd: place.folder,
      }),
    );
    const [, before = ''] = await board.said(/Device SN: ([0-9A-F]{18})/);
    await board.said(/ENTER puts in the next product/);
    board.write('\r');
    const [, after = ''] = await board.said(/Next product: ([0-9A-F]{18})/);
    expect(after).not.toBe(before);
    board.write('\u001b');
    expect((await board.ended()).code).toBe(0);
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
