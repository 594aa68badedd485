import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chipsOf, openBoard } from '../../src-main/simulator/open-board.ts';
import { type Running, signet, start } from './processes.ts';

/** A workplace as a user builds it from nothing: a folder, a signer module, a server, boards. All of it real processes. */

export const password = 'correct horse, battery';

export type Dialect = 'legacy' | 'd21' | 'modern';
export const dialects: readonly Dialect[] = ['legacy', 'd21', 'modern'];
export const parts = ['508', '608'] as const;

/** A running thing with a port. */
export interface Place {
  readonly process: Running;
  readonly port: number;
  /** `tcp:127.0.0.1:PORT` */
  readonly path: string;
}

/** A signing log row by column. */
export type LogRow = Readonly<Record<string, string>>;

export class Workplace {
  readonly folder: string;
  readonly #running = new Set<Running>();

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'signet-headless-'));
  }

  /** A path in the workplace. */
  at(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** Ends everything and removes the folder. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Keeps a process for `close`. */
  keep<R extends Running>(running: R): R {
    this.#running.add(running);
    return running;
  }

  async #place(args: readonly string[], keepInput = false): Promise<Place> {
    const process = this.keep(start(args, { cwd: this.folder, keepInput }));
    const match = await process.said(/listening on 127\.0\.0\.1:(\d+)\./);
    const port = Number(match[1]);
    return { process, port, path: `tcp:127.0.0.1:${port}` };
  }

  /** `simulate signer --create`; files go to `<name>-files`. */
  async createSigner(
    name = 'signer',
    options: readonly string[] = [],
    secret: string | undefined = password,
  ): Promise<void> {
    const key = secret === undefined ? ['--no-password'] : ['--password-fd', '0'];
    const made = await signet(
      [
        'simulate',
        'signer',
        '--create',
        this.at(`${name}.json`),
        '--out',
        this.at(`${name}-files`),
        ...key,
        ...options,
      ],
      secret === undefined ? {} : { input: `${secret}\n` },
    );
    if (made.code !== 0) throw new Error(`no signer: ${made.out}${made.err}`);
  }

  certinfo(name = 'signer', chain = 0): string {
    return this.at(`${name}-files`, `atcaprov_cert_info_${chain}.c`);
  }

  root(name = 'signer'): string {
    return this.at(`${name}-files`, 'root_certificate.pem');
  }

  signer(name = 'signer', options: readonly string[] = []): Promise<Place> {
    return this.#place([
      'simulate',
      'signer',
      '--listen',
      '127.0.0.1:0',
      '--state',
      this.at(`${name}.json`),
      ...options,
    ]);
  }

  board(name: string, options: readonly string[] = []): Promise<Place> {
    return this.#place([
      'simulate',
      'board',
      '--listen',
      '127.0.0.1:0',
      '--state',
      this.at(`${name}.json`),
      ...options,
    ]);
  }

  /** `serve` with a password from a pipe; resolves when the signer is ready, or at once without one. */
  async server(
    signers: readonly Place[],
    options: {
      readonly args?: readonly string[];
      readonly secret?: string;
      readonly clock?: string;
      readonly data?: string;
    } = {},
  ): Promise<Place> {
    const args = ['serve', '--listen', '127.0.0.1:0', '--data-dir', this.at(options.data ?? 'data')];
    for (const signer of signers) args.push('--signer', signer.path);
    if (signers.length > 0) args.push('--password-fd', '0');
    const running = this.keep(
      start([...args, ...(options.args ?? [])], {
        cwd: this.folder,
        ...(signers.length > 0 ? { input: `${options.secret ?? password}\n` } : {}),
        ...(options.clock === undefined ? {} : { clock: options.clock }),
      }),
    );
    const match = await running.said(/listening on [\d.]+:(\d+)\./);
    const port = Number(match[1]);
    return { process: running, port, path: `tcp:127.0.0.1:${port}` };
  }

  /** Lets a signer work for another data folder than before. */
  async takeOver(signer: Place, data: string): Promise<void> {
    const folder = ['--data-dir', this.at(data)];
    const listed = await signet(['signer', 'list', '--json', signer.path, ...folder]);
    const serialNumber: string = JSON.parse(listed.out)[0].serialNumber;
    const taken = await signet(['signer', 'take-over', serialNumber, '--yes', ...folder]);
    if (taken.code !== 0) throw new Error(taken.err);
  }

  /** A signer, its server with the password proven. */
  async line(): Promise<{ readonly signer: Place; readonly server: Place }> {
    await this.createSigner();
    const signer = await this.signer();
    const server = await this.server([signer]);
    await server.process.said(/password accepted, ready\./);
    return { signer, server };
  }

  /** Arguments of `provision` for a board and a server. */
  provisionArguments(server: Place, board: Place | undefined, options: readonly string[] = []): readonly string[] {
    const where = board === undefined ? [] : ['--board', board.path];
    return [
      'provision',
      '--certinfo',
      this.certinfo(),
      '--host',
      '127.0.0.1',
      '--port',
      String(server.port),
      ...where,
      '--runs',
      this.at('runs'),
      ...options,
    ];
  }

  /** Rows of the signing log, oldest first. */
  log(data = 'data'): readonly LogRow[] {
    return readdirSync(this.at(data, 'logs'))
      .filter((name) => name.startsWith('signing-'))
      .sort()
      .flatMap((name) => rowsOf(readFileSync(this.at(data, 'logs', name), 'utf8')));
  }

  /** Run records that the client keeps, oldest first. */
  records(runs = 'runs'): readonly RunFacts[] {
    return readdirSync(this.at(runs, 'done'))
      .sort()
      .map((name) => JSON.parse(readFileSync(this.at(runs, 'done', name), 'utf8')));
  }

  folderOf(name: string): string {
    mkdirSync(this.at(name), { recursive: true });
    return this.at(name);
  }
}

/** What tests look at in a run record. */
export interface RunFacts {
  readonly serialNumber: string;
  readonly outcome: { readonly kind: string; readonly code?: string; readonly next?: string };
  readonly foundState: string;
  readonly stages: readonly { readonly stage: string; readonly status: string }[];
  readonly configZone: string;
  readonly publicKey: string;
  readonly certificateSerial: string;
  readonly reissued: boolean;
  readonly lockedSlots: readonly number[];
}

function rowsOf(text: string): readonly LogRow[] {
  const [head = '', ...rows] = text.split('\n').filter((line) => line !== '');
  const columns = head.split('\t');
  return rows.map((row) => Object.fromEntries(row.split('\t').map((value, i) => [columns[i] ?? String(i), value])));
}

/** The chips of a board's state file, looked into without the Kit Protocol. */
export async function chipsIn(stateFile: string): Promise<ReturnType<ReturnType<typeof chipsOf>[number]['inspect']>[]> {
  const opened = await openBoard({ stateFile, batchMs: 60_000 });
  return chipsOf(opened.board).map((chip) => chip.inspect());
}

/** The dialogue of a whole run as the note has it (Atmel-8971A 3.3.1); `marks` = how each of the ten lines ends. */
export function stageLines(marks: Readonly<Partial<Record<number, string>>> = {}): string {
  return [
    'Writing config zone',
    'Locking config zone',
    'Reading config zone',
    'Generating device key',
    'Requesting certificates',
    'Writing certificates',
    'Writing data zone',
    'Locking data zone',
    'Locking slots',
    'Validating certificates',
  ]
    .map((line, i) => `${line}...${marks[i + 1] ?? (i === 8 ? 'skipped' : 'done')}\n`)
    .join('');
}
