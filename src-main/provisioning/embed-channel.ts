import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Callbacks } from './embed.ts';
import type { ChannelFailure, RequestChannel } from './ports.ts';

/** The user functions of an embedding program as a RequestChannel (Atmel-8971A 5.3): what throws is a failure of the channel. */
export class CallbackChannel implements RequestChannel {
  readonly #callbacks: Callbacks;

  constructor(callbacks: Callbacks) {
    this.#callbacks = callbacks;
  }

  async start(): Promise<Result<undefined, ChannelFailure>> {
    try {
      await this.#callbacks.start();
      return ok(undefined);
    } catch (thrown) {
      return fail({ kind: 'unreachable', reason: reasonOf(thrown) });
    }
  }

  async send(bytes: Uint8Array): Promise<Result<undefined, ChannelFailure>> {
    try {
      await this.#callbacks.send(bytes);
      return ok(undefined);
    } catch (thrown) {
      return fail({ kind: 'closed', reason: reasonOf(thrown) });
    }
  }

  async receive(expected: number, timeoutMs: number): Promise<Result<Uint8Array, ChannelFailure>> {
    let timer: NodeJS.Timeout | undefined;
    try {
      const silent = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), timeoutMs);
      });
      const received = await Promise.race([this.#callbacks.receive(expected, timeoutMs), silent]);
      if (received === undefined) return fail({ kind: 'silent', waitedMs: timeoutMs });
      if (received.length === 0) return fail({ kind: 'closed', reason: 'the server closed the connection' });
      if (received.length > expected)
        return fail({ kind: 'closed', reason: `receive gave ${received.length} bytes, ${expected} were asked for` });
      return ok(Uint8Array.from(received));
    } catch (thrown) {
      return fail({ kind: 'closed', reason: reasonOf(thrown) });
    } finally {
      clearTimeout(timer);
    }
  }

  async done(): Promise<void> {
    await this.#callbacks.done();
  }
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
