import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { certInfoHeader, definitionHeader } from '../../src-shared/certificates/index.ts';

/** A folder with our two headers in which C is compiled; gone after `work`. */
export function withCompiler<T>(work: (compiler: Compiler) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'signet-c-'));
  try {
    const compiler = new Compiler(folder);
    compiler.put('atcacert/atcacert_def.h', definitionHeader());
    compiler.put('atcaprov/atcaprov_cert_info.h', certInfoHeader());
    return work(compiler);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const strict = ['-std=c99', '-Wall', '-Wextra', '-Werror', '-pedantic-errors'];

class Compiler {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  put(path: string, text: string): void {
    const full = join(this.#folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }

  /** Compiles a source as strict C99; throws with the compiler's words when it does not. */
  check(source: string, extra: readonly string[] = []): void {
    this.put('checked.c', source);
    this.#gcc([...strict, ...extra, '-c', 'checked.c', '-o', 'checked.o']);
  }

  /** Compiles a file that exists elsewhere; `-Wextra` is left out because the samples omit members on purpose. */
  checkFile(path: string): void {
    const flags = ['-std=c99', '-Wall', '-Werror', '-pedantic-errors', '-Wno-unused'];
    this.#gcc([...flags, '-Wno-missing-braces', '-c', path, '-o', 'checked.o']);
  }

  /** Compiles and runs a program and gives what it prints. */
  run(source: string): string {
    this.put('run.c', source);
    this.#gcc(['-std=c99', '-w', 'run.c', '-o', 'run']);
    return execFileSync(join(this.#folder, 'run'), { encoding: 'utf8' });
  }

  #gcc(args: readonly string[]): void {
    execFileSync('gcc', ['-I', this.#folder, ...args], { cwd: this.#folder, encoding: 'utf8', stdio: 'pipe' });
  }
}
