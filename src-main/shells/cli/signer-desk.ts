import { fstatSync } from 'node:fs';
import { asSignetError, SignetError } from '../../../src-shared/base/error.ts';
import { openSignerBooks, type SignerBooks } from '../../line/signers/books.ts';
import type { Irreversible, PasswordAsk, Wishes } from '../../line/signers/wishes.ts';
import { readPasswords } from './descriptor.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { onEnding } from './signals.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** Options that every command on signers and roots may have. */
export interface SignerFlags {
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly passwordFd?: readonly string[];
  readonly newPasswordFd?: readonly string[];
  readonly rootPasswordFd?: readonly string[];
  readonly person?: readonly string[];
  readonly twoPersons?: boolean;
  /** False = `--no-password`. */
  readonly password?: boolean;
}

/** What a command works with. */
export interface SignerWork {
  readonly books: SignerBooks;
  readonly wishes: Wishes;
  /** The result: JSON as one line, or text. */
  say(json: Readonly<Record<string, unknown>> | readonly unknown[], text: readonly string[]): void;
}

/** Which descriptors answer which question: `--password-fd` is the new password where there is no current one. */
export type NewPasswordFrom = 'passwordFd' | 'newPasswordFd';

/**
 * Runs a command on signers: its books, its prompts, its exit code. With `--json` nothing is asked on a terminal: every line of
 * standard output is one JSON object.
 */
export async function onSigners(
  flags: SignerFlags,
  newFrom: NewPasswordFrom,
  work: (work: SignerWork) => Promise<void>,
): Promise<void> {
  const json = flags.json === true;
  const stop = new AbortController();
  const usesInput = [flags.passwordFd, flags.newPasswordFd, flags.rootPasswordFd].some((each) => each?.includes('0'));
  const terminal = openTerminal({ listen: !json && !usesInput && process.stdin.isTTY === true });
  const offEnding = onEnding(() => stop.abort());
  terminal.onKey(() => stop.abort());
  const print = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);
  let books: SignerBooks | undefined;
  try {
    books = openSignerBooks(flags.dataDir);
    const asker = new Asker(flags, newFrom, terminal, stop.signal);
    await work({
      books,
      wishes: {
        passwords: (ask) => asker.passwords(ask),
        confirm: (what) => asker.confirm(what),
        persons: flags.person ?? [],
        step: (step, status, irreversible) => {
          if (json) print({ event: 'step', step, status, irreversible });
          else if (status !== 'start') terminal.line(`${stepWords[step] ?? step}...${status}`);
        },
      },
      say: (value, text) => {
        if (json) print(value);
        else for (const line of text) terminal.line(line);
      },
    });
    process.exitCode = exitCodes.done;
  } catch (thrown) {
    const error = asSignetError(thrown);
    if (json) print({ event: 'error', code: error.code, number: error.number, message: error.message });
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitCodeOf(error);
  } finally {
    offEnding();
    terminal.close();
    books?.close();
  }
}

const stepWords: Readonly<Record<string, string>> = {
  look: 'Looking at the stick',
  configure: 'Writing its configuration',
  'lock-configuration': 'Locking its configuration',
  fill: 'Writing its record and keys',
  'make-key': 'Generating its key',
  'lock-data': 'Locking its data zone',
  'read-back': 'Reading back',
  prove: 'Proving its protection',
  certify: 'Certifying by the root',
  'write-certificate': 'Writing its certificate',
  'lock-slots': 'Locking slots',
  test: 'Testing its protection',
  finish: 'Writing its files',
};

/** Asks passwords and confirmations: descriptors where they are given, else whoever sits at the terminal. */
class Asker {
  readonly #flags: SignerFlags;
  readonly #newFrom: NewPasswordFrom;
  readonly #terminal: Terminal;
  readonly #signal: AbortSignal;

  constructor(flags: SignerFlags, newFrom: NewPasswordFrom, terminal: Terminal, signal: AbortSignal) {
    this.#flags = flags;
    this.#newFrom = newFrom;
    this.#terminal = terminal;
    this.#signal = signal;
  }

