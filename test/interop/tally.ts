/** Counts checks that run one after the other; a failed one is said with its reason and the rest go on. */
export class Tally {
  passed = 0;
  failed = 0;
  readonly #limitMs: number;

  /** `limitMs`: how long one check may take. */
  constructor(limitMs = 60_000) {
    this.#limitMs = limitMs;
  }

  section(title: string): void {
    this.#print(`\n${title}`);
  }

  /** Gives what `work` gave; undefined when it threw, was too slow, or what it depends on is missing. */
  async check<T>(name: string, work: () => Promise<T> | T, limitMs = this.#limitMs): Promise<T | undefined> {
    const started = performance.now();
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not done after ${limitMs / 1000} s`)), limitMs);
      });
      const value = await Promise.race([Promise.resolve().then(work), late]);
      this.passed += 1;
      this.#print(`  ok      ${name} (${Math.round(performance.now() - started)} ms)`);
      return value;
    } catch (error) {
      this.failed += 1;
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#print(`  FAILED  ${name}\n          ${reason.split('\n').slice(0, 12).join('\n          ')}`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #print(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  /** The line that the test runner reads; gives the exit code. */
  end(): number {
    this.#print(`\n${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}
