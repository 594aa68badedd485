import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The wall clock of a program that a test starts. */
export class TestClock {
  readonly environment: NodeJS.ProcessEnv;
  readonly #file: string;

  /** `file` need not exist yet. */
  constructor(file: string) {
    this.#file = file;
    writeFileSync(file, '0');
    const loaded = fileURLToPath(new URL('jumping-clock.ts', import.meta.url));
    this.environment = {
      SIGNET_TEST_CLOCK: file,
      NODE_OPTIONS: `--import=${loaded} --disable-warning=ExperimentalWarning`,
    };
  }

  /** Sets it so many ms before or after the true time. */
  set(offsetMs: number): void {
    writeFileSync(this.#file, String(offsetMs));
  }
}
