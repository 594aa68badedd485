import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BAUD, type ChipModel, PtyBoard } from '../firmware/pty-board.ts';
import { openSerialLine } from '../firmware/serial-line.ts';
import type { BoardFigures, BoardsAnswer, BoardsRequest } from './line-boards.ts';
import { BenchStation } from './line-station.ts';
import { atLeast, atMost, type BenchRow, figure } from './rows.ts';

/**
 * `npm run bench -- line`: the station over real pseudo-terminals and the C kit host, at the chip's typical times, the bus's
 * 400 kHz and a serial line's 115200 baud. Three questions: how long does a run take against what its packets need one after the
 * other (our kit host keeps the chip awake, and takes the next line while the chip works, so that a run may be the shorter one);
 * how does Microchip's own library do with the same commands on the same kit and chip; what do sixteen boards at once cost.
 */
const parts: readonly ChipModel[] = ['508A', '608A'];
const ROUNDS = 5;
const BOARDS_AT_ONCE = 16;

export async function bench(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  const library = pythonOfLibrary();
  const before = await lineItselfMs();
  for (const part of parts) {
    const one = await measure(part, 1, 'firmware', library);
    rows.push(
      figure(`${part}: typical execution times of a run`, one.executionMs, 'ms'),
      figure(`${part}: ideal, ${BAUD} baud, one after the other, ${one.wakes} wakes`, one.idealMs, 'ms'),
      figure(`${part}: a run through pty and C kit host`, one.runMs, 'ms'),
      atMost(`${part}: a run over its ideal`, one.runMs / one.idealMs, 1.05),
      figure(`${part}: a run over the ideal of a kit that wakes for each packet`, one.runMs / one.wrappedIdealMs, '×'),
    );
    if (one.libraryMs !== undefined) {
      rows.push(
        figure(`${part}: the same commands by the PyPI library`, one.libraryMs, 'ms'),
        atMost(`${part}: our run over the library's commands`, one.runMs / one.libraryMs, 0.8),
        figure(`${part}: the ideal over the library's commands`, one.idealMs / one.libraryMs, '×'),
      );
    }
    const alone = await measure(part, 1, 'simulated', undefined);
    const many = await measure(part, BOARDS_AT_ONCE, 'simulated', undefined);
    const gain = (BOARDS_AT_ONCE * alone.runMs) / many.runMs;
    rows.push(
      figure(`${part}: one board, simulated kit`, alone.runMs, 'ms'),
      figure(`${part}: ${BOARDS_AT_ONCE} boards at once, simulated kits`, many.runMs, 'ms'),
      atLeast(`${part}: boards a minute, ${BOARDS_AT_ONCE} at once over one`, gain, 15),
    );
  }
  rows.push(figure('a line through pseudo-terminal and kit host that asks no chip, before', before, 'ms'));
  rows.push(figure('a line through pseudo-terminal and kit host that asks no chip, after', await lineItselfMs(), 'ms'));
  return rows;
}

/**
 * There and back, average of the best of some rounds, as runs are measured: what pseudo-terminal and processes cost here by
 * themselves. Well below 0.1 ms on an idle machine and more than a millisecond on a busy one, so that a missed goal can be told
 * from a busy machine.
 */
async function lineItselfMs(): Promise<number> {
  const board = await PtyBoard.open();
  const line = await openSerialLine(board.port);
  const lines = 100;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    let sum = 0;
    for (let i = 0; i < lines; i += 1) {
      // As far apart as the lines of a run: who asks at once finds everybody still awake.
      await new Promise((resolve) => setTimeout(resolve, 8));
      const started = performance.now();
      await line.ask('e:i()\n');
      sum += performance.now() - started;
    }
    best = Math.min(best, sum / lines);
  }
  await line.close();
  await board.close();
  return best;
}

interface Measured {
  readonly wakes: number;
  /** Of the best round: from the start of all runs to the end of the last one. */
  readonly runMs: number;
  readonly idealMs: number;
  /** Of a kit that wakes the chip for every packet. */
  readonly wrappedIdealMs: number;
  readonly executionMs: number;
  readonly libraryMs: number | undefined;
}

/** Best of some rounds: the machine is not ours alone. A round before them is not counted: everything is compiled in it. */
async function measure(
  part: ChipModel,
  count: number,
  kit: 'firmware' | 'simulated',
  library: Python | undefined,
): Promise<Measured> {
  const boards = new Boards();
  try {
    const ports = await boards.open(part, count, kit);
    const station = await BenchStation.open(ports);
    const chip = part === '508A' ? 'ATECC508A' : 'ATECC608';
    const ideal = await station.ideal(chip, BAUD / 10, true);
    const wrapped = await station.ideal(chip, BAUD / 10, false);
    let runMs = Number.POSITIVE_INFINITY;
    let packets: readonly string[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      await boards.renew(round);
      await station.look();
      const looked = (await boards.figures())[0]?.packets.length ?? 0;
      const togetherMs = await station.runAll();
      const figures = await boards.figures();
      if (figures.some((board) => !board.finished)) throw new Error('a board is not finished');
      packets = figures[0]?.packets.slice(looked) ?? [];
      if (round > 0) runMs = Math.min(runMs, togetherMs);
    }
    await station.close();
    const [port] = ports;
    const libraryMs =
      library === undefined || port === undefined ? undefined : await replay(library, boards, port, part, packets);
    const { wakes, totalMs: idealMs, executionMs } = ideal;
    return { wakes, runMs, idealMs, wrappedIdealMs: wrapped.totalMs, executionMs, libraryMs };
  } finally {
    await boards.close();
  }
}

