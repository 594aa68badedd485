import type { z } from 'zod';
import { asSignetError, SignetError } from '../base/error.ts';
import { errorCodes } from '../base/error-codes.ts';
import { type CallName, type Contract, contract, type Handlers, type Reply, type WireError } from './contract.ts';

/** Calls of one caller (a window, a connection): each gets exactly one reply, and can be cancelled by its id. */
export interface Dispatcher {
  /**
   * Answers a request frame; undefined for one that wants no answer (a cancellation, or something without an id). Never rejects and
   * never throws, whatever came in.
   */
  dispatch(request: unknown): Promise<Reply | undefined>;
  /** The caller is gone: everything it still waits for is cancelled. */
  close(): void;
}

/** Frames from outside are judged here and nowhere else: the name by the contract's own keys, the input by its schema. */
export function createDispatcher(handlers: Handlers, calls: Contract['calls'] = contract.calls): Dispatcher {
  const inFlight = new Map<number, AbortController>();
  return {
    async dispatch(request) {
      const frame = readFrame(request);
      if (frame === undefined) return undefined;
      const { id } = frame;
      if (frame.kind === 'cancel') {
        inFlight.get(id)?.abort();
        return undefined;
      }
      if (inFlight.has(id)) return refused(id, new SignetError('BAD_FIELD', 'This id is in use.'));
      if (!isCall(calls, frame.call)) return refused(id, new SignetError('UNKNOWN_TYPE', 'There is no such call.'));
      const controller = new AbortController();
      inFlight.set(id, controller);
      try {
        const input: z.ZodType = calls[frame.call].in;
        const parsed = input.safeParse(frame.input);
        if (!parsed.success) return refused(id, inputError(parsed.error.issues));
        // The handler's type is that of the very schema which parsed the input.
        const handler = handlers[frame.call] as (input: unknown, signal: AbortSignal) => Promise<unknown>;
        return { id, ok: true, value: await handler(parsed.data, controller.signal) };
      } catch (thrown) {
        return refused(id, asSignetError(thrown));
      } finally {
        inFlight.delete(id);
      }
    },
    close() {
      for (const controller of inFlight.values()) controller.abort();
    },
  };
}

type Frame =
  | { readonly kind: 'call'; readonly id: number; readonly call: string; readonly input: unknown }
  | { readonly kind: 'cancel'; readonly id: number };

function readFrame(request: unknown): Frame | undefined {
  if (typeof request !== 'object' || request === null || !('id' in request)) return undefined;
  const { id } = request;
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
  if ('cancel' in request && request.cancel === true) return { kind: 'cancel', id };
  const call = 'call' in request && typeof request.call === 'string' ? request.call : '';
  return { kind: 'call', id, call, input: 'input' in request ? request.input : undefined };
}

function isCall(calls: Contract['calls'], name: string): name is CallName {
  return Object.hasOwn(calls, name);
}

/** Where an input is wrong and in which way; never what it was: it may be a password. */
function inputError(issues: readonly z.core.$ZodIssue[]): SignetError {
  const [issue] = issues;
  const path = issue?.path.map(String).join('.') ?? '';
  const code = issue?.code === 'too_big' ? 'TOO_LARGE' : 'BAD_FIELD';
  const where = path === '' ? 'The input' : `"${path}"`;
  const how = code === 'TOO_LARGE' ? 'is larger than allowed' : 'is not what this call takes';
  return new SignetError(code, `${where} ${how}.`, { path, rule: issue?.code ?? '' });
}

function refused(id: number, error: SignetError): Reply {
  return { id, ok: false, error: wireError(error) };
}

/** An error as it crosses to a screen: no stack, no cause. */
export function wireError(error: SignetError): WireError {
  return { code: error.code, number: errorCodes[error.code], message: error.message, details: error.details };
}
