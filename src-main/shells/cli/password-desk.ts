import type { RunningServer, WaitingSigner } from '../../line/serve.ts';
import type { Terminal } from './terminal.ts';

/** Longest pause after a wrong password, ms: the module's own delay is asked for again after it. */
const longestPauseMs = 30_000;

/**
 * Gives waiting signers their passwords: first those that came by file descriptor, each signer once; then whoever sits at the terminal is
 * asked (Atmel-8971A 2.2.1). A password is good until the module is unplugged or the server ends; after that it is asked for again.
 */
export class PasswordDesk {
  readonly #running: RunningServer;
  readonly #terminal: Terminal;
  /** By descriptor: of a signer of two persons the first has one's password, the second the other's. */
  readonly #given: readonly (readonly string[])[];
  readonly #quit: () => void;
  readonly #tried = new Set<string>();
  readonly #closing = new AbortController();
  #asking: { readonly serialNumber: string; readonly cancel: AbortController } | undefined;
  #unsubscribe: (() => void) | undefined;
  #busy = false;

  constructor(running: RunningServer, terminal: Terminal, given: readonly (readonly string[])[], quit: () => void) {
    this.#running = running;
    this.#terminal = terminal;
    this.#given = given;
    this.#quit = quit;
  }

  start(): void {
    this.#unsubscribe = this.#running.onSignersChange(() => this.#changed());
    this.#changed();
  }

  close(): void {
    this.#closing.abort();
    this.#asking?.cancel.abort();
    this.#unsubscribe?.();
  }

  #changed(): void {
    const asking = this.#asking;
    if (asking !== undefined && !this.#waits(asking.serialNumber)) asking.cancel.abort();
    if (this.#busy) return;
    this.#busy = true;
    void this.#serve().finally(() => {
      this.#busy = false;
    });
  }

  #waits(serialNumber: string): boolean {
    return this.#running.waiting().some((signer) => signer.serialNumber === serialNumber);
  }

  async #serve(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const signer = this.#running
        .waiting()
        .find(({ serialNumber }) => this.#terminal.interactive || !this.#tried.has(serialNumber));
      if (signer === undefined) return;
      if (!this.#tried.has(signer.serialNumber)) {
        this.#tried.add(signer.serialNumber);
        if (await this.#tryGiven(signer)) continue;
      }
      if (this.#terminal.interactive) await this.#ask(signer);
    }
  }

  async #tryGiven(signer: WaitingSigner): Promise<boolean> {
    for (const passwords of this.#tries(signer.passwords)) {
      const result = await this.#running.unlock(signer.serialNumber, passwords);
      if (result.ok) return true;
      await this.#pause(result.failure);
    }
    return false;
  }

  /** What can be tried: every password there is, or every pair of two persons, whose passwords never come from one descriptor. */
  #tries(passwords: 1 | 2): readonly (readonly string[])[] {
    if (passwords === 1) return this.#given.flat().map((password) => [password]);
    const [first = [], second = []] = this.#given;
    return first.flatMap((one) => second.map((other) => [one, other]));
  }

  async #ask(signer: WaitingSigner): Promise<void> {
    const cancel = new AbortController();
    this.#asking = { serialNumber: signer.serialNumber, cancel };
    const typed: string[] = [];
    try {
      for (let i = 0; i < signer.passwords; i += 1) {
        const who = signer.passwords === 1 ? '' : ` (person ${i + 1} of ${signer.passwords})`;
        const prompt = `Signer (${signer.serialNumber}, ${signer.name}) password${who}: `;
        const password = await this.#terminal.password(prompt, cancel.signal);
        if (cancel.signal.aborted || this.#closing.signal.aborted) return;
        // ESC quits, as in the note; so does Ctrl-D.
        if (password === undefined) return this.#quit();
        if (password === '') return;
        typed.push(password);
      }
    } finally {
      this.#asking = undefined;
    }
    const result = await this.#running.unlock(signer.serialNumber, typed).catch((thrown: unknown) => {
      this.#terminal.line(thrown instanceof Error ? thrown.message : String(thrown));
      return undefined;
    });
    if (result?.ok === false) await this.#pause(result.failure);
  }

  /** Waits as long as the module's delay after wrong passwords lasts, or until the desk closes. */
  #pause(failure: { readonly kind: string } | { readonly kind: string; readonly delayMs: number }): Promise<void> {
    const ms = 'delayMs' in failure ? Math.min(failure.delayMs, longestPauseMs) : 0;
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const { signal } = this.#closing;
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}
