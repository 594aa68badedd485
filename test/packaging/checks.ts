import { spawnSync } from 'node:child_process';

/** Counts and prints what was checked, one line each. */
export class Checks {
  #passed = 0;
  #failed = 0;

  /** One check: fails when it throws. */
  async that(name: string, check: () => unknown): Promise<boolean> {
    try {
      await check();
      this.#passed += 1;
      process.stdout.write(`  ok    ${name}\n`);
      return true;
    } catch (thrown) {
      this.#failed += 1;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      process.stdout.write(`  FAIL  ${name}\n        ${reason.slice(0, 2000).replaceAll('\n', '\n        ')}\n`);
      return false;
    }
  }

  /** Prints the sum as the last line and gives the exit code. */
  end(): number {
    process.stdout.write(`${this.#passed} passed, ${this.#failed} failed\n`);
    return this.#failed === 0 ? 0 : 1;
  }
}

/** Standard output of a program that has to succeed. Throws with what it wrote otherwise. */
export function output(command: string, args: readonly string[], environment?: NodeJS.ProcessEnv): string {
  const ran = spawnSync(command, [...args], { encoding: 'utf8', env: environment ?? process.env, timeout: 300_000 });
  if (ran.error !== undefined) throw ran.error;
  if (ran.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${ran.status ?? ran.signal}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}
