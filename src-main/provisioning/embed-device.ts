import { SignetError } from '../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { DEFAULT_ADDRESS, openKit, type Transport, type TransportFailure } from '../device/index.ts';
import type { ChipFunctions, KitBytes } from './embed.ts';

/** The way to the chip that an embedding program gave. Throws KIT_* when its kit is none. */
export async function openDevice(device: KitBytes | ChipFunctions): Promise<Transport> {
  if (!('write' in device)) return new FunctionTransport(device);
  const path = device.path ?? 'kit';
  const kit = await openKit({
    description: { kind: 'serial', path, connector: path },
    write: (bytes) => device.write(bytes),
    setReceiver: (receiver) => device.setReceiver(receiver),
    close: () => device.close(),
  });
  if (kit.ok) return kit.value;
  switch (kit.failure.kind) {
    case 'closed':
      throw new SignetError('KIT_LOST', `The kit closed its stream: ${kit.failure.reason}.`);
    case 'silent':
      throw new SignetError('KIT_SILENT', `No kit answered within ${kit.failure.waitedMs} ms.`);
    case 'not-a-kit':
      throw new SignetError('KIT_GARBAGE', `What answers is no kit: "${kit.failure.answer}".`);
  }
}

/**
 * A bus driver as a transport. It wakes the chip before every command and idles it after, as the kits of today do, so TempKey lives on
 * between commands and the watchdog never matters.
 */
class FunctionTransport implements Transport {
  readonly description;
  readonly kit = { dialect: 'modern', name: '', version: '' } as const;
  readonly #functions: ChipFunctions;
  #work: Promise<unknown> = Promise.resolve();
  #closed = false;
  #listener: (reason: string) => void = () => undefined;

  constructor(functions: ChipFunctions) {
    this.#functions = functions;
    const path = functions.path ?? 'bus';
    this.description = { kind: 'serial', path, connector: path } as const;
  }

  get closed(): boolean {
    return this.#closed;
  }

  talk(
    address: number,
    packet: Uint8Array,
    { timeoutMs }: { readonly timeoutMs: number },
  ): Promise<Result<Uint8Array, TransportFailure>> {
    return this.#alone(async () => {
      if (!(await this.#functions.wake(address))) return fail({ kind: 'no-wake', kitStatus: 0 });
      const answer = await this.#functions.talk(address, packet, timeoutMs);
      await this.#functions.idle(address);
      if (answer === undefined || answer.length === 0) return fail({ kind: 'no-answer', kitStatus: 0 });
      return ok(Uint8Array.from(answer));
    });
  }

  wake(address: number): ReturnType<Transport['wake']> {
    return this.#alone(async () =>
      (await this.#functions.wake(address)) ? ok({ from: 'chip' } as const) : fail({ kind: 'no-wake', kitStatus: 0 }),
    );
  }

  idle(address: number): Promise<Result<undefined, TransportFailure>> {
    return this.#alone(async () => {
      await this.#functions.idle(address);
      return ok(undefined);
    });
  }

  sleep(address: number): Promise<Result<undefined, TransportFailure>> {
    return this.#alone(async () => {
      // Whoever is idle already hears nothing: it must be woken to be put to sleep.
      await this.#functions.wake(address);
      await this.#functions.sleep(address);
      return ok(undefined);
    });
  }

  setAutoWrap(): Promise<Result<'wraps', TransportFailure>> {
    return Promise.resolve(ok('wraps'));
  }

  discover(): ReturnType<Transport['discover']> {
    return this.#alone(async () => {
      const { addresses = [DEFAULT_ADDRESS] } = this.#functions;
      const found: { index: number; name: string; bus: string; address: number }[] = [];
      for (const address of addresses) {
        if (!(await this.#functions.wake(address))) continue;
        await this.#functions.idle(address);
        found.push({ index: found.length, name: 'ECC', bus: 'TWI', address });
      }
      return ok(found);
    });
  }

  onClosed(listener: (reason: string) => void): void {
    this.#listener = listener;
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  /** One call at a time; one that rejects means that the way to the chip is gone. */
  #alone<T>(work: () => Promise<Result<T, TransportFailure>>): Promise<Result<T, TransportFailure>> {
    const result = this.#work.then(async (): Promise<Result<T, TransportFailure>> => {
      if (this.#closed) return fail({ kind: 'closed', reason: 'closed' });
      try {
        return await work();
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        this.#closed = true;
        this.#listener(reason);
        return fail({ kind: 'closed', reason });
      }
    });
    this.#work = result;
    return result;
  }
}