  async passwords({ purpose, subject, count }: PasswordAsk): Promise<readonly string[]> {
    const chosen = count === 'chosen' ? this.#chosen() : count;
    if (chosen === 0) return [];
    const option = { root: 'rootPasswordFd', current: 'passwordFd', new: this.#newFrom }[purpose] as
      | 'rootPasswordFd'
      | NewPasswordFrom;
    const descriptors = this.#flags[option] ?? [];
    if (descriptors.length > 0) return fromDescriptors(descriptors, chosen, subject, optionNames[option]);
    if (!this.#terminal.interactive)
      throw new SignetError('OPTION_INVALID', `The password of ${subject} is needed: ${optionNames[option]} N.`);
    const typed: string[] = [];
    for (let person = 1; person <= chosen; person += 1) {
      if (person > 1) await this.#changePlaces(person);
      typed.push(await this.#type(purpose, subject, chosen === 1 ? '' : ` (person ${person} of ${chosen})`));
    }
    return typed;
  }

  async confirm({ subject, token, steps }: Irreversible): Promise<void> {
    if (this.#flags.json === true)
      process.stdout.write(`${JSON.stringify({ event: 'irreversible', subject, steps })}\n`);
    else
      for (const line of [`${subject}. This cannot be undone:`, ...steps.map((step) => `  - ${step}`)])
        this.#terminal.line(line);
    if (this.#flags.yes === true) return;
    if (!this.#terminal.interactive)
      throw new SignetError('OPTION_INVALID', 'Nothing was done: without a terminal --yes is needed to go on.');
    const typed = await this.#terminal.word(`Type ${token} to go on: `, this.#signal);
    if (typed === undefined) throw interrupted();
    if (typed.trim().toUpperCase() !== token)
      throw new SignetError('INTERRUPTED', 'That is something else; nothing was done.');
  }

  #chosen(): 0 | 1 | 2 {
    if (this.#flags.twoPersons === true && this.#flags.password === false)
      throw new SignetError('OPTION_INVALID', '--two-persons and --no-password exclude each other.');
    if (this.#flags.password === false) return 0;
    return this.#flags.twoPersons === true ? 2 : 1;
  }

  /** The two passwords are never both of one person: the first leaves the keyboard before the second sits down. */
  async #changePlaces(person: number): Promise<void> {
    this.#terminal.line(`Person ${person - 1} leaves the keyboard now. Person ${person} sits down and presses ENTER.`);
    if ((await this.#terminal.enter(this.#signal)) !== 'enter') throw interrupted();
  }

  async #type(purpose: PasswordAsk['purpose'], subject: string, who: string): Promise<string> {
    const word = purpose === 'new' ? 'New password' : 'Password';
    const first = await this.#terminal.password(`${word} of ${subject}${who}: `, this.#signal);
    if (first === undefined) throw interrupted();
    if (purpose !== 'new') return first;
    const second = await this.#terminal.password('The same again: ', this.#signal);
    if (second === undefined) throw interrupted();
    if (first !== second) throw new SignetError('OPTION_INVALID', 'The two differ; nothing was done.');
    return first;
  }
}

const optionNames = {
  passwordFd: '--password-fd',
  newPasswordFd: '--new-password-fd',
  rootPasswordFd: '--root-password-fd',
} as const;

/** One password from each descriptor. Two persons have two: one pipe with both in it would be one person's. */
function fromDescriptors(
  descriptors: readonly string[],
  count: number,
  subject: string,
  option: string,
): readonly string[] {
  if (descriptors.length !== count)
    throw new SignetError(
      'OPTION_INVALID',
      count === 1
        ? `${subject} has one password: one ${option} is wanted, not ${descriptors.length}.`
        : `${subject} has the passwords of two persons: ${option} is wanted twice, a descriptor for each.`,
    );
  const sources = new Set<string>();
  return descriptors.map((descriptor) => {
    const [password, ...more] = readPasswords(descriptor);
    const { dev, ino } = fstatSync(Number(descriptor));
    if (sources.has(`${dev}:${ino}`))
      throw new SignetError('OPTION_INVALID', `The two passwords of ${subject} may not come from one place.`);
    sources.add(`${dev}:${ino}`);
    if (password === undefined || more.length > 0)
      throw new SignetError('OPTION_INVALID', `File descriptor ${descriptor} must hold one password, on one line.`);
    return password;
  });
}

function interrupted(): SignetError {
  return new SignetError('INTERRUPTED', 'Nothing was done.');
}
