import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SignetError } from '../../src-shared/base/error.ts';
import { type CallName, contract, type Handlers } from '../../src-shared/ipc/contract.ts';
import { createDispatcher } from '../../src-shared/ipc/dispatch.ts';

/** Handlers of which those given answer; every other call is a mistake of the test. */
function handlers(some: Partial<Handlers>): Handlers {
  const names = Object.keys(contract.calls) as CallName[];
  const unexpected = (name: string) => async () => {
    throw new Error(`${name} was not expected`);
  };
  return Object.fromEntries(names.map((name) => [name, some[name] ?? unexpected(name)])) as unknown as Handlers;
}

const ping = handlers({ ping: async ({ text }) => ({ text: text.toUpperCase() }) });

describe('the dispatcher', () => {
  it('answers a call with its value and its id', async () => {
    const reply = await createDispatcher(ping).dispatch({ id: 7, call: 'ping', input: { text: 'abc' } });
    expect(reply).toEqual({ id: 7, ok: true, value: { text: 'ABC' } });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'Ping', 'ping '])(
    'knows no call "%s"',
    async (call) => {
      const reply = await createDispatcher(ping).dispatch({ id: 1, call, input: {} });
      expect(reply).toMatchObject({ id: 1, ok: false, error: { code: 'UNKNOWN_TYPE' } });
    },
  );

  it('parses the input, fills in defaults, and says where it is wrong but never what it was', async () => {
    const seen: unknown[] = [];
    const dispatcher = createDispatcher(
      handlers({
        'line.start': async (input) => {
          seen.push(input);
          return { runId: 'A' };
        },
      }),
    );
    await dispatcher.dispatch({ id: 1, call: 'line.start', input: { site: 's', action: 'provision' } });
    expect(seen).toEqual([{ site: 's', action: 'provision', unitLabel: '' }]);
    const secret = 'correct horse battery staple';
    const input = { serialNumber: '01', passwords: [secret, secret, secret] };
    const reply = await dispatcher.dispatch({ id: 2, call: 'signers.unlock', input });
    expect(reply).toMatchObject({ ok: false, error: { code: 'TOO_LARGE', details: { path: 'passwords' } } });
    const typed = await dispatcher.dispatch({ id: 3, call: 'signers.unlock', input: { ...input, passwords: secret } });
    expect(typed).toMatchObject({ ok: false, error: { code: 'BAD_FIELD', details: { path: 'passwords' } } });
    const unknown = await dispatcher.dispatch({ id: 4, call: 'ping', input: { text: '', [secret]: 1 } });
    expect(JSON.stringify([reply, typed, unknown])).not.toContain('horse');
  });

  it('makes errors of ours frames with code, number and facts, and tells nothing else of others', async () => {
    const thrown: unknown[] = [
      new SignetError('PASSWORD_WRONG', 'no', { attemptsLeft: 3 }),
      new TypeError('x is not a function'),
      'a text',
    ];
    const dispatcher = createDispatcher(
      handlers({
        ping: async () => {
          throw thrown.shift();
        },
      }),
    );
    const ask = () => dispatcher.dispatch({ id: 1, call: 'ping', input: { text: '' } });
    expect(await ask()).toEqual({
      id: 1,
      ok: false,
      error: { code: 'PASSWORD_WRONG', number: 195, message: 'no', details: { attemptsLeft: 3 } },
    });
    const other = await ask();
    expect(other).toMatchObject({ ok: false, error: { code: 'INTERNAL', number: 255, details: {} } });
    expect(JSON.stringify(other)).not.toContain('dispatch.test');
    expect(await ask()).toMatchObject({ ok: false, error: { code: 'INTERNAL', message: 'a text' } });
  });

  it('cancels a call by its id, and all of them when the caller goes', async () => {
    const aborted: string[] = [];
    const dispatcher = createDispatcher(
      handlers({
        ping: ({ text }, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              aborted.push(text);
              resolve({ text });
            });
          }),
      }),
    );
    const first = dispatcher.dispatch({ id: 1, call: 'ping', input: { text: 'one' } });
    const second = dispatcher.dispatch({ id: 2, call: 'ping', input: { text: 'two' } });
    expect(await dispatcher.dispatch({ id: 1, call: 'ping', input: { text: 'again' } })).toMatchObject({ ok: false });
    expect(await dispatcher.dispatch({ id: 9, cancel: true })).toBeUndefined();
    expect(await dispatcher.dispatch({ id: 1, cancel: true })).toBeUndefined();
    expect(await first).toMatchObject({ ok: true });
    expect(aborted).toEqual(['one']);
    dispatcher.close();
    await second;
    expect(aborted).toEqual(['one', 'two']);
  });

  it('never throws and never answers without an id, whatever comes in', async () => {
    const dispatcher = createDispatcher(ping);
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (frame) => {
        const reply = await dispatcher.dispatch(frame);
        if (reply !== undefined) expect(typeof reply.id).toBe('number');
      }),
      { numRuns: 500 },
    );
    for (const id of ['1', 1.5, Number.NaN, null, undefined])
      expect(await dispatcher.dispatch({ id, call: 'ping', input: { text: '' } })).toBeUndefined();
  });
});
