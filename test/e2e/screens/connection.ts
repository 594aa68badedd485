import { WebSocket } from 'ws';
import type { CallInput, CallName, WireError } from '../../../src-shared/ipc/contract.ts';

/** What comes back for a call, not parsed yet. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: Pick<WireError, 'code' | 'message'> };

interface Waiting {
  readonly done: (answer: Answer) => void;
  readonly failed: (error: Error) => void;
}

/** A second client of a running program, over the shell's own door: what another window would be. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #patienceMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #onEvent: (event: string, value: unknown) => void = () => undefined;
  #nextId = 1;

  private constructor(socket: WebSocket, patienceMs: number) {
    this.#socket = socket;
    this.#patienceMs = patienceMs;
    socket.on('message', (data) => this.#take(JSON.parse(String(data))));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      for (const { failed } of this.#waiting.values()) failed(new Error('The program is gone.'));
      this.#waiting.clear();
    });
  }

  /** `address` as the program prints it, token included; `patienceMs` = how long an answer may take. */
  static async open(address: string, patienceMs: number): Promise<Connection> {
    const { origin, host, hash } = new URL(address);
    const token = hash.slice('#token='.length);
    const socket = new WebSocket(`ws://${host}/bridge`, ['signet', `signet.${token}`], { origin });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return new Connection(socket, patienceMs);
  }

  /** Who hears of events from now on. */
  onEvent(listener: (event: string, value: unknown) => void): void {
    this.#onEvent = listener;
  }

  /** Rejects when no answer comes in time, or the program is gone. */
  ask<N extends CallName>(call: N, input: CallInput<N>): Promise<Answer> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`No answer to ${call}.`)), this.#patienceMs);
      this.#waiting.set(id, {
        done: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        failed: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#socket.send(JSON.stringify({ id, call, input }));
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(frame: unknown): void {
    if (typeof frame !== 'object' || frame === null) return;
    if ('id' in frame && typeof frame.id === 'number') {
      const waiting = this.#waiting.get(frame.id);
      this.#waiting.delete(frame.id);
      waiting?.done(answerOf(frame));
    } else if ('event' in frame && typeof frame.event === 'string' && 'value' in frame) {
      this.#onEvent(frame.event, frame.value);
    }
  }
}

function answerOf(frame: object): Answer {
  if ('ok' in frame && frame.ok === true && 'value' in frame) return { ok: true, value: frame.value };
  const error = 'error' in frame && typeof frame.error === 'object' && frame.error !== null ? frame.error : {};
  return {
    ok: false,
    error: {
      code: 'code' in error && typeof error.code === 'string' ? error.code : 'REPLY_GARBAGE',
      message: 'message' in error && typeof error.message === 'string' ? error.message : JSON.stringify(frame),
    },
  };
}
