import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { need } from '../firmware/build.ts';
import { type EmbeddedPlan, planSources, writeFiles } from './plan-sources.ts';

const FIRMWARE = fileURLToPath(new URL('../../firmware', import.meta.url));

/** Runs make in firmware/client, one at a time however many test files ask, and gives what it printed. Throws with it when it fails. */
export function makeClient(...targets: readonly string[]): string {
  need('make', 'gcc', 'flock');
  mkdirSync(`${FIRMWARE}/build/client`, { recursive: true });
  try {
    return execFileSync(
      'flock',
      [`${FIRMWARE}/build/client/.lock`, 'make', '-s', '-C', `${FIRMWARE}/client`, ...targets],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`make ${targets.join(' ')} failed\n${stdout}\n${stderr}`);
  }
}

const built = new Map<string, string>();

/** The embedded client as a Linux program with this plan compiled in; the same plan is built once. */
export function clientProgram(plan: EmbeddedPlan): string {
  const files = planSources(plan);
  const name = createHash('sha256')
    .update(JSON.stringify([...files]))
    .digest('hex')
    .slice(0, 16);
  const known = built.get(name);
  if (known !== undefined) return known;
  const folder = `${FIRMWARE}/build/client/plans/${name}`;
  writeFiles(folder, files);
  makeClient('linux', `PLAN=${folder}`, `OUT=${folder}/client`);
  built.set(name, `${folder}/client`);
  return `${folder}/client`;
}

/** A run of the program, read back. */
export interface ClientRun {
  /** 0 passed, 1 not, 3 its power went away. */
  readonly status: number | null;
  /** Stage notifications, "GEN_KEY DONE". */
  readonly stages: readonly string[];
  /** "37 text" for every error that the server answered. */
  readonly errors: readonly string[];
  /** The code of atcaprov_return_codes.h; undefined without power. */
  readonly code: number | undefined;
  readonly stage: number | undefined;
  readonly reissued: boolean;
  readonly rewritten: boolean;
  /** Sequence and row hash in the server's signing log, hex. */
  readonly log: string;
  readonly output: string;
}

/** Starts the program and waits for its end; rejects with its output after 60 s. */
export async function runClient(program: string, args: readonly string[]): Promise<ClientRun> {
  const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the client did not end:\n${output}`));
    }, 60_000);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
  const lines = output.split('\n');
  const result = /^result (\d+) stage (\d+)$/m.exec(output);
  const of = (word: string): string | undefined =>
    lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1);
  return {
    status,
    stages: lines.filter((line) => /^[A-Z_]+ (START|SKIPPED|DONE|ERROR)$/.test(line)),
    errors: lines.filter((line) => line.startsWith('error ')).map((line) => line.slice(6)),
    code: result === null ? undefined : Number(result[1]),
    stage: result === null ? undefined : Number(result[2]),
    reissued: of('reissued') === '1',
    rewritten: of('rewritten') === '1',
    log: of('log') ?? '',
    output,
  };
}
