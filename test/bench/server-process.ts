import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromHex } from '../../src-shared/base/bytes.ts';
import type { CertRequest } from '../../src-shared/wire/messages.ts';
import { type ServerSaid, type ServerTold, serverSaidSchema } from './server-protocol.ts';

type Figures = Extract<ServerSaid, { readonly kind: 'figures' }>;

/** A provisioning server in a process of its own, with a data folder that goes with it. */
export class ServerProcess {
  readonly port: number;
  readonly selection: CertRequest['selection'];
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #syncs: string | undefined;

  private constructor(
    child: ChildProcess,
    folder: string,
    ready: Extract<ServerSaid, { readonly kind: 'ready' }>,
    syncs: string | undefined,
  ) {
    this.#child = child;
    this.#folder = folder;
    this.#syncs = syncs;
    this.port = ready.port;
    this.selection = {
      chainId: ready.chainId,
      signerCaPublicKey: fromHex(ready.rootPublicKey),
      deviceTemplateId: ready.deviceTemplateId,
      signerTemplateId: ready.signerTemplateId,
    };
  }

  static async start(sticks: number): Promise<ServerProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'));
    const counting = syncCounter(folder);
    const child = fork(
      fileURLToPath(new URL('server-child.ts', import.meta.url)),
      [JSON.stringify({ folder: join(folder, 'data'), sticks })],
      {
        execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: { ...process.env, ...counting?.env },
      },
    );
    const ready = await next(child);
    if (ready.kind !== 'ready') throw new Error(`the server said ${ready.kind}`);
    return new ServerProcess(child, folder, ready, counting?.path);
  }

  /** fsync and fdatasync of the server so far; undefined where nothing can count them. */
  get syncs(): number | undefined {
    return this.#syncs === undefined ? undefined : Number(readFileSync(this.#syncs).readBigUInt64LE(0));
  }

  async figures(): Promise<Figures> {
    const said = await this.#ask('figures');
    if (said.kind !== 'figures') throw new Error(`the server said ${said.kind}`);
    return said;
  }

  /** How long the sticks had something to do so far, all together, ms. */
  async workMs(): Promise<number> {
    const said = await this.#ask('work');
    if (said.kind !== 'work') throw new Error(`the server said ${said.kind}`);
    return said.ms;
  }

  async close(): Promise<void> {
    await this.#ask('close').catch(() => undefined);
    this.#child.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ask(told: ServerTold): Promise<ServerSaid> {
    const answer = next(this.#child);
    this.#child.send(told);
    return answer;
  }
}

function next(child: ChildProcess): Promise<ServerSaid> {
  return new Promise((resolve, reject) => {
    const ended = (status: number | null): void => reject(new Error(`the server ended with ${status}`));
    child.once('exit', ended);
    child.once('message', (message: unknown) => {
      child.off('exit', ended);
      const said = serverSaidSchema.safeParse(message);
      if (said.success) resolve(said.data);
      else reject(said.error);
    });
  });
}

/** A library in front of the C library's that counts; undefined where there is no compiler for it. */
function syncCounter(
  folder: string,
): { readonly path: string; readonly env: Readonly<Record<string, string>> } | undefined {
  if (process.platform !== 'linux') return undefined;
  const library = join(folder, 'count-syncs.so');
  const source = fileURLToPath(new URL('count-syncs.c', import.meta.url));
  try {
    execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const path = join(folder, 'syncs');
  const file = openSync(path, 'w');
  ftruncateSync(file, 8);
  closeSync(file);
  return { path, env: { LD_PRELOAD: library, SIGNET_SYNC_COUNT: path } };
}
