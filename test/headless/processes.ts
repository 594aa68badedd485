import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** The command line as its user has it: real processes, their output, their exit codes, and a real terminal where one is needed. */

const top = fileURLToPath(new URL('../../', import.meta.url));
const program = join(top, 'src-main', 'shells', 'cli', 'signet.ts');
const nodeOptions = ['--disable-warning=ExperimentalWarning'];

/** How long anything may take before a test gives up; machines are shared. */
const patienceMs = 120_000;

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ProcessOptions {
  /** Written to standard input, which then ends; nothing and an end by default. */
  readonly input?: string;
  readonly cwd?: string;
  /** Moves the clock of the process to this moment. */
  readonly clock?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard input stays open. */
  readonly keepInput?: boolean;
  /** What can be read from the descriptors 3, 4, 5 …, each a pipe of its own. */
  readonly descriptors?: readonly string[];
}

/** What still runs when the tests' own process ends goes with it. */
const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** A program that is running. */
export class Running {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  readonly #listeners = new Set<() => void>();
  #out = '';
  #err = '';
  #over = false;

  constructor(child: ChildProcess, standardInput: { readonly input: string | undefined; readonly keepInput: boolean }) {
    this.#child = child;
    alive.add(child);
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#out += chunk.toString();
      this.#tell();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#err += chunk.toString();
      this.#tell();
    });
    child.stdin?.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      child.on('error', (error) => {
        this.#err += String(error);
        resolve(127);
      });
      child.on('close', (code, signal) => {
        this.#over = true;
        alive.delete(child);
        this.#tell();
        resolve(code ?? (signal === null ? 1 : 128));
      });
    });
    if (standardInput.input !== undefined) child.stdin?.write(standardInput.input);
    if (!standardInput.keepInput) child.stdin?.end();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Types, or writes to standard input. */
  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  closeInput(): void {
    this.#child.stdin?.end();
  }

  /** Resolves with the first match in what was said so far or is said from now on; `from` = characters of `out` to leave out. */
  async said(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const match = pattern.exec(this.#out.slice(from)) ?? pattern.exec(this.#err);
      if (match !== null) return match;
      if (this.#over) throw new Error(`ended without ${pattern}:\n${this.#out}\n${this.#err}`);
      if (Date.now() > deadline) throw new Error(`no ${pattern} in:\n${this.#out}\n${this.#err}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, 500);
        const that = this;
        function done(): void {
          clearTimeout(timer);
          that.#listeners.delete(done);
          resolve();
        }
        this.#listeners.add(done);
      });
    }
  }

  /** Closes our end of its standard output, as `| head` does. */
  stopReading(): void {
    this.#child.stdout?.destroy();
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.#child.kill(signal);
  }

  async ended(): Promise<Ended> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    const code = await this.#ended;
    clearTimeout(timer);
    return { code, out: this.#out, err: this.#err };
  }

  /** Asks it to end and waits for that. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.kill(signal);
    return this.ended();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function nodeArguments(args: readonly string[], clock: string | undefined): readonly string[] {
  const moved = clock === undefined ? [] : ['--import', new URL('./moved-clock.ts', import.meta.url).href];
  return [...nodeOptions, ...moved, program, ...args];
}

let ownDataFolder: string | undefined;

/** What programs keep for their user is this test's alone. */
function ownData(): string {
  if (ownDataFolder === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'signet-own-'));
    ownDataFolder = folder;
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
  return ownDataFolder;
}

function environmentOf(options: ProcessOptions): NodeJS.ProcessEnv {
  const clock = options.clock === undefined ? {} : { SIGNET_TEST_CLOCK: options.clock };
  return { ...process.env, XDG_DATA_HOME: ownData(), ...options.environment, ...clock, NO_COLOR: '1' };
}

/** Starts `signet …`. */
export function start(args: readonly string[], options: ProcessOptions = {}): Running {
  const child = spawn(process.execPath, nodeArguments(args, options.clock), {
    cwd: options.cwd ?? top,
    env: environmentOf(options),
    stdio: ['pipe', 'pipe', 'pipe', ...(options.descriptors ?? []).map(() => 'pipe' as const)],
  });
  for (const [i, text] of (options.descriptors ?? []).entries()) {
    const pipe = child.stdio[3 + i];
    pipe?.on('error', () => undefined);
    if (pipe instanceof Writable) pipe.end(text);
  }
  return new Running(child, { input: options.input, keepInput: options.keepInput === true });
}

/** Runs `signet …` to its end. */
export function signet(args: readonly string[], options: ProcessOptions = {}): Promise<Ended> {
  return start(args, options).ended();
}

let terminalProgram: string | undefined;

function compiledTerminal(): string {
  if (terminalProgram === undefined || !existsSync(terminalProgram)) {
    terminalProgram = join(mkdtempSync(join(tmpdir(), 'signet-terminal-')), 'terminal');
    const source = fileURLToPath(new URL('./terminal.c', import.meta.url));
    execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-O1', '-o', terminalProgram, source, '-lutil']);
  }
  return terminalProgram;
}

/** `signet …` on a terminal of its own; `out` is what its user sees, with line ends as the terminal makes them (CR LF). */
class OnTerminal extends Running {
  /** The process of signet itself. */
  async programPid(): Promise<number> {
    const match = await this.said(/^(\d+)\n/);
    return Number(match[1]);
  }

  /** What is seen, without the first line (the process id) and with plain line ends. */
  get screen(): string {
    return this.out.replace(/^\d+\n/, '').replaceAll('\r\n', '\n');
  }
}

/** Starts `signet …` on a terminal. */
export function onTerminal(args: readonly string[], options: ProcessOptions = {}): OnTerminal {
  const child = spawn(compiledTerminal(), [process.execPath, ...nodeArguments(args, options.clock)], {
    cwd: options.cwd ?? top,
    env: { ...environmentOf(options), TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return new OnTerminal(child, { input: undefined, keepInput: true });
}
