import { afterEach, describe, expect, test } from 'vitest';
import { createBoard } from '../../src-main/simulator/open-board.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { ptyKit } from '../hal/pty.ts';
import { BoardOnPty } from '../interop/pty-board.ts';
import { runCli } from './cli.ts';
import { runScript } from './other-process.ts';
import { PtyBoard } from './pty-board.ts';

/** `signet kits`: what is there, what answers, and why something was not taken. */
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** What is said about one port: the line that names it and the one behind it. */
async function toldOf(port: string, ...more: readonly string[]): Promise<readonly string[]> {
  const { status, output } = await runCli('kits', port, ...more);
  expect(status).toBe(0);
  const lines = output.split('\n');
  const at = lines.findIndex((text) => text.includes(port));
  return lines.slice(at, at + 2);
}

describe('signet kits', () => {
  test('names the kit by what it answers, and its chip by what the chip answers', async () => {
    const board = await PtyBoard.open({ part: '608A' });
    closers.push(() => board.close());
    const { config } = board.chip.inspect();
    const serialNumber = toHex(Uint8Array.from([...config.slice(0, 4), ...config.slice(8, 13)]));
    expect(await toldOf(board.port)).toEqual([
      `+ ${board.port}  It was named by hand.`,
      `    SIGNETKIT 1.0.0 (modern): ATECC608 ${serialNumber} at C0 (not configured).`,
    ]);
    expect(board.chip.changes).toBe(0);
  });

  test.each([
    ['AT88CKECCSIGNER', 'a signer module'],
    ['AT88CKECCROOT', 'a root module'],
  ] as const)('%s looks like any kit and says what it is', async (name, what) => {
    const board = createBoard({ kit: { dialect: 'legacy', name }, timing: 'virtual' });
    const pty = await BoardOnPty.start(board);
    closers.push(() => pty.close());
    expect((await toldOf(pty.port))[1]).toMatch(new RegExp(`^ {4}${name} 1\\.0\\.5 \\(legacy\\), ${what}: ATECC508A `));
  });

  test('a kit without a chip, something that is no kit, a port that is held, and one that is not there', async () => {
    const empty = await PtyBoard.open();
    closers.push(() => empty.close());
    empty.change([]);
    expect((await toldOf(empty.port))[1]).toBe('    SIGNETKIT 1.0.0 (modern): no secure element answers behind it.');
    const stranger = await ptyKit(() => 'login:\r\n');
    closers.push(() => stranger.hangUp());
    expect((await toldOf(stranger.path))[1]).toBe(`    What answers at ${stranger.path} is no kit: "login:".`);
    const script = `const { openSerial } = await import(HAL + 'serial-channel.ts');
      console.log((await openSerial(process.argv[1])).ok);
      process.stdin.once('data', () => process.exit());`;
    const holder = runScript(script, empty.port);
    expect(await holder.line).toBe('true');
    expect((await toldOf(empty.port))[1]).toBe(`    ${empty.port} is held by another program: the port is locked.`);
    holder.end();
    expect((await toldOf('/dev/ttyACM97'))[0]).toBe('- /dev/ttyACM97  /dev/ttyACM97 is not there: no such device.');
  });

  test('opens nothing when it is told not to', async () => {
    const board = await PtyBoard.open();
    closers.push(() => board.close());
    expect((await toldOf(board.port, '--no-ask'))[1]).not.toContain('SIGNETKIT');
    expect(board.packets).toBe(0);
  });
});
