import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Part } from '../../src-shared/atecc/command.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';

/** An argument of a C function of the library; client.py says what each kind is. */
export type Argument = readonly [kind: string, ...values: readonly (string | number)[]];

export const number = (value: number): Argument => ['number', value];
export const bytes = (value: Uint8Array): Argument => ['in', toHex(value)];
export const out = (length: number): Argument => ['out', length];
export const flag: Argument = ['flag'];
export const count: Argument = ['count'];
/** The device that the library has open. */
export const device: Argument = ['device'];
export const view = (value: Uint8Array): Argument => ['view', toHex(value)];
export const size = (value: number): Argument => ['size', value];
export const definition = (name: string): Argument => ['definition', name];

/** What a call gave: the library's status (low byte, 00 = success) and everything it gave back, in order. */
export interface Answer {
  readonly status: number;
  readonly returned: readonly Returned[];
}

type Returned = string | number | boolean;

/** Low bytes of cryptoauthlib's statuses that these tests meet (kit-protocol.md 3). */
export const libraryStatus = {
  success: 0x00,
  checkMacFailed: 0xd1,
  executionError: 0xf4,
  noDevices: 0xe1,
} as const;

export interface Target {
  readonly port: string;
  readonly part: Part;
  /** 8-bit; 0 = the first chip of that part. */
  readonly address?: number;
  readonly interface?: 'uart' | 'hid';
}

/** The library waits for a byte that never comes without end; it is given up after this time. */
const DEFAULT_PATIENCE_MS = 20_000;

/** Microchip's own library in a process of its own. A process that dies or waits without end fails one call; the next gets a new one. */
export class Library {
  readonly #python: string;
  readonly #preload: string | undefined;
  readonly #patienceMs: number;
  #process: LibraryProcess;

  /** `python`: an interpreter that has the wheel. `preload`: a shared object for pseudo-terminals. */
  constructor(python: string, preload: string | undefined, patienceMs = DEFAULT_PATIENCE_MS) {
    this.#python = python;
    this.#preload = preload;
    this.#patienceMs = patienceMs;
    this.#process = new LibraryProcess(python, preload, patienceMs);
  }

  /** Looks for the chip as the library does: status 00, or why not. */
  async tryOpen(target: Target): Promise<number> {
    const { port, part, address = 0 } = target;
    const answer = await this.#ask({ do: 'open', interface: target.interface ?? 'uart', port, part, address });
    return answer.status;
  }

  async open(target: Target): Promise<void> {
    const status = await this.tryOpen(target);
    if (status !== 0) throw new Error(`the library finds no ${target.part} at ${target.port}: ${hex(status)}`);
  }

  /** Lets go of the port. */
  async close(): Promise<void> {
    await this.#ask({ do: 'close' });
  }

  /** Takes a shared object of compiled definitions; the library keeps it until the next. */
  async definitions(path: string): Promise<void> {
    await this.#ask({ do: 'definitions', path });
  }

  /** Calls a C function and gives whatever comes back, failures included. */
  attempt(name: string, ...args: readonly Argument[]): Promise<Answer> {
    return this.#ask({ do: 'call', name, arguments: args });
  }

  /** Calls a C function that must succeed. */
  async call(name: string, ...args: readonly Argument[]): Promise<readonly Returned[]> {
    const { status, returned } = await this.attempt(name, ...args);
    if (status !== 0) throw new Error(`${name} gave ${hex(status)}`);
    return returned;
  }

  /** Calls a function of the wheel's Python part that must succeed. */
  async python(name: string, ...args: readonly Argument[]): Promise<readonly Returned[]> {
    const { status, returned } = await this.#ask({ do: 'python', name, arguments: args });
    if (status !== 0) throw new Error(`${name} gave ${hex(status)}`);
    return returned;
  }

  /** As `call`, for functions that give bytes. */
  async bytes(name: string, ...args: readonly Argument[]): Promise<Uint8Array> {
    const [first] = await this.call(name, ...args);
    if (typeof first !== 'string') throw new Error(`${name} gave no bytes`);
    return fromHex(first);
  }

  /** As `call`, for functions that answer yes or no. */
  async yes(name: string, ...args: readonly Argument[]): Promise<boolean> {
    const [first] = await this.call(name, ...args);
    if (typeof first !== 'boolean') throw new Error(`${name} gave no yes or no`);
    return first;
  }

  end(): Promise<void> {
    return this.#process.end();
  }

  async #ask(request: object): Promise<Answer> {
    if (this.#process.ended) this.#process = new LibraryProcess(this.#python, this.#preload, this.#patienceMs);
    return parseAnswer(JSON.parse(await this.#process.ask(JSON.stringify(request))));
  }
}

class LibraryProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<void>;
  readonly #patienceMs: number;
  #waiting: ((line: string | undefined) => void) | undefined;
  #text = '';
  #complaints = '';
  ended = false;

  constructor(python: string, preload: string | undefined, patienceMs: number) {
    this.#patienceMs = patienceMs;
    const script = fileURLToPath(new URL('./client.py', import.meta.url));
    const env = { ...process.env, ...(preload === undefined ? {} : { LD_PRELOAD: preload }) };
    this.#child = spawn(python, ['-B', '-X', 'faulthandler', script], { env });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk.toString()));
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#complaints = (this.#complaints + chunk.toString()).slice(-4000);
    });
    this.#child.on('error', (error) => this.#over(String(error)));
    this.#closed = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#child.on('close', (code, signal) => this.#over(`ended with ${code ?? signal}`));
  }

  async ask(request: string): Promise<string> {
    const answered = new Promise<string | undefined>((resolve) => {
      this.#waiting = resolve;
    });
    const timer = setTimeout(() => {
      this.#complaints += `no answer for ${this.#patienceMs / 1000} s, `;
      this.#child.kill('SIGKILL');
    }, this.#patienceMs);
    this.#child.stdin.write(`${request}\n`);
    const line = await answered;
    clearTimeout(timer);
    if (line === undefined) throw new Error(`the library: ${this.#complaints}; asked for ${request.slice(0, 200)}`);
    return line;
  }

  async end(): Promise<void> {
    if (this.ended) return;
    this.#child.stdin.end();
    await this.#closed;
  }

  #read(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) this.#waiting?.(line);
  }

  #over(reason: string): void {
    this.ended = true;
    this.#complaints += reason;
    this.#waiting?.(undefined);
  }
}

function parseAnswer(value: unknown): Answer {
  if (typeof value !== 'object' || value === null) throw new Error('no answer');
  if ('error' in value) throw new Error(String(value.error));
  if (!('status' in value) || typeof value.status !== 'number') throw new Error('an answer without status');
  const returned = 'returned' in value && Array.isArray(value.returned) ? value.returned : [];
  return { status: value.status, returned: returned.filter(isReturned) };
}

function isReturned(value: unknown): value is Returned {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
