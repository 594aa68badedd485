import { StringDecoder } from 'node:string_decoder';

/**
 * The person at the terminal: ENTER, ESC, passwords without echo, and lines that do not run into an open prompt. Where standard
 * input is no terminal each line of it counts as an ENTER, and nobody can be asked for a password.
 */
export interface Terminal {
  /** Whether somebody can type here. */
  readonly interactive: boolean;
  /** Writes a line; an open prompt or an unfinished line is not broken by it. */
  line(text: string): void;
  /** Writes the beginning of a line that `finish` ends. */
  begin(text: string): void;
  finish(text: string): void;
  /** Whether a line was begun and not finished. */
  readonly unfinished: boolean;
  /** ESC was pressed; Ctrl-C, which a terminal in raw mode no longer turns into a signal, was pressed. */
  onKey(listener: (key: 'escape' | 'interrupt') => void): void;
  /** Resolves at ENTER; `ended` when standard input is over (nobody will press it), `stopped` when the signal says so. */
  enter(signal: AbortSignal): Promise<'enter' | 'ended' | 'stopped'>;
  /** A password typed without echo; undefined when it was given up (ESC, Ctrl-C, Ctrl-D) or the signal says so. */
  password(prompt: string, signal: AbortSignal): Promise<string | undefined>;
  /** A word typed with echo; undefined as for a password. */
  word(prompt: string, signal: AbortSignal): Promise<string | undefined>;
  /** Gives the terminal back as it was. */
  close(): void;
}

/** How long after ESC the rest of an arrow key's sequence may come, ms. */
const escapeMs = 40;
const longestPassword = 512;

/** `listen: false` = standard input is somebody else's (a password is read from it, or nothing is). */
export function openTerminal(options: { readonly listen: boolean }): Terminal {
  return new StandardTerminal(options.listen);
}

/** Something that waits for keys. */
interface Prompt {
  readonly text: string;
  key(key: string): void;
}

class StandardTerminal implements Terminal {
  readonly interactive: boolean;
  readonly #decoder = new StringDecoder('utf8');
  readonly #listeners: ((key: 'escape' | 'interrupt') => void)[] = [];
  readonly #held: string[] = [];
  #prompt: Prompt | undefined;
  #waiting: ((how: 'enter' | 'ended') => void) | undefined;
  #lines = 0;
  #ended = false;
  #begun = false;
  #escape: NodeJS.Timeout | undefined;
  #sequence = false;
  #closed = false;
  readonly #listening: boolean;
  readonly #onData = (chunk: Buffer): void => this.#data(chunk);
  readonly #onEnd = (): void => this.#end();

