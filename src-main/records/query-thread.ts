import { Worker } from 'node:worker_threads';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import { type ErrorName, errorCodes } from '../../src-shared/base/error-codes.ts';
import { QueryDesk, type QuestionName, type Questions } from './query.ts';

/** A question on its way to the thread. */
export interface Question<N extends QuestionName = QuestionName> {
  readonly id: number;
  readonly name: N;
  readonly input: Questions[N]['in'];
}

const names: readonly QuestionName[] = ['logAt', 'log', 'archive', 'charts', 'signed', 'verifyLog', 'export'];

/** Shape only: both ends are this program. */
export function isQuestion(message: unknown): message is Question {
  return (
    typeof message === 'object' &&
    message !== null &&
    'id' in message &&
    typeof message.id === 'number' &&
    'name' in message &&
    names.some((name) => name === message.name) &&
    'input' in message
  );
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: SignetError) => void;
}

/** Asks wide questions in a thread of their own, so that no list of a million rows holds up a run. Started at the first question. */
export class QueryThread {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;
  #closed = false;
  /** The thread has answered something: it can be had here. */
  #answeredOnce = false;
  /** Where no thread can be started at all, questions are answered here, slowly and all the same. */
  #inline: QueryDesk | undefined;

  /** `path`: the store's file. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Rejects with SignetError: what the query said, or INTERNAL when the thread died. */
  ask<N extends QuestionName>(name: N, input: Questions[N]['in']): Promise<Questions[N]['out']> {
    if (this.#closed) return Promise.reject(new SignetError('SHUTTING_DOWN', 'The records are being closed.'));
    if (this.#inline !== undefined) return answerInline(this.#inline, name, input);
    const worker = this.#started();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(value as Questions[N]['out']), reject });
      worker.ref();
      worker.postMessage({ id, name, input } satisfies Question<N>);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#inline?.close();
    const worker = this.#worker;
    if (worker === undefined) return;
    // It must outlive this wait even where nothing else keeps the process alive.
    worker.ref();
    const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage('close');
    await gone;
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    // Beside this file, in the sources as in a bundle.
    const file = import.meta.url.endsWith('.ts') ? './query-worker.ts' : './query-worker.js';
    const worker = new Worker(new URL(file, import.meta.url), {
      workerData: this.#path,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    worker.unref();
    worker.on('message', (message: unknown) => this.#answered(message));
    const died = (reason: string): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      if (!this.#answeredOnce && !this.#closed) this.#inline ??= new QueryDesk(this.#path, () => performance.now());
      for (const { reject } of this.#waiting.values())
        reject(new SignetError('INTERNAL', `The records' thread ended: ${reason}.`));
      this.#waiting.clear();
    };
    worker.on('error', (error) => died(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => died(`exit ${code}`));
    this.#worker = worker;
    return worker;
  }

  #answered(message: unknown): void {
    if (typeof message !== 'object' || message === null || !('id' in message) || typeof message.id !== 'number') return;
    this.#answeredOnce = true;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0 && !this.#closed) this.#worker?.unref();
    if (waiting === undefined) return;
    if ('ok' in message && message.ok === true && 'value' in message) waiting.resolve(message.value);
    else {
      const code = 'code' in message && isErrorName(message.code) ? message.code : 'INTERNAL';
      const sentence = 'sentence' in message ? String(message.sentence) : 'The records did not answer.';
      waiting.reject(new SignetError(code, sentence));
    }
  }
}

/** Rejects like the thread would. */
function answerInline<N extends QuestionName>(
  desk: QueryDesk,
  name: N,
  input: Questions[N]['in'],
): Promise<Questions[N]['out']> {
  try {
    const value = desk.answer(name, input);
    desk.work(50);
    return Promise.resolve(value);
  } catch (thrown) {
    return Promise.reject(asSignetError(thrown));
  }
}

function isErrorName(value: unknown): value is ErrorName {
  return typeof value === 'string' && Object.hasOwn(errorCodes, value);
}
