import type { Command } from 'commander';
import { SignetError } from '../../../src-shared/base/error.ts';
import { type RunningServer, startServing, type WaitingSigner } from '../../line/serve.ts';
import { exitCodes } from './exit-codes.ts';
import { parseListen } from './simulate.ts';
import { askPassword, hasKeyboard, listenKeys, readPasswords } from './terminal.ts';

interface ServeFlags {
  readonly listen: string;
  readonly signer: string[];
  readonly dataDir?: string;
  readonly passwordFd?: string;
  readonly allow: string[];
  readonly insecureNetwork?: boolean;
  readonly root: string[];
}

const collect = (value: string, before: string[]): string[] => [...before, value];

/** `signet serve`: the provisioning server with the note's lines. */
export function addServe(program: Command): void {
  program
    .command('serve')
    .description('The provisioning server: signs certificates for provisioning clients.')
    .option('--listen <host:port>', 'Where it listens.', '127.0.0.1:11235')
    .option(
      '--signer <place>',
      'A signer module at tcp:HOST:PORT, a serial port or a HID stick; may be given several times.',
      collect,
      [],
    )
    .option('--data-dir <folder>', 'Folder for logs, certificates and the record store.')
    .option('--password-fd <n>', 'Read passwords from this file descriptor, one a line.')
    .option('--allow <cidr...>', 'Addresses that may connect, besides this computer.', [])
    .option('--root <file>', 'A root certificate to trust; may be given several times.', collect, [])
    .option(
      '--insecure-network',
      'Listen beyond this computer without allow-list and station keys. Anybody can have certificates made.',
    )
    .action(async (flags: ServeFlags) => {
      process.exitCode = await serve(flags);
    });
}

async function serve(flags: ServeFlags): Promise<number> {
  const { host, port } = parseListen(flags.listen);
  const passwords = flags.passwordFd === undefined ? [] : [...readPasswords(descriptor(flags.passwordFd))];
  const keyboard = hasKeyboard() && flags.passwordFd !== '0';
  if (keyboard) process.stdout.write('Press ESC to quit.\n');
  const running = await startServing({
    host,
    port,
    allow: flags.allow,
    insecure: flags.insecureNetwork === true,
    signers: flags.signer,
    dataFolder: flags.dataDir,
    roots: flags.root,
    onLine: (line) => process.stdout.write(`${line}\n`),
  });
  const ended = Promise.withResolvers<number>();
  const end = (): void => ended.resolve(exitCodes.done);
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  const desk = new PasswordDesk(running, passwords, keyboard, end);
  desk.start();
  const code = await ended.promise;
  desk.close();
  await running.stop();
  process.off('SIGINT', end);
  process.off('SIGTERM', end);
  return code;
}

function descriptor(text: string): number {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number))
    throw new SignetError('OPTION_INVALID', `"${text}" in --password-fd is no file descriptor.`);
  return number;
}

/** Gives waiting signers their passwords: those from the descriptor first, each once per signer, then whoever sits at the terminal. */
class PasswordDesk {
  readonly #running: RunningServer;
  readonly #passwords: readonly string[];
  readonly #keyboard: boolean;
  readonly #quit: () => void;
  readonly #tried = new Set<string>();
  #keys: ReturnType<typeof listenKeys> | undefined;
  #unsubscribe: (() => void) | undefined;
  #busy = false;
  #closed = false;

  constructor(running: RunningServer, passwords: readonly string[], keyboard: boolean, quit: () => void) {
    this.#running = running;
    this.#passwords = passwords;
    this.#keyboard = keyboard;
    this.#quit = quit;
  }

  start(): void {
    if (this.#keyboard) {
      this.#keys = listenKeys((key) => {
        if (key === 'escape') this.#quit();
      });
    }
    this.#unsubscribe = this.#running.onSignersChange(() => void this.#serve());
    void this.#serve();
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe?.();
    this.#keys?.close();
  }

  async #serve(): Promise<void> {
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    try {
      for (;;) {
        const waiting = this.#running
          .waiting()
          .find((signer) => this.#keyboard || !this.#tried.has(signer.serialNumber));
        if (waiting === undefined || this.#closed) return;
        if (!this.#tried.has(waiting.serialNumber)) {
          this.#tried.add(waiting.serialNumber);
          if (await this.#tryGiven(waiting)) continue;
        }
        if (!this.#keyboard) continue;
        if (!(await this.#ask(waiting))) return;
      }
    } finally {
      this.#busy = false;
    }
  }

  async #tryGiven(signer: WaitingSigner): Promise<boolean> {
    for (let i = 0; i + signer.passwords <= this.#passwords.length; i += signer.passwords) {
      const given = this.#passwords.slice(i, i + signer.passwords);
      const result = await this.#running.unlock(signer.serialNumber, given);
      if (result.ok) return true;
    }
    return false;
  }

  /** False when the person gave up (ESC quits, as in the note). */
  async #ask(signer: WaitingSigner): Promise<boolean> {
    this.#keys?.pause();
    const typed: string[] = [];
    for (let i = 0; i < signer.passwords; i += 1) {
      const which = signer.passwords === 1 ? '' : ` (person ${i + 1} of 2)`;
      const password = await askPassword(`Signer (${signer.serialNumber}, ${signer.name}) password${which}: `);
      if (password === undefined) {
        this.#quit();
        return false;
      }
      typed.push(password);
    }
    this.#keys?.resume();
    if (typed.some((password) => password === '')) return true;
    const result = await this.#running.unlock(signer.serialNumber, typed);
    if (!result.ok && result.failure.kind === 'locked-out')
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(result.failure.kind === 'locked-out' ? result.failure.delayMs : 0, 30_000)),
      );
    return true;
  }
}