  constructor(listen: boolean) {
    const { stdin } = process;
    this.interactive = listen && stdin.isTTY === true;
    this.#listening = listen;
    if (!listen) return;
    if (this.interactive) stdin.setRawMode(true);
    stdin.on('data', this.#onData);
    stdin.on('end', this.#onEnd);
    stdin.on('error', this.#onEnd);
    // A pipe is read only when somebody waits for ENTER: what is in it may be meant for another program.
    if (!this.interactive) stdin.pause();
  }

  get unfinished(): boolean {
    return this.#begun;
  }

  line(text: string): void {
    if (this.#begun) this.#held.push(text);
    else if (this.#prompt === undefined) process.stdout.write(`${text}\n`);
    else process.stdout.write(`\r\u001b[K${text}\n${this.#prompt.text}`);
  }

  begin(text: string): void {
    process.stdout.write(text);
    this.#begun = true;
  }

  finish(text: string): void {
    process.stdout.write(`${text}\n`);
    this.#begun = false;
    for (const held of this.#held.splice(0)) this.line(held);
  }

  onKey(listener: (key: 'escape' | 'interrupt') => void): void {
    this.#listeners.push(listener);
  }

  enter(signal: AbortSignal): Promise<'enter' | 'ended' | 'stopped'> {
    if (signal.aborted) return Promise.resolve('stopped');
    if (this.#lines > 0) {
      this.#lines -= 1;
      return Promise.resolve('enter');
    }
    if (this.#ended || !this.#listening) return Promise.resolve('ended');
    return new Promise((resolve) => {
      const done = (how: 'enter' | 'ended' | 'stopped'): void => {
        signal.removeEventListener('abort', stop);
        this.#waiting = undefined;
        if (!this.interactive) process.stdin.pause();
        resolve(how);
      };
      const stop = (): void => done('stopped');
      signal.addEventListener('abort', stop);
      this.#waiting = done;
      if (!this.interactive) process.stdin.resume();
    });
  }

  password(text: string, signal: AbortSignal): Promise<string | undefined> {
    return this.#ask(text, signal, () => undefined);
  }

  word(text: string, signal: AbortSignal): Promise<string | undefined> {
    return this.#ask(text, signal, (shown) => process.stdout.write(shown));
  }

  /** `echo` gets what a terminal shows of each key. */
  #ask(text: string, signal: AbortSignal, echo: (shown: string) => unknown): Promise<string | undefined> {
    if (!this.interactive || signal.aborted) return Promise.resolve(undefined);
    process.stdout.write(text);
    return new Promise((resolve) => {
      const typed: string[] = [];
      const done = (answer: string | undefined): void => {
        signal.removeEventListener('abort', stop);
        this.#prompt = undefined;
        typed.length = 0;
        process.stdout.write('\n');
        resolve(answer);
      };
      const stop = (): void => done(undefined);
      signal.addEventListener('abort', stop);
      this.#prompt = {
        text,
        key: (key) => {
          if (key === '\r' || key === '\n') done(typed.join(''));
          else if (key === '\u0004' && typed.length === 0) done(undefined);
          else if (key === '\u007f' || key === '\b') {
            if (typed.pop() !== undefined) echo('\b \b');
          } else if (key === '\u0015') {
            echo('\b \b'.repeat(typed.length));
            typed.length = 0;
          } else if (key >= ' ' && typed.length < longestPassword) {
            typed.push(key);
            echo(key);
          }
        },
      };
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#escape);
    if (!this.#listening) return;
    const { stdin } = process;
    stdin.off('data', this.#onData);
    stdin.off('end', this.#onEnd);
    stdin.off('error', this.#onEnd);
    if (this.interactive) stdin.setRawMode(false);
    stdin.pause();
  }

  #data(chunk: Buffer): void {
    for (const key of this.#decoder.write(chunk)) {
      if (this.interactive) this.#key(key);
      else if (key === '\n') this.#enter();
    }
  }

  #key(key: string): void {
    // ESC alone is a key; ESC and more at once is an arrow or function key and means nothing here.
    if (this.#escape !== undefined) {
      clearTimeout(this.#escape);
      this.#escape = undefined;
      this.#sequence = key === '[' || key === 'O';
      if (this.#sequence) return;
      this.#tell('escape');
    }
    if (this.#sequence) {
      if (!/[0-9;?]/.test(key)) this.#sequence = false;
      return;
    }
    if (key === '\u001b') {
      this.#escape = setTimeout(() => {
        this.#escape = undefined;
        this.#tell('escape');
      }, escapeMs);
    } else if (key === '\u0003') this.#tell('interrupt');
    else if (this.#prompt !== undefined) this.#prompt.key(key);
    else if (key === '\r' || key === '\n') this.#waiting?.('enter');
  }

  #enter(): void {
    if (this.#waiting === undefined) this.#lines += 1;
    else this.#waiting('enter');
  }

  #end(): void {
    this.#ended = true;
    // A terminal that goes away is somebody leaving.
    if (this.interactive) this.#tell('interrupt');
    this.#waiting?.('ended');
  }

  #tell(key: 'escape' | 'interrupt'): void {
    for (const listener of this.#listeners) listener(key);
  }
}