/** The packets of our own last run, sent by the library's calls to that same chip as it came from the factory. */
async function replay(
  library: Python,
  boards: Boards,
  port: string,
  part: ChipModel,
  packets: readonly string[],
): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    await boards.renew(ROUNDS);
    // The library cuts names of ports at 18 characters: not the link, but what it leads to.
    const { ms, sent } = library.replay(realpathSync(port), part, packets);
    const [after] = await boards.figures();
    if (after?.finished !== true) throw new Error('the library did not finish the chip');
    if (sent < packets.length) throw new Error(`the library has no call for ${packets.length - sent} packets`);
    best = Math.min(best, ms);
  }
  return best;
}

/** The process with the boards. */
class Boards {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('line-boards.ts', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

  async open(part: ChipModel, count: number, kit: 'firmware' | 'simulated'): Promise<readonly string[]> {
    const answer = await this.#ask({ do: 'open', part, count, kit });
    return 'ports' in answer ? answer.ports : [];
  }

  async renew(round: number): Promise<void> {
    await this.#ask({ do: 'renew', round });
  }

  async figures(): Promise<readonly BoardFigures[]> {
    const answer = await this.#ask({ do: 'figures' });
    return 'figures' in answer ? answer.figures : [];
  }

  async close(): Promise<void> {
    if (this.#child.connected) await this.#ask({ do: 'close' }).catch(() => undefined);
    this.#child.kill();
  }

  #ask(request: BoardsRequest): Promise<BoardsAnswer> {
    return new Promise((resolve, reject) => {
      const ended = (status: number | null): void => reject(new Error(`the boards ended with ${status}`));
      this.#child.once('exit', ended);
      this.#child.once('message', (answer: BoardsAnswer) => {
        this.#child.off('exit', ended);
        resolve(answer);
      });
      this.#child.send(request);
    });
  }
}

/** A Python that has the wheel, and the object that lets its request for modem lines pass on a pseudo-terminal. */
class Python {
  readonly #python: string;
  readonly #folder: string;

  constructor(python: string) {
    this.#python = python;
    this.#folder = mkdtempSync(join(tmpdir(), 'signet-bench-'));
    const source = fileURLToPath(new URL('../interop/modem-lines.c', import.meta.url));
    execFileSync('gcc', ['-O1', '-shared', '-fPIC', '-o', this.#preload, source, '-ldl']);
    process.once('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
  }

  replay(port: string, part: ChipModel, packets: readonly string[]): { readonly ms: number; readonly sent: number } {
    const list = join(this.#folder, 'packets.json');
    writeFileSync(list, JSON.stringify({ port, part: part === '508A' ? 'ATECC508A' : 'ATECC608', packets }));
    const script = fileURLToPath(new URL('line-replay.py', import.meta.url));
    const answer = execFileSync(this.#python, [script, list], {
      encoding: 'utf8',
      timeout: 120_000,
      env: { ...process.env, LD_PRELOAD: this.#preload },
    });
    const found = /^(\d+) packets in ([\d.]+) ms$/m.exec(answer);
    if (found === null) throw new Error(`the library's run ended with: ${answer}`);
    return { sent: Number(found[1]), ms: Number(found[2]) };
  }

  get #preload(): string {
    return join(this.#folder, 'modem-lines.so');
  }
}

/** The environment that the interoperability tests use, made when it is not there. */
function pythonOfLibrary(): Python {
  const requirements = fileURLToPath(new URL('../interop/requirements.txt', import.meta.url));
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const version = execFileSync('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
    encoding: 'utf8',
  }).trim();
  const cache = fileURLToPath(new URL('../../node_modules/.cache/signet-interop', import.meta.url));
  const environment = join(cache, `${digest}-${version}`);
  const python = join(environment, 'bin', 'python');
  if (!existsSync(join(environment, 'ready'))) {
    mkdirSync(cache, { recursive: true });
    execFileSync('python3', ['-m', 'venv', '--clear', environment]);
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--only-binary',
      ':all:',
      '--no-deps',
    ];
    execFileSync(python, [...pip, '--require-hashes', '--requirement', requirements]);
    writeFileSync(join(environment, 'ready'), '');
  }
  return new Python(python);
}
